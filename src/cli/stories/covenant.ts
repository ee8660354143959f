import type { Teller } from '../teller.ts'
import { joins, leaves, someoneObjects, whyItBinds } from './covenant/coming-and-going.ts'
import { adopt, guestMeets, link, sayOnWhichGround, start } from './covenant/founding.ts'
import { twoUnderIt } from './covenant/under-it.ts'
import { gather } from './covenant/words.ts'

/** A covenant of five organisations with a TWO under it: begun from a template, with a legal basis for each; a sixth joins, one leaves. Gives the id of the covenant. */
export async function covenant(teller: Teller): Promise<string> {
  const people = await gather(teller)
  teller.chapter('A covenant begins with questions')
  const { table, mandateIds } = await start(teller, people)
  const story = { teller, table, people, mandateIds }
  await link(story)
  teller.chapter('A guest at the table')
  await guestMeets(story)
  teller.chapter('On which legal basis data is shared')
  await sayOnWhichGround(story)
  await adopt(story)
  teller.chapter('A TWO under the covenant')
  await twoUnderIt(story)
  teller.chapter('One joins, one does not, one leaves')
  await joins(story)
  await someoneObjects(story)
  await leaves(story)
  teller.chapter('Why it is binding')
  await whyItBinds(story)
  return table.id
}
