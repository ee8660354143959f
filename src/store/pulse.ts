import { and, asc, eq, gt, lte, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { NetworkView } from '../domain/network/network.ts'
import type { PulseMonth, PulsePoint } from '../domain/pulse.ts'
import { listAtTable, readerOf } from './agreement.ts'
import { atTable } from './agreement-list.ts'
import { clockNow, type Database } from './database.ts'
import { findNetwork } from './network/network.ts'
import { agreements, parties } from './tables/agreement.ts'
import { pulses } from './tables/round.ts'

/** How many pulses of an agreement a trend goes back: as many as the longest page of a list. */
const mostShown = 100

/** The last pulses of an agreement that may be shown by now, in the order in which they were taken. */
export async function pulsesShown(database: Database, actor: Actor, agreementId: string): Promise<PulsePoint[]> {
  const { docs } = await listAtTable<PulsePoint>(database, actor, agreementId, pulses, {
    order: [pulses.takenAt, pulses.id],
    lastFirst: true,
    where: lte(pulses.shownAt, clockNow(database)),
    limit: mostShown,
  })
  return docs.toReversed()
}

/** How long the trend of a network goes back: two years, so that each month stands beside the same one a year before. */
const trendMonths = 24

const month = sql<string>`to_char(${pulses.takenAt} at time zone 'Europe/Amsterdam', 'YYYY-MM')`
const number = (field: 'answers' | 'atmosphere' | 'effectiveness') => sql<number>`(${pulses.doc}->>'${sql.raw(field)}')::float8`

/**
 * The pulses that show in the agreements of a network at whose table the reader is, by month; and the network. What a pulse does not show
 * by itself is left out, so no two of these can be subtracted to give it.
 */
export async function pulsesOfNetwork(
  database: Database,
  actor: Actor,
  networkId: string,
): Promise<{ network: NetworkView; months: PulseMonth[] }> {
  const network = await findNetwork(database, actor, networkId)
  const weighed = (field: 'atmosphere' | 'effectiveness') => sql<number>`sum(${number(field)} * ${number('answers')})`
  const months = await database.db
    .select({
      month,
      kind: sql<PulseMonth['kind']>`${pulses.kind}`,
      agreements: sql<number>`count(distinct ${pulses.agreementId})::int`,
      answers: sql<number>`sum(${number('answers')})`,
      atmosphere: weighed('atmosphere'),
      effectiveness: weighed('effectiveness'),
    })
    .from(parties)
    .innerJoin(agreements, eq(agreements.id, parties.agreementId))
    .innerJoin(pulses, eq(pulses.agreementId, parties.agreementId))
    .where(
      and(
        atTable(database, readerOf(actor, 'network')),
        eq(agreements.networkId, networkId),
        lte(pulses.shownAt, clockNow(database)),
        gt(pulses.takenAt, sql`${clockNow(database)} - ${trendMonths} * interval '1 month'`),
        sql`${pulses.doc} ? 'atmosphere'`,
      ),
    )
    .groupBy(month, pulses.kind)
    .orderBy(asc(month))
  return { network, months }
}
