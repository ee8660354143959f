import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { addFinding, callInquiry, closeInquiry, leaveSeat, takeSeat } from '../../actions/inquiry.ts'
import { AddFinding, CallInquiry, Finding, findingKinds, InquiryView, Seat, TakeSeat, viewInquiry } from '../../domain/inquiry.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findInquiry, listFindings, listInquiries, listSeats } from '../../store/inquiry.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id } from '../params.ts'

const tag = 'Inquiries'
const ofInquiry = { inquiryId: id.describe('the id of the inquiry / het id van het onderzoek') }
const params = z.strictObject(ofInquiry)

/** Appreciative inquiry: sessions of a network that look for what works, for its members. */
export function inquiryRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/inquiries',
    id: 'listInquiries',
    tag,
    summary: { en: 'The appreciative inquiries of your networks', nl: 'De waarderende onderzoeken van uw samenwerkingsverbanden' },
    access: 'member',
    query: z.strictObject({ ...pageQuery(), network: id.optional().describe('only those of this network') }),
    answer: { status: 200, schema: pageOf(InquiryView, 'InquiryPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { network: networkId, limit } = call.query
      const rows = await listInquiries(database, await call.actor(), { networkId, after, limit: limit + 1 })
      return page(call, rows, { keys: (inquiry) => [inquiry.id], item: (inquiry) => inquiry })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/inquiries',
    id: 'callInquiry',
    tag,
    summary: { en: 'Call an appreciative inquiry', nl: 'Roep een waarderend onderzoek bijeen' },
    description: {
      en: 'In a network of your organisation, with the members that you invite; your own takes part. Give each the same number of seats to keep it in balance.',
      nl: 'In een samenwerkingsverband van uw organisatie, met de leden die u uitnodigt; uw eigen organisatie doet mee. Geef elk evenveel plaatsen om het in balans te houden.',
    },
    access: 'person',
    body: CallInquiry,
    example: {
      networkId: anId,
      title: 'Wat werkt op school',
      question: 'Wanneer ging het samen goed, en wat maakte dat?',
      seatsPerOrganisation: 7,
      organisationIds: [anId],
      heldOn: '2026-12-01',
    },
    answer: { status: 201, schema: InquiryView, etag: true, location: true },
    handle: async ({ actor, body }) => {
      const { state } = await callInquiry(deps, await actor(), body)
      return { body: viewInquiry(state), etag: etagOf(state.revision), location: `/inquiries/${state.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/inquiries/:inquiryId',
    id: 'getInquiry',
    tag,
    summary: { en: 'An inquiry, with the balance of its seats', nl: 'Een onderzoek, met de balans van de plaatsen' },
    access: 'member',
    params,
    answer: { status: 200, schema: InquiryView, etag: true },
    handle: async ({ actor, params: { inquiryId } }) => {
      const body = await findInquiry(database, await actor(), inquiryId)
      return { body, etag: etagOf(body.revision) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/inquiries/:inquiryId/closure',
    id: 'closeInquiry',
    tag,
    summary: { en: 'Close an inquiry that your organisation called', nl: 'Sluit een onderzoek dat uw organisatie bijeenriep' },
    description: { en: 'After that nothing of it changes.', nl: 'Daarna verandert er niets meer aan.' },
    access: 'person',
    params,
    answer: { status: 201, schema: InquiryView, etag: true },
    handle: async ({ actor, params: { inquiryId }, ifMatch }) => {
      const { state } = await closeInquiry(deps, await actor(), { id: inquiryId, ifMatch })
      return { body: viewInquiry(state), etag: etagOf(state.revision) }
    },
  })

  seatRoutes(app, deps)
  findingRoutes(app, deps)
}

function seatRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/inquiries/:inquiryId/seats',
    id: 'listInquirySeats',
    tag,
    summary: { en: 'Who sits in an inquiry', nl: 'Wie in een onderzoek een plaats heeft' },
    description: { en: 'The id of a seat is that of the person.', nl: 'Het id van een plaats is dat van de persoon.' },
    access: 'member',
    params,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Seat, 'InquirySeatPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const from = { after, limit: call.query.limit + 1 }
      const rows = await listSeats(deps.database, await call.actor(), call.params.inquiryId, from)
      return page(call, rows, { keys: (seat) => [seat.id], item: (seat) => seat })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/inquiries/:inquiryId/seats',
    id: 'takeInquirySeat',
    tag,
    summary: { en: 'Take a seat, for yourself or a colleague', nl: 'Neem een plaats in, voor uzelf of een collega' },
    description: {
      en: 'Each organisation chooses who sits for it, within the seats that it has.',
      nl: 'Elke organisatie kiest wie er voor haar zit, binnen de plaatsen die zij heeft.',
    },
    access: 'person',
    params,
    body: TakeSeat,
    example: { personId: anId },
    answer: { status: 201, schema: Seat, etag: true },
    handle: async ({ actor, params: { inquiryId }, body, ifMatch }) => {
      const changed = await takeSeat(deps, await actor(), { id: inquiryId, ifMatch }, body)
      const seat = changed.state.seats[madeId(changed, 'seat-taken')] ?? refuse('not-found', { what: 'seat' })
      return { body: seat, etag: etagOf(changed.revision) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/inquiries/:inquiryId/seats/:seatId/withdrawals',
    id: 'leaveInquirySeat',
    tag,
    summary: { en: 'Give up a seat of your organisation', nl: 'Geef een plaats van uw organisatie op' },
    description: {
      en: 'A colleague can take it; what was found in it stays.',
      nl: 'Een collega kan haar innemen; wat er is ingebracht, blijft.',
    },
    access: 'person',
    params: z.strictObject({ ...ofInquiry, seatId: id }),
    answer: { status: 201, schema: Seat, etag: true },
    handle: async ({ actor, params: { inquiryId, seatId }, ifMatch }) => {
      const { state, revision } = await leaveSeat(deps, await actor(), { id: inquiryId, ifMatch }, seatId)
      return { body: state.seats[seatId] ?? refuse('not-found', { what: 'seat' }), etag: etagOf(revision) }
    },
  })
}

function findingRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/inquiries/:inquiryId/findings',
    id: 'listFindings',
    tag,
    summary: { en: 'What an inquiry found', nl: 'Wat een onderzoek vond' },
    access: 'member',
    params,
    query: z.strictObject({ ...pageQuery(), kind: z.enum(findingKinds).optional() }),
    answer: { status: 200, schema: pageOf(Finding, 'FindingPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { kind, limit } = call.query
      const rows = await listFindings(deps.database, await call.actor(), call.params.inquiryId, { kind, after, limit: limit + 1 })
      return page(call, rows, { keys: (finding) => [finding.id], item: (finding) => finding })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/inquiries/:inquiryId/findings',
    id: 'addFinding',
    tag,
    summary: {
      en: 'Bring in a driver, a success, an opportunity or an idea',
      nl: 'Breng een drijfveer, een succes, een kans of een idee in',
    },
    description: { en: 'By who has a seat.', nl: 'Door wie een plaats heeft.' },
    access: 'person',
    params,
    body: AddFinding,
    example: { kind: 'success', text: 'De wijkverpleegkundige belde zelf terug, nog dezelfde dag.' },
    answer: { status: 201, schema: Finding, etag: true },
    handle: async ({ actor, params: { inquiryId }, body, ifMatch }) => {
      const changed = await addFinding(deps, await actor(), { id: inquiryId, ifMatch }, body)
      const finding = changed.state.finding ?? refuse('not-found', { what: 'finding' })
      return { body: finding, etag: etagOf(changed.revision) }
    },
  })
}
