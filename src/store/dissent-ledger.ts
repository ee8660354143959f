import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { dissentsInRound, type RecordedDissent, viewRecorded } from '../domain/dissent-ledger.ts'
import type { Judging } from '../domain/reflection.ts'
import type { Dissent } from '../domain/stance.ts'
import { agreementSeen } from './agreement.ts'
import type { Database } from './database.ts'
import { reflections } from './tables/round.ts'
import { versions } from './tables/version.ts'

/** Where a page of the dissent ledger starts: after a dissent of a round. */
export type DissentPosition = readonly [roundNumber: number, dissentId: string]

/** The dissents of an agreement over all its rounds, for those at its table: as the versions carry them, and those of the round that goes on. */
export async function listRecordedDissents(
  database: Database,
  actor: Actor,
  agreementId: string,
  { after, limit }: { after?: DissentPosition | undefined; limit: number },
): Promise<RecordedDissent[]> {
  const { state } = await agreementSeen(database, actor, agreementId)
  const carried = await carriedByVersions(database, agreementId, after, limit)
  const numbers = [...new Set(carried.map(({ number }) => number))]
  const judging = await database.db
    .select({
      number: reflections.roundNumber,
      partyId: reflections.partyId,
      dissents: sql<Judging['dissents']>`${reflections.doc}->'dissents'`,
    })
    .from(reflections)
    .where(and(eq(reflections.agreementId, agreementId), inArray(reflections.roundNumber, numbers)))
    .orderBy(asc(reflections.id))
  const adopted = carried.map(({ number, dissent }) =>
    viewRecorded(
      number,
      dissent,
      judging.filter((one) => one.number === number),
    ),
  )
  const [round = 0, id = ''] = after ?? []
  const going = dissentsInRound(state)
    .filter((one) => one.roundNumber > round || (one.roundNumber === round && one.id > id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return [...adopted, ...going].slice(0, limit)
}

async function carriedByVersions(
  { db }: Database,
  agreementId: string,
  after: DissentPosition | undefined,
  limit: number,
): Promise<{ number: number; dissent: Dissent }[]> {
  const id = sql`(one.dissent->>'id')::uuid`
  return db
    .select({ number: versions.number, dissent: sql<Dissent>`one.dissent` })
    .from(versions)
    .innerJoinLateral(sql`json_array_elements(${versions.doc}->'dissents') as one (dissent)`, sql`true`)
    .where(and(eq(versions.agreementId, agreementId), after && sql`(${versions.number}, ${id}) > (${after[0]}::int, ${after[1]}::uuid)`))
    .orderBy(asc(versions.number), id)
    .limit(limit)
}
