import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import { type ContactPerson, entryOf, mostBeside, type Place, type SocialMapEntry } from '../domain/social-map.ts'
import { afterPosition } from './agreement.ts'
import { currentOfOrganisations } from './current-list.ts'
import type { Database } from './database.ts'
import { isMember } from './network/network.ts'
import { networkMembers, networks } from './tables/network.ts'
import { people, socialMap } from './tables/organisation.ts'
import { findable } from './tables/views.ts'

/** What a network can be grouped by: the region, chain or programme that it is of. */
const groups = ['region', 'chain', 'programme'] as const

/** Which organisations: by words and subject, and by a network in which the reader is as well. */
export type MapFilter = { words?: string | undefined; subject?: string | undefined; networkId?: string | undefined } & {
  [Group in (typeof groups)[number]]?: string | undefined
}

/** A place on the map, with the networks in which the reader is as well. */
type Found = { place: Place; networks: { id: string; name: string }[] }

/** Whose words a search is found in: as people say it, in Dutch, with quotes for what belongs together. */
export const searched = (words: string): SQL => sql`to_tsvector('dutch', ${findable.words}) @@ websearch_to_tsquery('dutch', ${words})`

/** The organisations of the registry by name, as the reader sees them. Three statements, whatever the length of the page. */
export async function listSocialMap(
  database: Database,
  actor: Actor,
  filter: MapFilter,
  { after, limit }: { after?: readonly string[] | undefined; limit: number },
): Promise<SocialMapEntry[]> {
  const { words, subject } = filter
  const where = and(
    words === undefined ? undefined : searched(words),
    subject === undefined ? undefined : sql`${findable.subjects} @> array[${subject}]`,
    inNetwork(database, actor, filter),
    afterPosition([findable.name, findable.organisationId], after),
  )
  return entriesOf(database, actor, await placesWhere(database, actor, where, limit))
}

/** Whether an organisation is in a network that is asked for: of a network that the reader is not in, it is not told who is. */
function inNetwork(database: Database, actor: Actor, { networkId, ...filter }: MapFilter): SQL | undefined {
  const grouped = groups.flatMap((group) => (filter[group] === undefined ? [] : [sql`${networks.doc}->>${group} = ${filter[group]}`]))
  if (networkId === undefined && grouped.length === 0) return undefined
  const members = database.db
    .select({ id: networkMembers.organisationId })
    .from(networks)
    .innerJoin(networkMembers, and(eq(networkMembers.networkId, networks.id), networkMembers.here))
    .where(and(networkId ? eq(networks.id, networkId) : undefined, ...grouped, isMember(database, actor)))
  return inArray(findable.organisationId, members)
}

export async function findOnSocialMap(database: Database, actor: Actor, organisationId: string): Promise<SocialMapEntry> {
  const found = await placesWhere(database, actor, eq(findable.organisationId, organisationId), 1)
  const [entry] = await entriesOf(database, actor, found)
  return entry ?? refuse('not-found', { what: 'organisation' })
}

async function placesWhere(database: Database, actor: Actor, where: SQL | undefined, limit: number): Promise<Found[]> {
  const theirs = alias(networkMembers, 'theirs')
  const shared = database.db
    .select({ id: networks.id, name: networks.name })
    .from(theirs)
    .innerJoin(networks, eq(networks.id, theirs.networkId))
    .where(and(eq(theirs.organisationId, socialMap.organisationId), theirs.here, isMember(database, actor)))
    .orderBy(asc(networks.name), asc(networks.id))
    .limit(mostBeside)
  const order = [findable.name, findable.organisationId].map((column) => asc(column))
  // The page first: were the map joined as it is searched, its policy would be asked before its indexes are.
  const page = database.db
    .select({ id: findable.organisationId })
    .from(findable)
    .where(where)
    .orderBy(...order)
    .limit(limit)
    .as('page')
  return database.db
    .select({
      place: sql<Place>`${socialMap.doc}`,
      networks: sql<
        Found['networks']
      >`(select coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name)), '[]') from ${shared} shared)`,
    })
    .from(page)
    .innerJoin(socialMap, eq(socialMap.organisationId, page.id))
    .orderBy(asc(socialMap.name), asc(socialMap.organisationId))
}

async function entriesOf(database: Database, actor: Actor, found: readonly Found[]): Promise<SocialMapEntry[]> {
  const named = found.flatMap(({ place }) => place.desks.flatMap(({ contactPersonId }) => contactPersonId ?? []))
  const ids = found.map(({ place }) => place.organisation.id)
  const [contacts, agreements] = await Promise.all([
    contactPeople(database, named),
    currentOfOrganisations(database, actor, ids, mostBeside + 1),
  ])
  return found.map(({ place, networks }) =>
    entryOf(place, { people: contacts, networks, agreements: agreements.get(place.organisation.id) ?? [] }),
  )
}

/** Those among these people who are with their organisation now, by name and job title as others see them. */
export async function contactPeople(database: Database, ids: readonly string[]): Promise<Map<string, ContactPerson>> {
  if (ids.length === 0) return new Map()
  const rows = await database.db
    .select({ id: people.id, name: sql<string>`${people.doc}->>'name'`, jobTitle: sql<string | null>`${people.doc}->>'jobTitle'` })
    .from(people)
    .where(and(sql`${people.id} = any(${sql.param([...ids])}::uuid[])`, people.here))
  return new Map(rows.map(({ id, name, jobTitle }) => [id, { id, name, ...(jobTitle && { jobTitle }) }]))
}
