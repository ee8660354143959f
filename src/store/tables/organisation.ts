import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { kinds } from '../../domain/adoption.ts'
import { identifierSchemes } from '../../domain/organisation.ts'
import { doc, moment, oneOf, searchable } from './columns.ts'

export const organisations = pgTable('organisations', { id: uuid('id').primaryKey(), name: text('name').notNull(), doc }, (table) => [
  index('organisations_name').on(table.name, table.id),
])

export const organisationIdentifiers = pgTable(
  'organisation_identifiers',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    scheme: text('scheme').notNull(),
    value: text('value').notNull(),
    current: boolean('current').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.scheme, table.value] }),
    // Other schemes have no issuer who keeps numbers apart.
    uniqueIndex('organisation_identifiers_once').on(table.scheme, table.value).where(sql`current and scheme <> 'other'`),
    check('organisation_identifiers_scheme', oneOf('scheme', identifierSchemes)),
  ],
)

export const people = pgTable(
  'people',
  {
    id: uuid('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    here: boolean('here').notNull(),
    doc,
  },
  (table) => [
    index('people_organisation').on(table.organisationId, table.id),
    index('people_here').on(table.organisationId, table.id).where(sql`here`),
  ],
)

export const applications = pgTable(
  'applications',
  {
    id: uuid('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    doc,
  },
  (table) => [index('applications_organisation').on(table.organisationId, table.id)],
)

/** Whose token is whose: the account of a person, or of an application (`authorities` or `scopes` tell what it may do). */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    organisationId: uuid('organisation_id').notNull(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    active: boolean('active').notNull(),
    authorities: text('authorities').array().notNull(),
    scopes: text('scopes').array().notNull(),
  },
  (table) => [
    uniqueIndex('accounts_once').on(table.issuer, table.subject).where(sql`active`),
    check('accounts_kind', oneOf('kind', ['person', 'application'])),
  ],
)

export const desks = pgTable(
  'desks',
  {
    id: uuid('id').primaryKey(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    open: boolean('open').notNull(),
    doc,
  },
  (table) => [
    index('desks_organisation').on(table.organisationId, table.id),
    index('desks_open').on(table.organisationId, table.id).where(sql`open`),
  ],
)

/** The social map: a row for each organisation, in the order in which it is read. A search looks in what is made of `words`. */
export const socialMap = pgTable(
  'social_map',
  {
    organisationId: uuid('organisation_id')
      .primaryKey()
      .references(() => organisations.id),
    name: text('name').notNull(),
    subjects: text('subjects').array().notNull(),
    words: text('words').notNull(),
    search: searchable('search').generatedAlwaysAs(sql`to_tsvector('dutch', words) || to_tsvector('simple', words)`),
    doc,
  },
  (table) => [
    index('social_map_name').on(table.name, table.organisationId),
    index('social_map_subjects').using('gin', table.subjects),
    index('social_map_search').using('gin', table.search),
  ],
)

/** Texts that an organisation starts agreements from. */
export const templates = pgTable(
  'templates',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    id: uuid('id').notNull(),
    kind: text('kind').notNull(),
    open: boolean('open').notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.id] }), check('templates_kind', oneOf('kind', kinds))],
)

/** What organisations are for and not for, as they stated it: a row is never changed. */
export const positionStatements = pgTable(
  'position_statements',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    number: integer('number').notNull(),
    at: moment('at').notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.number] }), check('position_statements_number', sql`number >= 1`)],
)

/** What an organisation says back to the position of another: `organisation_id` says it, about the statement of `about_id`. */
export const acknowledgements = pgTable(
  'acknowledgements',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    id: uuid('id').notNull(),
    // Of another stream, which may be made anew after this one: no reference.
    aboutId: uuid('about_id').notNull(),
    number: integer('number').notNull(),
    at: moment('at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.organisationId, table.id] }),
    index('acknowledgements_about').on(table.aboutId, table.number, table.organisationId, table.at.desc()),
  ],
)

/** What the organisation whose position it is answers. */
export const positionAnswers = pgTable(
  'position_answers',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    acknowledgementId: uuid('acknowledgement_id').notNull(),
    toId: uuid('to_id').notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.acknowledgementId] })],
)

/** What an organisation says in private to others at a table: for itself and for those, and in no agreement's history. */
export const messages = pgTable(
  'messages',
  {
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    id: uuid('id').notNull(),
    // Of other streams, which may be made anew after this one: no references.
    agreementId: uuid('agreement_id').notNull(),
    toIds: uuid('to_ids').array().notNull(),
    doc,
  },
  (table) => [primaryKey({ columns: [table.organisationId, table.id] }), index('messages_agreement').on(table.agreementId, table.id)],
)
