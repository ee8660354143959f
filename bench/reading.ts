import { startContestant } from './contestant.ts'
import type { Request, Slice } from './load.ts'
import { readings, requestsFor } from './readers.ts'
import { against, digits, type Figure, type Found, figureOf, type Options, shown } from './result.ts'
import { interleaved } from './slices.ts'

// As many as the goals say.
const connections = 32

/** Reading what is in force beside hello world and a handwritten server; and a page of a list, and looking at another moment. */
export async function reading({ quick, world, say }: Options): Promise<Found> {
  const turns = quick ? 3 : 10
  const { owner, filled, registry, load } = await world()
  const requests = requestsFor(await readings(registry, filled))
  say(`reading: ${requests.current.length} agreements out of ${filled.agreements}, by 8 applications, at ${connections} connections`)
  const [hello, handwritten] = await Promise.all([startContestant('hello.ts'), startContestant('handwritten.ts', [owner])])
  try {
    const contestants = (seconds: number) => {
      const slice =
        (url: string, requests: readonly Request[], expect = 200, part = 1) =>
        () =>
          load.slice({ url, requests, expect, connections, seconds: part * seconds })
      return {
        hello: slice(hello.url, requests.hello),
        handwritten: slice(handwritten.url, requests.handwritten),
        current: slice(registry.url, requests.current),
        notModified: slice(registry.url, requests.notModified, 304),
        // No goal hangs on these: half the time is enough.
        list: slice(registry.url, requests.list, 200, 0.5),
        asOf: slice(registry.url, requests.asOf, 200, 0.5),
      }
    }
    // A first turn that does not count: connections are made, statements planned, code compiled.
    await interleaved(contestants(quick ? 0.3 : 2), 1)
    return found(await interleaved(contestants(quick ? 0.5 : 2), turns))
  } finally {
    hello.stop()
    handwritten.stop()
  }
}

const titles = {
  hello: '(a) hello world',
  handwritten: '(b) handwritten, no authorisation',
  current: '(c) current',
  notModified: '(d) current, not modified',
  list: '(e) a page of 50 agreements',
  asOf: '(f) current, `validAt` and `knownAt`',
}

function found(slices: Record<keyof typeof titles, Slice[]>): Found {
  const speed = (name: keyof typeof titles) => slices[name].map(({ requestsPerSecond }) => requestsPerSecond)
  const slowest = (name: keyof typeof titles) => slices[name].map(({ p99 }) => p99)
  const figures: Record<string, Figure> = {
    currentVsHandwritten: against(speed('current'), speed('handwritten')),
    currentP99VsHandwritten: against(slowest('current'), slowest('handwritten')),
    currentVsCeiling: against(speed('current'), speed('hello')),
    notModifiedVsCeiling: against(speed('notModified'), speed('hello')),
    handwrittenVsCeiling: against(speed('handwritten'), speed('hello')),
    listVsCeiling: against(speed('list'), speed('hello')),
    asOfVsCurrent: against(speed('asOf'), speed('current')),
  }
  const rows = (Object.keys(titles) as (keyof typeof titles)[]).map((name) => [
    titles[name],
    shown(figureOf(speed(name))),
    digits(figureOf(slices[name].map(({ p50 }) => p50)).median),
    shown(figureOf(slowest(name))),
  ])
  return { figures, tables: [{ title: 'Reading', columns: ['contestant', 'requests/s', 'p50, ms', 'p99, ms'], rows }] }
}
