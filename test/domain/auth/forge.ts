import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'

// Tokens are made with node:crypto, letter by letter, so that the check under test never judges its own library's work.

type Kind = 'ES256' | 'RS256' | 'RS256 too short' | 'Ed25519'
export type ForgeKey = { kid: string; privateKey: KeyObject; publicKey: KeyObject; jwk: JsonWebKey & { kid: string } }

const pairs = {
  'ES256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'RS256': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RS256 too short': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'Ed25519': () => generateKeyPairSync('ed25519'),
}

export function makeKey(kid: string, kind: Kind = 'ES256'): ForgeKey {
  const { privateKey, publicKey } = pairs[kind]()
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid } }
}

/** A part of a token: an object, or text or bytes that JSON.stringify would never write. */
type Part = object | string | Uint8Array
export const encode = (part: Part) =>
  (part instanceof Uint8Array ? Buffer.from(part) : Buffer.from(typeof part === 'string' ? part : JSON.stringify(part))).toString(
    'base64url',
  )

const signatures: Record<string, (input: Buffer, key: ForgeKey) => Buffer> = {
  'ES256': (input, { privateKey }) => sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  'ES256 in DER': (input, { privateKey }) => sign('sha256', input, { key: privateKey, dsaEncoding: 'der' }),
  'RS256': (input, { privateKey }) => sign('sha256', input, privateKey),
  'RS512': (input, { privateKey }) => sign('sha512', input, privateKey),
  'PS256': (input, { privateKey }) => sign('sha256', input, { key: privateKey, padding: 6, saltLength: 32 }), // 6: RSA_PKCS1_PSS_PADDING
  'EdDSA': (input, { privateKey }) => sign(null, input, privateKey),
  'HS256 with the public PEM': (input, { publicKey }) =>
    createHmac('sha256', publicKey.export({ format: 'pem', type: 'spki' }))
      .update(input)
      .digest(),
  'HS256 with the public JWK': (input, { jwk }) => createHmac('sha256', JSON.stringify(jwk)).update(input).digest(),
}

/** Signs any header over any claims in the named manner, whatever the header says. */
export function forge(header: Part, claims: Part, key: ForgeKey, manner = 'ES256'): string {
  const input = `${encode(header)}.${encode(claims)}`
  const signature = signatures[manner]?.(Buffer.from(input), key)
  if (!signature) throw new Error(`no such manner: ${manner}`)
  return `${input}.${signature.toString('base64url')}`
}

/** A body that JSON.stringify would refuse or change: the claims with one member written by hand. */
export const withRaw = (claims: object, member: string) => `${JSON.stringify(claims).slice(0, -1)},${member}}`
