import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { emptyDatabase, freshDatabase } from '../support/database.ts'
import { asSuperuser } from '../support/server.ts'

test('the application’s role exists and has no rights over the server', async () => {
  const { url } = inject('testServer')
  const rights = 'select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication from pg_roles where rolname = $1'
  const { rows } = await asSuperuser(url, (client) => client.query(rights, ['handslag_app']))
  expect(rows).toEqual([
    { rolcanlogin: false, rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolbypassrls: false, rolreplication: false },
  ])
})

test('the application acts as that role, and can make no table in any schema', async () => {
  const { database } = await fresh()
  expect((await database.pool.query('select current_user as name')).rows).toEqual([{ name: 'handslag_app' }])
  await expect(database.pool.query('create table public.own (id int)')).rejects.toMatchObject({ code: '42501' })
  await expect(database.pool.query('create table drizzle.own (id int)')).rejects.toMatchObject({ code: '42501' })
  await expect(database.pool.query('create schema own')).rejects.toMatchObject({ code: '42501' })
})

test('resetting the role does not give the owner’s rights back', async () => {
  const { database } = await fresh()
  const client = await database.pool.connect()
  await client.query('reset role')
  const { rows } = await client.query('select current_user as name')
  client.release()
  expect(rows).toEqual([{ name: 'handslag_app' }])
})

test('migrating again changes nothing', async () => {
  const { url } = await fresh()
  const state = () => asSuperuser(url, async (client) => (await client.query('select * from drizzle.__drizzle_migrations')).rows)
  const before = await state()
  await migrate(url)
  expect(await state()).toEqual(before)
})

test('processes that migrate at the same moment each succeed, and each migration runs once', async () => {
  const { url } = await empty()
  const folder = await migrations({ '0000_first': 'create table first (id int)', '0001_second': 'create table second (id int)' })
  await Promise.all([1, 2, 3, 4].map(() => migrate(url, folder)))
  const { rows } = await asSuperuser(url, (client) => client.query('select count(*)::int as count from drizzle.__drizzle_migrations'))
  expect(rows).toEqual([{ count: 2 }])
})

test('a migration that fails leaves nothing of itself or of those before it', async () => {
  const { url } = await empty()
  await expect(
    migrate(url, await migrations({ '0000_first': 'create table first (id int)', '0001_wrong': 'create tabel' })),
  ).rejects.toThrow()
  await migrate(url, await migrations({ '0000_first': 'create table first (id int)' }))
})

test('a migration that was changed after it ran is refused', async () => {
  const { url } = await empty()
  await migrate(url, await migrations({ '0000_first': 'create table first (id int)' }))
  await expect(migrate(url, await migrations({ '0000_first': 'create table first (id bigint)' }))).rejects.toThrow(
    /they were changed after they ran here, or are older than one that ran. Restore the files as they were/,
  )
})

test('a database on which a newer version ran is refused', async () => {
  const { url } = await empty()
  const first = { '0000_first': 'create table first (id int)' }
  await migrate(url, await migrations({ ...first, '0001_second': 'create table second (id int)' }))
  await expect(migrate(url, await migrations(first))).rejects.toThrow('a newer version ran on it')
})

test('an owner that is no superuser may migrate when an administrator gave it the role', async () => {
  const { url } = await empty()
  const ownerUrl = await ordinaryOwner(url)
  await asSuperuser(url, (client) => client.query(`grant handslag_app to ${new URL(ownerUrl).username}`))
  await migrate(ownerUrl, await migrations({ '0000_first': `create table first (id int); grant select on first to handslag_app` }))
  const database = openDatabase(ownerUrl)
  onTestFinished(() => database.close())
  expect((await database.pool.query('select current_user as name, (select count(*) from first) as count')).rows).toEqual([
    { name: 'handslag_app', count: 0 },
  ])
})

test('an owner that may not use the role is told what an administrator has to run', async () => {
  const { url } = await empty()
  const ownerUrl = await ordinaryOwner(url)
  const name = new URL(ownerUrl).username
  await expect(migrate(ownerUrl)).rejects.toThrow(`GRANT handslag_app TO "${name}"`)
})

test('a database that is not UTF8 is refused, with the statement that makes one', async () => {
  const { url } = await empty('SQL_ASCII')
  await expect(migrate(url)).rejects.toThrow(/is encoded as SQL_ASCII; Handslag needs UTF8. Make one: CREATE DATABASE/)
})

test('a server that cannot be reached is named without its password', async () => {
  // Port 9 (discard) is below 1024, where nothing but root's own services listen.
  const attempt = migrate('postgres://someone:secret@127.0.0.1:9/handslag')
  await expect(attempt).rejects.toThrow(
    /^Cannot connect to PostgreSQL at 127.0.0.1:9 .* Check that it runs and that DATABASE_URL points to it.$/,
  )
  await expect(attempt).rejects.not.toThrow('secret')
})

test('a database that does not exist is named, with the statement that makes it', async () => {
  const url = new URL(inject('testServer').url)
  url.pathname = '/nowhere_test'
  await expect(migrate(url.href)).rejects.toThrow(`CREATE DATABASE "nowhere_test" ENCODING 'UTF8'`)
})

async function fresh() {
  const database = await freshDatabase()
  onTestFinished(() => database.drop())
  return database
}

async function empty(encoding?: string) {
  const database = await emptyDatabase(encoding)
  onTestFinished(() => database.drop())
  return database
}

/** Gives the database a user of its own as owner, who is no superuser and has no part in handslag_app. */
async function ordinaryOwner(url: string): Promise<string> {
  const owner = new URL(url)
  const database = owner.pathname.slice(1)
  owner.username = `owner_of_${database}`
  owner.password = 'test'
  await asSuperuser(url, async (client) => {
    await client.query(`create role ${owner.username} login password 'test'`)
    await client.query(`alter database ${database} owner to ${owner.username}`)
  })
  onTestFinished(() =>
    asSuperuser(url, async (client) => {
      await client.query(`reassign owned by ${owner.username} to current_user`)
      await client.query(`drop owned by ${owner.username}`)
      await client.query(`drop role ${owner.username}`)
    }),
  )
  return owner.href
}

/** A folder as drizzle-kit writes it. */
async function migrations(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const entries = Object.keys(files).map((tag, idx) => ({ idx, version: '7', when: 1_700_000_000_000 + idx, tag, breakpoints: true }))
  await mkdir(join(folder, 'meta'))
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  for (const [tag, statements] of Object.entries(files)) await writeFile(join(folder, `${tag}.sql`), statements)
  return folder
}
