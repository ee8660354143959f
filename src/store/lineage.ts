import { and, asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { basedOnSeen, type Lineage } from '../domain/lineage.ts'
import { readerOf } from './agreement.ts'
import { atTable } from './agreement-list.ts'
import type { Database } from './database.ts'
import { findWithBasis } from './recommendation.ts'
import { sourcesSeen } from './source.ts'
import { agreements, parties } from './tables/agreement.ts'
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
    agreements: await agreementsFrom(database, actor, id),
    proposals: await proposalsFrom(database, actor, id),
  }
}

/** The agreements that originate from something, of those at whose table the reader is. */
const agreementsFrom = (database: Database, actor: Actor, originId: string): Promise<Lineage['agreements']> =>
  database.db
    .select({ id: agreements.id, title: agreements.title, status: sql<Lineage['agreements'][number]['status']>`${agreements.status}` })
    .from(agreements)
    .innerJoin(parties, eq(parties.agreementId, agreements.id))
    .where(and(eq(agreements.originId, originId), atTable(database, readerOf(actor))))
    .orderBy(asc(agreements.id))
    .limit(mostShown)

/** The proposals that came from a recommendation, at the tables of the reader, each with the commitments that carry it out. */
async function proposalsFrom(database: Database, actor: Actor, recommendationId: string): Promise<Lineage['proposals']> {
  const { agreementId, roundNumber, id, partyId, doc } = contributions
  type Commitments = Lineage['proposals'][number]['commitments']
  const terms = sql`${commitments.doc}->'terms'`
  const carriedOut = sql<Commitments>`(select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'id', ${commitments.id}, 'version', ${commitments.version}, 'what', ${terms}->>'what', 'ownerPartyId', ${commitments.ownerPartyId},
        'state', ${commitments.state}, 'progress', ${commitments.doc}->'progress'->>'state')) order by ${commitments.version}, ${commitments.id}), '[]')
      from ${commitments} where ${commitments.agreementId} = ${agreementId} and ${commitments.proposalId} = ${id})`
  const rows = await database.db
    .select({
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
    .where(and(eq(contributions.recommendationId, recommendationId), atTable(database, readerOf(actor))))
    .orderBy(asc(id))
    .limit(mostShown)
  return rows.map(({ withdrawn, ...proposal }) => ({ ...proposal, ...(withdrawn && { withdrawn }) }))
}
