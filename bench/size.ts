import pg from 'pg'
import type { Filled } from './generate/filled.ts'
import { type Load, type Slice, startLoad } from './load.ts'
import { filledDatabase, type Postgres, startPostgres } from './postgres.ts'
import { readings, requestsFor } from './readers.ts'
import { type Registry, startRegistry } from './registry.ts'
import { against, digits, type Figure, type Found, figureOf, type Options, shown } from './result.ts'
import { interleaved } from './slices.ts'
import { writesOf } from './writers.ts'

// As many as the goals of reading and of writing say.
const readers = 32
const writers = 16
// Of each application: eight thousand in all, where there are as many, which is more than a slice reads twice.
const readEach = 1_024

/** A registry of a size, with what it takes to measure it. */
type Sized = { filled: Filled; registry: Registry; contestants: Record<Kind, () => Promise<Slice>>; seconds: number; megabytes: number }

const kinds = { current: 'current by id', list: 'a page of 50', contribution: 'a contribution' }
type Kind = keyof typeof kinds

/**
 * What it costs that there are many: each size in turns with the smallest, as two registries on two databases of one PostgreSQL. A
 * million agreements take half an hour to load, and fifty gigabytes.
 */
export async function size({ quick, sizes, say }: Options): Promise<Found> {
  const [smallest = 1_000, ...others] = sizes.toSorted((a, b) => a - b)
  const turns = quick ? 3 : 8
  const seconds = quick ? 0.6 : 2
  const postgres = await startPostgres()
  const load = startLoad()
  let smallestRegistry: Registry | undefined
  try {
    const few = await aSized(postgres, load, smallest, seconds)
    smallestRegistry = few.registry
    const figures: Record<string, Figure> = {}
    const rows = [rowOf(few, undefined)]
    for (const agreements of others) {
      say(`size: ${digits(agreements)} agreements`)
      const many = await aSized(postgres, load, agreements, seconds)
      const ratios = await compared(few, many, turns).finally(() => many.registry.stop())
      rows.push(rowOf(many, ratios))
      for (const kind of Object.keys(kinds) as Kind[]) figures[keyOf(kind, agreements, smallest)] = ratios[kind]
    }
    const columns = ['agreements', 'versions', ...Object.values(kinds), 'loaded in, s', 'database, MB']
    return { figures, tables: [{ title: `Against ${digits(smallest)} agreements, by how many there are`, columns, rows }] }
  } finally {
    load.stop()
    await smallestRegistry?.stop()
    await postgres.stop()
  }
}

async function aSized(postgres: Postgres, load: Load, agreements: number, seconds: number): Promise<Sized> {
  const name = `size_${agreements}`
  const began = performance.now()
  const { owner, filled } = await filledDatabase(postgres, name, { agreements })
  const loaded = (performance.now() - began) / 1000
  const registry = await startRegistry(postgres, owner, name)
  const requests = requestsFor(await readings(registry, filled, readEach))
  const { contributions } = await writesOf(registry, filled.openAgreements, 1)
  const { url } = registry
  const reading = (requests: typeof contributions) => () => load.slice({ url, requests, expect: 200, connections: readers, seconds })
  return {
    filled,
    registry,
    seconds: loaded,
    megabytes: await megabytesOf(owner),
    contestants: {
      current: reading(requests.current),
      list: reading(requests.list),
      contribution: () => load.slice({ url, requests: contributions, expect: 201, connections: writers, seconds }),
    },
  }
}

async function megabytesOf(owner: string): Promise<number> {
  const client = new pg.Client({ connectionString: owner })
  await client.connect()
  try {
    const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes')
    return Number(rows[0]?.bytes) / 1e6
  } finally {
    await client.end()
  }
}

/** What the many do of each kind, against the few. */
async function compared(few: Sized, many: Sized, turns: number): Promise<Record<Kind, Figure>> {
  const both = Object.fromEntries(
    (Object.keys(kinds) as Kind[]).flatMap((kind) => [
      [`few ${kind}`, few.contestants[kind]],
      [`many ${kind}`, many.contestants[kind]],
    ]),
  )
  // A first turn that does not count: connections are made, statements planned, code compiled.
  await interleaved(both, 1)
  const slices = await interleaved(both, turns)
  const speed = (name: string) => (slices[name] ?? []).map(({ requestsPerSecond }) => requestsPerSecond)
  const ratio = (kind: Kind) => against(speed(`many ${kind}`), speed(`few ${kind}`))
  return { current: ratio('current'), list: ratio('list'), contribution: ratio('contribution') }
}

const rowOf = ({ filled, seconds, megabytes }: Sized, ratios: Record<Kind, Figure> | undefined): string[] => [
  digits(filled.agreements),
  digits(filled.versions),
  ...(Object.keys(kinds) as Kind[]).map((kind) => (ratios ? shown(ratios[kind]) : shown(figureOf([1])))),
  digits(seconds),
  digits(megabytes),
]

const words: Readonly<Record<number, string>> = { 1000: 'Thousand', 1000000: 'Million' }
const keyOf = (kind: Kind, many: number, few: number): string => `${kind}At${words[many] ?? many}Vs${words[few] ?? few}`
