import type { Teller } from '../teller.ts'
import { decide, hearBothSides, mandates, meetAndRenew, openRound, problem, start, writeAndPromise } from './two-rounds/first-round.ts'
import { act, reflect } from './two-rounds/practice.ts'
import { adoptBetter, meetAgain, promiseAgain, whatHolds } from './two-rounds/second-round.ts'
import { gather, words } from './two-rounds/words.ts'

/** Two rounds of one agreement between the police, a shelter and a municipality: recorded, adopted, acted on, reflected on, and made better. Gives the id of the agreement. */
export async function twoRounds(teller: Teller): Promise<string> {
  const people = await gather(teller)
  teller.chapter('Round 1: around the table')
  const table = await start(teller, people)
  const mandateIds = await mandates(table, people)
  const roleId = await openRound(table, people)
  const story = { teller, table, people, roleId, mandateIds, text: words(table, people) }
  await problem(story)
  await meetAndRenew(story)
  teller.chapter('Round 1: hearing both sides, and deciding')
  await hearBothSides(story)
  const promises = await writeAndPromise(story)
  await decide(story)
  teller.chapter('Acting')
  const whenOneHeld = await act(story, promises.plan)
  await teller.daysLater(91)
  teller.chapter('Reflecting')
  await reflect(story, promises)
  teller.chapter('Round 2: a better version')
  const agenda = await meetAgain(story)
  await promiseAgain(story, promises.visit)
  await adoptBetter(story, agenda)
  teller.chapter('What is in force, and what was')
  await whatHolds(story, whenOneHeld)
  return table.id
}
