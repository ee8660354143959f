import type { Database } from '../store/database.ts'
import { batch, extendLog, type Signing } from '../store/log.ts'

type Options = {
  /** How long to wait after a look at an empty queue, in milliseconds. */
  pauseMs?: number
  /** Told once per different mistake in a row, so that a database that is away does not fill the log. */
  failed: (error: unknown) => void
}

/**
 * Keeps putting what was recorded in the log, and signs it. Any number of processes may do this at once: one does the work. What goes wrong
 * is told and tried again. `stop` waits for what is going on.
 */
export function startSequencer(database: Database, signing: Signing, { pauseMs = 1_000, failed }: Options): { stop: () => Promise<void> } {
  let stopped = false
  let wake = (): void => undefined
  let told = ''

  const round = async (): Promise<number> => {
    try {
      const count = await extendLog(database, signing)
      told = ''
      return count
    } catch (error) {
      if (String(error) !== told && !stopped) failed(error)
      told = String(error)
      return 0
    }
  }

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const done = (async () => {
    while (!stopped) {
      const count = await round()
      // What waits from before there was a log goes in at once; else there is one checkpoint per pause, however busy it is.
      if (!stopped && count < batch) await pause()
    }
  })()

  return {
    stop: () => {
      stopped = true
      wake()
      return done
    },
  }
}
