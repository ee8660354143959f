import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { asSuperuser, databaseUrl, testName } from './server.ts'

/** `url` is the superuser's, for what only an owner may do; `database` is opened as the application opens it. */
export type FreshDatabase = { url: string; database: Database; drop(): Promise<void> }

/** A migrated database of the test's own, cloned from the template. `drop` closes and removes it. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { template } = inject('testServer')
  const { url, drop } = await makeDatabase(`template ${template}`)
  const database = openDatabase(url)
  return {
    url,
    database,
    async drop() {
      await database.close()
      await drop()
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
