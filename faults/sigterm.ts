import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { check } from './checker.ts'
import { wrongWith } from './client.ts'
import type { Result } from './result.ts'
import { aMarker, type Operation, openTable } from './workers.ts'
import type { World } from './world.ts'

const inFlight = 200
// docs/operations.md promises that everything is closed within 10 seconds.
const closedWithinMs = 10_000
// Once the last is answered nothing is left to wait for; connections that are kept open for a next request are none of it.
const closedAfterLastMs = 2_500

/** SIGTERM while 200 writes are under way: each is answered whole, and the process is gone within ten seconds. */
export async function sigterm(world: World, cycles: number): Promise<Result> {
  const { client } = world
  const [server] = world.servers
  if (!server) throw new Error('no server')
  const operations: Operation[] = []
  const wrong: string[] = []
  const recoveryMs: number[] = []
  let longestExit = 0
  let broken = 0
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const { at } = await openTable(
      (make) => client.send(server.url, make('A table')),
      (one) => world.organisationOf(one),
    )
    const batch = Array.from({ length: inFlight }, (): Operation => {
      const marker = aMarker()
      const sent = { as: 'petra', method: 'POST', path: `${at}/rounds/1/contributions`, body: { kind: 'concern', text: marker } }
      return { marker, sent: { ...sent, key: randomUUID() }, state: 'unknown', sends: 0 }
    })
    operations.push(...batch)
    // Connections first: a request that is still waiting to be let in has not arrived, and the system turns it away when nobody listens.
    await Promise.all(batch.map(() => fetch(`${server.url}/v1/health/live`).then((answer) => answer.arrayBuffer())))
    let lastAnswer = 0
    let firstAnswer: () => void = () => undefined
    const first = new Promise<void>((done) => {
      firstAnswer = done
    })
    const answers = batch.map(async (operation) => {
      operation.sends += 1
      const answer = await client.send(server.url, operation.sent).catch((error: Error) => {
        broken += 1
        wrong.push(`broken off: ${error.cause ?? error.message}`)
        return undefined
      })
      const mistake = answer && wrongWith(answer)
      if (mistake) wrong.push(mistake)
      if (answer && answer.status < 500) {
        operation.state = answer.status < 300 ? 'acknowledged' : 'refused'
        operation.answer = answer
      }
      lastAnswer = performance.now()
      firstAnswer()
    })
    // With the first answer, the others have been read as well: they wait for a connection to the database.
    await first
    const began = performance.now()
    const exitMs = await server.kill('SIGTERM')
    longestExit = Math.max(longestExit, exitMs)
    if (exitMs > closedWithinMs) wrong.push(`closing took ${Math.round(exitMs)} ms`)
    const gone = performance.now()
    await Promise.all(answers)
    if (gone > lastAnswer + closedAfterLastMs) wrong.push(`it was still there ${Math.round(gone - lastAnswer)} ms after the last answer`)
    await server.start()
    recoveryMs.push(performance.now() - began)
    for (const operation of batch) {
      while (operation.state === 'unknown') {
        operation.sends += 1
        const answer = await client.send(server.url, operation.sent)
        if (answer.status >= 500) await sleep(50)
        else {
          operation.state = answer.status < 300 ? 'acknowledged' : 'refused'
          operation.answer = answer
        }
      }
    }
  }
  const verdict = await check(world, operations)
  return {
    fault: `SIGTERM with ${inFlight} writes under way`,
    cycles,
    sent: operations.length,
    acknowledged: operations.filter(({ state }) => state === 'acknowledged').length,
    unknown: operations.filter(({ sends }) => sends > 1).length,
    refused: operations.filter(({ state }) => state === 'refused').length,
    lost: verdict.lost.length,
    duplicated: verdict.duplicated.length,
    unbacked: verdict.lost.length,
    wrong: [...wrong, ...verdict.wrong, ...verdict.lost, ...verdict.duplicated],
    recoveryMs,
    also: `${broken} requests broken, gone after ${(longestExit / 1000).toFixed(1)} s at most`,
  }
}
