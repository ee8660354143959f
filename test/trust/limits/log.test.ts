import { afterAll, beforeAll, expect, test } from 'vitest'
import { standingHeaders } from '../../../src/http/headers.ts'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { anotherDoor, bearer } from './door.ts'

let registry: Registry

beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(() => registry?.close())

test('the log holds ids and codes, and no token, query, personal data or words of the database', async ({ task }) => {
  const lines: string[] = []
  const app = await anotherDoor(registry, {
    log: { level: 'trace', stream: { write: (line) => void lines.push(line) } },
    routes: (v1) => {
      // What PostgreSQL says of a mistake quotes the row, the parameter or the statement.
      v1.get('/duplicate', () =>
        registry.fresh.owner.query('insert into organisations (id, name, doc, revision) select id, $1, doc, revision from organisations', [
          'Jan Verborgen',
        ]),
      )
      v1.get('/value', () => registry.fresh.owner.query('select $1::int', ['jan@verborgen.example']))
      v1.get('/statement', () => registry.fresh.owner.query(`select 'Jan Verborgen' from nowhere`))
      v1.get('/thrown', async () => {
        throw new Error('Jan Verborgen', { cause: new Error('jan@verborgen.example') })
      })
      v1.post('/body', async (request) => request.log.info({ body: request.body, headers: request.headers }, 'in passing'))
    },
  })
  const headers = await bearer(registry, registry.school.representative)
  const statuses = []
  for (const ask of [
    { url: '/v1/duplicate?name=Jan%20Verborgen', headers },
    { url: '/v1/value?email=jan@verborgen.example', headers },
    { url: '/v1/statement', headers },
    { url: '/v1/thrown', headers },
    { url: '/v1/Jan%20Verborgen', headers },
    { url: '/v1/%E0%A4%A', headers },
    { url: '/v1/body', method: 'POST' as const, headers, payload: { name: 'Jan Verborgen', bsn: '123456782' } },
    { url: '/v1/body', method: 'POST' as const, headers: { ...headers, 'content-type': 'application/json' }, payload: '{"Jan Verborgen"' },
    { url: '/v1/value', headers: { authorization: `${headers.authorization}x` } },
  ])
    statuses.push((await app.inject(ask)).statusCode)
  await app.close()
  const log = lines.join('')
  expect(statuses.filter((status) => status >= 400).length).toBeGreaterThan(6)
  expect(lines.length).toBeGreaterThan(8)
  // Its class and code are there, for whoever has to mend it.
  expect(log).toMatch(/"code":"(23505|42703)"/)
  expect(log).toContain('"code":"22P02"')
  expect(log).toContain('"code":"42P01"')
  for (const secret of [
    /verborgen/i,
    /123456782/,
    /select|insert into/i,
    /Bearer/,
    headers.authorization.slice(7, 40),
    '192.168',
    '127.0.0.1',
  ])
    expect(log).not.toMatch(secret)
  note(task, { 'lines of log searched': lines.length, 'tokens, names, values and statements found': 0 })
})

test('every answer has the headers of security, also before there is a route', async ({ task }) => {
  const app = await anotherDoor(registry, { securityContact: 'mailto:security@handslag.example' })
  const urls = ['/v1/health/live', '/v1/nothing', '/v1/me', '/v1/openapi.json', '/problems', '/.well-known/security.txt', '/v1/%E0%A4%A']
  const { 'cache-control': _ownPerAnswer, ...expected } = standingHeaders('1.2.3')
  for (const url of urls) expect([url, (await app.inject(url)).headers]).toMatchObject([url, expected])
  // What helmet says is what is written out, and nothing else.
  const sent = Object.keys((await app.inject('/v1/health/live')).headers)
  const ours = ['content-type', 'content-length', 'date', 'connection']
  expect(sent.filter((name) => !ours.includes(name)).sort()).toEqual(Object.keys(standingHeaders('1.2.3')).sort())
  const text = (await app.inject('/.well-known/security.txt')).body
  expect(text).toMatch(
    /^Contact: mailto:security@handslag\.example\nExpires: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nPreferred-Languages: nl, en\n$/,
  )
  await app.close()
  const silent = await anotherDoor(registry)
  expect((await silent.inject('/.well-known/security.txt')).statusCode).toBe(404)
  await silent.close()
  note(task, { 'answers whose headers were checked': urls.length })
})
