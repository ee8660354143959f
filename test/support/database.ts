import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { type Actor, by } from '../../src/domain/actor.ts'
import { type Database, openDatabase, valueParsers } from '../../src/store/database.ts'
import { applicationLogin } from '../../src/store/login.ts'
import { within } from '../../src/store/transaction.ts'
import { asSuperuser, databaseUrl, testName } from './server.ts'

/**
 * `url` is the superuser's, and `owner` its pool, which sees everything; `database` is opened as the application opens it, and `login`
 * makes an ordinary user for another process to do so.
 */
export type FreshDatabase = { url: string; owner: pg.Pool; database: Database; login(): Promise<string>; drop(): Promise<void> }

/** A migrated database of the test's own, cloned from the template. `drop` closes and removes it. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { template } = inject('testServer')
  const { url, drop } = await makeDatabase(`template ${template}`)
  // Many tests share two cores, and none is about how long a connection takes to come.
  const database = openDatabase(url, { patienceMs: 20_000 })
  const login = testName(`${new URL(url).pathname.slice(1)}_login`)
  const owner = new pg.Pool({ connectionString: url, types: valueParsers, max: 2, options: '-c TimeZone=UTC' })
  // Dropping the database ends what is still closing.
  owner.on('connect', (client) => client.on('error', () => undefined))
  owner.on('error', () => undefined)
  return {
    url,
    owner,
    database,
    login: () => applicationLogin(url, login),
    async drop() {
      await database.close()
      await owner.end()
      await drop()
      await asSuperuser(inject('testServer').url, (client) => client.query(`drop role if exists ${login}`))
    },
  }
}

/** An empty database of the test's own: not migrated. */
export function emptyDatabase(encoding = 'UTF8'): Promise<{ url: string; drop(): Promise<void> }> {
  return makeDatabase(`template template0 encoding '${encoding}' locale_provider libc locale 'C'`)
}

async function makeDatabase(how: string): Promise<{ url: string; drop(): Promise<void> }> {
  const { url } = inject('testServer')
  const name = testName(`handslag_test_${randomBytes(6).toString('hex')}`)
  await asSuperuser(url, (client) => client.query(`create database ${name} ${how}`))
  return {
    url: databaseUrl(url, name),
    drop: () => asSuperuser(url, async (client) => void (await client.query(`drop database ${name} with (force)`))),
  }
}

/** Reads as an actor, within one transaction. */
export const asActor = <T>(database: Database, actor: Actor, work: () => Promise<T>): Promise<T> => within(database.pool, by(actor), work)
