import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { note } from '../support/figures.ts'
import { crossing, everywhere, inOnePlace, keys } from './keys.ts'
import { planOf } from './plan.ts'
import { distinct } from './record.ts'
import { type Route, routeOf } from './routing.ts'
import { walkEverything } from './walk.ts'

let fresh: FreshDatabase
let client: pg.PoolClient
let routed: { operations: string[]; text: string; route: Route }[]

beforeAll(async () => {
  fresh = await freshDatabase()
  const { statements } = await walkEverything(fresh.url)
  // As a superuser, whom no policy narrows: what the statement itself says.
  client = await fresh.owner.connect()
  routed = []
  for (const statement of distinct(statements)) {
    const { operations, text } = statement
    routed.push({ operations, text, route: routeOf(await planOf(client, statement), keys) })
  }
}, 120_000)

afterAll(async () => {
  client?.release()
  await fresh?.drop()
})

const rows = async (text: string): Promise<Record<string, string>[]> => (await fresh.owner.query(text)).rows

/** Whether a statement needs more than the server of one stream. */
const crosses = ({ to, tables }: Route): boolean =>
  to === 'every' || to === 'apart' || (tables.some((table) => keys[table]) && tables.some((table) => inOnePlace.includes(table)))

describe('were the tables distributed by stream', () => {
  test('each would be in one way or another', async () => {
    const tables = await rows(`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`)
    expect([...Object.keys(keys), ...everywhere, ...inOnePlace].sort()).toEqual(tables.map(({ name }) => name).sort())
  })

  test('every statement would go to the server of its stream, but for those of the operations that cross by nature', ({ task }) => {
    const found = routed.filter(({ route }) => crosses(route))
    expect([...new Set(found.flatMap(({ operations }) => operations))].sort()).toEqual(crossing.map(({ operation }) => operation).sort())
    const table = new Map<string, Set<string>>()
    for (const { operations, route } of routed) {
      const line = `${crosses(route) ? 'crosses' : route.to === 'one' ? 'one stream' : 'no stream'}: ${route.tables.join(' ') || 'no table'}`
      table.set(line, new Set([...(table.get(line) ?? []), ...operations]))
    }
    const lines = [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([line, operations]) => [line, [...operations].sort().join(' ')])
    note(task, { ...Object.fromEntries(lines), 'statements': routed.length, 'of which cross': found.length })
    expect(routed.length).toBeGreaterThan(120)
  })

  test('a statement without its key, or that joins by something else, is seen', async () => {
    const route = async (text: string) => {
      const planned = await planOf(client, { operation: '', text, name: undefined, values: [], acting: {} })
      return routeOf(planned, keys).to
    }
    const id = `'00000000-0000-7000-8000-000000000000'`
    expect(await route(`select from mandates where agreement_id = ${id}`)).toBe('one')
    expect(await route(`select from mandates join parties using (agreement_id) where agreement_id = ${id}`)).toBe('one')
    expect(await route(`select from mandates join parties using (agreement_id) where organisation_id = ${id}`)).toBe('every')
    expect(await route(`select from mandates m join parties p on p.id = m.party_id where m.agreement_id = ${id}`)).toBe('apart')
    expect(await route(`select from people where organisation_id = ${id}`)).toBe('none')
  })

  test('every foreign key would hold, and one unique key would not: that no two entries have one hash', async () => {
    const broken = await rows(`select i.indexrelid::regclass::text as index, i.indrelid::regclass::text as table,
        array(select attname::text from pg_attribute where attrelid = i.indrelid and attnum = any(i.indkey)) as columns
      from pg_index i join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace where i.indisunique or i.indisexclusion`)
    expect(
      broken.filter(({ table = '', columns = '' }) => keys[table] && !columns.includes(keys[table])).map(({ index }) => index),
    ).toEqual(['ledger_hash'])
    const references = await rows(`select conname as name, conrelid::regclass::text as from, confrelid::regclass::text as to,
        array(select attname::text from unnest(conkey) with ordinality k(n, o) join pg_attribute on attrelid = conrelid and attnum = n order by o) as columns,
        array(select attname::text from unnest(confkey) with ordinality k(n, o) join pg_attribute on attrelid = confrelid and attnum = n order by o) as others
      from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`)
    expect(references.length).toBeGreaterThan(20)
    const holds = ({ from = '', to = '', columns = '', others = '' }: Record<string, string>) => {
      if (everywhere.includes(to)) return true
      return keys[from] !== undefined && keys[to] !== undefined && columns.indexOf(keys[from]) === others.indexOf(keys[to])
    }
    expect(references.filter((reference) => !holds(reference)).map(({ name }) => name)).toEqual([])
  })

  test('what would have to change first: triggers on the ledger, and every policy that looks something up', async () => {
    const triggers = await rows(`select tgname as name, tgrelid::regclass::text as table from pg_trigger where not tgisinternal order by 1`)
    expect(triggers.filter(({ table = '' }) => keys[table]).map(({ name }) => name)).toEqual(['erase_person', 'queue_for_log'])
    const policies = await rows(`select tablename as table, policyname as name from pg_policies
      where coalesce(qual, '') || coalesce(with_check, '') ~ 'SELECT' order by 1, 2`)
    expect(new Set(policies.map(({ table }) => table).filter((table = '') => keys[table]))).toEqual(new Set(Object.keys(keys)))
  })
})
