import { z } from 'zod'
import type { Actor, PersonActor } from '../actor.ts'
import type { Context } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { type Reason, refuse, refuseAll } from '../refusal.ts'
import { text } from '../text.ts'
import { addDays, type Day, day, dayOf, dayOut, type Instant, instant, instantOut } from '../time.ts'

/** Where a round of exchanges stands; it follows from its days and from what was recorded of it. */
const exchangeRoundStates = ['enrolling', 'matching', 'placing', 'closed', 'cancelled'] as const
export type ExchangeRoundState = (typeof exchangeRoundStates)[number]

const days = <Moment extends z.ZodType, Schema extends z.ZodType>(moment: Moment, of: Schema) => ({
  enrolBeforeAt: moment.describe('people are enrolled before this moment'),
  week: z.strictObject({ from: of, until: of }).describe('when the first visits are'),
  reverseWeek: z.strictObject({ from: of, until: of }).describe('when each visit is returned'),
  closingMeetingOn: of,
})

export const PlanExchangeRound = z.strictObject({ name: text(200), ...days(instant, day) }).meta({ id: 'PlanExchangeRound' })
export type PlanExchangeRound = z.output<typeof PlanExchangeRound>
export const CancelExchangeRound = z.strictObject({ reason: text(1000) }).meta({ id: 'CancelExchangeRound' })
export type CancelExchangeRound = z.output<typeof CancelExchangeRound>

/** One round of a programme: enrolling, a week of visits, a week in which each is returned, and a closing meeting. */
const RecordedRound = z.strictObject({
  number: z.int(),
  name: z.string(),
  ...days(instantOut, dayOut),
  placedAt: z.exactOptional(instantOut).describe('when its placements were made'),
  closedAt: z.exactOptional(instantOut).describe('when its closing meeting was recorded, or it was cancelled'),
  cancelledBecause: z.exactOptional(z.string()),
})
export type RecordedRound = z.output<typeof RecordedRound>

export const ExchangeRound = RecordedRound.extend({ state: z.enum(exchangeRoundStates) }).meta({ id: 'ExchangeRound' })
export type ExchangeRound = z.output<typeof ExchangeRound>

/** What everything in a programme hangs on: whose it is, among whom, and its rounds. */
export type HasExchangeRounds = { id: string; networkId: string; organisationId: string; rounds: readonly RecordedRound[] }

/** Organisations that are in the network now, by id. */
export type Members = ReadonlyMap<string, { name: string }>

const stateOf = (round: RecordedRound, at: Instant): ExchangeRoundState => {
  if (round.closedAt) return round.cancelledBecause === undefined ? 'closed' : 'cancelled'
  if (round.placedAt) return 'placing'
  return at < round.enrolBeforeAt ? 'enrolling' : 'matching'
}

export const viewRound = (round: RecordedRound, at: Instant): ExchangeRound => ({ ...round, state: stateOf(round, at) })

/** The person of the organisation that leads the programme, for what that one does for all. */
export function requireLead(state: HasExchangeRounds, actor: Actor): PersonActor {
  const person = requirePerson(actor)
  return person.organisationId === state.organisationId ? person : refuse('not-leading')
}

export const findRound = (state: HasExchangeRounds, number: number): RecordedRound =>
  state.rounds.find((round) => round.number === number) ?? refuse('not-found', { what: 'exchange round' }, '/roundNumber')

/** A round in which this can be done now. */
export function requireRound(
  state: HasExchangeRounds,
  number: number,
  states: readonly ExchangeRoundState[],
  action: string,
  { now }: Context,
): RecordedRound {
  const round = findRound(state, number)
  const current = stateOf(round, now)
  if (states.includes(current)) return round
  if (current === 'enrolling') refuse('enrolment-open', { before: round.enrolBeforeAt })
  if (current === 'matching' && states.includes('enrolling')) refuse('enrolment-over', { before: round.enrolBeforeAt })
  return refuse('wrong-state', { what: 'exchange round', state: current, action })
}

/** The days of a round in their order: each thing has to be over before the next begins. */
export function checkDays(input: PlanExchangeRound, pointer = ''): void {
  const { enrolBeforeAt, week, reverseWeek, closingMeetingOn } = input
  const wrong = (ok: boolean, field: string, after: Day): Reason[] =>
    ok ? [] : [{ code: 'days-out-of-order', params: { after }, pointer: `${pointer}/${field}` }]
  refuseAll([
    ...wrong(dayOf(enrolBeforeAt) <= week.from, 'week/from', dayOf(enrolBeforeAt)),
    ...wrong(week.from <= week.until, 'week/until', week.from),
    ...wrong(week.until < reverseWeek.from, 'reverseWeek/from', addDays(week.until, 1)),
    ...wrong(reverseWeek.from <= reverseWeek.until, 'reverseWeek/until', reverseWeek.from),
    ...wrong(reverseWeek.until <= closingMeetingOn, 'closingMeetingOn', reverseWeek.until),
  ])
}

/** As `checkDays`, for a round that is new: there is time left to enrol. */
export function checkNew(input: PlanExchangeRound, { now }: Context, pointer = ''): void {
  checkDays(input, pointer)
  if (input.enrolBeforeAt <= now) refuse('deadline-past', {}, `${pointer}/enrolBeforeAt`)
}
