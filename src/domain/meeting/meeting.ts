import { z } from 'zod'
import { type HasContributions, roundNumber } from '../contribution.ts'
import { type ById, type Context, defined, type EventOf, type Evolvers, patch, put, room } from '../event.ts'
import { guard } from '../guard.ts'
import { type Machine, move, statesOf } from '../machine.ts'
import { isOver, type Mandate, mandatesOf, reason } from '../mandate.ts'
import { type MandateEvent, renewalsDue } from '../mandate-acts.ts'
import { partyOf, requireParty } from '../party.ts'
import { type Reason, refuse, refuseAll } from '../refusal.ts'
import { ruleHolds } from '../round.ts'
import { text } from '../text.ts'
import { type Instant, instant, instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'

export type MeetingState = 'planned' | 'closed' | 'cancelled'

/** A meeting is planned, and closed or cancelled. Closing it makes every attending representative's mandate due for renewal. */
export const meetingMachine = {
  planned: { close: 'closed', cancel: 'cancelled' },
  closed: {},
  cancelled: {},
} as const satisfies Machine<MeetingState, 'close' | 'cancel'>
export const meetingStates = statesOf(meetingMachine)

const presences = ['present', 'excused', 'absent'] as const
const capacities = ['representative', 'observer'] as const

const Attendee = z
  .strictObject({
    personId: uuid,
    partyId: z.exactOptional(uuid),
    mandateId: z.exactOptional(uuid).describe('the mandate under which they attend as representative'),
    capacity: z.enum(capacities),
    presence: z.enum(presences),
  })
  .meta({ id: 'Attendee' })
export type Attendee = z.output<typeof Attendee>

const Guest = z
  .strictObject({
    personId: uuid,
    organisationId: uuid,
    statement: z.string().describe('what they acknowledged before attending'),
    notedByPartyId: uuid,
    notedById: uuid,
    notedAt: instantOut,
  })
  .meta({ id: 'Guest' })
type Guest = z.output<typeof Guest>

const MinutedDecision = z
  .strictObject({ id: uuid, what: z.string(), why: z.string(), byPartyIds: z.array(uuid) })
  .meta({ id: 'MinutedDecision' })
export type MinutedDecision = z.output<typeof MinutedDecision>

export const Meeting = z
  .strictObject({
    id: uuid,
    roundNumber: z.int(),
    title: z.string(),
    startsAt: instantOut,
    place: z.exactOptional(z.string()),
    agenda: z.array(z.string()),
    state: z.enum(meetingStates),
    guests: z.exactOptional(z.array(Guest)).describe('people of organisations that are not at the table, who acknowledged confidentiality'),
    attendance: z.array(Attendee),
    minutes: z.strictObject({ decisions: z.array(MinutedDecision) }),
    revision: z.int(),
    closedAt: z.exactOptional(instantOut),
    cancelled: z.exactOptional(z.strictObject({ at: instantOut, reason: z.string() })),
  })
  .meta({ id: 'Meeting' })
export type Meeting = z.output<typeof Meeting>

export type HasMeetings = HasContributions & { meetings: ById<Meeting> }

/** Ground rule 6: short, concrete minutes. */
export const minutesLimit = 10_000
export const minutesLength = (decisions: readonly Pick<MinutedDecision, 'what' | 'why'>[]): number =>
  decisions.reduce((total, { what, why }) => total + what.length + why.length, 0)

export const PlanMeeting = z
  .strictObject({ title: text(200), startsAt: instant, place: text(200).optional(), agenda: z.array(text(500)).max(50).default([]) })
  .meta({ id: 'PlanMeeting' })
export type PlanMeeting = z.output<typeof PlanMeeting>

export const attendees = z.array(z.strictObject({ personId: uuid, presence: z.enum(presences).default('present') })).max(300)
export const TakeAttendance = z.strictObject({ attendees }).meta({ id: 'TakeAttendance' })

export const minutedDecisions = z
  .array(
    z.strictObject({
      what: text(2000).describe('what was agreed or chosen'),
      why: text(2000),
      byPartyIds: z.array(uuid).min(1).max(100).describe('the parties that decided it'),
    }),
  )
  .max(100)
export const WriteMinutes = z.strictObject({ decisions: minutedDecisions }).meta({ id: 'WriteMinutes' })

export const CancelMeeting = z.strictObject({ reason }).meta({ id: 'CancelMeeting' })

/** Where the people at a meeting work, looked up before deciding. */
export type Attending = ReadonlyMap<string, { organisationId: string }>

export const requireMeeting = (state: HasMeetings, id: string): Meeting => state.meetings[id] ?? refuse('not-found', { what: 'meeting' })

export const requirePlanned = (state: HasMeetings, id: string, action: string): Meeting => {
  const meeting = requireMeeting(state, id)
  return meeting.state === 'planned' ? meeting : refuse('wrong-state', { what: 'meeting', state: meeting.state, action })
}

export function planMeeting(state: HasMeetings, input: PlanMeeting, context: Context): MeetingEvent[] {
  room(state.meetings)
  guard(state, 'plan-meeting', context)
  return [{ type: 'meeting-planned', data: { id: context.newId(), roundNumber: roundNumber(state), ...input } }]
}

/** Moves a planned meeting, or changes its agenda. */
export function changeMeeting(state: HasMeetings, id: string, input: PlanMeeting, context: Context): MeetingEvent[] {
  guard(state, 'plan-meeting', context)
  requirePlanned(state, id, 'change')
  return [{ type: 'meeting-changed', data: { meetingId: id, ...input } }]
}

/**
 * Notes who is there. With a mandate one attends as representative; without one as observer (ground rule 3). Who comes from elsewhere has
 * acknowledged confidentiality first.
 */
export function takeAttendance(
  state: HasMeetings,
  id: string,
  input: z.output<typeof TakeAttendance>,
  people: Attending,
  context: Context,
): MeetingEvent[] {
  guard(state, 'hold-meeting', context)
  const { guests = [] } = requirePlanned(state, id, 'take attendance')
  const noted = attendance(state, input.attendees, people, context.now)
  refuseAll(
    noted.flatMap(({ personId, partyId, presence }, index): Reason[] =>
      presence === 'present' && !partyId && !guests.some((guest) => guest.personId === personId)
        ? [{ code: 'confidentiality-missing', pointer: `/attendees/${index}/personId` }]
        : [],
    ),
  )
  return [{ type: 'attendance-taken', data: { meetingId: id, attendance: noted } }]
}

function attendance(
  state: HasMeetings,
  attendees: z.output<typeof TakeAttendance>['attendees'],
  people: Attending,
  now: Instant,
): Attendee[] {
  return attendees.map(({ personId, presence }, index) => {
    const person = people.get(personId) ?? refuse('not-found', { what: 'person' }, `/attendees/${index}/personId`)
    if (attendees.findIndex((other) => other.personId === personId) < index) refuse('attendee-twice', {}, `/attendees/${index}/personId`)
    const party = partyOf(state, person.organisationId)
    const mandate = party && mandatesOf(state, party.id, personId, now).find((held) => mayRepresent(state, held, now))
    return {
      personId,
      ...(party && { partyId: party.id }),
      ...(mandate && { mandateId: mandate.id }),
      capacity: mandate ? 'representative' : 'observer',
      presence,
    }
  })
}

// While a renewal is due one may still speak for one's organisation, and so attends as its representative.
const mayRepresent = (state: HasMeetings, mandate: Mandate, now: Instant): boolean =>
  !isOver(mandate, now, state.mandates) && mandate.fromAt <= now

/** Writes the minutes: what was agreed and chosen, and why, by whom. They replace what was written before. */
export function writeMinutes(state: HasMeetings, id: string, input: z.output<typeof WriteMinutes>, context: Context): MeetingEvent[] {
  guard(state, 'hold-meeting', context)
  requirePlanned(state, id, 'write minutes')
  const { decisions } = input
  const length = minutesLength(decisions)
  if (ruleHolds(state, 6) && length > minutesLimit) refuse('minutes-too-long', { length, limit: minutesLimit }, '/decisions')
  const minutes = decisions.map(({ what, why, byPartyIds }, index) => {
    for (const [nth, party] of byPartyIds.entries()) requireParty(state, party, `/decisions/${index}/byPartyIds/${nth}`)
    return { id: context.newId(), what, why, byPartyIds }
  })
  return [{ type: 'minutes-written', data: { meetingId: id, decisions: minutes } }]
}

/** Closes a meeting that has begun and has attendance: the mandates of the representatives who were there become due for renewal. */
export function closeMeeting(state: HasMeetings, id: string, context: Context): (MeetingEvent | MandateEvent)[] {
  const { party, person } = guard(state, 'hold-meeting', context)
  // It puts everybody's mandate to the test, so it takes one: also one that waits for renewal itself.
  const held = mandatesOf(state, party.id, person.personId, context.now)
  if (!held.some((one) => mayRepresent(state, one, context.now))) refuse('mandate-missing')
  const meeting = requireMeeting(state, id)
  move('meeting', meetingMachine, meeting.state, 'close')
  const present = meeting.attendance.filter((attendee) => attendee.presence === 'present')
  refuseAll([
    ...(meeting.startsAt > context.now ? [{ code: 'meeting-not-begun' as const, params: { startsAt: meeting.startsAt } }] : []),
    ...(present.length === 0 ? [{ code: 'nobody-attended' as const }] : []),
  ])
  // Every mandate that a representative holds here: a second one is no way around the renewal.
  const mandateIds = present.flatMap(({ personId, partyId, mandateId }) =>
    mandateId && partyId
      ? mandatesOf(state, partyId, personId, context.now)
          .filter((held) => mayRepresent(state, held, context.now))
          .map((held) => held.id)
      : [],
  )
  return [{ type: 'meeting-closed', data: { meetingId: id } }, ...renewalsDue(state, id, mandateIds, context.now)]
}

export function cancelMeeting(state: HasMeetings, id: string, input: z.output<typeof CancelMeeting>, context: Context): MeetingEvent[] {
  guard(state, 'plan-meeting', context)
  move('meeting', meetingMachine, requireMeeting(state, id).state, 'cancel')
  return [{ type: 'meeting-cancelled', data: { meetingId: id, reason: input.reason } }]
}

export const meetingEvents = {
  'meeting-planned': (state, data: PlanMeeting & { id: string; roundNumber: number }, { revision }) => ({
    meetings: put(state.meetings, { ...defined(data), state: 'planned', attendance: [], minutes: { decisions: [] }, revision }),
  }),
  'meeting-changed': (state, data: PlanMeeting & { meetingId: string }, { revision }) => {
    const { meetingId, ...plan } = data
    return { meetings: patch(state.meetings, meetingId, { ...defined(plan), revision }) }
  },
  'guests-noted': (state, data: { meetingId: string; guests: Omit<Guest, 'notedAt'>[] }, { at, revision }) => ({
    meetings: patch(state.meetings, data.meetingId, { guests: data.guests.map((guest) => ({ ...guest, notedAt: at })), revision }),
  }),
  'attendance-taken': (state, data: { meetingId: string; attendance: Attendee[] }, { revision }) => ({
    meetings: patch(state.meetings, data.meetingId, { attendance: data.attendance, revision }),
  }),
  'minutes-written': (state, data: { meetingId: string; decisions: MinutedDecision[] }, { revision }) => ({
    meetings: patch(state.meetings, data.meetingId, { minutes: { decisions: data.decisions }, revision }),
  }),
  'meeting-closed': (state, data: { meetingId: string }, { at, revision }) => ({
    meetings: patch(state.meetings, data.meetingId, { state: 'closed', closedAt: at, revision }),
  }),
  'meeting-cancelled': (state, data: { meetingId: string; reason: string }, { at, revision }) => ({
    meetings: patch(state.meetings, data.meetingId, { state: 'cancelled', cancelled: { at, reason: data.reason }, revision }),
  }),
} satisfies Evolvers<HasMeetings>
export type MeetingEvent = EventOf<typeof meetingEvents>
