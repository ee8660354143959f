import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import { type Commitment, carried, type Progress, type Promised } from '../domain/commitment.ts'
import { inOrder } from '../domain/event.ts'
import type { Instant } from '../domain/time.ts'
import { agreementSeen, everything, findAtTable, listAtTable } from './agreement.ts'
import type { Database } from './database.ts'
import { ledger, ledgerPayloads } from './tables/ledger.ts'
import { commitments } from './tables/version.ts'

type Found<Doc> = { now: Instant } & Doc

/** The commitments of one version, by id: of the one that is deliberated on as the table stands now, of an adopted one as it was promised. */
export async function commitmentsOfVersion(
  database: Database,
  actor: Actor,
  agreementId: string,
  version: number,
): Promise<Found<{ docs: (Commitment | Promised)[] }>> {
  const { state, at } = await agreementSeen(database, actor, agreementId)
  const offers = inOrder(state.commitments).filter((one) => one.version === version)
  if (offers.length > 0) return { docs: offers.map((one) => carried(state, one)), now: at }
  return listAtTable(database, actor, agreementId, commitments, {
    order: [commitments.id],
    where: eq(commitments.version, version),
    limit: everything,
  })
}

/** A commitment as it stands in a version; in the last one that has it where none is named. */
export async function findCommitment(
  database: Database,
  actor: Actor,
  agreementId: string,
  id: string,
  version?: number,
): Promise<Found<{ doc: Commitment | Promised }>> {
  const { state, at } = await agreementSeen(database, actor, agreementId)
  const offer = state.commitments[id]
  if (offer && (version ?? offer.version) === offer.version) return { doc: carried(state, offer), now: at }
  return findAtTable<Commitment | Promised>(
    database,
    actor,
    agreementId,
    commitments,
    and(
      eq(commitments.id, id),
      eq(
        commitments.version,
        version ?? sql`(select max(other.version) from commitments other where other.agreement_id = ${agreementId} and other.id = ${id})`,
      ),
    ),
    'commitment',
  )
}

/** What was reported of a commitment, first to last: the table keeps the last report, the ledger all of them. */
export async function progressOf(
  database: Database,
  actor: Actor,
  agreementId: string,
  id: string,
  { after = 0, limit }: { after?: number | undefined; limit: number },
): Promise<{ revision: number; progress: Progress }[]> {
  await findCommitment(database, actor, agreementId, id)
  const rows = await database.db
    .select({
      revision: ledger.revision,
      at: ledger.recordedAt,
      payload: sql<Omit<Progress, 'at'> & { commitmentId: string }>`${ledgerPayloads.payload}`,
    })
    .from(ledger)
    .innerJoin(ledgerPayloads, and(eq(ledgerPayloads.streamId, ledger.streamId), eq(ledgerPayloads.revision, ledger.revision)))
    .where(
      and(
        eq(ledger.streamId, agreementId),
        eq(ledger.type, 'progress-reported'),
        gt(ledger.revision, after),
        sql`${ledgerPayloads.payload}->>'commitmentId' = ${id}`,
      ),
    )
    .orderBy(asc(ledger.revision))
    .limit(limit)
  return rows.map(({ revision, at, payload: { commitmentId: _, ...report } }) => ({ revision, progress: { at, ...report } }))
}
