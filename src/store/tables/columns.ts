import { sql } from 'drizzle-orm'
import { customType, jsonb, timestamp } from 'drizzle-orm/pg-core'

// Milliseconds, like every moment in the program: microseconds would be lost on the way and cursors would skip rows.
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'string' })

/** A text as it is searched: PostgreSQL makes it as the row is written, because making it while one searches takes longer than searching. */
export const searchable = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** A constraint: the database knows the same words as the rules. */
export const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`"${column}" in (${values.map((value) => `'${value}'`).join(', ')})`)

/** In the tables for reading, what the API answers with; the columns beside it are what is filtered, ordered and constrained. */
export const doc = jsonb('doc').notNull()
