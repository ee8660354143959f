import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { Instant } from '../domain/time.ts'
import { afterPosition, isHere, readerOf } from './agreement.ts'
import { clockNow, type Database } from './database.ts'
import { agreements, parties } from './tables/agreement.ts'

/** The one filter for whatever lists agreements: those at whose table the organisation is. */
export const atTable = (database: Database, organisationId: string): SQL | undefined =>
  and(eq(parties.organisationId, organisationId), isHere(database))

/** Which agreements to list: of those at whose table the reader is. */
export type AgreementFilter = {
  kind?: string | undefined
  status?: string | undefined
  networkId?: string | undefined
  underId?: string | undefined
}

/**
 * The agreements at whose table an organisation is, newest or by title. The rows of its parties are indexed in both orders, so a page
 * costs the same at any depth and however many there are.
 */
export async function listAgreements<Doc>(
  database: Database,
  actor: Actor,
  filter: AgreementFilter,
  { sort, after, limit }: { sort: 'title' | '-createdAt'; after?: readonly (string | number)[] | undefined; limit: number },
): Promise<{ docs: Doc[]; now: Instant }> {
  const order = sort === 'title' ? [parties.title, parties.agreementId] : [parties.createdAt, parties.agreementId]
  const beyond =
    after &&
    (sort === 'title' ? afterPosition(order, after) : sql`(${sql.join(order, sql`, `)}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  const rows = await database.db
    .select({ doc: sql<Doc>`${agreements.doc}`, now: clockNow(database) })
    .from(parties)
    .innerJoin(agreements, eq(agreements.id, parties.agreementId))
    .where(
      and(
        atTable(database, readerOf(actor)),
        filter.kind ? eq(parties.kind, filter.kind) : undefined,
        filter.status ? eq(parties.status, filter.status) : undefined,
        filter.networkId ? eq(agreements.networkId, filter.networkId) : undefined,
        filter.underId ? eq(agreements.underId, filter.underId) : undefined,
        beyond,
      ),
    )
    .orderBy(...order.map((column) => (sort === 'title' ? asc(column) : desc(column))))
    .limit(limit)
  return { docs: rows.map(({ doc }) => doc), now: rows[0]?.now ?? '' }
}
