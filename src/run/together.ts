import type { Config } from '../config.ts'
import { openLog } from '../http/log.ts'
import type { Store } from '../store/open.ts'
import { closeBeforeEnd } from './closing.ts'
import { aCrew } from './crew.ts'
import { moveOn } from './demonstration.ts'
import { openRegistry } from './registry.ts'

/**
 * Serves a registry with several processes behind one port, until Ctrl-C or SIGTERM; gives the address. This one keeps what there is once
 * (the database, the jobs, the clock of a demonstration) and answers no requests; the others do nothing else. Where one of those ends,
 * another takes its place.
 */
export async function serveTogether(config: Config, store: Store): Promise<string> {
  const { database, url, directory } = store
  const opening = openRegistry(config, store)
  const log = openLog(config.LOG_LEVEL === 'silent' ? false : { level: config.LOG_LEVEL })
  const crew = aCrew({
    begin: async () => {
      await opening
      return { type: 'begin', url, directory, aheadMs: database.clock.aheadMs }
    },
    moveClock: (days) => {
      moveOn(database.clock, days)
      return database.clock.aheadMs
    },
    lost: (what, line) => log.error(what, line),
  })
  // They load the program while the registry is opened.
  const [registry, address] = await Promise.all([opening, crew.start(config.PROCESSES)])
  const jobs = registry.startJobs(log)
  closeBeforeEnd(async () => {
    await crew.stop()
    await jobs.stop()
    await store.close()
  })
  return address
}
