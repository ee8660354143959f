import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPerson } from '../../src/actions/organisation.ts'
import { remoteKeys } from '../../src/auth/remote-keys.ts'
import { createVerifier } from '../../src/auth/token.ts'
import { AddPerson } from '../../src/domain/organisation.ts'
import { type ForgeKey, forge, makeKey } from '../domain/auth/forge.ts'
import { audience, good, hostile, issuer, keySet, withClaims } from '../domain/auth/hostile.ts'
import { note } from '../support/figures.ts'
import { acting, aRegistry, type Registry, type Table } from '../support/registry.ts'

let registry: Registry
let table: Table
beforeAll(async () => {
  registry = await aRegistry()
  table = await acting(registry, { visibility: 'public' })
})
afterAll(() => registry.close())

/** A colleague at the city, whose account another issuer has. */
const known = (at: string, subject: string) =>
  addPerson(
    registry.deps,
    registry.city.grantor.actor,
    { organisationId: registry.city.id },
    AddPerson.parse({ name: 'Noor', authorities: [], account: { issuer: at, subject } }),
  )

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('every wrong token, at every kind of door', () => {
  let door: FastifyInstance
  beforeAll(async () => {
    await known(issuer, 'person-1')
    door = registry.door(createVerifier({ issuer, audience, keys: keySet }))
    await door.ready()
  })
  afterAll(() => door.close())

  const doors: [string, () => { method: 'GET' | 'POST'; url: string; payload?: object }][] = [
    ['what anybody may read', () => ({ method: 'GET', url: `/v1/agreements/${table.id}/current` })],
    ['what those at the table may read', () => ({ method: 'GET', url: `/v1/agreements/${table.id}` })],
    ['a list', () => ({ method: 'GET', url: '/v1/organisations' })],
    [
      'a change',
      () => ({ method: 'POST', url: `/v1/agreements/${table.id}/rounds/1/contributions`, payload: { kind: 'concern', text: 'No' } }),
    ],
  ]
  const figures = { 'tokens refused': 0, 'cannot be sent at all': 0, 'wrongly let in': 0 }

  test.each(doors)('is refused with 401 before %s, and a problem that repeats nothing of it', async (_, request) => {
    const entries = async () => (await registry.fresh.owner.query('select count(*) from ledger')).rows
    const before = await entries()
    for (const [rule, , make] of hostile) {
      const token = make()
      // HTTP itself carries no line ends or letters beyond Latin 1.
      if (/[^\t\x20-\xff]/.test(token)) {
        figures['cannot be sent at all'] += 1
        continue
      }
      const answer = await door.inject({ ...request(), headers: bearer(token) })
      if (answer.statusCode !== 401) figures['wrongly let in'] += 1
      expect(answer.statusCode, rule).toBe(401)
      expect(answer.headers['content-type'], rule).toMatch(/^application\/problem\+json/)
      expect(answer.headers['www-authenticate'], rule).toMatch(/^Bearer realm="handslag"/)
      if (token.trim().length > 20) expect(answer.body, rule).not.toContain(token.trim().slice(0, 20))
      figures['tokens refused'] += 1
    }
    expect(await entries()).toEqual(before)
  })

  test('the same without the fault opens them', async ({ task }) => {
    for (const [name, request] of doors) {
      const write = request().method === 'POST'
      const token = write ? withClaims({ scope: 'handslag:read handslag:write' }) : good()
      const answer = await door.inject({ ...request(), headers: bearer(token) })
      expect([200, 201], name).toContain(answer.statusCode)
    }
    note(task, { 'kinds of wrong token': hostile.length, 'kinds of door': doors.length, ...figures })
  })
})

describe('an issuer whose keys cannot be fetched', () => {
  const first = makeKey('first')
  const second = makeKey('second')
  let asked = 0
  let answer: (response: ServerResponse) => void
  let door: FastifyInstance
  let at: string
  const server = createServer((request, response) => {
    if (request.url?.includes('openid-configuration')) response.end(JSON.stringify({ issuer: at, jwks_uri: `${at}/jwks` }))
    else {
      asked += 1
      answer(response)
    }
  })
  const publish =
    (...keys: ForgeKey[]) =>
    (response: ServerResponse) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
  const down = (response: ServerResponse) => response.writeHead(500).end('<html>')
  // Never answered: the time limit decides.
  const slow = () => undefined
  let serial = 0
  const seconds = () => Math.floor(Date.now() / 1000)
  /** A new token each time, so that no answer comes from the memory of checked tokens. */
  const ask = (key: ForgeKey, kid = key.kid) =>
    door.inject({
      method: 'GET',
      url: '/v1/me',
      headers: bearer(
        forge(
          { alg: 'ES256', typ: 'at+jwt', kid },
          {
            iss: at,
            aud: audience,
            sub: 'noor',
            client_id: 'app',
            scope: 'handslag:read',
            iat: seconds(),
            exp: seconds() + 600,
            jti: `${++serial}`,
          },
          key,
        ),
      ),
    })
  const cooldownMs = 200
  const cooled = () => new Promise((done) => setTimeout(done, cooldownMs + 50))

  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await known(at, 'noor')
    // The real limits, but for the times that a test cannot wait for.
    door = registry.door(createVerifier({ issuer: at, audience, keys: remoteKeys(at, { cooldownMs, timeoutMs: 300 }) }))
    await door.ready()
  })
  afterAll(async () => {
    await door.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })

  test('makes it 503 and not 401 from a cold start; keys in hand keep working; a new key counts; storms do not reach it', async ({
    task,
  }) => {
    for (const [name, state] of [
      ['down', down],
      ['slow', slow],
    ] as const) {
      answer = state
      const cold = await ask(first)
      expect(cold.statusCode, name).toBe(503)
      expect(cold.json()).toMatchObject({ code: 'keys-unavailable' })
      expect(cold.headers['retry-after']).toBe('5')
      await cooled()
    }
    answer = publish(first)
    expect((await ask(first)).statusCode).toBe(200)

    // Away: the key in hand serves on, and what nobody can know is not called wrong.
    const warm = { asked: 0, served: 0 }
    for (const state of [
      down,
      slow,
      (response: ServerResponse) => response.writeHead(302, { location: `${at}/elsewhere` }).end(),
      (response: ServerResponse) => response.end('x'.repeat(300_000)),
    ]) {
      answer = state
      await cooled()
      expect((await ask(second)).statusCode).toBe(503)
      for (let nth = 0; nth < 50; nth += 1) {
        warm.asked += 1
        if ((await ask(first)).statusCode === 200) warm.served += 1
      }
    }
    expect(warm.served).toBe(warm.asked)

    // Rotated: the new key counts after the cool-down, beside the old one.
    answer = publish(first, second)
    await cooled()
    expect((await ask(second)).statusCode).toBe(200)
    expect((await ask(first)).statusCode).toBe(200)

    // A storm of made-up kids within one cool-down asks once at most.
    await cooled()
    const before = asked
    const started = performance.now()
    const storm = await Promise.all(Array.from({ length: 500 }, (_, nth) => ask(first, `made-up-${nth}`)))
    const windows = Math.ceil((performance.now() - started) / cooldownMs)
    expect(new Set(storm.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
    expect(asked - before).toBeLessThanOrEqual(windows)
    note(task, {
      'asked while the issuer was away': warm.asked,
      'served with keys in hand': warm.served,
      'made-up kids': storm.length,
      'fetches they caused': asked - before,
    })
  })
})
