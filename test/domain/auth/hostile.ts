import { createLocalJWKSet, type JWK } from 'jose'
import { clockToleranceSeconds } from '../../../src/auth/token.ts'
import { encode, type ForgeKey, forge, makeKey, withRaw } from './forge.ts'

// Tokens of one issuer, and every way in which they can be wrong.

export const issuer = 'https://issuer.example'
export const audience = 'https://registry.example'
export const ec = makeKey('ec')
export const rsa = makeKey('rsa', 'RS256')
const ed = makeKey('ed', 'Ed25519')
export const stranger = makeKey('ec')
export const keySet = createLocalJWKSet({ keys: [ec, rsa, ed].map(({ jwk }) => jwk as JWK) })

export const seconds = () => Math.floor(Date.now() / 1000)
export const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: 'ec' }
export const goodClaims = () => ({
  iss: issuer,
  aud: audience,
  sub: 'person-1',
  client_id: 'app-1',
  scope: 'handslag:read',
  iat: seconds(),
  exp: seconds() + 600,
})
/** The claims without one of them. */
export const without = (name: string) => Object.fromEntries(Object.entries(goodClaims()).filter(([key]) => key !== name))
/** A token of the issuer that is good but for these changes. */
export const withHeader = (header: object, key: ForgeKey = ec, manner = 'ES256') =>
  forge({ ...goodHeader, ...header }, goodClaims(), key, manner)
export const withClaims = (claims: object) => forge(goodHeader, { ...goodClaims(), ...claims }, ec)
const withRawClaim = (name: string, text: string) => forge(goodHeader, withRaw(without(name), `"${name}":${text}`), ec)
export const good = () => withClaims({})
export const parts = (token: string) => token.split('.') as [string, string, string]

/** Each way in which a token is wrong, the code of its refusal, and such a token. */
export const hostile: [rule: string, code: string, token: () => string][] = [
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
