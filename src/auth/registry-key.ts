import { CompactSign, type CompactVerifyResult, compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { canonical } from '../domain/digest.ts'
import { loadSigningKey, signingAlgorithm } from './key-file.ts'

/** Says what is signed, so that a version's signature never passes for something else (RFC 8725 section 3.11). */
const typ = 'handslag-version+jws'

/** Not signed by this registry's key, or not what was signed. */
export class InvalidSignature extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'InvalidSignature'
  }
}

export type RegistryKey = {
  kid: string
  jwks: () => JSONWebKeySet
  sign: (payload: object) => Promise<string>
  verify: (jws: string) => Promise<object>
}

/**
 * The key with which the registry signs adopted versions (docs/domain.md#versions). `sign` gives a compact JWS (RFC 7515) over the
 * payload's canonical JSON (RFC 8785), and throws on what JSON cannot say; `verify` gives the payload back, or throws InvalidSignature.
 */
export async function loadRegistryKey(keyFile: string): Promise<RegistryKey> {
  const { kid, privateKey, jwks } = await loadSigningKey(keyFile)
  const keys = createLocalJWKSet(jwks)

  return {
    kid,
    jwks: () => structuredClone(jwks),
    sign: async (payload) =>
      new CompactSign(new TextEncoder().encode(canonical(payload)))
        .setProtectedHeader({ alg: signingAlgorithm, kid, typ })
        .sign(privateKey),
    verify: async (jws) => {
      const signed = await compactVerify(jws, keys, { algorithms: [signingAlgorithm] }).catch((cause) => {
        throw new InvalidSignature('the signature is not by this registry', { cause })
      })
      return readPayload(signed, kid)
    },
  }
}

/** Takes exactly what `sign` makes: its three header parameters, and an object in canonical form. */
function readPayload({ protectedHeader, payload }: CompactVerifyResult, kid: string): object {
  if (canonical(protectedHeader) !== canonical({ alg: signingAlgorithm, kid, typ })) {
    throw new InvalidSignature('the signature is not over a version')
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && canonical(value) === text) return value
  } catch (cause) {
    throw new InvalidSignature('what was signed is no JSON', { cause })
  }
  throw new InvalidSignature('what was signed is not in canonical form')
}
