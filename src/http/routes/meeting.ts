import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type AgreementChange, madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import {
  cancelMeeting,
  changeMeeting,
  closeMeeting,
  noteGuests,
  planMeeting,
  recordMeeting,
  takeAttendance,
  writeMinutes,
} from '../../actions/meeting.ts'
import { NoteGuests } from '../../domain/meeting/guest.ts'
import { CancelMeeting, Meeting, meetingStates, PlanMeeting, TakeAttendance, WriteMinutes } from '../../domain/meeting/meeting.ts'
import { minutesInMarkdown } from '../../domain/meeting/minutes.ts'
import { RecordMeeting } from '../../domain/meeting/record.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findMeeting, listMeetings, namedIn } from '../../store/meeting.ts'
import { etagOf, etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, number, ofAgreement } from '../params.ts'

const tag = 'Meetings'
const one = z.strictObject({ ...ofAgreement, meetingId: id })

const seen = (meeting: Meeting) => ({ body: meeting, etag: etagOf(meeting.revision) })
const changedMeeting = ({ state }: AgreementChange, meetingId: string) =>
  seen(state.meetings[meetingId] ?? refuse('not-found', { what: 'meeting' }))

const plan: z.input<typeof PlanMeeting> = {
  title: 'Maandelijks overleg',
  startsAt: '2026-11-22T13:30:00.000Z',
  place: 'Buurthuis De Kogge',
  agenda: ['Hoe gaan de bezoeken?', 'De tekst voor de volgende ronde'],
}
const decisions = [{ what: 'Binnen twee dagen een gezamenlijk bezoek', why: 'Eén gezicht geeft rust', byPartyIds: [anId] }]

/** Meetings: who was there, and what was agreed and chosen and why. */
export function meetingRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/meetings',
    id: 'listMeetings',
    tag,
    summary: { en: 'The meetings, in the order in which they begin', nl: 'De bijeenkomsten, op volgorde van aanvang' },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject({
      ...pageQuery(),
      state: z.enum(meetingStates).optional(),
      round: number.optional().describe('the number of the round'),
    }),
    answer: { status: 200, schema: pageOf(Meeting, 'MeetingPage') },
    handle: async (call) => {
      const { state, round: roundNumber, limit } = call.query
      const after = position(call, z.tuple([z.iso.datetime(), uuid]))
      const slice = { state, roundNumber, after, limit: limit + 1 }
      const { docs } = await listMeetings(database, await call.actor(), call.params.agreementId, slice)
      return page(call, docs, { keys: (meeting) => [meeting.startsAt, meeting.id], item: (meeting) => meeting })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/meetings',
    id: 'planMeeting',
    tag,
    summary: { en: 'Plan a meeting', nl: 'Een bijeenkomst plannen' },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: PlanMeeting,
    example: plan,
    answer: { status: 201, schema: Meeting, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await planMeeting(deps, await actor(), { ...params, ifMatch }, body)
      const made = changedMeeting(changed, madeId(changed, 'meeting-planned'))
      return { ...made, location: `/agreements/${params.agreementId}/meetings/${made.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/meetings/:meetingId',
    id: 'getMeeting',
    tag,
    summary: { en: 'A meeting with its attendance and minutes', nl: 'Een bijeenkomst met aanwezigen en verslag' },
    description: {
      en: 'As `text/markdown` for who prefers that: the minutes as they go into a mail, with names, in the language of Accept-Language.',
      nl: 'Als `text/markdown` voor wie daar de voorkeur aan geeft: het verslag zoals het in een mail past, met namen, in de taal van Accept-Language.',
    },
    access: 'member',
    params: one,
    answer: { status: 200, schema: Meeting, other: 'text/markdown', etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, other, language }) => {
      const { doc: meeting } = await findMeeting(database, await actor(), agreementId, meetingId)
      if (!other) return seen(meeting)
      const minutes = minutesInMarkdown(meeting, await namedIn(database, agreementId, meeting), language)
      return { other: minutes, etag: etagOfBody(meeting.revision, minutes) }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/meetings/:meetingId',
    id: 'changeMeeting',
    tag,
    summary: { en: 'Move a planned meeting, or change its agenda', nl: 'Een geplande bijeenkomst verzetten of de agenda wijzigen' },
    access: 'person',
    params: one,
    body: PlanMeeting,
    example: plan,
    answer: { status: 200, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, body, ifMatch }) =>
      changedMeeting(await changeMeeting(deps, await actor(), { agreementId, ifMatch }, meetingId, body), meetingId),
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/meetings/:meetingId/guests',
    id: 'noteGuests',
    tag,
    summary: { en: 'Note which guests acknowledged confidentiality', nl: 'Vastleggen welke gasten de geheimhouding erkenden' },
    description: {
      en: 'Who comes from an organisation that is not at the table does so before attending, at the door. Replaces the list; If-Match is the ETag of the meeting.',
      nl: 'Wie van een organisatie komt die niet aan tafel zit, doet dat vooraf, bij de deur. Vervangt de lijst; If-Match is de ETag van de bijeenkomst.',
    },
    access: 'person',
    params: one,
    body: NoteGuests,
    example: { guests: [{ personId: anId, statement: 'Wat hier gezegd wordt, blijft hier.' }] },
    answer: { status: 200, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, body, ifMatch }) =>
      changedMeeting(await noteGuests(deps, await actor(), { agreementId, ifMatch }, meetingId, body), meetingId),
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/meetings/:meetingId/attendance',
    id: 'takeAttendance',
    tag,
    summary: { en: 'Note who is there', nl: 'De aanwezigheid vastleggen' },
    description: {
      en: 'With a mandate one attends as representative, without one as observer. Replaces the list; If-Match is the ETag of the meeting.',
      nl: 'Met een mandaat is iemand er als vertegenwoordiger, zonder als waarnemer. Vervangt de lijst; If-Match is de ETag van de bijeenkomst.',
    },
    access: 'person',
    params: one,
    body: TakeAttendance,
    example: { attendees: [{ personId: anId, presence: 'present' }] },
    answer: { status: 200, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, body, ifMatch }) =>
      changedMeeting(await takeAttendance(deps, await actor(), { agreementId, ifMatch }, meetingId, body), meetingId),
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/meetings/:meetingId/minutes',
    id: 'writeMinutes',
    tag,
    summary: {
      en: 'Write the minutes: what was agreed and chosen, and why',
      nl: 'Het verslag schrijven: wat is afgesproken en gekozen, en waarom',
    },
    description: {
      en: 'Short and concrete: 10,000 characters at most (ground rule 6). Replaces what was written; If-Match is the ETag of the meeting.',
      nl: 'Kort en concreet: hoogstens 10.000 tekens (spelregel 6). Vervangt wat er stond; If-Match is de ETag van de bijeenkomst.',
    },
    access: 'person',
    params: one,
    body: WriteMinutes,
    example: { decisions },
    answer: { status: 200, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, body, ifMatch }) =>
      changedMeeting(await writeMinutes(deps, await actor(), { agreementId, ifMatch }, meetingId, body), meetingId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/meetings/:meetingId/closure',
    id: 'closeMeeting',
    tag,
    summary: { en: 'Close the meeting', nl: 'De bijeenkomst afsluiten' },
    description: {
      en: 'The mandate of every attending representative is due for renewal from then on (ground rule 4).',
      nl: 'Vanaf dan wacht het mandaat van elke aanwezige vertegenwoordiger op vernieuwing (spelregel 4).',
    },
    access: 'person',
    params: one,
    answer: { status: 201, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, ifMatch }) =>
      changedMeeting(await closeMeeting(deps, await actor(), { agreementId, ifMatch }, meetingId), meetingId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/meetings/:meetingId/cancellation',
    id: 'cancelMeeting',
    tag,
    summary: { en: 'Cancel a planned meeting', nl: 'Een geplande bijeenkomst afzeggen' },
    access: 'person',
    params: one,
    body: CancelMeeting,
    example: { reason: 'Te weinig partijen kunnen.' },
    answer: { status: 201, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, body, ifMatch }) =>
      changedMeeting(await cancelMeeting(deps, await actor(), { agreementId, ifMatch }, meetingId, body), meetingId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/meetings/:meetingId/record',
    id: 'recordMeeting',
    tag,
    summary: { en: 'Record a whole meeting in one call', nl: 'Een hele bijeenkomst in één keer vastleggen' },
    description: {
      en: 'Attendance, decisions, contributions and closing, for the person with a laptop at the table: all of it happens, or nothing does.',
      nl: 'Aanwezigheid, besluiten, inbreng en afsluiting, voor wie met een laptop aan tafel zit: alles gebeurt, of niets.',
    },
    access: 'person',
    params: one,
    body: RecordMeeting,
    example: { attendees: [{ personId: anId }], decisions, contributions: [{ kind: 'appreciation', text: 'Fijn dat iedereen er was.' }] },
    answer: { status: 201, schema: Meeting, etag: true },
    handle: async ({ actor, params: { agreementId, meetingId }, body, ifMatch }) =>
      changedMeeting(await recordMeeting(deps, await actor(), { agreementId, ifMatch }, meetingId, body), meetingId),
  })
}
