import type { Acting } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import type { Database } from './database.ts'
import { changedStreams, within } from './transaction.ts'

/** An answer as it is sent. */
export type Sent = { status: number; headers: Readonly<Record<string, string>>; body: string | null }

/** The key that a caller gave a request, and a digest of the request, which tells another one with the same key apart. */
export type Keyed = { key: string; requestDigest: string }

/** What became of a request with a key: `reused` where the key belongs to another one, `erased` where it was done and its answer is gone. */
export type Answered = { sent: Sent; replayed: boolean } | 'reused' | 'erased'

/** Seven days: longer than any client tries again, a weekend and a holiday included. */
const kept = `interval '7 days'`

/** Which of some streams an actor has a part in: the same as row-level security says, and said by the statement itself. */
const withAPart = `select s.id from streams s where s.id = any($1::uuid[]) and (
    exists (select from parties p where p.agreement_id = s.id and p.organisation_id = $2 and p.here)
    or exists (select from network_members m where m.network_id = s.id and m.organisation_id = $2 and m.here)
    or s.id = $2 or (s.type = 'organisation' and $3 = 'operator'))`

/**
 * Answers a request that carries a key: does the work and keeps the answer in its transaction, or gives what was answered before,
 * `replayed`, to whom still has a part in what it changed. `reused` where the key belongs to another request. While the first of two
 * is busy the second waits for it. A refusal leaves nothing behind: the same key may try again. Keys of other callers are other keys.
 */
function answerOnce(database: Database, acting: Acting, { key, requestDigest }: Keyed, work: () => Promise<Sent>): Promise<Answered> {
  return within(database.pool, acting, async () => {
    const claimed = await database.query({
      name: 'claim-key',
      text: `insert into answers (caller_id, key, request_digest, at) values ($1, $2, $3, clock_timestamp())
        on conflict (caller_id, key) do update set request_digest = excluded.request_digest, at = excluded.at,
          status = null, headers = null, body = null, stream_ids = null
        where answers.at < clock_timestamp() - ${kept}`,
      values: [acting.actorId, key, requestDigest],
    })
    if (claimed.rowCount === 0) return answeredBefore(database, acting, { key, requestDigest })
    const sent = await work()
    await database.query({
      name: 'keep-answer',
      text: `update answers set status = $4, headers = $5, body = $6, stream_ids = array(${withAPart}) where caller_id = $7 and key = $8`,
      values: [
        changedStreams(database.pool),
        acting.organisationId ?? null,
        acting.kind,
        sent.status,
        sent.headers,
        sent.body,
        acting.actorId,
        key,
      ],
    })
    return { sent, replayed: false }
  })
}

async function answeredBefore(database: Database, acting: Acting, { key, requestDigest }: Keyed): Promise<Answered> {
  const { rows } = await database.query<Sent & { requestDigest: string; streamIds: string[] }>({
    name: 'answered-before',
    text: `select request_digest as "requestDigest", status, headers, body, stream_ids as "streamIds" from answers
      where caller_id = $1 and key = $2`,
    values: [acting.actorId, key],
  })
  const [before] = rows
  // The database took out what was answered, with the data of somebody who was erased (migrations/0004_erasure.sql).
  if (before?.status === 410) return 'erased'
  if (!before || before.requestDigest !== requestDigest) return 'reused'
  const { streamIds, status, headers, body } = before
  const open = await database.query({
    name: 'answered-about',
    text: withAPart,
    values: [streamIds, acting.organisationId ?? null, acting.kind],
  })
  if (open.rowCount !== streamIds.length) refuse('not-found', { what: 'resource' })
  return { sent: { status, headers, body }, replayed: true }
}

/** What the door uses of transactions. */
export const transactionsOf = (database: Database) => ({
  within: <T>(acting: () => Promise<Acting>, work: () => Promise<T>) => within(database.pool, acting, work),
  once: (acting: Acting, keyed: Keyed, work: () => Promise<Sent>) => answerOnce(database, acting, keyed, work),
})

// At most so many per statement: a fraction of a second, and no statement runs into its limit however many there are.
const batch = 5_000

/** Forgets a batch of answers that were kept long enough; gives how many. As the registry itself. */
export async function forgetAnswers(database: Database): Promise<number> {
  const { rowCount } = await database.query(
    // now(), which an index can be searched by; clock_timestamp() would be asked anew for each row.
    `delete from answers using (select caller_id, key from answers where at < now() - ${kept} order by at limit ${batch}) old
      where answers.caller_id = old.caller_id and answers.key = old.key`,
  )
  return rowCount ?? 0
}
