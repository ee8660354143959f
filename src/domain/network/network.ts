import { z } from 'zod'
import { type ById, type Context, defined, type EventOf, type Evolvers, keep, patch, put, type Recorded, room } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { refuse } from '../refusal.ts'
import { type HasRoles, type Role, type RoleHandedOver, type RoleHolder, roleEvents, withoutFormerHolders } from '../role.ts'
import { dayOf, instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'
import { evolveIdentity, type HasIdentity, identityFields, NetworkIdentity, type StateIdentity } from './identity.ts'
import { type HasMembers, here, isMember, requireMember } from './member.ts'

/** A standing circle of organisations with a shared goal; no member is the boss of another. */
export const NetworkView = NetworkIdentity.omit({ number: true, at: true, personId: true })
  .extend({ id: uuid, foundedAt: instantOut, revision: z.int() })
  .meta({ id: 'Network' })
export type NetworkView = z.output<typeof NetworkView>
export type Network = HasMembers & HasRoles & HasIdentity & Pick<NetworkView, 'id' | 'foundedAt' | 'revision'>

/** The network as its members see it; who they are and which roles there are, are lists of their own. */
export const viewNetwork = ({ id, identity, foundedAt, revision }: Network): NetworkView => {
  const { number: _, at: _at, personId: _by, ...is } = identity
  return { id, ...is, foundedAt, revision }
}

/** 200 organisations beside the founder's: more than a region has, and each act loads them all. */
const mostBeside = 200

export const FoundNetwork = z
  .strictObject({
    ...identityFields,
    memberIds: z.array(uuid).max(mostBeside).default([]).describe('organisations beside that of the caller'),
  })
  .meta({ id: 'FoundNetwork' })
export type FoundNetwork = z.input<typeof FoundNetwork>
export const JoinNetwork = z.strictObject({ organisationId: uuid }).meta({ id: 'JoinNetwork' })

type Names = ReadonlyMap<string, { name: string }>

const joined = (organisationId: string, names: Names, pointer: string): NetworkEvent => {
  const { name } = names.get(organisationId) ?? refuse('not-found', { what: 'organisation' }, pointer)
  return { type: 'member-joined', data: { organisationId, name } }
}

/** Founds a network of the caller's organisation and others. */
export function foundNetwork({ memberIds = [], ...identity }: FoundNetwork, names: Names, { actor, newId }: Context): NetworkEvent[] {
  const { organisationId } = requirePerson(actor)
  const members = [...new Set([organisationId, ...memberIds])]
  return [
    { type: 'network-founded', data: { id: newId(), ...defined(identity) } },
    ...members.map((id) => joined(id, names, `/memberIds/${memberIds.indexOf(id)}`)),
  ]
}

/** States anew who the network is; what it was before stays on record. Any member may. */
export function stateIdentity(state: Network, input: StateIdentity, context: Context): NetworkEvent[] {
  requireMember(state, context.actor)
  return [{ type: 'network-changed', data: defined(input) }]
}

/** Takes another organisation into the circle; any member may. */
export function joinNetwork(state: Network, input: z.output<typeof JoinNetwork>, names: Names, context: Context): NetworkEvent[] {
  requireMember(state, context.actor)
  if (isMember(state, input.organisationId)) refuse('already-a-member', {}, '/organisationId')
  room(here(state.members), mostBeside + 1)
  return [joined(input.organisationId, names, '/organisationId')]
}

/** An organisation leaves the circle; nobody is put out by another. What its people had in roles is then nobody's. */
export function leaveNetwork(state: Network, memberId: string, context: Context): NetworkEvent[] {
  const own = requireMember(state, context.actor)
  if (!isMember(state, memberId)) refuse('not-found', { what: 'member' })
  if (own !== memberId) refuse('other-organisation')
  return [{ type: 'member-left', data: { organisationId: memberId } }]
}

/** The state with a role without who held it before now: the table remembers them, and the state stays bounded. */
const bounded = (state: Network, roleId: string, { at, revision }: Recorded): Network => ({
  ...state,
  roles: patch(state.roles, roleId, (role) => withoutFormerHolders(role, dayOf(at), revision)),
})

/** Whoever of an organisation holds a role lays it down on this day. */
const laidDown = (roles: ById<Role>, organisationId: string, { at, revision }: Recorded): ById<Role> => {
  const today = dayOf(at)
  const ends = ({ partyId, untilDate }: RoleHolder) => partyId === organisationId && (untilDate === undefined || untilDate > today)
  const held = Object.values(roles).filter((role) => role.holders.some(ends))
  return held.reduce(
    (all, role) => put(all, { ...role, holders: role.holders.map((one) => (ends(one) ? { ...one, untilDate: today } : one)), revision }),
    roles,
  )
}

const evolvers = {
  ...roleEvents,
  'role-created': (state, data: Parameters<(typeof roleEvents)['role-created']>[1], recorded) =>
    roleEvents['role-created']({ ...state, roles: keep(state.roles, (role) => !role.endedAt) }, data, recorded),
  'role-assigned': (state, data: Parameters<(typeof roleEvents)['role-assigned']>[1], recorded) =>
    roleEvents['role-assigned'](bounded(state, data.roleId, recorded), data, recorded),
  'role-handed-over': (state, data: RoleHandedOver, recorded) =>
    roleEvents['role-handed-over'](bounded(state, data.roleId, recorded), data, recorded),
  'network-changed': (state, data: StateIdentity, recorded) => ({
    ...evolveIdentity(data, state.identity.number + 1, recorded),
    revision: recorded.revision,
  }),
  // A member is known by its organisation: one that comes back takes its old place in the table. Who left goes from the state as the
  // next comes.
  'member-joined': (state, data: { organisationId: string; name: string }, { at, revision }) => ({
    members: put(here(state.members), { id: data.organisationId, ...data, joinedAt: at }),
    revision,
  }),
  'member-left': (state, data: { organisationId: string }, { at, by, revision }) => ({
    members: patch(state.members, data.organisationId, { leftAt: at }),
    roles: laidDown(state.roles, data.organisationId, { at, by, revision }),
    revision,
  }),
} satisfies Evolvers<Network>

type Founded = { id: string } & StateIdentity
export type NetworkEvent = { type: 'network-founded'; data: Founded; mandateId?: string } | EventOf<typeof evolvers>

/** The network after an event. */
export function evolve(state: Network | undefined, event: NetworkEvent, recorded: Recorded): Network {
  const { at, revision } = recorded
  if (event.type === 'network-founded') {
    const { id, ...identity } = event.data
    return { id, ...evolveIdentity(identity, 1, recorded), members: {}, roles: {}, foundedAt: at, revision }
  }
  if (!state) throw new Error(`a network begins with network-founded, not with ${event.type}`)
  const table: Evolvers<Network> = evolvers
  return { ...state, ...table[event.type]?.(state, event.data, recorded) }
}
