import type { Actor } from '../domain/actor.ts'
import type { Agreement, AgreementEvent } from '../domain/agreement.ts'
import type { Leavers } from '../domain/mandate.ts'
import { refuse } from '../domain/refusal.ts'
import { type RoundHistory, retell, settling } from '../domain/round-history.ts'
import type { Instant } from '../domain/time.ts'
import { agreementSeen, type Seen } from './agreement.ts'
import type { Database } from './database.ts'
import { leaversOfAll, withFound } from './leavers.ts'
import { type StoredEvent, storedEvent, told } from './ledger.ts'
import type { RoundKey } from './round.ts'

/** A round as it went, for those at the table, and the agreement as it is now. Refuses with `not-found` where there is no such round. */
export async function roundSeenWhole(database: Database, actor: Actor, key: RoundKey): Promise<Seen & { history: RoundHistory }> {
  const seen = await agreementSeen(database, actor, key.agreementId)
  const history = (await roundHistory(database, key, seen.at)) ?? refuse('not-found', { what: 'round' })
  const { rows } = await database.query<{ left: Leavers }>(leaversOfAll([key.agreementId]))
  return { ...seen, history: { ...history, since: withFound(history.since, rows[0]?.left) } }
}

/**
 * A round from the snapshot at its opening, over the entries since: up to the opening of the next one, and of what came after that which
 * settles a renewal. Who may read it is for the caller to ask.
 */
export async function roundHistory(
  database: Database,
  { agreementId, roundNumber }: RoundKey,
  now: Instant,
): Promise<RoundHistory | undefined> {
  const { rows } = await database.query<{ revision: number; state: Agreement | null; entry: StoredEvent | null }>({
    name: 'round-history',
    text: `with opening as (
        select s.revision, s.state from rounds r join snapshots s on s.stream_id = r.agreement_id and s.recorded_at = (r.doc->>'openedAt')::timestamptz
          where r.agreement_id = $1 and r.number = $2
      ), next as (
        select min(s.revision) as revision from opening, snapshots s where s.stream_id = $1 and s.revision > opening.revision
      )
      select revision, state, null as entry from opening
      union all
      select l.revision, null, ${storedEvent}
        from opening, next, ledger l join ledger_payloads p using (stream_id, revision)
        where l.stream_id = $1 and l.revision > opening.revision
          and (next.revision is null or l.revision <= next.revision or l.type = any($3::text[]))
      order by revision`,
    values: [agreementId, roundNumber, settling],
  })
  const [opening, ...entries] = rows
  if (!opening?.state) return undefined
  return retell(
    opening.state,
    entries.flatMap(({ revision, entry }) => (entry ? [told<AgreementEvent>(entry, revision)] : [])),
    now,
  )
}
