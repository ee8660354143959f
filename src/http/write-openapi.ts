import { readFileSync, writeFileSync } from 'node:fs'
import type { Deps } from '../actions/deps.ts'
import { buildApp } from './app.ts'
import { openApiDocument } from './openapi.ts'
import { registryRoutes } from './routes/registry.ts'

/** `npm run openapi` writes the description of the API; `npm run openapi:check` says whether the committed one is true. Needs no database. */
const file = new URL('../../openapi/openapi.json', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const unused = () => Promise.reject(new Error('describing calls nothing'))
const app = buildApp({
  verify: unused,
  resolveActor: unused,
  ready: unused,
  transactions: { within: unused, once: unused },
  version,
  contact: { name: 'Handslag', url: 'https://example.org/handslag', email: 'handslag@example.org' },
  log: false,
  limits: { account: 1, address: 1, eventLoopDelayMs: 0, heapBytes: 0 },
  cursorKey: new Uint8Array(32),
  routes: (v1) => registryRoutes(v1, {} as Deps),
})
await app.ready()
const described = `${JSON.stringify(openApiDocument(app), null, 2)}\n`
await app.close()

if (!process.argv.includes('--check')) writeFileSync(file, described)
else if (readFileSync(file, 'utf8') !== described) {
  process.stderr.write('openapi/openapi.json is not what the routes say: run npm run openapi, read the difference, and commit it.\n')
  process.exitCode = 1
}
