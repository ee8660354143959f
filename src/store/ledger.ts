import { randomBytes } from 'node:crypto'
import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import type { Acting } from '../domain/actor.ts'
import { type Agreement, type AgreementEvent, evolve as evolveAgreement } from '../domain/agreement.ts'
import type { By, Recorded } from '../domain/event.ts'
import { evolve as evolveProgramme, type Programme, type ProgrammeEvent } from '../domain/exchange/programme.ts'
import { evolve as evolveInquiry, type Inquiry, type InquiryEvent } from '../domain/inquiry.ts'
import { type Entry, entryHash, genesis, type Kept, payloadDigest } from '../domain/ledger.ts'
import type { Leavers } from '../domain/mandate.ts'
import { isMember } from '../domain/network/member.ts'
import { evolve as evolveNetwork, type Network, type NetworkEvent } from '../domain/network/network.ts'
import { evolve as evolveOrganisation, type Organisation, type OrganisationEvent } from '../domain/organisation.ts'
import { partyOf } from '../domain/party.ts'
import { evolve as evolveRecommendation, type Recommendation, type RecommendationEvent } from '../domain/recommendation.ts'
import { Refused } from '../domain/refusal.ts'
import type { Instant } from '../domain/time.ts'
import { connectionConfig, type Database, type Queries, valueParsers } from './database.ts'
import { leaversOfAll, withFound } from './leavers.ts'
import { agreementProjections } from './projections/agreement.ts'
import { programmeProjections } from './projections/exchange.ts'
import { inquiryProjections, recommendationProjections } from './projections/inquiry.ts'
import { networkProjections } from './projections/network.ts'
import { organisationProjections } from './projections/organisation.ts'
import { changedRows, type Rows } from './projections/projection.ts'
import { rebuilt } from './projections/rebuilt.ts'
import { keyOf, upsert } from './projections/upsert.ts'
import { ledger, ledgerPayloads, snapshots, streams } from './tables/ledger.ts'
import { inOneGo, noteChanged, within } from './transaction.ts'

export type AnyEvent = { type: string; data: object; mandateId?: string }

/** A kind of stream: how its events change its state, and which tables show it. */
export type Stream<State, Event extends AnyEvent> = {
  type: string
  evolve: (state: State | undefined, event: Event, recorded: Recorded) => State
  projections: Parameters<typeof changedRows<State>>[0]
  /** Whether an actor has a part in it: the same as row-level security says of its rows. */
  hasPart: (state: State, acting: Acting) => boolean
  /** After which event looking back may start. */
  snapshotAfter?: Event['type']
  /** What its rules go by beside the state: looked up behind the lock, in the same round trip, and never recorded. */
  beside?: { ask: (ids: readonly string[]) => pg.QueryConfig; put: (state: State, found: Found | undefined) => State }
  /** The state as its head keeps it, where not all of it is for everybody who may read the head. */
  kept?: (state: State) => State
}

/** What was found beside one stream: a row, with the stream's id. */
type Found = { id: string; left: Leavers }

export const agreementStream: Stream<Agreement, AgreementEvent> = {
  type: 'agreement',
  evolve: evolveAgreement,
  projections: agreementProjections,
  hasPart: (state, { organisationId = '' }) => partyOf(state, organisationId) !== undefined,
  snapshotAfter: 'round-opened',
  beside: { ask: leaversOfAll, put: (state, found) => withFound(state, found?.left) },
}
export const organisationStream: Stream<Organisation, OrganisationEvent> = {
  type: 'organisation',
  evolve: evolveOrganisation,
  projections: organisationProjections,
  hasPart: ({ id }, { kind, organisationId }) => id === organisationId || kind === 'operator',
  // What was said to another organisation has a row of its own, and no rule asks for it here; the operator reads the head.
  kept: ({ sent: _sent, acknowledged: _acknowledged, answered: _answered, ...state }) => state,
}
export const networkStream: Stream<Network, NetworkEvent> = {
  type: 'network',
  evolve: evolveNetwork,
  projections: networkProjections,
  hasPart: (state, { organisationId = '' }) => isMember(state, organisationId),
}

// What hangs under a network: who changed it was found in that network a moment before, and is there still.
export const inquiryStream: Stream<Inquiry, InquiryEvent> = {
  type: 'inquiry',
  evolve: evolveInquiry,
  projections: inquiryProjections,
  hasPart: () => true,
}
export const programmeStream: Stream<Programme, ProgrammeEvent> = {
  type: 'exchange-programme',
  evolve: evolveProgramme,
  projections: programmeProjections,
  hasPart: () => true,
}
export const recommendationStream: Stream<Recommendation, RecommendationEvent> = {
  type: 'recommendation',
  evolve: evolveRecommendation,
  projections: recommendationProjections,
  hasPart: () => true,
}

/** The head of a stream: where it stands. */
export type Head<State> = { id: string; revision: number; recordedAt: Instant; hash: string; state: State }

/** A state after a change, with the revision that it reached, the moment of record, and what was written for each event. */
export type Changed<State, Event> = {
  id: string
  state: State
  revision: number
  at: Instant
  events: Event[]
  entries: { type: string; revision: number; hash: string }[]
}

/** What a change sees when it decides: the transaction (for what it has to look up), and the moment of record. */
export type Deciding = { client: Queries; now: Instant }

/**
 * Changes streams in the transaction that is going on, or in one of its own: lock, then the database's clock, then decide, then write
 * entries, heads and tables in one statement. Three round trips beside what `decide` looks up. Refusals and errors leave nothing behind.
 */
export async function change<State, Event extends AnyEvent>(
  database: Database,
  stream: Stream<State, Event>,
  ids: readonly string[],
  acting: Acting,
  decide: (heads: ReadonlyMap<string, Head<State>>, deciding: Deciding) => Promise<Map<string, Event[]>>,
): Promise<Changed<State, Event>[]> {
  try {
    return await within(database.pool, acting, async () => {
      const { heads, beside, now } = await lock(database, stream, ids)
      const seen = (id: string, state: State): State => stream.beside?.put(state, beside.get(id)) ?? state
      const found = new Map([...heads].map(([id, head]) => [id, { ...head, state: seen(id, head.state) }]))
      const decided = await decide(found, { client: database, now })
      const changed = [...decided].map(([id, events]) => advance(stream, id, heads.get(id), events, acting, now))
      await write(database, changed)
      for (const { id, state } of changed) noteChanged(database.pool, id, stream.hasPart(state, acting))
      return changed.map(({ id, state, revision, events, entries }) => ({
        id,
        state: seen(id, state),
        revision,
        at: now,
        events,
        entries: entries.map(({ type, revision, hash }) => ({ type, revision, hash })),
      }))
    })
  } catch (error) {
    throw taken(error) ? new Refused([{ code: 'identifier-taken' }]) : error
  }
}

/** Whether an identifier or account was given out before: the one rule over streams, which only the database can keep. */
const taken = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && ['organisation_identifiers_once', 'accounts_once'].includes(String(error.constraint))

/**
 * Locks the heads (in order of id, so that two changes of several streams never wait for each other), and reads the clock after the
 * lock is held: an earlier clock would let what expired while waiting pass. What the rules go by beside the state is read then too. All of
 * it in one round trip, with the beginning of the transaction.
 */
async function lock<State, Event extends AnyEvent>(
  { pool, clock }: Database,
  { type, beside: asked }: Stream<State, Event>,
  ids: readonly string[],
) {
  const looked = asked && ids.length > 0 ? [asked.ask(ids)] : []
  const answers = await inOneGo(pool, [...lockHeads(type, ids), ...looked, readClock(clock.aheadMs)])
  const clockNow: Instant = answers.pop()?.rows[0]?.now ?? ''
  const [locked, found] = answers
  const heads = new Map(((locked?.rows ?? []) as Head<State>[]).map((head) => [head.id, head]))
  const beside = new Map(((found?.rows ?? []) as Found[]).map((row) => [row.id, row]))
  return { heads, beside, now: [...heads.values()].reduce((now, head) => (now > head.recordedAt ? now : next(head.recordedAt)), clockNow) }
}

/** The statement that locks heads, one text for each number of them; none where there is nothing to lock. */
const lockHeads = (type: string, ids: readonly string[]): pg.QueryConfig[] =>
  ids.length === 0
    ? []
    : [
        {
          name: `lock-${ids.length}`,
          text: `select id, revision, recorded_at as "recordedAt", hash, state from streams
            where type = $1 and id in (${ids.map((_, nth) => `$${nth + 2}`).join(', ')}) order by id for update`,
          values: [type, ...ids],
        },
      ]

const readClock = (aheadMs: number): pg.QueryConfig => ({
  name: 'clock',
  text: `select clock_timestamp() + $1::bigint * interval '1 millisecond' as now`,
  values: [Math.trunc(aheadMs)],
})

// Moments of record rise within a stream, also within a millisecond or when the clock is set back: as-of reads tell changes apart.
const next = (instant: Instant): Instant => new Date(Date.parse(instant) + 1).toISOString()

type Advance<State, Event> = {
  id: string
  state: State
  headState: State
  revision: number
  events: Event[]
  entries: (Entry & { hash: string; salt: string; payload: object })[]
  rows: Rows
  type: string
  now: Instant
  snapshot: boolean
}

function advance<State, Event extends AnyEvent>(
  stream: Stream<State, Event>,
  id: string,
  head: Head<State> | undefined,
  events: Event[],
  { actorId, organisationId }: Acting,
  now: Instant,
): Advance<State, Event> {
  let state = head?.state
  let revision = head?.revision ?? 0
  let previousHash = head?.hash ?? genesis
  const entries: Advance<State, Event>['entries'] = []
  for (const event of events) {
    revision += 1
    const by = { actorId, ...(organisationId && { organisationId }), ...(event.mandateId && { mandateId: event.mandateId }) }
    state = stream.evolve(state, event, recorded(now, by, revision))
    const salt = randomBytes(32).toString('hex')
    const entry = {
      streamId: id,
      revision,
      streamType: stream.type,
      type: event.type,
      recordedAt: now,
      actorId,
      organisationId: organisationId ?? null,
      mandateId: event.mandateId ?? null,
      payloadDigest: payloadDigest(salt, event.data),
      previousHash,
    }
    previousHash = entryHash(entry)
    entries.push({ ...entry, hash: previousHash, salt, payload: event.data })
  }
  if (state === undefined) throw new Error(`no event begins stream ${id}`)
  const rows = changedRows(stream.projections, head?.state, state)
  return {
    id,
    state,
    headState: keptOf(stream, state),
    revision,
    events,
    entries,
    rows,
    type: stream.type,
    now,
    snapshot: events.some((event) => event.type === stream.snapshotAfter),
  }
}

const keptOf = <State, Event extends AnyEvent>({ kept }: Stream<State, Event>, state: State): State => (kept ? kept(state) : state)

const recorded = (at: Instant, by: By, revision: number): Recorded => ({ at, by, revision })

/** Entries, payloads, heads and rows of every table, in one statement: named by its shape, so that it is planned once per connection. */
async function write(client: Queries, changes: readonly Advance<unknown, unknown>[]): Promise<void> {
  const entries = changes.flatMap((change) => change.entries)
  if (entries.length === 0) return
  const heads = changes.map(({ id, type, revision, now, entries, headState }) => ({
    id,
    type,
    revision,
    recorded_at: now,
    hash: entries.at(-1)?.hash,
    state: headState,
  }))
  const rows: Rows = new Map()
  for (const change of changes) for (const [table, some] of change.rows) rows.set(table, [...(rows.get(table) ?? []), ...some])
  const kept = changes.flatMap((change) =>
    change.snapshot ? [{ stream_id: change.id, revision: change.revision, recorded_at: change.now, state: change.state }] : [],
  )
  if (kept.length > 0) rows.set(snapshots, kept)
  const values: unknown[] = [
    entries.map((entry) => ({
      stream_id: entry.streamId,
      revision: entry.revision,
      stream_type: entry.streamType,
      type: entry.type,
      recorded_at: entry.recordedAt,
      actor_id: entry.actorId,
      organisation_id: entry.organisationId,
      mandate_id: entry.mandateId,
      payload_digest: entry.payloadDigest,
      previous_hash: entry.previousHash,
      hash: entry.hash,
    })),
    entries.map(({ streamId, revision, salt, payload }) => ({ stream_id: streamId, revision, salt, payload })),
    heads,
  ]
  for (const some of rows.values()) values.push(some)
  await client.query({ ...writing([...rows.keys()]), values: values.map((value) => JSON.stringify(value)) })
}

const writings = new Map<string, { name: string; text: string }>()

/** The statement that writes entries, heads and rows of these tables; made once for each set of them. */
function writing(tables: readonly PgTable[]): { name: string; text: string } {
  const shape = tables.map(getTableName).join(' ')
  const made = writings.get(shape)
  if (made) return made
  const parts = [
    `entries as (insert into ${getTableName(ledger)} select * from jsonb_populate_recordset(null::ledger, $1::jsonb))`,
    `payloads as (insert into ${getTableName(ledgerPayloads)} select * from jsonb_populate_recordset(null::ledger_payloads, $2::jsonb))`,
    `heads as (${upsert(streams, '$3')})`,
    ...tables.map((table, nth) => `${getTableName(table)}_rows as (${upsert(table, `$${nth + 4}`)})`),
  ]
  const statement = { name: `change-${writings.size}`, text: `with ${parts.join(',\n')} select 1` }
  writings.set(shape, statement)
  return statement
}

/** The head of a stream as it is now; nothing when there is none. */
export async function head<State, Event extends AnyEvent>(
  database: Queries,
  stream: Stream<State, Event>,
  id: string,
): Promise<Head<State> | undefined> {
  const { rows } = await database.query<Head<State>>({
    name: 'stream-head',
    text: 'select id, revision, recorded_at as "recordedAt", hash, state from streams where type = $1 and id = $2',
    values: [stream.type, id],
  })
  return rows[0]
}

/** The state of a stream as it was known at a moment: from the last snapshot before it, over the entries since. */
export async function stateKnownAt<State, Event extends AnyEvent>(
  database: Queries,
  stream: Stream<State, Event>,
  id: string,
  at: Instant,
): Promise<{ state: State; revision: number } | undefined> {
  const { rows } = await database.query<{ revision: number; state: State | null; entry: StoredEvent | null }>({
    name: 'stream-known-at',
    text: `with start as (
        select revision, state from snapshots where stream_id = $1 and recorded_at <= $2 order by revision desc limit 1
      )
      select revision, state, null as entry from start
      union all
      select l.revision, null, ${storedEvent}
        from ledger l left join ledger_payloads p using (stream_id, revision)
        where l.stream_id = $1 and l.stream_type = $3 and l.recorded_at <= $2 and l.revision > coalesce((select revision from start), 0)
      order by revision`,
    values: [id, at, stream.type],
  })
  let found: { state: State; revision: number } | undefined
  for (const { revision, state, entry } of rows) {
    // An entry whose payload was erased changes nothing but the revision.
    if (entry && entry.data === null) found = found && { ...found, revision }
    else if (entry) {
      const { event, recorded } = told<Event>(entry, revision)
      found = { state: stream.evolve(found?.state, event, recorded), revision }
    } else if (state) found = { state, revision }
  }
  return found
}

/** A timestamp in JSON as the program writes it: PostgreSQL's own form has an offset, and drops zeros. */
export const isoUtc = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** What `told` takes of an entry `l` with its payload `p`, in a statement. */
export const storedEvent = `jsonb_build_object('type', l.type, 'data', p.payload, 'at', ${isoUtc('l.recorded_at')},
  'actorId', l.actor_id, 'organisationId', l.organisation_id, 'mandateId', l.mandate_id)`

export type StoredEvent = {
  type: string
  data: object | null
  at: Instant
  actorId: string
  organisationId: string | null
  mandateId: string | null
}

const eventOf = <Event extends AnyEvent>({ type, data, mandateId }: StoredEvent): Event =>
  ({ type, data, ...(mandateId && { mandateId }) }) as unknown as Event

const byOf = ({ actorId, organisationId, mandateId }: StoredEvent): By => ({
  actorId,
  ...(organisationId && { organisationId }),
  ...(mandateId && { mandateId }),
})

/** What an entry tells: the event, and what is known of it. */
export const told = <Event extends AnyEvent>(entry: StoredEvent, revision: number): { event: Event; recorded: Recorded } => ({
  event: eventOf<Event>(entry),
  recorded: recorded(entry.at, byOf(entry), revision),
})

/** The whole chain of a stream, for verifying; entries without salt and payload where these were erased. */
export async function chain(queries: Queries, streamId: string): Promise<Kept[]> {
  const { rows } = await queries.query<Kept & { salt: string | null }>(
    `select stream_id as "streamId", revision, stream_type as "streamType", type, recorded_at as "recordedAt", actor_id as "actorId",
        organisation_id as "organisationId", mandate_id as "mandateId", payload_digest as "payloadDigest", previous_hash as "previousHash",
        hash, salt, payload
      from ledger left join ledger_payloads using (stream_id, revision) where stream_id = $1 order by revision`,
    [streamId],
  )
  return rows.map(({ salt, payload, ...entry }) => (salt === null ? entry : { ...entry, salt, payload }))
}

// biome-ignore lint/suspicious/noExplicitAny: a stream's type says which state and events it has
const all: Stream<any, any>[] = [organisationStream, networkStream, programmeStream, inquiryStream, recommendationStream, agreementStream]

/**
 * Makes every table for reading anew from the ledger, in one transaction, as the owner of the tables. Organisations come first, then
 * networks, then agreements: what refers comes after what it refers to. Returns how many streams and entries there were.
 */
export async function rebuildTables(ownerUrl: string): Promise<{ streams: number; entries: number }> {
  const owner = new pg.Client({
    ...connectionConfig(ownerUrl, { TimeZone: 'UTC', application_name: 'handslag-rebuild' }),
    types: valueParsers,
  })
  await owner.connect()
  try {
    await owner.query('begin')
    // Writers wait until the tables are whole again. They begin at their head, so that is what keeps them out: a lock on the ledger
    // would meet those who hold a head already, and neither could go on.
    await owner.query(`lock table streams in access exclusive mode; truncate ${rebuilt.map(getTableName).join(', ')}`)
    const count = { streams: 0, entries: 0 }
    for (const stream of all) {
      const ids = await owner.query<{ id: string }>('select distinct stream_id as id from ledger where stream_type = $1 order by 1', [
        stream.type,
      ])
      for (const { id } of ids.rows) {
        count.streams += 1
        count.entries += await replayInto(owner, stream, id)
      }
    }
    await owner.query('commit')
    return count
  } finally {
    await owner.end()
  }
}

/**
 * Replays one stream, and writes each row as the last entry left it: what a stream held in between, such as an account that has gone
 * to another organisation since, may be another stream's by now. An entry whose payload was erased changes nothing.
 */
async function replayInto(owner: pg.Client, stream: (typeof all)[number], id: string): Promise<number> {
  const { rows: entries } = await owner.query<StoredEvent & { revision: number; hash: string }>(
    `select revision, type, payload as data, recorded_at as at, actor_id as "actorId", organisation_id as "organisationId",
        mandate_id as "mandateId", hash
      from ledger left join ledger_payloads using (stream_id, revision) where stream_id = $1 order by revision`,
    [id],
  )
  const written = new Map<PgTable, Map<string, Record<string, unknown>>>()
  const keep = (table: PgTable, row: Record<string, unknown>) =>
    written.set(table, (written.get(table) ?? new Map()).set(keyOf(table, row), row))
  let state: unknown
  for (const entry of entries) {
    if (entry.data === null) continue
    const before = state
    state = stream.evolve(state, eventOf(entry), recorded(entry.at, byOf(entry), entry.revision))
    for (const [table, some] of changedRows(stream.projections, before, state)) for (const row of some) keep(table, row)
    if (entry.type === stream.snapshotAfter) keep(snapshots, { stream_id: id, revision: entry.revision, recorded_at: entry.at, state })
  }
  const last = entries.at(-1)
  if (last && state !== undefined) {
    const kept = keptOf(stream, state)
    keep(streams, { id, type: stream.type, revision: last.revision, recorded_at: last.at, hash: last.hash, state: kept })
  }
  for (const table of rebuilt) {
    const rows = written.get(table)
    if (rows) await owner.query(upsert(table, '$1'), [JSON.stringify([...rows.values()])])
  }
  return entries.length
}

/** The latest moment of record; nothing while the ledger is empty. */
export async function lastRecordedAt(queries: Queries): Promise<Instant | undefined> {
  const { rows } = await queries.query<{ last: Instant | null }>('select max(recorded_at) as last from streams')
  return rows[0]?.last ?? undefined
}
