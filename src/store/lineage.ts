import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { CameOf } from '../domain/exchange/closing.ts'
import { basedOnSeen, type Lineage, type ProposalFrom } from '../domain/lineage.ts'
import { readerOf } from './agreement.ts'
import { atTable } from './agreement-list.ts'
import type { Database } from './database.ts'
import { isMember } from './network/network.ts'
import { findWithBasis } from './recommendation.ts'
import { sourcesSeen } from './source.ts'
import { agreements, parties } from './tables/agreement.ts'
import { exchangeProgrammes } from './tables/exchange.ts'
import { recommendations } from './tables/inquiry.ts'
import { contributions } from './tables/round.ts'
import { commitments } from './tables/version.ts'

/** As many as the longest page of a list; the first are shown. */
const mostShown = 100

/** Where a recommendation came from and what came of it: each part by the filter that it has anywhere else. */
export async function lineageOf(database: Database, actor: Actor, id: string): Promise<Lineage> {
  const { recommendation, basedOn } = await findWithBasis(database, actor, id)
  return {
    basedOn: basedOnSeen(basedOn, await sourcesSeen(database, actor, basedOn)),
    recommendation,
    agreements: (await agreementsFrom(database, actor, [id])).map(({ originId: _, ...agreement }) => agreement),
    proposals: (await proposalsFrom(database, actor, [id])).map(({ proposal }) => proposal),
  }
}

/** What came of outcomes of an exchange programme: recommendations of its network, and agreements and proposals at the tables of the reader. */
export async function cameOfOutcomes(
  database: Database,
  actor: Actor,
  programmeId: string,
  outcomeIds: readonly string[],
): Promise<CameOf[]> {
  if (outcomeIds.length === 0) return []
  const outcomeId = sql<string>`basis->>'outcomeId'`
  const based = await database.db
    .selectDistinct({ recommendationId: recommendations.id, outcomeId })
    .from(exchangeProgrammes)
    .innerJoin(recommendations, eq(recommendations.networkId, exchangeProgrammes.networkId))
    .innerJoinLateral(
      sql`jsonb_array_elements(${recommendations.basedOn}) as basis`,
      sql`${outcomeId} = any(${sql.param([...outcomeIds])}::text[])`,
    )
    .where(and(eq(exchangeProgrammes.id, programmeId), isMember(database, actor, exchangeProgrammes.networkId)))
    .orderBy(asc(recommendations.id))
    .limit(mostShown)
  const started = await agreementsFrom(database, actor, outcomeIds)
  const proposed = await proposalsFrom(database, actor, outcomeIds)
  return [
    ...based,
    ...started.map(({ id, originId }) => ({ outcomeId: originId ?? '', agreementId: id })),
    ...proposed.map(({ originId, proposal }) => ({ outcomeId: originId, proposal })),
  ]
}

/** The agreements that originate from any of these, of those at whose table the reader is. */
const agreementsFrom = (database: Database, actor: Actor, originIds: readonly string[]) =>
  database.db
    .select({
      id: agreements.id,
      title: agreements.title,
      status: sql<Lineage['agreements'][number]['status']>`${agreements.status}`,
      originId: agreements.originId,
    })
    .from(agreements)
    .innerJoin(parties, eq(parties.agreementId, agreements.id))
    .where(and(inArray(agreements.originId, [...originIds]), atTable(database, readerOf(actor))))
    .orderBy(asc(agreements.id))
    .limit(mostShown)

/** The proposals that originate from any of these, at the tables of the reader, each with the commitments that carry it out. */
async function proposalsFrom(
  database: Database,
  actor: Actor,
  originIds: readonly string[],
): Promise<{ originId: string; proposal: ProposalFrom }[]> {
  const { agreementId, roundNumber, id, partyId, doc } = contributions
  type Commitments = ProposalFrom['commitments']
  const terms = sql`${commitments.doc}->'terms'`
  const carriedOut = sql<Commitments>`(select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'id', ${commitments.id}, 'version', ${commitments.version}, 'what', ${terms}->>'what', 'ownerPartyId', ${commitments.ownerPartyId},
        'state', ${commitments.state}, 'progress', ${commitments.doc}->'progress'->>'state')) order by ${commitments.version}, ${commitments.id}), '[]')
      from ${commitments} where ${commitments.agreementId} = ${agreementId} and ${commitments.proposalId} = ${id})`
  const rows = await database.db
    .select({
      originId: sql<string>`${contributions.originId}`,
      agreementId,
      roundNumber,
      id,
      partyId,
      text: sql<string>`${doc}->>'text'`,
      withdrawn: sql<{ at: string; reason: string } | null>`${doc}->'withdrawn'`,
      commitments: carriedOut,
    })
    .from(contributions)
    .innerJoin(parties, eq(parties.agreementId, agreementId))
    .where(and(inArray(contributions.originId, [...originIds]), atTable(database, readerOf(actor))))
    .orderBy(asc(id))
    .limit(mostShown)
  return rows.map(({ originId, withdrawn, ...proposal }) => ({ originId, proposal: { ...proposal, ...(withdrawn && { withdrawn }) } }))
}
