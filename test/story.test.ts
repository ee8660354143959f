import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startOwn } from '../src/cli/own-registry.ts'
import { stories } from '../src/cli/stories/all.ts'
import { Teller } from '../src/cli/teller.ts'
import { type FreshDatabase, freshDatabase } from './support/database.ts'

let fresh: FreshDatabase
let registry: Awaited<ReturnType<typeof startOwn>>

beforeAll(async () => {
  fresh = await freshDatabase()
  registry = await startOwn(await fresh.login(), fresh.url)
})

afterAll(async () => {
  await registry?.stop()
  await fresh?.drop()
})

/** Fewer steps than these leave out a chapter. */
const fewest: Record<string, number> = { 'two-rounds': 60, 'covenant': 70, 'two-institutions': 110, 'exchange': 35 }

it.each(Object.entries(stories))('%s is told over a real socket, and every step answers as told', async (name, { tell }) => {
  const told: string[] = []
  const teller = new Teller(registry.url, (line) => told.push(line))
  await tell(teller)
  expect(teller.steps).toBeGreaterThan(fewest[name] ?? Number.POSITIVE_INFINITY)
  expect(told.filter((line) => line.includes('✓')).length).toBeGreaterThan(5)
})

it.each(Object.entries(stories))('%s can be told again on the same registry: it leaves nothing in its own way', async (_name, { tell }) => {
  await expect(tell(new Teller(registry.url, () => undefined))).resolves.toMatch(/^[0-9a-f-]{36}$/)
})

it('a story that there is not is answered with those that there are', () => {
  const asked = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/story.ts', 'once-upon-a-time'], { encoding: 'utf8' })
  expect(asked.status).toBe(1)
  for (const name of Object.keys(stories)) expect(asked.stderr).toContain(name)
})

it.each(['a reader who goes away', 'SIGTERM'])(
  '%s ends a story, and the registry of its own with it',
  async (how) => {
    const directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
    // PostgreSQL may run as another user than this process, and has to get in.
    await chmod(directory, 0o755)
    const env = { ...process.env, TMPDIR: directory, HANDSLAG_URL: '' }
    const story = spawn(process.execPath, ['--import', 'tsx', 'src/cli/story.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const said: string[] = []
    story.stderr.on('data', (piece) => said.push(String(piece)))
    const ended = once(story, 'exit')
    await once(story.stdout, 'data')
    if (how === 'SIGTERM') story.kill('SIGTERM')
    else story.stdout.destroy()
    expect([await ended, said]).toEqual([[0, null], []])
    // The directory of its database goes once everything that works in it has ended.
    expect((await readdir(directory)).filter((name) => name.startsWith('handslag-'))).toEqual([])
    await rm(directory, { recursive: true })
  },
  60_000,
)
