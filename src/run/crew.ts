import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { FromWorker, ToWorker } from './messages.ts'

type Orders = {
  /** What a process that serves has to know; comes when there is something to serve. */
  begin: () => Promise<ToWorker>
  /** Moves the clock of this process on by days; gives how far ahead it then is. */
  moveClock: (days: number) => number
  /** Told of each process that ended by itself. */
  lost: (what: object, line: string) => void
}

/** The processes that serve. `start` gives the address once all of them listen; `stop` lets them finish what they are at. */
export type Crew = { start: (count: number) => Promise<string>; stop: () => Promise<void> }

// Who serves for ten seconds has started well; what ends it then is no fault of the start.
const wellMs = 10_000
// A process that serves breaks off after 5 s what keeps it (src/run/door.ts); 3 s are left of the 10 s in which all has to be closed.
const lateMs = 7_000
/** How long to wait before another takes the place of one that ended, in milliseconds: not at all, then 1, 2, 4 … 32 s while start after start fails. */
const waitMs = (failures: number): number => (failures === 0 ? 0 : 1_000 * 2 ** Math.min(failures - 1, 5))

/** Keeps processes that serve behind one port: where one ends, another takes its place. At the start all have to begin well, or none does. */
export function aCrew({ begin, moveClock, lost }: Orders): Crew {
  const workers = new Set<Worker>()
  /** Those that were told the time, with who waits until theirs is set anew. */
  const told = new Map<Worker, (() => void)[]>()
  let serving = false

  const tell = (worker: Worker, message: ToWorker): void => {
    // One that is about to end does not hear it; its 'exit' follows.
    if (worker.isConnected()) worker.send(message, () => undefined)
  }

  const beginOne = async (worker: Worker): Promise<void> => {
    const beginning = await begin()
    if (!workers.has(worker)) return
    told.set(worker, [])
    tell(worker, beginning)
  }

  /** Every process has the new time before who moved the clock hears that it moved. */
  const moveAll = async (days: number): Promise<void> => {
    const aheadMs = moveClock(days)
    const set = [...told].map(([worker, waiting]) => {
      tell(worker, { type: 'clock', aheadMs })
      return new Promise<void>((done) => waiting.push(done))
    })
    await Promise.all(set)
  }

  /** Starts one, after as many failed starts in its place; gives the address that it listens on, or throws why it does not. */
  const startOne = (failures: number): Promise<string> =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now()
      let why: string | undefined
      const gone = (reason: string, pid?: number): void => {
        reject(new Error(reason))
        const well = performance.now() - startedAt >= wellMs
        if (serving) replace(pid, reason, well ? 0 : failures + 1)
      }
      let worker: Worker
      try {
        // How the owner of the database logs in is no business of a process that talks to the outside.
        worker = cluster.fork({ DATABASE_OWNER_URL: '' })
      } catch (error) {
        return gone(String(error))
      }
      workers.add(worker)
      // A process that could not be made says so, and has no exit.
      worker.once('error', (error) => {
        if (workers.delete(worker)) gone(String(error))
      })
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'hello') beginOne(worker).catch(reject)
        if (message.type === 'open') resolve(message.address)
        if (message.type === 'failed') why = message.why
        if (message.type === 'move') void moveAll(message.days).then(() => tell(worker, { type: 'moved' }))
        if (message.type === 'clock-set') told.get(worker)?.shift()?.()
      })
      worker.once('exit', (code, signal) => {
        for (const done of told.get(worker) ?? []) done()
        told.delete(worker)
        if (workers.delete(worker)) gone(why ?? (signal ? `it was ended by ${signal}` : `it ended with code ${code}`), worker.process.pid)
      })
    })

  const replace = (pid: number | undefined, why: string, failures: number): void => {
    const inMs = waitMs(failures)
    lost({ process: pid, why, inMs }, 'a process that serves requests ended; another takes its place')
    setTimeout(() => {
      // It says itself why it does not start, when it ends.
      if (serving) startOne(failures).catch(() => undefined)
    }, inMs)
  }

  return {
    start: async (count) => {
      const [address = ''] = await Promise.all(Array.from({ length: count }, () => startOne(0)))
      if (workers.size < count) throw new Error('a process that serves requests ended while others began')
      serving = true
      return address
    },
    stop: async () => {
      serving = false
      const ends = [...workers].map((worker) => once(worker, 'exit'))
      for (const worker of workers) tell(worker, { type: 'end' })
      // Who hangs does not keep the others, the jobs and the database from ending in order.
      const late = setTimeout(() => {
        for (const worker of workers) worker.process.kill('SIGKILL')
      }, lateMs)
      await Promise.all(ends)
      clearTimeout(late)
    },
  }
}
