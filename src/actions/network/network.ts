import { type Actor, by } from '../../domain/actor.ts'
import type { Context } from '../../domain/event.ts'
import type { StateIdentity } from '../../domain/network/identity.ts'
import { requireMember } from '../../domain/network/member.ts'
import * as rules from '../../domain/network/network.ts'
import { refuse } from '../../domain/refusal.ts'
import { organisationsById } from '../../store/directory.ts'
import { type Changed, change, networkStream } from '../../store/ledger.ts'
import { changeOne, contextOf, type Lookup } from '../change.ts'
import type { Deps } from '../deps.ts'

export type NetworkChange = Changed<rules.Network, rules.NetworkEvent>
export type NetworkTarget = { networkId: string; ifMatch?: number | undefined }

/** Founds a network of organisations that are registered. */
export async function foundNetwork(deps: Deps, actor: Actor, input: rules.FoundNetwork): Promise<NetworkChange> {
  const [changed] = await change(deps.database, networkStream, [], by(actor), async (_, { client, now }) => {
    const own = actor.kind === 'operator' ? [] : [actor.organisationId]
    const names = await organisationsById(client, [...own, ...(input.memberIds ?? [])])
    const events = rules.foundNetwork(input, names, contextOf(deps, actor, now))
    const [founded] = events
    return new Map([[founded?.type === 'network-founded' ? founded.data.id : '', events]])
  })
  return changed ?? refuse('not-found', { what: 'network' })
}

/** Changes one network, for a person of a member, on the revision (of the part that changes) that they have seen. */
export function changeNetworkBy(
  deps: Deps,
  actor: Actor,
  { networkId, ifMatch }: NetworkTarget,
  decide: (state: rules.Network, context: Context, lookup: Lookup) => rules.NetworkEvent[] | Promise<rules.NetworkEvent[]>,
  revisionOf: (state: rules.Network) => number | undefined = (state) => state.revision,
): Promise<NetworkChange> {
  const seen = (state: rules.Network): rules.Network => {
    requireMember(state, actor)
    return state
  }
  return changeOne(deps, actor, networkStream, { id: networkId, ifMatch, seen, revisionOf }, decide)
}

export const stateIdentity = (deps: Deps, actor: Actor, target: NetworkTarget, input: StateIdentity) =>
  changeNetworkBy(deps, actor, target, (state, context) => rules.stateIdentity(state, input, context))

export const joinNetwork = (deps: Deps, actor: Actor, target: NetworkTarget, input: { organisationId: string }) =>
  changeNetworkBy(deps, actor, target, async (state, context, lookup) =>
    rules.joinNetwork(state, input, await organisationsById(lookup, [input.organisationId]), context),
  )

export const leaveNetwork = (deps: Deps, actor: Actor, target: NetworkTarget, memberId: string) =>
  changeNetworkBy(deps, actor, target, (state, context) => rules.leaveNetwork(state, memberId, context))
