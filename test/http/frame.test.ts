import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLocalIssuer, type LocalIssuer } from '../../src/auth/local-issuer.ts'
import { createVerifier, KeysUnavailable } from '../../src/auth/token.ts'
import type { Actor } from '../../src/domain/actor.ts'
import { AddDesk } from '../../src/domain/desk.ts'
import { formats } from '../../src/domain/format.ts'
import type { Identity, Scope } from '../../src/domain/identity.ts'
import { subject } from '../../src/domain/mandate.ts'
import { type Reason, Refused, refusals, refuse } from '../../src/domain/refusal.ts'
import { optionalText, text } from '../../src/domain/text.ts'
import { day } from '../../src/domain/time.ts'
import { uuid } from '../../src/domain/uuid.ts'
import { buildApp, type HttpDeps } from '../../src/http/app.ts'
import type { Access } from '../../src/http/caller.ts'
import { etagOf } from '../../src/http/etag.ts'
import { answerFailure } from '../../src/http/failure.ts'
import { readInput } from '../../src/http/input.ts'
import { openApiDocument } from '../../src/http/openapi.ts'
import { handlerTimeout, operation } from '../../src/http/operation.ts'
import { fromDigits, page, pageOf, pageQuery, position } from '../../src/http/page.ts'
import { type DoorProblem, describeProblem, doorProblems, invalidInput, mistakes, problemTypes, titles } from '../../src/http/problem.ts'
import { openDatabase } from '../../src/store/database.ts'
import { unlimited } from '../support/unlimited.ts'

// A small registry of notes: enough operations to meet every rule of the door.

const audience = 'https://handslag.example/v1'
const issuerName = 'http://127.0.0.1:8080/issuer'
const id = '6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10'

const Note = z.strictObject({ id: z.uuid(), title: text(20), pages: z.int(), remark: optionalText(20) }).meta({ id: 'FrameNote' })
const WriteNote = z
  .strictObject({
    title: text(20),
    pages: z.int().min(1).max(9),
    remark: optionalText(20),
    kind: z.enum(['plain', 'bold']).default('plain'),
    author: z.strictObject({ name: text(20), email: z.email() }).optional(),
    code: z
      .string()
      .refine((value) => value !== 'x', { error: 'x is taken', params: { nl: 'x is bezet' } })
      .optional(),
    mark: z
      .discriminatedUnion('shape', [z.strictObject({ shape: z.literal('round') }), z.strictObject({ shape: z.literal('square') })])
      .optional(),
  })
  .meta({ id: 'FrameWriteNote' })
const same = { en: 'A note', nl: 'Een notitie' }
const noteId = z.strictObject({ noteId: z.uuid() })
const note = { id, title: 'Hello', pages: 1 }

/** What the rules below the door would throw, by a name in the path. */
const failures: Record<string, () => Promise<never>> = {
  unknown: async () => refuse('not-found', { what: 'agreement' }),
  forbidden: async () => refuse('person-required'),
  stale: async () => refuse('stale', {}),
  conflict: async () => refuse('decision-missing', {}, '/decisions'),
  several: async () => {
    throw new Refused([
      { code: 'decision-missing', pointer: '/decisions' },
      { code: 'commitment-missing' },
      { code: 'person-required' },
    ] as [Reason, ...Reason[]])
  },
  database: async () => {
    const database = openDatabase('postgresql://handslag:secret@127.0.0.1:1/handslag')
    try {
      return (await database.pool.query(`select 'jan@example.nl'`)) as never
    } finally {
      await database.close()
    }
  },
  mistake: async () => {
    throw new Error('the row of jan@example.nl is broken')
  },
}

function sampleRoutes(app: FastifyInstance): void {
  operation(app, {
    method: 'GET',
    path: '/notes',
    id: 'listNotes',
    tag: 'Text',
    summary: same,
    access: 'member',
    query: z.strictObject({ ...pageQuery(['number', '-number']), colour: z.enum(['red', 'blue']).optional() }),
    answer: { status: 200, schema: pageOf(z.strictObject({ number: z.int() }), 'FrameNumberPage') },
    handle: async (call) => {
      const [after = 0] = position(call, z.tuple([z.int()])) ?? []
      const rows = Array.from({ length: 7 }, (_, index) => ({ number: index + 1 })).filter(({ number }) => number > after)
      return page(call, rows.slice(0, call.query.limit + 1), { keys: (row) => [row.number], item: (row) => row })
    },
  })
  operation(app, {
    method: 'POST',
    path: '/notes',
    id: 'addNote',
    tag: 'Text',
    summary: same,
    access: 'person',
    body: WriteNote,
    example: { title: 'Hello', pages: 1 },
    answer: { status: 201, schema: Note, location: true },
    handle: async ({ body }) => {
      const { title, pages, remark } = body
      return { body: { id, title, pages, ...(remark && { remark }) }, location: `/notes/${id}` }
    },
  })
  operation(app, {
    method: 'GET',
    path: '/notes/:noteId',
    id: 'getNote',
    tag: 'Text',
    summary: same,
    access: 'member',
    params: noteId,
    query: z.strictObject({ copies: fromDigits(z.int().min(1).max(9)).optional() }),
    answer: { status: 200, schema: Note, etag: true },
    handle: async () => ({ raw: JSON.stringify(note), etag: etagOf(7, 'a') }),
  })
  operation(app, {
    method: 'PUT',
    path: '/notes/:noteId',
    id: 'putNote',
    tag: 'Text',
    summary: same,
    access: 'person',
    params: noteId,
    body: WriteNote,
    answer: { status: 200, schema: z.strictObject({ ifMatch: z.int().optional() }), etag: true },
    handle: async ({ ifMatch }) => ({ body: ifMatch === undefined ? {} : { ifMatch }, etag: etagOf(8) }),
  })
  operation(app, {
    method: 'PATCH',
    path: '/notes/:noteId',
    id: 'patchNote',
    tag: 'Text',
    summary: same,
    access: 'person',
    params: noteId,
    body: z.strictObject({ title: text(20).nullable() }),
    answer: { status: 204 },
    handle: async () => ({}),
  })
  operation(app, {
    method: 'POST',
    path: '/notes/:noteId/closure',
    id: 'closeNote',
    tag: 'Text',
    summary: same,
    access: 'person',
    params: noteId,
    answer: { status: 200, schema: z.strictObject({ ifMatch: z.int().optional() }) },
    handle: async ({ ifMatch }) => ({ body: ifMatch === undefined ? {} : { ifMatch } }),
  })
  operation(app, {
    method: 'GET',
    path: '/failures/:failure',
    id: 'fail',
    tag: 'Text',
    summary: same,
    access: 'anyone',
    params: z.strictObject({ failure: z.string() }),
    answer: { status: 204 },
    handle: async ({ params }) => failures[params.failure]?.() ?? {},
  })
  operation(app, {
    method: 'GET',
    path: '/leak',
    id: 'leak',
    tag: 'Text',
    summary: same,
    access: 'anyone',
    answer: { status: 200, schema: Note },
    handle: async () => ({ body: { ...note, salary: 1 } }),
  })
  operation(app, {
    method: 'GET',
    path: '/whoami',
    id: 'whoami',
    tag: 'Me',
    summary: same,
    access: 'anyone',
    answer: { status: 200, schema: z.strictObject({ kind: z.string() }) },
    handle: async ({ actor }) => ({ body: { kind: (await actor()).kind } }),
  })
  for (const access of ['known', 'member', 'person', 'operator'] as const satisfies Access[]) {
    operation(app, {
      method: 'POST',
      path: `/for/${access}`,
      id: `for-${access}`,
      tag: 'Me',
      summary: same,
      access,
      answer: { status: 204 },
      handle: async () => ({}),
    })
  }
}

const actors: Record<string, Actor> = {
  person: { kind: 'person', personId: 'p', organisationId: 'o', authorities: [] },
  application: { kind: 'application', applicationId: 'a', organisationId: 'o' },
  operator: { kind: 'operator', subject: 'operator' },
}

let directory: string
let issuer: LocalIssuer
let app: FastifyInstance
let lines: string[]
let keysDown = false

const deps = (): HttpDeps => {
  const verify = createVerifier({
    issuer: issuerName,
    audience,
    keys: (header, token) => {
      if (keysDown) throw new KeysUnavailable()
      return issuer.keys(header, token)
    },
  })
  return {
    verify,
    resolveActor: async ({ subject }: Identity) => actors[subject],
    transactions: { within: (_, work) => work(), once: async (_acting, _keyed, work) => ({ sent: await work(), replayed: false }) },
    ready: async () => false,
    version: '1.2.3',
    contact: { name: 'Handslag', url: 'https://handslag.example', email: 'handslag@handslag.example' },
    limits: unlimited,
    cursorKey: new Uint8Array(32),
    log: { level: 'info', stream: { write: (line) => void lines.push(line) } },
    routes: sampleRoutes,
  }
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'handslag-frame-'))
  issuer = await createLocalIssuer({ issuer: issuerName, audience, keyFile: join(directory, 'issuer.json') })
  lines = []
  app = buildApp(deps())
  await app.ready()
})

afterAll(async () => {
  await app.close()
  rmSync(directory, { recursive: true, force: true })
})

const tokenOf = (subject: string, scopes: readonly Scope[] = ['handslag:read', 'handslag:write', 'handslag:operate']) =>
  issuer.issue({ subject, scopes: [...scopes] })

/** A request with the token of a person who may read and write, unless it brings its own headers. */
async function ask(method: InjectOptions['method'], url: string, options: Omit<InjectOptions, 'method' | 'url'> = {}) {
  const headers = { authorization: `Bearer ${await tokenOf('person')}`, ...options.headers }
  return app.inject({ ...options, method: method ?? 'GET', url, headers })
}

const json = (body: unknown, headers: Record<string, string> = {}) => ({
  payload: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
})

const errorsOf = (answer: LightMyRequestResponse) =>
  answer.json().errors.map(({ code, pointer, parameter }: Record<string, string>) => `${code} ${pointer ?? parameter}`)

/** Every problem, whatever it says, has the form that the API promises. */
function expectProblem(answer: LightMyRequestResponse, status: number, code: string): void {
  expect(answer.json()).toMatchObject({ status, code, type: `/problems/${code}` })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.headers['api-version']).toBe('1.2.3')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['content-language']).toMatch(/^(nl|en)$/)
  expect(Object.keys(answer.json()).sort()).toEqual(['code', 'detail', 'errors', 'instance', 'status', 'title', 'type'])
  expect(answer.json().title).not.toBe('')
  expect(answer.json().detail).not.toMatch(/[{}]/)
  expect(answer.json().instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/)
}

describe('addresses and methods', () => {
  test.each(['/v1/nothing', '/nothing', '/v1/notes/', `/v1/notes/${id}/`, '/v1//notes', '/v1/Notes', '/V1/notes', '/v1/notes;x=1', '/v1/'])(
    'nothing is at %s',
    async (url) => expectProblem(await ask('GET', url), 404, 'unknown-route'),
  )

  test('a method that an address does not know is 405 and says which it knows', async () => {
    const one = await ask('DELETE', `/v1/notes/${id}`)
    expectProblem(one, 405, 'method-not-allowed')
    expect(one.headers.allow).toBe('GET, HEAD, OPTIONS, PATCH, PUT')
    const list = await ask('PUT', '/v1/notes', json({}))
    expect(list.headers.allow).toBe('GET, HEAD, OPTIONS, POST')
    expectProblem(await ask('GET', `/v1/notes/${id}/closure`), 405, 'method-not-allowed')
  })

  test('OPTIONS tells the methods of an address, and 404 where there is none', async () => {
    const answer = await ask('OPTIONS', '/v1/notes')
    expect([answer.statusCode, answer.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST'])
    expectProblem(await ask('OPTIONS', '/v1/nothing'), 404, 'unknown-route')
  })

  test('what is sent to nowhere is not read: whatever is wrong with it, nothing is there', async () => {
    expectProblem(await ask('POST', '/v1/nothing', { payload: '{', headers: { 'content-type': '/' } }), 404, 'unknown-route')
    expectProblem(await ask('PUT', '/v1/notes', { payload: 'a'.repeat(300 * 1024) }), 405, 'method-not-allowed')
  })

  test('HEAD answers as GET does, without the body', async () => {
    const answer = await ask('HEAD', `/v1/notes/${id}`)
    expect([answer.statusCode, answer.body, answer.headers.etag]).toEqual([200, '', '"7.a"'])
    expect((await ask('HEAD', `/v1/notes/${id}/closure`)).statusCode).toBe(405)
  })

  test('an address that cannot be decoded is a 400 with the headers of every answer', async () => {
    const answer = await ask('GET', '/v1/notes/%ZZ')
    expectProblem(answer, 400, 'malformed-request')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  test('an id that is longer than any id does not exist', async () => {
    expectProblem(await ask('GET', `/v1/notes/${'a'.repeat(65)}`), 404, 'unknown-route')
  })

  test('an operation whose path and schema name other parameters does not come up', () => {
    const declare = () =>
      operation(app, {
        method: 'GET',
        path: '/a/:b',
        id: 'wrong',
        tag: 'Me',
        summary: same,
        access: 'anyone',
        params: z.strictObject({ c: z.string() }),
        answer: { status: 204 },
        handle: async () => ({}),
      })
    expect(declare).toThrow('operation wrong: the path has the parameters [b], its schema [c]')
  })
})

describe('headers', () => {
  test.each(['/v1/health/live', '/v1/nothing', '/v1/notes', '/v1/openapi.json', '/problems/not-found', '/docs'])(
    'every answer has the version and the security headers: %s',
    async (url) => {
      const { headers } = await app.inject(url)
      expect(headers).toMatchObject({
        'api-version': '1.2.3',
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      })
      expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*frame-ancestors 'none'/)
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers).not.toHaveProperty('x-powered-by')
    },
  )

  test('nothing is kept but what has an ETag, and that is asked for again each time', async () => {
    expect((await ask('GET', '/v1/notes')).headers['cache-control']).toBe('no-store')
    expect((await ask('GET', `/v1/notes/${id}`)).headers['cache-control']).toBe('private, no-cache')
  })

  test('who accepts no JSON gets 406', async () => {
    for (const accept of ['text/html', 'application/xml;q=1, application/json;q=0', 'image/*']) {
      expectProblem(await ask('GET', '/v1/notes', { headers: { accept } }), 406, 'not-acceptable')
    }
    for (const accept of ['application/json', 'text/html, */*;q=0.1', 'application/*', '']) {
      expect((await ask('GET', '/v1/notes', { headers: { accept } })).statusCode).toBe(200)
    }
  })
})

describe('who calls', () => {
  test('without a token an operation asks for one', async () => {
    const answer = await app.inject('/v1/notes')
    expectProblem(answer, 401, 'token-missing')
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="handslag"')
  })

  test.each([
    ['Basic amFuOmdlaGVpbQ==', 'token-malformed'],
    ['Bearer', 'token-malformed'],
    ['Bearer a b', 'token-malformed'],
    ['Bearer nonsense', 'token-malformed'],
    ['Bearer eyJhbGciOiJub25lIn0.e30.e30', 'token-invalid'],
  ])('a token that is no good is 401, also where none is needed: %s', async (authorization, code) => {
    for (const url of ['/v1/notes', '/v1/health/live']) {
      const answer = await app.inject({ url, headers: { authorization } })
      expectProblem(answer, 401, code)
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="handslag", error="invalid_token"')
    }
  })

  test('a token in the query is not read', async () => {
    expectProblem(await app.inject(`/v1/notes?access_token=${await tokenOf('person')}`), 401, 'token-missing')
  })

  test('the scope follows from the method: reading, changing, operating', async () => {
    const status = async (method: 'GET' | 'POST', url: string, ...scopes: Scope[]) => {
      const subject = url.endsWith('operator') ? 'operator' : 'person'
      const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${await tokenOf(subject, scopes)}` } })
      return `${answer.statusCode} ${answer.headers['www-authenticate'] ?? ''}`.trim()
    }
    const lacking = (scope: Scope) => `403 Bearer realm="handslag", error="insufficient_scope", scope="${scope}"`
    expect(await status('GET', '/v1/notes', 'handslag:read')).toBe('200')
    expect(await status('GET', '/v1/notes', 'handslag:write')).toBe(lacking('handslag:read'))
    expect(await status('POST', '/v1/for/person', 'handslag:write')).toBe('204')
    expect(await status('POST', '/v1/for/person', 'handslag:read')).toBe(lacking('handslag:write'))
    expect(await status('POST', '/v1/for/operator', 'handslag:operate')).toBe('204')
    expect(await status('POST', '/v1/for/operator', 'handslag:read', 'handslag:write')).toBe(lacking('handslag:operate'))
  })

  const allowed: Record<string, string[]> = {
    known: ['person', 'application', 'operator'],
    member: ['person', 'application'],
    person: ['person'],
    operator: ['operator'],
  }
  test.each(Object.keys(allowed))('an operation for "%s" lets in just those', async (access) => {
    const let_in = []
    for (const subject of Object.keys(actors)) {
      const answer = await app.inject({
        method: 'POST',
        url: `/v1/for/${access}`,
        headers: { authorization: `Bearer ${await tokenOf(subject)}` },
      })
      if (answer.statusCode === 204) let_in.push(subject)
      else expectProblem(answer, 403, { member: 'for-members', person: 'for-people', operator: 'for-operators' }[access] ?? '')
    }
    expect(let_in).toEqual(allowed[access])
  })

  test('somebody with a good token whom the registry does not know is 403', async () => {
    const headers = { authorization: `Bearer ${await tokenOf('stranger')}` }
    expectProblem(await app.inject({ url: '/v1/notes', headers }), 403, 'caller-unknown')
    expectProblem(await app.inject({ url: '/v1/whoami', headers }), 403, 'caller-unknown')
    expect((await app.inject({ url: '/v1/health/live', headers })).statusCode).toBe(200)
  })

  test('an open operation knows its caller when there is one', async () => {
    expect((await ask('GET', '/v1/whoami')).json()).toEqual({ kind: 'person' })
    expectProblem(await app.inject('/v1/whoami'), 401, 'token-missing')
  })

  test('who may not call hears that first, and nothing of a body is read', async () => {
    expectProblem(await app.inject({ method: 'POST', url: '/v1/notes', ...json('{') }), 401, 'token-missing')
  })

  test('when the keys of the issuer cannot be had it is 503, not 401', async () => {
    keysDown = true
    const answer = await app.inject({
      url: '/v1/notes',
      headers: { authorization: `Bearer ${await tokenOf('application', ['handslag:read'])}` },
    })
    keysDown = false
    expectProblem(answer, 503, 'keys-unavailable')
    expect(answer.headers['retry-after']).toBe('5')
  })
})

describe('bodies', () => {
  const good = { title: 'Hello', pages: 1 }

  test('a body larger than 256 KiB is 413, one of just that size is read', async () => {
    const padded = (size: number) => `${JSON.stringify(good)}${' '.repeat(size - JSON.stringify(good).length)}`
    expect((await ask('POST', '/v1/notes', json(padded(256 * 1024)))).statusCode).toBe(201)
    expectProblem(await ask('POST', '/v1/notes', json(padded(256 * 1024 + 1))), 413, 'body-too-large')
  })

  test.each([
    ['text/plain', {}],
    ['application/xml', {}],
    ['multipart/form-data; boundary=x', {}],
    ['application/x-www-form-urlencoded', {}],
    ['application/json; charset=utf-16', {}],
    ['application/jsonx', {}],
    ['nonsense', {}],
    ['application/merge-patch+json', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('a POST sent as %s %j is 415 and says what would do', async (type, headers) => {
    const answer = await ask('POST', '/v1/notes', json(good, { 'content-type': type, ...headers }))
    expectProblem(answer, 415, 'media-type')
    expect(answer.headers.accept).toBe('application/json')
  })

  test('a body without a media type is 415', async () => {
    const authorization = `Bearer ${await tokenOf('person')}`
    const answer = await app.inject({ method: 'POST', url: '/v1/notes', payload: Buffer.from('{}'), headers: { authorization } })
    expectProblem(answer, 415, 'media-type')
  })

  test('a PATCH is a merge patch, and nothing else', async () => {
    const patch = (type: string) => ask('PATCH', `/v1/notes/${id}`, json({ title: null }, { 'content-type': type, 'if-match': '*' }))
    expect((await patch('application/merge-patch+json')).statusCode).toBe(204)
    const answer = await patch('application/json')
    expectProblem(answer, 415, 'media-type')
    expect(answer.headers['accept-patch']).toBe('application/merge-patch+json')
  })

  test.each([
    '{',
    '{"title":}',
    'hello',
    "{'title':'x'}",
    '\ufeff{"title":"Hello","pages":1}',
    '{"title":"Hello","pages":1}x',
    Buffer.from([0x22, 0xff, 0x22]),
    Buffer.from('{"title":"Hello","pages":1}', 'utf16le'),
  ])('what is not JSON in UTF-8 is 400 without quoting it (%#)', async (payload) => {
    const answer = await ask('POST', '/v1/notes', { payload, headers: { 'content-type': 'application/json' } })
    expectProblem(answer, 400, 'malformed-body')
    expect(answer.json().errors).toEqual([])
  })

  test('every mistake in path, query and body is told at once', async () => {
    const answer = await ask(
      'PUT',
      '/v1/notes/1?a=1&a=2',
      json({ title: '', pages: 12, remarks: '', mark: { shape: 'oval' } }, { 'if-match': '*' }),
    )
    expectProblem(answer, 400, 'invalid-input')
    expect(errorsOf(answer)).toEqual([
      'wrong-format noteId',
      'repeated-parameter a',
      'unknown-parameter a',
      'text-too-short /title',
      'number-too-large /pages',
      'not-in-list /mark/shape',
      'unknown-field /remarks',
    ])
  })

  test.each([
    [{}, ['required /title', 'required /pages']],
    [undefined, ['required ']],
    [null, ['required ']],
    [[], ['wrong-type ']],
    ['"text"', ['wrong-type ']],
    [{ ...good, title: 'a'.repeat(21) }, ['text-too-long /title']],
    [{ ...good, title: '   ' }, ['text-too-short /title']],
    [{ ...good, title: 7 }, ['wrong-type /title']],
    [{ ...good, pages: 1.5 }, ['wrong-type /pages']],
    [{ ...good, pages: 0 }, ['number-too-small /pages']],
    [{ ...good, kind: 'loud' }, ['not-in-list /kind']],
    [{ ...good, author: { name: 'Jan', email: 'jan' } }, ['wrong-format /author/email']],
    [{ ...good, author: { name: 'Jan', email: 'jan@example.nl', 'a/b~c': 1 } }, ['unknown-field /author/a~1b~0c']],
    [{ ...good, code: 'x' }, ['not-allowed /code']],
    [{ ...good, mark: {} }, ['required /mark/shape']],
  ])('a mistake has its code and its place: %j', async (body, expected) => {
    const answer = await ask('POST', '/v1/notes', body === undefined ? json('') : json(body))
    expectProblem(answer, 400, 'invalid-input')
    expect(errorsOf(answer)).toEqual(expected)
  })

  test.each([
    ['NUL', '"a\\u0000b"'],
    ['a lone surrogate', '"a\\ud800b"'],
    ['an escape character', '"a\\u001bb"'],
    ['a mark that reverses the direction', '"a\\u202eb"'],
  ])('a text with %s is refused', async (_, title) => {
    const answer = await ask('POST', '/v1/notes', json(`{"title":${title},"pages":1}`))
    expectProblem(answer, 400, 'invalid-input')
    expect(errorsOf(answer)).toEqual(['unreadable-text /title'])
  })

  test.each([
    ['{"title":"a","pages":1e400}', 'inexact-number /pages'],
    ['{"title":"a","pages":9007199254740993}', 'inexact-number /pages'],
    ['{"title":"a","pages":1,"__proto__":{"admin":true}}', 'unknown-field /__proto__'],
    ['{"title":"a","pages":1,"constructor":{"prototype":{"admin":true}}}', 'unknown-field /constructor'],
    ['{"title":"a","pages":1,"author":{"__proto__":{"name":"x"}}}', 'unknown-field /author/__proto__'],
    ['{"title":"a","pages":1,"a\\u0000":1}', 'unreadable-text '],
  ])('what no schema needs to forbid is forbidden everywhere: %s', async (body, expected) => {
    const answer = await ask('POST', '/v1/notes', json(body))
    expectProblem(answer, 400, 'invalid-input')
    expect(errorsOf(answer)).toContain(expected)
  })

  test.each([
    ['{"title":"a","pages":1,"title":"b"}', ['repeated-field /title']],
    ['{"title":"a","pages":1,"ti\\u0074le":"a"}', ['repeated-field /title']],
    ['{"title":"a","pages":1,"author":{"name":"x","name" :"y"},"pages":2}', ['repeated-field /author/name', 'repeated-field /pages']],
    ['[{"a,{:":[]},{"b":"]}","b":1}]', ['repeated-field /1/b']],
    ['{"title":"a","pages":1,"mark":{"size":0.1234567890123456789}}', ['inexact-number /mark/size']],
    ['[1e-400, 123456789012345678.5, -0, 1.50e+2, 0.30000000000000004, 1e21]', ['inexact-number /0', 'inexact-number /1']],
  ])('what two readers would read differently is refused: %s', async (body, expected) => {
    const answer = await ask('POST', '/v1/notes', json(body))
    expectProblem(answer, 400, 'invalid-input')
    const ambiguous = errorsOf(answer).filter((error: string) => /^(repeated|inexact)/.test(error))
    expect(ambiguous).toEqual(expected)
  })

  test('nesting has a bound, however deep it goes', async () => {
    for (const depth of [65, 100_000]) {
      const answer = await ask('POST', '/v1/notes', json(`${'['.repeat(depth)}${']'.repeat(depth)}`))
      expectProblem(answer, 400, 'invalid-input')
      expect(errorsOf(answer)).toEqual([`too-deep ${'/0'.repeat(64)}`])
    }
    expect(errorsOf(await ask('POST', '/v1/notes', json('[[]]')))).toEqual(['wrong-type '])
  })

  test('ten thousand mistakes make no answer larger than a hundred', async () => {
    const answer = await ask(
      'POST',
      '/v1/notes',
      json(Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, 1]))),
    )
    expect(answer.json().errors).toHaveLength(100)
  })

  test('texts are kept with composed letters and plain line ends', async () => {
    const answer = await ask('POST', '/v1/notes', json({ title: ' Cafe\u0301\r\n ', pages: 1 }))
    expect(answer.json().title).toBe(' Caf\u00e9\n ')
    expect(answer.headers.location).toBe(`/v1/notes/${id}`)
  })

  test('an operation without a body takes none, or an empty object', async () => {
    const close = (options = {}) => ask('POST', `/v1/notes/${id}/closure`, options)
    expect((await close()).statusCode).toBe(200)
    expect((await close(json({}))).statusCode).toBe(200)
    expect(errorsOf(await close(json({ force: true })))).toEqual(['unknown-field /force'])
  })
})

describe('queries', () => {
  test.each([
    ['colour=green', 'not-in-list colour'],
    ['color=red', 'unknown-parameter color'],
    ['colour=red&colour=blue', 'repeated-parameter colour'],
    ['colour[]=red', 'unknown-parameter colour[]'],
    ['limit=0', 'number-too-small limit'],
    ['limit=101', 'number-too-large limit'],
    ['limit=-1', 'wrong-type limit'],
    ['limit=1e1', 'wrong-type limit'],
    ['limit=', 'wrong-type limit'],
    ['sort=colour', 'not-in-list sort'],
    ['colour=%00', 'unreadable-text colour'],
    ['__proto__=1', 'unknown-field __proto__'],
  ])('%s is refused', async (query, expected) => {
    const answer = await ask('GET', `/v1/notes?${query}`)
    expectProblem(answer, 400, 'invalid-input')
    expect(errorsOf(answer)).toContain(expected)
  })

  test('a path parameter with NUL is refused', async () => {
    expect(errorsOf(await ask('GET', '/v1/notes/%00'))).toContain('unreadable-text noteId')
  })

  test('pages follow each other to the end, by cursor and by Link', async () => {
    const first = await ask('GET', '/v1/notes?limit=3&colour=red')
    expect(first.json().items).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }])
    const link = /^<(.*)>; rel="next"$/.exec(String(first.headers.link))?.[1]
    expect(link).toBe(`/v1/notes?limit=3&colour=red&cursor=${first.json().next}`)
    const second = await ask('GET', link ?? '')
    expect(second.json().items).toEqual([{ number: 4 }, { number: 5 }, { number: 6 }])
    const last = await ask('GET', `/v1/notes?limit=50&colour=red&cursor=${second.json().next}`)
    expect(last.json()).toEqual({ items: [{ number: 7 }] })
    expect(last.headers).not.toHaveProperty('link')
  })

  test('a last page that is just full has no next', async () => {
    expect((await ask('GET', '/v1/notes?limit=7')).json()).not.toHaveProperty('next')
  })

  test('a cursor of another filter or order, or made up, is refused', async () => {
    const { next } = (await ask('GET', '/v1/notes?limit=3&colour=red')).json()
    // The seal of another position.
    const forged = Buffer.concat([Buffer.from(next, 'base64url').subarray(0, 16), Buffer.from('[5]')]).toString('base64url')
    for (const query of [
      `cursor=${next}`,
      `cursor=${next}&colour=blue`,
      `cursor=${next}&colour=red&sort=-number`,
      `cursor=${forged}&colour=red`,
    ]) {
      expect(errorsOf(await ask('GET', `/v1/notes?${query}`))).toEqual(['wrong-cursor cursor'])
    }
    for (const cursor of ['', 'x', `${next}=`, `${next}!`, 'bnVsbA', 'W10', 'eyJsZW5ndGgiOjJ9']) {
      expect(errorsOf(await ask('GET', `/v1/notes?colour=red&cursor=${encodeURIComponent(cursor)}`))).toEqual(['wrong-cursor cursor'])
    }
  })
})

describe('conditions', () => {
  const put = (ifMatch?: string) =>
    ask('PUT', `/v1/notes/${id}`, json({ title: 'a', pages: 1 }, ifMatch === undefined ? {} : { 'if-match': ifMatch }))

  test('a change without If-Match is 428', async () => {
    expectProblem(await put(), 428, 'precondition-required')
    expectProblem(
      await ask('PATCH', `/v1/notes/${id}`, json({}, { 'content-type': 'application/merge-patch+json' })),
      428,
      'precondition-required',
    )
  })

  test.each([
    ['"7"', { ifMatch: 7 }],
    ['"7.a-b"', { ifMatch: 7 }],
    ['  "7"  ', { ifMatch: 7 }],
    ['W/"6", "7"', { ifMatch: 7 }],
    ['*', {}],
  ])('If-Match %s asks for %j', async (ifMatch, expected) => {
    expect((await put(ifMatch)).json()).toEqual(expected)
  })

  test.each(['W/"7"', '"abc"', '"-7"', '"7a"', '""', '"1234567890123456"', 'W/"1", W/"2"'])(
    'If-Match %s never matches',
    async (ifMatch) => {
      expectProblem(await put(ifMatch), 412, 'tag-never-matches')
    },
  )

  test.each(['7', '"7', '"7" "8"', '"7", "8"', '*, "7"', ''])('If-Match %j is not one tag', async (ifMatch) => {
    const answer = await put(ifMatch)
    expectProblem(answer, 400, 'invalid-input')
    expect(errorsOf(answer)).toEqual(['one-tag If-Match'])
  })

  test('a POST honours If-Match, and does without', async () => {
    const close = (headers = {}) => ask('POST', `/v1/notes/${id}/closure`, { headers })
    expect((await close({ 'if-match': '"3"' })).json()).toEqual({ ifMatch: 3 })
    expect((await close()).json()).toEqual({})
  })

  test.each(['"7.a"', 'W/"7.a"', '"1", "7.a"', '*', ' W/"x,y" , "7.a"'])('who has it (If-None-Match %s) gets 304', async (ifNoneMatch) => {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await ask(method, `/v1/notes/${id}`, { headers: { 'if-none-match': ifNoneMatch } })
      expect([answer.statusCode, answer.body]).toEqual([304, ''])
      expect(answer.headers).toMatchObject({ 'etag': '"7.a"', 'cache-control': 'private, no-cache', 'api-version': '1.2.3' })
      expect(answer.headers).not.toHaveProperty('content-type')
    }
  })

  test.each(['"7"', '7.a', '"7.A"', 'nonsense'])('who has something else (If-None-Match %s) gets it', async (ifNoneMatch) => {
    const answer = await ask('GET', `/v1/notes/${id}`, { headers: { 'if-none-match': ifNoneMatch } })
    expect(answer.json()).toEqual(note)
  })
})

describe('what goes wrong behind the door', () => {
  test.each([
    ['unknown', 404, 'not-found'],
    ['forbidden', 403, 'person-required'],
    ['stale', 412, 'stale'],
    ['conflict', 409, 'decision-missing'],
    ['several', 403, 'refused'],
  ])('a refusal of kind %s is %i', async (failure, status, code) => {
    expectProblem(await app.inject(`/v1/failures/${failure}`), status, code)
  })

  test('every reason of a refusal is told, with its place', async () => {
    const answer = await app.inject('/v1/failures/several')
    expect(errorsOf(answer)).toEqual(['decision-missing /decisions', 'commitment-missing undefined', 'person-required undefined'])
  })

  test('a database that does not answer is 503, with when to try again', async () => {
    const answer = await app.inject('/v1/failures/database')
    expectProblem(answer, 503, 'unavailable')
    expect(answer.headers['retry-after']).toBe('5')
  })

  test('what nobody foresaw is 500, without detail, and in the log without data', async () => {
    lines.length = 0
    const answer = await app.inject('/v1/failures/mistake')
    expectProblem(answer, 500, 'internal-error')
    expect(answer.body).not.toContain('example.nl')
    const [error, ...rest] = lines.map((line) => JSON.parse(line))
    expect(error).toMatchObject({ level: 50, err: { type: 'Error' }, requestId: answer.json().instance.replace('urn:uuid:', '') })
    expect(error.err.stack).toContain('frame.test.ts')
    expect(rest).toMatchObject([{ method: 'GET', route: '/v1/failures/:failure', status: 500, problem: 'internal-error' }])
    expect(lines.join()).not.toContain('example.nl')
  })

  test('an answer that does not fit its schema does not go out', async () => {
    const answer = await app.inject('/v1/leak')
    expectProblem(answer, 500, 'internal-error')
    expect(lines.join()).toContain('the answer of operation leak does not fit its schema')
  })

  test('readiness says no without saying why', async () => {
    expectProblem(await app.inject('/v1/health/ready'), 503, 'unavailable')
    expect((await app.inject('/v1/health/live')).json()).toEqual({ status: 'ok' })
  })

  test('the log has no tokens, query values or bodies', async () => {
    lines.length = 0
    const token = await tokenOf('person')
    await ask('POST', '/v1/notes?secret=hush', json({ title: 'whisper' }))
    await ask('GET', '/hush/whisper')
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toMatch(/hush|whisper|Bearer/)
    expect(lines.join()).not.toContain(token.slice(0, 20))
  })

  test('what is not HTTP at all gets a problem too', async () => {
    const other = buildApp({ ...deps(), log: false })
    await other.listen({ host: '127.0.0.1', port: 0 })
    const { port } = other.server.address() as { port: number }
    const received = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      socket
        .on('data', (chunk) => {
          text += chunk
        })
        .on('end', () => resolve(text))
        .on('error', reject)
    })
    await other.close()
    expect(received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(received).toMatch(/\r\napi-version: 1\.2\.3\r\n/)
    expect(JSON.parse(received.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 400, code: 'malformed-request' })
  })
})

test('a slow sender is given up before the handler is, and the handler before its socket', () => {
  const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = app.server
  const { bodyLimit } = app.initialConfig as { bodyLimit: number }
  const limits = [0, headersTimeout, requestTimeout, handlerTimeout, timeout, keepAliveTimeout]
  expect(limits).toEqual(limits.toSorted((a, b) => a - b))
  expect(new Set(limits).size).toBe(limits.length)
  expect(bodyLimit).toBe(256 * 1024)
})

test('every operation has that bound, but the read beside every transaction, which waits for nothing without a bound of its own', async () => {
  const bare = fastify()
  const bounds: (number | undefined)[] = []
  bare.addHook('onRoute', ({ method, handlerTimeout }) => {
    if (method === 'GET') bounds.push(handlerTimeout)
  })
  const spec = {
    method: 'GET',
    tag: 'Registry',
    summary: same,
    access: 'anyone',
    answer: { status: 204 },
    handle: async () => ({}),
  } as const
  operation(bare, { ...spec, path: '/one', id: 'getOne' })
  operation(bare, { ...spec, path: '/other', id: 'getOther', beside: true })
  await bare.ready()
  expect(bounds).toEqual([handlerTimeout, undefined])
})

test('a request that takes too long is answered 503, and what comes too late is not sent', async () => {
  const slow = fastify({ handlerTimeout: 50 })
  slow.setErrorHandler(answerFailure)
  const late = new Promise((resolve) => setTimeout(resolve, 150))
  slow.get('/slow', async () => {
    await late
    return 'too late'
  })
  const answer = await slow.inject('/slow')
  expect([answer.statusCode, answer.headers['retry-after'], answer.json().code]).toEqual([503, '5', 'unavailable'])
  await late
  await slow.close()
})

test('an answer that has begun and does not end is broken off, and nothing is said into it', async () => {
  const slow = fastify({ handlerTimeout: 50 })
  slow.setErrorHandler(answerFailure)
  slow.get('/slow', (_request, reply) => {
    const endless = new Readable({ read: () => undefined })
    endless.push('begun')
    return reply.send(endless)
  })
  const address = await slow.listen({ host: '127.0.0.1', port: 0 })
  const answer = await fetch(`${address}/slow`)
  await expect(answer.text()).rejects.toThrow('terminated')
  await slow.close()
})

describe('sentences', () => {
  test.each([
    ['nl', 'nl'],
    ['nl-BE, en;q=0.5', 'nl'],
    ['en;q=0.5, nl;q=0.9', 'nl'],
    ['de, nl;q=0.1', 'nl'],
    ['en, nl;q=0.9', 'en'],
    ['*', 'en'],
    ['de', 'en'],
    ['nl;q=0', 'en'],
    [undefined, 'en'],
  ])('Accept-Language %s gives %s', async (wanted, language) => {
    const answer = await ask(
      'POST',
      '/v1/notes',
      json({ title: 'a', pages: 1, code: 'x', other: 1 }, wanted ? { 'accept-language': wanted } : {}),
    )
    expect(answer.headers['content-language']).toBe(language)
    const expected = language === 'nl' ? ['x is bezet', mistakes['unknown-field'].nl] : ['x is taken', mistakes['unknown-field'].en]
    expect(answer.json().errors.map(({ detail }: { detail: string }) => detail)).toEqual(expected)
    expect(answer.json().detail).toBe(doorProblems['invalid-input'][language as 'nl' | 'en'])
    expect(answer.json().title).toBe(titles[400]?.[language as 'nl' | 'en'])
  })

  test('every code has a page in both languages', async () => {
    for (const [code, { status }] of Object.entries(problemTypes)) {
      const answer = await app.inject(`/problems/${code}`)
      expect([code, answer.statusCode]).toEqual([code, 200])
      expect(answer.body).toContain(`HTTP ${status}`)
      expect(answer.body).not.toMatch(/<p><\/p>|undefined|[{}]/)
      expect(titles).toHaveProperty(String(status))
    }
    expect((await app.inject('/problems')).body).toContain('/problems/invalid-input')
    for (const code of ['nothing', 'constructor', '__proto__']) expectProblem(await app.inject(`/problems/${code}`), 404, 'unknown-route')
  })

  test('a code stands in one list only', () => {
    const all = [...Object.keys(doorProblems), ...Object.keys(mistakes), ...Object.keys(refusals), 'refused']
    expect(all.filter((code, index) => all.indexOf(code) !== index)).toEqual([])
  })

  test.each(['en', 'nl'] as const)('what has not the form that it should have is told with the name of that form, in %s', (language) => {
    const asked = z.strictObject({ phone: AddDesk.shape.phone, subject, day, id: uuid })
    try {
      readInput({ body: asked }, { params: {}, query: {}, body: { phone: 'call me', subject: 'A B', day: 'today', id: '1' } })
      expect.unreachable()
    } catch (error) {
      const { errors } = describeProblem(error as DoorProblem, language, 'x')
      const names = (['phone', 'subject', 'date', 'uuid'] as const).map((format) => formats[format][language])
      const sentence = { en: 'This does not have the form of a', nl: 'Dit heeft niet de vorm van een' }[language]
      expect(errors).toMatchObject(names.map((name) => ({ code: 'wrong-format', detail: `${sentence} ${name}.` })))
    }
  })

  test('one mistake can be told by a handler too', () => {
    expect(invalidInput([{ code: 'not-allowed', pointer: '/a' }]).mistakes).toHaveLength(1)
  })
})

describe('the description', () => {
  type Described = {
    operationId: string
    'x-authorization': { access: string; scope?: string }
    security: unknown[]
    responses: Record<string, object>
  } & {
    parameters?: { name: string; in: string; required: boolean; schema: object }[]
    requestBody?: { content: Record<string, { example?: object; schema: { $ref: string } }> }
  }
  type Document = {
    openapi: string
    paths: Record<string, Record<string, Described>>
    components: { schemas: Record<string, Record<string, unknown>> }
  }
  let document: Document
  let operations: [string, Described][]

  beforeAll(async () => {
    const answer = await app.inject('/v1/openapi.json')
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    document = answer.json()
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]): [string, Described] => [`${method} ${path}`, described]),
    )
  })

  const described = (name: string) => operations.find(([key]) => key === name)?.[1] as Described

  test('names every operation, itself included, and no other address', () => {
    expect(document.openapi).toBe('3.0.3')
    expect(operations.map(([name]) => name).sort()).toEqual([
      'get /failures/{failure}',
      'get /health/live',
      'get /health/ready',
      'get /leak',
      'get /notes',
      'get /notes/{noteId}',
      'get /openapi.json',
      'get /whoami',
      'patch /notes/{noteId}',
      'post /for/known',
      'post /for/member',
      'post /for/operator',
      'post /for/person',
      'post /notes',
      'post /notes/{noteId}/closure',
      'put /notes/{noteId}',
    ])
    expect(described('get /openapi.json').responses[200]).toHaveProperty('headers.access-control-allow-origin')
  })

  test('says of each operation who may call it, with which scope', () => {
    for (const [name, { 'x-authorization': authorization, security }] of operations) {
      const open = authorization.access === 'anyone'
      expect([name, security]).toEqual([name, open ? [{}, { bearer: [] }] : [{ bearer: [] }]])
      expect([name, authorization.scope === undefined]).toEqual([name, open])
    }
    expect(described('get /notes')['x-authorization']).toEqual({ access: 'member', scope: 'handslag:read' })
    expect(described('post /for/operator')['x-authorization']).toEqual({ access: 'operator', scope: 'handslag:operate' })
  })

  test('says the version header of every answer, and what it asks of changes', () => {
    for (const [name, { responses }] of operations) {
      for (const [status, response] of Object.entries(responses)) {
        if (status < '400')
          expect([name, response]).toEqual([
            name,
            expect.objectContaining({ headers: expect.objectContaining({ 'API-Version': expect.anything() }) }),
          ])
      }
    }
    const ifMatch = (name: string) => described(name).parameters?.find((parameter) => parameter.name === 'If-Match')?.required
    expect([ifMatch('put /notes/{noteId}'), ifMatch('post /notes'), ifMatch('get /notes')]).toEqual([true, false, undefined])
    expect(Object.keys(described('put /notes/{noteId}').responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '406',
      '409',
      '410',
      '412',
      '413',
      '415',
      '422',
      '428',
      '429',
      '500',
      '503',
    ])
    expect(Object.keys(described('get /notes/{noteId}').responses)).toContain('304')
    expect(Object.keys(described('patch /notes/{noteId}').requestBody?.content ?? {})).toEqual(['application/merge-patch+json'])
    expect(described('post /notes').requestBody?.content['application/json']?.example).toEqual({ title: 'Hello', pages: 1 })
  })

  test('has one schema per name: what is only sent and what is only answered need no second', () => {
    const names = Object.keys(document.components.schemas)
    expect(names).toEqual(expect.arrayContaining(['FrameNote', 'FrameWriteNote', 'FrameNumberPage', 'Problem', 'Health']))
    expect(names.filter((name) => name.endsWith('Input'))).toEqual([])
    const references = JSON.stringify(document).match(/#\/components\/\w+\/\w+/g) ?? []
    const missing = references.filter(
      (reference) =>
        !reference
          .slice(2)
          .split('/')
          .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], document),
    )
    expect(missing).toEqual([])
    expect(document.components.schemas.FrameNote).toMatchObject({
      properties: { id: { type: 'string', format: 'uuid' }, title: { type: 'string', minLength: 1, maxLength: 20 } },
      required: ['id', 'title', 'pages'],
      additionalProperties: false,
    })
    expect(document.components.schemas.FrameNote).not.toHaveProperty('properties.id.pattern')
  })

  test('says the bounds of query parameters', () => {
    expect(described('get /notes').parameters?.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    })
  })

  test('is made without a database, and without listening', async () => {
    const other = buildApp({
      ...deps(),
      log: false,
      verify: () => Promise.reject(),
      resolveActor: () => Promise.reject(),
      ready: () => Promise.reject(),
    })
    await other.ready()
    expect(openApiDocument(other)).toEqual(document)
    await other.close()
  })

  test('can be browsed, with nothing from elsewhere', async () => {
    const html = (await app.inject('/docs')).body
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '')
    expect(sources.length).toBeGreaterThan(3)
    for (const source of sources) {
      expect(source).toMatch(/^\/docs\//)
      expect([source, (await app.inject(source)).statusCode]).toEqual([source, 200])
    }
    expect(html).not.toMatch(/<script>|style=/)
  })
})
