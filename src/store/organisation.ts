import { and, asc, eq, exists, type SQL, sql } from 'drizzle-orm'
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import type { Desk } from '../domain/desk.ts'
import { type Application, type OrganisationView, type Person, requireOwn } from '../domain/organisation.ts'
import { refuse } from '../domain/refusal.ts'
import { afterPosition } from './agreement.ts'
import type { Database } from './database.ts'
import { applications, desks, organisationIdentifiers, organisations, people } from './tables/organisation.ts'

type Page = { after?: readonly (string | number)[] | undefined; limit: number }

/** The organisations of the registry by name, or the one that has an identifier now. */
export async function listOrganisations(
  { db }: Database,
  identifier: { scheme: string; value: string } | undefined,
  { after, limit }: Page,
): Promise<OrganisationView[]> {
  const identified =
    identifier &&
    exists(
      db
        .select({ one: sql`1` })
        .from(organisationIdentifiers)
        .where(
          and(
            eq(organisationIdentifiers.organisationId, organisations.id),
            eq(organisationIdentifiers.scheme, identifier.scheme),
            eq(organisationIdentifiers.value, identifier.value),
            organisationIdentifiers.current,
          ),
        ),
    )
  const order = [organisations.name, organisations.id]
  const rows = await db
    .select({ doc: sql<OrganisationView>`${organisations.doc}` })
    .from(organisations)
    .where(and(identified, afterPosition(order, after)))
    .orderBy(...order.map((column) => asc(column)))
    .limit(limit)
  return rows.map(({ doc }) => doc)
}

export async function findOrganisation({ db }: Database, id: string): Promise<OrganisationView> {
  const rows = await db
    .select({ doc: sql<OrganisationView>`${organisations.doc}` })
    .from(organisations)
    .where(eq(organisations.id, id))
  return rows[0]?.doc ?? refuse('not-found', { what: 'organisation' })
}

type Nested = PgTable & { organisationId: AnyPgColumn; doc: AnyPgColumn }
type WithId = Nested & { id: AnyPgColumn }

/** What belongs to an organisation, in order of a column; refuses where there is no such organisation. One statement. */
export async function listInOrder<Doc>(
  { db }: Database,
  organisationId: string,
  table: Nested,
  by: AnyPgColumn,
  { after, limit }: Page,
  where?: SQL,
): Promise<Doc[]> {
  const page = db
    .select({ doc: sql<Doc | null>`${table.doc}`.as('listed') })
    .from(table as PgTable)
    .where(and(eq(table.organisationId, organisationId), where, afterPosition([by], after)))
    .orderBy(asc(by))
    .limit(limit)
    .as('page')
  const rows = await db
    .select({ doc: page.doc })
    .from(organisations)
    .leftJoinLateral(page, sql`true`)
    .where(eq(organisations.id, organisationId))
  if (rows.length === 0) refuse('not-found', { what: 'organisation' })
  return rows.flatMap(({ doc }) => (doc === null ? [] : [doc as Doc]))
}

const listOf = <Doc>(database: Database, organisationId: string, table: WithId, where: SQL | undefined, page: Page): Promise<Doc[]> =>
  listInOrder(database, organisationId, table, table.id, page, where)

async function findOf<Doc>(database: Database, organisationId: string, table: WithId, id: string, what: string): Promise<Doc> {
  const [doc] = await listOf<Doc>(database, organisationId, table, eq(table.id, id), { limit: 1 })
  return doc ?? refuse('not-found', { what })
}

/** The people who are with an organisation now. */
export const listPeople = (database: Database, organisationId: string, page: Page): Promise<Person[]> =>
  listOf(database, organisationId, people, eq(people.here, true), page)

/** A person of an organisation, also one who has left: what they did stays on record, and has their name. */
export const findPerson = (database: Database, organisationId: string, id: string): Promise<Person> =>
  findOf(database, organisationId, people, id, 'person')

/** The desks that are open. */
export const listDesks = (database: Database, organisationId: string, page: Page): Promise<Desk[]> =>
  listOf(database, organisationId, desks, eq(desks.open, true), page)

export const findDesk = (database: Database, organisationId: string, id: string): Promise<Desk> =>
  findOf(database, organisationId, desks, id, 'desk')

/** The applications of one's own organisation, also those that were revoked. */
export async function listApplications(database: Database, actor: Actor, organisationId: string, page: Page): Promise<Application[]> {
  requireOwn(organisationId, actor)
  return listOf(database, organisationId, applications, undefined, page)
}

export async function findApplication(database: Database, actor: Actor, organisationId: string, id: string): Promise<Application> {
  requireOwn(organisationId, actor)
  return findOf(database, organisationId, applications, id, 'application')
}
