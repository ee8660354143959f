import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { applicationRole, connectionConfig } from './database.ts'

/**
 * Makes the login of the application on the server of `ownerUrl` (a superuser's, already migrated), and gives the URL with which it logs
 * in. It can do nothing but act as `handslag_app`. Its password is a new one each time and kept nowhere, so it is one process's: that of
 * the embedded server, or a test's under a name of its own.
 */
export async function applicationLogin(ownerUrl: string, login = 'handslag_login'): Promise<string> {
  const password = randomBytes(24).toString('hex')
  const client = new pg.Client({ ...connectionConfig(ownerUrl, {}), connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined) // a lost connection fails the query that uses it
  await client.connect()
  try {
    // One at a time: two that alter a role at once hinder each other.
    await client.query(`select pg_advisory_lock(hashtextextended('handslag:login', 0))`)
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [login])
    // A password is part of the statement, not a parameter; this one is hexadecimal. It stays out of PostgreSQL's log.
    await client.query(`set log_statement = 'none'`)
    await client.query(
      `${rowCount ? 'alter' : 'create'} role ${login} login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls
        password '${password}'`,
    )
    await client.query(`grant ${applicationRole} to ${login}`)
  } finally {
    await client.end()
  }
  const url = new URL(ownerUrl)
  url.username = login
  url.password = password
  return url.href
}
