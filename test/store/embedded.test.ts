import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Embedded, startEmbedded } from '../../src/store/embedded.ts'
import { asSuperuser } from '../support/server.ts'

const run = promisify(execFile)
let scratch: string
let directory: string
const said: string[] = []
const log = (line: string) => void said.push(line)

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  await chmod(scratch, 0o755)
  directory = join(scratch, 'data')
  // Made once, because making a database takes longer than all the rest.
  const first = await start(directory)
  await query(first, 'create table promise (id int primary key)')
  await first.stop()
})
afterAll(() => rm(scratch, { recursive: true, force: true }))
beforeEach(() => said.splice(0))

describe('data', () => {
  test('is found again at the second start, within 3 s', async () => {
    const first = await start(directory)
    await query(first, 'insert into promise values (1)')
    await first.stop()

    const before = performance.now()
    const second = await start(directory)
    expect(performance.now() - before).toBeLessThan(3_000)
    expect(await query(second, 'select id from promise where id = 1')).toEqual([{ id: 1 }])
  })

  test('is kept durably and as UTF-8', async () => {
    const server = await start(directory)
    const settings = `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
      current_setting('synchronous_commit') as commits, current_setting('server_encoding') as encoding`
    expect(await query(server, settings)).toEqual([{ fsync: 'on', pages: 'on', commits: 'on', encoding: 'UTF8' }])
  })

  test('knows the letters of other alphabets when it searches and folds case', async () => {
    const server = await start(directory)
    const words = `select to_tsvector('simple', 'Coördinatie één') as words, upper('é') as upper`
    expect(await query(server, words)).toEqual([{ words: `'coördinatie':1 'één':2`, upper: 'É' }])
  })

  test('lies where it was wished, or, when root starts it in a closed directory, where PostgreSQL’s user can reach it', async () => {
    const closed = join(scratch, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const server = await start(join(closed, 'data'))
    onTestFinished(async () => {
      await server.stop()
      await rm(server.directory, { recursive: true, force: true })
    })
    if (process.getuid?.() === 0) {
      expect(server.directory).toMatch(/^\/var\/lib\/handslag\//)
      expect(said).toContain(`PostgreSQL's own user cannot reach ${closed}/data: the data is kept in ${server.directory}`)
    } else {
      expect(server.directory).toBe(join(closed, 'data'))
    }
  })
})

describe('others', () => {
  test('cannot come in from another address', async () => {
    const server = await start(directory)
    const port = Number(new URL(server.url).port)
    expect(await answers('127.0.0.1', port)).toBe(true)
    // Every address of 127/8 is this machine's; a server that listened on all addresses would answer here.
    expect(await answers('127.0.0.2', port)).toBe(false)
    expect(await query(server, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  })

  test('cannot come in without the password, which only its owner can read', async () => {
    const server = await start(directory)
    const guess = new URL(server.url)
    guess.password = 'postgres'
    await expect(query({ url: guess.href }, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect((await stat(join(directory, 'postgres/password'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, 'postgres'))).mode & 0o777).toBe(0o700)
  })

  test('cannot use the data at the same time', async () => {
    const server = await start(directory)
    const other = await startElsewhere(directory)
    expect(other.failure).toContain(
      `another Handslag is already running on ${directory} (process ${process.pid}); stop it, or set HANDSLAG_DATA to another directory`,
    )
    expect(await query(server, 'select 1 as still')).toEqual([{ still: 1 }])
  })

  test('that start on new data at the same moment share one database, or are refused with the sentence', async () => {
    const fresh = join(scratch, 'race')
    const outcomes = await Promise.all([startElsewhere(fresh), startElsewhere(fresh)])
    const running = outcomes.filter((outcome) => outcome.url)
    expect(running).toHaveLength(1)
    expect(outcomes.find((outcome) => !outcome.url)?.failure).toContain('another Handslag is already running')
    await end(running[0]?.child, 'SIGKILL')
  })
})

describe('after kill -9', () => {
  test('of Handslag alone, the next start has the data', async () => {
    const first = await startElsewhere(directory)
    await query(first, 'insert into promise values (2)')
    await end(first.child, 'SIGKILL')
    const second = await start(directory)
    expect(await query(second, 'select id from promise where id = 2')).toEqual([{ id: 2 }])
  })

  test('of Handslag alone, PostgreSQL does not stay behind', async () => {
    const first = await startElsewhere(directory)
    const port = Number(new URL(first.url).port)
    await end(first.child, 'SIGKILL')
    await expect.poll(() => answers('127.0.0.1', port), { timeout: 10_000 }).toBe(false)
  })

  test('of Handslag and of the guard that would have stopped PostgreSQL, the next start stops it first', async () => {
    const first = await startElsewhere(directory)
    const server = Number.parseInt(await processFile(), 10)
    const helpers = (await childrenOf(first.child)).filter((pid) => pid !== server)
    expect(helpers.length).toBeGreaterThan(0)
    for (const helper of helpers) process.kill(helper, 'SIGKILL')
    await end(first.child, 'SIGKILL')
    const second = await start(directory)
    expect(said).toContain(`Stopping PostgreSQL (process ${server}), left behind by a Handslag that is gone (process ${first.child.pid})`)
    expect(await query(second, 'select 1 as answers')).toEqual([{ answers: 1 }])
  })

  test('of PostgreSQL too, nothing that was confirmed is lost and its stale process file does not block', async () => {
    const first = await startElsewhere(directory)
    await query(first, 'insert into promise values (3)')
    process.kill(Number.parseInt(await processFile(), 10), 'SIGKILL')
    await end(first.child, 'SIGKILL')
    const second = await start(directory)
    expect(await query(second, 'select id from promise where id = 3')).toEqual([{ id: 3 }])
  })

  test('a stale process file does not block when another program has got its number since', async () => {
    const first = await start(directory)
    const file = await processFile()
    await first.stop()
    const bystander = spawn('sleep', ['60'])
    onTestFinished(() => void bystander.kill())
    await writeFile(join(directory, 'postgres/data/postmaster.pid'), file.replace(/^\d+/, String(bystander.pid)))
    const second = await start(directory)
    expect(await query(second, 'select 1 as answers')).toEqual([{ answers: 1 }])
  })
})

test('Ctrl-C reaches Handslag only, which can still use PostgreSQL until it stops it', async () => {
  const first = await startElsewhere(
    directory,
    `process.once('SIGINT', async () => {
    await new Promise((done) => setTimeout(done, 300)) // longer than PostgreSQL would need to go
    const client = new pg.Client(server.url)
    await client.connect()
    await client.query('insert into promise values (4)')
    await client.end()
    await server.stop()
    process.exit(0)
  })`,
  )
  await end(first.child, 'SIGINT', { wholeGroup: true })
  expect(first.child.exitCode).toBe(0)
  const second = await start(directory)
  expect(said.join()).not.toContain('not properly shut down')
  expect(await query(second, 'select id from promise where id = 4')).toEqual([{ id: 4 }])
})

test('stopping twice is stopping once', async () => {
  const server = await start(directory)
  await Promise.all([server.stop(), server.stop()])
  await server.stop()
  expect(await answers('127.0.0.1', Number(new URL(server.url).port))).toBe(false)
})

async function start(where: string): Promise<Embedded> {
  const server = await startEmbedded({ directory: where, log })
  if (where === directory) atEnd(() => server.stop())
  return server
}

/** After the test, also when it failed; `beforeAll` has no test and stops by itself. */
function atEnd(act: () => Promise<void>): void {
  if (expect.getState().currentTestName) onTestFinished(act)
}

const query = (server: { url: string }, statement: string) =>
  asSuperuser(server.url, async (client) => (await client.query(statement)).rows)
const processFile = () => readFile(join(directory, 'postgres/data/postmaster.pid'), 'utf8')

type Elsewhere = { child: ChildProcess; url: string; failure: string }

/** Starts the database in a process (and a process group) of its own: its URL when it runs, or what it said when it did not. */
async function startElsewhere(where: string, then = ''): Promise<Elsewhere> {
  const program = `import pg from 'pg'
    import { startEmbedded } from './src/store/embedded.ts'
    const server = await startEmbedded({ directory: process.argv[1], log() {} })
    ${then}
    console.log(server.url)
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, where], { detached: true })
  atEnd(() => end(child, 'SIGKILL'))
  let failure = ''
  child.stderr.on('data', (chunk) => {
    failure += chunk
  })
  const closed = new Promise<string>((done) => child.on('close', () => done('')))
  const firstLine = new Promise<string>((done) => createInterface({ input: child.stdout }).once('line', done))
  const url = await Promise.race([firstLine, closed])
  return { child, url, failure }
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals, { wholeGroup = false } = {}): Promise<void> {
  if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((done) => child.on('exit', done))
  process.kill(wholeGroup ? -child.pid : child.pid, signal)
  await exited
}

async function childrenOf({ pid }: ChildProcess): Promise<number[]> {
  const linux = process.platform === 'linux'
  const list = linux
    ? readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    : run('pgrep', ['-P', String(pid)]).then(({ stdout }) => stdout)
  return (await list).split(/\s+/).filter(Boolean).map(Number)
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, host)
    socket.on('connect', () => done(true)).on('error', () => done(false))
    socket.on('connect', () => socket.destroy())
  })
}
