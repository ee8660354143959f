import { createHash, createPublicKey, verify } from 'node:crypto'
import { canonical } from './canonical.mjs'

/** Why something is not what it should be; the message says what. */
export class Wrong extends Error {}

/** The bytes of base64url in its one spelling: what decodes to the same bytes but is written otherwise is refused. */
function bytesOf(text) {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw new Wrong('is not base64url')
  return bytes
}

function jsonOf(bytes) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value = JSON.parse(text)
    if (canonical(value) === text) return value
  } catch {
    // Said below: whatever is wrong with it, it is not what the registry signs.
  }
  throw new Wrong('is not canonical JSON')
}

/** The thumbprint of a public P-256 key (RFC 7638). */
export const thumbprint = ({ crv, kty, x, y }) => createHash('sha256').update(canonical({ crv, kty, x, y })).digest('base64url')

/** The public keys of a JWK set by their thumbprints. Throws where one is no ES256 key, or goes by a name that is not its thumbprint. */
export function keysOf(set) {
  if (!Array.isArray(set?.keys)) throw new Wrong('holds no list of keys')
  return new Map(
    set.keys.map((key) => {
      if (key?.kty !== 'EC' || key.crv !== 'P-256' || typeof key.x !== 'string' || typeof key.y !== 'string')
        throw new Wrong('holds a key that is not of ES256')
      if (key.kid !== thumbprint(key)) throw new Wrong('holds a key that is not what its name says')
      const { kty, crv, x, y } = key
      for (const part of [x, y]) bytesOf(part)
      return [key.kid, { jwk: { kty, crv, x, y, kid: key.kid }, publicKey: createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }) }]
    }),
  )
}

/**
 * The payload of a compact JWS (RFC 7515) of this kind by one of these keys, with the name of the key. Throws Wrong where it is anything
 * else: another algorithm, more in the header, another spelling, a signature that does not fit.
 */
export function readJws(jws, kind, keys) {
  const parts = typeof jws === 'string' ? jws.split('.') : []
  if (parts.length !== 3) throw new Wrong('is no compact JWS')
  const [header, payload, signature] = parts.map(bytesOf)
  const { alg, kid, typ, ...more } = jsonOf(header) ?? {}
  if (alg !== 'ES256' || typ !== `handslag-${kind}+jws` || Object.keys(more).length > 0) throw new Wrong(`is not signed as a ${kind}`)
  const key = keys.get(kid)
  if (!key) throw new Wrong(`is signed with a key that is not trusted (${kid})`)
  const input = Buffer.from(jws.slice(0, jws.lastIndexOf('.')))
  if (!verify('sha256', input, { key: key.publicKey, dsaEncoding: 'ieee-p1363' }, signature))
    throw new Wrong('has a signature that does not fit')
  return { kid, payload: jsonOf(payload) }
}
