import type { Config } from '../config.ts'
import { openDatabase } from '../store/database.ts'
import { closeBeforeEnd } from './closing.ts'
import { makeDoor } from './door.ts'
import type { FromWorker, ToWorker } from './messages.ts'

const tell = (message: FromWorker): void => void process.send?.(message)

// Ctrl-C and a service manager send these to every process at once: here they are the same as what the first process says, not a second call.
const signals = ['SIGINT', 'SIGTERM'] as const

/** Serves requests as one of several processes, until the first one says that it is over; Node ends it when that one is gone. */
export async function work(config: Config): Promise<void> {
  const clock = { aheadMs: 0 }
  /** Who waits here until the clock has moved in every process, in the order in which they asked. */
  const waiting: (() => void)[] = []
  let end = (): void => process.exit(0)

  const { url, directory } = await new Promise<Extract<ToWorker, { type: 'begin' }>>((begin) => {
    process.on('message', (message: ToWorker) => {
      if (message.type === 'begin' || message.type === 'clock') clock.aheadMs = message.aheadMs
      if (message.type === 'begin') begin(message)
      if (message.type === 'clock') tell({ type: 'clock-set' })
      if (message.type === 'moved') waiting.shift()?.()
      if (message.type === 'end') end()
    })
    tell({ type: 'hello' })
  })
  const database = { ...openDatabase(url), clock }
  try {
    const door = await makeDoor(config, { database, directory }, (days) => {
      tell({ type: 'move', days })
      return new Promise((moved) => waiting.push(moved))
    })
    const { close } = closeBeforeEnd(async () => {
      await door.close()
      await database.close()
    }, [...signals])
    end = () => {
      end = () => undefined
      void close()
    }
    for (const signal of signals) process.on(signal, () => end())
    tell({ type: 'open', address: await door.open() })
  } catch (error) {
    // The first process says it, in its own manner.
    process.send?.({ type: 'failed', why: error instanceof Error ? error.message : String(error) } satisfies FromWorker, () =>
      process.exit(1),
    )
  }
}
