import { desc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { RoundScores } from '../domain/beneficiary.ts'
import { agreementSeen } from './agreement.ts'
import type { Database } from './database.ts'
import { reflections } from './tables/round.ts'
import { versions } from './tables/version.ts'

/** How many rounds are looked back on: as many as the longest page of a list. */
const mostShown = 100

/** What the last rounds of an agreement know of its beneficiaries, first to last, for those at its table. */
export async function beneficiaryScores(database: Database, actor: Actor, agreementId: string): Promise<RoundScores[]> {
  await agreementSeen(database, actor, agreementId)
  const rows = await database.db
    .select({
      number: versions.number,
      beneficiaries: sql<RoundScores['beneficiaries']>`${versions.doc}->'content'->'beneficiaries'`,
      scores: sql<RoundScores['scores']>`(select coalesce(jsonb_agg(scored), '[]')
        from ${reflections}, jsonb_array_elements(${reflections.doc}->'beneficiaries') scored
        where ${reflections.agreementId} = ${agreementId} and ${reflections.roundNumber} = ${sql.raw('"versions"."number"')})`,
    })
    .from(versions)
    .where(eq(versions.agreementId, agreementId))
    .orderBy(desc(versions.number))
    .limit(mostShown)
  return rows.toReversed()
}
