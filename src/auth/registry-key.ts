import { CompactSign, type CompactVerifyResult, compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import { canonical } from '../domain/digest.ts'
import { type SignedKind, TreeHead } from '../domain/proof.ts'
import { loadSigningKey, signingAlgorithm } from './key-file.ts'

/** Says what is signed, so that a version's signature never passes for something else (RFC 8725 section 3.11). */
const typOf = (kind: SignedKind) => `handslag-${kind}+jws`

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
  sign: (payload: object, kind?: SignedKind) => Promise<string>
  verify: (jws: string, kind?: SignedKind) => Promise<object>
  /** 32 secret bytes for a purpose, the same in every process that has this key. */
  derive: (purpose: string) => Uint8Array
}

/**
 * The key with which the registry signs adopted versions (docs/domain.md#versions) and proof (docs/architecture.md#proof). `sign` gives a
 * compact JWS (RFC 7515) over the payload's canonical JSON (RFC 8785), and throws on what JSON cannot say; `verify` gives the payload
 * back, or throws InvalidSignature. Both are about a version where no kind is named.
 */
export async function loadRegistryKey(keyFile: string): Promise<RegistryKey> {
  const { kid, privateKey, jwks, derive } = await loadSigningKey(keyFile)
  const keys = createLocalJWKSet(jwks)

  return {
    kid,
    jwks: () => structuredClone(jwks),
    derive,
    sign: async (payload, kind = 'version') =>
      new CompactSign(new TextEncoder().encode(canonical(payload)))
        .setProtectedHeader({ alg: signingAlgorithm, kid, typ: typOf(kind) })
        .sign(privateKey),
    verify: async (jws, kind = 'version') => {
      const signed = await compactVerify(jws, keys, { algorithms: [signingAlgorithm] }).catch((cause) => {
        throw new InvalidSignature('the signature is not by this registry', { cause })
      })
      return readPayload(signed, kid, kind)
    },
  }
}

/** Takes exactly what `sign` makes: its three header parameters, and an object in canonical form. */
function readPayload({ protectedHeader, payload }: CompactVerifyResult, kid: string, kind: SignedKind): object {
  if (canonical(protectedHeader) !== canonical({ alg: signingAlgorithm, kid, typ: typOf(kind) })) {
    throw new InvalidSignature(`the signature is not over a ${kind}`)
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

/**
 * Refuses to go on with another key than the one that signed the last checkpoint: one that was lost, or that this process has of its own,
 * would make receipts and versions that the others' keys do not vouch for. `replaced` names a key that was replaced on purpose.
 */
export function refuseOtherKey({ kid }: Pick<RegistryKey, 'kid'>, lastCheckpoint: string | undefined, replaced: string | undefined): void {
  const signer = lastCheckpoint && decodeProtectedHeader(lastCheckpoint).kid
  if (!signer || signer === kid || signer === replaced) return
  throw new Error(
    `What this registry recorded was last signed with the key ${signer}, and the key here is ${kid}. Put keys/registry.json back, the same ` +
      `for every process; or, where it was replaced on purpose, set REPLACED_KEY=${signer} (docs/operations.md#the-keys-directory).`,
  )
}

/**
 * How the sequencer signs the log, and reads back what it signed: `read` gives nothing for a checkpoint of another key, such as the one
 * before this, and throws InvalidSignature for what only says that it is this one's.
 */
export const checkpointSigning = ({ kid, sign, verify }: RegistryKey) => ({
  sign: (tree: Omit<TreeHead, 'registry'>): Promise<string> => sign({ registry: kid, ...tree }, 'checkpoint'),
  read: async (jws: string): Promise<TreeHead | undefined> => {
    if (decodeProtectedHeader(jws).kid !== kid) return undefined
    return TreeHead.parse(await verify(jws, 'checkpoint'))
  },
})
