import { fileURLToPath } from 'node:url'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { applicationRole, connectionConfig } from './database.ts'

const ownMigrations = fileURLToPath(new URL('../../migrations', import.meta.url))

// No limits: a migration may rightly take long, and a second starting process waits for the first.
const migrationSettings = { TimeZone: 'UTC', statement_timeout: '0', lock_timeout: '0', application_name: 'handslag-migrate' }

/**
 * Brings the database of `ownerUrl` up to date: makes the role `handslag_app` where it is absent and runs the migrations that it
 * has not had, all in one transaction. Any number of processes may do this at once; one does the work. Needs a user that owns the
 * database; throws an Error whose sentence tells the operator what to do.
 */
export async function migrate(ownerUrl: string, migrationsFolder = ownMigrations): Promise<void> {
  const client = new pg.Client({ ...connectionConfig(ownerUrl, migrationSettings), connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // a lost connection fails the query that uses it
  await client.connect().catch((error: Error) => {
    throw new Error(connectionSentence(ownerUrl, error), { cause: error })
  })
  try {
    await checkServer(client)
    // The lock ends with the connection, so a killed process leaves nothing behind.
    await client.query(`select pg_advisory_lock(hashtextextended('handslag:migrate', 0))`)
    await ensureApplicationRole(client)
    await applyMigrations(drizzle(client), { migrationsFolder })
    await checkApplied(client, migrationsFolder)
  } finally {
    await client.end()
  }
}

function connectionSentence(ownerUrl: string, error: Error): string {
  const { host, pathname, username } = new URL(ownerUrl)
  const database = decodeURIComponent(pathname.slice(1)) || username
  const code = 'code' in error ? error.code : undefined
  if (code === '28P01' || code === '28000') {
    return `PostgreSQL at ${host} does not let user ${username} in (${error.message}). Check the user and password in DATABASE_URL.`
  }
  if (code === '3D000')
    return `PostgreSQL at ${host} has no database "${database}". Create it, encoded as UTF8: CREATE DATABASE "${database}" ENCODING 'UTF8'.`
  return `Cannot connect to PostgreSQL at ${host} (${error.message || code}). Check that it runs and that DATABASE_URL points to it.`
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } =
    await client.query(`select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
    current_setting('server_encoding') as encoding, current_database() as database`)
  const { number, version, encoding, database } = rows[0]
  // 15 is the level of SQL that the migrations are written in, and the first that lets nobody but the owner create tables.
  if (number < 150_000)
    throw new Error(`This is PostgreSQL ${version}; Handslag needs version 15 or later. Upgrade it, or point DATABASE_URL to a newer one.`)
  if (encoding !== 'UTF8') {
    throw new Error(
      `Database "${database}" is encoded as ${encoding}; Handslag needs UTF8. ` +
        "Make one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
    )
  }
}

/** Roles belong to the whole server, so another database's migration may be making the same one at this moment. */
async function ensureApplicationRole(client: pg.Client): Promise<void> {
  try {
    await client.query(`do $$ begin
      if not exists (select from pg_roles where rolname = '${applicationRole}') then
        create role ${applicationRole} nologin nosuperuser nocreatedb nocreaterole nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then null;
    end $$`)
    if (!(await mayActAsApplication(client))) await client.query(`grant ${applicationRole} to current_user`)
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error // insufficient_privilege
    const { rows } = await client.query('select current_user as name')
    throw new Error(
      `User ${rows[0].name} may not make or use the role ${applicationRole}. Let an administrator run: ` +
        `CREATE ROLE ${applicationRole} NOLOGIN (where it is absent); GRANT ${applicationRole} TO "${rows[0].name}".`,
      { cause: error },
    )
  }
  const { rows } = await client.query(
    'select from pg_roles where rolname = $1 and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)',
    [applicationRole],
  )
  if (rows.length > 0) {
    throw new Error(
      `The role ${applicationRole} has more rights than the application may have. Run: ` +
        `ALTER ROLE ${applicationRole} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB.`,
    )
  }
}

async function mayActAsApplication(client: pg.Client): Promise<boolean> {
  try {
    await client.query(`set role ${applicationRole}`)
    await client.query('reset role')
    return true
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return false
    throw error
  }
}

/** Drizzle looks only at the time of the last migration it ran: one that was changed, or merged late, would be passed over in silence. */
async function checkApplied(client: pg.Client, migrationsFolder: string): Promise<void> {
  const { rows } = await client.query('select hash from drizzle.__drizzle_migrations')
  const applied = new Set(rows.map((row) => row.hash))
  const known = readMigrationFiles({ migrationsFolder })
  const missing = known.filter((migration) => !applied.has(migration.hash))
  if (missing.length === 0 && applied.size > known.length)
    throw new Error('This database has had migrations that this version does not know: a newer version ran on it. Start that one.')
  if (missing.length === 0) return
  const made = missing.map((migration) => new Date(migration.folderMillis).toISOString()).join(', ')
  throw new Error(
    `This database has not had the migrations made at ${made} (see migrations/meta/_journal.json): ` +
      'they were changed after they ran here, or are older than one that ran. ' +
      'Restore the files as they were and put the change in a new migration.',
  )
}
