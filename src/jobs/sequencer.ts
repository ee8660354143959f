import type { Database } from '../store/database.ts'
import { batch, extendLog, type Signing } from '../store/log.ts'

type Options = {
  /** How long to wait after a look at an empty queue, in milliseconds. */
  pauseMs?: number
  /** How long a mistake that goes on is not told again, in milliseconds. */
  againMs?: number
  /**
   * Told once of each different mistake, until something was put in the log or much time passed: a database that is away does not fill the
   * log. `why` is what went wrong in a line, without what was in the statement.
   */
  failed: (error: unknown, why: string) => void
}

// Ten minutes: whoever looks at the log sees that it goes on, among at most six lines an hour.
const tenMinutes = 600_000

/**
 * Keeps putting what was recorded in the log, and signs it. Any number of processes may do this at once: one does the work. What goes wrong
 * is told and tried again. `stop` waits for what is going on.
 */
export function startSequencer(
  database: Database,
  signing: Signing,
  { pauseMs = 1_000, againMs = tenMinutes, failed }: Options,
): { stop: () => Promise<void> } {
  let stopped = false
  let wake = (): void => undefined
  /** When each mistake was told. */
  const told = new Map<string, number>()

  const tell = (error: unknown): void => {
    const now = performance.now()
    for (const [why, at] of told) if (now - at >= againMs) told.delete(why)
    const why = whyOf(error)
    if (stopped || told.has(why)) return
    told.set(why, now)
    failed(error, why)
  }

  const round = async (): Promise<number> => {
    try {
      const count = await extendLog(database, signing)
      // Nothing was done where there was nothing to do, or another process was at it: that mends no mistake.
      if (count > 0) told.clear()
      return count
    } catch (error) {
      tell(error)
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

/**
 * What went wrong: what the innermost error says, which is the database's own. Drizzle wraps it in one that repeats the statement and its
 * values; errors of class 22 (data exception) and of JSON quote a value themselves, and are told by their code and name.
 */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (error.cause instanceof Error) return whyOf(error.cause)
  const { code } = error as { code?: unknown }
  const named = typeof code === 'string' ? `${error.name} ${code}` : error.name
  const quotes = error.name === 'SyntaxError' || error.message.startsWith('Failed query') || /^22...$/.test(String(code))
  return quotes || error.message === '' ? named : error.message
}
