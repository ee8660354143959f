import type { Config } from '../config.ts'
import type { Store } from '../store/open.ts'
import { closeBeforeEnd } from './closing.ts'
import { moveOn } from './demonstration.ts'
import { makeDoor } from './door.ts'
import { openRegistry } from './registry.ts'

/** Serves a registry with this process alone, until Ctrl-C or SIGTERM; gives the address. */
export async function serveAlone(config: Config, store: Store): Promise<string> {
  const { database } = store
  const registry = await openRegistry(config, store)
  const door = await makeDoor(config, store, async (days) => moveOn(database.clock, days))
  const jobs = registry.startJobs(door.log)
  closeBeforeEnd(async () => {
    await door.close()
    await jobs.stop()
    await store.close()
  })
  return door.open()
}
