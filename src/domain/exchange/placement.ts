import { z } from 'zod'
import { type ById, type Context, defined, type EventOf, type Evolvers, keep, mostAtTable, patch, put } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { type Machine, move, statesOf } from '../machine.ts'
import { refuse } from '../refusal.ts'
import { text } from '../text.ts'
import { day, dayOf, dayOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import type { People } from './enrolment.ts'
import { type HasMatchings, isThere, type MakeMatching } from './matching.ts'
import { type Members, requireLead, requireRound } from './round.ts'

type PlacementState = 'planned' | 'held' | 'cancelled'

/** A visit that was cancelled can still be made up for: what it returns stays owed until then. */
const placementMachine = {
  planned: { hold: 'held', cancel: 'cancelled' },
  cancelled: { hold: 'held' },
  held: {},
} as const satisfies Machine<PlacementState, 'hold' | 'cancel'>
export const placementStates = statesOf(placementMachine)

const Item = z.strictObject({ text: text(500), done: z.boolean() })

/** One visit: who goes where, in which week, and the visit that returns it, which is an obligation. */
export const Placement = z
  .strictObject({
    id: uuid,
    roundNumber: z.int(),
    reverseId: uuid.describe('the visit the other way round, which is owed where this one was held'),
    guest: z.strictObject({ personId: uuid, organisationId: uuid }),
    host: z.strictObject({ organisationId: uuid, contactId: uuid.describe('the person who prepares it') }),
    week: z.strictObject({ from: dayOut, until: dayOut }),
    on: z.exactOptional(dayOut).describe('the day in that week, once the host has set it'),
    preparation: z.array(z.strictObject({ text: z.string(), done: z.boolean() })),
    state: z.enum(placementStates),
    heldOn: z.exactOptional(dayOut),
    cancelledBecause: z.exactOptional(z.string()),
    revision: z.int(),
  })
  .meta({ id: 'Placement' })
export type Placement = z.output<typeof Placement>

/** `placements` are those of rounds that are not closed, of the one that closed last, and those that are still owed. */
export type HasPlacements = HasMatchings & { checklist: readonly string[]; placements: ById<Placement> }

export const PreparePlacement = z
  .strictObject({
    on: day.optional(),
    items: z.array(Item).max(50),
    contactId: uuid.optional().describe('who prepares it from now on, of the host’s organisation; who did when left out'),
  })
  .meta({ id: 'PreparePlacement' })
export type PreparePlacement = z.output<typeof PreparePlacement>

export const PlacementOutcome = z
  .discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.literal('held'), heldOn: day }),
    z.strictObject({ outcome: z.literal('cancelled'), reason: text(1000) }),
  ])
  .meta({ id: 'PlacementOutcome' })
export type PlacementOutcome = z.output<typeof PlacementOutcome>

type Made = Omit<Placement, 'preparation' | 'state' | 'revision'>

/**
 * Makes the placements of the matching as it stands, of people who are all still there: each pair gets a visit, and the visit that
 * returns it. Where who would prepare a visit has left, whoever is visited does.
 */
export function makePlacements(
  state: HasPlacements,
  { roundNumber }: z.output<typeof MakeMatching>,
  members: Members,
  people: People,
  context: Context,
): PlacementEvent[] {
  requireLead(state, context.actor)
  const { week, reverseWeek } = requireRound(state, roundNumber, ['matching'], 'place', context)
  const matching = state.matchings[roundNumber]
  if (!matching || matching.voidAt) refuse('matching-missing', {}, '/roundNumber')
  if (matching.pairs.length === 0) refuse('nobody-paired', {}, '/roundNumber')
  const stands = matching.pairs.every(({ first, second }) => [first, second].every((one) => isThere(one, members, people)))
  if (!stands) refuse('matching-missing', {}, '/roundNumber')
  type Paired = (typeof matching.pairs)[number]['first']
  const contactOf = ({ enrolmentId, personId, organisationId }: Paired) => {
    const { hostContactId = personId } = state.enrolments[enrolmentId] ?? {}
    return people.get(hostContactId)?.organisationId === organisationId ? hostContactId : personId
  }
  const visit = (guest: Paired, host: Paired, week: Placement['week']) => ({
    roundNumber,
    guest: { personId: guest.personId, organisationId: guest.organisationId },
    host: { organisationId: host.organisationId, contactId: contactOf(host) },
    week,
  })
  const placements = matching.pairs.flatMap(({ first, second }): Made[] => {
    const [id, reverseId] = [context.newId(), context.newId()]
    return [
      { id, reverseId, ...visit(first, second, week) },
      { id: reverseId, reverseId: id, ...visit(second, first, reverseWeek) },
    ]
  })
  // What is owed from rounds before stays beside what is planned: with more than these every act would grow slow.
  const going = Object.keys(keep(state.placements, (one) => isGoingOn(state, one))).length
  if (going + placements.length > 2 * mostAtTable) refuse('full', { max: 2 * mostAtTable })
  return [{ type: 'placements-made', data: { roundNumber, placements } }]
}

/** A placement of a round that is not closed or closed last, or that is still owed. */
export const requirePlacement = (state: HasPlacements, id: string): Placement =>
  state.placements[id] ?? refuse('not-found', { what: 'placement' })

/** The host’s organisation prepares a visit: its day, what has to be ready, and who sees to that. */
export function preparePlacement(
  state: HasPlacements,
  placementId: string,
  { on, items, contactId }: PreparePlacement,
  people: People,
  context: Context,
): PlacementEvent[] {
  const { organisationId } = requirePerson(context.actor)
  const { host, week, state: current } = requirePlacement(state, placementId)
  if (host.organisationId !== organisationId) refuse('not-yours', { what: 'placement' })
  if (current !== 'planned') refuse('wrong-state', { what: 'placement', state: current, action: 'prepare' })
  if (on !== undefined && (on < week.from || on > week.until)) refuse('outside-week', { from: week.from, until: week.until }, '/on')
  if (contactId !== undefined && people.get(contactId)?.organisationId !== organisationId)
    refuse('holder-not-of-organisation', {}, '/contactId')
  return [{ type: 'placement-prepared', data: defined({ placementId, on, items, contactId }) }]
}

/** Says what became of a visit; guest's and host's organisation both may. */
export function settlePlacement(state: HasPlacements, placementId: string, input: PlacementOutcome, context: Context): PlacementEvent[] {
  const { organisationId } = requirePerson(context.actor)
  const placement = requirePlacement(state, placementId)
  if (![placement.guest.organisationId, placement.host.organisationId].includes(organisationId)) refuse('not-yours', { what: 'placement' })
  move('placement', placementMachine, placement.state, input.outcome === 'held' ? 'hold' : 'cancel')
  if (input.outcome === 'cancelled') return [{ type: 'placement-cancelled', data: { placementId, reason: input.reason } }]
  const today = dayOf(context.now)
  if (input.heldOn > today) refuse('not-yet-held', { today }, '/heldOn')
  if (input.heldOn < placement.week.from) refuse('outside-week', { from: placement.week.from, until: placement.week.until }, '/heldOn')
  return [{ type: 'placement-held', data: { placementId, heldOn: input.heldOn } }]
}

/** Whether a visit is still owed: it was not held, and the one that it returns was. */
export const isOwed = ({ placements }: Pick<HasPlacements, 'placements'>, { state, reverseId }: Placement): boolean =>
  state !== 'held' && placements[reverseId]?.state === 'held'

/** Whether a visit is of a round that is not closed, or one of two of which one is still owed. */
export function isGoingOn(state: Pick<HasPlacements, 'placements' | 'rounds'>, one: Placement): boolean {
  const other = state.placements[one.reverseId]
  const open = state.rounds.some(({ number, closedAt }) => number === one.roundNumber && !closedAt)
  return open || isOwed(state, one) || (other !== undefined && isOwed(state, other))
}

/** What was prepared takes the place of what was: also of a day that is no longer set. */
function prepared(
  placements: ById<Placement>,
  { placementId, on, items, contactId }: PreparePlacement & { placementId: string },
  revision: number,
) {
  const placement = placements[placementId]
  if (!placement) return placements
  const { on: _, ...rest } = placement
  const host = { ...placement.host, ...(contactId && { contactId }) }
  return put(placements, { ...rest, host, ...(on && { on }), preparation: items, revision })
}

export const placementEvents = {
  'placements-made': (state, data: { roundNumber: number; placements: readonly Made[] }, { at, revision }) => ({
    rounds: state.rounds.map((round) => (round.number === data.roundNumber ? { ...round, placedAt: at } : round)),
    placements: data.placements.reduce<ById<Placement>>(
      (all, one) => put(all, { ...one, preparation: state.checklist.map((text) => ({ text, done: false })), state: 'planned', revision }),
      state.placements,
    ),
    revision,
  }),
  'placement-prepared': (state, data: PreparePlacement & { placementId: string }, { revision }) => ({
    placements: prepared(state.placements, data, revision),
  }),
  'placement-cancelled': (state, data: { placementId: string; reason: string }, { revision }) => ({
    placements: patch(state.placements, data.placementId, {
      state: placementMachine.planned.cancel,
      cancelledBecause: data.reason,
      revision,
    }),
  }),
  'placement-held': (state, data: { placementId: string; heldOn: string }, { revision }) => ({
    placements: patch(state.placements, data.placementId, { state: placementMachine.planned.hold, heldOn: data.heldOn, revision }),
  }),
} satisfies Evolvers<HasPlacements & { revision: number }>
export type PlacementEvent = EventOf<typeof placementEvents>
