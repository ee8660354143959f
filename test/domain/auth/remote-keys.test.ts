import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readJwksUri, remoteKeys } from '../../../src/auth/remote-keys.ts'
import { createVerifier, InvalidToken, KeysUnavailable } from '../../../src/auth/token.ts'
import { type ForgeKey, forge, makeKey } from './forge.ts'

const audience = 'https://registry.example'
const seconds = () => Math.floor(Date.now() / 1000)

type Answer = (response: ServerResponse) => void
const json =
  (value: unknown): Answer =>
  (response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value))

/** A real issuer on loopback whose answers can be changed, and that counts what it is asked. */
async function startIssuer() {
  const asked = { discovery: 0, jwks: 0 }
  const listener: RequestListener = (request, response) => {
    const what = request.url === '/.well-known/openid-configuration' ? 'discovery' : 'jwks'
    asked[what] += 1
    answers[what](response)
  }
  let server = createServer(listener)
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const answers = { discovery: json({ issuer: url, jwks_uri: `${url}/jwks` }), jwks: json({ keys: [] }) }
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return {
    url,
    asked,
    answers,
    stop,
    start: () => {
      server = createServer(listener)
      return listen(port)
    },
    publish: (...keys: ForgeKey[]) => {
      answers.jwks = json({ keys: keys.map(({ jwk }) => jwk) })
    },
  }
}

let issuer: Awaited<ReturnType<typeof startIssuer>>
const first = makeKey('first')
const second = makeKey('second')

beforeEach(async () => {
  issuer = await startIssuer()
  issuer.publish(first)
  // Only the clock by which keys age is ours; sockets and time limits stay real.
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await issuer.stop()
})

let serial = 0
/** A new token each time, so that no answer comes from the memory of checked tokens. */
const token = (key: ForgeKey, kid = key.kid) =>
  forge(
    { alg: 'ES256', typ: 'at+jwt', kid },
    { iss: issuer.url, aud: audience, sub: 'person-1', iat: seconds(), exp: seconds() + 600, jti: `${++serial}` },
    key,
  )
const verifier = (settings?: Parameters<typeof remoteKeys>[1]) => {
  const verify = createVerifier({ issuer: issuer.url, audience, keys: remoteKeys(issuer.url, settings) })
  return (text: string) =>
    verify(text).then(
      () => 'accepted',
      (error) => (error instanceof KeysUnavailable ? 'unavailable' : error instanceof InvalidToken ? error.code : `threw ${error}`),
    )
}
const passes = (duration: number) => vi.advanceTimersByTime(duration)
const minute = 60_000
const hour = 60 * minute

describe('keys are fetched', () => {
  test('with the first token, and once for all that come at the same time', async () => {
    const check = verifier()
    expect(issuer.asked).toEqual({ discovery: 0, jwks: 0 })
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => check(token(first))))
    expect(new Set(outcomes)).toEqual(new Set(['accepted']))
    expect(issuer.asked).toEqual({ discovery: 1, jwks: 1 })
  })

  test('again after ten minutes, so that a key the issuer withdrew stops serving', async () => {
    const check = verifier()
    expect(await check(token(first))).toBe('accepted')
    issuer.publish(second)
    passes(10 * minute)
    expect(await check(token(first))).toBe('accepted')
    passes(1)
    expect(await check(token(first))).toBe('invalid')
    expect(issuer.asked).toEqual({ discovery: 1, jwks: 2 })
  })

  test('again for a kid that is not known, so that a new key counts within a minute', async () => {
    const check = verifier()
    await check(token(first))
    issuer.publish(first, second)
    expect(await check(token(second))).toBe('invalid')
    passes(30_000)
    expect(await check(token(second))).toBe('accepted')
    expect(await check(token(first))).toBe('accepted')
  })

  test('at most once in thirty seconds, whatever kids are sent', async () => {
    const check = verifier()
    await check(token(first))
    const storm = () => Promise.all(Array.from({ length: 1000 }, (_, n) => check(token(second, `unknown ${serial} ${n}`))))
    expect(new Set(await storm())).toEqual(new Set(['invalid']))
    expect(issuer.asked.jwks).toBe(1)
    passes(30_000)
    expect(new Set(await storm())).toEqual(new Set(['invalid']))
    await storm()
    expect(issuer.asked).toEqual({ discovery: 1, jwks: 2 })
    expect(await check(token(first))).toBe('accepted')
  })
})

describe('an issuer that is down', () => {
  test('from the start makes tokens unknowable, not wrong, and is not asked on each of them', async () => {
    issuer.answers.discovery = (response) => response.writeHead(500).end()
    const check = verifier()
    for (let n = 0; n < 10; n += 1) expect(await check(token(first))).toBe('unavailable')
    expect(issuer.asked).toEqual({ discovery: 1, jwks: 0 })
  })

  test('from the start is found when it is back', async () => {
    await issuer.stop()
    const check = verifier()
    expect(await check(token(first))).toBe('unavailable')
    await issuer.start()
    expect(await check(token(first))).toBe('unavailable')
    passes(30_000)
    expect(await check(token(first))).toBe('accepted')
    expect(await check(token(second))).toBe('invalid')
  })

  test('later on does not matter for the keys in hand, for a day', async () => {
    const check = verifier()
    await check(token(first))
    await issuer.stop()
    for (let passed = 0; passed < 24; passed += 1) {
      expect(await check(token(first))).toBe('accepted')
      passes(hour)
    }
    expect(await check(token(first))).toBe('accepted')
    passes(1)
    expect(await check(token(first))).toBe('unavailable')
    await issuer.start()
    passes(minute)
    expect(await check(token(first))).toBe('accepted')
  })

  test('later on makes a token with a new key unknowable, and storms do not reach it', async () => {
    const check = verifier()
    await check(token(first))
    issuer.answers.jwks = (response) => response.writeHead(503).end()
    passes(minute)
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => check(token(second))))
    expect(new Set(outcomes)).toEqual(new Set(['unavailable']))
    expect(await check(token(second))).toBe('unavailable')
    expect(await check(token(first))).toBe('accepted')
    expect(issuer.asked.jwks).toBe(2)
  })

  test('may come back at another address of its keys', async () => {
    const check = verifier()
    await check(token(first))
    const { jwks } = issuer.answers
    issuer.answers.jwks = (response) => response.writeHead(404).end()
    passes(11 * minute)
    await check(token(first))
    issuer.answers.jwks = jwks
    issuer.publish(second)
    issuer.answers.discovery = json({ issuer: issuer.url, jwks_uri: `${issuer.url}/moved` })
    passes(minute)
    expect(await check(token(second))).toBe('accepted')
    expect(issuer.asked.discovery).toBe(2)
  })
})

describe('an answer of the issuer counts for nothing', () => {
  const answers: [rule: string, change: () => void][] = [
    ['when the keys are a web page', () => (issuer.answers.jwks = (response) => response.end('<html>Sign in</html>'))],
    ['when the keys are JSON, but no set of keys', () => (issuer.answers.jwks = json({ keys: 'none' }))],
    [
      'when the keys are elsewhere (a redirect), though they are good',
      () => {
        const keys = issuer.answers.jwks
        issuer.answers.jwks = (response) =>
          response.req.url === '/jwks' ? response.writeHead(302, { location: '/moved' }).end() : keys(response)
      },
    ],
    [
      'when the keys come with another status than 200, though they are good',
      () => (issuer.answers.jwks = (response) => response.writeHead(500).end(JSON.stringify({ keys: [first.jwk] }))),
    ],
    ['when the keys are over 256 KiB', () => (issuer.answers.jwks = json({ keys: [first.jwk], padding: 'x'.repeat(10_000_000) }))],
    ['when the keys do not come', () => (issuer.answers.jwks = () => {})],
    ['when the keys stop half way', () => (issuer.answers.jwks = (response) => response.write('{"keys":['))],
    ['when the discovery document does not come', () => (issuer.answers.discovery = () => {})],
    ['when the discovery document is null', () => (issuer.answers.discovery = json(null))],
    [
      'when the discovery document names another issuer',
      () => (issuer.answers.discovery = json({ issuer: 'https://other.example', jwks_uri: `${issuer.url}/jwks` })),
    ],
    [
      'when the issuer in it has a slash more',
      () => (issuer.answers.discovery = json({ issuer: `${issuer.url}/`, jwks_uri: `${issuer.url}/jwks` })),
    ],
    ['when the discovery document names no keys', () => (issuer.answers.discovery = json({ issuer: issuer.url }))],
  ]
  test.each(answers)('%s', async (_rule, change) => {
    change()
    expect(await verifier({ timeoutMs: 200 })(token(first))).toBe('unavailable')
  })

  test('and the keys in hand stay', async () => {
    const check = verifier()
    await check(token(first))
    issuer.answers.jwks = (response) => response.end('<html>Sign in</html>')
    passes(11 * minute)
    expect(await check(token(first))).toBe('accepted')
    expect(issuer.asked.jwks).toBe(2)
  })
})

test.each([
  ['https from https', 'https://issuer.example', 'https://keys.example/jwks', true],
  ['https from loopback', 'http://localhost:3000', 'https://keys.example/jwks', true],
  ['http from loopback on loopback', 'http://localhost:3000', 'http://127.0.0.1:3001/jwks', true],
  ['http from loopback elsewhere', 'http://localhost:3000', 'http://keys.example/jwks', false],
  ['http from https elsewhere', 'https://issuer.example', 'http://keys.example/jwks', false],
  ['http from https on loopback', 'https://issuer.example', 'http://127.0.0.1:5432/', false],
  ['a file', 'https://issuer.example', 'file:///etc/passwd', false],
  ['no whole URL', 'https://issuer.example', '/jwks', false],
])('keys are fetched over https, or on loopback by an issuer on loopback: %s', (_what, from, to, allowed) => {
  const read = () => readJwksUri(from, { issuer: from, jwks_uri: to }).href
  if (allowed) expect(read()).toBe(to)
  else expect(read).toThrow(/jwks_uri/)
})

test("a private or symmetric key that the issuer publishes by mistake checks nobody's token", async () => {
  const secret = { kty: 'oct', kid: 'first', k: 'c2VjcmV0' }
  issuer.answers.jwks = json({ keys: [secret, { ...second.privateKey.export({ format: 'jwk' }), kid: 'second' }] })
  const check = verifier()
  expect(await check(token(first))).toBe('invalid')
  expect(await check(token(second))).toBe('invalid')
})

test.each([
  ['http elsewhere', 'http://issuer.example'],
  ['another scheme', 'ftp://issuer.example'],
  ['no URL', 'issuer'],
  ['a user', 'https://user@issuer.example'],
  ['a query', 'https://issuer.example/?realm=1'],
  ['a fragment', 'https://issuer.example/#'],
  ['a host that only begins as loopback', 'http://127.0.0.1.attacker.example'],
])('an issuer that may not be used is refused at once: %s', (_what, url) => {
  expect(() => remoteKeys(url)).toThrow(TypeError)
})
