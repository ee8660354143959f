import type pg from 'pg'
// @ts-expect-error: node-postgres has no types for it, and it is what turns values into text there
import { prepareValue } from 'pg/lib/utils.js'
import type { Statement } from './record.ts'

/** A node of a plan, as EXPLAIN (FORMAT JSON) gives it. */
export type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  'Plans'?: Node[]
  [more: string]: unknown
}

/** Every node of a plan. */
export const nodesOf = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** How many rows a plan read of the tables: those that it kept, and those that it read for nothing. */
export const rowsRead = (plan: Node): number =>
  nodesOf(plan)
    .filter((node) => node['Relation Name'] !== undefined || node['Node Type'] === 'Bitmap Index Scan')
    .map((node) => {
      const each = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
      return each * (node['Actual Loops'] ?? 0)
    })
    .reduce((sum, rows) => sum + rows, 0)

const writes = /\b(insert into|update|delete from)\b/

/**
 * The plan of a statement, for whom it was sent: where it has a name, the one that PostgreSQL settles on when it is sent again and again; one
 * for its values where it has none. What reads only is carried out, so that the plan says how many rows it read.
 */
export async function planOf(client: pg.PoolClient, { text, name, values, acting }: Statement): Promise<Node> {
  await client.query('begin')
  try {
    for (const [setting, value] of Object.entries(acting)) await client.query('select set_config($1, $2, true)', [setting, value])
    const explain = `explain (format json, verbose${writes.test(text) ? '' : ', analyze, timing off'})`
    const { rows } = name ? await asPrepared(client, explain, text, values) : await client.query(`${explain} ${text}`, [...values])
    return rows[0]['QUERY PLAN'][0].Plan
  } finally {
    await client.query('rollback')
    await client.query('deallocate all')
  }
}

// After five plans for values it compares what they cost with a plan for any (PostgreSQL manual, PREPARE).
const plansForValues = 5

async function asPrepared(client: pg.PoolClient, explain: string, text: string, values: readonly unknown[]) {
  await client.query(`prepare named as ${text}`)
  const written = values.map((value) => {
    const plain = prepareValue(value) as string | Buffer | null
    return plain === null ? 'null' : client.escapeLiteral(String(plain))
  })
  const execute = `execute named${written.length > 0 ? ` (${written.join(', ')})` : ''}`
  for (let nth = 0; nth < plansForValues; nth += 1) await client.query(`explain ${execute}`)
  return client.query(`${explain} ${execute}`)
}
