import { hash } from 'node:crypto'
import { type Placeholder, type SQL, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import type { Instant } from '../domain/time.ts'
import { connection } from './transaction.ts'

export type Queries = Pick<pg.Pool, 'query'>

/**
 * The database, and its clock: `clock.aheadMs` moves it forward, in whole milliseconds. It is 0 but for a demonstration on loopback,
 * where fourteen days of grace have to pass within a minute.
 *
 * `query` and `db` belong to the transaction that is going on (`within`), and see what its actor may see; outside of one they see what
 * anybody may. `pool` is beside every transaction: for the one read that carries in its statement who may read it.
 */
export type Database = Queries & {
  pool: pg.Pool
  db: NodePgDatabase
  clock: { aheadMs: number }
  close(): Promise<void>
}

/** The moment of reading or recording, by the clock of the database: one for all processes. */
export const clockNow = ({ clock }: Pick<Database, 'clock'>): SQL<Instant> => clockAhead(clock.aheadMs)

/** The same with the milliseconds as a value or as a placeholder of a prepared statement. */
export const clockAhead = (ms: number | Placeholder): SQL<Instant> =>
  sql<Instant>`(clock_timestamp() + ${ms}::bigint * interval '1 millisecond')`

/** The role that every connection of the application acts as: it owns nothing, so it can neither alter tables nor rewrite history. */
export const applicationRole = 'handslag_app'

const applicationSettings = {
  role: applicationRole,
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  // A request that takes longer than 5 s has lost its caller; one that waits longer than 2 s for a lock is told to try again.
  statement_timeout: '5s',
  lock_timeout: '2s',
  // Longer than any action thinks between two statements: what exceeds it has hung while it holds locks.
  idle_in_transaction_session_timeout: '10s',
  application_name: 'handslag',
}

/**
 * Opens a pool whose connections act as `handslag_app`, in UTC, with time limits. Values arrive in the shapes of `valueParsers`.
 * The user of `url` must be a member of that role (migrate grants it). Connects on first use; `close` waits for running queries.
 */
export function openDatabase(url: string, { max = 10, patienceMs = 2_000 }: { max?: number; patienceMs?: number } = {}): Database {
  const pool = new pg.Pool({
    ...connectionConfig(url, applicationSettings),
    Client: ApplicationClient,
    types: valueParsers,
    // One process saturates two cores of PostgreSQL with 10; ten processes then stay within its default of 100 connections.
    max,
    // Waiting for a free or a new connection; after 2 s it is better to answer "unavailable" than to queue. A new one can take a second
    // on a server that is busy.
    connectionTimeoutMillis: patienceMs,
    // Longer than the 5 s after which PostgreSQL itself ends a statement: who then still hears nothing has lost the connection.
    query_timeout: 7_000,
    // What is asked on one connection goes out at once, and is answered in order: `inOneGo` waits once for several statements.
    pipeline: true,
    keepAlive: true,
  })
  // A lost connection is reported to whoever uses it next. Without a listener Node would end the process, for an idle and a busy one alike.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const query = (async (...query: Parameters<pg.Pool['query']>) => ((await connection(pool)) ?? pool).query(...query)) as pg.Pool['query']
  const db = drizzle({ client: { query: (asked: pg.QueryConfig, values: unknown[]) => query(named(asked), values) } as pg.Pool })
  return { pool, query, db, clock: { aheadMs: 0 }, close: () => pool.end() }
}

/**
 * Gives what Drizzle builds a name, by which PostgreSQL need not plan it anew each time: the policies of row-level security give it much to
 * plan. A page of a list has none: it is planned for its length, without which PostgreSQL would rather sort the whole list.
 * Values are never part of a text, so there are as many names as the code has statements.
 */
const named = (asked: pg.QueryConfig): pg.QueryConfig =>
  isPage.test(asked.text) ? asked : { ...asked, name: asked.name ?? nameOf(asked.text) }

const isPage = / limit \$\d/

const names = new Map<string, string>()

// 32 hexadecimal digits: no two texts share them, and PostgreSQL keeps 63 characters of a name.
function nameOf(text: string): string {
  const name = names.get(text) ?? hash('sha256', text, 'hex').slice(0, 32)
  names.set(text, name)
  return name
}

/** Does something while no other process does anything of this name: an advisory lock, held by a connection of its own. */
export async function alone<T>({ pool }: Database, name: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query(`set lock_timeout = '60s'; set statement_timeout = '60s'`)
    const wait = { text: 'select pg_advisory_lock(hashtextextended($1, 0))', values: [name], query_timeout: 60_000 }
    await client.query(wait)
    return await work()
  } finally {
    // The connection goes, and the lock with it.
    client.release(true)
  }
}

/**
 * A node-postgres configuration with server settings for the session. Those win over `?options=` in the URL, which is kept
 * (some hosts route on it) but could otherwise turn off the role.
 */
export function connectionConfig(url: string, settings: Record<string, string>): pg.ClientConfig {
  // Said without the URL, which holds a password.
  if (!URL.canParse(url))
    throw new Error('The database URL is not one: write postgres://user:password@host:5432/database, with % escapes in the password.')
  const parsed = new URL(url)
  const own = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)
  const options = [parsed.searchParams.get('options'), ...own].filter(Boolean).join(' ')
  parsed.searchParams.delete('options')
  return { connectionString: parsed.href, options }
}

/**
 * What PostgreSQL's answers look like in the program: timestamptz as '2026-11-22T01:02:03.004Z' (exactly milliseconds; finer digits
 * are cut off), date as 'YYYY-MM-DD', int8 as number, and arrays of these. A value that does not fit (infinity, a year beyond 9999,
 * an integer beyond 2^53 - 1) throws: a wrong value would go unnoticed into digests and cursors.
 */
export const valueParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    ownParsers[oid] ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

type Parser = (text: string) => unknown
const textArrayId: number = 1009
const textArray: (text: string) => (string | null)[] = pg.types.getTypeParser(textArrayId)
const arrayOf =
  (parse: Parser): Parser =>
  (text) =>
    textArray(text).map((item) => (item === null ? null : parse(item)))

// The numbers are the fixed type ids of pg_type.dat: 20 int8, 1016 int8[], 1082 date, 1182 date[], 1184 timestamptz, 1185 timestamptz[].
const ownParsers: Record<number, Parser> = {
  20: parseInteger,
  1016: arrayOf(parseInteger),
  1082: parseDate,
  1182: arrayOf(parseDate),
  1184: parseInstant,
  1185: arrayOf(parseInstant),
}

function parseInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`The database holds the integer ${text}, which a number cannot hold exactly`)
  return value
}

function parseDate(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text))
    throw new RangeError(`The database holds the date '${text}', which is not between the years 1 and 9999`)
  return text
}

function parseInstant(text: string): string {
  const [, day, time, fraction = ''] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text) ?? []
  if (!day) throw new RangeError(`The database holds the time '${text}', which is not a UTC instant between the years 1 and 9999`)
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
}

/**
 * Drizzle brings type parsers of its own with each query, which leave times in PostgreSQL's notation. Here `valueParsers` always holds.
 * What is asked in one turn goes out in one piece: writing to a socket costs more than most of what is asked.
 */
class ApplicationClient extends pg.Client {}
ApplicationClient.prototype.query = function (this: pg.Client, query: unknown, ...rest: unknown[]) {
  const { stream } = this.connection
  stream.cork()
  process.nextTick(() => stream.uncork())
  const isConfig = typeof query === 'object' && query !== null && 'types' in query && !('submit' in query)
  const plainQuery = pg.Client.prototype.query as (...parameters: unknown[]) => unknown
  return plainQuery.call(this, isConfig ? { ...query, types: undefined } : query, ...rest)
} as typeof pg.Client.prototype.query

const unavailable =
  /^(08...|28...|3D000|55000|57P0.|57014|53...|55P03|25006|25P03|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/
const conflict = /^(23505|23P01|23503|40001|40P01)$/
const invalid = /^(22...|23514)$/
// What node-postgres itself says, without a code, when the connection is gone or does not come.
const connectionLost =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/

/**
 * What an error of the database means to the caller, by SQLSTATE (PostgreSQL manual, appendix A), also where Drizzle has wrapped it:
 * `unavailable` try again later, `conflict` somebody else was first, `invalid` a value the database refuses; undefined: our own fault.
 * After `unavailable` during a commit it is unknown whether that happened.
 */
export function databaseProblem(error: unknown): 'unavailable' | 'conflict' | 'invalid' | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (unavailable.test(code) || connectionLost.test(error.message)) return 'unavailable'
  if (conflict.test(code)) return 'conflict'
  if (invalid.test(code)) return 'invalid'
  return databaseProblem(error.cause)
}
