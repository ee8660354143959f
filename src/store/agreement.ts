import { and, asc, desc, eq, fillPlaceholders, gt, or, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { type AnyPgColumn, type PgTable, QueryBuilder } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import type { CovenantBounds } from '../domain/adoption.ts'
import type { Agreement } from '../domain/agreement.ts'
import type { VersionSummary } from '../domain/agreement-view.ts'
import type { Identity } from '../domain/identity.ts'
import type { Leavers } from '../domain/mandate.ts'
import { settled } from '../domain/party.ts'
import { refuse } from '../domain/refusal.ts'
import { phaseAt } from '../domain/round.ts'
import { earliest, type Instant } from '../domain/time.ts'
import { clockAhead, clockNow, type Database, type Queries } from './database.ts'
import { gathering } from './gather.ts'
import { leaversOf, withFound } from './leavers.ts'
import { agreementStream, stateKnownAt } from './ledger.ts'
import { parties, publications } from './tables/agreement.ts'
import { streams } from './tables/ledger.ts'
import { versions } from './tables/version.ts'
import { memberships, publicationsOfAll, seats, versionPeriods } from './tables/views.ts'

/** The organisation whose eyes an actor reads with; an operator administers, and reads no content. */
export const readerOf = (actor: Actor, what = 'agreement'): string =>
  actor.kind === 'operator' ? refuse('not-found', { what }) : actor.organisationId

/** Whether a party is at its table now: it did not leave, and its notice has not ended. */
export const isHere = (database: Database): SQL => {
  const { here, leavesAt } = parties
  return sql`(${here} and (${leavesAt} is null or ${leavesAt} > ${clockNow(database)}))`
}

/** Whether an organisation is at the table of an agreement: what opens all of it but the versions. */
const sitsAt = (database: Database, agreementId: string, organisationId: string): SQL | undefined =>
  and(eq(parties.agreementId, agreementId), eq(parties.organisationId, organisationId), isHere(database))

/** What decides who may read the versions of an agreement. */
type Publication = Record<'agreementId' | 'visibility' | 'networkId' | 'adopted', AnyPgColumn>

/**
 * The one filter for adopted versions: those of one's table, and, once there is one, those that are public or that one's network shows
 * (docs/domain.md#visibility).
 */
export function mayReadVersions(db: Pick<QueryBuilder, 'select'>, publication: Publication, organisation: SQL): SQL {
  const mine = db
    .select({ one: sql`1` })
    .from(seats)
    .where(and(eq(seats.agreementId, publication.agreementId), sql`${seats.organisationId} = ${organisation}`))
  const ours = db
    .select({ one: sql`1` })
    .from(memberships)
    .where(and(eq(memberships.networkId, publication.networkId), sql`${memberships.organisationId} = ${organisation}`))
  const shown = or(eq(publication.visibility, 'public'), and(eq(publication.visibility, 'network'), sql`(${ours}) is not null`))
  return or(sql`(${mine}) is not null`, and(publication.adopted, shown)) ?? sql`false`
}

/** A value of a statement, or what it is read from. */
type Bound = string | SQL | null

/** Who reads versions: somebody the registry knows, or anybody. An operator, who reads no content, is anybody. */
export type VersionReader = Actor | undefined

export const organisationOfReader = (reader: VersionReader): SQL =>
  sql`${reader && reader.kind !== 'operator' ? reader.organisationId : null}::uuid`

/** Whom a token stands for in the statement of `currentVersion`: nobody where it may not read, nor for an operator. */
const accountOf = (identity: Identity | undefined): { issuer: string | null; subject: string | null } =>
  identity?.scopes.includes('handslag:read') && !identity.scopes.includes('handslag:operate') ? identity : { issuer: null, subject: null }

/** The organisation of an account, as part of a statement; none where nobody is known by it. */
const organisationOf = (issuer: SQL, subject: SQL): SQL =>
  sql`(select organisation_id from accounts where issuer = ${issuer} and subject = ${subject} and active
    and (kind = 'person' or 'handslag:read' = any(scopes)))`

/** Whether an actor's organisation sits at the table of an agreement. */
export async function sitsAtTable(database: Database, actor: Actor, agreementId: string): Promise<boolean> {
  const rows = await database.db
    .select({ id: parties.id })
    .from(parties)
    .where(sitsAt(database, agreementId, readerOf(actor)))
  return rows.length > 0
}

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
    .select({
      state: streams.state,
      revision: streams.revision,
      now: clockNow(database),
      left: sql<Leavers | null>`${sql.raw(leaversOf('streams.id'))}`,
    })
    .from(streams)
    .innerJoin(parties, sitsAt(database, agreementId, readerOf(actor)) ?? sql`false`)
    .where(and(eq(streams.id, agreementId), eq(streams.type, 'agreement')))
  const { state, revision, now, left } = row ?? refuse('not-found', { what: 'agreement' })
  if (validAt === undefined && knownAt === undefined) {
    const known = withFound(settled(state as Agreement, now), left)
    return { state: await withCovenant(database, known, now), revision, at: now }
  }
  const known = earliest(knownAt ?? now, now)
  const at = validAt ?? known
  const by = earliest(at, known)
  const then = await stateKnownAt(database, agreementStream, agreementId, by)
  const found = then ?? refuse('not-yet-known', { what: 'agreement' })
  return { ...found, state: withFound(settled(found.state, at), left, by), at }
}

/**
 * An agreement with what the covenant above it allows, while it is deliberated on: adopting stays within that. Its parties need not sit at
 * the table of the covenant, so this reads its last day and subjects for them, and nothing else.
 */
export async function withCovenant(queries: Queries, state: Agreement, at: Instant): Promise<Agreement> {
  if (state.underId === undefined || phaseAt(state, at) !== 'deliberating') return state
  const { rows } = await queries.query<CovenantBounds>({
    name: 'covenant',
    text: `select until_at as "untilAt", coalesce(doc->'content'->'mandate'->'subjects', '[]') as subjects from version_periods
      where agreement_id = $1 and replaced_at is null and until_at > $2 order by from_at desc limit 1`,
    values: [state.underId, at],
  })
  return { ...state, covenant: rows[0] ?? null }
}

/** A table with what belongs to agreements: its documents, and what orders them. */
type Nested = PgTable & { agreementId: AnyPgColumn; doc: AnyPgColumn }

/** Which part of a list: after a position in its order, filtered, at most so many. */
export type Slice = {
  order: readonly AnyPgColumn[]
  after?: readonly (string | number)[] | undefined
  where?: SQL | undefined
  limit: number
  /** From the last in the order to the first. */
  lastFirst?: true
  /** What is listed of a row, where it is not its document. */
  doc?: SQL | undefined
  /** Which rows are of the agreement, where it is not those that name it first. */
  beneath?: SQL | undefined
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
  { order, after, where, limit, lastFirst, doc = sql`${table.doc}`, beneath = eq(table.agreementId, agreementId), of }: Slice,
): Promise<Listed<Doc>> {
  const page = database.db
    // A name of its own: Drizzle writes it without its table, and `parties` has a `doc` too.
    .select({ doc: sql<Doc | null>`${doc}`.as('listed') })
    .from(table as PgTable)
    .where(and(beneath, where, afterPosition(order, after)))
    .orderBy(...order.map((column) => (lastFirst ? desc(column) : asc(column))))
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
    .where(sitsAt(database, agreementId, readerOf(actor)))
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
  doc?: SQL,
): Promise<Omit<Listed<Doc>, 'docs'> & { doc: Doc }> {
  const { docs, ...seen } = await listAtTable<Doc>(database, actor, agreementId, table, { order: [], where, limit: 1, doc })
  return { ...seen, doc: docs[0] ?? refuse('not-found', { what }) }
}

/** The columns of a period: when it holds, and since when and until when that was known. */
type Period = Record<'fromAt' | 'untilAt' | 'knownAt' | 'replacedAt', AnyPgColumn>

/** Whether a period holds at a moment, as it was known at another; both are now where they are null, and nothing is known beyond now. */
export function holds(period: Period, now: SQL, validAt: Bound, knownAt: Bound): SQL {
  const known = sql`least(coalesce(${knownAt}::timestamptz, ${now}), ${now})`
  const moment = sql`coalesce(${validAt}::timestamptz, ${known})`
  return sql`${period.fromAt} <= ${moment} and ${moment} < ${period.untilAt}
    and ${period.knownAt} <= ${known} and (${period.replacedAt} is null or ${known} < ${period.replacedAt})`
}

/** A question for what is in force: of which agreement, for whom, when, and which edition the reader has already. */
type Asked = {
  agreementId: string
  issuer: string | null
  subject: string | null
  validAt: Instant | null
  knownAt: Instant | null
  has: string
}

const askedFields = ['agreementId', 'issuer', 'subject', 'has', 'validAt', 'knownAt'] as const

/** What is in force: its number and edition (null where nothing is), and its JSON where the reader does not have that edition yet; nothing for who may not read. */
type Current = { number: number | null; edition: string | null; json: string | null } | undefined

/** A version as it was signed with the annexes that are in effect beside it, made of what is stored without taking that apart. */
export const withAnnexes = (doc: AnyPgColumn, annexes: AnyPgColumn): SQL =>
  sql`(case when ${annexes} is null then ${doc} else (left(${doc}::text, -1) || ',"annexes":' || ${annexes}::text || '}')::json end)`

/** What tells the JSON of a period from that of every other: the number of its version, and which annexes are in effect. */
const editionOf = (number: AnyPgColumn, annexes: AnyPgColumn): SQL<string> =>
  sql`${number}::text || case when ${annexes} is null then '' else '.' || left(encode(sha256(convert_to(${annexes}::text, 'UTF8')), 'hex'), 16) end`

const place = (name: string): Placeholder => sql.placeholder(name)

/** A period of a version that holds now, whatever the clock says of the moment at which it was recorded: what is recorded is so. */
export const holdsNow = (period: Period, now: SQL): SQL => {
  const moment = sql`greatest(${now}, ${period.knownAt})`
  return sql`${period.replacedAt} is null and ${period.fromAt} <= ${moment} and ${moment} < ${period.untilAt}`
}

/**
 * The statement of `currentVersion`, for many questions: built once, and planned once per connection, because it is run far more than any
 * other. It is sent beside every transaction and carries its predicate: beginning one for row-level security would treble its messages.
 * Looking back has a statement of its own, so that the other one finds its row by an index of what was not replaced.
 */
function currentStatement(when: 'now' | 'at') {
  const building = new QueryBuilder()
  // Read once for the statement: a version must not begin between two looks at the clock.
  const clock = sql`(select ${clockAhead(place('aheadMs'))} as now offset 0) as clock`
  const now = sql<Instant>`clock.now`
  const [moments, named] =
    when === 'now'
      ? [sql``, sql``]
      : [sql`, ${place('validAt')}::timestamptz[], ${place('knownAt')}::timestamptz[]`, sql`, valid_at, known_at`]
  const asked = sql`unnest(${place('agreementId')}::uuid[], ${place('issuer')}::text[], ${place('subject')}::text[], ${place('has')}::text[]${moments})
    with ordinality as asked (agreement_id, issuer, subject, has${named}, nth)`
  const reader = sql`lateral (select ${organisationOf(sql`asked.issuer`, sql`asked.subject`)} as organisation_id) as reader`
  // Limits that change nothing: what is looked up is one row by its key, and is never planned as a hash of a whole table.
  const { agreementId, visibility, networkId, adopted } = publicationsOfAll
  const shown = building
    .select({ agreementId, visibility, networkId, adopted })
    .from(publicationsOfAll)
    .where(sql`${agreementId} = asked.agreement_id`)
    .limit(1)
    .as('shown')
  const period = versionPeriods
  const held = building
    .select({ number: period.number, doc: period.doc, annexes: period.annexes })
    .from(period)
    .where(
      and(
        sql`${period.agreementId} = asked.agreement_id`,
        when === 'now' ? holdsNow(period, now) : holds(period, now, sql`asked.valid_at`, sql`asked.known_at`),
      ),
    )
    .orderBy(desc(period.fromAt))
    .limit(1)
    .as('held')
  const edition = editionOf(held.number, held.annexes)
  const { sql: text, params } = building
    .select({
      nth: sql`asked.nth::int`.as('nth'),
      number: held.number,
      edition: edition.as('edition'),
      json: sql`case when ${edition} <> asked.has then ${withAnnexes(held.doc, held.annexes)}::text end`.as('json'),
    })
    .from(clock)
    .innerJoin(asked, sql`true`)
    .innerJoinLateral(shown, sql`true`)
    .innerJoin(reader, sql`true`)
    .leftJoinLateral(held, sql`true`)
    .where(mayReadVersions(building, shown, sql`reader.organisation_id`))
    .toSQL()
  return { name: `version-${when}`, text, params }
}

/** Answers many questions in one statement, in their order. */
const currentOfAll =
  ({ name, text, params }: ReturnType<typeof currentStatement>) =>
  async ({ pool, clock: { aheadMs } }: Database, asked: readonly Asked[]): Promise<Current[]> => {
    // Who ask the same are answered with one row: a popular agreement is not sent a hundred times.
    const keys = asked.map((one) => askedFields.map((field) => one[field]).join(' '))
    const different = [...new Map(keys.map((key, nth) => [key, asked[nth] as Asked])).entries()]
    const lists = Object.fromEntries(askedFields.map((field) => [field, different.map(([, one]) => one[field])]))
    const values = fillPlaceholders(params, { ...lists, aheadMs })
    const { rows } = await pool.query<NonNullable<Current> & { nth: number }>({ name, text, values })
    const found = new Map(rows.map((row) => [different[row.nth - 1]?.[0], row]))
    return keys.map((key) => found.get(key))
  }

const currentNow = gathering(currentOfAll(currentStatement('now')))
const currentAt = gathering(currentOfAll(currentStatement('at')))

/**
 * The version in force: its number, its edition, and its JSON, made when it was adopted; null instead of it for who has that edition
 * already. Read in one statement with what others ask at the same moment, which carries who may read it: the token's organisation is looked
 * up in it. Refuses with `not-found`, and with `nothing-in-force` for those who may read.
 */
export async function currentVersion(
  database: Database,
  identity: Identity | undefined,
  agreementId: string,
  { validAt, knownAt }: Times,
  has = '',
): Promise<{ json: string | null; number: number; edition: string }> {
  const ask = validAt === undefined && knownAt === undefined ? currentNow : currentAt
  const asked = { ...accountOf(identity), agreementId, validAt: validAt ?? null, knownAt: knownAt ?? null, has }
  const { number, edition, json } = (await ask(database, asked)) ?? refuse('not-found', { what: 'agreement' })
  return number === null || edition === null ? refuse('nothing-in-force') : { number, edition, json }
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
    .where(and(eq(publications.agreementId, agreementId), mayReadVersions(database.db, publications, organisationOfReader(reader))))
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
    .leftJoin(
      versions,
      and(eq(versions.agreementId, publications.agreementId), sql`${versions.number} = any(${sql.param([...numbers])}::int[])`),
    )
    .where(and(eq(publications.agreementId, agreementId), mayReadVersions(database.db, publications, organisationOfReader(reader))))
  if (rows.length === 0) refuse('not-found', { what: 'agreement' })
  return numbers.map((number) => rows.find(({ doc }) => doc?.number === number)?.doc ?? refuse('not-found', { what: 'version' }))
}

/** What the founding of an agreement names, as far as it is there: organisations, whether its network is open to the founder, and where its covenant stands. */
export type Founding = {
  organisations: Map<string, { name: string }>
  inNetwork: boolean
  covenant: 'not-there' | 'not-in-force' | 'in-force'
}

/**
 * Looks up what a new agreement names, in one statement: the organisations by id, whether the founder's organisation is a member of
 * the network, and whether it sits at the table of the covenant, of which a version holds or waits for its first day.
 */
export async function foundingOf(
  queries: Queries,
  actor: Actor,
  {
    organisationIds,
    networkId,
    underId,
  }: { organisationIds: readonly string[]; networkId?: string | undefined; underId?: string | undefined },
  at: Instant,
): Promise<Founding> {
  const { rows } = await queries.query<{ id: string | null; name: string | null; inNetwork: boolean; sits: boolean; holds: boolean }>({
    name: 'founding',
    text: `select o.id, o.name,
        exists (select 1 from network_members where network_id = $2 and organisation_id = $4 and here) as "inNetwork",
        exists (select 1 from agreements a join seats p on p.agreement_id = a.id and p.organisation_id = $4
          where a.id = $3 and a.kind = 'covenant') as sits,
        exists (select 1 from version_periods where agreement_id = $3 and replaced_at is null and until_at > $5) as holds
      from (select 1) always left join organisations o on o.id = any($1::uuid[])`,
    values: [organisationIds, networkId ?? null, underId ?? null, readerOf(actor), at],
  })
  return {
    organisations: new Map(rows.flatMap(({ id, name }) => (id !== null && name !== null ? [[id, { name }] as const] : []))),
    inNetwork: rows[0]?.inNetwork ?? false,
    covenant: !rows[0]?.sits ? 'not-there' : rows[0].holds ? 'in-force' : 'not-in-force',
  }
}
