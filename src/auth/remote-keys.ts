import { createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import { isLoopback, issuerUrl } from './issuer-url.ts'
import { type Keys, KeysUnavailable } from './token.ts'

/** All in milliseconds. */
type KeySettings = { cooldownMs?: number; timeoutMs?: number; maxAgeMs?: number; staleMs?: number }

const defaults = {
  // Whatever tokens are sent, the issuer is asked twice a minute at most, and a new key counts within a minute.
  cooldownMs: 30_000,
  // Discovery and keys together stay well within the 20 s that a request may take.
  timeoutMs: 5_000,
  // A key that the issuer withdraws stops serving within ten minutes.
  maxAgeMs: 600_000,
  // An issuer that is down for a day does not take the registry with it; after that, nobody knows whether its keys still hold.
  staleMs: 24 * 3_600_000,
}

/** 256 KiB: a set with a hundred RSA keys and their certificates fits; more is a mistake or an attack. */
const longestAnswer = 256 * 1024

/**
 * The keys of an OpenID Connect issuer: its discovery document names `jwks_uri`, and that the keys (OpenID Connect Discovery 1.0
 * section 4; RFC 7517). Nothing is fetched until the first token. Keys in hand keep serving while the issuer cannot be reached.
 * Throws a TypeError at once for an issuer that may not be used; later KeysUnavailable where a token's key cannot be known.
 */
export function remoteKeys(issuer: string, settings: KeySettings = {}): Keys {
  const { cooldownMs, timeoutMs, maxAgeMs, staleMs } = { ...defaults, ...settings }
  const discovery = discoveryUrl(issuer)
  let jwksUri: URL | undefined
  let held: { find: Keys; at: number } | undefined
  let attempt = Promise.resolve()
  // When the last attempt ended; later than any moment while one is under way.
  let attemptedAt = Number.NEGATIVE_INFINITY
  let failure: unknown

  const load = async () => {
    jwksUri ??= readJwksUri(issuer, await fetchJson(discovery, timeoutMs))
    held = { find: createLocalJWKSet((await fetchJson(jwksUri, timeoutMs)) as JSONWebKeySet), at: performance.now() }
    failure = undefined
  }
  // Everyone who needs newer keys waits for the one attempt under way; after it, nobody starts another until it has cooled down.
  const refresh = () => {
    if (performance.now() - attemptedAt >= cooldownMs) {
      attemptedAt = Number.POSITIVE_INFINITY
      attempt = load()
        .catch((cause) => {
          failure = cause
          jwksUri = undefined
        })
        .finally(() => {
          attemptedAt = performance.now()
        })
    }
    return attempt
  }
  const age = () => (held ? performance.now() - held.at : Number.POSITIVE_INFINITY)

  return async (header, token) => {
    if (age() > maxAgeMs) await refresh()
    if (!held || age() > staleMs) throw new KeysUnavailable(undefined, { cause: failure })
    try {
      return await held.find(header, token)
    } catch (cause) {
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause
    }
    await refresh()
    // The unknown key may be a new one: as long as the issuer does not answer, nobody can say that the token is wrong.
    if (failure) throw new KeysUnavailable(undefined, { cause: failure })
    return held.find(header, token)
  }
}

function discoveryUrl(issuer: string): URL {
  const { href } = issuerUrl(issuer)
  return new URL(`${href.replace(/\/$/, '')}/.well-known/openid-configuration`)
}

/**
 * Where an issuer says its keys are. Throws an Error for a document of another issuer, and for an address that is not https: http is
 * for an issuer on loopback with its keys there, so that no issuer elsewhere sends us to a service on this machine.
 */
export function readJwksUri(issuer: string, document: unknown): URL {
  const { issuer: named, jwks_uri: uri } = (document ?? {}) as { issuer?: unknown; jwks_uri?: unknown }
  if (named !== issuer) throw new Error(`the discovery document of ${issuer} is about another issuer`)
  if (typeof uri !== 'string' || !URL.canParse(uri)) throw new Error(`the discovery document of ${issuer} names no jwks_uri`)
  const url = new URL(uri)
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url) && isLoopback(new URL(issuer)))
  if (!allowed) throw new Error(`the jwks_uri of ${issuer} must use https`)
  return url
}

/** The time limit covers the whole answer, so that a slow body ends too. Redirects are refused: an issuer names its addresses itself. */
async function fetchJson(url: URL, timeoutMs: number): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${url.href} answered ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > longestAnswer) throw new Error(`${url.href} answered with more than ${longestAnswer} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}
