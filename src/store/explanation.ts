import { and, asc, eq } from 'drizzle-orm'
import type { EntryProof } from '../domain/explanation.ts'
import type { Period } from '../domain/version.ts'
import type { Database } from './database.ts'
import { inForce } from './tables/version.ts'

/** When a version holds, first to last as it became known. Who may read it is for the caller to ask. */
export async function periodsOf({ db }: Database, agreementId: string, version: number): Promise<Period[]> {
  const rows = await db
    .select()
    .from(inForce)
    .where(and(eq(inForce.agreementId, agreementId), eq(inForce.version, version)))
    .orderBy(asc(inForce.knownAt), asc(inForce.fromAt))
  return rows.map(({ agreementId: _, replacedAt, ...period }) => ({ ...period, ...(replacedAt && { replacedAt }) }))
}

/** The proof of entries of an agreement, and of the granting of mandates: what was recorded, its receipt, and its place in the log. */
export async function proofOfEntries(
  database: Database,
  agreementId: string,
  { revisions, mandateIds }: { revisions: readonly number[]; mandateIds: readonly string[] },
): Promise<EntryProof[]> {
  const { rows } = await database.query<EntryProof & { receipt: string | null; position: number | null }>({
    name: 'proof-of-entries',
    text: `with wanted as (
        select unnest($2::int[]) as revision
        union select l.revision from ledger l join ledger_payloads p using (stream_id, revision)
          where l.stream_id = $1 and l.type = 'mandate-granted' and p.payload->>'id' = any($3::text[])
      )
      select l.revision, l.type, l.recorded_at as "recordedAt", l.hash, r.jws as receipt, e.position::float8 as position
        from wanted join ledger l on l.stream_id = $1 and l.revision = wanted.revision
          left join receipts r on r.agreement_id = $1 and r.revision = l.revision
          left join log_entries e on e.stream_id = $1 and e.revision = l.revision
        order by l.revision`,
    values: [agreementId, revisions, mandateIds],
  })
  return rows.map(({ receipt, position, ...entry }) => ({
    ...entry,
    ...(receipt !== null && { receipt }),
    ...(position !== null && { position }),
  }))
}
