import { inspect } from 'node:util'
import { createLocalJWKSet, type JWK } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { clockToleranceSeconds, createVerifier, InvalidToken, type Keys, KeysUnavailable } from '../../../src/auth/token.ts'
import { forge, makeKey } from './forge.ts'
import {
  audience,
  ec,
  good,
  goodClaims,
  goodHeader,
  hostile,
  issuer,
  keySet,
  parts,
  rsa,
  seconds,
  stranger,
  withClaims,
  withHeader,
  without,
} from './hostile.ts'

const verify = createVerifier({ issuer, audience, keys: keySet })

const outcome = (token: string, check = verify) =>
  check(token).then(
    () => 'accepted',
    (error) => (error instanceof InvalidToken ? error.code : `threw ${error}`),
  )

afterEach(() => {
  vi.useRealTimers()
})

describe('a token is refused', () => {
  test.each(hostile)('%s (%s)', async (_rule, code, token) => {
    expect(await outcome(token())).toBe(code)
  })

  test('for its own fault only: the same token without the change is accepted', async () => {
    expect(await outcome(good())).toBe('accepted')
  })

  test('in words that repeat nothing of it, not even in what a log would show', async () => {
    for (const [rule, , make] of hostile) {
      const token = make()
      const error: Error = await verify(token).then(
        () => new Error('accepted'),
        (refused) => refused,
      )
      expect(error.message, rule).toMatch(/token/)
      const secrets = ['person-1', 'app-1', 'hello', ...token.split('.').filter((text) => text.length > 8)]
      for (const secret of secrets) expect(inspect(error, { depth: null, showHidden: true }), rule).not.toContain(secret)
    }
  })

  test('on what anybody could write before a key is looked for', async () => {
    const asked: string[] = []
    const keys: Keys = (header, jws) => {
      asked.push(header.alg)
      return keySet(header, jws)
    }
    const check = createVerifier({ issuer, audience, keys })
    for (const header of [{ alg: 'none' }, { alg: 'HS256' }, { jku: 'https://attacker.example' }, { crit: ['x'], x: 1 }, { kid: '' }]) {
      expect(await outcome(withHeader(header), check)).toBe('invalid')
    }
    expect(asked).toEqual([])
  })
})

describe('a token is accepted', () => {
  const accepted: [rule: string, token: () => string][] = [
    ['signed with RS256', () => withHeader({ alg: 'RS256', kid: 'rsa' }, rsa, 'RS256')],
    ['signed with PS256', () => withHeader({ alg: 'PS256', kid: 'rsa' }, rsa, 'PS256')],
    ['with ours among its audiences', () => withClaims({ aud: ['https://other.example', audience] })],
    ['with its typ in full', () => withHeader({ typ: 'application/at+jwt' })],
    ['with its typ in other letters', () => withHeader({ typ: 'AT+JWT' })],
    ["with its issuer's certificate, which is not looked at", () => withHeader({ x5c: ['MIIB'] })],
    [
      'with slashes written as in JavaScript and spaces between',
      () => forge(goodHeader, JSON.stringify(goodClaims(), null, 1).replaceAll('/', '\\/'), ec),
    ],
    ['with colons and quotes inside its texts', () => withClaims({ name: '"a":"b\\"', groups: [{ 'a:b': ':' }, ['"']] })],
    ['just expired, within the tolerance', () => withClaims({ exp: seconds() - clockToleranceSeconds + 2 })],
    ['from an issuer whose clock is ahead, within the tolerance', () => withClaims({ iat: seconds() + clockToleranceSeconds - 1 })],
    ['for six hours', () => withClaims({ iat: seconds() - 6 * 3600, exp: seconds() + 60 })],
    ['with a subject of 255 characters', () => withClaims({ sub: 'x'.repeat(255) })],
  ]
  test.each(accepted)('%s', async (_rule, token) => {
    expect(await outcome(token())).toBe('accepted')
  })

  test('as who it says, for which client, with the scopes that mean something here', async () => {
    const token = withClaims({ scope: 'openid handslag:write  handslag:read handslag:everything HANDSLAG:OPERATE' })
    expect(await verify(token)).toEqual({ issuer, subject: 'person-1', clientId: 'app-1', scopes: ['handslag:read', 'handslag:write'] })
  })

  test('with the client in azp, or in both places alike', async () => {
    expect((await verify(forge(goodHeader, { ...without('client_id'), azp: 'app-2' }, ec))).clientId).toBe('app-2')
    expect((await verify(withClaims({ azp: 'app-1' }))).clientId).toBe('app-1')
  })

  test('without a client or a scope: then it names none', async () => {
    const { client_id: _client, scope: _scope, ...claims } = goodClaims()
    expect(await verify(forge(goodHeader, claims, ec))).toEqual({ issuer, subject: 'person-1', scopes: [] })
  })

  test('as the same identity for everyone: nobody can change what was remembered', async () => {
    const identity = await verify(good())
    expect(Object.isFrozen(identity) && Object.isFrozen(identity.scopes)).toBe(true)
  })
})

describe('a token that was checked', () => {
  const counting = () => {
    const counter = { asked: 0 }
    const keys: Keys = (header, jws) => {
      counter.asked += 1
      return keySet(header, jws)
    }
    return { counter, verify: createVerifier({ issuer, audience, keys }) }
  }

  test('is remembered for a minute', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { counter, verify } = counting()
    const token = good()
    await verify(token)
    vi.advanceTimersByTime(59_999)
    await verify(token)
    expect(counter.asked).toBe(1)
    vi.advanceTimersByTime(1)
    await verify(token)
    expect(counter.asked).toBe(2)
  })

  test('is not remembered past its end, and then expires', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { counter, verify } = counting()
    const token = withClaims({ exp: seconds() + 5 })
    await verify(token)
    vi.advanceTimersByTime(6_000)
    await verify(token) // within the tolerance, but looked at again
    expect(counter.asked).toBe(2)
    vi.advanceTimersByTime(clockToleranceSeconds * 1000)
    expect(await outcome(token, verify)).toBe('expired')
  })

  test('is not remembered past the age of six hours', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { verify } = counting()
    const token = withClaims({ iat: seconds() - 6 * 3600 + 5 })
    await verify(token)
    vi.advanceTimersByTime(16_000)
    expect(await outcome(token, verify)).toBe('expired')
  })

  test('is remembered whole: another signature or another letter is another token', async () => {
    const token = good()
    await verify(token)
    const [header, claims] = parts(token)
    expect(await outcome(`${header}.${claims}.${parts(withHeader({}, stranger))[2]}`)).toBe('invalid')
  })

  test('is forgotten when 5,000 others came after it', async () => {
    const { counter, verify } = counting()
    const token = good()
    await verify(token)
    for (let n = 1; n <= 4_999; n += 1) await verify(withClaims({ jti: n }))
    await verify(token)
    expect(counter.asked).toBe(5_000)
    await verify(withClaims({ jti: 5_000 }))
    await verify(token)
    expect(counter.asked).toBe(5_002)
  })

  test('that was refused is not remembered: it is refused again, or accepted once its key is known', async () => {
    let keys = createLocalJWKSet({ keys: [rsa.jwk as JWK] })
    const verify = createVerifier({ issuer, audience, keys: (header, jws) => keys(header, jws) })
    const token = good()
    expect(await outcome(token, verify)).toBe('invalid')
    keys = keySet
    expect(await outcome(token, verify)).toBe('accepted')
  })
})

test('keys that cannot be had make no token wrong', async () => {
  const keys: Keys = async () => {
    throw new KeysUnavailable()
  }
  await expect(createVerifier({ issuer, audience, keys })(good())).rejects.toBeInstanceOf(KeysUnavailable)
})

test("an issuer's key that is too short makes its tokens wrong, not the server", async () => {
  const short = makeKey('short', 'RS256 too short')
  const verify = createVerifier({ issuer, audience, keys: createLocalJWKSet({ keys: [short.jwk as JWK] }) })
  expect(await outcome(withHeader({ alg: 'RS256', kid: 'short' }, short, 'RS256'), verify)).toBe('invalid')
})
