import { and, desc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/actor.ts'
import type { NetworkIdentity } from '../../domain/network/identity.ts'
import { type NormSum, normMinimum, norms } from '../../domain/norm.ts'
import { refuse } from '../../domain/refusal.ts'
import { readerOf } from '../agreement.ts'
import { atTable } from '../agreement-list.ts'
import type { Database } from '../database.ts'
import { agreements, parties } from '../tables/agreement.ts'
import { networkIdentities, networks } from '../tables/network.ts'
import { reflections, rounds } from '../tables/round.ts'
import { isMember, listInNetwork } from './network.ts'

/** Every identity that a network stated, from the first on. */
export const listIdentities = async (
  database: Database,
  actor: Actor,
  networkId: string,
  page: { after?: readonly number[] | undefined; limit: number },
): Promise<NetworkIdentity[]> =>
  (
    await listInNetwork<NetworkIdentity>(database, actor, networkId, networkIdentities, {
      order: [networkIdentities.number],
      ...page,
    })
  ).docs

/** The identity that counts, with the revision of the network. */
export async function findIdentity(
  database: Database,
  actor: Actor,
  networkId: string,
): Promise<{ identity: NetworkIdentity; revision: number }> {
  const [row] = await database.db
    .select({ identity: sql<NetworkIdentity>`${networkIdentities.doc}`, revision: sql<number>`(${networks.doc}->>'revision')::int` })
    .from(networks)
    .innerJoin(networkIdentities, eq(networkIdentities.networkId, networks.id))
    .where(and(eq(networks.id, networkId), isMember(database, actor)))
    .orderBy(desc(networkIdentities.number))
    .limit(1)
  return row ?? refuse('not-found', { what: 'network' })
}

/**
 * How often each norm was scored in the agreements of a network at whose table the reader is, and how the scores add up: of closed rounds in
 * which enough did.
 */
export async function normsOfNetwork(database: Database, actor: Actor, networkId: string): Promise<NormSum[]> {
  const score = (norm: string) => sql`(${reflections.doc}->'norms'->>${sql.raw(`'${norm}'`)})::int`
  const scored = database.db
    .select(
      Object.fromEntries(
        norms.flatMap((norm) => [
          [`${norm} answers`, sql<number>`count(${score(norm)})`.as(`${norm} answers`)],
          [`${norm} sum`, sql<number>`sum(${score(norm)})`.as(`${norm} sum`)],
        ]),
      ),
    )
    .from(parties)
    .innerJoin(agreements, eq(agreements.id, parties.agreementId))
    .innerJoin(reflections, eq(reflections.agreementId, parties.agreementId))
    .innerJoin(rounds, and(eq(rounds.agreementId, reflections.agreementId), eq(rounds.number, reflections.roundNumber)))
    .where(and(atTable(database, readerOf(actor, 'network')), eq(agreements.networkId, networkId), eq(rounds.state, 'closed')))
    .groupBy(reflections.agreementId, reflections.roundNumber)
    .as('scored')
  const enough = (norm: string, sum: 'answers' | 'sum') =>
    sql<number>`coalesce(sum(${scored[`${norm} ${sum}`]}) filter (where ${scored[`${norm} answers`]} >= ${sql.raw(String(normMinimum))}), 0)::int`
  const [row = {}] = await database.db
    .select(
      Object.fromEntries(
        norms.flatMap((norm) => (['answers', 'sum'] as const).map((what) => [`${norm} ${what}`, enough(norm, what)] as const)),
      ),
    )
    .from(scored)
  return norms.map((norm) => ({ norm, answers: Number(row[`${norm} answers`] ?? 0), sum: Number(row[`${norm} sum`] ?? 0) }))
}
