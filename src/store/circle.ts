import { and, asc, eq, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import { afterPosition } from './agreement.ts'
import type { Database } from './database.ts'
import { isMember } from './network/network.ts'
import { networkMembers, networks } from './tables/network.ts'

/** A table of what hangs under networks, each of it a stream of its own. */
type InCircle = PgTable & { id: AnyPgColumn; networkId: AnyPgColumn; doc: AnyPgColumn }

type Page = { after?: readonly (string | number)[] | undefined; where?: SQL | undefined; limit: number }

/** What hangs under the networks of the reader, or under one of them, first to last: the page of each network, merged. */
export async function listInCircles<Doc>(
  database: Database,
  actor: Actor,
  table: InCircle,
  { networkId, where, after, limit }: Page & { networkId?: string | undefined },
): Promise<Doc[]> {
  const page = database.db
    .select({ at: sql<string>`${table.id}`.as('at'), doc: sql<Doc>`${table.doc}`.as('listed') })
    .from(table as PgTable)
    .where(and(eq(table.networkId, networks.id), where, afterPosition([table.id], after)))
    .orderBy(asc(table.id))
    .limit(limit)
    .as('page')
  const rows = await database.db
    .select({ doc: page.doc })
    .from(networks)
    .innerJoinLateral(page, sql`true`)
    .where(and(isMember(database, actor), networkId ? eq(networks.id, networkId) : undefined))
    .orderBy(asc(page.at))
    .limit(limit)
  return rows.map(({ doc }) => doc)
}

/** One thing that hangs under a network of the reader; for others it is not there. */
export async function findInCircles<Doc>(database: Database, actor: Actor, table: InCircle, id: string, what: string): Promise<Doc> {
  const [row] = await database.db
    .select({ doc: sql<Doc>`${table.doc}` })
    .from(table as PgTable)
    .where(and(eq(table.id, id), isMember(database, actor, table.networkId)))
  return row?.doc ?? refuse('not-found', { what })
}

/** What is listed beneath something that hangs under a network of the reader, by id. One statement. */
export async function listBeneath<Doc>(
  database: Database,
  actor: Actor,
  { table: above, id, what }: { table: InCircle; id: string; what: string },
  table: PgTable & { id: AnyPgColumn; doc: AnyPgColumn },
  { where, after, limit }: Page,
): Promise<Doc[]> {
  const page = database.db
    .select({ at: sql<string>`${table.id}`.as('at'), doc: sql<Doc | null>`${table.doc}`.as('listed') })
    .from(table as PgTable)
    .where(and(where, afterPosition([table.id], after)))
    .orderBy(asc(table.id))
    .limit(limit)
    .as('page')
  const rows = await database.db
    .select({ doc: page.doc })
    .from(above as PgTable)
    .leftJoinLateral(page, sql`true`)
    .where(and(eq(above.id, id), isMember(database, actor, above.networkId)))
    .orderBy(asc(page.at))
  if (rows.length === 0) refuse('not-found', { what })
  return rows.flatMap(({ doc }) => (doc === null ? [] : [doc as Doc]))
}

/** The members of a network of the reader's among these organisations, by id; who is not in it hears that what they asked for is not there. */
export async function membersAmong(
  database: Database,
  actor: Actor,
  networkId: string,
  ids: readonly string[],
  what = 'network',
): Promise<Map<string, { name: string }>> {
  const { organisationId, here, doc } = networkMembers
  const rows = await database.db
    .select({ id: organisationId, name: sql<string>`${doc}->>'name'` })
    .from(networks)
    .leftJoin(
      networkMembers,
      and(eq(networkMembers.networkId, networks.id), eq(here, true), sql`${organisationId} = any(${sql.param([...ids])}::uuid[])`),
    )
    .where(and(eq(networks.id, networkId), isMember(database, actor)))
  if (rows.length === 0) refuse('not-found', { what })
  return new Map(rows.flatMap(({ id, name }) => (id === null ? [] : [[id, { name }]])))
}
