import { and, asc, desc, eq, exists, gt, inArray, or, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import type { Agreement } from '../domain/agreement.ts'
import type { VersionSummary } from '../domain/agreement-view.ts'
import type { Identity } from '../domain/identity.ts'
import { refuse } from '../domain/refusal.ts'
import { earliest, type Instant } from '../domain/time.ts'
import { clockAhead, clockNow, type Database, type Queries } from './database.ts'
import { agreementStream, stateKnownAt } from './ledger.ts'
import {
  agreements,
  inForce,
  memberships,
  parties,
  publications,
  publicationsOfAll,
  seats,
  streams,
  versionPeriods,
  versions,
} from './tables.ts'

/** The organisation whose eyes an actor reads with; an operator administers, and reads no content. */
export const readerOf = (actor: Actor, what = 'agreement'): string =>
  actor.kind === 'operator' ? refuse('not-found', { what }) : actor.organisationId

/** Whether an organisation is at the table of an agreement: what opens all of it but the versions. */
const sitsAt = (agreementId: string, organisationId: string): SQL | undefined =>
  and(eq(parties.agreementId, agreementId), eq(parties.organisationId, organisationId), eq(parties.here, true))

/** The one filter for whatever lists agreements: those at whose table the organisation is. */
const atTable = ({ db }: Database, organisationId: string): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(parties)
      .where(and(eq(parties.agreementId, agreements.id), eq(parties.organisationId, organisationId), eq(parties.here, true))),
  )

/** What decides who may read the versions of an agreement. */
type Publication = Record<'agreementId' | 'visibility' | 'networkId' | 'adopted', AnyPgColumn>

/**
 * The one filter for adopted versions: those of one's table, and, once there is one, those that are public or that one's network shows
 * (docs/domain.md#visibility).
 */
function mayReadVersions({ db }: Database, publication: Publication, organisation: SQL): SQL {
  const mine = db
    .select({ one: sql`1` })
    .from(seats)
    .where(and(eq(seats.agreementId, publication.agreementId), sql`${seats.organisationId} = ${organisation}`))
  const ours = db
    .select({ one: sql`1` })
    .from(memberships)
    .where(and(eq(memberships.networkId, publication.networkId), sql`${memberships.organisationId} = ${organisation}`))
  const shown = or(eq(publication.visibility, 'public'), and(eq(publication.visibility, 'network'), exists(ours)))
  return or(exists(mine), and(publication.adopted, shown)) ?? sql`false`
}

/** A value of a statement, or the place of one in a prepared statement. */
type Bound = string | Placeholder | null

/** Who reads versions: somebody the registry knows, or anybody. An operator, who reads no content, is anybody. */
export type VersionReader = Actor | undefined

const organisationOfReader = (reader: VersionReader): SQL =>
  sql`${reader && reader.kind !== 'operator' ? reader.organisationId : null}::uuid`

/** Whom a token stands for in the statement of `currentVersion`: nobody where it may not read, nor for an operator. */
const accountOf = (identity: Identity | undefined): { issuer: string | null; subject: string | null } =>
  identity?.scopes.includes('handslag:read') && !identity.scopes.includes('handslag:operate') ? identity : { issuer: null, subject: null }

/** The organisation of an account, as part of a statement; none where nobody is known by it. */
const organisationOf = ({ issuer, subject }: { issuer: Bound; subject: Bound }): SQL =>
  sql`(select organisation_id from accounts where issuer = ${issuer}::text and subject = ${subject}::text and active
    and (kind = 'person' or 'handslag:read' = any(scopes)))`

/** A state, the moment at which it is looked at, and the revision that it has. */
export type Seen = { state: Agreement; at: Instant; revision: number }

/** When to look: at what held on `validAt`, as the registry knew it on `knownAt` (docs/domain.md#two-times). */
export type Times = { validAt?: Instant | undefined; knownAt?: Instant | undefined }

/** An agreement for those at its table. Nothing takes effect before it is recorded, so what held at V as known at K is what was known at the earlier of the two. */
export async function agreementSeen(
  database: Database,
  actor: Actor,
  agreementId: string,
  { validAt, knownAt }: Times = {},
): Promise<Seen> {
  const [row] = await database.db
    .select({ state: streams.state, revision: streams.revision, now: clockNow(database) })
    .from(streams)
    .innerJoin(parties, sitsAt(agreementId, readerOf(actor)) ?? sql`false`)
    .where(and(eq(streams.id, agreementId), eq(streams.type, 'agreement')))
  const { state, revision, now } = row ?? refuse('not-found', { what: 'agreement' })
  if (validAt === undefined && knownAt === undefined) return { state: state as Agreement, revision, at: now }
  const known = earliest(knownAt ?? now, now)
  const at = validAt ?? known
  const then = await stateKnownAt(database, agreementStream, agreementId, earliest(at, known))
  return { ...(then ?? refuse('not-yet-known', { what: 'agreement' })), at }
}

/** A table with what belongs to agreements: its documents, and what orders them. */
type Nested = PgTable & { agreementId: AnyPgColumn; doc: AnyPgColumn }

/** Which part of a list: after a position in its order, filtered, at most so many. */
export type Slice = {
  order: readonly AnyPgColumn[]
  after?: readonly (string | number)[] | undefined
  where?: SQL | undefined
  limit: number
  /** What the list is of, such as a round: `not-found` where that is not there. */
  of?: { what: string; there: SQL }
}

/** For a slice that is read whole: what it lists is bounded by one round or version. */
export const everything = Number.MAX_SAFE_INTEGER

/** A part of a list, the moment of reading, and for whom: the reader's party, and the revision that the agreement has. */
export type Listed<Doc> = { docs: Doc[]; now: Instant; partyId: string; revision: number }

/** Rows after a position, in the order of some columns: keyset paging, which costs the same on every page. */
export const afterPosition = (order: readonly AnyPgColumn[], after: readonly (string | number)[] | undefined): SQL | undefined =>
  after &&
  sql`(${sql.join([...order], sql`, `)}) > (${sql.join(
    after.map((key) => sql`${key}`),
    sql`, `,
  )})`

/** What is listed under an agreement, for those at its table. One statement. */
export async function listAtTable<Doc>(
  database: Database,
  actor: Actor,
  agreementId: string,
  table: Nested,
  { order, after, where, limit, of }: Slice,
): Promise<Listed<Doc>> {
  const page = database.db
    // A name of its own: Drizzle writes it without its table, and `parties` has a `doc` too.
    .select({ doc: sql<Doc | null>`${table.doc}`.as('listed') })
    .from(table as PgTable)
    .where(and(eq(table.agreementId, agreementId), where, afterPosition(order, after)))
    .orderBy(...order.map((column) => asc(column)))
    .limit(limit)
    .as('page')
  const rows = await database.db
    .select({
      doc: page.doc,
      now: clockNow(database),
      partyId: parties.id,
      revision: streams.revision,
      there: of?.there ?? sql<boolean>`true`,
    })
    .from(parties)
    .innerJoin(streams, eq(streams.id, parties.agreementId))
    .leftJoinLateral(page, sql`true`)
    .where(sitsAt(agreementId, readerOf(actor)))
  const [first] = rows
  if (!first) refuse('not-found', { what: 'agreement' })
  if (of && !first.there) refuse('not-found', { what: of.what })
  const { now, partyId, revision } = first
  return { docs: rows.flatMap(({ doc }) => (doc === null ? [] : [doc as Doc])), now, partyId, revision }
}

/** One document under an agreement, for those at its table. */
export async function findAtTable<Doc>(
  database: Database,
  actor: Actor,
  agreementId: string,
  table: Nested,
  where: SQL | undefined,
  what: string,
): Promise<Omit<Listed<Doc>, 'docs'> & { doc: Doc }> {
  const { docs, ...seen } = await listAtTable<Doc>(database, actor, agreementId, table, { order: [], where, limit: 1 })
  return { ...seen, doc: docs[0] ?? refuse('not-found', { what }) }
}

/** Which agreements to list: of those at whose table the reader is. */
export type AgreementFilter = {
  kind?: string | undefined
  status?: string | undefined
  networkId?: string | undefined
  underId?: string | undefined
}

/** The agreements at whose table an organisation is, newest or by title. */
export async function listAgreements<Doc>(
  database: Database,
  actor: Actor,
  filter: AgreementFilter,
  { sort, after, limit }: { sort: 'title' | '-createdAt'; after?: readonly (string | number)[] | undefined; limit: number },
): Promise<{ docs: Doc[]; now: Instant }> {
  const order = sort === 'title' ? [agreements.title, agreements.id] : [agreements.createdAt, agreements.id]
  const beyond =
    after &&
    (sort === 'title' ? afterPosition(order, after) : sql`(${sql.join(order, sql`, `)}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`)
  const rows = await database.db
    .select({ doc: sql<Doc>`${agreements.doc}`, now: clockNow(database) })
    .from(agreements)
    .where(
      and(
        atTable(database, readerOf(actor)),
        filter.kind ? eq(agreements.kind, filter.kind) : undefined,
        filter.status ? eq(agreements.status, filter.status) : undefined,
        filter.networkId ? eq(agreements.networkId, filter.networkId) : undefined,
        filter.underId ? eq(agreements.underId, filter.underId) : undefined,
        beyond,
      ),
    )
    .orderBy(...order.map((column) => (sort === 'title' ? asc(column) : desc(column))))
    .limit(limit)
  return { docs: rows.map(({ doc }) => doc), now: rows[0]?.now ?? '' }
}

/** The columns of a period: when it holds, and since when and until when that was known. */
type Period = Record<'fromAt' | 'untilAt' | 'knownAt' | 'replacedAt', AnyPgColumn>

/** Whether a period holds at a moment, as it was known at another; both are now where they are null, and nothing is known beyond now. */
function holds(period: Period, now: SQL, validAt: Bound, knownAt: Bound): SQL {
  const known = sql`least(coalesce(${knownAt}::timestamptz, ${now}), ${now})`
  const moment = sql`coalesce(${validAt}::timestamptz, ${known})`
  return sql`${period.fromAt} <= ${moment} and ${moment} < ${period.untilAt}
    and ${period.knownAt} <= ${known} and (${period.replacedAt} is null or ${known} < ${period.replacedAt})`
}

const place = (name: string): Placeholder => sql.placeholder(name)

/**
 * The statement of `currentVersion`: built once, and planned once per connection, because it is run far more than any other. It is sent
 * beside every transaction and carries its predicate: beginning one for row-level security would treble its messages.
 */
const currentStatement = (database: Database) =>
  database.beside
    .select({ json: sql<string | null>`${versionPeriods.doc}::text`, number: versionPeriods.number })
    .from(publicationsOfAll)
    .leftJoin(
      versionPeriods,
      and(
        eq(versionPeriods.agreementId, publicationsOfAll.agreementId),
        holds(versionPeriods, clockAhead(place('aheadMs')), place('validAt'), place('knownAt')),
      ),
    )
    .where(
      and(
        eq(publicationsOfAll.agreementId, place('agreementId')),
        mayReadVersions(database, publicationsOfAll, organisationOf({ issuer: place('issuer'), subject: place('subject') })),
      ),
    )
    .prepare('current-version')

const currentStatements = new WeakMap<Database, ReturnType<typeof currentStatement>>()

/**
 * The version in force, as JSON that was made when it was adopted. One statement, which carries who may read it: the token's
 * organisation is looked up in it. Refuses with `not-found`, and with `nothing-in-force` for those who may read.
 */
export async function currentVersion(
  database: Database,
  identity: Identity | undefined,
  agreementId: string,
  { validAt = null, knownAt = null }: { validAt?: Instant | null | undefined; knownAt?: Instant | null | undefined },
): Promise<{ json: string; number: number }> {
  const statement = currentStatements.get(database) ?? currentStatement(database)
  currentStatements.set(database, statement)
  const { aheadMs } = database.clock
  const [row] = await statement.execute({ ...accountOf(identity), agreementId, aheadMs, validAt, knownAt })
  if (!row) refuse('not-found', { what: 'agreement' })
  if (row.json === null || row.number === null) refuse('nothing-in-force')
  return { json: row.json, number: row.number }
}

export type CurrentFilter = {
  /** An organisation that takes part in the version. */
  organisationId?: string | undefined
  networkId?: string | undefined
  kind?: string | undefined
  subject?: string | undefined
}

/** Every version in force that the reader may read, by agreement. */
export async function currentVersions<Doc>(
  database: Database,
  reader: VersionReader,
  filter: CurrentFilter,
  times: Times,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Doc[]> {
  const rows = await database.db
    .select({ doc: sql<Doc>`${versions.doc}` })
    .from(publications)
    .innerJoin(
      inForce,
      and(
        eq(inForce.agreementId, publications.agreementId),
        holds(inForce, clockNow(database), times.validAt ?? null, times.knownAt ?? null),
      ),
    )
    .innerJoin(versions, and(eq(versions.agreementId, inForce.agreementId), eq(versions.number, inForce.version)))
    .where(
      and(
        mayReadVersions(database, publications, organisationOfReader(reader)),
        filter.organisationId ? sql`${filter.organisationId}::uuid = any(${versions.organisationIds})` : undefined,
        filter.networkId ? eq(publications.networkId, filter.networkId) : undefined,
        filter.kind ? eq(publications.kind, filter.kind) : undefined,
        filter.subject ? sql`${filter.subject} = any(${versions.subjects})` : undefined,
        after ? gt(publications.agreementId, after) : undefined,
      ),
    )
    .orderBy(asc(publications.agreementId))
    .limit(limit)
  return rows.map(({ doc }) => doc)
}

/** The adopted versions of an agreement that the reader may read, in order. */
export async function listVersions(
  database: Database,
  reader: VersionReader,
  agreementId: string,
  { after = 0, limit }: { after?: number | undefined; limit: number },
): Promise<VersionSummary[]> {
  const rows = await database.db
    .select({
      number: versions.number,
      title: sql<string>`${versions.doc}->'content'->>'title'`,
      validity: sql<VersionSummary['validity']>`${versions.doc}->'content'->'validity'`,
      textDigest: versions.textDigest,
      adoptedAt: versions.adoptedAt,
      adoptedByPartyId: sql<string>`${versions.doc}->>'adoptedByPartyId'`,
    })
    .from(publications)
    .leftJoin(versions, and(eq(versions.agreementId, publications.agreementId), gt(versions.number, after)))
    .where(and(eq(publications.agreementId, agreementId), mayReadVersions(database, publications, organisationOfReader(reader))))
    .orderBy(asc(versions.number))
    .limit(limit)
  if (rows.length === 0) refuse('not-found', { what: 'agreement' })
  return rows.filter((row): row is VersionSummary => row.number !== null)
}

/** Adopted versions by their numbers, in that order, for those who may read them. Refuses where one of them is not there. */
export async function findVersions<Doc extends { number: number }>(
  database: Database,
  reader: VersionReader,
  agreementId: string,
  numbers: readonly number[],
): Promise<Doc[]> {
  const rows = await database.db
    .select({ doc: sql<Doc | null>`${versions.doc}` })
    .from(publications)
    .leftJoin(versions, and(eq(versions.agreementId, publications.agreementId), inArray(versions.number, [...numbers])))
    .where(and(eq(publications.agreementId, agreementId), mayReadVersions(database, publications, organisationOfReader(reader))))
  if (rows.length === 0) refuse('not-found', { what: 'agreement' })
  return numbers.map((number) => rows.find(({ doc }) => doc?.number === number)?.doc ?? refuse('not-found', { what: 'version' }))
}

/** The agreements in which a person holds a mandate and that have not ended, with their states: what their to-do list is made of. */
export async function statesOfHolder(
  database: Database,
  personId: string,
  organisationId: string,
): Promise<{ states: Agreement[]; now: Instant }> {
  const { rows } = await database.query<{ state: Agreement; now: Instant }>({
    name: 'states-of-holder',
    text: `select s.state, clock_timestamp() + $3::bigint * interval '1 millisecond' as now
      from streams s join agreements a on a.id = s.id join parties p on p.agreement_id = a.id and p.organisation_id = $2 and p.here
      where a.status <> 'ended' and a.id in (
        select agreement_id from mandates where holder_id = $1
        union select agreement_id from transfers where state = 'offered' and doc->>'toPersonId' = $1::text
      ) order by s.id`,
    values: [personId, organisationId, database.clock.aheadMs],
  })
  return { states: rows.map((row) => row.state), now: rows[0]?.now ?? '' }
}

/** What the founding of an agreement names, as far as it is there: organisations, and whether its network and covenant are open to the founder. */
export type Founding = { organisations: Map<string, { name: string }>; inNetwork: boolean; underCovenant: boolean }

/**
 * Looks up what a new agreement names, in one statement: the organisations by id, whether the founder's organisation is a member of
 * the network, and whether it sits at the table of the covenant.
 */
export async function foundingOf(
  queries: Queries,
  actor: Actor,
  {
    organisationIds,
    networkId,
    underId,
  }: { organisationIds: readonly string[]; networkId?: string | undefined; underId?: string | undefined },
): Promise<Founding> {
  const { rows } = await queries.query<{ id: string | null; name: string | null; inNetwork: boolean; underCovenant: boolean }>({
    name: 'founding',
    text: `select o.id, o.name,
        exists (select 1 from network_members where network_id = $2 and organisation_id = $4 and here) as "inNetwork",
        exists (select 1 from agreements a join parties p on p.agreement_id = a.id and p.organisation_id = $4 and p.here
          where a.id = $3 and a.kind = 'covenant' and a.status <> 'ended') as "underCovenant"
      from (select 1) always left join organisations o on o.id = any($1::uuid[])`,
    values: [organisationIds, networkId ?? null, underId ?? null, readerOf(actor)],
  })
  return {
    organisations: new Map(rows.flatMap(({ id, name }) => (id !== null && name !== null ? [[id, { name }] as const] : []))),
    inNetwork: rows[0]?.inNetwork ?? false,
    underCovenant: rows[0]?.underCovenant ?? false,
  }
}
