import cluster from 'node:cluster'
import { type Config, placeOf, readConfig } from './config.ts'
import { version } from './run/version.ts'
import { openStore } from './store/open.ts'

/** Starts the registry; each process loads what it does itself, while PostgreSQL starts. */
async function start(config: Config): Promise<void> {
  if (cluster.isWorker) return (await import('./run/worker.ts')).work(config)
  const opening = openStore({ ...placeOf(config), log: sayPostgres })
  // It is waited for below.
  opening.catch(() => undefined)
  const serve = config.PROCESSES === 1 ? (await import('./run/alone.ts')).serveAlone : (await import('./run/together.ts')).serveTogether
  const store = await opening
  const address = await serve(config, store).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  say(config.OIDC_ISSUER ? `Handslag ${version} listens on ${address}` : welcome(address))
}

const say = (line: string): void => console.log(line)

// PostgreSQL tells a lot about itself; what is worse than that concerns whoever started us.
const sayPostgres = (line: string): void => {
  if (!/^\d{4}-.* LOG: /.test(line)) say(line)
}

const welcome = (address: string): string => `
Handslag ${version} runs on ${address}, with a demonstration: made-up organisations and people, on this machine only.

  Read about the API   ${address}/docs
  Who there is to be   curl ${address}/local/people
  Get a token          curl -X POST ${address}/local/tokens -H 'content-type: application/json' -d '{"subject":"sanne"}'
  Use it               curl ${address}/v1/me -H "authorization: Bearer $TOKEN"
  See it work          HANDSLAG_URL=${address} npm run story

Ctrl-C stops it; what was recorded is kept. OIDC_ISSUER and OIDC_AUDIENCE turn the demonstration off.
`

try {
  await start(readConfig())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
