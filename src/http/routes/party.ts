import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { addParty, leaveTable } from '../../actions/agreement.ts'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { LeaveTable } from '../../domain/agreement.ts'
import { AddParty, Party } from '../../domain/party.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findParty, listParties } from '../../store/party.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'

/** Who sits at the table. */
export function partyRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/parties',
    id: 'listParties',
    tag: 'Parties',
    summary: { en: 'The parties, also those that left', nl: 'De partijen, ook die vertrokken' },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Party, 'PartyPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listParties(deps.database, await call.actor(), call.params.agreementId, { after, limit: call.query.limit + 1 })
      return page(call, docs, { keys: ({ id }) => [id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/parties',
    id: 'addParty',
    tag: 'Parties',
    summary: { en: 'Give an organisation a place', nl: 'Geef een organisatie een plaats' },
    description: {
      en: '`seated` is bound and has a say, `consulted` is heard, `informed` reads along. Participants are part of the text, so stances before it are void.',
      nl: '`seated` is gebonden en beslist mee, `consulted` wordt gehoord, `informed` leest mee. Deelnemers horen bij de tekst, dus eerdere opstellingen vervallen.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: AddParty,
    example: { organisationId: anId, involvement: 'consulted', formal: false },
    answer: { status: 201, schema: Party, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const changed = await addParty(deps, await actor(), { ...params, ifMatch }, body)
      const party = changed.state.parties[madeId(changed, 'party-joined')] ?? refuse('not-found', { what: 'party' })
      return { body: party, etag: etagOfBody(changed.revision, party), location: `/agreements/${params.agreementId}/parties/${party.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/parties/:partyId',
    id: 'getParty',
    tag: 'Parties',
    summary: { en: 'A party', nl: 'Een partij' },
    access: 'member',
    params: z.strictObject({ ...ofAgreement, partyId: id }),
    answer: { status: 200, schema: Party, etag: true },
    handle: async ({ actor, params }) => {
      const { doc, revision } = await findParty(deps.database, await actor(), params.agreementId, params.partyId)
      return { body: doc, etag: etagOfBody(revision, doc) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/parties/:partyId/withdrawals',
    id: 'leaveTable',
    tag: 'Parties',
    summary: { en: 'Leave the table with your party', nl: 'Verlaat de tafel met uw partij' },
    description: {
      en: 'At once, or after the notice that the ground rules set once a version was adopted: `leaving` says when. What it promised while it sat there stays on record.',
      nl: 'Meteen, of na de opzegtermijn van de spelregels als er een versie is vastgesteld: `leaving` zegt wanneer. Wat ze toezegde toen ze er zat, blijft vastgelegd.',
    },
    access: 'person',
    params: z.strictObject({ ...ofAgreement, partyId: id }),
    body: LeaveTable,
    example: { reason: 'Onze taak is overgegaan naar de gemeente.' },
    answer: { status: 201, schema: Party },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await leaveTable(deps, await actor(), { ...params, ifMatch }, params.partyId, body)
      return { body: state.parties[params.partyId] ?? refuse('not-found', { what: 'party' }) }
    },
  })
}
