import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { doc } from './columns.ts'
import { organisations } from './organisation.ts'

export const networks = pgTable('networks', { id: uuid('id').primaryKey(), name: text('name').notNull(), doc })

export const networkMembers = pgTable(
  'network_members',
  {
    networkId: uuid('network_id')
      .notNull()
      .references(() => networks.id),
    organisationId: uuid('organisation_id')
      .notNull()
      .references(() => organisations.id),
    here: boolean('here').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.networkId, table.organisationId] }),
    index('network_members_organisation').on(table.organisationId),
  ],
)

const networkId = () =>
  uuid('network_id')
    .notNull()
    .references(() => networks.id)

/** Who networks were and are, as their members stated it: a row is never changed. */
export const networkIdentities = pgTable(
  'network_identities',
  { networkId: networkId(), number: integer('number').notNull(), doc },
  (table) => [primaryKey({ columns: [table.networkId, table.number] }), check('network_identities_number', sql`number >= 1`)],
)

export const networkRoles = pgTable(
  'network_roles',
  { networkId: networkId(), id: uuid('id').notNull(), name: text('name').notNull(), ended: boolean('ended').notNull(), doc },
  (table) => [primaryKey({ columns: [table.networkId, table.id] })],
)

/** Everybody who holds or held a role of a network: the role forgets who is no longer, and this does not. */
export const networkRoleHolders = pgTable(
  'network_role_holders',
  {
    networkId: networkId(),
    id: uuid('id').notNull(),
    roleId: uuid('role_id').notNull(),
    personId: uuid('person_id').notNull(),
    fromDate: text('from_date').notNull(),
    doc,
  },
  (table) => [
    primaryKey({ columns: [table.networkId, table.id] }),
    index('network_role_holders_person').on(table.personId),
    index('network_role_holders_role').on(table.networkId, table.roleId, table.fromDate, table.id),
  ],
)
