import { sql } from 'drizzle-orm'
import { jsonb, timestamp } from 'drizzle-orm/pg-core'

// Milliseconds, like every moment in the program: microseconds would be lost on the way and cursors would skip rows.
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'string' })

/** A constraint: the database knows the same words as the rules. */
export const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`"${column}" in (${values.map((value) => `'${value}'`).join(', ')})`)

/** In the tables for reading, what the API answers with; the columns beside it are what is filtered, ordered and constrained. */
export const doc = jsonb('doc').notNull()
