import { boolean, integer, json, jsonb, pgView, text, uuid } from 'drizzle-orm/pg-core'
import { moment, searchable } from './columns.ts'

/*
 * Views of the owner's, which row-level security does not narrow: what its policies look up, and what the one read that carries its own
 * predicate reads (migrations, docs/architecture.md#two-walls).
 */

/** Which organisation sits at which table. */
export const seats = pgView('seats', {
  agreementId: uuid('agreement_id').notNull(),
  organisationId: uuid('organisation_id').notNull(),
}).existing()

/** Which organisation is in which network. */
export const memberships = pgView('memberships', {
  networkId: uuid('network_id').notNull(),
  organisationId: uuid('organisation_id').notNull(),
}).existing()

/** Under which network a stream hangs, for those that do: who is in the network has a part in it. */
export const circles = pgView('circles', { id: uuid('id').notNull(), networkId: uuid('network_id').notNull() }).existing()

/** The social map as it is searched, for everybody whom the registry knows: under a policy PostgreSQL would search without its indexes. */
export const findable = pgView('findable', {
  organisationId: uuid('organisation_id').notNull(),
  name: text('name').notNull(),
  subjects: text('subjects').array().notNull(),
  search: searchable('search'),
}).existing()

/** Which organisation said of which statement that it understands it; what they said beside is for those two. */
export const acknowledged = pgView('acknowledged', {
  organisationId: uuid('organisation_id').notNull(),
  id: uuid('id').notNull(),
  aboutId: uuid('about_id').notNull(),
  number: integer('number').notNull(),
  at: moment('at').notNull(),
}).existing()

/** What the people of the acting organisation acknowledged as guests of meetings at tables where it does not sit. */
export const guests = pgView('guests', {
  agreementId: uuid('agreement_id').notNull(),
  personId: uuid('person_id').notNull(),
  doc: jsonb('doc').notNull(),
}).existing()

/** What decides who may read the versions of an agreement: `publications`, for all to see. */
export const publicationsOfAll = pgView('publications_of_all', {
  agreementId: uuid('agreement_id').notNull(),
  visibility: text('visibility').notNull(),
  networkId: uuid('network_id'),
  adopted: boolean('adopted').notNull(),
}).existing()

/** Every period in which an adopted version holds, with the version and the annexes that are in effect. */
export const versionPeriods = pgView('version_periods', {
  agreementId: uuid('agreement_id').notNull(),
  fromAt: moment('from_at').notNull(),
  untilAt: moment('until_at').notNull(),
  knownAt: moment('known_at').notNull(),
  replacedAt: moment('replaced_at'),
  number: integer('number').notNull(),
  doc: json('doc').notNull(),
  annexes: json('annexes'),
}).existing()
