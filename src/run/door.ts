import { join } from 'node:path'
import { loadRegistryKey } from '../auth/registry-key.ts'
import { remoteKeys } from '../auth/remote-keys.ts'
import { createVerifier } from '../auth/token.ts'
import type { Config } from '../config.ts'
import { buildApp } from '../http/app.ts'
import { pressureLimits } from '../http/pressure.ts'
import { localRoutes } from '../http/routes/local.ts'
import { registryRoutes } from '../http/routes/registry.ts'
import { transactionsOf } from '../store/answers.ts'
import type { Database } from '../store/database.ts'
import { actorOf } from '../store/directory.ts'
import { newId } from '../store/new-id.ts'
import { replicaOf } from '../store/replica.ts'
import { localAudience, localDoor, localIssuer, type MoveClock } from './demonstration.ts'
import { version } from './version.ts'

/** What a door opens on: the database, and the directory in which the keys are. */
type House = { database: Database; directory: string }

/** The door of one process. `open` listens, and gives the address; `close` lets requests that run be finished. */
export type Door = { log: ReturnType<typeof buildApp>['log']; open: () => Promise<string>; close: () => Promise<void> }

/** Makes what one process serves requests with: keys, the check of tokens, the standby where there is one, and the routes. */
export async function makeDoor(config: Config, { database, directory }: House, moveClock: MoveClock): Promise<Door> {
  const key = await loadRegistryKey(join(directory, 'keys', 'registry.json'))
  const local = config.OIDC_ISSUER ? undefined : await localIssuer(directory)
  const issuer = config.OIDC_ISSUER ?? local?.issuer ?? ''
  const audience = config.OIDC_AUDIENCE ?? localAudience
  const replicaUrl = config.DATABASE_REPLICA_URL
  const replica = replicaUrl ? replicaOf(database, replicaUrl, (line, err) => app.log.warn({ err }, line)) : undefined
  const deps = { database, replica, newId, sign: key.sign, signingKeys: key.jwks }
  const app = buildApp({
    verify: createVerifier({ issuer, audience, keys: local?.keys ?? remoteKeys(issuer) }),
    // Both beside the transaction, which asks for whom it is: that is not known yet, and whether the registry can serve depends on nobody.
    resolveActor: (identity) => actorOf(database.pool, identity),
    ready: async () => (await database.pool.query('select 1')).rowCount === 1,
    transactions: transactionsOf(database),
    version,
    contact: { name: config.CONTACT_NAME, url: config.CONTACT_URL, email: config.CONTACT_EMAIL },
    log: config.LOG_LEVEL === 'silent' ? false : { level: config.LOG_LEVEL },
    limits: { account: config.RATE_LIMIT_ACCOUNT, address: config.RATE_LIMIT_ADDRESS, ...pressureLimits() },
    cursorKey: key.derive('cursors'),
    trustedProxies: config.TRUSTED_PROXIES,
    securityContact: config.SECURITY_CONTACT,
    routes: (v1) => registryRoutes(v1, deps),
  })
  await replica?.look()
  if (local) app.register(async (door) => localRoutes(door, localDoor(database, local, moveClock)), { prefix: '/local' })
  return {
    log: app.log,
    open: () => app.listen({ host: config.HOST, port: config.PORT }),
    close: async () => {
      // Who keeps a connection busy for longer than 5 s is cut off: half of the 10 s in which all has to be closed.
      const cut = setTimeout(() => app.server.closeAllConnections(), 5_000)
      await app.close()
      clearTimeout(cut)
      await replica?.close()
    },
  }
}
