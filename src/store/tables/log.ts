import { sql } from 'drizzle-orm'
import { bigint, check, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

/*
 * The log: a Merkle tree over every entry of the ledger, whatever its stream (docs/architecture.md#proof). The application adds here, and
 * can neither update nor delete.
 */

/** The entries of the ledger in the order in which the log took them, from 0 without gaps. */
export const logEntries = pgTable(
  'log_entries',
  {
    position: bigint('position', { mode: 'number' }).primaryKey(),
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [uniqueIndex('log_entries_entry').on(table.streamId, table.revision), check('log_entries_position', sql`position >= 0`)],
)

/** The hashes of complete subtrees, leaves at level 0: what proofs are made of. A node never changes. */
export const logNodes = pgTable(
  'log_nodes',
  { level: integer('level').notNull(), index: bigint('index', { mode: 'number' }).notNull(), hash: text('hash').notNull() },
  (table) => [primaryKey({ columns: [table.level, table.index] })],
)

/** What the registry signed: so many entries, with this root. */
export const checkpoints = pgTable('checkpoints', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  root: text('root').notNull(),
  jws: text('jws').notNull(),
  at: moment('at').notNull(),
})

/** What the registry signed when somebody bound a party: the receipt that they were given, for those at the table. */
export const receipts = pgTable(
  'receipts',
  { agreementId: uuid('agreement_id').notNull(), revision: integer('revision').notNull(), jws: text('jws').notNull() },
  (table) => [primaryKey({ columns: [table.agreementId, table.revision] })],
)
