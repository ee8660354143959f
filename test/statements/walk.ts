import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { walk } from '../../faults/walk.ts'
import { seedDemo } from '../../src/actions/demo.ts'
import type { Deps } from '../../src/actions/deps.ts'
import { createLocalIssuer } from '../../src/auth/local-issuer.ts'
import { checkpointSigning, loadRegistryKey } from '../../src/auth/registry-key.ts'
import { createVerifier } from '../../src/auth/token.ts'
import { type Scope, scopes } from '../../src/domain/identity.ts'
import { forgetAnswers } from '../../src/store/answers.ts'
import { openDatabase } from '../../src/store/database.ts'
import { extendLog } from '../../src/store/log.ts'
import { newId } from '../../src/store/new-id.ts'
import { registryItself, within } from '../../src/store/transaction.ts'
import { doorOf } from '../support/door.ts'
import { recordStatements, type Statement } from './record.ts'

type Parameter = { name: string; in: string; schema: { enum?: string[] } }
type Operation = { id: string; method: string; path: string; queries: Parameter[] }

/** Every operation of the description of the API. */
export const operations: readonly Operation[] = (() => {
  const file = join(import.meta.dirname, '..', '..', 'openapi', 'openapi.json')
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string; parameters?: Parameter[] }>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [] }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      path,
      queries: parameters.filter((parameter) => parameter.in === 'query'),
    })),
  )
})()

const operationOf = (method: string, url: string): string => {
  const path = url.replace(/^\/v1/, '').replace(/\?.*/, '')
  const fits = (template: string) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
  // A path that is written out goes before one with a parameter in its place.
  const [found] = operations
    .filter((operation) => operation.method === method && fits(operation.path))
    .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)
  return found?.id ?? url
}

/** What a walk sent to the database, which operations succeeded on the way, and the agreement and organisation that it went by. */
export type Walked = { statements: Statement[]; reached: Set<string>; agreementId: string; organisationId: string }

/**
 * Walks every operation of the API once, with success, on a registry with the people of the demonstration, in this process; reads are
 * sent with every filter and order that they have, and with the cursor of their first page. The jobs run as well.
 */
export async function walkEverything(url: string): Promise<Walked> {
  const directory = await mkdtemp(join(tmpdir(), 'handslag-statements-'))
  const database = openDatabase(url, { patienceMs: 20_000 })
  try {
    return await walkOn(database, directory)
  } finally {
    await database.close()
    await rm(directory, { recursive: true, force: true })
  }
}

async function walkOn(database: ReturnType<typeof openDatabase>, directory: string): Promise<Walked> {
  const audience = 'handslag'
  const [issuer, key] = await Promise.all([
    createLocalIssuer({ issuer: 'http://localhost/local', audience, keyFile: join(directory, 'issuer.json') }),
    loadRegistryKey(join(directory, 'registry.json')),
  ])
  const deps: Deps = { database, newId, sign: key.sign, signingKeys: key.jwks }
  await seedDemo(deps, issuer.issuer)
  const reached = new Set<string>()
  let going = ''
  const statements = recordStatements(database.pool, () => going)
  // Connections that came before were not listened to.
  statements.length = 0
  const app = doorOf(deps, createVerifier({ issuer: issuer.issuer, audience, keys: issuer.keys }))
  const tokenOf = (subject: string) =>
    issuer.issue({ subject, scopes: subject === 'operator' ? scopes : (['handslag:read', 'handslag:write'] satisfies Scope[]) })

  const send = async (as: string, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, rest: Sent = {}) => {
    going = operationOf(method, path)
    const { body, ifMatch, key, accept } = rest
    const answer = await app.inject({
      method,
      url: path,
      headers: {
        authorization: `Bearer ${await tokenOf(as)}`,
        ...(accept && { accept }),
        ...(ifMatch && { 'if-match': ifMatch }),
        ...(key && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    })
    if (answer.statusCode >= 300) throw new Error(`${going} answered ${answer.statusCode}: ${answer.body}`)
    reached.add(going)
    return answer.body === '' || accept ? undefined : answer.json()
  }
  const read = async (as: string, path: string) => {
    // In its other form it names what it is about.
    if (operationOf('GET', path) === 'getMeeting') await send(as, 'GET', path, { accept: 'text/markdown' })
    return send(as, 'GET', path)
  }

  const ids: Record<string, string> = {}
  const job = async (name: string, work: () => Promise<unknown>) => {
    going = name
    await work()
  }
  await walk({
    read,
    write: async (id, { as, method, path, body, ifMatch }) => {
      // The last act: what is in force can still be read.
      if (id === 'endAgreement' && !ids.agreementId) {
        ids.agreementId = path.split('/')[3] ?? ''
        await job('log', () => extendLog(database, checkpointSigning(key)))
        await readEverything(read, send, ids)
      }
      const sent = { body, ...(ifMatch && { ifMatch }), key: randomUUID() }
      const answer = await send(as, method as 'POST', path, sent)
      // The first in the list is that of the demonstration, in which nothing happened yet.
      if (id === 'foundExchangeProgramme') ids.programmeId = answer.id
      // Sent once more with its key, it is answered from what was kept.
      if (id === 'openRound') await send(as, 'POST', path, sent)
      return answer
    },
  })
  await job('log', () => extendLog(database, checkpointSigning(key)))
  await job('forgetting', () => within(database.pool, registryItself, () => forgetAnswers(database)))
  await app.close()
  return { statements, reached, agreementId: ids.agreementId ?? '', organisationId: ids.organisationId ?? '' }
}

type Sent = { body?: unknown; ifMatch?: string; key?: string; accept?: string }
// biome-ignore lint/suspicious/noExplicitAny: a walk reads any answer of the API, as a person with curl would
type Answer = Promise<any>

/** Sends every read, shortest path first: a list gives the id that the path beneath it takes. */
async function readEverything(
  read: (as: string, path: string) => Answer,
  send: (as: string, method: 'POST', path: string, rest: Sent) => Answer,
  ids: Record<string, string>,
): Promise<void> {
  const me = await read('lotte', '/v1/me')
  Object.assign(ids, {
    organisationId: me.organisation.id,
    personId: me.id,
    roundNumber: '1',
    versionNumber: '1',
    statementNumber: '1',
    position: '0',
  })
  await send('wim', 'POST', `/v1/organisations/${ids.organisationId}/desks`, { body: { name: 'Loket' } })
  const filled = (path: string) => `/v1${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? `no ${name}`)}`
  const reads = operations.filter(({ method }) => method === 'GET').toSorted((a, b) => a.path.length - b.path.length)
  for (const { id, path, queries } of reads) {
    const url = filled(path)
    const [needed = ''] = ['getDifference', 'getConsistencyProof'].includes(id) ? ['from=1'] : []
    const first = await read('lotte', needed ? `${url}?${needed}` : url)
    const child = reads.find((other) => other.path.startsWith(`${path}/{`) && other.path.indexOf('/', path.length + 1) < 0)
    const [, name = ''] = /\{(\w+)\}$/.exec(child?.path ?? '') ?? []
    const [listed] = first.items ?? first.contents ?? []
    if (name && !ids[name] && listed) ids[name] = String(listed.id)
    for (const query of queries.flatMap((parameter) => valuesOf(parameter, ids, id))) {
      if (!query.startsWith('limit=') && !query.startsWith('sort=')) await read('lotte', `${url}?${query}`)
      else {
        const page = await read('lotte', `${url}?limit=1&${query.startsWith('sort=') ? query : ''}`)
        if (page.next) await read('lotte', `${url}?limit=1&${query.startsWith('sort=') ? `${query}&` : ''}cursor=${page.next}`)
      }
    }
  }
}

/** The values with which a parameter of a list is sent. */
function valuesOf({ name, schema }: Parameter, ids: Record<string, string>, operation: string): string[] {
  if (schema.enum) return schema.enum.map((value) => `${name}=${value}`)
  const known: Record<string, string | undefined> = {
    limit: '1',
    network: ids.networkId,
    under: ids.agreementId,
    party: operation === 'listCurrentAgreements' ? ids.organisationId : ids.partyId,
    holder: ids.personId,
    owner: ids.partyId,
    identifier: 'oin:00000099000000001000',
    subject: 'home-visits',
    q: 'opvang',
    organisation: ids.organisationId,
    search: 'opvang',
    region: 'Kogge',
    chain: 'Huiselijk geweld',
    programme: 'Samen',
    organization_id: ids.organisationId,
    version: '1',
    round: '1',
    knownAt: new Date().toISOString(),
  }
  return known[name] ? [`${name}=${encodeURIComponent(known[name])}`] : []
}
