import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentWith } from '../config.ts'
import { freePort } from '../store/free-port.ts'

// More than a machine answers in a minute.
const unlimited = '10000000'

/** Starts a registry of one's own as `npm start` does, on a database that is gone once it is stopped, or on the one named. It takes requests as fast as they come. */
export async function startOwn(databaseUrl = '', ownerUrl = ''): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'handslag-story-'))
  // PostgreSQL may run as another user than this process, and has to get in.
  chmodSync(directory, 0o755)
  const port = await freePort()
  const main = join(import.meta.dirname, '..', 'main.ts')
  const environment = environmentWith({
    HANDSLAG_DATA: join(directory, 'data'),
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'error',
    DATABASE_URL: databaseUrl,
    DATABASE_OWNER_URL: ownerUrl,
    RATE_LIMIT_ACCOUNT: unlimited,
    RATE_LIMIT_ADDRESS: unlimited,
    OIDC_ISSUER: '',
    HANDSLAG_DEMO: '1',
  })
  const server = spawn(process.execPath, ['--import', 'tsx', main], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const stop = async () => {
    server.kill('SIGTERM')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  // Half a minute: making a database takes a second, on a slow machine ten.
  for (let tries = 0; tries < 150 && server.exitCode === null; tries += 1) {
    const ready = await fetch(`${url}/v1/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return { url, stop }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await stop()
  throw new Error('the registry did not start; npm start says why')
}
