import { sql } from 'drizzle-orm'
import { check, index, integer, json, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { kinds } from '../../domain/adoption.ts'
import { commitmentStates } from '../../domain/commitment.ts'
import { involvements } from '../../domain/party.ts'
import { agreementId } from './agreement.ts'
import { doc, moment, oneOf } from './columns.ts'

export const versions = pgTable(
  'versions',
  {
    agreementId: agreementId(),
    number: integer('number').notNull(),
    adoptedAt: moment('adopted_at').notNull(),
    textDigest: text('text_digest').notNull(),
    subjects: text('subjects').array().notNull(),
    // `json` is kept as text: reading what is in force sends it on as it is, without parsing it.
    doc: json('doc').notNull(),
  },
  (table) => [primaryKey({ columns: [table.agreementId, table.number] }), check('versions_number', sql`number >= 1`)],
)

/** Which organisations take part in a version in one of its periods, found by organisation: a row is never changed. */
export const participants = pgTable(
  'participants',
  {
    agreementId: agreementId(),
    periodId: text('period_id').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    involvement: text('involvement').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.periodId, table.organisationId] }),
    index('participants_organisation').on(table.organisationId, table.agreementId, table.periodId),
    check('participants_kind', oneOf('kind', kinds)),
    check('participants_involvement', oneOf('involvement', involvements)),
  ],
)

/**
 * Which version holds when, and since when that was known. A row is never changed but for `replaced_at`, when it was known otherwise.
 * An exclusion constraint (in the migration: Drizzle has no word for it) keeps the periods of one agreement apart on both axes.
 */
export const inForce = pgTable(
  'in_force',
  {
    agreementId: agreementId(),
    id: text('id').notNull(),
    version: integer('version').notNull(),
    fromAt: moment('from_at').notNull(),
    untilAt: moment('until_at').notNull(),
    knownAt: moment('known_at').notNull(),
    replacedAt: moment('replaced_at'),
    // Who takes part in it, and the annexes that are in effect: none in nearly all rows. Sent on as it is, like the version.
    organisationIds: uuid('organisation_ids').array().notNull(),
    annexes: json('annexes'),
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    check('in_force_period', sql`from_at < until_at`),
    index('in_force_now').on(table.agreementId, table.fromAt).where(sql`replaced_at is null`),
  ],
)

export const commitments = pgTable(
  'commitments',
  {
    agreementId: agreementId(),
    version: integer('version').notNull(),
    id: uuid('id').notNull(),
    ownerPartyId: uuid('owner_party_id').notNull(),
    proposalId: uuid('proposal_id'),
    state: text('state').notNull(),
    dueOn: text('due_on'),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.version, table.id] }),
    index('commitments_proposal').on(table.agreementId, table.proposalId).where(sql`proposal_id is not null`),
    check('commitments_state', oneOf('state', commitmentStates)),
  ],
)
