import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { note } from '../support/figures.ts'
import { unbounded } from './exceptions.ts'
import { grow } from './grown.ts'
import { type Node, nodesOf, planOf, rowsRead } from './plan.ts'
import { distinct, type Statement } from './record.ts'
import { operations, type Walked, walkEverything } from './walk.ts'

// A table of more rows is never read from end to end, and no statement reads more rows than that.
const many = 10_000

let fresh: FreshDatabase
let database: Database
let client: pg.PoolClient
let walked: Walked
let tables: string[]
let large: Set<string>

beforeAll(async () => {
  fresh = await freshDatabase()
  await grow(fresh.owner, await walkEverything(fresh.url), many + 1_000)
  walked = await walkEverything(fresh.url)
  const { rows } = await fresh.owner.query<{ name: string; rows: number }>(
    `select relname as name, reltuples as rows from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  large = new Set(rows.filter((table) => table.rows > many).map(({ name }) => name))
  tables = rows.map(({ name }) => name)
  database = openDatabase(fresh.url)
  client = await database.pool.connect()
}, 120_000)

afterAll(async () => {
  client?.release()
  await database?.close()
  await fresh?.drop()
})

/** Why the plan of a statement costs more as the registry grows; nothing where it does not. */
function growing(plan: Node): string | undefined {
  const whole = nodesOf(plan).find((node) => node['Node Type'] === 'Seq Scan' && large.has(node['Relation Name'] ?? ''))
  if (whole) return `reads all of ${whole['Relation Name']}`
  const rows = rowsRead(plan)
  return rows > many ? `reads ${rows} rows` : undefined
}

/** What is wrong with some statements: a line for each. */
async function faults(statements: readonly (Statement & { operations?: string[] })[]): Promise<string[]> {
  const found: string[] = []
  for (const statement of statements) {
    const why = growing(await planOf(client, statement))
    if (why) found.push(`${statement.operations?.join(', ') ?? statement.operation}: ${why}: ${statement.text}`)
  }
  return found
}

const isUnbounded = ({ text }: Statement) => unbounded.some(({ words }) => text.includes(words))

describe('on a registry in which every table has more than ten thousand rows', () => {
  test('every table is that large, and every operation was walked', () => {
    expect(operations.map(({ id }) => id).filter((id) => !walked.reached.has(id))).toEqual([])
    expect(operations.length).toBeGreaterThan(110)
    expect(tables.filter((name) => !large.has(name))).toEqual([])
  })

  test('no statement reads a table from end to end, or more rows than that', async ({ task }) => {
    const statements = distinct(walked.statements)
    const bounded = statements.filter((statement) => !isUnbounded(statement))
    note(task, {
      'operations walked': walked.reached.size,
      'different statements': statements.length,
      'tables of more than 10,000 rows': large.size,
      'statements excepted': statements.length - bounded.length,
    })
    expect(statements.length).toBeGreaterThan(120)
    expect(await faults(bounded)).toEqual([])
  }, 60_000)

  test('a page of a list has no name: it is planned for its length, and everything else that Drizzle builds is not planned anew each time', () => {
    const built = distinct(walked.statements).filter(({ text }) => text.startsWith('select "') || text.startsWith('select case'))
    const pages = built.filter(({ text }) => / limit \$\d/.test(text))
    expect([pages.length > 0, built.length > pages.length]).toEqual([true, true])
    expect(built.filter((statement) => Boolean(statement.name) === pages.includes(statement)).map(({ text }) => text)).toEqual([])
  })

  test('what is excepted is there, and does read more', async () => {
    const excepted = distinct(walked.statements).filter(isUnbounded)
    expect(excepted).toHaveLength(unbounded.length)
    expect(await faults(excepted)).toHaveLength(unbounded.length)
  })

  test.each([
    ['parties_created', 'listAgreements'],
    ['parties_status_created', 'listAgreements'],
    ['transfers_offered', 'listToDo'],
    ['accounts_once', 'getMe'],
    ['social_map_search', 'listSocialMap'],
  ])('without the index %s, %s is seen to grow', async (index, operation) => {
    const statements = distinct(walked.statements).filter(({ operations }) => operations.includes(operation))
    const valid = (is: boolean) => fresh.owner.query('update pg_index set indisvalid = $2 where indexrelid = $1::regclass', [index, is])
    await valid(false)
    try {
      expect(await faults(statements)).not.toEqual([])
    } finally {
      await valid(true)
    }
  })
})
