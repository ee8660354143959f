import { hkdfSync, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from 'jose'

/** ES256: signatures of 64 bytes and keys that are made in a millisecond, in every JOSE library (RFC 7518 section 3.4). */
export const signingAlgorithm = 'ES256'

/**
 * `kid` is the key's thumbprint (RFC 7638), so that one key never has two names; `jwks` holds the public key only. `derive` gives 32
 * secret bytes for a purpose (HKDF-SHA-256, RFC 5869): the same wherever this key is, and telling nothing about it.
 */
type SigningKey = { kid: string; privateKey: CryptoKey; jwks: JSONWebKeySet; derive: (purpose: string) => Uint8Array }

/**
 * The ES256 key in a file, made when there is none (mode 600, in a directory of mode 700). Processes that start at the same time
 * end with the same key. Throws an Error that says what to do with a file that is no key, or that others may read.
 */
export async function loadSigningKey(keyFile: string): Promise<SigningKey> {
  const text = (await readIfThere(keyFile)) ?? (await createKeyFile(keyFile))
  await checkMode(keyFile)
  return parseSigningKey(text).catch((cause) => {
    throw new Error(`${keyFile} holds no ${signingAlgorithm} key: put its backup back, or move it away to begin with a new key`, { cause })
  })
}

async function parseSigningKey(text: string): Promise<SigningKey> {
  const { kty, crv, x, y, d } = JSON.parse(text) as JWK
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y || !d) throw new TypeError('no private P-256 key')
  const bare = { kty, crv, x, y }
  const kid = await calculateJwkThumbprint(bare)
  const privateKey = (await importJWK({ ...bare, d }, signingAlgorithm)) as CryptoKey
  const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', `handslag ${purpose}`, 32))
  return { kid, privateKey, jwks: { keys: [{ ...bare, kid, alg: signingAlgorithm, use: 'sig' }] }, derive }
}

/** Writes a new key beside its place and links it there: the link is made whole or not at all, and never over a key of another process. */
async function createKeyFile(keyFile: string): Promise<string> {
  const directory = dirname(keyFile)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const draft = join(directory, `.${basename(keyFile)}.${randomUUID()}`)
  const { privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true })
  await writeDurably(draft, `${JSON.stringify(await exportJWK(privateKey), null, 2)}\n`)
  try {
    await link(draft, keyFile).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await unlink(draft)
  }
  await syncDirectory(directory)
  return readFile(keyFile, 'utf8')
}

/** Nothing may be signed with a key that a power cut can take away. */
async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return // a directory cannot be opened there
  const handle = await open(directory)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const readIfThere = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })

/** Reading by the group is borne, because that is how Kubernetes hands a secret to a process that is not root. */
async function checkMode(file: string): Promise<void> {
  if (process.platform === 'win32') return // it has no such modes
  const { mode } = await stat(file)
  if (mode & 0o027) throw new Error(`${file} holds a private key that others can get at: chmod 600 it, and replace it if they may have`)
}
