import { setTimeout as sleep } from 'node:timers/promises'
import { type Result, resultOf } from './result.ts'
import { startLoad } from './workers.ts'
import type { World } from './world.ts'

/** kill -9 of a server process in the midst of writes, one after the other, and every fifth time all of them at once. */
export async function killServer(world: World, cycles: number): Promise<Result> {
  const load = startLoad(world)
  const recoveryMs: number[] = []
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await sleep(anyMoment(300, 900))
    const victims = cycle % 5 === 4 ? world.servers : world.servers.filter((_, nth) => nth === cycle % world.servers.length)
    const began = performance.now()
    await Promise.all(
      victims.map(async (server) => {
        await server.kill('SIGKILL')
        await server.start()
      }),
    )
    recoveryMs.push(performance.now() - began)
  }
  await sleep(300)
  return resultOf(world, load, { fault: `kill -9 of the server, ${world.servers.length} processes`, cycles, recoveryMs })
}

/** A moment that hits a request at another place each time. */
export const anyMoment = (fromMs: number, toMs: number): number => fromMs + Math.random() * (toMs - fromMs)
