import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { addDesk, changeDesk, closeDesk } from '../../actions/desk.ts'
import { AddDesk, Desk } from '../../domain/desk.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findDesk, listDesks } from '../../store/organisation.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id } from '../params.ts'

const ofOrganisation = { organisationId: id }
const example = {
  name: 'Zorgloket',
  what: 'Vragen van scholen over thuissituaties',
  contact: 'Bel gerust, ook als u twijfelt.',
  contactPersonId: anId,
  phone: '020 555 0123',
  email: 'zorgloket@example.nl',
  url: 'https://example.nl/zorgloket',
  openingHours: 'Op werkdagen van 9 tot 17 uur',
  area: 'Kogerveen en omstreken',
  address: { street: 'Dijkstraat 1', postalCode: '1234 AB', city: 'Kogerveen', province: 'Noord-Holland', country: 'NL' },
}

/** Desks (loketten): where others reach an organisation. */
export function deskRoutes(app: FastifyInstance, deps: Deps): void {
  const params = z.strictObject({ ...ofOrganisation, deskId: id })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/desks',
    id: 'listDesks',
    tag: 'Organisations',
    summary: { en: 'The desks of an organisation that are open', nl: 'De loketten van een organisatie die open zijn' },
    access: 'known',
    params: z.strictObject(ofOrganisation),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Desk, 'DeskPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const rows = await listDesks(deps.database, call.params.organisationId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ id }) => [id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/organisations/:organisationId/desks',
    id: 'openDesk',
    tag: 'Organisations',
    summary: { en: 'Open a desk of your organisation', nl: 'Open een loket van uw organisatie' },
    access: 'person',
    params: z.strictObject(ofOrganisation),
    body: AddDesk,
    example,
    answer: { status: 201, schema: Desk, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const changed = await addDesk(deps, await actor(), { ...params, ifMatch }, body)
      const opened = changed.state.desks[madeId(changed, 'desk-opened')] ?? refuse('not-found', { what: 'desk' })
      const location = `/organisations/${params.organisationId}/desks/${opened.id}`
      return { body: opened, etag: etagOf(opened.revision), location }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/desks/:deskId',
    id: 'getDesk',
    tag: 'Organisations',
    summary: { en: 'A desk', nl: 'Een loket' },
    access: 'known',
    params,
    answer: { status: 200, schema: Desk, etag: true },
    handle: async ({ params }) => {
      const body = await findDesk(deps.database, params.organisationId, params.deskId)
      return { body, etag: etagOf(body.revision) }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/organisations/:organisationId/desks/:deskId',
    id: 'changeDesk',
    tag: 'Organisations',
    summary: { en: 'Change what a desk is for, or how it is reached', nl: 'Wijzig waar een loket voor is, of hoe het te bereiken is' },
    access: 'person',
    params,
    body: AddDesk,
    example,
    answer: { status: 200, schema: Desk, etag: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await changeDesk(deps, await actor(), { ...params, ifMatch }, params.deskId, body)
      const changed = state.desks[params.deskId] ?? refuse('not-found', { what: 'desk' })
      return { body: changed, etag: etagOf(changed.revision) }
    },
  })

  operation(app, {
    method: 'DELETE',
    path: '/organisations/:organisationId/desks/:deskId',
    id: 'closeDesk',
    tag: 'Organisations',
    summary: { en: 'Close a desk of your organisation', nl: 'Sluit een loket van uw organisatie' },
    access: 'person',
    params,
    answer: { status: 204 },
    handle: async ({ actor, params, ifMatch }) => {
      await closeDesk(deps, await actor(), { ...params, ifMatch }, params.deskId)
      return {}
    },
  })
}
