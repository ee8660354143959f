import { and, asc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type { Actor } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import { plainWords, quoted, shortestPart } from '../domain/search.ts'
import { type ContactPerson, entryOf, mostBeside, type Place, type SocialMapEntry } from '../domain/social-map.ts'
import { afterPosition } from './agreement.ts'
import { currentOfOrganisations } from './current-list.ts'
import type { Database } from './database.ts'
import { isMember, isOf, type NetworkGroups } from './network/network.ts'
import { networkMembers, networks } from './tables/network.ts'
import { people, socialMap } from './tables/organisation.ts'
import { findable } from './tables/views.ts'

/** Which organisations: by words and subject, and by a network in which the reader is as well. */
export type MapFilter = NetworkGroups & { words?: string | undefined; subject?: string | undefined; networkId?: string | undefined }

/** A place on the map, with the networks in which the reader is as well. */
type Found = { place: Place; networks: { id: string; name: string }[] }

/**
 * Whose words a search is found in, in Dutch: each word, or what begins with it; with quotes or a minus sign, as PostgreSQL reads those.
 * Words only are a select of their own, so that the plan begins with the index, whatever PostgreSQL thinks of how many are found.
 */
export function searched(query: string): SQL {
  const words = plainWords(query)
  if (!words) return sql`${findable.search} @@ websearch_to_tsquery('dutch', ${quoted(query)})`
  return sql`${findable.search} @@ (select ${sql.join(words.map(begun), sql` && `)})`
}

/** A word, which is letters and digits only, as Dutch has it or as what begins so; nothing of a word such as *voor*, which is everywhere. */
const begun = (word: string): SQL => {
  const whole = sql`plainto_tsquery('dutch', ${word})`
  if (word.length < shortestPart) return whole
  return sql`case numnode(${whole}) when 0 then ${whole} else ${whole} || ${`'${word}':*`}::tsquery end`
}

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
function inNetwork(database: Database, actor: Actor, { networkId, ...groups }: MapFilter): SQL | undefined {
  const wanted = and(networkId ? eq(networks.id, networkId) : undefined, isOf(groups))
  if (wanted === undefined) return undefined
  const members = database.db
    .select({ id: networkMembers.organisationId })
    .from(networks)
    .innerJoin(networkMembers, and(eq(networkMembers.networkId, networks.id), networkMembers.here))
    .where(and(wanted, isMember(database, actor)))
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
