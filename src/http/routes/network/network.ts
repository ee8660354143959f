import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import { foundNetwork, joinNetwork, leaveNetwork } from '../../../actions/network/network.ts'
import { Member } from '../../../domain/network/member.ts'
import { FoundNetwork, JoinNetwork, NetworkView, viewNetwork } from '../../../domain/network/network.ts'
import { refuse } from '../../../domain/refusal.ts'
import { uuid } from '../../../domain/uuid.ts'
import { findMember, findNetwork, listMembers, listNetworks } from '../../../store/network/network.ts'
import { etagOf } from '../../etag.ts'
import { operation } from '../../operation.ts'
import { page, pageOf, pageQuery, position } from '../../page.ts'
import { anId, id, ofGroups } from '../../params.ts'

const ofNetwork = { networkId: id }
const network = { name: 'Keten huiselijk geweld Kogge', sharedGoal: 'Thuis is het veilig, en blijft het veilig.' }

/** Standing circles of organisations with a shared goal; for those who are not in it, a network does not exist. */
export function networkRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/networks',
    id: 'listNetworks',
    tag: 'Networks',
    summary: { en: 'The networks of your organisation, by name', nl: 'De samenwerkingsverbanden van uw organisatie, op naam' },
    access: 'member',
    query: z.strictObject({ ...pageQuery(), ...ofGroups }),
    answer: { status: 200, schema: pageOf(NetworkView, 'NetworkPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([z.string(), uuid]))
      const rows = await listNetworks(deps.database, await call.actor(), call.query, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ name, id }) => [name, id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/networks',
    id: 'foundNetwork',
    tag: 'Networks',
    summary: {
      en: 'Found a network of your organisation and others',
      nl: 'Richt een samenwerkingsverband op van uw organisatie en andere',
    },
    access: 'person',
    body: FoundNetwork,
    example: { ...network, memberIds: [anId] },
    answer: { status: 201, schema: NetworkView, etag: true, location: true },
    handle: async ({ actor, body }) => {
      const { state } = await foundNetwork(deps, await actor(), body)
      return { body: viewNetwork(state), etag: etagOf(state.revision), location: `/networks/${state.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId',
    id: 'getNetwork',
    tag: 'Networks',
    summary: { en: 'A network', nl: 'Een samenwerkingsverband' },
    access: 'member',
    params: z.strictObject(ofNetwork),
    answer: { status: 200, schema: NetworkView, etag: true },
    handle: async ({ actor, params }) => {
      const body = await findNetwork(deps.database, await actor(), params.networkId)
      return { body, etag: etagOf(body.revision) }
    },
  })

  members(app, deps)
}

function members(app: FastifyInstance, deps: Deps): void {
  const params = z.strictObject({ ...ofNetwork, memberId: id })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/members',
    id: 'listMembers',
    tag: 'Networks',
    summary: { en: 'The organisations in a network', nl: 'De organisaties in een samenwerkingsverband' },
    access: 'member',
    params: z.strictObject(ofNetwork),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Member, 'MemberPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const rows = await listMembers(deps.database, await call.actor(), call.params.networkId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ id }) => [id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/networks/:networkId/members',
    id: 'joinNetwork',
    tag: 'Networks',
    summary: { en: 'Take another organisation into the network', nl: 'Neem een andere organisatie op in het samenwerkingsverband' },
    access: 'person',
    params: z.strictObject(ofNetwork),
    body: JoinNetwork,
    example: { organisationId: anId },
    answer: { status: 201, schema: Member, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await joinNetwork(deps, await actor(), { ...params, ifMatch }, body)
      const member = state.members[body.organisationId] ?? refuse('not-found', { what: 'member' })
      return { body: member, etag: etagOf(state.revision), location: `/networks/${state.id}/members/${member.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/members/:memberId',
    id: 'getMember',
    tag: 'Networks',
    summary: {
      en: 'An organisation in a network, also one that left',
      nl: 'Een organisatie in een samenwerkingsverband, ook een die vertrok',
    },
    description: { en: 'Its id here is that of the organisation.', nl: 'Het id is hier dat van de organisatie.' },
    access: 'member',
    params,
    answer: { status: 200, schema: Member, etag: true },
    handle: async ({ actor, params }) => {
      const { member, revision } = await findMember(deps.database, await actor(), params.networkId, params.memberId)
      return { body: member, etag: etagOf(revision) }
    },
  })

  operation(app, {
    method: 'DELETE',
    path: '/networks/:networkId/members/:memberId',
    id: 'leaveNetwork',
    tag: 'Networks',
    summary: { en: 'Leave a network with your organisation', nl: 'Verlaat een samenwerkingsverband met uw organisatie' },
    description: { en: 'Nobody is put out by another.', nl: 'Niemand wordt er door een ander uit gezet.' },
    access: 'person',
    params,
    answer: { status: 204 },
    handle: async ({ actor, params, ifMatch }) => {
      await leaveNetwork(deps, await actor(), { ...params, ifMatch }, params.memberId)
      return {}
    },
  })
}
