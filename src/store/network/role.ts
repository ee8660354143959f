import { and, eq, exists, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/actor.ts'
import { refuse } from '../../domain/refusal.ts'
import type { Role, RoleHolder } from '../../domain/role.ts'
import type { Instant } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { networkRoleHolders, networkRoles } from '../tables/network.ts'
import { listInNetwork } from './network.ts'

type Page = { after?: readonly string[] | undefined; limit: number }

/** The roles of a network that have not ended. */
export const listNetworkRoles = (
  database: Database,
  actor: Actor,
  networkId: string,
  page: Page,
): Promise<{ docs: Role[]; now: Instant }> =>
  listInNetwork<Role>(database, actor, networkId, networkRoles, {
    order: [networkRoles.id],
    where: eq(networkRoles.ended, false),
    ...page,
  })

/** A role of a network, also one that has ended. */
export async function findNetworkRole(
  database: Database,
  actor: Actor,
  networkId: string,
  roleId: string,
): Promise<{ role: Role; now: Instant }> {
  const { docs, now } = await listInNetwork<Role>(database, actor, networkId, networkRoles, {
    order: [networkRoles.id],
    where: eq(networkRoles.id, roleId),
    limit: 1,
  })
  return { role: docs[0] ?? refuse('not-found', { what: 'role' }), now }
}

/** Whoever holds or held a role of a network, in the order in which they began. */
export const listTurns = (
  database: Database,
  actor: Actor,
  networkId: string,
  roleId: string,
  page: Page,
): Promise<{ docs: RoleHolder[]; now: Instant }> =>
  listInNetwork<RoleHolder>(database, actor, networkId, networkRoleHolders, {
    order: [networkRoleHolders.fromDate, networkRoleHolders.id],
    where: eq(networkRoleHolders.roleId, roleId),
    of: {
      what: 'role',
      there: exists(
        database.db
          .select({ one: sql`1` })
          .from(networkRoles)
          .where(and(eq(networkRoles.networkId, networkId), eq(networkRoles.id, roleId))),
      ),
    },
    ...page,
  })
