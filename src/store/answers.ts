import pg from 'pg'
import type { Acting } from '../domain/actor.ts'
import { refuse } from '../domain/refusal.ts'
import type { Database } from './database.ts'
import { changedStreams, inOneGo, sayLast, within } from './transaction.ts'

/** An answer as it is sent. */
export type Sent = { status: number; headers: Readonly<Record<string, string>>; body: string | null }

/** The key that a caller gave a request, and a digest of the request, which tells another one with the same key apart. */
export type Keyed = { key: string; requestDigest: string }

/** What became of a request with a key: `reused` where the key belongs to another one, `erased` where it was done and its answer is gone. */
export type Answered = { sent: Sent; replayed: boolean } | 'reused' | 'erased'

/** Seven days: longer than any client tries again, a weekend and a holiday included. */
const kept = `interval '7 days'`

/**
 * Answers a request that carries a key: does the work and keeps the answer in its transaction, or gives what was answered before,
 * `replayed`, to whom still has a part in what it changed. `reused` where the key belongs to another request. While the first of two
 * is busy the second waits for it. A refusal leaves nothing behind: the same key may try again. Keys of other callers are other keys.
 */
function answerOnce(database: Database, acting: Acting, keyed: Keyed, work: () => Promise<Sent>): Promise<Answered> {
  return within(database.pool, acting, async () => {
    const before = await claim(database, acting, keyed)
    if (before) return answeredBefore(database, acting, keyed, before)
    const sent = await work()
    // Where two came past the lock after all, the second cannot insert, and commits nothing.
    sayLast(database.pool, keeping(acting, keyed, sent, changedStreams(database.pool)))
    return { sent, replayed: false }
  })
}

type Before = Sent & { requestDigest: string; streamIds: string[]; old: boolean }

/** Takes the lock on a key until the transaction ends, and gives what was answered under it: nothing where it is free. */
async function claim(database: Database, { actorId }: Acting, { key }: Keyed): Promise<Before | undefined> {
  const [, found] = (await inOneGo(database.pool, [
    { name: 'lock-key', text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`handslag:answer ${actorId} ${key}`] },
    // A statement of its own, after the lock: it sees what the one before has committed.
    {
      name: 'answered-before',
      text: `select request_digest as "requestDigest", status, headers, body, stream_ids as "streamIds", at < clock_timestamp() - ${kept} as old
        from answers where caller_id = $1 and key = $2`,
      values: [actorId, key],
    },
  ])) as [unknown, pg.QueryResult<Before>]
  const [before] = found.rows
  if (!before?.old) return before
  await database.query('delete from answers where caller_id = $1 and key = $2', [actorId, key])
  return undefined
}

/** The statement that keeps an answer. Without parameters, so that it goes out with COMMIT. */
function keeping({ actorId }: Acting, { key, requestDigest }: Keyed, { status, headers, body }: Sent, streamIds: string[]): string {
  const values = [actorId, key, requestDigest, String(status), JSON.stringify(headers), body, `{${streamIds.join(',')}}`]
  const [caller, ...others] = values.map((value) => (value === null ? 'null' : pg.escapeLiteral(value)))
  return `insert into answers (caller_id, at, key, request_digest, status, headers, body, stream_ids)
    values (${caller}, clock_timestamp(), ${others.join(', ')})`
}

/** Which of some streams an actor has a part in: the same as row-level security says, and said by the statement itself. */
const withAPart = `select s.id from streams s where s.id = any($1::uuid[]) and (
    (select p.agreement_id from seats p where p.agreement_id = s.id and p.organisation_id = $2) is not null
    or (select m.network_id from network_members m where m.network_id = s.id and m.organisation_id = $2 and m.here) is not null
    or s.id = $2 or (s.type = 'organisation' and $3 = 'operator'))`

async function answeredBefore(database: Database, acting: Acting, { requestDigest }: Keyed, before: Before): Promise<Answered> {
  const { streamIds, status, headers, body } = before
  // The database took out what was answered, with the data of somebody who was erased (migrations/0004_erasure.sql).
  if (status === 410) return 'erased'
  if (before.requestDigest !== requestDigest) return 'reused'
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
