import type { Teller } from '../teller.ts'
import { acknowledgeEachOther, statePositions } from './two-institutions/fence.ts'
import { adoptFirst, aroundTheTable, difficultThings, meetFirst, propose } from './two-institutions/first-round.ts'
import { lookForWhatWorks, recommendOnThreeLevels } from './two-institutions/inquiry.ts'
import { adoptSecond, meetAgain, reflect, whatShows } from './two-institutions/second-round.ts'
import { gather, words } from './two-institutions/words.ts'

/** Two bodies of youth health care and the schools they serve: from the fence between them to a second version of what they do. Gives the id of the agreement. */
export async function twoInstitutions(teller: Teller): Promise<string> {
  const people = await gather(teller)
  const { body: networks } = await teller.look('/v1/networks', people.anouk.subject)
  const network = networks.items[0].id
  teller.chapter('On either side of the fence')
  await statePositions(teller, people, network)
  await acknowledgeEachOther(teller, people, network)
  teller.chapter('What works already')
  const found = await lookForWhatWorks(teller, people, network)
  const recommendationId = await recommendOnThreeLevels(teller, people, network, found)
  teller.chapter('Round 1: around the table')
  const { table, roleId, mandateIds } = await aroundTheTable(teller, people, network)
  const story = { teller, table, people, network, roleId, mandateIds, recommendationId, text: words(table, people) }
  const proposalId = await propose(story)
  await difficultThings(story)
  await meetFirst(story)
  teller.chapter('Round 1: something to work with')
  const promises = await adoptFirst(story, proposalId)
  await teller.daysLater(91)
  teller.chapter('What practice showed')
  await reflect(story, promises)
  teller.chapter('Round 2: a better version')
  const agenda = await meetAgain(story)
  await adoptSecond(story, promises, agenda)
  teller.chapter('What shows of it')
  await whatShows(story)
  return table.id
}
