import { spawn } from 'node:child_process'
import { openSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environmentWith } from '../src/config.ts'
import { freePort } from '../src/store/free-port.ts'
import { applicationLogin } from '../src/store/login.ts'
import type { Postgres } from './postgres.ts'

/** A registry as a user runs it, in a process of its own. */
export type Registry = {
  url: string
  pid: number
  /** The URL with which it logs in at its database, as the application. */
  databaseUrl: string
  token(subject: string, scopes?: readonly string[]): Promise<string>
  /** Forgets what it logged so far. */
  forgetLog(): void
  stop(): Promise<void>
}

// More than a machine answers in a minute: here one address is everybody.
const unlimited = '100000000'

/** Settings of whoever runs the bench that it keeps away from: what it measures is its own, and as it is without them. */
export const untouched = {
  DATABASE_URL: '',
  DATABASE_OWNER_URL: '',
  DATABASE_REPLICA_URL: '',
  OIDC_ISSUER: '',
  PROCESSES: '',
  LOG_LEVEL: '',
  REPLACED_KEY: '',
} as const

/** Where the project lies: what is started is started there. */
export const project = join(import.meta.dirname, '..')

/** What `npm start` says after `node`: what is measured is what users run. */
export const startCommand: readonly string[] = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  .scripts.start.split(' ')
  .slice(1)

type Ways = { flags?: readonly string[]; through?: number }

/**
 * Starts the registry of a database, by its name; with `flags` for Node where something is to be looked into, and `through` another port
 * than that of PostgreSQL.
 */
export async function startRegistry(
  postgres: Postgres,
  owner: string,
  name: string,
  { flags = [], through }: Ways = {},
): Promise<Registry> {
  const databaseUrl = await applicationLogin(owner, `${name}_login`)
  const port = await freePort()
  const log = join(postgres.directory, `${name}.log`)
  const output = openSync(log, 'a')
  const server = spawn(process.execPath, [...flags, ...startCommand], {
    cwd: project,
    stdio: ['ignore', output, output],
    env: environmentWith({
      ...untouched,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: through === undefined ? databaseUrl : throughPort(databaseUrl, through),
      DATABASE_OWNER_URL: owner,
      HANDSLAG_DATA: postgres.registryData,
      HANDSLAG_DEMO: '1',
      RATE_LIMIT_ACCOUNT: unlimited,
      RATE_LIMIT_ADDRESS: unlimited,
    }),
  })
  // Whatever ends the bench, this does not outlive it.
  process.once('exit', () => server.kill('SIGKILL'))
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  await ready(url, () => server.exitCode !== null).catch((error: unknown) => {
    throw new Error(readFileSync(log, 'utf8').slice(-2_000), { cause: error })
  })
  return {
    url,
    pid: server.pid ?? 0,
    databaseUrl,
    token: async (subject, scopes = ['handslag:read', 'handslag:write']) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${url}/local/tokens`, { method: 'POST', headers, body: JSON.stringify({ subject, scopes }) })
      return ((await answer.json()) as { access_token: string }).access_token
    },
    forgetLog: () => truncateSync(log),
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}

function throughPort(url: string, port: number): string {
  const through = new URL(url)
  through.port = String(port)
  return through.href
}

/** Waits until a registry says that it can serve. */
export async function ready(url: string, ended: () => boolean): Promise<void> {
  while (!ended()) {
    const up = await fetch(`${url}/v1/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (up) return
    // Fine enough for a start that is measured.
    await sleep(10)
  }
  throw new Error('the registry did not start')
}
