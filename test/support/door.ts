import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../src/actions/deps.ts'
import { buildApp, type HttpDeps } from '../../src/http/app.ts'
import { registryRoutes } from '../../src/http/routes/registry.ts'
import { transactionsOf } from '../../src/store/answers.ts'
import { actorOf } from '../../src/store/directory.ts'
import { unlimited } from './unlimited.ts'

/** The HTTP door of a registry, as one of its processes has it; `own` is what is otherwise with this one. */
export const doorOf = (deps: Deps, verify: HttpDeps['verify'], own: Partial<HttpDeps> = {}): FastifyInstance =>
  buildApp({
    verify,
    resolveActor: (identity) => actorOf(deps.database.pool, identity),
    ready: async () => (await deps.database.pool.query('select 1')).rowCount === 1,
    transactions: transactionsOf(deps.database),
    version: '1.2.3',
    contact: { name: 'Handslag', url: 'https://handslag.example', email: 'handslag@handslag.example' },
    limits: unlimited,
    cursorKey: new Uint8Array(32),
    log: process.env.TEST_LOG ? { level: process.env.TEST_LOG } : false,
    routes: (v1) => registryRoutes(v1, deps),
    ...own,
  })
