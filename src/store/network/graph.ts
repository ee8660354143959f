import { and, eq, isNull, or, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/actor.ts'
import { mostCounted, mostNodes, type NetworkGraph, networkGraph, type Visits } from '../../domain/network/graph.ts'
import { currentParticipants } from '../current-list.ts'
import type { Database } from '../database.ts'
import { exchangeClosings, exchangePlacements, exchangeProgrammes } from '../tables/exchange.ts'
import { networks } from '../tables/network.ts'
import { isMember, listMembers } from './network.ts'

/** Who works with whom in a network, for its members. Three statements. */
export async function graphOfNetwork(database: Database, actor: Actor, networkId: string): Promise<NetworkGraph> {
  const members = await listMembers(database, actor, networkId, { limit: mostNodes + 1 })
  const [agreements, visits] = await Promise.all([
    currentParticipants(database, actor, { networkId }, mostCounted + 1),
    visitsIn(database, actor, networkId),
  ])
  const complete = members.length <= mostNodes && agreements.length <= mostCounted
  return networkGraph(networkId, members.slice(0, mostNodes), agreements.slice(0, mostCounted), visits, complete)
}

const comes = and(eq(exchangePlacements.state, 'planned'), isNull(exchangeClosings.roundNumber))

/**
 * How many people of each organisation were with each other one in the exchange programmes of a network, or are to be: what was planned in
 * a round that closed without it never came.
 */
const visitsIn = (database: Database, actor: Actor, networkId: string): Promise<Visits[]> =>
  database.db
    .select({
      guestId: exchangePlacements.guestOrganisationId,
      hostId: exchangePlacements.hostOrganisationId,
      count: sql<number>`count(*)::int`,
    })
    .from(networks)
    .innerJoin(exchangeProgrammes, eq(exchangeProgrammes.networkId, networks.id))
    .innerJoin(exchangePlacements, eq(exchangePlacements.programmeId, exchangeProgrammes.id))
    .leftJoin(
      exchangeClosings,
      and(
        eq(exchangeClosings.programmeId, exchangePlacements.programmeId),
        eq(exchangeClosings.roundNumber, exchangePlacements.roundNumber),
      ),
    )
    .where(and(eq(networks.id, networkId), isMember(database, actor), or(eq(exchangePlacements.state, 'held'), comes)))
    .groupBy(exchangePlacements.guestOrganisationId, exchangePlacements.hostOrganisationId)
