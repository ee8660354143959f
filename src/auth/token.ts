import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { type Identity, type Scope, scopes } from '../domain/identity.ts'
import { createTokenCache } from './token-cache.ts'

/** Finds the key that a token's header names. Throws KeysUnavailable when it cannot know. */
export type Keys = JWTVerifyGetKey

type VerifierOptions = { issuer: string; audience: string; keys: Keys }
type InvalidTokenCode = 'missing' | 'malformed' | 'expired' | 'invalid'

/** The bearer is not known by this token. `missing`: there is none; `malformed`: it is no signed JWT. The message names no secret. */
export class InvalidToken extends Error {
  readonly code: InvalidTokenCode

  constructor(code: InvalidTokenCode, message = `the access token is ${code}`, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InvalidToken'
    this.code = code
  }
}

/** The issuer's keys cannot be had now, so nothing can be said about the token: try again later. */
export class KeysUnavailable extends Error {
  constructor(message = 'the keys of the token issuer cannot be fetched', options?: ErrorOptions) {
    super(message, options)
    this.name = 'KeysUnavailable'
  }
}

/**
 * Every issuer under the NL GOV OAuth profile ("JWT Bearer Tokens") can sign with RS256 and should with PS256; ES256 is the local
 * issuer's. Nothing else: no HMAC, whose key would be the public one (RFC 8725 section 2.1), and no EdDSA, which no issuer we meet needs.
 */
const algorithms = ['PS256', 'RS256', 'ES256']

/** RFC 9068 section 4: an ID token or a logout token of the same issuer is no access token. jose takes `application/at+jwt` as the same. */
const typ = 'at+jwt'

/**
 * Six hours: the longest life of any token in the NL GOV OAuth profile ("Token Lifetimes"), whatever `exp` says. A token does not
 * tell for certain whether a person is behind it, so the one hour of people's tokens is left to the `exp` that the issuer sets.
 */
const longestAgeSeconds = 6 * 3600

/** Ten seconds: what FAPI 2.0 (section 5.3.2.1) asks servers to bear from clocks that differ. */
export const clockToleranceSeconds = 10

/** 8 KiB: what common proxies allow one header line, and far above a real token. */
const longestToken = 8192

/** 255 characters: the most OpenID Connect Core (section 2) allows a subject; client ids get the same. */
const longestName = 255

/** Header parameters that bring or point to a key of the sender's choice (RFC 8725 section 3.10), or change how the token is read. */
const refusedParameters = ['jwk', 'jku', 'x5u', 'crit', 'b64'] as const

const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Makes the check of access tokens: JWTs by RFC 9068, under the rules of RFC 8725 and the NL GOV OAuth profile. A good token is
 * remembered for a minute at most: it outlives its key by no more.
 * The check throws InvalidToken, or KeysUnavailable when the issuer's keys cannot be had.
 */
export function createVerifier({ issuer, audience, keys }: VerifierOptions): (token: string) => Promise<Identity> {
  // 5,000 entries of some 300 bytes: under 2 MB, and more callers than one process serves in a minute.
  const cache = createTokenCache<Identity>({ entries: 5000, now: () => performance.now() })
  const longestRememberedMs = 60_000

  return async (token) => {
    const known = cache.recall(token)
    if (known) return known
    checkShape(token)
    const claims = await verifiedClaims(token, keys, issuer, audience)
    const clientId = readClientId(claims)
    const identity: Identity = Object.freeze({
      issuer,
      subject: readName(claims.sub, 'sub'),
      ...(clientId !== undefined && { clientId }),
      scopes: readScopes(claims.scope),
    })
    const lastSecond = Math.min(readSeconds(claims, 'exp'), readSeconds(claims, 'iat') + longestAgeSeconds)
    cache.remember(token, identity, Math.min(longestRememberedMs, lastSecond * 1000 - Date.now()))
    return identity
  }
}

/** Looks at what anybody could have written: the form and the header. No key is looked for, or fetched, for what is refused here. */
function checkShape(token: string): void {
  if (token === '') throw new InvalidToken('missing')
  if (token.length > longestToken || !compactJws.test(token)) throw new InvalidToken('malformed')
  const header = readObject(token.split('.')[0], 'malformed')
  const refused = refusedParameters.find((name) => Object.hasOwn(header, name))
  if (refused) throw new InvalidToken('invalid', `the token's header parameter "${refused}" is not accepted`)
  if (typeof header.kid !== 'string' || header.kid === '') throw new InvalidToken('invalid', 'the token must name its key (kid)')
}

async function verifiedClaims(token: string, keys: Keys, issuer: string, audience: string): Promise<JWTPayload> {
  const claims = await jwtVerify(token, keys, {
    algorithms,
    issuer,
    audience,
    typ,
    requiredClaims: ['exp', 'iat', 'sub'],
    maxTokenAge: longestAgeSeconds,
    clockTolerance: clockToleranceSeconds,
  }).then(({ payload }) => payload, refuse)
  readObject(token.split('.')[1], 'invalid')
  for (const name of ['exp', 'iat', 'nbf'] as const) if (name in claims) readSeconds(claims, name)
  return claims
}

/** jose's errors carry the claims, or quote them; they stay behind, so that no personal data reaches a log. */
function refuse(error: unknown): never {
  if (error instanceof KeysUnavailable) throw error
  if (error instanceof errors.JWTExpired) throw new InvalidToken('expired')
  if (error instanceof errors.JWTClaimValidationFailed) throw new InvalidToken('invalid', `the token's "${error.claim}" is not accepted`)
  if (error instanceof errors.JOSEError) throw new InvalidToken('invalid', `the access token is invalid: ${error.message}`)
  // Not the sender's doing: the issuer publishes a key that cannot be used, such as a short one.
  throw new InvalidToken('invalid', undefined, { cause: error })
}

/**
 * One part of a token as an object. A name that occurs twice is refused, as RFC 7515 section 4 and RFC 7519 section 4 allow: two
 * readers could read two different tokens. Text has a colon per member outside its strings; the reviver sees each name once.
 */
function readObject(part = '', code: InvalidTokenCode): Record<string, unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'))
    // The reviver also sees the whole value as a member of a holder that the text does not have.
    let members = -1
    const value: unknown = JSON.parse(text, function (this: unknown, _name, member) {
      if (!Array.isArray(this)) members += 1
      return member
    })
    const colons = text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && members === colons) return value as Record<string, unknown>
  } catch {
    // Not UTF-8, or not JSON: the parser's error would quote it.
  }
  throw new InvalidToken(code)
}

/** Whole seconds since 1970 (the NL GOV OAuth profile narrows RFC 7519's NumericDate to integers). */
function readSeconds(claims: JWTPayload, name: 'exp' | 'iat' | 'nbf'): number {
  const value = claims[name]
  if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidToken('invalid', `the token's "${name}" must be whole seconds since 1970`)
  }
  return value
}

function readName(value: unknown, name: string): string {
  const good = typeof value === 'string' && value !== '' && value.length <= longestName && value.isWellFormed() && !/\p{Cc}/u.test(value)
  if (good) return value
  throw new InvalidToken('invalid', `the token's "${name}" must be 1 to ${longestName} characters, without control characters`)
}

/** `client_id` (RFC 9068) or `azp` (NL GOV OAuth profile). Where a token has both, they must agree on who calls. */
function readClientId({ client_id, azp }: JWTPayload): string | undefined {
  const [clientId, ...others] = [client_id, azp].filter((value) => value !== undefined).map((value) => readName(value, 'client_id'))
  if (others.some((other) => other !== clientId)) throw new InvalidToken('invalid', `the token's "client_id" and "azp" differ`)
  return clientId
}

/** The scopes that mean something here, from a list separated by spaces (RFC 6749 section 3.3); others are other servers' business. */
function readScopes(value: unknown): readonly Scope[] {
  if (value !== undefined && typeof value !== 'string') throw new InvalidToken('invalid', `the token's "scope" must be text`)
  const given = value?.split(' ') ?? []
  return Object.freeze(scopes.filter((scope) => given.includes(scope)))
}
