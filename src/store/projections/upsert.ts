import { getTableName } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { exchangeClosings, exchangeReflections } from '../tables/exchange.ts'
import { findings } from '../tables/inquiry.ts'
import { snapshots } from '../tables/ledger.ts'
import { networkIdentities } from '../tables/network.ts'
import { acknowledgements, messages, positionAnswers, positionStatements } from '../tables/organisation.ts'
import { participants, versions } from '../tables/version.ts'

/** Tables for reading in which nothing is ever written again, because it was adopted or stated: the application's role may only insert. */
export const writtenOnce: ReadonlySet<PgTable> = new Set([
  versions,
  participants,
  snapshots,
  positionStatements,
  networkIdentities,
  acknowledgements,
  positionAnswers,
  messages,
  findings,
  exchangeReflections,
  exchangeClosings,
])

const keyColumns = (table: PgTable) => {
  const { primaryKeys, columns } = getTableConfig(table)
  return primaryKeys[0]?.columns ?? columns.filter((column) => column.primary)
}

/** The key of a row, as text: equal for two rows exactly where they are the same row of the table. */
export const keyOf = (table: PgTable, row: Record<string, unknown>): string =>
  JSON.stringify(keyColumns(table).map((column) => row[column.name]))

/** The columns that are written: of the others PostgreSQL makes the value itself. */
export const writtenColumns = (table: PgTable) => getTableConfig(table).columns.filter(({ generated }) => generated === undefined)

/** `insert … on conflict (key) do update` of rows given as one JSON parameter: the same statement for any number of rows. */
export function upsert(table: PgTable, parameter: string): string {
  const columns = writtenColumns(table)
  const keys = keyColumns(table)
  const name = `"${getTableName(table)}"`
  const list = columns.map((column) => `"${column.name}"`).join(', ')
  const insert = `insert into ${name} (${list}) select ${list} from jsonb_populate_recordset(null::${name}, ${parameter}::jsonb)`
  if (writtenOnce.has(table)) return insert
  const sets = columns.filter((column) => !keys.some((key) => key.name === column.name)).map(({ name }) => `"${name}" = excluded."${name}"`)
  return `${insert} on conflict (${keys.map((key) => `"${key.name}"`).join(', ')}) do update set ${sets.join(', ')}`
}
