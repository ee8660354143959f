import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aClient } from '../../../faults/client.ts'
import { type ServerProcess, startServer } from '../../../faults/server.ts'
import { type FreshDatabase, freshDatabase } from '../../support/database.ts'
import { note } from '../../support/figures.ts'
import { planted } from '../../support/planted.ts'
import { type Found, signIn, watch } from './watch.ts'

let fresh: FreshDatabase
let directory: string
const servers: ServerProcess[] = []

beforeEach(async () => {
  fresh = await freshDatabase()
  directory = mkdtempSync(join(tmpdir(), 'handslag-test-processes-'))
  chmodSync(directory, 0o755)
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.kill('SIGTERM')))
  await fresh.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** Starts servers on the one database, as many as there are settings; gives their addresses. */
async function start(each: readonly Record<string, string>[], root?: string): Promise<string[]> {
  const where = { databaseUrl: await fresh.login(), ownerUrl: fresh.url, keys: join(directory, 'keys'), ...(root && { root }) }
  const one = async (more: Record<string, string>, nth: number) => {
    const server = await startServer({ ...where, log: join(directory, `server-${nth}.log`), more })
    servers.push(server)
    return server.url
  }
  const [first = {}, ...others] = each
  // The first makes the keys; the others then start at once.
  return [await one(first, 0), ...(await Promise.all(others.map((more, nth) => one(more, nth + 1))))]
}

async function watchAt(urls: readonly string[], mistakes?: number): Promise<Found> {
  const client = aClient()
  await signIn(client, urls[0] ?? '')
  return watch(client, urls, mistakes)
}

const figures = ({ reads, changes, wrong }: Found) => ({ reads, changes, 'stale or wrong': wrong.length })
const slow = 120_000

test('four processes on four ports: what was acknowledged at one is seen at each, at once', { timeout: slow }, async ({ task }) => {
  const found = await watchAt(await start([{}, {}, {}, {}]))
  note(task, figures(found))
  expect(found.wrong).toEqual([])
  expect(found.reads).toBeGreaterThan(1_000)
  expect(found.changes).toBeGreaterThan(20)
})

test('four processes behind one port: what was acknowledged is seen on every connection, at once', { timeout: slow }, async ({ task }) => {
  const [url = ''] = await start([{ PROCESSES: '4' }])
  const found = await watchAt([url, url, url, url])
  note(task, figures(found))
  expect(found.wrong).toEqual([])
  expect(found.reads).toBeGreaterThan(1_000)
  expect(found.changes).toBeGreaterThan(20)
})

test('a process that remembers an answer for a tenth of a second is caught', { timeout: slow }, async ({ task }) => {
  const file = 'src/http/routes/version.ts'
  const copy = await planted([
    { file, find: 'const found = currentVersion(', replace: 'const found = remembered(' },
    {
      file,
      find: '/** Adopted versions, and which of them is in force',
      replace: `const kept = new Map<string, { until: number; found: ReturnType<typeof currentVersion> }>()
const remembered: typeof currentVersion = (database, identity, agreementId, times) => {
  const key = JSON.stringify([identity?.subject, agreementId, times])
  const known = kept.get(key)
  if (known && known.until > performance.now()) return known.found
  const found = currentVersion(database, identity, agreementId, times)
  kept.set(key, { until: performance.now() + 100, found })
  return found
}

/** Adopted versions, and which of them is in force`,
    },
  ])
  try {
    const found = await watchAt(await start([{}, {}], copy.directory), 3)
    note(task, figures(found))
    expect(found.wrong.join('\n')).toMatch(/saw \S+, \d+ ms after \S+ was acknowledged/)
  } finally {
    await copy.remove()
  }
})
