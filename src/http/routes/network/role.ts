import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../../actions/change.ts'
import type { Deps } from '../../../actions/deps.ts'
import type { NetworkChange } from '../../../actions/network/network.ts'
import {
  assignNetworkRole,
  changeNetworkRole,
  createNetworkRole,
  endNetworkRole,
  releaseNetworkRole,
} from '../../../actions/network/role.ts'
import { NetworkRoleView, Turn, viewNetworkRole, viewTurn } from '../../../domain/network/role.ts'
import { refuse } from '../../../domain/refusal.ts'
import { AssignRole, ReleaseRole, type Role, ShapeRole } from '../../../domain/role.ts'
import type { Instant } from '../../../domain/time.ts'
import { uuid } from '../../../domain/uuid.ts'
import { findNetworkRole, listNetworkRoles, listTurns } from '../../../store/network/role.ts'
import { etagOfBody } from '../../etag.ts'
import { operation } from '../../operation.ts'
import { page, pageOf, pageQuery, position } from '../../page.ts'
import { anId, id } from '../../params.ts'

const tag = 'Networks'
const path = '/networks/:networkId/roles'
const ofNetwork = { networkId: id }
const one = z.strictObject({ ...ofNetwork, networkRoleId: id })

const seen = (role: Role, at: Instant) => {
  const body = viewNetworkRole(role, at)
  return { body, etag: etagOfBody(body.revision, body) }
}
const changedRole = ({ state, at }: NetworkChange, roleId: string) => seen(state.roles[roleId] ?? refuse('not-found', { what: 'role' }), at)

const shape: z.input<typeof ShapeRole> = {
  name: 'lead',
  purpose: 'Houdt de lijn tussen de organisaties',
  tasks: [{ what: 'Roept het kwartaaloverleg bijeen' }],
}

/** Roles across the organisations of a network: the rules are those of the roles at a table. */
export function networkRoleRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path,
    id: 'listNetworkRoles',
    tag,
    summary: { en: 'The roles of a network, with who holds them', nl: 'De rollen van een samenwerkingsverband, met wie ze heeft' },
    access: 'member',
    params: z.strictObject(ofNetwork),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(NetworkRoleView, 'NetworkRolePage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { docs, now } = await listNetworkRoles(database, await call.actor(), call.params.networkId, {
        after,
        limit: call.query.limit + 1,
      })
      return page(call, docs, { keys: (role) => [role.id], item: (role) => viewNetworkRole(role, now) })
    },
  })

  operation(app, {
    method: 'POST',
    path,
    id: 'createNetworkRole',
    tag,
    summary: { en: 'Add a role with its tasks to a network', nl: 'Voeg een rol met taken toe aan een samenwerkingsverband' },
    description: {
      en: 'By a person of any member. `lead` is a role like any other, and rotates.',
      nl: 'Door iemand van welk lid ook. `lead` is een rol als elke andere, en wisselt.',
    },
    access: 'person',
    params: z.strictObject(ofNetwork),
    body: ShapeRole,
    example: shape,
    answer: { status: 201, schema: NetworkRoleView, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await createNetworkRole(deps, await actor(), { ...params, ifMatch }, body)
      const made = changedRole(changed, madeId(changed, 'role-created'))
      return { ...made, location: `/networks/${params.networkId}/roles/${made.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: `${path}/:networkRoleId`,
    id: 'getNetworkRole',
    tag,
    summary: { en: 'A role of a network, also one that ended', nl: 'Een rol van een samenwerkingsverband, ook een die is beëindigd' },
    access: 'member',
    params: one,
    answer: { status: 200, schema: NetworkRoleView, etag: true },
    handle: async ({ actor, params: { networkId, networkRoleId: roleId } }) => {
      const { role, now } = await findNetworkRole(database, await actor(), networkId, roleId)
      return seen(role, now)
    },
  })

  operation(app, {
    method: 'PUT',
    path: `${path}/:networkRoleId`,
    id: 'changeNetworkRole',
    tag,
    summary: {
      en: 'Change the name, purpose and tasks of a role of a network',
      nl: 'Wijzig naam, doel en taken van een rol van een samenwerkingsverband',
    },
    access: 'person',
    params: one,
    body: ShapeRole,
    example: { ...shape, tasks: [{ id: anId, what: 'Roept het kwartaaloverleg bijeen' }, { what: 'Maakt de agenda' }] },
    answer: { status: 200, schema: NetworkRoleView, etag: true },
    handle: async ({ actor, params: { networkId, networkRoleId: roleId }, body, ifMatch }) =>
      changedRole(await changeNetworkRole(deps, await actor(), { networkId, ifMatch }, roleId, body), roleId),
  })

  operation(app, {
    method: 'DELETE',
    path: `${path}/:networkRoleId`,
    id: 'endNetworkRole',
    tag,
    summary: { en: 'End a role of a network in which nobody has a task', nl: 'Beëindig een rol waarin niemand een taak heeft' },
    access: 'person',
    params: one,
    answer: { status: 204 },
    handle: async ({ actor, params: { networkId, networkRoleId: roleId }, ifMatch }) => {
      await endNetworkRole(deps, await actor(), { networkId, ifMatch }, roleId)
      return {}
    },
  })

  holders(app, deps)
}

function holders(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: `${path}/:networkRoleId/holders`,
    id: 'listTurns',
    tag,
    summary: {
      en: 'How a role rotates: whoever held it, from when until when, and for how long',
      nl: 'Hoe een rol wisselt: wie haar had, van wanneer tot wanneer, en hoe lang',
    },
    access: 'member',
    params: one,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Turn, 'RoleTurnPage') },
    handle: async (call) => {
      const { networkId, networkRoleId: roleId } = call.params
      const after = position(call, z.tuple([z.string(), uuid]))
      const { docs, now } = await listTurns(deps.database, await call.actor(), networkId, roleId, { after, limit: call.query.limit + 1 })
      return page(call, docs, { keys: ({ fromDate, id }) => [fromDate, id], item: (holder) => viewTurn(holder, now) })
    },
  })

  operation(app, {
    method: 'POST',
    path: `${path}/:networkRoleId/holders`,
    id: 'assignNetworkRole',
    tag,
    summary: { en: 'Give a role of a network to a person of your organisation', nl: 'Geef een rol aan iemand van uw organisatie' },
    description: { en: 'Tasks that nobody has become theirs.', nl: 'Taken die niemand heeft, worden van diegene.' },
    access: 'person',
    params: one,
    body: AssignRole,
    example: { personId: anId, untilDate: '2026-12-31' },
    answer: { status: 201, schema: NetworkRoleView, etag: true },
    handle: async ({ actor, params: { networkId, networkRoleId: roleId }, body, ifMatch }) =>
      changedRole(await assignNetworkRole(deps, await actor(), { networkId, ifMatch }, roleId, body), roleId),
  })

  operation(app, {
    method: 'POST',
    path: `${path}/:networkRoleId/holders/:holderId/releases`,
    id: 'releaseNetworkRole',
    tag,
    summary: { en: 'End somebody’s turn in a role of a network', nl: 'Laat iemand een rol van een samenwerkingsverband neerleggen' },
    description: {
      en: 'By their own organisation. Their tasks then have no holder, and show as such.',
      nl: 'Door de eigen organisatie. De taken hebben dan niemand, en dat is te zien.',
    },
    access: 'person',
    params: z.strictObject({ ...ofNetwork, networkRoleId: id, holderId: id }),
    body: ReleaseRole,
    example: { untilDate: '2026-11-30' },
    answer: { status: 201, schema: NetworkRoleView, etag: true },
    handle: async ({ actor, params: { networkId, networkRoleId: roleId, holderId }, body, ifMatch }) =>
      changedRole(await releaseNetworkRole(deps, await actor(), { networkId, ifMatch }, roleId, holderId, body), roleId),
  })
}
