import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../src/store/free-port.ts'

/** A registry as `npm start` runs it: a process of src/main.ts, which can be killed and started again on the same port. */
export type ServerProcess = {
  url: string
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number>
  start(): Promise<void>
}

type Where = { databaseUrl: string; ownerUrl: string; keys: string; log: string; root?: string; more?: Readonly<Record<string, string>> }

const house = join(import.meta.dirname, '..')

/** Starts one; `root` is the house that it runs from, where that is not this one, and `more` are other settings. */
export async function startServer({ databaseUrl, ownerUrl, keys, log, root = house, more = {} }: Where): Promise<ServerProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATABASE_OWNER_URL: ownerUrl,
    HANDSLAG_DATA: keys,
    HANDSLAG_DEMO: '1',
    LOG_LEVEL: 'error',
    OIDC_ISSUER: '',
    // One address is everybody here; a limit would hide what is to be seen.
    ...unlimited,
    ...more,
  }
  let child: ChildProcess | undefined
  const start = async () => {
    const file = openSync(log, 'a')
    const started = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: root,
      env: { ...process.env, ...settings },
      stdio: ['ignore', file, file],
    })
    child = started
    // A minute: on a busy machine a start takes ten seconds.
    const giveUp = Date.now() + 60_000
    while (!(await isReady(url))) {
      if (started.exitCode !== null) throw new Error(`the server did not start: ${log} says why`)
      if (Date.now() > giveUp) throw new Error(`the server is not ready after a minute: ${log}`)
      await sleep(50)
    }
  }
  await start()
  return {
    url,
    start,
    kill: async (signal) => {
      const began = performance.now()
      if (child && child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((done) => child?.once('exit', done))
        child.kill(signal)
        await gone
      }
      return performance.now() - began
    },
  }
}

// A million a minute: more than anything here sends.
const unlimited = { RATE_LIMIT_ACCOUNT: '1000000', RATE_LIMIT_ADDRESS: '1000000' }

/** Whether the registry says that it can serve. */
const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/v1/health/ready`, { signal: AbortSignal.timeout(3_000) }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return answer.ok
    },
    () => false,
  )
