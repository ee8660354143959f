import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Sent, sameOf, wrongWith } from './client.ts'
import type { Cut } from './proxy.ts'
import type { Result } from './result.ts'
import { walk } from './walk.ts'
import type { World } from './world.ts'

/** More messages than any request sends: what goes on after that does not end. */
const mostMessages = 200
// A connection of the pool is found broken at once; ten are in it.
const mostTries = 30

type Options = {
  /** The operations to cut, by operationId; the others are only sent. Left out: all of them. */
  only?: readonly string[]
  say?: (line: string) => void
}

/**
 * Sends every change that the API knows, and breaks the connection to the database off at every message of the protocol: before the
 * message, and between it and its answer. Until COMMIT arrives nothing may have happened; once it has, a retry gives the one answer,
 * which is then cut at every message as well.
 */
export async function everyCut(world: World, { only, say = () => undefined }: Options = {}): Promise<Result> {
  const { client, proxy, database } = world
  const url = world.urls[0] ?? ''
  const wrong: string[] = []
  const recoveryMs: number[] = []
  const count = { cuts: 0, committed: 0, replays: 0, sent: 0, acknowledged: 0, lost: 0, duplicated: 0, unbacked: 0 }
  const seen = new Set<string>()
  const done = new Map<string, number>()

  const entries = async (): Promise<number> => (await database.sql<{ n: number }>('select count(*)::int as n from ledger'))[0]?.n ?? 0

  /** Sends once with a connection that breaks off somewhere. `cutAt` is missing when it did not get that far. */
  const once = async (sent: Sent, side: Cut['side'], nth: number, tries = 1): Promise<{ answer: Answer | undefined; cut: Cut }> => {
    // From the first message of a connection on, so that each run counts the same.
    proxy.breakAll()
    const cut = proxy.arm(side, nth)
    const answer = await client.send(url, sent).catch(() => undefined)
    proxy.disarm()
    const where = `${sent.method} ${sent.path}, cut at ${side} ${nth} (${cut.cutAt ?? 'not reached'})`
    const mistake = answer ? wrongWith(answer) : 'the server broke off by itself'
    if (mistake) wrong.push(`${where}: ${mistake}`)
    // Once more where what the registry does for itself was counted as well, such as adding to its log: it has connections of its own. Or
    // where the request was given a connection that was broken just now, and sent nothing on it.
    const disturbed = cut.elsewhere || (cut.connections > 1 && !cut.ofChange)
    if (cut.elsewhere && answer && answer.status < 300) {
      count.unbacked += 1
      wrong.push(`${where}: answers ${answer.status}, and its COMMIT was held back`)
    }
    if (disturbed || (!cut.cutAt && answer?.status === 503)) {
      if (tries < mostTries) return once(sent, side, nth, tries + 1)
      wrong.push(`${where}: never reached in ${tries} tries`)
    }
    if (cut.cutAt) count.cuts += 1
    return { answer, cut }
  }

  const cutEverywhere = async (operationId: string, sent: Sent): Promise<Answer> => {
    const before = await entries()
    /** Cuts at each message in turn, until the COMMIT of the change was cut; gives the answer where something was committed. */
    const cutUntilCommit = async (side: Cut['side']): Promise<Answer | undefined> => {
      for (let nth = 1; nth < mostMessages; nth += 1) {
        const { answer, cut } = await once(sent, side, nth)
        const where = `${operationId}, cut at ${side} ${nth} (${cut.cutAt ?? 'not reached'})`
        const happened = (await entries()) > before
        if (answer && answer.status < 300) {
          wrong.push(`${where}: answers ${answer.status}`)
          if (!happened) count.unbacked += 1
          return answer
        }
        if (answer && answer.status !== 503) throw new Error(`${where}: answers ${answer.status}: ${answer.text}`)
        if (happened && !(side === 'reply' && cut.ofChange)) wrong.push(`${where}: something was committed`)
        if (happened) count.committed += 1
        if (cut.ofChange && !happened && side === 'reply') wrong.push(`${where}: nothing was committed`)
        if (cut.ofChange || happened) return undefined
      }
      throw new Error(`${operationId} does not end`)
    }
    return (await cutUntilCommit('request')) ?? (await cutUntilCommit('reply')) ?? settled(operationId, sent)
  }

  const settled = async (what: string, sent: Sent): Promise<Answer> => {
    const began = performance.now()
    for (;;) {
      const answer = await client.send(url, sent).catch(() => undefined)
      if (answer && answer.status !== 503) {
        recoveryMs.push(performance.now() - began)
        if (answer.status >= 300) throw new Error(`${what} answers ${answer.status}: ${answer.text}`)
        return answer
      }
      await sleep(20)
      if (performance.now() - began > 30_000) throw new Error(`${what} is not answered again after 30 s`)
    }
  }

  /** Of what has happened, the answer must stay the same, and nothing more may happen. */
  const cutReplay = async (operationId: string, sent: Sent, first: Answer): Promise<void> => {
    const before = await entries()
    for (const side of ['reply', 'request'] as const) {
      for (let nth = 1, cutAt: string | undefined = ''; cutAt !== undefined && nth < mostMessages; nth += 1) {
        const { answer, cut } = await once(sent, side, nth)
        cutAt = cut.cutAt
        if (answer && answer.status !== 503) compare(operationId, answer, first)
      }
    }
    const again = await settled(operationId, sent)
    count.replays += 1
    compare(operationId, again, first)
    if (again.headers.get('idempotency-replayed') !== 'true') wrong.push(`${operationId}: a retry is not marked as one`)
    const more = (await entries()) - before
    if (more > 0) {
      count.duplicated += 1
      wrong.push(`${operationId}: ${more} entries by retries`)
    }
  }
  const compare = (operationId: string, answer: Answer, first: Answer): void => {
    if (sameOf(answer) !== sameOf(first))
      wrong.push(`${operationId}: a retry answers otherwise\n    ${sameOf(first)}\n    ${sameOf(answer)}`)
  }

  await walk({
    write: async (operationId, bare) => {
      const sent: Sent = { ...bare, key: randomUUID() }
      const wanted = (only === undefined || only.includes(operationId)) && !seen.has(operationId)
      seen.add(operationId)
      const cutsBefore = count.cuts
      count.sent += 1
      const before = await entries()
      const answer = wanted ? await cutEverywhere(operationId, sent) : await settled(operationId, sent)
      count.acknowledged += 1
      if ((await entries()) === before) count.lost += 1
      if (wanted) {
        await cutReplay(operationId, sent, answer)
        done.set(operationId, count.cuts - cutsBefore)
        say(`    ${operationId}: ${count.cuts - cutsBefore} cuts`)
      }
      return answer.text ? JSON.parse(answer.text) : undefined
    },
    read: async (as, path) => {
      const answer = await client.send(url, { as, method: 'GET', path })
      if (answer.status !== 200) throw new Error(`GET ${path} answers ${answer.status}: ${answer.text}`)
      return JSON.parse(answer.text)
    },
  })
  const missing = (await writeOperations(url)).filter((operationId) => !seen.has(operationId))
  for (const operationId of missing) wrong.push(`the walk never comes to ${operationId}`)
  const perRoute = [...done.values()]
  const { sent, acknowledged, lost, duplicated, unbacked } = count
  return {
    fault: 'cut at every protocol message',
    cycles: count.cuts,
    sent,
    acknowledged,
    unknown: done.size,
    refused: 0,
    lost,
    duplicated,
    unbacked,
    wrong,
    recoveryMs,
    also: `${done.size} routes of ${seen.size}, ${Math.min(...perRoute)} to ${Math.max(...perRoute)} cuts each, ${count.committed} committed unseen, ${count.replays} replays compared`,
  }
}

/** Every operation that changes something, as the registry itself describes it. */
async function writeOperations(url: string): Promise<string[]> {
  const description = (await (await fetch(`${url}/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { operationId?: string }>>
  }
  return Object.values(description.paths).flatMap((methods) =>
    Object.entries(methods).flatMap(([method, { operationId }]) =>
      ['post', 'put', 'patch', 'delete'].includes(method) && operationId ? [operationId] : [],
    ),
  )
}
