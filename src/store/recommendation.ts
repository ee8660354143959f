import { and, eq, or, sql } from 'drizzle-orm'
import type { Actor, PersonActor } from '../domain/actor.ts'
import type { Recommendation, RecommendationView } from '../domain/recommendation.ts'
import { refuse } from '../domain/refusal.ts'
import { findInCircles, listInCircles } from './circle.ts'
import type { Database } from './database.ts'
import { isMember } from './network/network.ts'
import type { PageOf } from './round.ts'
import { recommendations } from './tables/inquiry.ts'
import { networks } from './tables/network.ts'

/** Which recommendations to list: of the networks of the reader. */
export type RecommendationFilter = {
  networkId?: string | undefined
  level?: Recommendation['level'] | undefined
  status?: Recommendation['status'] | undefined
  addressee?: string | undefined
}

export const listRecommendations = (
  database: Database,
  actor: Actor,
  { networkId, level, status, addressee }: RecommendationFilter,
  page: PageOf<string>,
): Promise<RecommendationView[]> =>
  listInCircles(database, actor, recommendations, {
    ...page,
    networkId,
    where: and(
      level ? eq(recommendations.level, level) : undefined,
      status ? eq(recommendations.status, status) : undefined,
      addressee ? eq(recommendations.addresseeId, addressee) : undefined,
    ),
  })

export const findRecommendation = (database: Database, actor: Actor, id: string): Promise<RecommendationView> =>
  findInCircles(database, actor, recommendations, id, 'recommendation')

const doc = sql<RecommendationView>`${recommendations.doc}`

/** A recommendation with what it was based on. */
export async function findWithBasis(
  database: Database,
  actor: Actor,
  id: string,
): Promise<{ recommendation: RecommendationView; basedOn: Recommendation['basedOn'] }> {
  const [found] = await database.db
    .select({ recommendation: doc, basedOn: sql<Recommendation['basedOn']>`${recommendations.basedOn}` })
    .from(recommendations)
    .where(and(eq(recommendations.id, id), isMember(database, actor, recommendations.networkId)))
  return found ?? refuse('not-found', { what: 'recommendation' })
}

/** As many as the longest page of a list: who has more waiting does not see the last of them yet. */
const mostWaiting = 100

/** The open recommendations that are addressed to somebody by name, for their own organisation. */
export async function recommendationsTo(
  database: Database,
  actor: Actor,
  organisationId: string,
  personId: string,
): Promise<{ id: string; networkId: string; text: string }[]> {
  const { addresseeId, addresseePersonId, networkId, id, status } = recommendations
  const found = await database.db
    .select({ recommendation: doc })
    .from(recommendations)
    .where(and(eq(addresseeId, organisationId), eq(status, 'open'), eq(addresseePersonId, personId), isMember(database, actor, networkId)))
    .orderBy(id)
    .limit(mostWaiting)
  return found.map(({ recommendation: { id, networkId, text } }) => ({ id, networkId, text }))
}

/** The open recommendations that wait for a person: addressed to them, or to their organisation where they administer it. */
export function recommendationsFor(
  database: Database,
  person: PersonActor,
): Promise<{ recommendation: RecommendationView; network: string }[]> {
  const { addresseeId, addresseePersonId, networkId, id, status } = recommendations
  // Whom it names may have left since: then it waits for those who administer, as where it names nobody.
  const nobody = sql`(select p.id from people p where p.id = ${addresseePersonId} and p.organisation_id = ${addresseeId} and p.here) is null`
  const mine = or(eq(addresseePersonId, person.personId), person.authorities.includes('administer') ? nobody : undefined)
  return database.db
    .select({ recommendation: doc, network: networks.name })
    .from(recommendations)
    .innerJoin(networks, eq(networks.id, networkId))
    .where(and(eq(addresseeId, person.organisationId), eq(status, 'open'), mine, isMember(database, person, networkId)))
    .orderBy(id)
    .limit(mostWaiting)
}
