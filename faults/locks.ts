import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Answer, wrongWith } from './client.ts'
import { untilAcknowledged } from './kill-database.ts'
import { watchLiveness } from './liveness.ts'
import { type Result, resultOf } from './result.ts'
import { openTable, startLoad } from './workers.ts'
import type { World } from './world.ts'

/** Somebody holds the lock of one agreement, and does not let go: who writes there hears 503 in time, and everybody else goes on. */
export async function lockHolder(world: World, { seconds }: { seconds: number }): Promise<Result> {
  return withLock(world, seconds, { fault: 'a lock held', at_once: 3, others: true })
}

/** The same, with so many waiting for it that they take every connection: everybody hears 503 until it is let go. */
export async function poolExhausted(world: World, { seconds }: { seconds: number }): Promise<Result> {
  return withLock(world, seconds, { fault: 'pool exhausted', at_once: 60, others: false })
}

// A request waits 2 s for a connection and then 2 s for the lock, at most; the rest is a busy machine.
const slowestMs = 6_000

async function withLock(
  world: World,
  seconds: number,
  { fault, at_once: atOnce, others }: { fault: string; at_once: number; others: boolean },
): Promise<Result> {
  const { client } = world
  const url = world.urls[0] ?? ''
  const { at } = await openTable(
    (make) => client.send(url, make('A table')),
    (one) => world.organisationOf(one),
  )
  const load = startLoad(world, { workers: 4 })
  const liveness = watchLiveness(world.urls)
  const holder = new pg.Client(world.database.urls().superuser)
  await holder.connect()
  await holder.query('begin')
  await holder.query('select 1 from streams where id = $1 for update', [at.split('/').at(-1)])
  const before = load.acknowledged()
  const wrong: string[] = []
  let refused = 0
  let slowest = 0
  const end = performance.now() + seconds * 1_000
  const wait = async () => {
    while (performance.now() < end) {
      const began = performance.now()
      const sent = { as: 'lotte', method: 'POST', path: `${at}/rounds/1/contributions`, body: { kind: 'concern', text: 'Too late' } }
      const answer: Answer | undefined = await client.send(url, sent).catch(() => undefined)
      slowest = Math.max(slowest, performance.now() - began)
      if (answer?.status === 503) refused += 1
      const mistake = answer ? (wrongWith(answer) ?? (answer.status < 300 ? 'written in spite of the lock' : undefined)) : 'broken off'
      // Who began at the very end may be let in.
      if (mistake && performance.now() < end) wrong.push(`${sent.path}: ${mistake}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, wait))
  const meanwhile = load.acknowledged() - before
  await holder.query('rollback')
  await holder.end()
  const recoveryMs = [await untilAcknowledged(load, performance.now())]
  await sleep(300)
  wrong.push(...(await liveness.stop()))
  if (others && meanwhile === 0) wrong.push('nobody else could write')
  if (refused === 0) wrong.push('nobody was told to try again')
  if (slowest > slowestMs) wrong.push(`an answer took ${Math.round(slowest)} ms`)
  const also = `${refused} answers of 503, the slowest after ${(slowest / 1000).toFixed(1)} s, ${meanwhile} changes elsewhere meanwhile`
  return resultOf(world, load, { fault, cycles: 1, recoveryMs, wrong, also })
}
