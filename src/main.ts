import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import { seedDemo } from './actions/demo.ts'
import { createLocalIssuer } from './auth/local-issuer.ts'
import { checkpointSigning, loadRegistryKey, type RegistryKey, refuseOtherKey } from './auth/registry-key.ts'
import { remoteKeys } from './auth/remote-keys.ts'
import { createVerifier } from './auth/token.ts'
import { type Config, placeOf, readConfig } from './config.ts'
import { buildApp } from './http/app.ts'
import { pressureLimits } from './http/pressure.ts'
import { type LocalDoor, localRoutes } from './http/routes/local.ts'
import { registryRoutes } from './http/routes/registry.ts'
import { startForgetting } from './jobs/forget-answers.ts'
import { startSequencer } from './jobs/sequencer.ts'
import { transactionsOf } from './store/answers.ts'
import type { Database } from './store/database.ts'
import { accountsOf, actorOf } from './store/directory.ts'
import { lastRecordedAt } from './store/ledger.ts'
import { lastCheckpoint } from './store/log.ts'
import { newId } from './store/new-id.ts'
import { openStore } from './store/open.ts'
import { registryItself, within } from './store/transaction.ts'

const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const say = (line: string): void => console.log(line)

// PostgreSQL tells a lot about itself; what is worse than that concerns whoever started us.
const sayPostgres = (line: string): void => {
  if (!/^\d{4}-.* LOG: /.test(line)) say(line)
}

/** Starts the registry: database, keys, door; closes them in the opposite order on Ctrl-C or SIGTERM. */
async function start(config: Config): Promise<void> {
  const { database, directory, close } = await openStore({ ...placeOf(config), log: sayPostgres })
  const registryKey = await ownKey(database, directory, config).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const deps = { database, newId, sign: registryKey.sign, signingKeys: registryKey.jwks }

  const local = config.OIDC_ISSUER ? undefined : await localIssuer(directory)
  const issuer = config.OIDC_ISSUER ?? local?.issuer ?? ''
  const audience = config.OIDC_AUDIENCE ?? localAudience
  const app = buildApp({
    verify: createVerifier({ issuer, audience, keys: local?.keys ?? remoteKeys(issuer) }),
    // Beside the transaction, which asks for whom it is.
    resolveActor: (identity) => actorOf(database.pool, identity),
    ready: async () => (await database.query('select 1')).rowCount === 1,
    transactions: transactionsOf(database),
    version,
    contact: { name: config.CONTACT_NAME, url: config.CONTACT_URL, email: config.CONTACT_EMAIL },
    log: config.LOG_LEVEL === 'silent' ? false : { level: config.LOG_LEVEL },
    limits: { account: config.RATE_LIMIT_ACCOUNT, address: config.RATE_LIMIT_ADDRESS, ...pressureLimits() },
    cursorKey: registryKey.derive('cursors'),
    trustedProxies: config.TRUSTED_PROXIES,
    securityContact: config.SECURITY_CONTACT,
    routes: (v1) => registryRoutes(v1, deps),
  })
  if (local) {
    database.clock.aheadMs = await aheadOf(database)
    await seedDemo(deps, issuer)
    app.register(async (door) => localRoutes(door, localDoor(database, local)), { prefix: '/local' })
  }

  const sequencer = startSequencer(database, checkpointSigning(registryKey), {
    failed: (error, why) => app.log.error({ err: error, why }, 'the log was not added to'),
  })

  const forgetting = startForgetting(database, (error) => app.log.error({ err: error }, 'old answers were not forgotten'))

  closeWithGrace({ delay: 10_000 }, async ({ err }) => {
    if (err) console.error(err)
    // Who keeps a connection busy for longer than 5 s is cut off: half of the 10 s in which all has to be closed.
    const cut = setTimeout(() => app.server.closeAllConnections(), 5_000)
    await app.close()
    clearTimeout(cut)
    forgetting.stop()
    await sequencer.stop()
    await close()
  })
  const address = await app.listen({ host: config.HOST, port: config.PORT })
  say(local ? welcome(address) : `Handslag ${version} listens on ${address}`)
}

/** The key with which this registry has signed so far. */
async function ownKey(database: Database, directory: string, { REPLACED_KEY }: Config): Promise<RegistryKey> {
  const key = await loadRegistryKey(join(directory, 'keys', 'registry.json'))
  const last = await within(database.pool, registryItself, () => lastCheckpoint(database))
  refuseOtherKey(key, last?.jws, REPLACED_KEY)
  return key
}

const localAudience = 'handslag'
// A name only, the same on every port: accounts are bound to it.
const localIssuerName = 'http://localhost/local'

const localIssuer = (directory: string) =>
  createLocalIssuer({
    issuer: localIssuerName,
    audience: localAudience,
    keyFile: join(directory, 'keys', 'local-issuer.json'),
  })

/** A demonstration that was moved on in time goes on from there: nothing that is recorded lies in its future. */
async function aheadOf(database: Database): Promise<number> {
  const last = await within(database.pool, registryItself, () => lastRecordedAt(database))
  return last ? Math.max(0, Date.parse(last) - Date.now()) : 0
}

const dayMs = 24 * 60 * 60 * 1000
// Days in requests end with 2199; five years before that everything can still run to its end.
const lastDay = Date.UTC(2194, 0)

function localDoor(database: Database, { issuer, issue }: Awaited<ReturnType<typeof localIssuer>>): LocalDoor {
  return {
    people: () => within(database.pool, registryItself, () => accountsOf(database, issuer)),
    token: (subject, scopes) => issue({ subject, scopes }),
    moveClock: async (days) => {
      database.clock.aheadMs = Math.min(database.clock.aheadMs + days * dayMs, lastDay - Date.now())
      return new Date(Date.now() + database.clock.aheadMs).toISOString()
    },
  }
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
