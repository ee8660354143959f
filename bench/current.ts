import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { startOwn } from '../src/cli/own-registry.ts'
import { Teller } from '../src/cli/teller.ts'
import { twoRounds } from '../src/cli/two-rounds.ts'

/**
 * `npm run bench`: reading what is in force, beside Node's hello world in the same run. Contestants take turns in short slices, so
 * that a busy machine favours none; on a shared machine only the ratios count.
 */
const connections = 32
const sliceMs = 1_500
const turns = 7

const agent = new Agent({ keepAlive: true, maxSockets: connections })

/** One request; gives its status. */
const once = (url: string, headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) => {
    get(url, { agent, headers }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode ?? 0))
    }).once('error', reject)
  })

/** Requests per second over one slice, all of them answered with the status that was asked for. */
async function slice(url: string, headers: Record<string, string>, status: number): Promise<number> {
  const end = performance.now() + sliceMs
  let answered = 0
  const client = async () => {
    while (performance.now() < end) {
      const got = await once(url, headers)
      if (got !== status) throw new Error(`${url} answers ${got}, and not ${status}`)
      answered += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, client))
  return (1000 * answered) / sliceMs
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const hello = fork(new URL('hello.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
const helloPort = await new Promise<number>((resolve) => hello.once('message', (port) => resolve(Number(port))))
const registry = await startOwn()
try {
  const teller = new Teller(registry.url, () => undefined)
  const agreementId = await twoRounds(teller)
  const url = `${registry.url}/v1/agreements/${agreementId}/current`
  const authorization = `Bearer ${await teller.token('gemeente-zaaksysteem')}`
  const { etag = '' } = await teller.look(`/v1/agreements/${agreementId}/current`, 'gemeente-zaaksysteem')
  const contestants: Record<string, () => Promise<number>> = {
    hello: () => slice(`http://127.0.0.1:${helloPort}/`, {}, 200),
    current: () => slice(url, { authorization }, 200),
    notModified: () => slice(url, { authorization, 'if-none-match': etag }, 304),
  }
  const measured: Record<string, number[]> = {}
  for (let turn = 0; turn < turns; turn += 1)
    for (const [name, run] of Object.entries(contestants)) measured[name] = [...(measured[name] ?? []), await run()]
  const medians = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, Math.round(median(values))]))
  const against = (name: string) => Math.round((100 * (medians[name] ?? 0)) / (medians.hello ?? 1)) / 100
  const result = {
    ratios: { currentVsCeiling: against('current'), notModifiedVsCeiling: against('notModified') },
    requestsPerSecond: medians,
    measuredAt: new Date().toISOString(),
  }
  const results = new URL('results/', import.meta.url)
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL('current.json', results), `${JSON.stringify(result, null, 2)}\n`)
  console.log(JSON.stringify(result, null, 2))
} finally {
  agent.destroy()
  hello.disconnect()
  await registry.stop()
}
