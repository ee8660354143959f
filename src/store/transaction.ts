import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import type { Acting } from '../domain/actor.ts'
import { Fault } from './fault.ts'

/**
 * One transaction: for whom it reads and writes, its connection once it has begun and the answer to its beginning, what is said with its
 * COMMIT, the streams that it changed, and whether it is over.
 */
type Transaction = {
  pool: pg.Pool
  acting: () => Promise<Acting>
  begun?: Promise<{ client: pg.PoolClient; opened: Promise<unknown> }>
  last: string[]
  changed: Set<string>
  ended: boolean
}

const going = new AsyncLocalStorage<Transaction>()

/** The registry itself, where it looks after everybody's: what is to be put in the log, and what has to be cleared away. */
export const registryItself: Acting = { kind: 'registry', actorId: 'registry' }

/**
 * Does work in one transaction, for one actor: every query in it goes to the same connection, whose first statement tells row-level
 * security who reads and writes. It begins with the first query, commits when the work is done, and leaves nothing behind when the work
 * throws. Within another it is part of that one. READ COMMITTED: what is read after a lock is what was locked.
 */
export async function within<T>(pool: pg.Pool, acting: Acting | (() => Promise<Acting>), work: () => Promise<T>): Promise<T> {
  const outer = goingOn(pool)
  if (outer) {
    if (typeof acting !== 'function') await sameActor(outer, acting)
    return work()
  }
  const transaction: Transaction = {
    pool,
    acting: typeof acting === 'function' ? acting : async () => acting,
    last: [],
    changed: new Set(),
    ended: false,
  }
  let broken: Error | undefined
  try {
    const done = await going.run(transaction, work).finally(() => {
      transaction.ended = true
    })
    await commit(transaction)
    return done
  } catch (error) {
    const unbegun = await notBegun(transaction)
    broken = unanswered(error) ? error : await undone(transaction)
    // Where it did not begin, what was asked after that was not asked in it.
    throw unbegun ?? error
  } finally {
    // A connection that could not roll back is not given to anybody else.
    await transaction.begun?.then(
      ({ client }) => client.release(broken),
      () => undefined,
    )
  }
}

/**
 * Commits, with what was to be said last in the same message: PostgreSQL skips the rest of a message after an error, so where that fails
 * nothing is committed. A transaction in which a statement failed answers COMMIT with ROLLBACK, and no error.
 */
async function commit({ begun, last }: Transaction): Promise<void> {
  const beginning = await begun
  if (!beginning) {
    if (last.length > 0) throw new Fault('something was to be said last in a transaction that never began')
    return
  }
  await beginning.opened
  const results: pg.QueryResult | pg.QueryResult[] = await beginning.client.query([...last, 'commit'].join(';\n'))
  if ([results].flat().at(-1)?.command !== 'COMMIT')
    throw new Fault('a statement failed in this transaction, and its error was passed over')
}

/** Why a transaction did not begin; nothing where it did, or never was to. */
const notBegun = async ({ begun }: Transaction): Promise<unknown> =>
  begun
    ?.then(({ opened }) => opened)
    .then(
      () => undefined,
      (error: unknown) => error,
    )

/** Undoes a transaction; gives why it could not be. */
const undone = (transaction: Transaction): Promise<Error | undefined> | undefined =>
  transaction.begun
    ?.then(({ client }) => client.query('rollback'))
    .then(
      () => undefined,
      (lost: Error) => lost,
    )

/** Whether the database did not answer at all: nothing more is asked on that connection. */
const unanswered = (error: unknown): error is Error =>
  error instanceof Error && (error.message === 'Query read timeout' || unanswered(error.cause))

async function sameActor(outer: Transaction, inner: Acting): Promise<void> {
  if ((await outer.acting()).actorId !== inner.actorId) throw new Fault('one transaction acts for one actor')
}

/** The connection of the transaction that is going on, which begins with it where it had not; nothing where none is going on. */
export async function connection(pool: pg.Pool): Promise<pg.PoolClient | undefined> {
  const transaction = goingOn(pool)
  if (!transaction) return undefined
  transaction.begun ??= begin(transaction)
  return (await transaction.begun).client
}

/**
 * Sends statements of a transaction without waiting for each other's answer, behind its beginning where it had not begun. PostgreSQL does
 * them one after the other, each with a snapshot of its own, and none after one that fails.
 */
export async function inOneGo(pool: pg.Pool, queries: readonly pg.QueryConfig[]): Promise<pg.QueryResult[]> {
  const client = await connection(pool)
  const beginning = await goingOn(pool)?.begun
  if (!client || !beginning) throw new Fault('these statements belong in a transaction')
  const answers = Promise.all(queries.map((query) => client.query(query)))
  answers.catch(() => undefined)
  // Answers come in order: where it did not begin, that is what is told, and not what came of the statements behind it.
  await beginning.opened
  return answers
}

/**
 * What a transaction says last, in the message of its COMMIT: one statement without parameters. For what is written beside what was done
 * and is not read any more in this transaction.
 */
export function sayLast(pool: pg.Pool, statement: string): void {
  const transaction = goingOn(pool)
  if (!transaction) throw new Fault('this statement belongs in a transaction')
  transaction.last.push(statement)
}

/** What goes on after its transaction is over, such as a branch that nobody waited for, must not end up in the next one's. */
function goingOn(pool: pg.Pool): Transaction | undefined {
  const transaction = going.getStore()
  if (transaction?.pool !== pool) return undefined
  if (transaction.ended) throw new Fault('this transaction is over')
  return transaction
}

/** Notes a stream that the transaction that is going on changed, where its actor still has a part in it; and gives those. */
export const noteChanged = (pool: pg.Pool, id: string, hasPart: boolean): void => {
  const changed = goingOn(pool)?.changed
  if (hasPart) changed?.add(id)
  else changed?.delete(id)
}
export const changedStreams = (pool: pg.Pool): string[] => [...(goingOn(pool)?.changed ?? [])]

async function begin({ pool, acting }: Transaction): Promise<{ client: pg.PoolClient; opened: Promise<unknown> }> {
  const text = begins(await acting())
  const client = await pool.connect()
  const opened = client.query(text)
  // Looked at before COMMIT, and where anything fails.
  opened.catch(() => undefined)
  return { client, opened }
}

// Ids and digests, and nothing that could end a literal.
const plain = /^[\w-]*$/

/** The one place that says whose transaction it is. The settings end with the transaction, so a connection keeps nothing of them. */
function begins({ kind, actorId, organisationId = '' }: Acting): string {
  const set = (name: string, value: string) => {
    if (!plain.test(value)) throw new Fault(`the ${name} of a transaction is no id`)
    return `set_config('handslag.${name}', '${value}', true)`
  }
  return `begin isolation level read committed;
    select ${set('kind', kind)}, ${set('actor', actorId)}, ${set('organisation', organisationId)}`
}
