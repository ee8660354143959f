import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../src/store/free-port.ts'
import { type FreshDatabase, freshDatabase } from '../../support/database.ts'

/** A registry with two processes that serve, as a user starts it: what it said, and its end. */
type Started = { url: string; child: ChildProcess; said: () => string; ended: Promise<number | null> }

let directory: string
let fresh: FreshDatabase
const started: Started[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'handslag-test-together-'))
  chmodSync(directory, 0o755)
  fresh = await freshDatabase()
})
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGTERM')
    await ended
  }
  await fresh.drop()
  rmSync(directory, { recursive: true, force: true })
})

function run(port: number, settings: Record<string, string>): Started {
  const env = {
    ...process.env,
    OIDC_ISSUER: '',
    ...settings,
    PORT: String(port),
    PROCESSES: '2',
    LOG_LEVEL: 'error',
    HANDSLAG_DATA: directory,
  }
  // A group of its own, which a signal can reach as Ctrl-C does.
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], { env, detached: true })
  let all = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (some) => (all += some))
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  const one = { url: `http://127.0.0.1:${port}`, child, said: () => all, ended }
  started.push(one)
  return one
}

const onDatabase = async () => ({ DATABASE_URL: await fresh.login(), DATABASE_OWNER_URL: fresh.url, HANDSLAG_DEMO: '1' })

async function start(settings?: Record<string, string>): Promise<Started> {
  const one = run(await freePort(), settings ?? (await onDatabase()))
  await until(() => one.said().includes('Ctrl-C stops it') || one.child.exitCode !== null)
  expect(one.child.exitCode, one.said()).toBeNull()
  return one
}

/** Waits for a minute at most: on a busy machine a start takes ten seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUp = Date.now() + 60_000; !(await holds()); await sleep(50)) if (Date.now() > giveUp) throw new Error('it does not come')
}

/** The processes that serve, by the first one's children. */
const workersOf = ({ child }: Started): number[] =>
  readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('src/main.ts'))

const isLive = (url: string): Promise<boolean> =>
  fetch(`${url}/v1/health/live`, { headers: { connection: 'close' } }).then(
    ({ ok }) => ok,
    () => false,
  )

/** Sends JSON on a connection of its own, again where a process that just began is too busy. */
async function post(url: string, body: object, token?: string): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', 'connection': 'close', ...(token && { authorization: `Bearer ${token}` }) }
  for (;;) {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (answer.ok) return JSON.parse(text)
    if (answer.status !== 503) throw new Error(`${url} answers ${answer.status}: ${text}`)
    await sleep(200)
  }
}

const slow = 120_000

// Where there is no /proc, nobody tells which processes there are.
test.runIf(process.platform === 'linux')(
  'a process that dies is replaced, and why is said; the others serve on',
  { timeout: slow },
  async () => {
    const registry = await start({}) // with a database of its own
    const [first = 0, second = 0] = workersOf(registry)
    expect(second).toBeGreaterThan(0)
    process.kill(first, 'SIGKILL')
    await until(() => registry.said().includes('another takes its place'))
    expect(await isLive(registry.url)).toBe(true)
    const line =
      registry
        .said()
        .split('\n')
        .find((one) => one.includes('another takes its place')) ?? ''
    expect(JSON.parse(line)).toMatchObject({ process: first, why: 'it was ended by SIGKILL' })
    await until(() => workersOf(registry).length === 2)
    expect(workersOf(registry)).not.toContain(first)
    // Neither on the command line nor in the environment can others read how to log in to the database.
    for (const pid of workersOf(registry))
      for (const what of ['cmdline', 'environ']) expect(readFileSync(`/proc/${pid}/${what}`, 'utf8')).not.toContain('postgres://')
  },
)

test('the clock of a demonstration has moved in every process when it is said that it moved', { timeout: slow }, async () => {
  const { url } = await start()
  const { access_token: token = '' } = await post(`${url}/local/tokens`, { subject: 'lotte' })
  for (let days = 1; days <= 10; days += 1) {
    const { now = '' } = await post(`${url}/local/clock`, { days: 1 })
    expect(Math.floor((Date.parse(now) - Date.now()) / 86_400_000 + 0.5)).toBe(days)
    // They come to the processes in turn.
    const made = [1, 2, 3, 4].map((nth) => post(`${url}/v1/agreements`, { kind: 'two', title: `Dag ${days}.${nth}` }, token))
    for (const { createdAt = '' } of await Promise.all(made)) expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(Date.parse(now))
  }
})

test.each([
  ['the first process', (pid: number) => process.kill(pid, 'SIGTERM')],
  ['all at once, as Ctrl-C does', (pid: number) => process.kill(-pid, 'SIGINT')],
])('a signal to %s closes in order: answers are whole, nothing is left, and the code is 0', { timeout: slow }, async (_whom, signal) => {
  const { url, child, ended, said } = await start()
  const { access_token: token = '' } = await post(`${url}/local/tokens`, { subject: 'lotte' })
  const authorization = `Bearer ${token}`
  const ask = () => fetch(`${url}/v1/networks`, { headers: { authorization } }).then(async (answer) => [answer.status, await answer.json()])
  // Connections first, and then requests that wait: who connects when nobody listens any more is turned away.
  await Promise.all(Array.from({ length: 16 }, ask))
  const client = await fresh.owner.connect()
  await client.query('begin; lock table networks in access exclusive mode')
  const asked = Array.from({ length: 16 }, ask)
  await sleep(1_000) // they have arrived, and none has waited for too long
  const began = performance.now()
  signal(child.pid ?? 0)
  await sleep(200)
  await client.query('rollback')
  client.release()
  const answers = await Promise.all(asked)
  // On a machine that is very busy a lock can have been waited for too long.
  expect(answers.filter(([status]) => status !== 200 && status !== 503)).toEqual([])
  expect(await ended).toBe(0)
  expect(performance.now() - began).toBeLessThan(10_000)
  expect(said()).not.toContain('another takes its place')
  expect(await isLive(url)).toBe(false)
})

test('where the port is taken it does not start at all, and says so', { timeout: slow }, async () => {
  const { url } = await start()
  const second = run(Number(new URL(url).port), await onDatabase())
  expect(await second.ended).toBe(1)
  expect(second.said()).toMatch(/EADDRINUSE.*127\.0\.0\.1:\d+/)
})
