import { eq } from 'drizzle-orm'
import type { Actor } from '../../domain/actor.ts'
import type { Matching } from '../../domain/exchange/matching.ts'
import type { Database } from '../database.ts'
import { exchangeMatchings } from '../tables/exchange.ts'
import { findIn, isLast } from './programme.ts'

/** Who visits whom in a round (the last one that has a matching and was not cancelled, where none is named), as it was worked out last. */
export async function findMatching(
  database: Database,
  actor: Actor,
  programmeId: string,
  roundNumber: number | undefined,
): Promise<Matching> {
  const table = exchangeMatchings
  const where = roundNumber ? eq(table.roundNumber, roundNumber) : isLast(table)
  return (await findIn<Matching>(database, actor, programmeId, exchangeMatchings, where, 'matching')).doc
}
