import { randomUUID } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, SignJWT } from 'jose'
import type { Scope } from '../domain/identity.ts'
import { isLoopback, issuerUrl } from './issuer-url.ts'
import { loadSigningKey, signingAlgorithm } from './key-file.ts'
import type { Keys } from './token.ts'

type LocalIssuerOptions = { issuer: string; audience: string; keyFile: string }

/** One hour: the life of a person's token under the NL GOV OAuth profile ("Token Lifetimes"), which knows none over six hours. */
const usualSeconds = 3600
const longestSeconds = 6 * 3600

type TokenRequest = { subject: string; clientId?: string; scopes: readonly Scope[]; lifetimeSeconds?: number }

export type LocalIssuer = {
  issuer: string
  keys: Keys
  jwks: () => JSONWebKeySet
  issue: (request: TokenRequest) => Promise<string>
}

/**
 * The issuer of a registry that has no other: on loopback only, for trying out and for tests. It asks nobody for a password, so
 * it throws a TypeError for an issuer elsewhere. Its tokens (RFC 9068) pass the same check as anybody's and survive a restart.
 */
export async function createLocalIssuer({ issuer, audience, keyFile }: LocalIssuerOptions): Promise<LocalIssuer> {
  if (!isLoopback(issuerUrl(issuer))) throw new TypeError(`the local issuer works on loopback only, not as "${issuer}"`)
  const { kid, privateKey, jwks } = await loadSigningKey(keyFile)

  return {
    issuer,
    keys: createLocalJWKSet(jwks),
    jwks: () => structuredClone(jwks),
    issue: async ({ subject, clientId, scopes, lifetimeSeconds = usualSeconds }) => {
      if (!Number.isInteger(lifetimeSeconds) || lifetimeSeconds < 1 || lifetimeSeconds > longestSeconds) {
        throw new RangeError(`a token lives 1 to ${longestSeconds} seconds`)
      }
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({ scope: scopes.join(' '), ...(clientId !== undefined && { client_id: clientId }) })
        .setProtectedHeader({ alg: signingAlgorithm, kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setSubject(subject)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(now + lifetimeSeconds)
        .setJti(randomUUID())
        .sign(privateKey)
    },
  }
}
