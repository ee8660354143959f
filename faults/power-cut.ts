import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { planted } from '../test/support/planted.ts'
import { differences, effects } from './checker.ts'
import { poweredFileSystem } from './filesystem.ts'
import { untilAcknowledged } from './kill-database.ts'
import { anyMoment } from './kill-server.ts'
import { type Result, resultOf } from './result.ts'
import { startServer } from './server.ts'
import { startLoad } from './workers.ts'
import { aWorld } from './world.ts'

// Room for PostgreSQL, its databases and half an hour of its log.
const megabytes = 768

/** The power goes, of database and server, in the midst of writes: what was in memory only is gone, for PostgreSQL and the system alike. */
export async function powerCut({ cycles }: { cycles: number }): Promise<Result> {
  const disk = await poweredFileSystem(megabytes)
  try {
    const world = await aWorld({ data: join(disk.path, 'database') })
    try {
      const load = startLoad(world)
      const recoveryMs: number[] = []
      for (let cycle = 0; cycle < cycles; cycle += 1) {
        await sleep(anyMoment(1_500, 3_000))
        const began = performance.now()
        await disk.cutPower()
        await Promise.all([world.database.kill(), ...world.servers.map((server) => server.kill('SIGKILL'))])
        await disk.returnPower()
        await world.database.start()
        await Promise.all(world.servers.map((server) => server.start()))
        recoveryMs.push(await untilAcknowledged(load, began))
      }
      const result = await resultOf(world, load, { fault: 'power cut', cycles, recoveryMs })
      result.wrong.push(...(await differences(world)))
      return result
    } finally {
      await world.close()
    }
  } finally {
    await disk.remove()
  }
}

/** `refused`: the registry as it is did not start on such a database. */
type Control = { acknowledged: number; lost: number; refused: boolean }

/**
 * The same with fsync off, to show that this method sees a loss: here it has to. The server refuses such a database, so it runs from a copy
 * of the house in which that refusal is taken out.
 */
export async function powerCutWithoutFsync(): Promise<Control> {
  const careless = await planted([{ file: 'src/store/open.ts', find: /^ *await refuseUnsafe\(.*$/m, replace: '' }])
  const disk = await poweredFileSystem(megabytes)
  try {
    const world = await aWorld({ data: join(disk.path, 'database'), root: careless.directory })
    try {
      await world.database.sql('alter system set fsync = off')
      await world.database.sql('select pg_reload_conf()')
      const { application, owner } = world.database.urls()
      const where = {
        databaseUrl: application,
        ownerUrl: owner,
        keys: join(world.directory, 'keys'),
        log: join(world.directory, 'refused.log'),
      }
      const refused = await startServer(where).then(
        async (server) => {
          await server.kill('SIGKILL')
          return false
        },
        () => readFileSync(where.log, 'utf8').includes('fsync is off'),
      )
      const load = startLoad(world)
      await sleep(2_500)
      await disk.cutPower()
      await Promise.all([world.database.kill(), ...world.servers.map((server) => server.kill('SIGKILL'))])
      await load.stop(0)
      const acknowledged = load.operations.filter(({ state }) => state === 'acknowledged')
      await disk.returnPower()
      // It may be damaged beyond starting: then all of it is lost.
      const found = await world.database.start().then(
        () => effects(world.database.urls().superuser),
        () => new Map<string, number>(),
      )
      const lost = acknowledged.filter(({ marker }) => !found.has(marker)).length
      return { acknowledged: acknowledged.length, lost, refused }
    } finally {
      await world.close()
    }
  } finally {
    await disk.remove()
    await careless.remove()
  }
}
