import type { Actor } from '../../src/domain/actor.ts'
import type { Context } from '../../src/domain/event.ts'
import { Enrol, enrol, type People } from '../../src/domain/exchange/enrolment.ts'
import { makeMatching } from '../../src/domain/exchange/matching.ts'
import { makePlacements, type PlacementOutcome, settlePlacement } from '../../src/domain/exchange/placement.ts'
import { evolve, FoundProgramme, foundProgramme, type Programme, type ProgrammeEvent } from '../../src/domain/exchange/programme.ts'
import type { PlanExchangeRound } from '../../src/domain/exchange/round.ts'
import { addDays, type Day, dayOf, endOf, type Instant, startOf } from '../../src/domain/time.ts'
import { city, contextOf, countingIds, directory, frozen, monday, only, parents, people, school, team, uuid } from './agreement.ts'

/** A round whose days count from one on: a fortnight to enrol, a week, a reverse week and a closing meeting. */
export const roundFrom = (today: Day, over: Partial<PlanExchangeRound> = {}): PlanExchangeRound => ({
  name: 'Autumn',
  enrolBeforeAt: endOf(addDays(today, 14)),
  week: { from: addDays(today, 28), until: addDays(today, 32) },
  reverseWeek: { from: addDays(today, 42), until: addDays(today, 46) },
  closingMeetingOn: addDays(today, 56),
  ...over,
})

/** A programme that a test moves on: its state, its clock and its ids. */
export type Exchange = { state: Programme; now: Instant; newId: () => string; events: ProgrammeEvent[] }

/** Who is in the network of these tests, and who is with which organisation. */
export const members = directory
export const everybody: People = people

/** Lets somebody do something, and records what happened; deciding changes nothing by itself. */
export function does(exchange: Exchange, actor: Actor, decide: (state: Programme, context: Context) => ProgrammeEvent[]): void {
  for (const event of decide(exchange.state, contextOf(exchange, actor))) {
    exchange.events.push(event)
    const recorded = { at: exchange.now, by: { actorId: 'x' }, revision: exchange.events.length }
    exchange.state = frozen(evolve(exchange.state, frozen(event), recorded))
  }
}

/** A programme with one round, led by the school, on the day on which it was founded. */
export function aProgramme(checklist: string[] = ['A desk']): Exchange {
  const exchange: Exchange = { state: undefined as never, now: monday, newId: countingIds(), events: [] }
  const rounds = [roundFrom(dayOf(monday))]
  const input = FoundProgramme.parse({ networkId: uuid(1, 50), title: 'Exchange', purpose: 'See each other’s work', checklist, rounds })
  does(exchange, school.representative, (_, context) => foundProgramme(input, members, context))
  return exchange
}

export const goTo = (exchange: Exchange, day: Day): void => {
  exchange.now = startOf(addDays(day, 0)).replace(/T.*/, 'T23:00:00.000Z')
}

export const enrolled = (exchange: Exchange, who: typeof school.representative, over: object = {}): string => {
  const input = Enrol.parse({ roundNumber: 1, personId: who.personId, ...over })
  does(exchange, who, (state, context) => enrol(state, input, members, everybody, context))
  return only(
    Object.values(exchange.state.enrolments).find(
      ({ personId, roundNumber }) => personId === who.personId && roundNumber === input.roundNumber,
    ),
  ).id
}

export const round = (exchange: Exchange, number = 1) => only(exchange.state.rounds.find((one) => one.number === number))

export const matches = (exchange: Exchange, roundNumber = 1): void =>
  does(exchange, school.representative, (state, context) => makeMatching(state, { roundNumber }, members, everybody, context))

export const makes = (exchange: Exchange, roundNumber = 1, who: People = everybody, inNetwork = members): void =>
  does(exchange, school.representative, (state, context) => makePlacements(state, { roundNumber }, inNetwork, who, context))

/** What a map says without one of its keys. */
export const without = <Value>(map: ReadonlyMap<string, Value>, id: string) => new Map([...map].filter(([key]) => key !== id))

/** Four people of four organisations in placements, on the last day of the reverse week. */
export function placed(exchange = aProgramme()): Exchange {
  for (const house of [school, team, city, parents]) enrolled(exchange, house.representative)
  goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
  matches(exchange)
  makes(exchange)
  goTo(exchange, round(exchange).reverseWeek.until)
  return exchange
}

export const settles = (exchange: Exchange, actor: Actor, placementId: string, outcome: PlacementOutcome): void =>
  does(exchange, actor, (state, context) => settlePlacement(state, placementId, outcome, context))
