import { AsyncLocalStorage } from 'node:async_hooks'
import type pg from 'pg'
import type { Acting } from '../domain/actor.ts'
import { Fault } from './fault.ts'

/** One transaction: for whom it reads and writes, its connection once it has begun, and whether it is over. */
type Transaction = { pool: pg.Pool; acting: () => Promise<Acting>; begun?: Promise<pg.PoolClient>; changed: Set<string>; ended: boolean }

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
    changed: new Set(),
    ended: false,
  }
  let broken: Error | undefined
  try {
    const done = await going.run(transaction, work).finally(() => {
      transaction.ended = true
    })
    // A transaction in which a statement failed answers COMMIT with ROLLBACK, and no error.
    const ended = await (await transaction.begun)?.query('commit')
    if (ended && ended.command !== 'COMMIT') throw new Fault('a statement failed in this transaction, and its error was passed over')
    return done
  } catch (error) {
    broken = unanswered(error) ? error : await undone(transaction)
    throw error
  } finally {
    // A connection that could not roll back is not given to anybody else.
    await transaction.begun?.then(
      (client) => client.release(broken),
      () => undefined,
    )
  }
}

/** Undoes a transaction; gives why it could not be. */
const undone = (transaction: Transaction): Promise<Error | undefined> | undefined =>
  transaction.begun
    ?.then((client) => client.query('rollback'))
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
  if (!transaction.begun) await begin(transaction, '')
  return transaction.begun
}

/**
 * Sends statements without parameters in one message, with the beginning of the transaction where it had not begun; gives the result of
 * each. Only within a transaction.
 */
export async function statements(pool: pg.Pool, text: string): Promise<pg.QueryResult[]> {
  const transaction = goingOn(pool)
  if (!transaction) throw new Fault('these statements belong in a transaction')
  if (!transaction.begun) return begin(transaction, text)
  const results = await (await transaction.begun).query(text)
  return [results].flat()
}

/** What goes on after its transaction is over, such as a branch that nobody waited for, must not end up in the next one's. */
function goingOn(pool: pg.Pool): Transaction | undefined {
  const transaction = going.getStore()
  if (transaction?.pool !== pool) return undefined
  if (transaction.ended) throw new Fault('this transaction is over')
  return transaction
}

/** Notes which streams the transaction that is going on changes; and which it changed. */
export const noteChanged = (pool: pg.Pool, ids: readonly string[]): void => {
  for (const id of ids) goingOn(pool)?.changed.add(id)
}
export const changedStreams = (pool: pg.Pool): string[] => [...(goingOn(pool)?.changed ?? [])]

async function begin(transaction: Transaction, text: string): Promise<pg.QueryResult[]> {
  const beginning = transaction.acting().then(async (acting) => {
    const client = await transaction.pool.connect()
    return { client, answer: client.query(`${begins(client, acting)}; ${text}`) }
  })
  transaction.begun = beginning.then(({ client }) => client)
  // Whoever uses the connection is told; until then nobody looks.
  transaction.begun.catch(() => undefined)
  const results = await (await beginning).answer
  return [results].flat().slice(2)
}

/** The one place that says whose transaction it is. The settings end with the transaction, so a connection keeps nothing of them. */
function begins(client: pg.PoolClient, { kind, actorId, organisationId = '' }: Acting): string {
  const set = (name: string, value: string) => `set_config('handslag.${name}', ${client.escapeLiteral(value)}, true)`
  return `begin isolation level read committed;
    select ${set('kind', kind)}, ${set('actor', actorId)}, ${set('organisation', organisationId)}`
}
