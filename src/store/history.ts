import { and, asc, desc, eq, gt, lt } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { HistoryEntry } from '../domain/history.ts'
import { agreementSeen } from './agreement.ts'
import type { Database } from './database.ts'
import { ledger } from './tables/ledger.ts'

/** Which part of a history: after a revision, in one of two orders. */
export type HistorySlice = { after?: number | undefined; lastFirst: boolean; limit: number }

/** What happened in an agreement, for those at its table: the entries of its ledger, without what was said in them. */
export async function listHistory(
  database: Database,
  actor: Actor,
  agreementId: string,
  { after, lastFirst, limit }: HistorySlice,
): Promise<HistoryEntry[]> {
  await agreementSeen(database, actor, agreementId)
  const { streamId, revision, recordedAt, type, actorId, organisationId, mandateId, hash } = ledger
  const rows = await database.db
    .select({ revision, at: recordedAt, type, actorId, organisationId, mandateId, hash })
    .from(ledger)
    .where(and(eq(streamId, agreementId), after === undefined ? undefined : (lastFirst ? lt : gt)(revision, after)))
    .orderBy((lastFirst ? desc : asc)(revision))
    .limit(limit)
  return rows.map(({ organisationId, mandateId, ...entry }) => ({
    ...entry,
    ...(organisationId && { organisationId }),
    ...(mandateId && { mandateId }),
  }))
}
