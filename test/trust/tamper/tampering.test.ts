import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRole } from '../../../src/actions/role.ts'
import { note } from '../../support/figures.ts'
import { acting, aDraft, aRegistry, deliberating, type Registry, type Table } from '../../support/registry.ts'
import { does, richHistory } from '../../support/registry-actions.ts'
import { type Problem, parseJson, type Seen, verifyExport } from '../../support/verifier.ts'
import { type Export, exported, rechained, sequenced, witnessed } from './support.ts'

// TAMPER=all flips every byte of everything, which takes an hour; without it a part of that does, which takes a minute.
const all = process.env.TAMPER === 'all'

/** More than 1,000 entries: so many agreements with a version, of 21 entries each, beside one in which everything happens. */
const agreements = 46

let registry: Registry
let sql: pg.Client
let rich: Table
let draft: Table
const tables: Table[] = []
let seen: Seen
let unused = 0

const count = {
  'entries in the log': 0,
  'clean verifications': 0,
  'false alarms': 0,
  'rows changed in the database': 0,
  'bytes flipped in exports': 0,
  'parts of exports moved, dropped or doubled': 0,
  'names doubled in exports': 0,
  'mutations detected': 0,
  'mutations missed': 0,
  'of these, mutations of one entry or version': 0,
  'located at that entry or version': 0,
}
const missed: string[] = []

type Place = { revision?: number; version?: number }

/** Counts whether what was tampered with is seen; and at its place, where it has one. */
function judge(what: string, problems: readonly Problem[], place?: Place): void {
  const seen = problems.length > 0
  const there = problems.some(({ revision, version }) => revision === (place?.revision ?? -1) || version === (place?.version ?? -1))
  count[seen ? 'mutations detected' : 'mutations missed'] += 1
  if (place) count['of these, mutations of one entry or version'] += 1
  if (place && there) count['located at that entry or version'] += 1
  if (!seen || (place && !there)) missed.push(what)
}

function clean(given: Export, options = {}): void {
  const { problems } = verifyExport(given, options)
  count['clean verifications'] += 1
  if (problems.length > 0) count['false alarms'] += 1
  expect(problems).toEqual([])
}

/** An agreement with a version that no test has touched. */
const fresh = (): Table => {
  const table = tables[unused]
  unused += 1
  if (!table) throw new Error('make more agreements')
  return table
}

beforeAll(async () => {
  registry = await aRegistry()
  sql = new pg.Client(registry.fresh.url)
  await sql.connect()
  draft = await aDraft(registry)
  for (let made = 0; made < agreements; made += 1) tables.push(await acting(registry))
  rich = await richHistory(registry)
  await sequenced(registry)
  seen = await witnessed(registry)
}, 180_000)
afterAll(async () => {
  await sql.end()
  await registry.close()
})

describe('nothing is wrong', () => {
  test('with what was not tampered with, by its own keys, by published ones and by those that a witness saw', async () => {
    count['entries in the log'] = seen.checkpoints[0]?.size ?? 0
    expect(count['entries in the log']).toBeGreaterThan(1_000)
    for (const table of [draft, rich, ...tables]) {
      const given = await exported(registry, table)
      clean(given)
      clean(given, { keys: registry.key.jwks() })
      clean(given, { seen })
      clean(given, { seen, receipts: given.receipts })
      clean(JSON.parse(JSON.stringify(given)))
    }
  }, 120_000)

  test('with an agreement that went on after the last checkpoint: its newest entries are proven by receipts only', async () => {
    const table = await deliberating(registry)
    await sequenced(registry)
    await does(registry, table, registry.school.representative, createRole, { name: 'Chair', purpose: 'Any', tasks: [{ what: 'Call' }] })
    const given = await exported(registry, table)
    clean(given)
    expect(verifyExport(given).notes.join()).toMatch(/1 of the newest entries are not in the log yet/)
    await sequenced(registry)
    clean(await exported(registry, table))
  })
})

/** Hashed columns: what the hash of an entry is over, and the hash. */
const columns = [
  'streamId',
  'revision',
  'streamType',
  'type',
  'recordedAt',
  'actorId',
  'organisationId',
  'mandateId',
  'payloadDigest',
  'previousHash',
  'hash',
  'salt',
] as const

/** A text with one byte flipped: the lowest bit of the character at a place, so that it stays a character. */
const flip = (text: string, at: number): string => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)

/** A value as it is when one byte of what is kept of it is flipped. */
function flippedValue(value: unknown, at: number): unknown {
  if (typeof value === 'number') return Number(flip(String(value), at % String(value).length))
  return flip(String(value), at % String(value).length)
}

describe('exports', () => {
  test('tell of every byte of every hashed column that was flipped, and of which entry', async () => {
    // Every byte of a small agreement, and a byte of columns in turn of each entry of the others.
    const small = await exported(registry, draft)
    const others = await Promise.all(tables.slice(0, all ? agreements : 24).map((table) => exported(registry, table)))
    const flips = async (given: Export, index: number, column: (typeof columns)[number], at: number) => {
      const entry = given.entries[index]
      const kept = entry[column]
      if (kept === null) return
      entry[column] = flippedValue(kept, at)
      const { problems } = verifyExport(given)
      entry[column] = kept
      count['bytes flipped in exports'] += 1
      judge(`${column} of entry ${index + 1}, byte ${at}`, problems, { revision: index + 1 })
    }
    for (const [index, entry] of small.entries.entries())
      for (const column of columns) for (let at = 0; at < String(entry[column] ?? '').length; at += 1) await flips(small, index, column, at)
    let turn = 0
    for (const given of others)
      for (const [index, entry] of given.entries.entries()) {
        turn += 1
        for (const [nth, column] of columns.entries()) {
          const bytes = String(entry[column] ?? '').length
          if (all) for (let at = 0; at < bytes; at += 1) await flips(given, index, column, at)
          else if ((nth + turn) % 4 === 0) await flips(given, index, column, turn * 7 + nth)
        }
      }
    expect(missed).toEqual([])
  }, 7_200_000)

  test('tell of a byte that was flipped anywhere in the file', async () => {
    const bytes = Buffer.from(JSON.stringify(await exported(registry, draft)))
    for (let at = 0; at < bytes.length; at += all ? 1 : 5) {
      const kept = bytes[at] ?? 0
      bytes[at] = kept ^ (1 << (at % 8))
      count['bytes flipped in exports'] += 1
      judge(`byte ${at} of the file`, problemsOf(bytes))
      bytes[at] = kept
    }
    expect(missed).toEqual([])
  }, 300_000)

  const lists = ['entries', 'versions', 'mandates', 'stances', 'receipts', 'inclusions', 'keys'] as const
  const listOf = (given: Export, name: (typeof lists)[number]) => (name === 'inclusions' ? given.log.inclusions : given[name])

  test('tell of every part that was dropped, doubled or swapped, and of a history cut off anywhere', async () => {
    const given = await exported(registry, rich)
    const text = JSON.stringify(given)
    const tampered = (what: string, change: (copy: Export) => void) => {
      const copy = JSON.parse(text)
      change(copy)
      if (JSON.stringify(copy) === text) return
      count['parts of exports moved, dropped or doubled'] += 1
      judge(what, verifyExport(copy).problems)
    }
    for (const name of lists)
      for (const index of listOf(given, name).keys()) {
        tampered(`${name} ${index} dropped`, (copy) => listOf(copy, name).splice(index, 1))
        tampered(`${name} ${index} doubled`, (copy) => listOf(copy, name).splice(index, 0, listOf(copy, name)[index]))
        tampered(`${name} ${index} swapped`, (copy) => {
          const list = listOf(copy, name)
          ;[list[index], list[0]] = [list[0], list[index]]
        })
      }
    for (const revision of given.entries.keys())
      tampered(`cut off at ${revision}`, (copy) => {
        copy.entries.length = revision
        copy.log.inclusions = copy.log.inclusions.filter((one: { revision: number }) => one.revision <= revision)
      })
    expect(missed).toEqual([])
  }, 300_000)

  test('tell of every field that was put in a second time, and where, though JSON.parse reads what was signed', async () => {
    const text = JSON.stringify(await exported(registry, rich))
    const places = fieldsOf(JSON.parse(text))
    expect(places.length).toBeGreaterThan(500)
    for (const { path, name, object } of places) {
      const whole = JSON.stringify(object)
      const at = text.indexOf(whole)
      const doubled = `${text.slice(0, at)}{${JSON.stringify(name)}:"Never said.",${text.slice(at + 1)}`
      expect(JSON.parse(doubled)).toEqual(JSON.parse(text))
      const problems = problemsOf(Buffer.from(doubled))
      count['names doubled in exports'] += 1
      judge(`a second ${name} ${path}`, problems)
      expect(problems).toMatchObject([{ what: expect.stringContaining(`has two fields with the name "${name}" ${path}`) }])
    }
    expect(missed).toEqual([])
  }, 120_000)

  test('of one agreement do not pass for those of another', async () => {
    const [one, other] = [await exported(registry, tables[0] as Table), await exported(registry, tables[1] as Table)]
    for (const part of ['entries', 'versions', 'mandates', 'stances', 'receipts', 'log', 'signature']) {
      count['parts of exports moved, dropped or doubled'] += 1
      judge(`${part} of another agreement`, verifyExport({ ...one, [part]: other[part] }).problems)
    }
    expect(missed).toEqual([])
  })
})

type Field = { path: string; name: string; object: object }

/** The fields of all objects in a value that stand in it once, with the path of their object as the verifier says it. */
function fieldsOf(whole: unknown): Field[] {
  const found: (Field & { text: string })[] = []
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    const names = Array.isArray(value) ? [] : Object.keys(value)
    const text = JSON.stringify(value)
    for (const name of names) found.push({ path: path === '' ? 'at the top' : `in ${path}`, name, object: value, text })
    for (const [key, inner] of Object.entries(value))
      walk(inner, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`)
  }
  walk(whole, '')
  const times = new Map<string, number>()
  for (const { text, name } of found) times.set(`${name} ${text}`, (times.get(`${name} ${text}`) ?? 0) + 1)
  return found.filter(({ text, name }) => times.get(`${name} ${text}`) === 1)
}

/** The problems of a file, or that it is none. */
function problemsOf(bytes: Uint8Array): Problem[] {
  try {
    return verifyExport(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).problems
  } catch (error) {
    return [{ agreementId: '?', what: String(error) }]
  }
}

/** `place` is where it has to be found: a revision, or something else. */
type Change = { what: string; place: number | ((given: Export) => Place); change: (id: string, given: Export) => Promise<unknown> }

const set = (column: string, value: string, revision: number): Change => ({
  what: `${column} of an entry`,
  place: revision,
  change: (id) => sql.query(`update ledger set ${column} = ${value} where stream_id = $1 and revision = ${revision}`, [id]),
})

const another = `'00000000-0000-4000-8000-000000000001'`
const someHash = `'${'ab'.repeat(32)}'`

/** What somebody does who has the database, as its superuser, but not the registry's key. */
const changes: Change[] = [
  set('stream_type', `'network'`, 4),
  set('type', `'role-created'`, 5),
  set('recorded_at', `recorded_at - interval '1 millisecond'`, 6),
  set('recorded_at', `recorded_at + interval '1 year'`, 20),
  set('actor_id', another, 7),
  set('organisation_id', another, 8),
  set('mandate_id', another, 18),
  set('payload_digest', someHash, 9),
  set('previous_hash', someHash, 10),
  set('hash', someHash, 11),
  {
    what: 'what an entry says',
    place: 12,
    change: (id) => sql.query(`update ledger_payloads set payload = payload || '{"a": 1}' where stream_id = $1 and revision = 12`, [id]),
  },
  {
    what: 'the salt of an entry',
    place: 3,
    change: (id) => sql.query(`update ledger_payloads set salt = ${someHash} where stream_id = $1 and revision = 3`, [id]),
  },
  {
    what: 'what two entries say, exchanged',
    place: 6,
    change: (id) => swap('ledger_payloads', id, 6, 7),
  },
  { what: 'two entries exchanged', place: 6, change: (id) => swap('ledger', id, 6, 7) },
  { what: 'an entry taken out', place: 9, change: (id) => remove(id, 9) },
  {
    what: 'an entry taken out, and those after it renumbered',
    place: 9,
    change: async (id) => {
      await remove(id, 9)
      await sql.query('delete from log_entries where stream_id = $1 and revision = 9', [id])
      for (const table of ['ledger', 'ledger_payloads', 'receipts', 'log_entries'])
        for (let revision = 10; revision <= 21; revision += 1)
          await sql.query(`update ${table} set revision = ${revision - 1} where ${idColumn(table)} = $1 and revision = ${revision}`, [id])
    },
  },
  { what: 'the last entry taken out', place: 21, change: (id) => remove(id, 21) },
  {
    what: 'an entry put in twice',
    place: 22,
    change: (id) =>
      sql.query(
        `insert into ledger select stream_id, 22, stream_type, type, recorded_at, actor_id, organisation_id, mandate_id, payload_digest, previous_hash, '${'cd'.repeat(32)}'
          from ledger where stream_id = $1 and revision = 21`,
        [id],
      ),
  },
  {
    what: 'an entry of another agreement put in its place',
    place: 8,
    change: async (id) => {
      await sql.query('delete from ledger where stream_id = $1 and revision = 8', [id])
      const from = fresh().id
      await sql.query('update ledger set stream_id = $1 where stream_id = $2 and revision = 8', [id, from])
    },
  },
  {
    what: 'a suffix made anew with hashes that fit',
    place: 12,
    change: (id) => rechained(registry, sql, id, 12),
  },
  {
    what: 'a suffix made anew with hashes that fit, in the log too',
    place: 19,
    change: async (id) => {
      await rechained(registry, sql, id, 19)
      await sql.query(
        'update log_entries e set hash = l.hash from ledger l where l.stream_id = e.stream_id and l.revision = e.revision and l.stream_id = $1',
        [id],
      )
    },
  },
  {
    what: 'the mandate under which a stance was taken, made to end before it',
    place: ({ entries }) => ({
      revision: entries.findIndex((entry: Export) => entry.type === 'mandate-granted' && entry.payload.id === entries[17].mandateId) + 1,
    }),
    change: (id, given) =>
      sql.query(`update mandates set doc = doc || '{"untilAt": "2026-01-01T00:00:00.000Z"}' where agreement_id = $1 and id = $2`, [
        id,
        given.entries[17].mandateId,
      ]),
  },
  {
    what: 'the mandate of a stance, another one',
    place: 18,
    change: (id, given) =>
      sql.query(`update stances set doc = doc || jsonb_build_object('mandateId', $2::text) where agreement_id = $1 and party_id = $3`, [
        id,
        given.mandates[1].id === given.entries[17].mandateId ? given.mandates[0].id : given.mandates[1].id,
        given.entries[17].payload.partyId,
      ]),
  },
  {
    what: 'a stance that is not shown',
    place: 18,
    change: (id, given) =>
      sql.query('delete from stances where agreement_id = $1 and party_id = $2', [id, given.entries[17].payload.partyId]),
  },
  {
    what: 'the text of a version',
    place: () => ({ version: 1 }),
    change: (id) =>
      sql.query(`update versions set doc = jsonb_set(doc::jsonb, '{content,title}', '"Other"')::json where agreement_id = $1`, [id]),
  },
  {
    what: 'a version taken out',
    place: () => ({ version: 1 }),
    change: async (id) => {
      await sql.query('set session_replication_role = replica')
      await sql.query('delete from versions where agreement_id = $1', [id])
      await sql.query('set session_replication_role = origin')
    },
  },
  {
    what: 'a receipt taken out',
    place: 18,
    change: (id) => sql.query('delete from receipts where agreement_id = $1 and revision = 18', [id]),
  },
  {
    what: 'two receipts exchanged',
    place: 18,
    change: (id) =>
      sql.query(
        'update receipts set jws = (select jws from receipts r where r.agreement_id = $1 and r.revision = 19) where agreement_id = $1 and revision = 18',
        [id],
      ),
  },
  {
    what: 'an entry taken out of the log',
    place: 15,
    change: (id) => sql.query('delete from log_entries where stream_id = $1 and revision = 15', [id]),
  },
  { what: 'two entries exchanged in the log', place: 15, change: (id) => swap('log_entries', id, 15, 16) },
]

const idColumn = (table: string): string => (table === 'receipts' ? 'agreement_id' : 'stream_id')

async function swap(table: string, id: string, one: number, other: number): Promise<void> {
  for (const [from, to] of [
    [one, 1_000],
    [other, one],
    [1_000, other],
  ])
    await sql.query(`update ${table} set revision = ${to} where stream_id = $1 and revision = ${from}`, [id])
}

async function remove(id: string, revision: number): Promise<void> {
  for (const table of ['ledger', 'ledger_payloads'])
    await sql.query(`delete from ${table} where stream_id = $1 and revision = ${revision}`, [id])
}

describe('whoever has the database, and not the key', () => {
  test.each(changes)('is found out, and where: $what', async ({ what, place, change }) => {
    const table = fresh()
    const given = await exported(registry, table)
    await change(table.id, given)
    const { problems } = verifyExport(await exported(registry, table))
    count['rows changed in the database'] += 1
    judge(what, problems, typeof place === 'number' ? { revision: place } : place(given))
    expect(missed).toEqual([])
  })

  test('is found out at every entry at which the history is cut off', async () => {
    const table = fresh()
    for (let last = 21; last > 0; last -= 1) {
      await remove(table.id, last)
      const { problems } = verifyExport(await exported(registry, table))
      count['rows changed in the database'] += 1
      judge(`cut off before ${last}`, problems, { revision: last })
    }
    expect(missed).toEqual([])
  })

  test('cannot keep what was recorded out of the log unseen', async () => {
    const table = await deliberating(registry)
    await sql.query('delete from log_queue where stream_id = $1 and revision = 10', [table.id])
    registry.pass(1)
    await does(registry, table, registry.school.representative, createRole, { name: 'Chair', purpose: 'Any', tasks: [{ what: 'Call' }] })
    await sequenced(registry)
    const { problems } = verifyExport(await exported(registry, table))
    count['rows changed in the database'] += 1
    judge('an entry kept out of the log', problems, { revision: 10 })
    expect(missed).toEqual([])
  })

  test('takes out what somebody said in sight of everybody', async () => {
    const table = fresh()
    await sql.query('delete from ledger_payloads where stream_id = $1 and revision = 12', [table.id])
    const { problems } = verifyExport(await exported(registry, table))
    count['rows changed in the database'] += 1
    judge('a payload taken out', problems, { revision: 12 })
    expect(missed).toEqual([])
  })
})

test('every mutation was detected, and no alarm was false', ({ task }) => {
  note(task, count)
  expect(count).toMatchObject({ 'mutations missed': 0, 'false alarms': 0 })
})
