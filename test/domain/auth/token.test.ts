import { inspect } from 'node:util'
import { createLocalJWKSet, type JWK } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { clockToleranceSeconds, createVerifier, InvalidToken, type Keys, KeysUnavailable } from '../../../src/auth/token.ts'
import { encode, type ForgeKey, forge, makeKey, withRaw } from './forge.ts'

const issuer = 'https://issuer.example'
const audience = 'https://registry.example'
const ec = makeKey('ec')
const rsa = makeKey('rsa', 'RS256')
const ed = makeKey('ed', 'Ed25519')
const stranger = makeKey('ec')
const keySet = createLocalJWKSet({ keys: [ec, rsa, ed].map(({ jwk }) => jwk as JWK) })
const verify = createVerifier({ issuer, audience, keys: keySet })

const seconds = () => Math.floor(Date.now() / 1000)
const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: 'ec' }
const goodClaims = () => ({
  iss: issuer,
  aud: audience,
  sub: 'person-1',
  client_id: 'app-1',
  scope: 'handslag:read',
  iat: seconds(),
  exp: seconds() + 600,
})
/** The claims without one of them. */
const without = (name: string) => Object.fromEntries(Object.entries(goodClaims()).filter(([key]) => key !== name))
/** A token of the issuer that is good but for these changes. */
const withHeader = (header: object, key: ForgeKey = ec, manner = 'ES256') => forge({ ...goodHeader, ...header }, goodClaims(), key, manner)
const withClaims = (claims: object) => forge(goodHeader, { ...goodClaims(), ...claims }, ec)
const withRawClaim = (name: string, text: string) => forge(goodHeader, withRaw(without(name), `"${name}":${text}`), ec)
const good = () => withClaims({})
const parts = (token: string) => token.split('.') as [string, string, string]

const outcome = (token: string, check = verify) =>
  check(token).then(
    () => 'accepted',
    (error) => (error instanceof InvalidToken ? error.code : `threw ${error}`),
  )

afterEach(() => {
  vi.useRealTimers()
})

const hostile: [rule: string, code: string, token: () => string][] = [
  // not a signed JWT at all
  ['an empty token is a missing one', 'missing', () => ''],
  ['blanks are no token', 'malformed', () => '   '],
  ['random words are no token', 'malformed', () => 'not a token'],
  ['two dots alone are no token', 'malformed', () => '..'],
  ['two parts are no token', 'malformed', () => parts(good()).slice(0, 2).join('.')],
  ['four parts are no token', 'malformed', () => `${good()}.AAAA`],
  ['an encrypted token (five parts) cannot be read here', 'malformed', () => `${encode({ alg: 'dir', enc: 'A256GCM' })}.AA.AA.AA.AA`],
  ['the scheme is not a part of the token', 'malformed', () => `Bearer ${good()}`],
  ['nothing may follow the token', 'malformed', () => `${good()}\n`],
  ['padding does not belong in a token', 'malformed', () => `${good()}==`],
  ['letters from elsewhere are not base64url', 'malformed', () => `${good()}é`],
  ['the JSON form of a JWS is no access token', 'malformed', () => JSON.stringify({ protected: parts(good())[0], signature: '' })],
  ['a token over 8 KiB is not read', 'malformed', () => withClaims({ padding: 'x'.repeat(8192) })],
  ['the header must be JSON', 'malformed', () => forge('{"alg"', goodClaims(), ec)],
  ['the header must be an object, not a list', 'malformed', () => forge([goodHeader], goodClaims(), ec)],
  ['the header must be an object, not null', 'malformed', () => forge('null', goodClaims(), ec)],
  [
    'a header name may occur once: the last is good',
    'malformed',
    () => forge(`{"alg":"none",${JSON.stringify(goodHeader).slice(1)}`, goodClaims(), ec),
  ],
  ['a header name may occur once: the last is bad', 'malformed', () => forge(withRaw(goodHeader, '"alg":"none"'), goodClaims(), ec)],
  [
    'a header name may occur once, also when written otherwise',
    'malformed',
    () => forge(withRaw(goodHeader, '"\\u006bid":"ec"'), goodClaims(), ec),
  ],

  // algorithms
  ['alg none without a signature', 'malformed', () => `${encode({ ...goodHeader, alg: 'none' })}.${encode(goodClaims())}.`],
  ['alg none with a signature', 'invalid', () => withHeader({ alg: 'none' })],
  ['alg nOnE in other letters', 'invalid', () => withHeader({ alg: 'nOnE' })],
  ['alg in other letters', 'invalid', () => withHeader({ alg: 'es256' })],
  ['alg that is no text', 'invalid', () => withHeader({ alg: ['ES256'] })],
  ['alg missing', 'invalid', () => forge({ typ: 'at+jwt', kid: 'ec' }, goodClaims(), ec)],
  [
    'HS256 with the RSA public key as the secret',
    'invalid',
    () => withHeader({ alg: 'HS256', kid: 'rsa' }, rsa, 'HS256 with the public PEM'),
  ],
  ['HS256 with the EC public key as the secret', 'invalid', () => withHeader({ alg: 'HS256' }, ec, 'HS256 with the public JWK')],
  ['RS512, though the issuer has the key', 'invalid', () => withHeader({ alg: 'RS512', kid: 'rsa' }, rsa, 'RS512')],
  ['EdDSA, though the issuer has the key', 'invalid', () => withHeader({ alg: 'EdDSA', kid: 'ed' }, ed, 'EdDSA')],
  ['an ES256 signature under the name RS256', 'invalid', () => withHeader({ alg: 'RS256' })],
  ['an RS256 signature under the name PS256', 'invalid', () => withHeader({ alg: 'PS256', kid: 'rsa' }, rsa, 'RS256')],
  ['an ES256 signature in DER', 'invalid', () => withHeader({}, ec, 'ES256 in DER')],

  // keys
  ["a stranger's key under the issuer's kid", 'invalid', () => withHeader({}, stranger)],
  ["a stranger's key in the header (jwk)", 'invalid', () => withHeader({ jwk: stranger.jwk }, stranger)],
  ["the issuer's own key in the header (jwk)", 'invalid', () => withHeader({ jwk: ec.jwk })],
  ['a place to fetch keys from (jku)', 'invalid', () => withHeader({ jku: 'https://attacker.example/jwks' })],
  ['a place to fetch a certificate from (x5u)', 'invalid', () => withHeader({ x5u: 'https://attacker.example/cert' })],
  ["a stranger's certificate in the header (x5c)", 'invalid', () => withHeader({ x5c: ['MIIB'] }, stranger)],
  ['kid missing', 'invalid', () => forge({ alg: 'ES256', typ: 'at+jwt' }, goodClaims(), ec)],
  ['kid empty', 'invalid', () => withHeader({ kid: '' })],
  ['kid that is no text', 'invalid', () => withHeader({ kid: 1 })],
  ['kid unknown', 'invalid', () => withHeader({ kid: 'other' })],
  ['kid of another key', 'invalid', () => withHeader({ kid: 'rsa' })],
  ['kid that is a path', 'invalid', () => withHeader({ kid: '../../dev/null' })],
  ['kid that is SQL', 'invalid', () => withHeader({ kid: "' UNION SELECT 'secret" })],
  ['kid that is a name every object has', 'invalid', () => withHeader({ kid: '__proto__' })],

  // extensions
  ['an unknown critical extension', 'invalid', () => withHeader({ crit: ['exp'], exp: 1 })],
  ['an empty list of critical extensions', 'invalid', () => withHeader({ crit: [] })],
  ['an unencoded payload (b64 false)', 'invalid', () => withHeader({ crit: ['b64'], b64: false })],
  ['b64 false that is not critical', 'invalid', () => withHeader({ b64: false })],
  ['b64 true that is critical', 'invalid', () => withHeader({ crit: ['b64'], b64: true })],

  // kind of token
  ['typ missing', 'invalid', () => forge({ alg: 'ES256', kid: 'ec' }, goodClaims(), ec)],
  ['typ JWT', 'invalid', () => withHeader({ typ: 'JWT' })],
  ['typ of a version that the registry signed', 'invalid', () => withHeader({ typ: 'handslag-version+jws' })],
  ['typ with a parameter', 'invalid', () => withHeader({ typ: 'at+jwt; v=1' })],
  ['typ that is no text', 'invalid', () => withHeader({ typ: ['at+jwt'] })],
  [
    'an ID token as an access token',
    'invalid',
    () => forge({ alg: 'ES256', typ: 'JWT', kid: 'ec' }, { ...goodClaims(), nonce: 'n', azp: 'app-1' }, ec),
  ],

  // contents
  [
    'contents that were changed after signing',
    'invalid',
    () => [parts(good())[0], encode({ ...goodClaims(), sub: 'boss' }), parts(good())[2]].join('.'),
  ],
  ['contents that are no JSON', 'invalid', () => forge(goodHeader, 'hello', ec)],
  ['contents that are a list', 'invalid', () => forge(goodHeader, [goodClaims()], ec)],
  ['a claim that occurs twice', 'invalid', () => forge(goodHeader, withRaw(goodClaims(), '"sub":"boss"'), ec)],
  ['contents that are not UTF-8', 'invalid', () => forge(goodHeader, Buffer.from(withRaw(goodClaims(), '"name":"\u00e9"'), 'latin1'), ec)],

  // time
  ['exp missing', 'invalid', () => forge(goodHeader, without('exp'), ec)],
  ['exp as text', 'invalid', () => withClaims({ exp: String(seconds() + 600) })],
  ['exp with a fraction', 'invalid', () => withClaims({ exp: seconds() + 600.5 })],
  ['exp without end (1e400)', 'invalid', () => withRawClaim('exp', '1e400')],
  ['exp null', 'invalid', () => withClaims({ exp: null })],
  ['exp before 1970', 'expired', () => withClaims({ exp: -1 })],
  ['exp in the past', 'expired', () => withClaims({ iat: seconds() - 700, exp: seconds() - 100 })],
  ['exp just past the tolerance', 'expired', () => withClaims({ exp: seconds() - clockToleranceSeconds })],
  ['nbf past the tolerance', 'invalid', () => withClaims({ nbf: seconds() + clockToleranceSeconds + 2 })],
  ['nbf as text', 'invalid', () => withClaims({ nbf: '0' })],
  ['nbf with a fraction', 'invalid', () => withClaims({ nbf: 0.5 })],
  ['iat missing', 'invalid', () => forge(goodHeader, without('iat'), ec)],
  ['iat as text', 'invalid', () => withClaims({ iat: String(seconds()) })],
  ['iat with a fraction', 'invalid', () => withClaims({ iat: seconds() - 0.5 })],
  ['iat in milliseconds, far in the future', 'invalid', () => withClaims({ iat: Date.now(), exp: Date.now() + 600 })],
  ['iat past the tolerance', 'invalid', () => withClaims({ iat: seconds() + clockToleranceSeconds + 2 })],
  ['iat without end (1e400)', 'invalid', () => withRawClaim('iat', '1e400')],
  ['iat before 1970', 'expired', () => withClaims({ iat: -1 })],
  ['older than six hours, whatever exp says', 'expired', () => withClaims({ iat: seconds() - 6 * 3600 - clockToleranceSeconds - 1 })],

  // whose, and for whom
  ['iss missing', 'invalid', () => forge(goodHeader, without('iss'), ec)],
  ['iss of another issuer that has the same key', 'invalid', () => withClaims({ iss: 'https://issuer.example/other-realm' })],
  ['iss with a slash at its end', 'invalid', () => withClaims({ iss: `${issuer}/` })],
  ['iss in other letters', 'invalid', () => withClaims({ iss: 'https://ISSUER.example' })],
  ['iss as a list with ours in it', 'invalid', () => withClaims({ iss: [issuer] })],
  ['aud missing', 'invalid', () => forge(goodHeader, without('aud'), ec)],
  ['aud of another server', 'invalid', () => withClaims({ aud: 'https://other.example' })],
  ['aud that only begins as ours', 'invalid', () => withClaims({ aud: `${audience}.attacker.example` })],
  ['aud as a list without ours', 'invalid', () => withClaims({ aud: ['https://other.example', `${audience}/`] })],
  ['aud as an empty list', 'invalid', () => withClaims({ aud: [] })],
  ['aud as a list in a list', 'invalid', () => withClaims({ aud: [[audience]] })],

  // who
  ['sub missing', 'invalid', () => forge(goodHeader, without('sub'), ec)],
  ['sub empty', 'invalid', () => withClaims({ sub: '' })],
  ['sub over 255 characters', 'invalid', () => withClaims({ sub: 'x'.repeat(256) })],
  ['sub that is no text', 'invalid', () => withClaims({ sub: 1 })],
  ['sub with half a character (a lone surrogate)', 'invalid', () => withRawClaim('sub', '"a\\ud800"')],
  ['sub with a NUL', 'invalid', () => withClaims({ sub: 'a\0b' })],
  ['sub with a line end', 'invalid', () => withClaims({ sub: 'a\r\nb' })],
  ['client_id empty', 'invalid', () => withClaims({ client_id: '' })],
  ['client_id and azp that differ', 'invalid', () => withClaims({ azp: 'app-2' })],
  ['scope as a list', 'invalid', () => withClaims({ scope: ['handslag:operate'] })],
]

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
