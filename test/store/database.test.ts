import { sql } from 'drizzle-orm'
import { bigint, date, integer, pgTable, timestamp } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseProblem, openDatabase } from '../../src/store/database.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { asSuperuser } from '../support/server.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
  await asSuperuser(fresh.url, (client) =>
    client.query(`create table thing
        (id int primary key check (id > 0), at timestamptz(3), day date, size bigint, parent int references thing);
      grant select, insert, update on thing to handslag_app;
      insert into thing values (1, '2026-11-22 02:02:03.0049+01', '2026-11-22', 9007199254740991, null)`),
  )
})
afterAll(() => fresh.drop())

const thing = pgTable('thing', {
  id: integer().primaryKey(),
  at: timestamp({ withTimezone: true, precision: 3, mode: 'string' }),
  day: date({ mode: 'string' }),
  size: bigint({ mode: 'number' }),
})
const asRead = { id: 1, at: '2026-11-22T01:02:03.005Z', day: '2026-11-22', size: Number.MAX_SAFE_INTEGER }

describe('values arrive in one shape', () => {
  test('from the pool itself', async () => {
    expect((await fresh.database.pool.query('select id, at, day, size from thing')).rows).toEqual([asRead])
  })

  test('from a Drizzle select', async () => {
    expect(await fresh.database.db.select().from(thing)).toEqual([asRead])
  })

  test('from SQL through Drizzle, in a transaction too', async () => {
    const rows = await fresh.database.db.transaction(async (tx) => (await tx.execute(sql`select id, at, day, size from thing`)).rows)
    expect(rows).toEqual([asRead])
  })

  test('in arrays, with nulls', async () => {
    const { rows } = await fresh.database.pool.query(
      `select array['2026-01-01 00:00:00Z', null]::timestamptz[] as instants, array['2026-01-01']::date[] as days,
        array[1]::bigint[] as sizes`,
    )
    expect(rows).toEqual([{ instants: ['2026-01-01T00:00:00.000Z', null], days: ['2026-01-01'], sizes: [1] }])
  })

  test.each([
    ['2026-11-22 01:02:03+00', '2026-11-22T01:02:03.000Z'],
    ['2026-11-22 01:02:03.1+00', '2026-11-22T01:02:03.100Z'],
    ['2026-11-22 01:02:03.123456+00', '2026-11-22T01:02:03.123Z'],
    ['2026-07-01 00:30:00+02', '2026-06-30T22:30:00.000Z'],
  ])('%s is the instant %s', async (stored, instant) => {
    expect((await fresh.database.pool.query('select $1::timestamptz as at', [stored])).rows).toEqual([{ at: instant }])
  })

  test.each([
    `'infinity'::timestamptz`,
    `'10000-01-01'::timestamptz`,
    `'0044-03-15 BC'::timestamptz`,
    `'infinity'::date`,
    `'0044-03-15 BC'::date`,
    `9007199254740992::bigint`,
  ])('%s fits in none, and is refused rather than bent', async (value) => {
    await expect(fresh.database.pool.query(`select ${value}`)).rejects.toThrow(/^The database holds/)
  })
})

describe('a connection of the application', () => {
  const settings = `select current_setting('TimeZone') as zone, current_setting('statement_timeout') as statement,
    current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle,
    current_setting('application_name') as name, current_user as role`
  const expected = { zone: 'UTC', statement: '5s', lock: '2s', idle: '10s', name: 'handslag', role: 'handslag_app' }

  test('is in UTC, has time limits and acts as handslag_app', async () => {
    expect((await fresh.database.pool.query(settings)).rows).toEqual([expected])
  })

  test('does so too when the URL asks for something else', async () => {
    const database = openDatabase(`${fresh.url}?options=${encodeURIComponent('-c role=none -c timezone=Europe/Amsterdam -c work_mem=8MB')}`)
    const { rows } = await database.pool.query(`${settings}, current_setting('work_mem') as memory`)
    await database.close()
    expect(rows).toEqual([{ ...expected, memory: '8MB' }])
  })

  test('that is cut while somebody holds it fails the next query, and not the process', async () => {
    const client = await fresh.database.pool.connect()
    const { pid } = (await client.query('select pg_backend_pid() as pid')).rows[0]
    const cut = new Promise((done) => client.once('end', done))
    await asSuperuser(fresh.url, (superuser) => superuser.query('select pg_terminate_backend($1)', [pid]))
    await cut
    const failure = await client.query('select 1').catch((error: unknown) => error)
    client.release(true)
    expect(databaseProblem(failure)).toBe('unavailable')
    expect((await fresh.database.pool.query('select 1 as again')).rows).toEqual([{ again: 1 }])
  })
})

describe('a problem of the database', () => {
  const problemOf = async (statement: string) => {
    const { db, query } = fresh.database
    // Drizzle sends one statement at a time: two go beside it.
    const asked = statement.includes(';') ? query(statement) : db.execute(sql.raw(statement))
    const failure = await asked.catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    return databaseProblem(failure)
  }

  test.each([
    ['a key that exists', 'insert into thing values (1)', 'conflict'],
    ['a reference to nothing', 'insert into thing values (2, null, null, null, 99)', 'conflict'],
    ['a value that a check refuses', 'insert into thing values (0)', 'invalid'],
    ['an impossible date', `select '2026-02-30'::date`, 'invalid'],
    ['a statement that takes too long', `set statement_timeout = '5ms'; select pg_sleep(1)`, 'unavailable'],
    ['a statement that is wrong', 'selekt', undefined],
    ['a right that is missing', 'drop table thing', undefined],
  ])('%s: %s is %s', async (_, statement, problem) => {
    expect(await problemOf(statement)).toBe(problem)
  })

  test('a row that another holds is unavailable after the lock limit', async () => {
    await asSuperuser(fresh.url, async (superuser) => {
      await superuser.query('begin; select from thing for update')
      expect(await problemOf(`set lock_timeout = '20ms'; update thing set size = 1`)).toBe('unavailable')
    })
  })

  test('a server that is not there, and a pool that is used up, are unavailable', async () => {
    // Port 9 (discard) is below 1024, where nothing but root's own services listen.
    const nowhere = openDatabase('postgres://postgres@127.0.0.1:9/test')
    expect(databaseProblem(await nowhere.pool.query('select 1').catch((error: unknown) => error))).toBe('unavailable')
    await nowhere.close()

    const small = openDatabase(fresh.url, { max: 1 })
    const held = await small.pool.connect()
    expect(databaseProblem(await small.pool.query('select 1').catch((error: unknown) => error))).toBe('unavailable')
    held.release()
    await small.close()
  })

  test.each([undefined, null, 'text', new Error('anything'), { code: '23505' }])('%s is none', (value) => {
    expect(databaseProblem(value)).toBeUndefined()
  })
})
