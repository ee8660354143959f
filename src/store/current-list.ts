import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { holds, holdsNow, isHere, mayReadVersions, organisationOfReader, type Times, type VersionReader } from './agreement.ts'
import { clockNow, type Database } from './database.ts'
import { inForce, memberships, parties, publications, versions } from './tables.ts'

export type CurrentFilter = {
  /** An organisation that takes part in the version. */
  organisationId?: string | undefined
  networkId?: string | undefined
  kind?: string | undefined
  subject?: string | undefined
}

/**
 * Every version in force that the reader may read, by agreement. There are three sources of what may be read (one's own tables, one's
 * networks, what is public), each with an index in this order: a page merges as many of each as it is long, and who may read is then
 * asked of those.
 */
export async function currentVersions<Doc>(
  database: Database,
  reader: VersionReader,
  filter: CurrentFilter,
  times: Times,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Doc[]> {
  const organisation = organisationOfReader(reader)
  const wanted = and(
    filter.organisationId ? sql`${filter.organisationId}::uuid = any(${versions.organisationIds})` : undefined,
    filter.networkId ? eq(publications.networkId, filter.networkId) : undefined,
    filter.kind ? eq(publications.kind, filter.kind) : undefined,
    filter.subject ? sql`${filter.subject} = any(${versions.subjects})` : undefined,
  )
  const now = sql<string>`(select ${clockNow(database)})`
  const lookingBack = times.validAt !== undefined || times.knownAt !== undefined
  const holding = lookingBack ? holds(inForce, now, times.validAt ?? null, times.knownAt ?? null) : holdsNow(inForce, now)
  /** What is in force of a source, in the order of the index that it is found by. */
  const some = (source: SQL, where: SQL, id: AnyPgColumn = publications.agreementId): SQL =>
    sql`(select ${publications.agreementId} as id, ${versions.number}, ${versions.doc} from ${source}
      join ${inForce} on ${inForce.agreementId} = ${publications.agreementId} and ${holding}
      join ${versions} on ${versions.agreementId} = ${inForce.agreementId} and ${versions.number} = ${inForce.version}
      where ${and(where, wanted, after ? gt(id, after) : undefined)} order by ${id} limit ${limit})`
  const own = some(
    sql`${parties} join ${publications} on ${publications.agreementId} = ${parties.agreementId}`,
    sql`${parties.organisationId} = ${organisation} and ${isHere(database)}`,
    parties.agreementId,
  )
  const shown = (visibility: 'public' | 'network') =>
    sql`${publications.adopted} and ${publications.visibility} = ${sql.raw(`'${visibility}'`)}`
  const ours = some(sql`${publications}`, sql`${publications.networkId} = ${memberships.networkId} and ${shown('network')}`)
  const { rows } = await database.db.execute<{ doc: Doc }>(sql`
    select page.doc from (
      select distinct on (id) * from (
        ${own} union all ${some(sql`${publications}`, shown('public'))}
        union all select found.* from ${memberships} cross join lateral ${ours} found where ${memberships.organisationId} = ${organisation}
      ) source order by id limit ${limit}
    ) page join ${publications} on ${publications.agreementId} = page.id
    where ${mayReadVersions(database.db, publications, organisation)} order by page.id`)
  return rows.map(({ doc }) => doc)
}
