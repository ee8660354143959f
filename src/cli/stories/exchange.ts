import type { Teller } from '../teller.ts'
import { becomesAPromise, becomesARecommendation } from './exchange/coming-of-it.ts'
import { enrolEverybody, found } from './exchange/enrolling.ts'
import { gather } from './exchange/houses.ts'
import { pair, place } from './exchange/pairing.ts'
import { close, makeUp, reflect, whatIsOwed } from './exchange/reflecting.ts'
import { prepare, visit } from './exchange/visiting.ts'

/** Seventy-five people of thirteen organisations visit each other; one insight becomes a proposal, and a commitment in a TWO. Gives the id of that agreement. */
export async function exchange(teller: Teller): Promise<string> {
  const houses = await gather(teller)
  teller.chapter('Thirteen organisations, one programme')
  const programme = await found(teller, houses)
  const story = { teller, houses, ...programme }
  await enrolEverybody(story)
  teller.chapter('Who visits whom')
  await pair(story)
  const placements = await place(story)
  teller.chapter('A week of visits, and a week in which they are returned')
  const seen = await prepare(story, placements)
  const cancelled = await visit(story, placements, seen)
  teller.chapter('What they bring home')
  const insightIds = await reflect(story, seen)
  await whatIsOwed(story)
  const outcomeId = await close(story, insightIds)
  await makeUp(story, cancelled)
  teller.chapter('From an insight to a promise')
  const recommendationId = await becomesARecommendation(story, seen, outcomeId)
  return becomesAPromise(story, seen, recommendationId)
}
