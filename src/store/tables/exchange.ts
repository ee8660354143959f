import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { placementStates } from '../../domain/exchange/placement.ts'
import { doc, oneOf } from './columns.ts'
import { networks } from './network.ts'
import { organisations } from './organisation.ts'

/** Programmes in which people of organisations visit each other; a programme is a stream that hangs under a network. */
export const exchangeProgrammes = pgTable(
  'exchange_programmes',
  {
    id: uuid('id').primaryKey(),
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    title: text('title').notNull(),
    doc,
  },
  (table) => [index('exchange_programmes_network').on(table.networkId, table.id)],
)

const programmeId = () =>
  uuid('programme_id')
    .notNull()
    .references(() => exchangeProgrammes.id)

export const exchangeEnrolments = pgTable(
  'exchange_enrolments',
  {
    programmeId: programmeId(),
    id: uuid('id').notNull(),
    roundNumber: integer('round_number').notNull(),
    personId: uuid('person_id').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    withdrawn: boolean('withdrawn').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.programmeId, table.id] }),
    // Each person once in a round.
    uniqueIndex('exchange_enrolments_once').on(table.programmeId, table.roundNumber, table.personId).where(sql`not withdrawn`),
    index('exchange_enrolments_round').on(table.programmeId, table.roundNumber, table.id),
  ],
)

/** Who would visit whom, as it was worked out last for a round. */
export const exchangeMatchings = pgTable(
  'exchange_matchings',
  { programmeId: programmeId(), roundNumber: integer('round_number').notNull(), doc },
  (table) => [primaryKey({ columns: [table.programmeId, table.roundNumber] })],
)

export const exchangePlacements = pgTable(
  'exchange_placements',
  {
    programmeId: programmeId(),
    id: uuid('id').notNull(),
    roundNumber: integer('round_number').notNull(),
    reverseId: uuid('reverse_id').notNull(),
    guestOrganisationId: uuid('guest_organisation_id').notNull(),
    hostOrganisationId: uuid('host_organisation_id').notNull(),
    state: text('state').notNull(),
    // The last day of its week: after it, what was not held did not take place.
    lastOn: text('last_on').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.programmeId, table.id] }),
    index('exchange_placements_round').on(table.programmeId, table.roundNumber, table.id),
    check('exchange_placements_state', oneOf('state', placementStates)),
  ],
)

/** What guest and host contact say of a placement: a row is never changed. */
export const exchangeReflections = pgTable(
  'exchange_reflections',
  {
    programmeId: programmeId(),
    id: uuid('id').notNull(),
    placementId: uuid('placement_id').notNull(),
    personId: uuid('person_id').notNull(),
    followUpOn: text('follow_up_on'),
    followUpWithId: uuid('follow_up_with_id'),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.programmeId, table.id] }),
    uniqueIndex('exchange_reflections_once').on(table.programmeId, table.placementId, table.personId),
    index('exchange_reflections_follow_up').on(table.personId, table.followUpOn).where(sql`follow_up_on is not null`),
    index('exchange_reflections_follow_up_with').on(table.followUpWithId, table.followUpOn).where(sql`follow_up_with_id is not null`),
  ],
)

/** The meetings with which rounds of a programme closed, and what came of them: a row is never changed. */
export const exchangeClosings = pgTable(
  'exchange_closings',
  { programmeId: programmeId(), roundNumber: integer('round_number').notNull(), doc },
  (table) => [primaryKey({ columns: [table.programmeId, table.roundNumber] })],
)
