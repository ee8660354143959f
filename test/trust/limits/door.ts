import type { FastifyInstance } from 'fastify'
import { createVerifier } from '../../../src/auth/token.ts'
import { buildApp, type HttpDeps } from '../../../src/http/app.ts'
import { registryRoutes } from '../../../src/http/routes/registry.ts'
import { transactionsOf } from '../../../src/store/answers.ts'
import { actorOf } from '../../../src/store/directory.ts'
import type { Registry } from '../../support/registry.ts'
import { unlimited } from '../../support/unlimited.ts'

/** Another process of this registry: the same database and issuer, with limits, a log or a key of its own. */
export async function anotherDoor({ deps, issuerFor }: Registry, own: Partial<HttpDeps> = {}): Promise<FastifyInstance> {
  const { issuer, keys } = await issuerFor()
  const { database } = deps
  const app = buildApp({
    verify: createVerifier({ issuer, audience: 'handslag-test', keys }),
    resolveActor: (identity) => actorOf(database, identity),
    ready: async () => (await database.query('select 1')).rowCount === 1,
    transactions: transactionsOf(database),
    version: '1.2.3',
    contact: { name: 'Handslag', url: 'https://handslag.example', email: 'handslag@handslag.example' },
    limits: unlimited,
    cursorKey: new Uint8Array(32),
    log: false,
    routes: (v1) => registryRoutes(v1, deps),
    ...own,
  })
  await app.ready()
  return app
}

/** Headers with a token of somebody who may read and write. */
export async function bearer({ issuerFor }: Registry, { subject }: { subject: string }): Promise<{ authorization: string }> {
  const { issue } = await issuerFor()
  return { authorization: `Bearer ${await issue({ subject, scopes: ['handslag:read', 'handslag:write'] })}` }
}
