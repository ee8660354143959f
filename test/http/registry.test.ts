import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Deps } from '../../src/actions/deps.ts'
import { buildApp } from '../../src/http/app.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { ifMatchOf, type Operation } from '../../src/http/operation.ts'
import { registryRoutes } from '../../src/http/routes/registry.ts'
import { unlimited } from '../support/unlimited.ts'

// Declaring the routes asks nothing of what they will need.
const nothing = {} as Deps
const operations: Operation[] = []
let app: FastifyInstance
let document: { paths: Record<string, Record<string, { operationId: string }>>; components: { schemas: Record<string, object> } }

beforeAll(async () => {
  app = buildApp({
    verify: () => Promise.reject(new Error('nobody calls')),
    resolveActor: async () => undefined,
    transactions: { within: (_, work) => work(), once: async (_acting, _keyed, work) => ({ sent: await work(), replayed: false }) },
    ready: async () => true,
    version: '0.0.0',
    contact: { name: 'Handslag', url: 'https://handslag.example', email: 'handslag@handslag.example' },
    limits: unlimited,
    cursorKey: new Uint8Array(32),
    log: false,
    routes: (v1) => {
      v1.addHook('onRoute', ({ method, config }) => {
        if (method !== 'HEAD' && config?.operation) operations.push(config.operation)
      })
      registryRoutes(v1, nothing)
    },
  })
  await app.ready()
  document = openApiDocument(app) as typeof document
})

describe('every operation', () => {
  test('has a name of its own', () => {
    const ids = operations.map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(30)
    expect(ids.filter((id, index) => ids.indexOf(id) < index)).toEqual([])
    expect(ids.filter((id) => !/^[a-z][a-zA-Z]+$/.test(id))).toEqual([])
  })

  test('is in the description, under its path', () => {
    const described = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
    expect(described).toEqual(expect.arrayContaining(operations.map(({ id }) => id)))
  })

  test('has an example of its body, and the example passes its own checks', () => {
    const wrong = operations.flatMap(({ id, body, example }) => {
      if (!body) return example === undefined ? [] : [`${id}: an example without a body`]
      if (example === undefined) return [`${id}: no example`]
      const result = body.safeParse(example)
      return result.success ? [] : [`${id}: ${z.prettifyError(result.error)}`]
    })
    expect(wrong).toEqual([])
  })

  test('says in both languages what it does', () => {
    const silent = operations.filter(({ summary, description }) =>
      [summary, ...(description ? [description] : [])].some(({ en, nl }) => en.trim() === '' || nl.trim() === '' || en === nl),
    )
    expect(silent.map(({ id }) => id)).toEqual([])
  })

  test('that asks for If-Match has its ETag where the resource is read, or what the resource is part of', () => {
    const blind = operations.filter((changed) => {
      if (ifMatchOf(changed) !== 'required') return false
      const places = [changed.path, changed.path.replace(/\/[^/]+$/, '')]
      return !operations.some(({ method, path, answer }) => method === 'GET' && places.includes(path) && answer.etag)
    })
    expect(blind.map(({ id }) => id)).toEqual([])
  })

  test('that makes something says where it is', () => {
    const lost = operations.filter(({ answer }) => answer.location && answer.status !== 201)
    expect(lost.map(({ id }) => id)).toEqual([])
  })
})

describe('the router', () => {
  test('serves what is described, and nothing else but HEAD, the documentation and pages about problems', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} /v1${path}`),
    )
    const routes = routesOf(app.printRoutes({ commonPrefix: false }))
    expect(routes.length).toBeGreaterThan(100)
    const reads = described.flatMap((one) => (one.startsWith('GET ') ? [one.replace('GET', 'HEAD')] : []))
    const beside = routes.filter((one) => !/^(GET|HEAD) \/(docs(\/.*)?|problems\/\{code\}|problems|\.well-known\/security\.txt)$/.test(one))
    expect(beside.sort()).toEqual([...described, ...reads].sort())
  })

  test('names who may call each of them, and knows no way around it', async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, described] of Object.entries(methods)) {
        const { access } = (described as { 'x-authorization'?: { access?: string } })['x-authorization'] ?? {}
        expect([method, path, ['anyone', 'known', 'member', 'person', 'operator'].includes(access ?? '')]).toEqual([method, path, true])
      }
      const url = `/v1${path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')}`
      // What a method that is not there answers depends on nothing; another spelling is another address.
      const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
      for (const method of verbs.filter((verb) => !(verb.toLowerCase() in methods)))
        expect([method, url, (await app.inject({ method, url })).statusCode]).toEqual([method, url, 405])
      for (const other of [`${url}/`, url.replace('/v1/', '/v1//'), url.toUpperCase(), url.replace('/v1/', '/V1/')])
        expect([other, (await app.inject(other)).statusCode]).toEqual([other, 404])
    }
  })

  test('takes the method of a request and nothing that would replace it', async () => {
    const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE', 'x-http-method': 'DELETE' }
    const url = '/v1/health/live'
    expect((await app.inject({ method: 'POST', url: '/v1/organisations', headers })).statusCode).toBe(401)
    expect((await app.inject({ method: 'GET', url, headers })).statusCode).toBe(200)
  })
})

/** The routes of Fastify's drawing of them, one line per method: each line of it goes on from the one that it is drawn under. */
function routesOf(drawing: string): string[] {
  const above: string[] = []
  return drawing.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods] = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?$/u.exec(line) ?? []
    if (part === '') return []
    // Four columns a level.
    const depth = indent.length / 4
    above.splice(depth - 1, Number.POSITIVE_INFINITY, part)
    const path = above.join('').replaceAll(/:(\w+)/g, '{$1}')
    return methods ? methods.split(', ').map((method) => `${method} ${path}`) : []
  })
}

test('no answer lets a field through that its schema does not name', () => {
  const loose = operations.flatMap(({ id, answer }) => (answer.schema && !answer.type && hasLooseObject(answer.schema) ? [id] : []))
  expect(loose).toEqual([])
})

/** Whether a schema has an object in it that lets unknown fields through. */
function hasLooseObject(schema: z.ZodType, seen = new Set<unknown>()): boolean {
  if (seen.has(schema)) return false
  seen.add(schema)
  if (schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever)) return true
  const inner = schema instanceof z.ZodObject ? Object.values(schema.shape) : Object.values(schema.def as object)
  return inner.flat().some((one) => one instanceof z.ZodType && hasLooseObject(one, seen))
}
