import { and, eq, exists, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Transfer } from '../domain/transfer.ts'
import { findAtTable, type Listed, listAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import type { PageOf } from './round.ts'
import { roles, transfers } from './tables/agreement.ts'

/** Which role of which agreement. */
export type RoleKey = { agreementId: string; roleId: string }

/** The transfers of tasks of a role, in the order in which they were offered. */
export const listTransfers = (
  database: Database,
  actor: Actor,
  { agreementId, roleId }: RoleKey,
  { state, ...page }: PageOf<string> & { state?: Transfer['state'] | undefined },
): Promise<Listed<Transfer>> =>
  listAtTable(database, actor, agreementId, transfers, {
    order: [transfers.id],
    where: and(eq(transfers.roleId, roleId), state && eq(transfers.state, state)),
    of: {
      what: 'role',
      there: exists(
        database.db
          .select({ one: sql`1` })
          .from(roles)
          .where(and(eq(roles.agreementId, agreementId), eq(roles.id, roleId))),
      ),
    },
    ...page,
  })

export const findTransfer = (database: Database, actor: Actor, { agreementId, roleId }: RoleKey, id: string) =>
  findAtTable<Transfer>(database, actor, agreementId, transfers, and(eq(transfers.roleId, roleId), eq(transfers.id, id)), 'transfer')
