import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { getTableName } from 'drizzle-orm'
import pg from 'pg'
import { brokenEntry, type Kept } from '../src/domain/ledger.ts'
import { valueParsers } from '../src/store/database.ts'
import { rebuildTables } from '../src/store/ledger.ts'
import { rebuilt } from '../src/store/projections/rebuilt.ts'
import { type Client, sameOf } from './client.ts'
import { markers, type Operation } from './workers.ts'
import type { World } from './world.ts'

/** What reading back showed. Of each only what is wrong, beside the numbers of what was looked at. */
export type Verdict = {
  lost: string[]
  duplicated: string[]
  wrong: string[]
  retried: number
  readBack: number
}

/** How many acknowledged changes are sent once more, and read over the API: spread over all of them. */
const sample = 60

/**
 * Compares what the workers wrote down with what the database and the API show: acknowledged is there exactly once, refused and never
 * sent is not there, nothing stayed unknown, a retry answers the same to the byte, and every chain of the ledger verifies.
 */
export async function check(
  { database, client, urls }: Pick<World, 'database' | 'client' | 'urls'>,
  operations: readonly Operation[],
): Promise<Verdict> {
  const verdict: Verdict = { lost: [], duplicated: [], wrong: [], retried: 0, readBack: 0 }
  const superuser = database.urls().superuser
  const found = await effects(superuser)
  const known = new Set(operations.map(({ marker }) => marker))
  for (const { marker, state, sent, answer } of operations) {
    const times = found.get(marker) ?? 0
    const what = `${sent.method} ${sent.path} (${marker}, ${answer?.status ?? 'no answer'})`
    if (times > 1) verdict.duplicated.push(what)
    if (state === 'acknowledged' && times === 0) verdict.lost.push(what)
    if (state === 'refused' && times > 0) verdict.wrong.push(`refused, and there: ${what}`)
    if (state === 'unknown') verdict.wrong.push(`never known: ${what}`)
  }
  for (const marker of found.keys())
    if (!known.has(marker) && !seenBefore.has(marker)) verdict.wrong.push(`never sent, and there: ${marker}`)
  for (const marker of known) seenBefore.add(marker)
  verdict.wrong.push(...(await brokenChains(superuser)))
  await askAgain(client, urls[0] ?? '', operations, verdict)
  return verdict
}

// Several faults use one registry; what an earlier one sent is no surprise to a later one.
const seenBefore = new Set<string>()

/**
 * How often each marker stands in what the ledger says happened, counting entries of the type that it came in with: the title of an
 * agreement stands in every text of it as well.
 */
export async function effects(url: string): Promise<Map<string, number>> {
  const rows = await ask<{ marker: string; times: number }>(
    url,
    `with effects as (
      select distinct stream_id, revision, type, recorded_at, found[1] as marker
      from ledger join ledger_payloads using (stream_id, revision), regexp_matches(payload::text, $1, 'g') as found
    ), first as (select distinct on (marker) marker, type from effects order by marker, recorded_at, revision)
    select marker, count(*)::int as times from effects join first using (marker, type) group by marker`,
    [markers],
  )
  return new Map(rows.map(({ marker, times }) => [marker, times]))
}

/** Verifies every chain, and that each head stands where its chain ends. */
async function brokenChains(url: string): Promise<string[]> {
  const rows = await ask<Kept & { salt: string | null }>(
    url,
    `select stream_id as "streamId", revision, stream_type as "streamType", type, recorded_at as "recordedAt", actor_id as "actorId",
        organisation_id as "organisationId", mandate_id as "mandateId", payload_digest as "payloadDigest", previous_hash as "previousHash",
        hash, salt, payload
      from ledger left join ledger_payloads using (stream_id, revision) order by stream_id, revision`,
  )
  const chains = new Map<string, typeof rows>()
  for (const row of rows) chains.set(row.streamId, [...(chains.get(row.streamId) ?? []), row])
  const wrong: string[] = []
  for (const [id, kept] of chains) {
    const entries = kept.map(({ salt, payload, ...entry }) => (salt === null ? entry : { ...entry, salt, payload }))
    const broken = brokenEntry(entries)
    if (broken) wrong.push(`the chain of ${id} is broken at ${broken.revision}: ${broken.why}`)
  }
  const heads = await ask<{ id: string; revision: number; hash: string }>(url, 'select id, revision, hash from streams')
  for (const { id, revision, hash } of heads) {
    const last = chains.get(id)?.at(-1)
    if (last?.revision !== revision || last.hash !== hash)
      wrong.push(`the head of ${id} stands at ${revision}, its chain at ${last?.revision}`)
  }
  if (heads.length !== chains.size) wrong.push(`there are ${heads.length} heads and ${chains.size} chains`)
  return wrong
}

/** Sends acknowledged changes once more, and reads back what they made. Those that were unknown for a while come first. */
async function askAgain(client: Client, url: string, operations: readonly Operation[], verdict: Verdict): Promise<void> {
  const acknowledged = operations.filter(({ state }) => state === 'acknowledged').toSorted((a, b) => b.sends - a.sends)
  const step = Math.max(1, Math.floor((acknowledged.length - sample / 2) / (sample / 2)))
  const chosen = acknowledged.filter((_, index) => index < sample / 2 || index % step === 0)
  for (const { sent, answer, marker } of chosen) {
    if (!answer) continue
    const again = await client.send(url, sent)
    verdict.retried += 1
    if (sameOf(again) !== sameOf(answer))
      verdict.wrong.push(`a retry answers otherwise: ${marker}\n    ${sameOf(answer)}\n    ${sameOf(again)}`)
    else if (again.headers.get('idempotency-replayed') !== 'true') verdict.wrong.push(`a retry is not marked as one: ${marker}`)
    const location = answer.headers.get('location')
    if (!location) continue
    const read = await client.send(url, { as: sent.as, method: 'GET', path: location })
    verdict.readBack += 1
    if (read.status !== 200 || !read.text.includes(marker)) verdict.wrong.push(`${location} answers ${read.status}, without ${marker}`)
  }
}

/** Makes the tables for reading anew from the ledger, and names every table that then says something else. Nobody may write meanwhile. */
async function differsFromLedger({ database }: Pick<World, 'database'>): Promise<string[]> {
  const { owner, superuser } = database.urls()
  const dump = async (): Promise<Map<string, string>> => {
    const tables = new Map<string, string>()
    for (const name of rebuilt.map(getTableName)) {
      const [row] = await ask<{ digest: string }>(
        superuser,
        `select coalesce(md5(string_agg(t::text, e'\\n' order by t::text)), '') as digest from ${name} t`,
      )
      tables.set(name, row?.digest ?? '')
    }
    return tables
  }
  const written = await dump()
  await rebuildTables(owner)
  const anew = await dump()
  return [...written].filter(([name, digest]) => anew.get(name) !== digest).map(([name]) => `table ${name} is not what the ledger says`)
}

/**
 * Names what is wrong with the Merkle log: each entry of the ledger is in it once, in order, and the last checkpoint signs the root of all
 * of them. The root is worked out here from nothing but the hashes (RFC 6962, section 2.1). Waits for what is still in the queue.
 */
async function differsFromLog({ database }: Pick<World, 'database'>): Promise<string[]> {
  const { superuser } = database.urls()
  // The sequencer looks every second; ten of those, and a busy machine.
  for (let tries = 0; tries < 100; tries += 1) {
    const [queue] = await ask<{ waiting: number }>(superuser, 'select count(*)::int as waiting from log_queue')
    if (queue?.waiting === 0) break
    await sleep(200)
  }
  const entries = await ask<{ position: number; hash: string }>(superuser, 'select position, hash from log_entries order by position')
  const [missing] = await ask<{ entries: number }>(
    superuser,
    `select count(*)::int as entries from ledger full join log_entries using (stream_id, revision, hash)
      where ledger.type is null or log_entries.position is null`,
  )
  const [last] = await ask<{ size: number; root: string }>(superuser, 'select size, root from checkpoints order by size desc limit 1')
  const root = rootOf(entries.map(({ hash }) => sha256(Uint8Array.of(0), Buffer.from(hash, 'hex')))).toString('hex')
  return [
    missing?.entries !== 0 && `${missing?.entries} entries are in the ledger or in the log, and not in both`,
    entries.some(({ position }, index) => position !== index) && 'the log has a gap, or a place twice',
    last?.size !== entries.length && `the last checkpoint is over ${last?.size} entries, the log has ${entries.length}`,
    last?.root !== root && 'the last checkpoint is not over these entries',
  ].filter((sentence) => sentence !== false)
}

const sha256 = (...parts: Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (leaves.length <= 1) return only ?? sha256()
  let left = 1
  while (left * 2 < leaves.length) left *= 2
  return sha256(Uint8Array.of(1), rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)))
}

/** All that has to agree with the ledger, once nobody writes. */
export const differences = async (world: Pick<World, 'database'>): Promise<string[]> => [
  ...(await differsFromLog(world)),
  ...(await differsFromLedger(world)),
]

async function ask<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, types: valueParsers, options: '-c TimeZone=UTC' })
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}
