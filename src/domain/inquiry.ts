import { z } from 'zod'
import { type ById, type Context, defined, type EventOf, type Evolvers, mostAtTable, patch, put, type Recorded, room } from './event.ts'
import { requirePerson } from './guard.ts'
import { type Machine, move, statesOf } from './machine.ts'
import { refuse } from './refusal.ts'
import { text } from './text.ts'
import { day, dayOut, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

type InquiryState = 'open' | 'closed'
type InquiryMove = 'take-seat' | 'leave-seat' | 'add-finding' | 'close'

/** An inquiry looks for what works until it is closed; after that nothing of it changes (docs/domain.md#appreciative-inquiry). */
export const inquiryMachine = {
  open: { 'take-seat': 'open', 'leave-seat': 'open', 'add-finding': 'open', 'close': 'closed' },
  closed: {},
} as const satisfies Machine<InquiryState, InquiryMove>
export const inquiryStates = statesOf(inquiryMachine)

/** What an inquiry finds: what drives people, what went well, what is possible, and what to try. */
export const findingKinds = ['driver', 'success', 'opportunity', 'idea'] as const

const Invited = z.strictObject({ organisationId: uuid, name: z.string() })

/** The place of a person in an inquiry; its id there is that of the person. */
export const Seat = z
  .strictObject({ id: uuid, organisationId: uuid, takenAt: instantOut, leftAt: z.exactOptional(instantOut) })
  .meta({ id: 'InquirySeat' })
export type Seat = z.output<typeof Seat>

export const Finding = z
  .strictObject({ id: uuid, kind: z.enum(findingKinds), text: z.string(), organisationId: uuid, personId: uuid, at: instantOut })
  .meta({ id: 'Finding' })
export type Finding = z.output<typeof Finding>

const called = {
  id: uuid,
  networkId: uuid,
  title: z.string(),
  question: z.string(),
  heldOn: z.exactOptional(dayOut),
  seatsPerOrganisation: z.exactOptional(z.int()).describe('as many as they like where this is left out'),
  organisationId: uuid.describe('the organisation that called it, and closes it'),
  personId: uuid,
}

/** An appreciative inquiry of a network: a session that looks for what works, with seats for each organisation that is invited. */
export type Inquiry = z.output<z.ZodObject<typeof called>> & {
  invited: readonly z.output<typeof Invited>[]
  seats: ById<Seat>
  /** How many findings there are, and the last: those before it keep their rows. */
  found: number
  finding: Finding | null
  state: InquiryState
  calledAt: string
  closedAt?: string
  revision: number
}

/** An inquiry as the members of its network see it; who sits there and what they found are lists of their own. */
export const InquiryView = z
  .strictObject({
    ...called,
    state: z.enum(inquiryStates),
    calledAt: instantOut,
    closedAt: z.exactOptional(instantOut),
    organisations: z.array(Invited.extend({ seatsTaken: z.int() })).describe('who is invited, with the seats that each has taken'),
    balanced: z.boolean().describe('every organisation that is invited has taken as many seats as every other, and at least one'),
    revision: z.int(),
  })
  .meta({ id: 'Inquiry' })
export type InquiryView = z.output<typeof InquiryView>

export function viewInquiry({ invited, seats, found: _, finding: _last, ...inquiry }: Inquiry): InquiryView {
  const organisations = invited.map((one) => ({ ...one, seatsTaken: seatsOf({ seats }, one.organisationId).length }))
  const [first, ...others] = organisations.map(({ seatsTaken }) => seatsTaken)
  return { ...inquiry, organisations, balanced: first !== undefined && first > 0 && others.every((taken) => taken === first) }
}

/** The people of an organisation who have a seat now. */
const seatsOf = ({ seats }: Pick<Inquiry, 'seats'>, organisationId: string): Seat[] =>
  Object.values(seats).filter((seat) => seat.organisationId === organisationId && !seat.leftAt)

export const CallInquiry = z
  .strictObject({
    networkId: uuid,
    title: text(200),
    question: text(2000).describe('what is asked: what goes well, and what it takes to have more of it'),
    heldOn: day.optional(),
    seatsPerOrganisation: z.int().min(1).max(100).optional().describe('the same for each; as many as they like when left out'),
    organisationIds: z.array(uuid).max(100).default([]).describe('members of the network beside that of the caller, which takes part'),
  })
  .meta({ id: 'CallInquiry' })
export type CallInquiry = z.output<typeof CallInquiry>

export const TakeSeat = z
  .strictObject({ personId: uuid.optional().describe('somebody of one’s own organisation; oneself when left out') })
  .meta({ id: 'TakeSeat' })
export type TakeSeat = z.output<typeof TakeSeat>

export const AddFinding = z.strictObject({ kind: z.enum(findingKinds), text: text(4000) }).meta({ id: 'AddFinding' })
export type AddFinding = z.output<typeof AddFinding>

/** The members of a network among those that are named, by id, as they were looked up before deciding. */
export type Members = ReadonlyMap<string, { name: string }>

/** Calls an inquiry of one's own organisation and others of the network. */
export function callInquiry(input: CallInquiry, members: Members, { actor, newId }: Context): InquiryEvent[] {
  const { organisationId, personId } = requirePerson(actor)
  const { organisationIds, ...rest } = input
  const invited = [...new Set([organisationId, ...organisationIds])].map((id) => {
    const { name } = members.get(id) ?? refuse('not-a-member', {}, `/organisationIds/${organisationIds.indexOf(id)}`)
    return { organisationId: id, name }
  })
  return [{ type: 'inquiry-called', data: { ...defined(rest), id: newId(), organisationId, personId, invited } }]
}

/** Takes a seat for oneself, or for a colleague: who sits for an organisation is its own choice, within the seats that each has. */
export function takeSeat(
  state: Inquiry,
  input: TakeSeat,
  people: ReadonlyMap<string, { organisationId: string }>,
  context: Context,
): InquiryEvent[] {
  const { organisationId, personId: own } = requirePerson(context.actor)
  move('inquiry', inquiryMachine, state.state, 'take-seat')
  if (!state.invited.some((one) => one.organisationId === organisationId)) refuse('not-invited')
  const { personId = own } = input
  if (people.get(personId)?.organisationId !== organisationId) refuse('not-found', { what: 'person' }, '/personId')
  const before = state.seats[personId]
  if (before && !before.leftAt) refuse('already-done', { what: 'seat' }, '/personId')
  const { seatsPerOrganisation: most } = state
  if (most !== undefined && seatsOf(state, organisationId).length >= most) refuse('seats-taken', { max: most })
  if (!before) room(state.seats)
  return [{ type: 'seat-taken', data: { id: personId, organisationId } }]
}

/** Gives up a seat of one's own organisation, so that a colleague can take it; what was found in it stays. */
export function leaveSeat(state: Inquiry, seatId: string, context: Context): InquiryEvent[] {
  const { organisationId } = requirePerson(context.actor)
  move('inquiry', inquiryMachine, state.state, 'leave-seat')
  const seat = state.seats[seatId]
  if (!seat || seat.leftAt) refuse('not-found', { what: 'seat' })
  if (seat.organisationId !== organisationId) refuse('other-organisation')
  return [{ type: 'seat-left', data: { id: seatId } }]
}

/** Brings in what was found, by somebody who has a seat. */
export function addFinding(state: Inquiry, input: AddFinding, context: Context): InquiryEvent[] {
  const { organisationId, personId } = requirePerson(context.actor)
  move('inquiry', inquiryMachine, state.state, 'add-finding')
  const seat = state.seats[personId]
  if (!seat || seat.leftAt) refuse('without-seat')
  if (state.found >= mostAtTable) refuse('full', { max: mostAtTable })
  return [{ type: 'finding-added', data: { id: context.newId(), ...input, organisationId, personId } }]
}

/** Closes an inquiry, by the organisation that called it; from then on it is only read. */
export function closeInquiry(state: Inquiry, context: Context): InquiryEvent[] {
  const { organisationId } = requirePerson(context.actor)
  if (state.organisationId !== organisationId) refuse('not-yours', { what: 'inquiry' })
  move('inquiry', inquiryMachine, state.state, 'close')
  return [{ type: 'inquiry-closed', data: {} }]
}

const evolvers = {
  'seat-taken': (state, data: { id: string; organisationId: string }, { at, revision }) => ({
    // Who comes back takes the old place.
    seats: put(state.seats, { ...data, takenAt: at }),
    revision,
  }),
  'seat-left': (state, data: { id: string }, { at, revision }) => ({ seats: patch(state.seats, data.id, { leftAt: at }), revision }),
  'finding-added': (state, data: Omit<Finding, 'at'>, { at, revision }) => ({
    found: state.found + 1,
    finding: { ...data, at },
    revision,
  }),
  'inquiry-closed': (_state, _data: Record<string, never>, { at, revision }) => ({
    state: inquiryMachine.open.close,
    closedAt: at,
    revision,
  }),
} satisfies Evolvers<Inquiry>

type Called = Omit<Inquiry, 'seats' | 'found' | 'finding' | 'state' | 'calledAt' | 'closedAt' | 'revision'>
export type InquiryEvent = { type: 'inquiry-called'; data: Called; mandateId?: string } | EventOf<typeof evolvers>

/** The inquiry after an event. */
export function evolve(state: Inquiry | undefined, event: InquiryEvent, recorded: Recorded): Inquiry {
  const { at, revision } = recorded
  if (event.type === 'inquiry-called') return { ...event.data, seats: {}, found: 0, finding: null, state: 'open', calledAt: at, revision }
  if (!state) throw new Error(`an inquiry begins with inquiry-called, not with ${event.type}`)
  const table: Evolvers<Inquiry> = evolvers
  return { ...state, ...table[event.type]?.(state, event.data, recorded) }
}
