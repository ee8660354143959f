import { setTimeout as sleep } from 'node:timers/promises'
import { untilAcknowledged } from './kill-database.ts'
import { watchLiveness } from './liveness.ts'
import { type Result, resultOf } from './result.ts'
import { startLoad } from './workers.ts'
import type { World } from './world.ts'

/** A database that answers late: each message waits, and then each waits so long that no request can be done in time. */
export async function slowDatabase(world: World, { secondsEach }: { secondsEach: number }): Promise<Result> {
  const load = startLoad(world)
  const liveness = watchLiveness(world.urls)
  const recoveryMs: number[] = []
  const also: string[] = []
  // 50 ms: another continent. 2 s: a disk that is dying; a request takes longer than anybody waits.
  for (const delayMs of [50, 500, 2_000]) {
    const before = load.acknowledged()
    world.proxy.delayMs = delayMs
    await sleep(secondsEach * 1_000)
    world.proxy.delayMs = 0
    also.push(`${load.acknowledged() - before} done with ${delayMs} ms`)
    recoveryMs.push(await untilAcknowledged(load, performance.now()))
  }
  const wrong = await liveness.stop()
  return resultOf(world, load, { fault: 'slow database', cycles: recoveryMs.length, recoveryMs, wrong, also: also.join(', ') })
}

/** The cable is cut: connections go silent for good, and neither end is told. New connections work. */
export async function halfOpen(world: World, cycles: number): Promise<Result> {
  // More than one process has connections: were they lost for good, none would be left.
  const load = startLoad(world, { workers: 16, tables: 16 })
  const liveness = watchLiveness(world.urls)
  const recoveryMs: number[] = []
  let frozen = 0
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await sleep(500)
    frozen += world.proxy.freeze()
    recoveryMs.push(await untilAcknowledged(load, performance.now()))
  }
  const wrong = await liveness.stop()
  return resultOf(world, load, { fault: 'half-open connections', cycles, recoveryMs, wrong, also: `${frozen} connections went silent` })
}

/** An administrator ends every connection of the registry, twenty times a second. */
export async function terminateBackends(world: World, { seconds }: { seconds: number }): Promise<Result> {
  const load = startLoad(world)
  const liveness = watchLiveness(world.urls)
  const end = performance.now() + seconds * 1_000
  let ended = 0
  let cycles = 0
  while (performance.now() < end) {
    await sleep(50)
    const [row] = await world.database.sql<{ ended: number }>(
      `select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity where usename = 'handslag_api'`,
    )
    ended += row?.ended ?? 0
    cycles += 1
  }
  const recoveryMs = [await untilAcknowledged(load, performance.now())]
  const wrong = await liveness.stop()
  return resultOf(world, load, {
    fault: 'pg_terminate_backend, every 50 ms',
    cycles,
    recoveryMs,
    wrong,
    also: `${ended} connections ended`,
  })
}
