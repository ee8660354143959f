import { randomUUID } from 'node:crypto'
import { check } from './checker.ts'
import { type Sent, wrongWith } from './client.ts'
import type { Result } from './result.ts'
import { aMarker, type Operation, openTable } from './workers.ts'
import type { World } from './world.ts'

/** Every COMMIT reaches PostgreSQL, and its reply never comes back: the server cannot know, may not say 2xx, and a retry has to tell. */
export async function dropCommitReplies(world: World, cycles: number): Promise<Result> {
  const { client, proxy } = world
  const url = world.urls[0] ?? ''
  const wrong: string[] = []
  const recoveryMs: number[] = []
  const operations: Operation[] = []
  let unbacked = 0
  const { at } = await openTable(
    (make) => client.send(url, make('A table')),
    (one) => world.organisationOf(one),
  )
  const kinds: ((marker: string) => Sent)[] = [
    (text) => ({ as: 'sanne', method: 'POST', path: `${at}/rounds/1/contributions`, body: { kind: 'concern', text } }),
    (preparation) => ({ as: 'lotte', method: 'PATCH', path: `${at}/text`, ifMatch: '*', body: { preparation } }),
    (title) => ({ as: 'petra', method: 'POST', path: '/v1/agreements', body: { kind: 'two', title } }),
  ]
  const droppedBefore = proxy.commits.dropped
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const marker = aMarker()
    const make = kinds[cycle % kinds.length] ?? kinds[0]
    if (!make) break
    const operation: Operation = { marker, sent: { ...make(marker), key: randomUUID() }, state: 'unknown', sends: 2 }
    operations.push(operation)
    proxy.dropsCommitReplies = true
    const unsure = await client.send(url, operation.sent)
    proxy.dropsCommitReplies = false
    const mistake = wrongWith(unsure)
    if (mistake) wrong.push(mistake)
    if (unsure.status < 300) {
      unbacked += 1
      wrong.push(`${operation.sent.path} answers ${unsure.status} without the reply to COMMIT`)
    } else if (unsure.status !== 503) wrong.push(`${operation.sent.path} answers ${unsure.status}: ${unsure.text}`)
    const began = performance.now()
    const known = await client.send(url, operation.sent)
    recoveryMs.push(performance.now() - began)
    operation.answer = known
    operation.state = known.status < 300 ? 'acknowledged' : 'refused'
    if (known.status >= 300) wrong.push(`the retry of ${operation.sent.path} answers ${known.status}: ${known.text}`)
    else if (known.headers.get('idempotency-replayed') !== 'true')
      wrong.push(`${operation.sent.path} was done by the retry, and not before it`)
  }
  const dropped = proxy.commits.dropped - droppedBefore
  if (dropped < cycles) wrong.push(`only ${dropped} replies to COMMIT were dropped`)
  const verdict = await check(world, operations)
  return {
    fault: "COMMIT's reply dropped",
    cycles,
    sent: operations.length,
    acknowledged: operations.filter(({ state }) => state === 'acknowledged').length,
    unknown: operations.length,
    refused: operations.filter(({ state }) => state === 'refused').length,
    lost: verdict.lost.length,
    duplicated: verdict.duplicated.length,
    unbacked,
    wrong: [...wrong, ...verdict.wrong, ...verdict.lost, ...verdict.duplicated],
    recoveryMs,
    also: `${dropped} replies dropped, each committed unseen`,
  }
}
