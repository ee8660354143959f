import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Embedded, startEmbedded } from '../src/store/embedded.ts'

/** A PostgreSQL of the run's own, with a database and roles as docs/operations.md says. It can be killed, and started again. */
export type OwnDatabase = {
  port: number
  /** The users of the application and of the owner, and the superuser: on the database of the registry. `port` is another way in, as a proxy's. */
  urls(port?: number): { application: string; owner: string; superuser: string }
  /** As the superuser, on a connection of its own, past every proxy. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** kill -9: the postmaster and every process that it started. */
  kill(): Promise<void>
  alive(): boolean
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts PostgreSQL on the data in a directory, which it makes, with PostgreSQL's own durable settings. */
export async function startDatabase(directory: string): Promise<OwnDatabase> {
  const options = { directory, log: () => undefined }
  let running: Embedded | undefined = await startEmbedded(options)
  const { url: embeddedUrl, directory: place } = running
  const port = Number(new URL(embeddedUrl).port)
  const password = randomBytes(12).toString('hex')
  const urlOf = (at: number, user?: string, database = 'handslag'): string => {
    const url = new URL(embeddedUrl)
    if (user) Object.assign(url, { username: user, password })
    return Object.assign(url, { port: String(at), pathname: `/${database}` }).href
  }
  await query(embeddedUrl, `create role handslag_app nologin`)
  for (const user of ['handslag_owner', 'handslag_api']) {
    await query(embeddedUrl, `create role ${user} login password '${password}'`)
    await query(embeddedUrl, `grant handslag_app to ${user}`)
  }
  await query(embeddedUrl, `create database handslag owner handslag_owner encoding 'UTF8' template template0`)
  // Kept in memory: a disk that has lost its power cannot be read.
  const readPid = () => Number.parseInt(readFileSync(join(place, 'postgres', 'data', 'postmaster.pid'), 'utf8'), 10)
  let postmaster = readPid()
  return {
    port,
    urls: (at = port) => ({ application: urlOf(at, 'handslag_api'), owner: urlOf(at, 'handslag_owner'), superuser: urlOf(at) }),
    sql: (text, values) => query(urlOf(port), text, values),
    kill: () => killTree(postmaster),
    alive: () => lives(postmaster),
    start: async () => {
      running = await startEmbedded({ ...options, directory: place, port })
      postmaster = readPid()
    },
    stop: async () => {
      await running?.stop()
    },
  }
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(text, values)).rows
  } finally {
    await client.end()
  }
}

/** The processes that a process started itself: Linux only, as is the whole of these faults. */
function childrenOf(parent: number): number[] {
  const parentOf = (pid: string): number => {
    try {
      return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
    } catch {
      return 0 // it went in the meantime
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number)
}

/** Whether a process runs: one that is dead and not yet buried does not. */
function lives(pid: number): boolean {
  try {
    return pid > 0 && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function killTree(pid: number): Promise<void> {
  if (!lives(pid)) return
  const all = [pid, ...childrenOf(pid)]
  for (const one of all) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // it was faster
    }
  }
  while (all.some(lives)) await sleep(5)
}
