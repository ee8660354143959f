import { Fault } from './fault.ts'

/** The database does not answer as fast as it is asked. The code is PostgreSQL's for want of resources (class 53). */
class NotKeepingUp extends Error {
  readonly code = '53000'

  constructor() {
    super('the database does not keep up with what it is asked')
    this.name = 'NotKeepingUp'
  }
}

/** Asks a database for many at once: gives what was found for each, in the order of asking. */
type AskAll<On, Asked, Found> = (on: On, asked: readonly Asked[]) => Promise<readonly Found[]>

type Waiting<Asked, Found> = { asked: Asked; at: number; resolve: (found: Found) => void; reject: (error: unknown) => void }

/** Two statements at a time: while PostgreSQL answers one, the next is on its way. 100 questions: some hundred kilobytes of answer, as a rule. */
const atOnce = 2
const most = 100
/** As long as anybody waits for a connection (`openDatabase`): after 2 s it is better to answer "unavailable" than to queue. */
const patienceMs = 2_000

/**
 * Gathers questions into few statements: what is asked while `atOnce` of them are on their way waits for the next one, with at most
 * `most` questions in it. A question never joins a statement that was already sent, so whatever was committed before it was asked is
 * seen in its answer. When a statement fails, so do the questions in it; a question that waits for too long fails as unavailable.
 */
export function gathering<On extends object, Asked, Found>(askAll: AskAll<On, Asked, Found>): (on: On, asked: Asked) => Promise<Found> {
  const queues = new WeakMap<On, (asked: Asked) => Promise<Found>>()
  return (on, asked) => {
    const queue = queues.get(on) ?? aQueue((all: readonly Asked[]) => askAll(on, all))
    queues.set(on, queue)
    return queue(asked)
  }
}

function aQueue<Asked, Found>(askAll: (asked: readonly Asked[]) => Promise<readonly Found[]>): (asked: Asked) => Promise<Found> {
  const waiting: Waiting<Asked, Found>[] = []
  let underWay = 0
  let called = false
  let watch: NodeJS.Timeout | undefined

  /** Gives up what has waited for too long, the oldest first; looks again while anything waits. */
  const giveUp = (): void => {
    watch = undefined
    const tooOld = performance.now() - patienceMs
    while (waiting[0] && waiting[0].at <= tooOld) waiting.shift()?.reject(new NotKeepingUp())
    watchOver()
  }

  const watchOver = (): void => {
    const [first] = waiting
    if (first && watch === undefined) watch = setTimeout(giveUp, first.at + patienceMs - performance.now() + 1)
  }

  const call = (): void => {
    if (called || underWay >= atOnce || waiting.length === 0) return
    called = true
    // After this turn: every request that arrived together with this one has asked by then.
    setImmediate(send)
  }

  const send = (): void => {
    called = false
    const sent = waiting.splice(0, most)
    underWay += 1
    askAll(sent.map(({ asked }) => asked))
      .then((found) => {
        if (found.length !== sent.length) throw new Fault('a gathered statement answers less than it was asked')
        for (const [nth, { resolve }] of sent.entries()) resolve(found[nth] as Found)
      })
      .catch((error: unknown) => {
        for (const { reject } of sent) reject(error)
      })
      .finally(() => {
        underWay -= 1
        call()
      })
    call()
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, at: performance.now(), resolve, reject })
      call()
      if (underWay >= atOnce) watchOver()
    })
}
