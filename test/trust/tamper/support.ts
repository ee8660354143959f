import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type pg from 'pg'
import { checkpointSigning } from '../../../src/auth/registry-key.ts'
import { entryHash, genesis, type Kept, payloadDigest } from '../../../src/domain/ledger.ts'
import { appended, leafOf, rootOf } from '../../../src/domain/merkle.ts'
import { chain } from '../../../src/store/ledger.ts'
import { extendLog } from '../../../src/store/log.ts'
import { registryItself, within } from '../../../src/store/transaction.ts'
import type { Registry, Table } from '../../support/registry.ts'
import type { Seen } from '../../support/verifier.ts'

// biome-ignore lint/suspicious/noExplicitAny: an export is taken apart as whoever tampers with it would
export type Export = any

/** Puts in the log what waits for it. */
export async function sequenced({ deps, key }: Registry): Promise<void> {
  while ((await extendLog(deps.database, checkpointSigning(key))) > 0);
}

export const exported = async (registry: Registry, table: Pick<Table, 'id'>): Promise<Export> =>
  (await registry.as(registry.school.representative).get(`/agreements/${table.id}/export`)).body

/** What a witness that looks now keeps. */
export async function witnessed(registry: Registry): Promise<Seen> {
  const { size, root, at, jws } = (await registry.as().get('/log/checkpoint')).body
  return { checkpoints: [{ size, root, at, kid: registry.key.kid, jws }], keys: (await registry.as().get('/signing-keys')).body.keys }
}

/** Runs the command as a partner does, with nothing of the registry. */
export const handslag = (...args: string[]): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const main = join(import.meta.dirname, '../../../verifier/main.mjs')
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr })
    })
  })

/** Changes what an entry says, and makes its digest, its hash and those of all after it fit: all of this needs no key. */
export async function rechained({ deps }: Registry, sql: pg.Client, id: string, from: number): Promise<(Kept & { hash: string })[]> {
  const entries = await within(deps.database.pool, registryItself, () => chain(deps.database, id))
  let previousHash = genesis
  const made: (Kept & { hash: string })[] = []
  for (const entry of entries) {
    const payload = entry.revision === from ? { ...(entry.payload as object), reason: 'Nobody ever said this.' } : entry.payload
    const next = { ...entry, payload, previousHash, payloadDigest: payloadDigest(String(entry.salt), payload) }
    previousHash = entryHash(next)
    made.push({ ...next, hash: previousHash })
  }
  for (const { revision, payload, payloadDigest, previousHash, hash } of made.slice(from - 1)) {
    await sql.query('update ledger set payload_digest = $3, previous_hash = $4, hash = $5 where stream_id = $1 and revision = $2', [
      id,
      revision,
      payloadDigest,
      previousHash,
      hash,
    ])
    await sql.query('update ledger_payloads set payload = $3 where stream_id = $1 and revision = $2', [
      id,
      revision,
      JSON.stringify(payload),
    ])
  }
  return made
}

/** What a JWS says, whoever signed it. */
export const payloadOf = (jws: string): Record<string, unknown> => JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())

/** Makes the log anew from the ledger as it is now, tree and checkpoint, signed with the registry's own key. */
export async function forgeTree({ key }: Registry, sql: pg.Client): Promise<void> {
  await sql.query('update log_entries e set hash = l.hash from ledger l where l.stream_id = e.stream_id and l.revision = e.revision')
  const { rows } = await sql.query<{ hash: string }>('select hash from log_entries order by position')
  const nodes = appended(
    0,
    rows.map(({ hash }) => leafOf(hash)),
    () => '',
  )
  await sql.query('truncate log_nodes')
  await sql.query('insert into log_nodes select * from jsonb_populate_recordset(null::log_nodes, $1::jsonb)', [JSON.stringify(nodes)])
  const known = new Map(nodes.map(({ level, index, hash }) => [`${level}/${index}`, hash]))
  const size = rows.length
  const root = rootOf(size, ({ level, index }) => known.get(`${level}/${index}`) ?? '')
  const last = await sql.query<{ jws: string }>('select jws from checkpoints where size = $1', [size])
  const { at } = payloadOf(last.rows[0]?.jws ?? '')
  const jws = await key.sign({ registry: key.kid, size, root, at }, 'checkpoint')
  await sql.query('update checkpoints set root = $2, jws = $3 where size = $1', [size, root, jws])
}
