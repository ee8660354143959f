import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { differences } from './checker.ts'
import { smallFileSystem } from './filesystem.ts'
import { untilAcknowledged } from './kill-database.ts'
import { watchLiveness } from './liveness.ts'
import { type Result, resultOf } from './result.ts'
import { startLoad } from './workers.ts'
import { aWorld } from './world.ts'

/** The disk of PostgreSQL runs full in the midst of writes, data and write-ahead log both; after a while there is room again. */
export async function diskFull({ cycles, secondsFull }: { cycles: number; secondsFull: number }): Promise<Result> {
  // Room for PostgreSQL (40 MB), five databases of 8 MB, and a few segments of 16 MB of its log.
  const disk = await smallFileSystem(224)
  try {
    const world = await aWorld({ data: join(disk.path, 'database') })
    try {
      const load = startLoad(world)
      const liveness = watchLiveness(world.urls)
      const recoveryMs: number[] = []
      let whileFull = 0
      let restarts = 0
      const wrong: string[] = []
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        await sleep(2_000)
        const before = load.acknowledged()
        // Again and again: what PostgreSQL gives back, when it recycles a segment, is taken as well.
        const [began, fullMs] = [performance.now(), secondsFull * 1_000]
        while (performance.now() < began + fullMs) {
          disk.fill()
          // First there is no room for data; then none for the log either, as it goes on to a next file.
          if (performance.now() > began + fullMs / 2) await world.database.sql('select pg_switch_wal()').catch(() => undefined)
          await sleep(200)
        }
        whileFull += load.acknowledged() - before
        disk.clear()
        const cleared = performance.now()
        // Where it could not write its log PostgreSQL gives up, and whoever watches over it starts it again.
        if (!world.database.alive()) {
          restarts += 1
          await world.database.start()
        }
        recoveryMs.push(await untilAcknowledged(load, cleared))
      }
      wrong.push(...(await liveness.stop()))
      const also = `${whileFull} done in room that was left, PostgreSQL started again ${restarts} times`
      const result = await resultOf(world, load, { fault: 'disk full', cycles, recoveryMs, wrong, also })
      result.wrong.push(...(await differences(world)))
      return result
    } finally {
      await world.close()
    }
  } finally {
    await disk.remove()
  }
}
