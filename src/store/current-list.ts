import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import type { LiveAgreement } from '../domain/social-map.ts'
import { holds, holdsNow, isHere, mayReadVersions, organisationOfReader, type Times, type VersionReader, withAnnexes } from './agreement.ts'
import { clockNow, type Database } from './database.ts'
import { parties, publications, roles } from './tables/agreement.ts'
import { inForce, participants, versions } from './tables/version.ts'
import { memberships } from './tables/views.ts'

export type CurrentFilter = {
  /** An organisation that takes part in the version at that moment. */
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
export const currentVersions = <Doc>(
  database: Database,
  reader: VersionReader,
  filter: CurrentFilter,
  times: Times,
  slice: Slice,
): Promise<Doc[]> => whatIsCurrent(database, reader, filter, times, slice, withAnnexes(versions.doc, inForce.annexes))

/** The organisations that take part in each of those versions now, and nothing else of them. */
export const currentParticipants = (database: Database, reader: VersionReader, filter: CurrentFilter, limit: number): Promise<string[][]> =>
  whatIsCurrent(database, reader, filter, {}, { limit }, sql`to_json(${inForce.organisationIds})`)

type Slice = { after?: string | undefined; limit: number }

async function whatIsCurrent<Doc>(
  database: Database,
  reader: VersionReader,
  filter: CurrentFilter,
  times: Times,
  { after, limit }: Slice,
  told: SQL,
): Promise<Doc[]> {
  const organisation = organisationOfReader(reader)
  const wanted = and(
    filter.organisationId ? sql`${filter.organisationId}::uuid = any(${inForce.organisationIds})` : undefined,
    filter.networkId ? eq(publications.networkId, filter.networkId) : undefined,
    filter.kind ? eq(publications.kind, filter.kind) : undefined,
    filter.subject ? sql`${filter.subject} = any(${versions.subjects})` : undefined,
  )
  const now = sql<string>`(select ${clockNow(database)})`
  const lookingBack = times.validAt !== undefined || times.knownAt !== undefined
  const holding = lookingBack ? holds(inForce, now, times.validAt ?? null, times.knownAt ?? null) : holdsNow(inForce, now)
  /** What is in force of a source, in the order of the index that it is found by. */
  const some = (source: SQL, where: SQL, id: AnyPgColumn = publications.agreementId): SQL =>
    sql`(select ${publications.agreementId} as id, ${versions.number}, ${told} as doc from ${source}
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

/** Which roles the people of an organisation hold today in an agreement, for who sits at its table; null for others. */
const rolesHeld = (database: Database, organisation: SQL): SQL => {
  const today = sql`to_char(${clockNow(database)} at time zone 'Europe/Amsterdam', 'YYYY-MM-DD')`
  return sql`(select jsonb_agg(distinct role.name order by role.name) filter (where role.name is not null)
    from ${parties} left join lateral (
      select ${roles.name} from ${parties} theirs join ${roles} on ${roles.agreementId} = theirs.agreement_id
        cross join lateral jsonb_array_elements(${roles.doc}->'holders') holder
      where theirs.agreement_id = ${participants.agreementId} and theirs.organisation_id = ${participants.organisationId} and theirs.here
        and holder->>'partyId' = theirs.id::text and holder->>'fromDate' <= ${today} and ${today} <= coalesce(holder->>'untilDate', ${today})
        and not ${roles.doc} ? 'endedAt') role on true
    where ${parties.agreementId} = ${participants.agreementId} and ${parties.organisationId} = ${organisation} and ${isHere(database)})`
}

/** The last versions in force in which organisations take part, as far as the reader may read them: at most `limit` of each. One statement. */
export async function currentOfOrganisations(
  database: Database,
  reader: VersionReader,
  organisationIds: readonly string[],
  limit: number,
): Promise<Map<string, LiveAgreement[]>> {
  const organisation = organisationOfReader(reader)
  const { rows } = await database.db.execute<{ organisationId: string; agreement: LiveAgreement }>(sql`
    select asked.id as "organisationId", live.agreement from unnest(${sql.param([...organisationIds])}::uuid[]) asked (id) cross join lateral (
      select jsonb_strip_nulls(jsonb_build_object('id', ${participants.agreementId}, 'kind', ${participants.kind}, 'title', ${participants.title},
          'version', ${inForce.version}, 'involvement', ${participants.involvement}, 'roles', ${rolesHeld(database, organisation)})) as agreement
        from ${participants} join ${publications} on ${publications.agreementId} = ${participants.agreementId}
        join ${inForce} on ${inForce.agreementId} = ${participants.agreementId} and ${inForce.id} = ${participants.periodId}
          and ${holdsNow(inForce, sql`(select ${clockNow(database)})`)}
        where ${participants.organisationId} = asked.id and ${mayReadVersions(database.db, publications, organisation)}
        order by ${participants.agreementId} desc limit ${limit}) live`)
  const found = new Map<string, LiveAgreement[]>()
  for (const { organisationId, agreement } of rows) found.set(organisationId, [...(found.get(organisationId) ?? []), agreement])
  return found
}
