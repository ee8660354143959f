import { type Network, viewNetwork } from '../../domain/network/network.ts'
import { networkIdentities, networkMembers, networkRoleHolders, networkRoles, networks } from '../tables/network.ts'
import { keyed, one, type Projection, projection } from './projection.ts'

const held = (roles: Network['roles']) =>
  keyed(
    Object.values(roles).flatMap((role) => role.holders.map((holder) => ({ ...holder, roleId: role.id }))),
    ({ id }) => id,
  )

export const networkProjections: Projection<Network>[] = [
  projection(networks, one, (state: Network) => ({ id: state.id, name: state.identity.name, doc: viewNetwork(state) })),
  projection(
    networkIdentities,
    (state: Network) => keyed([state.identity], ({ number }) => String(number)),
    (identity, { id }) => ({ networkId: id, number: identity.number, doc: identity }),
  ),
  projection(
    networkRoles,
    (state: Network) => state.roles,
    (role, { id }) => ({ networkId: id, id: role.id, name: role.name, ended: role.endedAt !== undefined, doc: role }),
  ),
  projection(
    networkRoleHolders,
    (state: Network) => held(state.roles),
    ({ roleId, ...holder }, { id }) => ({
      networkId: id,
      id: holder.id,
      roleId,
      personId: holder.personId,
      fromDate: holder.fromDate,
      doc: holder,
    }),
  ),
  projection(
    networkMembers,
    (state: Network) => state.members,
    (member, { id }) => ({ networkId: id, organisationId: member.organisationId, here: !member.leftAt, doc: member }),
  ),
]
