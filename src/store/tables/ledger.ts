import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

/* The ledger: what happened. The application inserts here, and can neither update nor delete (migrations grant no more). */

/** One entry per event. `hash` covers the entry, the hash before it and the salted digest of its payload (docs/architecture.md#ledger). */
export const ledger = pgTable(
  'ledger',
  {
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    streamType: text('stream_type').notNull(),
    type: text('type').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    actorId: text('actor_id').notNull(),
    organisationId: uuid('organisation_id'),
    mandateId: uuid('mandate_id'),
    payloadDigest: text('payload_digest').notNull(),
    previousHash: text('previous_hash').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.streamId, table.revision] }),
    uniqueIndex('ledger_hash').on(table.hash),
    check('ledger_revision', sql`revision >= 1`),
  ],
)

/** What each entry says, with the salt of its digest. Kept apart, so that personal data can be erased and the chain still verifies. */
export const ledgerPayloads = pgTable(
  'ledger_payloads',
  {
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    salt: text('salt').notNull(),
    payload: jsonb('payload').notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.revision] })],
)

/** The head of each stream: what deciding needs. It, the snapshots and the tables for reading can be rebuilt from the ledger. */
export const streams = pgTable('streams', {
  id: uuid('id').primaryKey(),
  type: text('type').notNull(),
  revision: integer('revision').notNull(),
  recordedAt: moment('recorded_at').notNull(),
  hash: text('hash').notNull(),
  state: jsonb('state').notNull(),
})

/** The state at the opening of each round: where looking back starts, so that it costs one round and not all. */
export const snapshots = pgTable(
  'snapshots',
  {
    streamId: uuid('stream_id').notNull(),
    revision: integer('revision').notNull(),
    recordedAt: moment('recorded_at').notNull(),
    state: jsonb('state').notNull(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.revision] }), index('snapshots_recorded').on(table.streamId, table.recordedAt)],
)

/** What was recorded and is not in the log yet: emptied by the sequencer, filled with each entry. */
export const logQueue = pgTable(
  'log_queue',
  { streamId: uuid('stream_id').notNull(), revision: integer('revision').notNull(), hash: text('hash').notNull() },
  (table) => [primaryKey({ columns: [table.streamId, table.revision] })],
)

/**
 * What was answered to a request that carried an Idempotency-Key, kept for seven days: who sends it again gets it again. Written in the
 * transaction of what the request did. `stream_ids` are those that were changed and that the caller could read then.
 */
export const answers = pgTable(
  'answers',
  {
    callerId: text('caller_id').notNull(),
    key: text('key').notNull(),
    requestDigest: text('request_digest').notNull(),
    at: moment('at').notNull(),
    status: integer('status'),
    headers: jsonb('headers'),
    body: text('body'),
    streamIds: uuid('stream_ids').array(),
  },
  (table) => [
    primaryKey({ columns: [table.callerId, table.key] }),
    index('answers_at').on(table.at),
    // By it an erasure finds what was answered.
    index('answers_streams').using('gin', table.streamIds),
  ],
)
