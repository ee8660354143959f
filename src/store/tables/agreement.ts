import { sql } from 'drizzle-orm'
import { boolean, check, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { kinds } from '../../domain/adoption.ts'
import { visibilities } from '../../domain/agreement.ts'
import { linkKinds } from '../../domain/link.ts'
import { involvements } from '../../domain/party.ts'
import { agreementStatuses } from '../../domain/round.ts'
import { transferStates } from '../../domain/transfer.ts'
import { annexKinds } from '../../domain/version.ts'
import { doc, moment, oneOf } from './columns.ts'
import { networks } from './network.ts'
import { organisations } from './organisation.ts'

export const agreements = pgTable(
  'agreements',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    status: text('status').notNull(),
    visibility: text('visibility').notNull(),
    networkId: uuid('network_id').references(() => networks.id),
    underId: uuid('under_id'),
    // Of another stream, which may be made anew after this one: no reference.
    originId: uuid('origin_id'),
    title: text('title').notNull(),
    createdAt: moment('created_at').notNull(),
    doc,
  },
  (table) => [
    check('agreements_kind', oneOf('kind', kinds)),
    check('agreements_status', oneOf('status', agreementStatuses)),
    check('agreements_visibility', oneOf('visibility', visibilities)),
    index('agreements_network').on(table.networkId, table.id),
    index('agreements_under').on(table.underId, table.id),
    index('agreements_origin').on(table.originId, table.id).where(sql`origin_id is not null`),
  ],
)

/** What shows of an agreement to those who are not at its table: whether and to whom its adopted versions do. */
export const publications = pgTable(
  'publications',
  {
    agreementId: uuid('agreement_id')
      .primaryKey()
      .references(() => agreements.id),
    kind: text('kind').notNull(),
    visibility: text('visibility').notNull(),
    networkId: uuid('network_id'),
    // Before the first version there is nothing to show, and nobody outside learns that there is an agreement.
    adopted: boolean('adopted').notNull(),
  },
  (table) => [
    check('publications_kind', oneOf('kind', kinds)),
    check('publications_visibility', oneOf('visibility', visibilities)),
    index('publications_network').on(table.networkId, table.agreementId),
    // What everybody may read, and what the members of a network may, in the order in which it is listed.
    index('publications_public').on(table.agreementId).where(sql`adopted and visibility = 'public'`),
    index('publications_in_network').on(table.networkId, table.agreementId).where(sql`adopted and visibility = 'network'`),
  ],
)

export const agreementId = () =>
  uuid('agreement_id')
    .notNull()
    .references(() => agreements.id)

export const parties = pgTable(
  'parties',
  {
    agreementId: agreementId(),
    id: uuid('id').notNull(),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    involvement: text('involvement').notNull(),
    here: boolean('here').notNull(),
    // From then on it is here no more, without anybody having to write that.
    leavesAt: moment('leaves_at'),
    // Of its agreement: what the list of an organisation is ordered and filtered by, so that an index gives any page of it in order.
    kind: text('kind').notNull(),
    status: text('status').notNull(),
    title: text('title').notNull(),
    createdAt: moment('created_at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    // One place per organisation. It also answers first thing of every read: whether the reader sits here.
    uniqueIndex('parties_organisation').on(table.organisationId, table.agreementId).where(sql`here`),
    index('parties_created').on(table.organisationId, table.createdAt, table.agreementId).where(sql`here`),
    index('parties_title').on(table.organisationId, table.title, table.agreementId).where(sql`here`),
    // So that the few covenants or drafts among many agreements are found as fast.
    index('parties_kind_created').on(table.organisationId, table.kind, table.createdAt, table.agreementId).where(sql`here`),
    index('parties_status_created').on(table.organisationId, table.status, table.createdAt, table.agreementId).where(sql`here`),
    check('parties_involvement', oneOf('involvement', involvements)),
    check('parties_kind', oneOf('kind', kinds)),
    check('parties_status', oneOf('status', agreementStatuses)),
  ],
)

export const mandates = pgTable(
  'mandates',
  {
    agreementId: agreementId(),
    id: uuid('id').notNull(),
    partyId: uuid('party_id').notNull(),
    holderId: uuid('holder_id').notNull(),
    grantorId: uuid('grantor_id').notNull(),
    fromAt: moment('from_at').notNull(),
    untilAt: moment('until_at').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('mandates_holder').on(table.holderId, table.agreementId),
    check('mandates_not_to_self', sql`holder_id <> grantor_id`),
    check('mandates_period', sql`from_at < until_at`),
  ],
)

export const roles = pgTable(
  'roles',
  { agreementId: agreementId(), id: uuid('id').notNull(), name: text('name').notNull(), doc },
  (table) => [primaryKey({ columns: [table.agreementId, table.id] })],
)

export const transfers = pgTable(
  'transfers',
  {
    agreementId: agreementId(),
    id: uuid('id').notNull(),
    roleId: uuid('role_id').notNull(),
    toPersonId: uuid('to_person_id').notNull(),
    state: text('state').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    index('transfers_role').on(table.agreementId, table.roleId, table.id),
    // What waits for a person's answer, wherever it is.
    index('transfers_offered').on(table.toPersonId, table.agreementId).where(sql`state = 'offered'`),
    check('transfers_state', oneOf('state', transferStates)),
  ],
)

/** What changed who is bound by a version, without adopting it anew. */
export const annexes = pgTable(
  'annexes',
  { agreementId: agreementId(), id: uuid('id').notNull(), kind: text('kind').notNull(), partyId: uuid('party_id').notNull(), doc },
  (table) => [primaryKey({ columns: [table.agreementId, table.id] }), check('annexes_kind', oneOf('kind', annexKinds))],
)

/** What one agreement does to another: it is told on both sides, to who sits at both tables. */
export const links = pgTable(
  'links',
  { agreementId: agreementId(), id: uuid('id').notNull(), kind: text('kind').notNull(), toId: uuid('to_id').notNull(), doc },
  (table) => [
    primaryKey({ columns: [table.agreementId, table.id] }),
    // Of another stream, which may be made anew after this one: no reference.
    index('links_to').on(table.toId, table.id),
    check('links_kind', oneOf('kind', linkKinds)),
  ],
)
