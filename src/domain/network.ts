import { z } from 'zod'
import type { Actor } from './actor.ts'
import { type ById, type Context, type EventOf, type Evolvers, patch, put, type Recorded } from './event.ts'
import { requirePerson } from './guard.ts'
import { refuse } from './refusal.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** An organisation in the circle; its id there is that of the organisation. */
export const Member = z
  .strictObject({ id: uuid, organisationId: uuid, name: z.string(), joinedAt: instantOut, leftAt: z.exactOptional(instantOut) })
  .meta({ id: 'Member' })
export type Member = z.output<typeof Member>

/** A standing circle of organisations with a shared goal; no member is the boss of another. */
export const NetworkView = z
  .strictObject({ id: uuid, name: z.string(), sharedGoal: z.string(), foundedAt: instantOut, revision: z.int() })
  .meta({ id: 'Network' })
export type NetworkView = z.output<typeof NetworkView>
export type Network = NetworkView & { members: ById<Member> }

/** The network as its members see it; who they are is a list of its own. */
export const viewNetwork = ({ members: _, ...network }: Network): NetworkView => network

const network = { name: text(200), sharedGoal: text(2000) }
export const FoundNetwork = z
  .strictObject({ ...network, memberIds: z.array(uuid).max(200).default([]).describe('organisations beside that of the caller') })
  .meta({ id: 'FoundNetwork' })
export type FoundNetwork = z.output<typeof FoundNetwork>
export const ChangeNetwork = z.strictObject(network).meta({ id: 'ChangeNetwork' })
export const JoinNetwork = z.strictObject({ organisationId: uuid }).meta({ id: 'JoinNetwork' })

type Names = ReadonlyMap<string, { name: string }>

/** Whether an organisation is in the circle now. */
export const isMember = (state: Network, organisationId: string): boolean => {
  const member = state.members[organisationId]
  return member !== undefined && !member.leftAt
}

/** The organisation of a person whose organisation is a member; for others the network does not exist. */
export function requireMember(state: Network, actor: Actor): string {
  const { organisationId } = requirePerson(actor)
  return isMember(state, organisationId) ? organisationId : refuse('not-found', { what: 'network' })
}

const joined = (organisationId: string, names: Names, pointer: string): NetworkEvent => {
  const { name } = names.get(organisationId) ?? refuse('not-found', { what: 'organisation' }, pointer)
  return { type: 'member-joined', data: { organisationId, name } }
}

/** Founds a network of the caller's organisation and others. */
export function foundNetwork(input: FoundNetwork, names: Names, { actor, newId }: Context): NetworkEvent[] {
  const { organisationId } = requirePerson(actor)
  const members = [...new Set([organisationId, ...input.memberIds])]
  const { name, sharedGoal } = input
  return [
    { type: 'network-founded', data: { id: newId(), name, sharedGoal } },
    ...members.map((id) => joined(id, names, `/memberIds/${input.memberIds.indexOf(id)}`)),
  ]
}

export function changeNetwork(state: Network, input: z.output<typeof ChangeNetwork>, context: Context): NetworkEvent[] {
  requireMember(state, context.actor)
  return [{ type: 'network-changed', data: input }]
}

/** Takes another organisation into the circle; any member may. */
export function joinNetwork(state: Network, input: z.output<typeof JoinNetwork>, names: Names, context: Context): NetworkEvent[] {
  requireMember(state, context.actor)
  if (isMember(state, input.organisationId)) refuse('already-a-member', {}, '/organisationId')
  return [joined(input.organisationId, names, '/organisationId')]
}

/** An organisation leaves the circle; nobody is put out by another. */
export function leaveNetwork(state: Network, memberId: string, context: Context): NetworkEvent[] {
  const own = requireMember(state, context.actor)
  if (!isMember(state, memberId)) refuse('not-found', { what: 'member' })
  if (own !== memberId) refuse('other-organisation')
  return [{ type: 'member-left', data: { organisationId: memberId } }]
}

const evolvers = {
  'network-changed': (_state, data: z.output<typeof ChangeNetwork>, { revision }) => ({ ...data, revision }),
  // A member is known by its organisation: one that comes back takes its old place.
  'member-joined': (state, data: { organisationId: string; name: string }, { at, revision }) => ({
    members: put(state.members, { id: data.organisationId, ...data, joinedAt: at }),
    revision,
  }),
  'member-left': (state, data: { organisationId: string }, { at, revision }) => ({
    members: patch(state.members, data.organisationId, { leftAt: at }),
    revision,
  }),
} satisfies Evolvers<Network>

type Founded = { id: string; name: string; sharedGoal: string }
export type NetworkEvent = { type: 'network-founded'; data: Founded; mandateId?: string } | EventOf<typeof evolvers>

/** The network after an event. */
export function evolve(state: Network | undefined, event: NetworkEvent, recorded: Recorded): Network {
  if (event.type === 'network-founded') return { ...event.data, members: {}, foundedAt: recorded.at, revision: recorded.revision }
  if (!state) throw new Error(`a network begins with network-founded, not with ${event.type}`)
  const table: Evolvers<Network> = evolvers
  return { ...state, ...table[event.type]?.(state, event.data, recorded) }
}
