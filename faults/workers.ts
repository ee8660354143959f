import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Sent, wrongWith } from './client.ts'
import { directors, speakers, type World } from './world.ts'

/** What a worker wrote down of one thing that it wanted: kept by the worker itself, beside everything that it tests. */
export type Operation = {
  /** A word that stands in the request and nowhere else: by it the effect is found, and counted. */
  marker: string
  sent: Sent & { key: string }
  state: 'unknown' | 'acknowledged' | 'refused'
  sends: number
  answer?: Answer
}

/** Workers that write without end, and what they know. `stop` first lets everything that is unknown become known, for a minute at most. */
export type Load = {
  operations: Operation[]
  /** Answers that were not as they should be. */
  wrong: string[]
  /** When the last change was acknowledged, by performance.now(). */
  lastAt(): number
  acknowledged(): number
  stop(settleWithinMs?: number): Promise<void>
}

// Letters only: digits could be taken for a number of a person.
const letters = (size: number): string => [...randomBytes(size)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('')
export const aMarker = (): string => `op${letters(24)}`
export const markers = 'op[a-z]{24}'

type Table = { at: string; uses: number }
const usesOfATable = 60

/** Starts workers that all act at the same few tables, each over every address in turn. */
export function startLoad({ client, urls, organisationOf }: World, { workers = 8, tables: count = 3 } = {}): Load {
  const operations: Operation[] = []
  const wrong: string[] = []
  let lastAt = performance.now()
  let acknowledged = 0
  let stoppedAt = Number.POSITIVE_INFINITY
  let giveUpAt = Number.POSITIVE_INFINITY
  const stopping = () => performance.now() > stoppedAt

  /** Sends something until it is known what became of it. */
  const settle = async (marker: string, sent: Sent, first: number): Promise<Answer> => {
    const operation: Operation = { marker, sent: { ...sent, key: randomUUID() }, state: 'unknown', sends: 0 }
    operations.push(operation)
    for (;;) {
      const to = urls[(first + operation.sends) % urls.length] ?? ''
      operation.sends += 1
      const answer = await client.send(to, operation.sent).catch(() => undefined)
      const mistake = answer && wrongWith(answer)
      if (mistake) wrong.push(`${sent.method} ${sent.path}: ${mistake}`)
      if (answer && answer.status < 500 && answer.status !== 429) {
        operation.state = answer.status < 300 ? 'acknowledged' : 'refused'
        operation.answer = answer
        if (answer.status < 300) {
          lastAt = performance.now()
          acknowledged += 1
        }
        return answer
      }
      if (performance.now() > giveUpAt) throw new Error('never known')
      // Soon: the sooner it asks again, the likelier it meets its own first request still on its way.
      await sleep(operation.sends < 5 ? 20 : 200)
    }
  }

  const newTable = async (): Promise<Table> => ({
    ...(await openTable((make) => {
      const marker = aMarker()
      return settle(marker, make(marker), 0)
    }, organisationOf)),
    uses: 0,
  })
  const tables: Promise<Table>[] = []
  const tableAt = async (place: number): Promise<Table> => {
    tables[place] ??= newTable()
    const table = await tables[place]
    table.uses += 1
    if (table.uses === usesOfATable) delete tables[place]
    return table
  }

  const work = async (worker: number): Promise<void> => {
    for (let turn = 0; !stopping(); turn += 1) {
      const table = await tableAt((worker + turn) % count)
      const marker = aMarker()
      await settle(marker, something(marker, turn + worker, table.at, organisationOf), worker + turn)
    }
  }
  const running = Array.from({ length: workers }, (_, worker) =>
    work(worker).catch((error: Error) => {
      if (!stopping()) wrong.push(`worker ${worker} ended: ${error.message}`)
    }),
  )
  return {
    operations,
    wrong,
    lastAt: () => lastAt,
    acknowledged: () => acknowledged,
    stop: async (settleWithinMs = 60_000) => {
      stoppedAt = performance.now()
      giveUpAt = stoppedAt + settleWithinMs
      await Promise.all(running)
    },
  }
}

/** Opens round 1 of a new agreement between the three who speak; `write` sends what is made of a word to be found by. */
export async function openTable(
  write: (make: (marker: string) => Sent) => Promise<Answer>,
  organisationOf: (subject: string) => string,
): Promise<{ at: string }> {
  const parties = ['sanne', 'petra'].map((one) => ({ organisationId: organisationOf(one), involvement: 'seated' }))
  const sent = { as: 'lotte', method: 'POST' }
  const made = await write((title) => ({ ...sent, path: '/v1/agreements', body: { kind: 'two', title, parties } }))
  if (made.status !== 201) throw new Error(`no table: ${made.text}`)
  const at = `/v1/agreements/${JSON.parse(made.text).id}`
  const opened = await write((reason) => ({ ...sent, path: `${at}/rounds`, body: { reason } }))
  if (opened.status !== 201) throw new Error(`no round: ${opened.text}`)
  return { at }
}

/** A change of one of several kinds, with the marker in it. */
function something(marker: string, nth: number, at: string, organisationOf: (subject: string) => string): Sent {
  const as = speakers[nth % speakers.length] ?? 'lotte'
  const director = directors[nth % directors.length] ?? 'wim'
  const desks = `/v1/organisations/${organisationOf(director)}/desks`
  const kinds: Sent[] = [
    { as, method: 'POST', path: `${at}/rounds/1/contributions`, body: { kind: 'concern', text: marker } },
    { as, method: 'POST', path: `${at}/roles`, body: { name: marker, purpose: 'To be counted' } },
    { as, method: 'POST', path: `${at}/meetings`, body: { title: marker, startsAt: new Date().toISOString() } },
    { as, method: 'PATCH', path: `${at}/text`, ifMatch: '*', body: { preparation: marker } },
    { as: director, method: 'POST', path: desks, body: { name: marker } },
  ]
  // Not in step with the number of people, so that each of them does each of these.
  return kinds[Math.floor(nth / speakers.length) % kinds.length] as Sent
}
