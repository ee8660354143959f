import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentWith } from '../src/config.ts'
import { freePort } from '../src/store/free-port.ts'
import { project, ready, startCommand, untouched } from './registry.ts'
import { type Found, figureOf, type Options, shown } from './result.ts'

// The first makes the data, and does not count.
const starts = 6

/** How long `npm start`'s command takes until the registry can serve, with PostgreSQL from npm, on data that is there already. */
export async function start({ say }: Options): Promise<Found> {
  const directory = mkdtempSync(join(tmpdir(), 'handslag-bench-'))
  chmodSync(directory, 0o755) // PostgreSQL may run as another user, and has to pass through
  const seconds: number[] = []
  try {
    for (let nth = 0; nth < starts; nth += 1) seconds.push(await secondsUntilReady(join(directory, 'data')))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  const [first = 0, ...others] = seconds
  say(`start: ${first.toFixed(1)} s with making the data, then ${others.map((one) => one.toFixed(2)).join(', ')} s`)
  const startSeconds = figureOf(others)
  const rows = [
    ['on existing data', shown(startSeconds)],
    ['the very first, which makes the data', first.toFixed(1)],
  ]
  return { figures: { startSeconds }, tables: [{ title: 'Start', columns: ['start', 's until ready'], rows }] }
}

async function secondsUntilReady(data: string): Promise<number> {
  const port = await freePort()
  const env = environmentWith({ ...untouched, HOST: '127.0.0.1', PORT: String(port), HANDSLAG_DATA: data })
  const began = performance.now()
  const registry = spawn(process.execPath, startCommand, {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
  const ended = new Promise<void>((resolve) => registry.once('exit', () => resolve()))
  await ready(`http://127.0.0.1:${port}`, () => registry.exitCode !== null)
  const seconds = (performance.now() - began) / 1000
  registry.kill('SIGTERM')
  await ended
  return seconds
}
