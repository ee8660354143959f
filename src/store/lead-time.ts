import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { mostAtTable } from '../domain/event.ts'
import { type LeadTime, leadTime, type Timed } from '../domain/lead-time.ts'
import type { Instant } from '../domain/time.ts'
import { agreementSeen, readerOf } from './agreement.ts'
import { atTable } from './agreement-list.ts'
import { clockNow, type Database } from './database.ts'
import { findNetwork } from './network/network.ts'
import { listRounds, type PageOf } from './round.ts'
import { agreements, parties } from './tables/agreement.ts'
import { rounds } from './tables/round.ts'

/** How long the rounds of an agreement took, in order. */
export async function leadTimesOf(database: Database, actor: Actor, agreementId: string, page: PageOf<number>): Promise<LeadTime[]> {
  const { state } = await agreementSeen(database, actor, agreementId)
  const { docs, now } = await listRounds(database, actor, agreementId, page)
  return docs.map((round) => leadTime(round, now, state.ended?.at))
}

/** How far back the rounds of a network count: two years, as its pulse does. */
const months = 24

/** How long rounds took in the agreements of a network at whose table the reader is, of as many as one oversees; and in how many. */
export async function leadTimesInNetwork(
  database: Database,
  actor: Actor,
  networkId: string,
): Promise<{ rounds: LeadTime[]; agreements: number }> {
  await findNetwork(database, actor, networkId)
  const opened = sql`(${rounds.doc}->>'openedAt')::timestamptz`
  const rows = await database.db
    .select({
      agreementId: rounds.agreementId,
      round: sql<Timed>`${rounds.doc} - 'agenda'`,
      endedAt: sql<Instant | null>`${agreements.doc}->>'endedAt'`,
      now: clockNow(database),
    })
    .from(parties)
    .innerJoin(agreements, eq(agreements.id, parties.agreementId))
    .innerJoin(rounds, eq(rounds.agreementId, parties.agreementId))
    .where(
      and(
        atTable(database, readerOf(actor, 'network')),
        eq(agreements.networkId, networkId),
        gt(opened, sql`${clockNow(database)} - ${months} * interval '1 month'`),
      ),
    )
    .orderBy(asc(rounds.agreementId), asc(rounds.number))
    .limit(mostAtTable)
  return {
    rounds: rows.map(({ round, now, endedAt }) => leadTime(round, now, endedAt ?? undefined)),
    agreements: new Set(rows.map(({ agreementId }) => agreementId)).size,
  }
}
