import { getTableName } from 'drizzle-orm'
import pg from 'pg'
import { valueParsers } from '../../../src/store/database.ts'
import { chain, rebuildTables } from '../../../src/store/ledger.ts'
import { rebuilt } from '../../../src/store/projections/rebuilt.ts'
import type { AgreementEvidence, Evidence } from './history.ts'

/** Reads the database beside the application: as its owner, who sees everything. */
export type Witness = { pool: pg.Pool; url: string; close: () => Promise<void> }

export function aWitness(url: string): Witness {
  const pool = new pg.Pool({ connectionString: url, options: '-c TimeZone=UTC', types: valueParsers, max: 4 })
  // Dropping the database, or stopping the server, ends what is still closing.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return { pool, url, close: () => pool.end() }
}

/** What the database holds of one agreement. */
export async function evidenceOf({ pool }: Witness, id: string, baseline: number): Promise<AgreementEvidence> {
  const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await pool.query<Row>(sql, [id])).rows
  const [entries, heads, versions, rounds, stances, inForce, mandates] = await Promise.all([
    chain(pool, id),
    rows<NonNullable<AgreementEvidence['head']>>('select revision, hash, recorded_at as "recordedAt", state from streams where id = $1'),
    rows<AgreementEvidence['versions'][number]>(
      'select number, text_digest as "textDigest", adopted_at as "adoptedAt" from versions where agreement_id = $1 order by number',
    ),
    rows<AgreementEvidence['rounds'][number]>('select number, state from rounds where agreement_id = $1 order by number'),
    rows<{ doc: AgreementEvidence['stances'][number] }>('select doc from stances where agreement_id = $1'),
    rows<AgreementEvidence['inForce'][number] & { replacedAt: string | null }>(
      `select id, version, from_at as "fromAt", until_at as "untilAt", known_at as "knownAt", replaced_at as "replacedAt"
        from in_force where agreement_id = $1`,
    ),
    rows<{ doc: AgreementEvidence['mandates'][number] }>('select doc from mandates where agreement_id = $1'),
  ])
  return {
    id,
    baseline,
    entries,
    head: heads[0],
    versions,
    rounds,
    stances: stances.map(({ doc }) => doc),
    inForce: inForce.map(({ replacedAt, ...period }) => ({ ...period, ...(replacedAt !== null && { replacedAt }) })),
    mandates: mandates.map(({ doc }) => doc),
  }
}

export async function peopleOf({ pool }: Witness): Promise<Evidence['people']> {
  const { rows } = await pool.query<{ personId: string; organisationId: string }>(
    'select id as "personId", organisation_id as "organisationId" from people where here',
  )
  return new Map(rows.map((row) => [row.personId, row]))
}

/** Makes the tables for reading anew from the ledger, and gives every row in which they differ from those that were written. */
export async function differences(witness: Witness): Promise<string[]> {
  const written = await dump(witness)
  try {
    await rebuildTables(witness.url)
  } catch (error) {
    return [`the tables cannot be made from the ledger: ${error}`]
  }
  const made = await dump(witness)
  const only = (one: ReadonlySet<string>, other: ReadonlySet<string>, what: string) =>
    [...one].filter((row) => !other.has(row)).map((row) => `${what}: ${row.slice(0, 120)}`)
  return [...only(written, made, 'not in the ledger'), ...only(made, written, 'not in the tables')]
}

async function dump({ pool }: Witness): Promise<Set<string>> {
  const rows = new Set<string>()
  for (const name of rebuilt.map(getTableName))
    for (const { row } of (await pool.query<{ row: string }>(`select t::text as row from ${name} t`)).rows) rows.add(`${name} ${row}`)
  return rows
}
