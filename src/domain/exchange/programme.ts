import { z } from 'zod'
import { by } from '../actor.ts'
import { type Context, type EventOf, type Evolvers, keep, type Recorded } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { refuse } from '../refusal.ts'
import { text } from '../text.ts'
import { type Instant, instantOut, latest } from '../time.ts'
import { uuid } from '../uuid.ts'
import { type ClosingEvent, closingEvents, type HasClosing } from './closing.ts'
import { type Enrol, type EnrolmentEvent, enrol, type People } from './enrolment.ts'
import { type MatchingEvent, matchingEvents } from './matching.ts'
import { type PlacementEvent, placementEvents } from './placement.ts'
import { type ReflectionEvent, reflectionEvents } from './reflection.ts'
import {
  type CancelExchangeRound,
  checkDays,
  checkNew,
  ExchangeRound,
  findRound,
  type Members,
  PlanExchangeRound,
  type RecordedRound,
  requireLead,
  requireRound,
  viewRound,
} from './round.ts'

/** A round a month for eight years: no programme needs more, and all of them are shown with it. */
const mostRounds = 100

const about = {
  title: text(200),
  purpose: text(2000),
  checklist: z.array(text(500)).max(50).default([]).describe('what every host prepares: each visit starts with these items'),
}
export const FoundProgramme = z
  .strictObject({ networkId: uuid, ...about, rounds: z.array(PlanExchangeRound).max(mostRounds).default([]) })
  .meta({ id: 'FoundProgramme' })
export type FoundProgramme = z.output<typeof FoundProgramme>
export const ChangeProgramme = z.strictObject(about).meta({ id: 'ChangeProgramme' })
export type ChangeProgramme = z.output<typeof ChangeProgramme>

/** People of organisations in a network visit each other, in rounds; led by the organisation that founded it. */
export const ProgrammeView = z
  .strictObject({
    id: uuid,
    networkId: uuid,
    organisationId: uuid.describe('the organisation that leads it; once that has left the network, any member may'),
    title: z.string(),
    purpose: z.string(),
    checklist: z.array(z.string()),
    rounds: z.array(ExchangeRound),
    foundedAt: instantOut,
    revision: z.int(),
  })
  .meta({ id: 'ExchangeProgramme' })
export type ProgrammeView = z.output<typeof ProgrammeView>

/** A programme as it is recorded: where its rounds stand follows from the clock. */
export type RecordedProgramme = Omit<ProgrammeView, 'rounds'> & { rounds: RecordedRound[] }
export type Programme = HasClosing & RecordedProgramme

export const recordedProgramme = (state: Programme): RecordedProgramme => {
  const { id, networkId, organisationId, title, purpose, checklist, rounds, foundedAt, revision } = state
  return { id, networkId, organisationId, title, purpose, checklist, rounds, foundedAt, revision }
}

export const viewProgramme = ({ rounds, ...programme }: RecordedProgramme, at: Instant): ProgrammeView => ({
  ...programme,
  rounds: rounds.map((round) => viewRound(round, at)),
})

/** Founds a programme in a network, led by the caller's organisation. */
export function foundProgramme(input: FoundProgramme, members: Members, context: Context): ProgrammeEvent[] {
  const { organisationId } = requirePerson(context.actor)
  if (!members.has(organisationId)) refuse('not-found', { what: 'network' }, '/networkId')
  for (const [index, round] of input.rounds.entries()) checkNew(round, context, `/rounds/${index}`)
  const rounds = input.rounds.map((round, index) => ({ number: index + 1, ...round }))
  return [{ type: 'programme-founded', data: { ...input, rounds, id: context.newId(), organisationId } }]
}

/** Changes what a programme is for, or what hosts prepare from the next placements on. */
export function changeProgramme(state: Programme, input: ChangeProgramme, context: Context): ProgrammeEvent[] {
  requireLead(state, context.actor)
  return [{ type: 'programme-changed', data: input }]
}

export function addExchangeRound(state: Programme, input: PlanExchangeRound, context: Context): ProgrammeEvent[] {
  requireLead(state, context.actor)
  if (state.rounds.length >= mostRounds) refuse('full', { max: mostRounds })
  checkNew(input, context)
  return [{ type: 'exchange-round-planned', data: { number: state.rounds.length + 1, ...input } }]
}

/** Changes the days of a round, while people can still be enrolled in it; a deadline that is past means: from now on. */
export function changeExchangeRound(state: Programme, number: number, input: PlanExchangeRound, context: Context): ProgrammeEvent[] {
  findRound(state, number)
  requireLead(state, context.actor)
  requireRound(state, number, ['enrolling'], 'change', context)
  const enrolBeforeAt = latest(input.enrolBeforeAt, context.now)
  checkDays({ ...input, enrolBeforeAt })
  return [{ type: 'exchange-round-planned', data: { number, ...input, enrolBeforeAt } }]
}

/** Cancels a round of which no placements were made: what nobody can be paired in does not stand there for good. */
export function cancelExchangeRound(state: Programme, number: number, input: CancelExchangeRound, context: Context): ProgrammeEvent[] {
  findRound(state, number)
  requireLead(state, context.actor)
  requireRound(state, number, ['enrolling', 'matching'], 'cancel', context)
  return [{ type: 'exchange-round-cancelled', data: { number, reason: input.reason } }]
}

/** Enrols several people at once, each beside those before: all of them or none. */
export function enrolTogether(
  state: Programme,
  inputs: readonly Enrol[],
  members: Members,
  people: People,
  context: Context,
): ProgrammeEvent[] {
  const recorded = { at: context.now, by: by(context.actor), revision: state.revision }
  const [next, ...others] = inputs
  if (!next) return []
  const events = enrol(state, next, members, people, context)
  const after = events.reduce((before, event) => evolve(before, event, recorded), state)
  return [...events, ...enrolTogether(after, others, members, people, context)]
}

const evolvers = {
  'programme-changed': (_state, data: ChangeProgramme, { revision }) => ({ ...data, revision }),
  'exchange-round-planned': (state, data: RecordedRound, { revision }) => ({
    rounds: [...state.rounds.filter(({ number }) => number !== data.number), data].sort((a, b) => a.number - b.number),
    revision,
  }),
  'exchange-round-cancelled': (state, { number, reason }: CancelExchangeRound & { number: number }, { at, revision }) => ({
    rounds: state.rounds.map((round) => (round.number === number ? { ...round, closedAt: at, cancelledBecause: reason } : round)),
    enrolments: keep(state.enrolments, ({ roundNumber }) => roundNumber !== number),
    matchings: keep(state.matchings, ({ roundNumber }) => roundNumber !== number),
    revision,
  }),
  ...matchingEvents,
  ...placementEvents,
  ...reflectionEvents,
  ...closingEvents,
} satisfies Evolvers<Programme>

type Founded = Omit<FoundProgramme, 'rounds'> & { id: string; organisationId: string; rounds: RecordedRound[] }
export type ProgrammeEvent =
  | { type: 'programme-founded'; data: Founded; mandateId?: string }
  | EventOf<Pick<typeof evolvers, 'programme-changed' | 'exchange-round-planned' | 'exchange-round-cancelled'>>
  | EnrolmentEvent
  | MatchingEvent
  | PlacementEvent
  | ReflectionEvent
  | ClosingEvent

/** The programme after an event. */
export function evolve(state: Programme | undefined, event: ProgrammeEvent, recorded: Recorded): Programme {
  if (event.type === 'programme-founded') {
    const { at, revision } = recorded
    const nothing = { enrolments: {}, left: null, matchings: {}, placements: {}, reflected: null, reflectors: {}, closing: null }
    return { ...event.data, ...nothing, foundedAt: at, revision }
  }
  if (!state) throw new Error(`a programme begins with programme-founded, not with ${event.type}`)
  const table: Evolvers<Programme> = evolvers
  return { ...state, ...table[event.type]?.(state, event.data, recorded) }
}
