import { join } from 'node:path'
import pg from 'pg'
import type { OpenAgreement } from './generate/filled.ts'
import type { Load, Slice } from './load.ts'
import { findPgbench, runPgbench, scriptOf } from './pgbench.ts'
import type { Postgres } from './postgres.ts'
import { recordContributions, revisionsOf } from './recording.ts'
import { against, digits, type Figure, type Found, figureOf, type Options, shown } from './result.ts'
import { interleaved } from './slices.ts'
import { type Writes, writesOf } from './writers.ts'

// As many as the goal says.
const clients = 16
// Of each client of pgbench, so that it does not write to one row only.
const agreementsPerClient = 2

/**
 * Writing over HTTP, with everything that trust asks for, beside pgbench with the same statements on a copy of the same database: what the
 * database alone can do.
 */
export async function writing({ quick, world, say }: Options): Promise<Found> {
  const turns = quick ? 3 : 10
  const seconds = quick ? 1 : 3
  const { postgres, owner, copy, filled, registry, load } = await world()
  const able = filled.openAgreements.filter(({ meetingId }) => meetingId === undefined)
  const database = await databaseAlone(postgres, copy, able.slice(0, clients * agreementsPerClient))
  if (!database) say('!!! writing: pgbench is not on this machine, so there is nothing to compare with: writeVsDatabase is left out !!!')
  const writes = await writesOf(registry, filled.openAgreements, turns + 1)
  say(`writing: contributions in ${writes.contributions.length} of ${filled.agreements} agreements, at ${clients} clients`)
  const ours = overHttp(load, registry.url, writes, seconds)
  const contestants = { ...(database && { database: () => database(seconds) }), ...ours }
  const log = new pg.Client({ connectionString: owner })
  await log.connect()
  try {
    // A first turn that does not count: connections are made, statements planned, code compiled.
    await interleaved(ours, 1, () => settled(log))
    return found(await interleaved(contestants, turns, () => settled(log)))
  } finally {
    await log.end()
  }
}

type Measured = Pick<Slice, 'requestsPerSecond'> & Partial<Slice>

/** The statements of contributions by pgbench, on a database of its own; nothing where pgbench is not installed. */
async function databaseAlone(postgres: Postgres, owner: string, agreements: readonly OpenAgreement[]) {
  const program = await findPgbench()
  if (!program) return undefined
  const { recordings, databaseUrl } = await recordContributions(postgres, { owner, name: 'copy', agreements })
  const file = join(postgres.directory, 'contribution.sql')
  return async (seconds: number): Promise<Measured> => {
    const script = scriptOf(recordings, clients, await revisionsOf(owner, agreements))
    return { requestsPerSecond: await runPgbench(program, { url: databaseUrl, script, file, clients, seconds }) }
  }
}

function overHttp(load: Load, url: string, writes: Writes, seconds: number) {
  const slice = (requests: Writes['stances'], part = 1, once = false): Promise<Measured> =>
    load.slice({ url, requests, expect: 201, connections: clients, seconds: part * seconds, once })
  let turn = -1
  return {
    contribution: () => {
      turn += 1
      return slice(writes.contributions)
    },
    // No goal hangs on these: half the time is enough.
    stance: () => slice(writes.stances, 0.5),
    renewal: () => slice(writes.renewals[turn] ?? [], 1, true),
    hot: () => slice(writes.hot[turn] ?? [], 0.5, true),
  }
}

/** Waits until everything is in the log, so that no slice pays for another's. */
async function settled(client: pg.Client): Promise<void> {
  const queue = 'select exists (select from log_queue) as waits'
  while ((await client.query<{ waits: boolean }>(queue)).rows[0]?.waits) await new Promise((resolve) => setTimeout(resolve, 50))
}

const titles = {
  database: '(g) pgbench, the statements of a contribution',
  contribution: '(h) a contribution',
  stance: '(h) a stance',
  renewal: '(h) a mandate renewal',
  hot: '(h) a contribution, all clients in one agreement',
}
type Name = keyof typeof titles

function found(slices: Partial<Record<Name, Measured[]>>): Found {
  const speed = (name: Name) => (slices[name] ?? []).map(({ requestsPerSecond }) => requestsPerSecond)
  const figures: Record<string, Figure> = {
    ...(slices.database && { writeVsDatabase: against(speed('contribution'), speed('database')) }),
    stanceVsContribution: against(speed('stance'), speed('contribution')),
    renewalVsContribution: against(speed('renewal'), speed('contribution')),
    hotVsContribution: against(speed('hot'), speed('contribution')),
  }
  const rows = (Object.keys(slices) as Name[]).map((name) => {
    const latency = (part: 'p50' | 'p99') => (slices[name] ?? []).flatMap((slice) => slice[part] ?? [])
    const cell = (part: 'p50' | 'p99') => (latency(part).length > 0 ? digits(figureOf(latency(part)).median) : '–')
    return [titles[name], shown(figureOf(speed(name))), cell('p50'), cell('p99')]
  })
  return { figures, tables: [{ title: 'Writing', columns: ['contestant', 'changes/s', 'p50, ms', 'p99, ms'], rows }] }
}
