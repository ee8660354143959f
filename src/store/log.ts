import { and, asc, desc, eq, gt, sql } from 'drizzle-orm'
import pg from 'pg'
import type { Kept } from '../domain/ledger.ts'
import { appended, completeSubtrees, type HashedNode, type HashOf, leafOf, type Node, rootOf } from '../domain/merkle.ts'
import type { Instant } from '../domain/time.ts'
import { clockNow, type Database } from './database.ts'
import { Fault } from './fault.ts'
import { checkpoints, logEntries, receipts } from './tables/log.ts'
import { registryItself, sayLast, within } from './transaction.ts'

export type Checkpoint = { size: number; root: string; jws: string; at: Instant }
export type LogEntry = { position: number; streamId: string; revision: number; hash: string }

/** A tree, before it is signed. */
type Tree = Pick<Checkpoint, 'size' | 'root' | 'at'>

/** How checkpoints are signed and read back: `read` gives nothing for one that another key signed, and throws where it is no checkpoint. */
export type Signing = { sign: (tree: Tree) => Promise<string>; read: (jws: string) => Promise<{ size: number; root: string } | undefined> }

/** The last checkpoint; nothing before the first. */
export async function lastCheckpoint({ db }: Database): Promise<Checkpoint | undefined> {
  const [found] = await db.select().from(checkpoints).orderBy(desc(checkpoints.size)).limit(1)
  return found
}

/** The entry at a position; nothing where there is none. */
export async function logEntryAt({ db }: Database, position: number): Promise<LogEntry | undefined> {
  const [found] = await db.select().from(logEntries).where(eq(logEntries.position, position))
  return found
}

const key = ({ level, index }: Node): string => `${level}/${index}`

/** The hashes of complete subtrees, in one statement. What is not there throws when it is asked for. */
export async function nodeHashes(database: Database, nodes: readonly Node[]): Promise<HashOf> {
  const wanted = [...new Map(nodes.map((node) => [key(node), node])).values()]
  const { rows } = await database.query<HashedNode>(
    `select level, index, hash from log_nodes join unnest($1::int[], $2::bigint[]) as wanted (level, index) using (level, index)`,
    [wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
  )
  const found = new Map(rows.map((node) => [key(node), node.hash]))
  return (node) => {
    const hash = found.get(key(node))
    if (hash === undefined) throw new Fault(`the log lacks its node ${key(node)}`)
    return hash
  }
}

/** At most so many entries are put in the log per transaction: 120 ms of work on two busy cores, far within the 5 s of a statement. */
export const batch = 1_000

/**
 * Takes what was committed since from the queue, puts it in the log and signs the new tree: in one transaction, and one process at a time.
 * Within a stream the order is that of the revisions: whoever adds one holds the head of the stream until the one before is committed, so
 * what this transaction sees has no gaps. Between streams it is that of their ids. Returns how many entries there were; 0 too where
 * another process is at it.
 *
 * Refuses to sign a tree that does not go on from the last checkpoint.
 */
export const extendLog = (database: Database, signing: Signing): Promise<number> =>
  within(database.pool, registryItself, async () => {
    const { rows } = await database.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtextextended('handslag:log', 0)) as mine`,
    )
    if (!rows[0]?.mine) return 0
    // A statement of its own, after the lock: what it sees is what was committed by then.
    const taken = await database.query<Omit<LogEntry, 'position'>>(
      `delete from log_queue where ctid = any(array(select ctid from log_queue order by stream_id, revision limit $1))
        returning stream_id as "streamId", revision, hash`,
      [batch],
    )
    if (taken.rows.length === 0) return 0
    const entries = taken.rows.sort((a, b) => (a.streamId === b.streamId ? a.revision - b.revision : a.streamId < b.streamId ? -1 : 1))
    const { size, hashOf } = await treeSoFar(database, signing)
    const nodes = appended(
      size,
      entries.map(({ hash }) => leafOf(hash)),
      hashOf,
    )
    const known = new Map(nodes.map((node) => [key(node), node.hash]))
    const grown = size + entries.length
    const root = rootOf(grown, (node) => known.get(key(node)) ?? hashOf(node))
    const [told] = await database.db.select({ at: clockNow(database) }).from(sql`(select) as clock`)
    const tree = { size: grown, root, at: told?.at ?? '' }
    await database.query(
      `with entries as (insert into log_entries select * from jsonb_populate_recordset(null::log_entries, $1::jsonb)),
        nodes as (insert into log_nodes select * from jsonb_populate_recordset(null::log_nodes, $2::jsonb))
        insert into checkpoints (size, root, jws, at) values ($3, $4, $5, $6)`,
      [
        JSON.stringify(
          entries.map(({ streamId, revision, hash }, offset) => ({ position: size + offset, stream_id: streamId, revision, hash })),
        ),
        JSON.stringify(nodes),
        grown,
        root,
        await signing.sign(tree),
        tree.at,
      ],
    )
    return entries.length
  })

/**
 * The tree that the last checkpoint signed, once it is seen that the nodes kept of it still give the root that was signed. Where the key
 * was replaced since, the row is taken at its word: witnesses ask whoever replaced it.
 */
async function treeSoFar(database: Database, { read }: Signing): Promise<{ size: number; hashOf: HashOf }> {
  const last = await lastCheckpoint(database)
  if (!last) return { size: 0, hashOf: await nodeHashes(database, []) }
  const signed = (await read(last.jws)) ?? last
  const hashOf = await nodeHashes(database, completeSubtrees({ start: 0, end: last.size }))
  if (signed.size !== last.size || signed.root !== rootOf(last.size, hashOf))
    throw new Fault(`the first ${last.size} entries of the log are not those that were signed: nothing is signed on top of them`)
  return { size: last.size, hashOf }
}

/** Keeps receipts in the transaction of what they are of: they go out with its COMMIT. */
export function keepReceipts({ pool }: Database, kept: readonly { agreementId: string; revision: number; jws: string }[]): void {
  const rows = kept.map(
    ({ agreementId, revision, jws }) => `(${pg.escapeLiteral(agreementId)}, ${Math.trunc(revision)}, ${pg.escapeLiteral(jws)})`,
  )
  if (rows.length > 0) sayLast(pool, `insert into receipts (agreement_id, revision, jws) values ${rows.join(', ')}`)
}

/** The receipts of an agreement after a revision, in their order. Who may read them is for the caller to ask. */
export const receiptsOf = (
  { db }: Database,
  agreementId: string,
  after: number,
  limit: number,
): Promise<{ revision: number; jws: string }[]> =>
  db
    .select({ revision: receipts.revision, jws: receipts.jws })
    .from(receipts)
    .where(and(eq(receipts.agreementId, agreementId), gt(receipts.revision, after)))
    .orderBy(asc(receipts.revision))
    .limit(limit)

type Json = Record<string, unknown>

/** All that is kept of an agreement, as one moment saw it. `checkpoint` is the last one, and `logged` are the entries that it covers. */
export type WholeAgreement = {
  entries: Kept[]
  versions: Json[]
  mandates: Json[]
  stances: Json[]
  receipts: string[]
  checkpoint: { size: number; jws: string } | null
  logged: { revision: number; position: number; hash: string }[]
}

const list = (item: string, from: string, order: string): string =>
  `(select coalesce(json_agg(${item} order by ${order}), '[]') from ${from})`

/** Reads all that is kept of an agreement in one statement, so that nothing changes in between. Who may is for the caller to ask. */
export async function wholeAgreement(database: Database, agreementId: string): Promise<WholeAgreement> {
  const at = `to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  const entry = `json_build_object('streamId', stream_id, 'revision', revision, 'streamType', stream_type, 'type', type, 'recordedAt', ${at},
    'actorId', actor_id, 'organisationId', organisation_id, 'mandateId', mandate_id, 'payloadDigest', payload_digest,
    'previousHash', previous_hash, 'hash', hash, 'salt', salt, 'payload', payload)`
  const { rows } = await database.query<Omit<WholeAgreement, 'entries'> & { entries: (Kept & { salt: string | null })[] }>(
    `with last as (select size, jws from checkpoints order by size desc limit 1)
      select ${list(entry, 'ledger left join ledger_payloads using (stream_id, revision) where stream_id = $1', 'revision')} as entries,
        ${list('doc', 'versions where agreement_id = $1', 'number')} as versions,
        ${list('doc', 'mandates where agreement_id = $1', 'id')} as mandates,
        ${list('doc', 'stances where agreement_id = $1', 'round_number, party_id')} as stances,
        ${list('jws', 'receipts where agreement_id = $1', 'revision')} as receipts,
        (select row_to_json(last) from last) as checkpoint,
        ${list(`json_build_object('revision', revision, 'position', position, 'hash', hash)`, 'log_entries, last where stream_id = $1 and position < size', 'position')} as logged`,
    [agreementId],
  )
  const [found] = rows
  if (!found) throw new Error('a statement without rows')
  return { ...found, entries: found.entries.map(({ salt, payload, ...one }) => (salt === null ? one : { ...one, salt, payload })) }
}
