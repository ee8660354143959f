import type { OpenAgreement } from './generate/filled.ts'
import { type Load, type Request, type Slice, startLoad } from './load.ts'
import { filledDatabase, startPostgres } from './postgres.ts'
import { type Registry, startRegistry } from './registry.ts'
import { against, digits, type Figure, type Found, figureOf, type Options, shown, type Table } from './result.ts'
import { interleaved } from './slices.ts'
import { contribution } from './writers.ts'

const rounds = [1, 10, 50, 100, 200]
const parties = [2, 10, 50, 100]

// The smallest pages with which page 10,000 is 100,000 rows deep: with fifty on a page it would take a million agreements to load.
const perPage = 10
// Half of the agreements are those of the organisation that sits at every second table, and there must be one page more.
const agreementsFor = (pages: number): number => 2 * perPage * (pages + 1) + 1_000

// 15 a turn: in all, less than half of the 500 contributions that one agreement takes (src/domain/event.ts).
const writesPerTurn = 15

/** What grows with an agreement: its rounds and its parties; and with a list, how deep one reads. One caller at a time: these are costs. */
export async function growth({ quick, say }: Options): Promise<Found> {
  const turns = quick ? 3 : 12
  const pages = quick ? [1, 10, 100] : [1, 10, 100, 1_000, 10_000]
  const postgres = await startPostgres()
  const load = startLoad()
  try {
    const agreements = agreementsFor(Math.max(...pages))
    say(`growth: ${digits(agreements)} agreements of one version each, and some of many rounds or parties`)
    const special = [
      ...rounds.map((number) => ({ rounds: number, parties: 3 })),
      ...parties.map((number) => ({ rounds: 2, parties: number })),
    ]
    const { owner, filled } = await filledDatabase(postgres, 'growth', { agreements, versionsPerAgreement: 1, special })
    const registry = await startRegistry(postgres, owner, 'growth')
    try {
      const byRounds = await costs(load, registry, 'round', rounds, filled.specialAgreements.slice(0, rounds.length), turns)
      const byParties = await costs(load, registry, 'parties', parties, filled.specialAgreements.slice(rounds.length), turns)
      const token = await registry.token(filled.applicationSubject(0), ['handslag:read'])
      const ours = await depths(load, registry, { path: '/v1/agreements', token, pages, turns })
      const inForce = await depths(load, registry, { path: '/v1/current-agreements', token, pages, turns })
      const deepest = pages.at(-1) ?? 1
      return {
        figures: {
          roundTwoHundredVsFirst: byRounds.figure('write', 200, 1),
          viewTwoHundredVsFirst: byRounds.figure('view', 200, 1),
          currentTwoHundredVsTenth: byRounds.figure('current', 200, 10),
          hundredPartiesVsTen: byParties.figure('write', 100, 10),
          viewHundredPartiesVsTen: byParties.figure('view', 100, 10),
          ...(deepest === 10_000 && {
            pageTenThousandVsFirst: ours.figure('page', deepest, 1),
            currentPageTenThousandVsFirst: inForce.figure('page', deepest, 1),
          }),
        },
        tables: [byRounds, byParties, ours, inForce].map(({ table }) => table),
      }
    } finally {
      await registry.stop()
    }
  } finally {
    load.stop()
    await postgres.stop()
  }
}

/** Times in ms by what was measured and at which number, and how one compares with another. */
type Measured = { figure: (kind: string, number: number, against: number) => Figure; table: Table }

/** Lets measurements take turns; each is of a kind, at a number. */
async function measured(
  title: string,
  contestants: Readonly<Record<string, () => Promise<Slice>>>,
  { first, numbers, kinds, turns }: { first: string; numbers: readonly number[]; kinds: Readonly<Record<string, string>>; turns: number },
): Promise<Measured> {
  // A first turn that does not count: connections are made, statements planned, code compiled.
  await interleaved(contestants, 1)
  const slices = await interleaved(contestants, turns)
  const times = (kind: string, number: number) => (slices[`${kind} ${number}`] ?? []).map(({ p50 }) => p50)
  const cell = (kind: string, number: number) => (times(kind, number).length > 0 ? shown(figureOf(times(kind, number))) : '–')
  const rows = numbers.map((number) => [digits(number), ...Object.keys(kinds).map((kind) => cell(kind, number))])
  return {
    figure: (kind, number, other) => against(times(kind, number), times(kind, other)),
    table: { title, columns: [first, ...Object.values(kinds).map((kind) => `${kind}, ms`)], rows },
  }
}

/** A write in each of these agreements, the agreement as its parties see it, and its version in force where there is one. */
async function costs(
  load: Load,
  registry: Registry,
  first: string,
  numbers: readonly number[],
  agreements: readonly OpenAgreement[],
  turns: number,
): Promise<Measured> {
  const contestants: Record<string, () => Promise<Slice>> = {}
  for (const [index, { id, roundNumber, people }] of agreements.entries()) {
    const authorization = `Bearer ${await registry.token(people[0]?.subject ?? '')}`
    const write: Request = {
      path: `/v1/agreements/${id}/rounds/${roundNumber}/contributions`,
      headers: { authorization, 'idempotency-key': '{unique}' },
      body: contribution,
    }
    const number = numbers[index]
    const writes = Array.from({ length: writesPerTurn }, () => write)
    contestants[`write ${number}`] = () =>
      load.slice({ url: registry.url, requests: writes, expect: 201, connections: 1, seconds: 5, once: true })
    contestants[`view ${number}`] = readingOf(load, registry, { path: `/v1/agreements/${id}`, headers: { authorization } })
    // In the first round there is no version yet.
    if (roundNumber > 1)
      contestants[`current ${number}`] = readingOf(load, registry, { path: `/v1/agreements/${id}/current`, headers: { authorization } })
  }
  const kinds = { write: 'a contribution', view: 'the agreement', current: 'current' }
  return measured(`One agreement, by its ${first === 'round' ? 'rounds' : 'parties'}`, contestants, { first, numbers, kinds, turns })
}

// Long enough for a median of some hundred requests.
const readingOf =
  (load: Load, { url }: Registry, request: Request) =>
  (): Promise<Slice> =>
    load.slice({ url, requests: [request], expect: 200, connections: 1, seconds: 0.4 })

/** Pages of a list, each by its cursor. */
async function depths(
  load: Load,
  registry: Registry,
  { path, token, pages, turns }: { path: string; token: string; pages: readonly number[]; turns: number },
): Promise<Measured> {
  const headers = { authorization: `Bearer ${token}` }
  const cursors = await walked(`${registry.url}${path}`, headers, pages)
  const contestants = Object.fromEntries(
    pages.map((page) => {
      const cursor = cursors.get(page)
      const request = { path: `${path}?limit=${perPage}${cursor ? `&cursor=${cursor}` : ''}`, headers }
      return [`page ${page}`, readingOf(load, registry, request)]
    }),
  )
  return measured(`${path}, ${perPage} on a page`, contestants, { first: 'page', numbers: pages, kinds: { page: 'a page' }, turns })
}

/** The cursors of these pages, by walking there: in larger steps, because a cursor says where it is and not how large pages are. */
async function walked(url: string, headers: Readonly<Record<string, string>>, pages: readonly number[]): Promise<Map<number, string>> {
  const cursors = new Map<number, string>()
  let rows = 0
  let cursor: string | undefined
  for (const page of pages) {
    for (const start = (page - 1) * perPage; rows < start; ) {
      const limit = Math.min(100, start - rows)
      const answer = await fetch(`${url}?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`, { headers })
      const body = (await answer.json()) as { next?: string }
      if (!body.next) throw new Error(`${url} ends after ${rows} rows, before page ${page}`)
      cursor = body.next
      rows += limit
    }
    if (cursor) cursors.set(page, cursor)
  }
  return cursors
}
