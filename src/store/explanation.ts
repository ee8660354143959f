import { and, asc, eq } from 'drizzle-orm'
import { type Annex, viewAnnex } from '../domain/annex.ts'
import { type AnnexExplained, annexActs, type EntryProof } from '../domain/explanation.ts'
import type { Instant } from '../domain/time.ts'
import type { AnnexInForce, Period } from '../domain/version.ts'
import type { Database } from './database.ts'
import { isoUtc } from './ledger.ts'
import { inForce } from './tables/version.ts'

/** When a version holds, first to last as it became known. Who may read it is for the caller to ask. */
export async function periodsOf({ db }: Database, agreementId: string, version: number): Promise<Period[]> {
  const rows = await db
    .select()
    .from(inForce)
    .where(and(eq(inForce.agreementId, agreementId), eq(inForce.version, version)))
    .orderBy(asc(inForce.knownAt), asc(inForce.fromAt))
  return rows.map(({ agreementId: _, organisationIds: __, replacedAt, annexes, ...period }) => ({
    ...period,
    ...(replacedAt && { replacedAt }),
    ...(annexes !== null && { annexes: annexes as AnnexInForce[] }),
  }))
}

/**
 * The annexes to a version, and those to an earlier one that were in effect in it too, each with its acts in order. Who may read them is for
 * the caller to ask.
 */
export async function annexesTo({ query }: Database, agreementId: string, version: number, at: Instant): Promise<AnnexExplained[]> {
  const { rows } = await query<{ annex: Annex; acts: AnnexExplained['acts'] }>({
    name: 'annexes-to',
    text: `select a.doc as annex, (
        select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('act', substr(l.type, length('annex-') + 1), 'revision', l.revision,
            'at', ${isoUtc('l.recorded_at')}, 'personId', l.actor_id, 'mandateId', l.mandate_id,
            'partyId', coalesce(p.payload->>'byPartyId', p.payload->>'partyId'))) order by l.revision), '[]')
          from ledger l join ledger_payloads p using (stream_id, revision)
          where l.stream_id = $1 and l.type = any($3::text[]) and a.id::text in (p.payload->>'id', p.payload->>'annexId')) as acts
      from annexes a
      where a.agreement_id = $1 and ((a.doc->>'version')::int = $2 or exists (
        select from in_force f cross join json_array_elements(f.annexes) told
          where f.agreement_id = $1 and f.version = $2 and f.annexes is not null and told->>'id' = a.id::text))
      order by a.id`,
    values: [agreementId, version, annexActs.map((act) => `annex-${act}`)],
  })
  return rows.map(({ annex, acts }) => ({ annex: viewAnnex(annex, at), acts }))
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
