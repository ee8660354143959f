import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Deps } from '../../../src/actions/deps.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import type { Registry } from '../../support/registry.ts'
import type { Witness } from './evidence.ts'
import type { Operation } from './history.ts'

/**
 * One transaction that is let go message by message; what goes out in one turn counts as one. `thinking`: the program works; `ready`: a
 * message to PostgreSQL waits to be let go; `sent`: PostgreSQL works on it; `waiting`: PostgreSQL says that it waits for a lock; `done`:
 * the call was answered.
 */
type Lane = {
  database: Database
  status: 'thinking' | 'ready' | 'sent' | 'waiting' | 'done'
  pid: number
  text: string
  go: () => void
}

/** Lanes whose every message waits to be let go. */
type Lanes = { lanes: Lane[]; changed: () => Promise<void>; close: () => Promise<void> }

/** Opens lanes, each with one connection of its own. */
async function openLanes(registry: Registry, count: number): Promise<Lanes> {
  let tell = (): void => undefined
  let told = new Promise<void>((resolve) => {
    tell = resolve
  })
  const change = (): void => {
    tell()
    told = new Promise<void>((resolve) => {
      tell = resolve
    })
  }
  const lanes = await Promise.all(
    Array.from({ length: count }, async (): Promise<Lane> => {
      const database = openDatabase(registry.fresh.url, { max: 1 })
      database.clock = registry.deps.database.clock
      // An idle connection would be closed after 10 s, and the next one be without its gate.
      database.pool.options.idleTimeoutMillis = 0
      const client = await database.pool.connect()
      const lane: Lane = { database, status: 'done', pid: processId(client), text: '', go: () => undefined }
      gate(client, lane, change)
      client.release()
      return lane
    }),
  )
  return {
    lanes,
    changed: () => told,
    close: async () => void (await Promise.all(lanes.map(({ database }) => database.close()))),
  }
}

const processId = (client: pg.PoolClient): number => (client as unknown as { processID: number }).processID

/** Has every query of a connection wait until it is let go, together with those that were asked in the same turn. */
function gate(client: pg.PoolClient, lane: Lane, change: () => void): void {
  const send = client.query.bind(client) as (...query: unknown[]) => Promise<unknown>
  const held: (() => void)[] = []
  let unanswered = 0
  const becomes = (status: Lane['status']): void => {
    lane.status = status
    change()
  }
  lane.go = () => {
    for (const one of held.splice(0)) one()
  }
  const gated = async (...query: unknown[]): Promise<unknown> => {
    const [first] = query
    const text = typeof first === 'string' ? first : String((first as { text: string }).text)
    lane.text = held.length === 0 ? text : `${lane.text}; ${text}`
    // Ready once the turn is over, and with it all that is asked in it.
    if (held.length === 0) process.nextTick(becomes, 'ready')
    await new Promise<void>((resolve) => held.push(resolve))
    unanswered += 1
    try {
      return await send(...query)
    } finally {
      unanswered -= 1
      if (unanswered === 0) becomes('thinking')
    }
  }
  // The pool's own queries come with a callback, promises without.
  client.query = ((...query: unknown[]) => {
    const callback = query.at(-1)
    if (typeof callback !== 'function') return gated(...query)
    return void gated(...query.slice(0, -1)).then(
      (result) => callback(undefined, result),
      (error: unknown) => callback(error),
    )
  }) as typeof client.query
}

/** In which order the lanes were let go, and how many others could have been at each step. */
type Trace = { chosen: number; ready: number; lane: number }[]

/** One call of an action, through the database that it is given. */
export type Call<Told> = (deps: Deps) => Promise<Told>

/** What came of a call, and when it began and was answered, counted in messages. */
export type Answered<Told> = Pick<Operation, 'invoked' | 'answered' | 'notBefore'> & { told: Told }

/** What came of one order of the messages: `waited` where one waited for the lock of another, `serial` where they came one after the other. */
export type Order = { waited: boolean; serial: boolean }

/**
 * Does several calls at one instant in every order of their messages to the database, `most` of them at a time. Each order begins with what
 * `ready` makes for it; `ended` looks at what came of it.
 */
export async function inEveryOrder<Told, Ready, Ended>(
  registry: Registry,
  witness: Witness,
  most: number,
  ready: () => Promise<Ready & { calls: readonly Call<Told>[] }>,
  ended: (ready: Ready, answers: Answered<Told>[]) => Promise<Ended>,
): Promise<(Ended & Order)[]> {
  const endings: (Ended & Order)[] = []
  const lanes = await openLanes(registry, most)
  for (let order: number[] | undefined = []; order; ) {
    const made = await ready()
    const { answers, trace, waited } = await interleave(registry, lanes, witness, made.calls, order)
    endings.push({ ...(await ended(made, answers)), waited, serial: isSerial(trace) })
    order = nextOrder(trace)
  }
  await lanes.close()
  return endings
}

/**
 * Does several calls, one in each lane, letting go one message at a time: those of `prefix` as it says, the rest first come first. Whether
 * a message was answered or waits for a lock, PostgreSQL tells.
 */
async function interleave<Told>(
  registry: Registry,
  { lanes, changed }: Lanes,
  witness: Witness,
  calls: readonly Call<Told>[],
  prefix: readonly number[],
): Promise<{ answers: Answered<Told>[]; trace: Trace; waited: boolean }> {
  const used = lanes.slice(0, calls.length)
  const trace: Trace = []
  const invoked = new Map<number, number>()
  const notBefore = new Map<number, string>()
  let waited = false
  let clock = 0
  const running = calls.map(async (call, nth): Promise<Answered<Told>> => {
    const lane = used[nth]
    if (!lane) throw new Error('a lane for each call')
    lane.status = 'thinking'
    const told = await call({ ...registry.deps, database: lane.database })
    clock += 1
    const answered = clock
    lane.status = 'done'
    const moment = notBefore.get(nth)
    return { told, answered, invoked: invoked.get(nth) ?? Number.NaN, ...(moment !== undefined && { notBefore: moment }) }
  })
  const all = Promise.all(running)
  const failed = all.then(
    () => new Promise<void>(() => undefined),
    (error) => Promise.reject(error),
  )
  for (;;) {
    await settle(used, changed, witness, failed)
    const ready = used.filter((lane) => lane.status === 'ready')
    const waiting = used.filter((lane) => lane.status === 'waiting')
    if (ready.length === 0) break
    waited ||= waiting.length > 0
    const chosen = prefix[trace.length] ?? 0
    const lane = ready[chosen]
    if (!lane) throw new Error('this was chosen before')
    const nth = used.indexOf(lane)
    // Whoever waits while another commits gets the lock after this moment.
    if (/(^|;)\s*commit$/i.test(lane.text) && waiting.length > 0) {
      const now = await nowOf(registry, witness)
      for (const one of waiting) notBefore.set(used.indexOf(one), now)
    }
    clock += 1
    // A call begins with its first message: until then it has done nothing.
    if (!invoked.has(nth)) invoked.set(nth, clock)
    trace.push({ chosen, ready: ready.length, lane: nth })
    lane.status = 'sent'
    lane.go()
  }
  return { answers: await all, trace, waited }
}

async function nowOf({ deps }: Registry, { pool }: Witness): Promise<string> {
  const { aheadMs } = deps.database.clock
  const { rows } = await pool.query<{ now: string }>(`select clock_timestamp() + $1 * interval '1 millisecond' as now`, [aheadMs])
  return rows[0]?.now ?? ''
}

/** Waits until nothing moves by itself any more: each lane is ready for its next message, done, or waits for a lock of another. */
async function settle(lanes: readonly Lane[], changed: () => Promise<void>, { pool }: Witness, failed: Promise<void>): Promise<void> {
  for (const lane of lanes) if (lane.status === 'waiting') lane.status = 'sent'
  // 15 s: longer than any statement may take.
  const late = performance.now() + 15_000
  for (;;) {
    const moving = lanes.filter(({ status }) => status === 'thinking' || status === 'sent')
    if (moving.length === 0) return
    // 2 ms: longer than most messages take, and short enough for those that wait for a lock.
    await Promise.race([changed(), sleep(2), failed])
    if (performance.now() > late) throw new Error(`nothing moves: ${lanes.map(({ status, text }) => `${status} ${text}`).join('; ')}`)
    if (moving.some(({ status }) => status !== 'sent')) continue
    const { rows } = await pool.query<{ pid: number }>(
      'select pid from unnest($1::int[]) as pid where cardinality(pg_blocking_pids(pid)) > 0',
      [moving.map(({ pid }) => pid)],
    )
    // Only where all that could move wait: while one of them moves, it may be about to let the others go.
    if (rows.length < moving.length) continue
    if (moving.length === lanes.length) throw new Error('everybody waits for another')
    for (const lane of moving) lane.status = 'waiting'
  }
}

/** The next order to try after one that was tried: depth first, so that every order comes once. Nothing when all were tried. */
function nextOrder(trace: Trace): number[] | undefined {
  const last = trace.findLastIndex(({ chosen, ready }) => chosen + 1 < ready)
  return last < 0 ? undefined : [...trace.slice(0, last).map(({ chosen }) => chosen), (trace[last]?.chosen ?? 0) + 1]
}

/** Whether the calls came one after the other: each began when the one before was answered. */
function isSerial(trace: Trace): boolean {
  const changes = trace.filter(({ lane }, index) => index > 0 && trace[index - 1]?.lane !== lane).length
  return changes + 1 === new Set(trace.map(({ lane }) => lane)).size
}
