import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'

// 400 in each check: each takes a connection of its own. In the long run one in fifty of FUZZ_REQUESTS.
const total = Math.max(400, Math.floor(Number(process.env.FUZZ_REQUESTS ?? 0) / 50))
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000)

let registry: Registry
let port: number

beforeAll(async () => {
  registry = await aRegistry()
  await registry.app.listen({ host: '127.0.0.1', port: 0 })
  port = (registry.app.server.address() as AddressInfo).port
})
afterAll(() => registry.close())

/** Sends bytes, says that there is no more to come, and gives all that came back before the connection closed. */
function exchange(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port })
    // 5 s: nothing that is complete waits for anything; the registry itself gives slow senders up after 15.
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error('the connection stays open'))
    }, 5_000)
    socket.on('data', (part) => parts.push(part))
    // A reset is a way to close.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(parts).toString('latin1'))
    })
    socket.end(bytes)
  })
}

/** What is wrong with what came back: answers of HTTP below 500, errors as problems, or nothing at all. */
function faultsOf(received: string): string[] {
  if (received === '') return []
  const starts = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)]
  if (starts[0]?.index !== 0) return ['is no HTTP']
  return starts.flatMap((start, index) => {
    const answer = received.slice(start.index, starts[index + 1]?.index)
    const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s)
    const status = Number(start[1])
    if (status >= 500) return [`answers ${status}`]
    if (status < 400) return []
    if (!/content-type: application\/problem\+json/i.test(head)) return [`is an error without a problem: ${head}`]
    // HEAD has none.
    return body === '' || /"code":"[a-z-]+"/.test(body) ? [] : [`is an error in another form: ${body}`]
  })
}

const rest = 'Host: localhost\r\nConnection: close\r\n'
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\n${rest}${headers}\r\n`
const post = (headers: string, body: string) =>
  `POST /v1/agreements HTTP/1.1\r\n${rest}Content-Type: application/json\r\n${headers}\r\n${body}`

const malformed: Readonly<Record<string, string>> = {
  'nothing': '',
  'line ends only': '\r\n\r\n\r\n',
  'no version': 'GET /v1/me\r\n\r\n',
  'an old version': `GET /v1/me HTTP/0.9\r\n${rest}\r\n`,
  'a version to come': `GET /v1/me HTTP/3.0\r\n${rest}\r\n`,
  'HTTP/1.0': 'GET /v1/health/live HTTP/1.0\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'the beginning of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a method that is none': `FROB /v1/me HTTP/1.1\r\n${rest}\r\n`,
  'a method in small letters': `get /v1/me HTTP/1.1\r\n${rest}\r\n`,
  'CONNECT': `CONNECT example.org:443 HTTP/1.1\r\n${rest}\r\n`,
  'TRACE': `TRACE /v1/me HTTP/1.1\r\n${rest}\r\n`,
  'the asterisk': `OPTIONS * HTTP/1.1\r\n${rest}\r\n`,
  'an absolute address': get('http://example.org/v1/me'),
  'an address of another scheme': get('file:///etc/passwd'),
  'a path upwards': get('/v1/../../etc/passwd'),
  'backslashes': get('\\v1\\me'),
  'NUL in the path': get('/v1/\0me'),
  'bytes in the path': get('/v1/\xff\xfe'),
  'a broken escape': get('/v1/%zz'),
  'a fragment': get('/v1/me#x'),
  'a space in the path': get('/v1/m e'),
  'a very long path': get(`/v1/${'a'.repeat(20_000)}`),
  'headers that are too large': get('/v1/me', `X-Long: ${'a'.repeat(20_000)}\r\n`),
  'ten thousand headers': get('/v1/me', 'X: y\r\n'.repeat(10_000)),
  'no Host': 'GET /v1/me HTTP/1.1\r\nConnection: close\r\n\r\n',
  'two Hosts': get('/v1/me', 'Host: example.org\r\n'),
  'two tokens': get('/v1/me', 'Authorization: Bearer a\r\nAuthorization: Bearer b\r\n'),
  'a header without a colon': get('/v1/me', 'Broken\r\n'),
  'a space before the colon': get('/v1/me', 'X-A : b\r\n'),
  'a folded header': get('/v1/me', 'X-A: b\r\n c\r\n'),
  'NUL in a header': get('/v1/me', 'X-A: b\0c\r\n'),
  'a lone CR in a header': get('/v1/me', 'X-A: b\rInjected: c\r\n'),
  'lone LFs': get('/v1/me').replaceAll('\r\n', '\n'),
  'a length that is no number': post('Content-Length: x\r\n', '{}'),
  'a negative length': post('Content-Length: -1\r\n', '{}'),
  'a length beyond counting': post('Content-Length: 99999999999999999999\r\n', '{}'),
  'two lengths': post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}'),
  'more than its length': post('Content-Length: 2\r\n', '{}{}'),
  'less than its length': post('Content-Length: 20\r\n', '{}'),
  'a length and chunks': post('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /v1/me HTTP/1.1\r\n\r\n'),
  'two codings': post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
  'a coding that is none': post('Transfer-Encoding: xchunked\r\n', '2\r\n{}\r\n0\r\n\r\n'),
  'a chunk of no size': post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
  'a chunk of too large a size': post('Transfer-Encoding: chunked\r\n', 'ffffffffffffffffff\r\n{}\r\n0\r\n\r\n'),
  'chunks without an end': post('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n'),
  'a chunk extension': post('Transfer-Encoding: chunked\r\n', `2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
  'an upgrade': get('/v1/me', 'Upgrade: websocket\r\nConnection: Upgrade\r\n'),
  'an expectation': post('Expect: 200-ok\r\nContent-Length: 2\r\n', '{}'),
  'a body on a GET': `${get('/v1/health/live', 'Content-Length: 5\r\n')}hello`,
  'a second request that is none': `GET /v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n\x00\x01\x02`,
}

/** A request that is right, or one of those above, in which a few bytes are changed, taken out or put in. */
const damaged = fc
  .record({
    start: fc.constantFrom(
      post('Content-Length: 13\r\n', '{"title":"a"}'),
      get('/v1/me?limit=1'),
      post('Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'),
      ...Object.values(malformed),
    ),
    hits: fc.array(
      fc.record({
        at: fc.nat(400),
        how: fc.constantFrom('change', 'take out', 'put in'),
        byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 9, 10, 13, 32, 58)),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ start, hits }) =>
    hits.reduce(
      (bytes, { at, how, byte }) => {
        const place = at % (bytes.length + 1)
        const after = bytes.subarray(how === 'put in' ? place : place + 1)
        return Buffer.concat([bytes.subarray(0, place), ...(how === 'take out' ? [] : [Buffer.from([byte])]), after])
      },
      Buffer.from(start, 'latin1'),
    ),
  )

const isAlive = async () => (await exchange(Buffer.from(get('/v1/health/live')))).startsWith('HTTP/1.1 200 ')

test(
  'what is no HTTP is answered with a problem or a closed connection, and the server lives on',
  async ({ task }) => {
    for (const [name, text] of Object.entries(malformed)) expect(faultsOf(await exchange(Buffer.from(text, 'latin1'))), name).toEqual([])
    let closed = 0
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        const received = await exchange(bytes)
        if (received === '') closed += 1
        expect(faultsOf(received)).toEqual([])
      }),
      { seed, numRuns: total },
    )
    expect(await isAlive()).toBe(true)
    // A judge that never finds anything would be no judge.
    expect(faultsOf('HTTP/1.1 500 Oops\r\n\r\n')).toEqual(['answers 500'])
    expect(faultsOf('HTTP/1.1 400 Bad Request\r\n\r\n')).toHaveLength(1)
    note(task, {
      seed,
      'malformed requests over a socket': Object.keys(malformed).length + total,
      'closed without an answer': closed,
      '5xx': 0,
    })
  },
  60_000 + total * 50,
)
