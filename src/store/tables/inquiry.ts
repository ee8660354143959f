import { sql } from 'drizzle-orm'
import { boolean, check, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { findingKinds, inquiryStates } from '../../domain/inquiry.ts'
import { recommendationStatuses } from '../../domain/recommendation.ts'
import { recommendationLevels } from '../../domain/reflection.ts'
import { doc, oneOf } from './columns.ts'
import { networks } from './network.ts'

/** The appreciative inquiries of networks: each is a stream that hangs under its network. */
export const inquiries = pgTable(
  'inquiries',
  {
    id: uuid('id').primaryKey(),
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    state: text('state').notNull(),
    doc,
  },
  (table) => [index('inquiries_network').on(table.networkId, table.id), check('inquiries_state', oneOf('state', inquiryStates))],
)

const inquiryId = () =>
  uuid('inquiry_id')
    .notNull()
    .references(() => inquiries.id)

/** Who sits in an inquiry, or did: one row for a person. */
export const inquirySeats = pgTable(
  'inquiry_seats',
  { inquiryId: inquiryId(), id: uuid('id').notNull(), here: boolean('here').notNull(), doc },
  (table) => [primaryKey({ columns: [table.inquiryId, table.id] })],
)

export const findings = pgTable(
  'findings',
  { inquiryId: inquiryId(), id: uuid('id').notNull(), kind: text('kind').notNull(), doc },
  (table) => [primaryKey({ columns: [table.inquiryId, table.id] }), check('findings_kind', oneOf('kind', findingKinds))],
)

/** The recommendations of networks: each is a stream that hangs under its network. `based_on` is shown by its lineage alone. */
export const recommendations = pgTable(
  'recommendations',
  {
    id: uuid('id').primaryKey(),
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    level: text('level').notNull(),
    status: text('status').notNull(),
    addresseeId: uuid('addressee_id').notNull(),
    addresseePersonId: uuid('addressee_person_id'),
    basedOn: jsonb('based_on').notNull(),
    doc,
  },
  (table) => [
    index('recommendations_network').on(table.networkId, table.id),
    // What waits for an organisation or somebody of it.
    index('recommendations_open').on(table.addresseeId, table.id).where(sql`status = 'open'`),
    check('recommendations_level', oneOf('level', recommendationLevels)),
    check('recommendations_status', oneOf('status', recommendationStatuses)),
  ],
)
