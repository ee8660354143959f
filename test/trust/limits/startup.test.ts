import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/store/database.ts'
import { startEmbedded } from '../../../src/store/embedded.ts'
import { applicationLogin } from '../../../src/store/login.ts'
import { migrate } from '../../../src/store/migrate.ts'
import { openStore } from '../../../src/store/open.ts'
import { history, refuseUnsafe } from '../../../src/store/safe.ts'
import { note } from '../../support/figures.ts'
import { asSuperuser, databaseUrl } from '../../support/server.ts'

// A server of its own: what is changed here holds for all of it.
let directory: string
let server: Awaited<ReturnType<typeof startEmbedded>>
let superuser: string
let login: string
let tried = 0

const sql = (...statements: string[]) =>
  asSuperuser(superuser, async (client) => {
    for (const statement of statements) await client.query(statement)
  })

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  await chmod(directory, 0o755)
  server = await startEmbedded({ directory, log: () => undefined })
  superuser = databaseUrl(server.url, 'handslag_test_safe')
  await asSuperuser(server.url, (client) => client.query(`create database handslag_test_safe encoding 'UTF8' template template0`))
  await migrate(superuser)
  login = await applicationLogin(superuser)
})
afterAll(async () => {
  await server?.stop()
  await Promise.all([directory, server?.directory ?? directory].map((place) => rm(place, { recursive: true, force: true })))
})

/** What a start on this database says: its sentences, or nothing where it starts. */
async function refusalOf(url = login): Promise<string> {
  const database = openDatabase(url)
  try {
    await refuseUnsafe(database)
    return ''
  } catch (error) {
    tried += 1
    return (error as Error).message
  } finally {
    await database.close()
  }
}

/** Does something to the server, looks what a start says, and undoes it; a start then goes well again. */
async function whileIts(change: string[], undo: string[], url?: string): Promise<string> {
  await sql(...change)
  try {
    return await refusalOf(url)
  } finally {
    await sql(...undo)
    expect(await refusalOf()).toBe('')
  }
}

test('what is guarded is there, and everything that the application may add to and not change', async () => {
  const { rows } = await asSuperuser(superuser, (client) =>
    client.query(`select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
      and has_table_privilege('handslag_app', oid, 'INSERT') and not has_table_privilege('handslag_app', oid, 'UPDATE, DELETE')`),
  )
  expect(rows.map(({ relname }) => relname).sort()).toEqual(history.toSorted())
})

test('a migrated database with its own login is safe', async () => expect(await refusalOf()).toBe(''))

describe('a start is refused, with what to do,', () => {
  test.each(['fsync', 'full_page_writes', 'synchronous_commit'])('where the server has %s off', async (setting) => {
    const settled = async (value: string) => {
      // A reload reaches connections a moment later.
      await expect
        .poll(() => asSuperuser(superuser, async (client) => (await client.query(`show ${setting}`)).rows[0][setting]))
        .toBe(value)
    }
    await sql(`alter system set ${setting} = off`, 'select pg_reload_conf()')
    await settled('off')
    const refusal = await refusalOf()
    await sql(`alter system reset ${setting}`, 'select pg_reload_conf()')
    await settled('on')
    expect(refusal).toContain(`${setting} is off`)
    expect(refusal).toContain(`Set ${setting} = on`)
    expect(await refusalOf()).toBe('')
  })

  test.each([
    ['the database', 'alter database handslag_test_safe set synchronous_commit = off', 'alter database handslag_test_safe reset all'],
    ['the login', 'alter role handslag_login set synchronous_commit = off', 'alter role handslag_login reset all'],
  ])('where %s has synchronous_commit off', async (_who, change, undo) => {
    expect(await whileIts([change], [undo])).toContain('synchronous_commit is off')
  })

  test('and where its URL turns it off', async () => {
    expect(await refusalOf(`${login}?options=${encodeURIComponent('-c synchronous_commit=off')}`)).toContain('synchronous_commit is off')
  })

  test.each(['local', 'remote_write', 'remote_apply'])(
    'but not for synchronous_commit = %s, which waits for the disk of this server',
    async (value) => {
      expect(await refusalOf(`${login}?options=${encodeURIComponent(`-c synchronous_commit=${value}`)}`)).toBe('')
    },
  )

  test.each(history.flatMap((table) => ['update', 'delete', 'truncate', 'trigger'].map((right) => [right, table] as const)))(
    'where the application may %s %s',
    async (right, table) => {
      const refusal = await whileIts([`grant ${right} on ${table} to handslag_app`], [`revoke ${right} on ${table} from handslag_app`])
      expect(refusal).toContain(`The role "handslag_app", as which the application acts, can change what was recorded in ${table}.`)
      expect(refusal).toContain(`Run: REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON ${table} FROM "handslag_app".`)
    },
  )

  test('where it may update one column of history', async () => {
    expect(
      await whileIts(['grant update (hash) on ledger to handslag_app'], ['revoke update (hash) on ledger from handslag_app']),
    ).toContain('in ledger.')
  })

  test('where everybody may', async () => {
    expect(await whileIts(['grant delete on ledger to public'], ['revoke delete on ledger from public'])).toContain('in ledger.')
  })

  test.each([
    ['superuser', 'is a superuser. Run: ALTER ROLE "handslag_app" NOSUPERUSER.'],
    ['bypassrls', 'passes by row-level security. Run: ALTER ROLE "handslag_app" NOBYPASSRLS.'],
    ['createrole', 'may make roles or databases'],
    ['replication', 'read all by replication'],
  ])('where the role of the application is %s', async (might, sentence) => {
    expect(await whileIts([`alter role handslag_app ${might}`], [`alter role handslag_app no${might}`])).toContain(sentence)
  })

  test.each(['pg_execute_server_program', 'pg_write_server_files', 'pg_read_all_data', 'pg_monitor'])(
    'where the login is a member of %s: of nothing but handslag_app',
    async (role) => {
      expect(await whileIts([`grant ${role} to handslag_login`], [`revoke ${role} from handslag_login`])).toContain(
        `Run: REVOKE "${role}" FROM "handslag_login".`,
      )
    },
  )

  test('where it owns a table', async () => {
    expect(
      await whileIts(
        ['alter table ledger owner to handslag_app'],
        ['alter table ledger owner to postgres', 'grant select, insert on ledger to handslag_app'],
      ),
    ).toContain('owns the database or its tables')
  })

  test.each([
    ['superuser', 'can act as "handslag_login", which is a superuser'],
    ['bypassrls', 'can act as "handslag_login", which passes by row-level security'],
  ])('where the login of DATABASE_URL is %s, whatever it acts as', async (might, sentence) => {
    expect(await whileIts([`alter role handslag_login ${might}`], [`alter role handslag_login no${might}`])).toContain(sentence)
  })

  test('where the login can step into the shoes of an owner, or of a role that may write everything', async () => {
    await sql('create role handslag_test_owner nologin')
    expect(
      await whileIts(
        ['alter database handslag_test_safe owner to handslag_test_owner', 'grant handslag_test_owner to handslag_login'],
        ['revoke handslag_test_owner from handslag_login', 'alter database handslag_test_safe owner to postgres'],
      ),
    ).toContain('can act as "handslag_test_owner", which owns the database or its tables')
    expect(await whileIts(['grant pg_write_all_data to handslag_login'], ['revoke pg_write_all_data from handslag_login'])).toContain(
      `can change what was recorded in ${history.join(', ')}.`,
    )
  })

  test('where DATABASE_URL names the superuser itself, with every other mistake in the same message', async () => {
    const refusal = await whileIts(['grant delete on ledger to handslag_app'], ['revoke delete on ledger from handslag_app'], superuser)
    expect(refusal).toContain('The login of DATABASE_URL can act as "postgres", which is a superuser.')
    expect(refusal).toContain('keep this one for DATABASE_OWNER_URL')
    const opening = openStore({ url: superuser, ownerUrl: undefined, directory, log: () => undefined })
    await expect(opening).rejects.toThrow('Handslag does not start on this database:\n- The login of DATABASE_URL')
    tried += 1
  })

  test('and never with a password in the message', async () => {
    expect(await refusalOf(superuser)).not.toContain(new URL(superuser).password)
  })

  test('in every one of these cases', ({ task }) => {
    note(task, { 'starts refused': tried, 'safe starts refused': 0 })
    expect(tried).toBeGreaterThan(30)
  })
})

/** What an administrator runs by the documentation, and what the container runs: with a name and passwords of this test's own. */
const recipes: [string, string | undefined][] = [
  ['docs/operations.md', /```sql\n(CREATE ROLE handslag_app[\s\S]*?)```/.exec(readFileSync('docs/operations.md', 'utf8'))?.[1]],
  ['docker/roles.sh', /<<'SQL'\n([\s\S]*?)SQL/.exec(readFileSync('docker/roles.sh', 'utf8'))?.[1]],
]

test.each(recipes)('a registry starts on a database that was made as %s says', async (_where, recipe) => {
  const statements = (recipe ?? '')
    .replace('CREATE ROLE handslag_app NOLOGIN;', '')
    .replace(/PASSWORD (:'\w+'|'[^']*')/g, "PASSWORD 'secret'")
    .replaceAll('handslag_owner', 'handslag_test_recipe_owner')
    .replaceAll('handslag_api', 'handslag_test_recipe_api')
    .replace('DATABASE handslag ', 'DATABASE handslag_test_recipe ')
    .split(/;\s*/)
    .filter((statement) => statement.trim() !== '')
  expect(statements.length).toBe(4)
  await sql(...statements)
  const as = (user: string) => {
    const url = new URL(databaseUrl(superuser, 'handslag_test_recipe'))
    url.username = user
    url.password = 'secret'
    return url.href
  }
  try {
    const store = await openStore({
      url: as('handslag_test_recipe_api'),
      ownerUrl: as('handslag_test_recipe_owner'),
      directory,
      log: () => undefined,
    })
    await store.close()
    expect(await refusalOf(as('handslag_test_recipe_owner'))).toContain('can act as "handslag_test_recipe_owner", which owns the database')
  } finally {
    await sql(
      'drop database handslag_test_recipe with (force)',
      'drop role handslag_test_recipe_owner',
      'drop role handslag_test_recipe_api',
    )
  }
})

test('a named database opens with two users, and the embedded one with a login of its own that cannot step back', async () => {
  const named = await openStore({ url: login, ownerUrl: superuser, directory, log: () => undefined })
  await named.close()
  const place = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  await chmod(place, 0o755)
  const store = await openStore({ url: undefined, ownerUrl: undefined, directory: place, log: () => undefined })
  try {
    const client = await store.database.pool.connect()
    try {
      const { rows } = await client.query('select session_user, current_user')
      expect(rows).toEqual([{ session_user: 'handslag_login', current_user: 'handslag_app' }])
      await client.query('reset role')
      await client.query('set role none')
      for (const attempt of ['update ledger set hash = hash', 'set role postgres', 'select * from ledger', 'create table x (y int)'])
        await expect(client.query(attempt)).rejects.toThrow(/permission denied/)
    } finally {
      client.release(true)
    }
  } finally {
    await store.close()
    await Promise.all([place, store.directory].map((one) => rm(one, { recursive: true, force: true })))
  }
})

test('the login of the application is made anew with each start, and its old password is worth nothing', async () => {
  const before = login
  login = await applicationLogin(superuser)
  expect(await refusalOf()).toBe('')
  const client = new pg.Client(before)
  client.on('error', () => undefined)
  await expect(client.connect()).rejects.toThrow('password authentication failed')
})
