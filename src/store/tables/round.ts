import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { contributionKinds } from '../../domain/contribution.ts'
import { meetingStates } from '../../domain/meeting/meeting.ts'
import { pulseKinds } from '../../domain/pulse.ts'
import { roundStates } from '../../domain/round.ts'
import { positions } from '../../domain/stance.ts'
import { agreementId } from './agreement.ts'
import { doc, moment, oneOf } from './columns.ts'

export const rounds = pgTable(
  'rounds',
  { agreementId: agreementId(), number: integer('number').notNull(), state: text('state').notNull(), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.number] }),
    uniqueIndex('rounds_one_open').on(table.agreementId).where(sql`state <> 'closed'`),
    check('rounds_state', oneOf('state', roundStates)),
    check('rounds_number', sql`number >= 1`),
  ],
)

/** The columns of what lives in one round. */
const inRound = () => ({ agreementId: agreementId(), roundNumber: integer('round_number').notNull(), id: uuid('id').notNull() })

export const impasses = pgTable('impasses', { ...inRound(), doc }, (table) => [primaryKey({ columns: [table.agreementId, table.id] })])

export const contributions = pgTable(
  'contributions',
  // What it came from is of another stream, which may be made anew after this one: no reference.
  { ...inRound(), kind: text('kind').notNull(), partyId: uuid('party_id').notNull(), originId: uuid('origin_id'), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('contributions_origin').on(table.originId, table.agreementId).where(sql`origin_id is not null`),
    index('contributions_round').on(table.agreementId, table.roundNumber, table.id),
    check('contributions_kind', oneOf('kind', contributionKinds)),
  ],
)

export const hearings = pgTable('hearings', { ...inRound(), partyId: uuid('party_id').notNull(), doc }, (table) => [
  primaryKey({ columns: [table.agreementId, table.id] }),
  index('hearings_round').on(table.agreementId, table.roundNumber, table.id),
])

export const stances = pgTable(
  'stances',
  { ...inRound(), partyId: uuid('party_id').notNull(), position: text('position').notNull(), mandateId: uuid('mandate_id').notNull(), doc },
  (table) => [
    // One stance per party and round, whoever of its representatives takes it.
    primaryKey({ columns: [table.agreementId, table.roundNumber, table.partyId] }),
    check('stances_position', oneOf('position', positions)),
  ],
)

export const meetings = pgTable(
  'meetings',
  { ...inRound(), state: text('state').notNull(), startsAt: moment('starts_at').notNull(), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('meetings_start').on(table.agreementId, table.startsAt, table.id),
    // Whose guests were at a meeting, by their organisation.
    index('meetings_guests').using('gin', sql`(doc->'guests') jsonb_path_ops`).where(sql`doc ? 'guests'`),
    check('meetings_state', oneOf('state', meetingStates)),
  ],
)

export const reflections = pgTable('reflections', { ...inRound(), partyId: uuid('party_id').notNull(), doc }, (table) => [
  primaryKey({ columns: [table.agreementId, table.id] }),
  // Each party reflects once.
  uniqueIndex('reflections_once').on(table.agreementId, table.roundNumber, table.partyId),
])

/** What may be shown of the pulses of closed rounds and meetings: averages, and never an answer (docs/domain.md#pulse). */
export const pulses = pgTable(
  'pulses',
  {
    agreementId: agreementId(),
    id: text('id').notNull(),
    kind: text('kind').notNull(),
    takenAt: moment('taken_at').notNull(),
    shownAt: moment('shown_at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('pulses_taken').on(table.agreementId, table.takenAt, table.id),
    check('pulses_kind', oneOf('kind', pulseKinds)),
  ],
)
