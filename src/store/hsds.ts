import { asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Desk } from '../domain/desk.ts'
import { type HsdsOrganization, type HsdsService, hsdsOrganization, hsdsService } from '../domain/hsds.ts'
import { refuse } from '../domain/refusal.ts'
import type { Place } from '../domain/social-map.ts'
import type { Database } from './database.ts'
import { contactPeople, searched } from './social-map.ts'
import { desks, socialMap } from './tables/organisation.ts'
import { findable } from './tables/views.ts'

/** Which part of a list, and whether with all that hangs under it. */
type Slice = { limit: number; offset: number; full: boolean }

/** The organisations, in the order in which they were registered. */
export async function listHsdsOrganizations({ db }: Database, words: string | undefined, slice: Slice): Promise<HsdsOrganization[]> {
  const page = db
    .select({ id: findable.organisationId })
    .from(findable)
    .where(words === undefined ? undefined : searched(words))
    .orderBy(asc(findable.organisationId))
    .limit(slice.limit)
    .offset(slice.offset)
    .as('page')
  const rows = await db
    .select({ place: sql<Place>`${socialMap.doc}` })
    .from(page)
    .innerJoin(socialMap, eq(socialMap.organisationId, page.id))
    .orderBy(asc(socialMap.organisationId))
  return rows.map(({ place }) => hsdsOrganization(place, slice.full))
}

export async function findHsdsOrganization({ db }: Database, id: string): Promise<HsdsOrganization> {
  const [row] = await db
    .select({ place: sql<Place>`${socialMap.doc}` })
    .from(socialMap)
    .where(eq(socialMap.organisationId, id))
  return hsdsOrganization(row?.place ?? refuse('not-found', { what: 'organisation' }), true)
}

/** The desks, in the order in which they were opened; those that closed stay in it, so that no page moves. */
export const listHsdsServices = (database: Database, organisationId: string | undefined, slice: Slice): Promise<HsdsService[]> =>
  servicesWhere(database, organisationId ? eq(desks.organisationId, organisationId) : undefined, slice)

export async function findHsdsService(database: Database, id: string): Promise<HsdsService> {
  const [service] = await servicesWhere(database, eq(desks.id, id), { limit: 1, offset: 0, full: true })
  return service ?? refuse('not-found', { what: 'desk' })
}

async function servicesWhere(database: Database, where: SQL | undefined, { limit, offset, full }: Slice): Promise<HsdsService[]> {
  const page = database.db.select({ id: desks.id }).from(desks).where(where).orderBy(asc(desks.id)).limit(limit).offset(offset).as('page')
  const rows = await database.db
    .select({ desk: sql<Desk>`${desks.doc}`, place: sql<Place>`${socialMap.doc}` })
    .from(page)
    .innerJoin(desks, eq(desks.id, page.id))
    .innerJoin(socialMap, eq(socialMap.organisationId, desks.organisationId))
    .orderBy(asc(desks.id))
  const named = full ? rows.flatMap(({ desk }) => desk.contactPersonId ?? []) : []
  const people = await contactPeople(database, named)
  return rows.map(({ desk, place }) => hsdsService(desk, place, people.get(desk.contactPersonId ?? ''), full))
}
