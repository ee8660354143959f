import type { Actor } from '../../domain/actor.ts'
import type { Network } from '../../domain/network/network.ts'
import * as rules from '../../domain/role.ts'
import type { Day } from '../../domain/time.ts'
import { peopleById } from '../../store/directory.ts'
import type { Deps } from '../deps.ts'
import { changeNetworkBy, type NetworkTarget } from './network.ts'

const revisionOf = (roleId: string) => (state: Network) => state.roles[roleId]?.revision

export const createNetworkRole = (deps: Deps, actor: Actor, target: NetworkTarget, input: rules.ShapeRole) =>
  changeNetworkBy(deps, actor, target, (state, context) => rules.createRole(state, input, context))

export const changeNetworkRole = (deps: Deps, actor: Actor, target: NetworkTarget, roleId: string, input: rules.ShapeRole) =>
  changeNetworkBy(deps, actor, target, (state, context) => rules.changeRole(state, roleId, input, context), revisionOf(roleId))

export const endNetworkRole = (deps: Deps, actor: Actor, target: NetworkTarget, roleId: string) =>
  changeNetworkBy(deps, actor, target, (state, context) => rules.endRole(state, roleId, context), revisionOf(roleId))

export const assignNetworkRole = (deps: Deps, actor: Actor, target: NetworkTarget, roleId: string, input: rules.AssignRole) =>
  changeNetworkBy(
    deps,
    actor,
    target,
    async (state, context, lookup) =>
      rules.assignRole(state, roleId, input, (await peopleById(lookup, [input.personId])).get(input.personId), context),
    revisionOf(roleId),
  )

export const releaseNetworkRole = (
  deps: Deps,
  actor: Actor,
  target: NetworkTarget,
  roleId: string,
  holderId: string,
  input: { untilDate: Day },
) =>
  changeNetworkBy(
    deps,
    actor,
    target,
    (state, context) => rules.releaseRole(state, roleId, holderId, input.untilDate, context),
    revisionOf(roleId),
  )
