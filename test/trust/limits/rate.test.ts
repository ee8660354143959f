import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApiDocument } from '../../../src/http/openapi.ts'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { asSuperuser } from '../../support/server.ts'
import { unlimited } from '../../support/unlimited.ts'
import { anotherDoor, bearer } from './door.ts'

let registry: Registry
const doors: FastifyInstance[] = []
const door = async (...given: Parameters<typeof anotherDoor>) => {
  const app = await anotherDoor(...given)
  doors.push(app)
  return app
}

beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(async () => {
  await Promise.all(doors.map((app) => app.close()))
  await registry?.close()
})

const limits = { ...unlimited, account: 20, address: 10 }

function expectLimited(answer: LightMyRequestResponse): void {
  expect(answer.statusCode).toBe(429)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(answer.json()).toMatchObject({ status: 429, code: 'too-many-requests' })
}

describe('requests are counted', () => {
  test('by account: who has used up theirs waits, and a colleague does not', async ({ task }) => {
    const app = await door(registry, { limits })
    const [one, other] = await Promise.all([bearer(registry, registry.school.representative), bearer(registry, registry.school.colleague)])
    const answers = []
    // One at a time, so that what is left falls by one.
    for (let sent = 0; sent < 50; sent += 1) answers.push(await app.inject({ url: '/v1/me', headers: one }))
    const left = answers.map(({ headers }) => /^"account";r=(\d+);t=\d+$/.exec(String(headers.ratelimit))?.[1])
    expect(left.slice(0, 21)).toEqual([...Array.from({ length: 20 }, (_, index) => String(19 - index)), '0'])
    expect(answers.slice(0, 20).map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200))
    for (const answer of answers) expect(answer.headers['ratelimit-policy']).toBe('"account";q=20;w=60')
    for (const answer of answers.slice(20)) expectLimited(answer)
    expect((await app.inject({ url: '/v1/me', headers: other })).statusCode).toBe(200)
    note(task, { 'requests of one account': 50, 'answered of them': 20, 'limited of them': 30 })
  })

  test('by address where no good token comes: none, a wrong one, an unknown address, a page', async ({ task }) => {
    const app = await door(registry, { limits })
    const asks = [
      { url: '/v1/me' },
      { url: '/v1/me', headers: { authorization: 'Bearer a.b.c' } },
      { url: '/v1/me', headers: { authorization: 'Basic eDp5' } },
      { url: '/v1/nowhere' },
      { url: '/problems' },
      { url: '/v1/signing-keys' },
      { url: '/v1/me', headers: { accept: 'text/html' } },
    ]
    const statuses = []
    for (const ask of [...asks, ...asks, ...asks]) statuses.push((await app.inject(ask)).statusCode)
    expect(statuses).toEqual([401, 401, 401, 404, 200, 200, 406, 401, 401, 401, ...Array(11).fill(429)])
    const good = await app.inject({ url: '/v1/me', headers: await bearer(registry, registry.school.representative) })
    expect([good.statusCode, good.headers['ratelimit-policy']]).toEqual([200, '"account";q=20;w=60'])
    const elsewhere = await app.inject({ url: '/v1/me', remoteAddress: '192.0.2.7' })
    expect(elsewhere.statusCode).toBe(401)
    note(task, { 'requests without a good token': statuses.length, 'limited of these': statuses.filter((one) => one === 429).length })
  })

  test('a whole /64 of IPv6 as one address', async () => {
    const app = await door(registry, { limits: { ...limits, address: 3 } })
    const statuses = []
    for (const end of ['1', '2', 'a:b:c:d', 'ffff']) {
      const remoteAddress = end.includes(':') ? `2001:db8:1:2:${end}` : `2001:db8:1:2::${end}`
      statuses.push((await app.inject({ url: '/v1/me', remoteAddress })).statusCode)
    }
    expect(statuses).toEqual([401, 401, 401, 429])
    expect((await app.inject({ url: '/v1/me', remoteAddress: '2001:db8:1:3::1' })).statusCode).toBe(401)
  })

  test('by what a proxy says of the client only where the proxy is trusted', async () => {
    const from = (client: string) => ({ url: '/v1/me', remoteAddress: '10.0.0.5', headers: { 'x-forwarded-for': client } })
    const trusting = await door(registry, { limits: { ...limits, address: 1 }, trustedProxies: ['10.0.0.0/24'] })
    expect((await trusting.inject(from('192.0.2.1'))).statusCode).toBe(401)
    expect((await trusting.inject(from('192.0.2.2'))).statusCode).toBe(401)
    expect((await trusting.inject(from('192.0.2.1'))).statusCode).toBe(429)
    const wary = await door(registry, { limits: { ...limits, address: 1 } })
    expect((await wary.inject(from('192.0.2.1'))).statusCode).toBe(401)
    expect((await wary.inject(from('192.0.2.2'))).statusCode).toBe(429)
  })

  test('but whoever watches over the registry is always answered', async () => {
    const app = await door(registry, { limits: { ...limits, address: 1 } })
    for (let sent = 0; sent < 30; sent += 1) {
      const answers = await Promise.all(['live', 'ready'].map((what) => app.inject(`/v1/health/${what}`)))
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
      expect(answers[0]?.headers).not.toHaveProperty('ratelimit')
    }
  })

  test('and the description says so of every operation that is', async () => {
    const app = await door(registry)
    const { paths } = openApiDocument(app) as { paths: Record<string, Record<string, { responses: Record<string, object> }>> }
    for (const [path, methods] of Object.entries(paths))
      for (const { responses } of Object.values(methods)) expect([path, '429' in responses]).toEqual([path, !path.startsWith('/health/')])
  })
})

describe('a process that cannot keep up', () => {
  test('refuses with 503 and when to try again, and says that it lives', async ({ task }) => {
    const app = await door(registry, { limits: { ...unlimited, eventLoopDelayMs: 50 } })
    // The delay is an average over a second, so the loop is held up for more than one.
    const end = performance.now() + 2_500
    while (performance.now() < end) {
      const stuck = performance.now() + 400
      while (performance.now() < stuck) Math.sqrt(stuck)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const headers = await bearer(registry, registry.school.representative)
    const [live, ready, me] = await Promise.all([
      app.inject('/v1/health/live'),
      app.inject('/v1/health/ready'),
      app.inject({ url: '/v1/me', headers }),
    ])
    expect([live.statusCode, ready.statusCode, me.statusCode]).toEqual([200, 503, 503])
    expect(me.json()).toMatchObject({ code: 'overloaded', status: 503 })
    expect(me.headers['retry-after']).toBe('5')
    await expect.poll(async () => (await app.inject({ url: '/v1/me', headers })).statusCode, { timeout: 10_000, interval: 300 }).toBe(200)
    note(task, { 'answers of an overloaded process': '503, liveness 200', 'recovered by itself': 'yes' })
  })

  test('does so too when its memory is nearly full', async () => {
    const app = await door(registry, { limits: { ...unlimited, heapBytes: 1 } })
    await expect.poll(async () => (await app.inject('/v1/me')).statusCode, { timeout: 10_000, interval: 300 }).toBe(503)
    expect((await app.inject('/v1/health/live')).statusCode).toBe(200)
  })
})

test('readiness is 503 while the database is gone, and liveness is not', async () => {
  const own = await aRegistry()
  const app = await anotherDoor(own)
  try {
    expect((await app.inject('/v1/health/ready')).statusCode).toBe(200)
    const name = new URL(own.fresh.url).pathname.slice(1)
    const server = new URL(registry.fresh.url)

    await asSuperuser(server.href, async (client) => {
      await client.query(`alter database ${name} allow_connections false`)
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    })
    const gone = await app.inject('/v1/health/ready')
    expect([gone.statusCode, gone.json().code, gone.headers['retry-after']]).toEqual([503, 'unavailable', '5'])
    expect((await app.inject('/v1/health/live')).statusCode).toBe(200)
    await asSuperuser(server.href, (client) => client.query(`alter database ${name} allow_connections true`))
    await expect.poll(async () => (await app.inject('/v1/health/ready')).statusCode, { timeout: 10_000 }).toBe(200)
  } finally {
    await app.close()
    await own.close()
  }
})
