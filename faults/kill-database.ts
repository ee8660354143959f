import { setTimeout as sleep } from 'node:timers/promises'
import { anyMoment } from './kill-server.ts'
import { watchLiveness } from './liveness.ts'
import { type Result, resultOf } from './result.ts'
import { type Load, startLoad } from './workers.ts'
import type { World } from './world.ts'

/** kill -9 of PostgreSQL, the postmaster and all its processes, in the midst of writes; it is started again after a moment. */
export async function killDatabase(world: World, cycles: number): Promise<Result> {
  const load = startLoad(world)
  const liveness = watchLiveness(world.urls)
  const recoveryMs: number[] = []
  const startMs: number[] = []
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await sleep(anyMoment(400, 1200))
    const began = performance.now()
    await world.database.kill()
    await world.database.start()
    startMs.push(performance.now() - began)
    recoveryMs.push(await untilAcknowledged(load, began))
  }
  const also = `PostgreSQL itself is back after ${(startMs.toSorted((a, b) => a - b)[cycles >> 1] ?? 0).toFixed(0)} ms (median)`
  const wrong = await liveness.stop()
  return resultOf(world, load, { fault: 'kill -9 of PostgreSQL', cycles, recoveryMs, also, wrong })
}

/** Waits until a change is acknowledged that was answered after now; gives how long that is after the beginning. */
export async function untilAcknowledged(load: Load, began: number): Promise<number> {
  const before = load.acknowledged()
  // A minute: far more than anything here may take, so that what does not come back is seen and not waited for.
  const giveUp = performance.now() + 60_000
  while (load.acknowledged() === before) {
    if (performance.now() > giveUp) {
      load.wrong.push('no change was acknowledged for a minute after the fault was over')
      break
    }
    await sleep(5)
  }
  return performance.now() - began
}
