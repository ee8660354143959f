import { getTableName } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contribute } from '../../src/actions/round.ts'
import { brokenEntry } from '../../src/domain/ledger.ts'
import { agreementStream, chain, head, rebuildTables } from '../../src/store/ledger.ts'
import { rebuilt } from '../../src/store/projections/rebuilt.ts'
import { only } from '../support/agreement.ts'
import { aRegistry, deliberating, type Registry } from '../support/registry.ts'
import { aMonday, does, randomWalk, richHistory } from '../support/registry-actions.ts'
import { asSuperuser } from '../support/server.ts'

let registry: Registry
beforeAll(async () => {
  registry = await aRegistry()
  registry.goTo(aMonday)
})
afterAll(() => registry.close())

/** Every row of every table that is made from the ledger, byte for byte as PostgreSQL writes it, in one order. */
async function dump(): Promise<Record<string, string[]>> {
  return asSuperuser(registry.fresh.url, async (client) => {
    const tables: Record<string, string[]> = {}
    for (const name of rebuilt.map(getTableName)) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t order by t::text`)
      tables[name] = rows.map(({ row }) => row)
    }
    return tables
  })
}

/** What the walks at random recorded, and how often. */
const walked = new Map<string, number>()

const rebuild = () => rebuildTables(registry.fresh.url)
const asOwner = (sql: string, values: unknown[] = []) => asSuperuser(registry.fresh.url, (client) => client.query(sql, values))
const say = (text: string) => ({ kind: 'concern' as const, text })

describe('the tables for reading, made anew from the ledger, equal those that were written', () => {
  test('after two rounds in which everything happens', async () => {
    await richHistory(registry)
    const written = await dump()
    const empty = Object.entries(written).filter(([, rows]) => rows.length === 0)
    expect(empty.map(([name]) => name)).toEqual([])
    const { streams, entries } = await rebuild()
    expect(streams).toBe(written.streams?.length)
    expect((await asOwner('select count(*)::int as count from ledger')).rows).toEqual([{ count: entries }])
    expect(await dump()).toEqual(written)
  })

  // Whatever the seed, a walk gets somewhere and is refused something: else it would say nothing.
  test.each([1, 20, 300])('after a walk at random through the actions, seed %i', async (seed) => {
    const { taken, refused, table, recorded } = await randomWalk(registry, seed, 140)
    for (const [what, count] of recorded) walked.set(what, (walked.get(what) ?? 0) + count)
    expect(taken).toBeGreaterThan(30)
    expect(refused).toBeGreaterThan(10)
    expect(table.state.versions.length).toBeGreaterThan(0)
    const written = await dump()
    await rebuild()
    expect(await dump()).toEqual(written)
  })

  // Of what takes several steps, or has to meet with another: else these walks would say nothing of it.
  test.each([
    'network role-created',
    'network role-assigned',
    'network role-changed',
    'network role-released',
    'network role-ended',
    'network role-handed-over',
    'agreement mandate-withdrawn',
    'organisation person-left',
    'agreement annex-proposed',
    'agreement annex-consented',
    'agreement party-joined',
    'exchange-programme exchange-round-cancelled',
    'agreement contribution-made from exchange-outcome',
  ])('on which this was really reached: %s', (what) => expect(walked.get(what) ?? 0).toBeGreaterThan(0))

  test('also where they were tampered with', async () => {
    const written = await dump()
    await asOwner(`update agreements set title = 'Other', doc = '{}'; update streams set state = '{}', revision = 1; delete from contributions;
      update mandates set until_at = until_at + interval '1 year'; delete from in_force; delete from snapshots`)
    expect(await dump()).not.toEqual(written)
    await rebuild()
    expect(await dump()).toEqual(written)
  })
})

test('what was written before a rebuild can be changed after it', async () => {
  const table = await deliberating(registry)
  await rebuild()
  await does(registry, table, registry.school.representative, contribute, say('After it'))
  const entries = await chain(registry.fresh.owner, table.id)
  expect(brokenEntry(entries)).toBeUndefined()
  expect(only(entries.at(-1)).payload).toMatchObject({ text: 'After it' })
})

test('whoever writes while the tables are made anew waits, and nothing of it is lost', async () => {
  const table = await deliberating(registry)
  const before = (await chain(registry.fresh.owner, table.id)).length
  // Each a fork of its own, so that they write at the same time; the rebuild begins in the midst of them.
  const write = (nth: number) => does(registry, { ...table }, registry.city.representative, contribute, say(`Concern ${nth}`))
  const first = [1, 2, 3, 4, 5].map(write)
  const rebuilding = rebuild()
  const then = [6, 7, 8, 9].map(write)
  await Promise.all([...first, rebuilding, ...then])
  const entries = await chain(registry.fresh.owner, table.id)
  expect(entries.length).toBe(before + 9)
  expect(brokenEntry(entries)).toBeUndefined()
  const written = await dump()
  await rebuild()
  expect(await dump()).toEqual(written)
})

test('a rebuild that fails leaves the tables as they were', async () => {
  const table = await deliberating(registry)
  const written = await dump()
  const { rows } = await asOwner('select stream_id, revision, salt, payload from ledger_payloads where stream_id = $1 and revision = 1', [
    table.id,
  ])
  const spoil = `update ledger_payloads set payload = jsonb_set(payload, '{kind}', $2) where stream_id = $1 and revision = 1`
  await asOwner(spoil, [table.id, '"unknown"'])
  await expect(rebuild()).rejects.toMatchObject({ code: '23514' })
  expect(await dump()).toEqual(written)
  await asOwner(spoil, [table.id, JSON.stringify(only(rows[0]).payload.kind)])
  await rebuild()
  expect(await dump()).toEqual(written)
})

test('the head of a stream keeps its place when the payload of its last entry is gone', async () => {
  const table = await deliberating(registry)
  await does(registry, table, registry.school.representative, contribute, say('A name that should not be here'))
  const before = only(await head(registry.fresh.owner, agreementStream, table.id))
  await asOwner('delete from ledger_payloads where stream_id = $1 and revision = $2', [table.id, before.revision])
  await rebuild()
  const after = only(await head(registry.fresh.owner, agreementStream, table.id))
  expect(after).toEqual({ ...before, state: after.state })
  expect(JSON.stringify(after.state)).not.toContain('A name that should not be here')
  await does(registry, table, registry.school.representative, contribute, say('And on'))
  expect(brokenEntry(await chain(registry.fresh.owner, table.id))).toEqual({ revision: before.revision, why: 'payload' })
})
