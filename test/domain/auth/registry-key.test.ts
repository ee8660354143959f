import { createPrivateKey, createPublicKey, type JsonWebKey, verify as verifySignature } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalIssuer } from '../../../src/auth/local-issuer.ts'
import { InvalidSignature, loadRegistryKey, type RegistryKey, refuseOtherKey } from '../../../src/auth/registry-key.ts'
import { encode, type ForgeKey, forge, makeKey } from './forge.ts'

let directory: string
let keyFile: string
let key: RegistryKey
let own: ForgeKey

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  keyFile = join(directory, 'registry.json')
  key = await loadRegistryKey(keyFile)
  // The registry's own private key, to sign what the registry would not.
  const jwk = JSON.parse(await readFile(keyFile, 'utf8')) as JsonWebKey
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' })
  own = { kid: key.kid, privateKey, publicKey: createPublicKey(privateKey), jwk: { ...jwk, kid: key.kid } }
})
afterAll(() => rm(directory, { recursive: true }))

const version = { number: 3, title: 'Één gezin, één plan', validUntil: '2026-12-31', parties: [{ b: 1, a: 2 }] }
const header = () => ({ alg: 'ES256', kid: key.kid, typ: 'handslag-version+jws' })

test('what is derived from the key is the same in every process that has it, and another thing for another purpose', async () => {
  const elsewhere = await loadRegistryKey(keyFile)
  const other = await loadRegistryKey(join(directory, 'other.json'))
  expect(elsewhere.derive('cursors')).toEqual(key.derive('cursors'))
  const derived = [key.derive('cursors'), key.derive('something else'), other.derive('cursors')].map((bytes) =>
    Buffer.from(bytes).toString('hex'),
  )
  expect(new Set(derived).size).toBe(3)
  expect(derived[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(Buffer.from(String(own.jwk.d), 'base64url').toString('hex')).not.toBe(derived[0])
})

describe('what the registry signs', () => {
  test('comes back as it was, also after a restart', async () => {
    const jws = await key.sign(version)
    expect(await (await loadRegistryKey(keyFile)).verify(jws)).toEqual(version)
  })

  test('is canonical JSON, named by key and kind', async () => {
    const [head = '', body = ''] = (await key.sign(version)).split('.')
    const text = (part: string) => Buffer.from(part, 'base64url').toString()
    expect(JSON.parse(text(head))).toEqual(header())
    expect(text(body)).toBe('{"number":3,"parties":[{"a":2,"b":1}],"title":"Één gezin, één plan","validUntil":"2026-12-31"}')
  })

  test('can be checked by anybody with the public key and no part of this code', async () => {
    const jws = await key.sign(version)
    const [published] = key.jwks().keys
    const publicKey = createPublicKey({ key: published as JsonWebKey, format: 'jwk' })
    const input = Buffer.from(jws.slice(0, jws.lastIndexOf('.')))
    const signature = Buffer.from(jws.slice(jws.lastIndexOf('.') + 1), 'base64url')
    expect(verifySignature('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
    expect(published).toMatchObject({ kid: key.kid, alg: 'ES256', use: 'sig' })
    expect(published).not.toHaveProperty('d')
    await expect(importJWK(published ?? {}, 'ES256')).resolves.toMatchObject({ type: 'public' })
  })

  test('must be something that JSON can say exactly', async () => {
    await expect(key.sign({ title: 'half \ud800' })).rejects.toThrow()
    await expect(key.sign({ number: Number.NaN })).rejects.toThrow()
    await expect(key.sign({ number: 1n })).rejects.toThrow()
  })
})

describe('a registry goes on with the key that signed its log', () => {
  const checkpoint = () => key.sign({ size: 1 }, 'checkpoint')

  test('and with any where nothing was signed yet', () => {
    expect(() => refuseOtherKey({ kid: 'another' }, undefined, undefined)).not.toThrow()
  })

  test('and with no other: a lost key, or one of its own on a second machine, stops the start in words that say what to do', async () => {
    const last = await checkpoint()
    expect(() => refuseOtherKey(key, last, undefined)).not.toThrow()
    expect(() => refuseOtherKey({ kid: 'another' }, last, undefined)).toThrow(`REPLACED_KEY=${key.kid}`)
    expect(() => refuseOtherKey({ kid: 'another' }, last, 'some other')).toThrow('Put keys/registry.json back')
  })

  test('but for one that was replaced on purpose', async () => {
    expect(() => refuseOtherKey({ kid: 'another' }, undefined, key.kid)).not.toThrow()
    const last = await checkpoint()
    expect(() => refuseOtherKey({ kid: 'another' }, last, key.kid)).not.toThrow()
  })
})

describe('a signature is refused', () => {
  test.each<[rule: string, jws: () => string | Promise<string>]>([
    ["with a stranger's key under the registry's name", () => forge(header(), '{"a":1}', makeKey(key.kid))],
    [
      "with a stranger's key in the header",
      () => {
        const stranger = makeKey(key.kid)
        return forge({ ...header(), jwk: stranger.jwk }, '{"a":1}', stranger)
      },
    ],
    ['without a signature', () => `${encode({ ...header(), alg: 'none' })}.${encode('{"a":1}')}.`],
    ['by the public key as a secret', () => forge({ ...header(), alg: 'HS256' }, '{"a":1}', own, 'HS256 with the public JWK')],
    ['over something that is no version', () => forge({ ...header(), typ: 'at+jwt' }, '{"a":1}', own)],
    ['that does not name its kind', () => forge({ alg: 'ES256', kid: key.kid }, '{"a":1}', own)],
    ['that does not name its key', () => forge({ alg: 'ES256', typ: 'handslag-version+jws' }, '{"a":1}', own)],
    ['with more in its header than the registry writes', () => forge({ ...header(), crit: ['b64'], b64: true }, '{"a":1}', own)],
    ['over names in another order', () => forge(header(), '{"b":1,"a":1}', own)],
    ['over a name that occurs twice', () => forge(header(), '{"a":1,"a":1}', own)],
    ['over spaces', () => forge(header(), '{"a": 1}', own)],
    ['over a byte order mark', () => forge(header(), '\ufeff{"a":1}', own)],
    ['over no object', () => forge(header(), '1', own)],
    ['over no JSON', () => forge(header(), 'hello', own)],
    [
      'over a payload that was put in its place',
      async () => {
        const [head, , signature] = (await key.sign(version)).split('.')
        return `${head}.${encode({ ...version, number: 4 })}.${signature}`
      },
    ],
    ['that is no signature', () => 'hello'],
  ])('%s', async (_rule, jws) => {
    await expect(key.verify(await jws())).rejects.toBeInstanceOf(InvalidSignature)
  })

  test('for its own fault only: the same without the change is accepted', async () => {
    expect(await key.verify(forge(header(), '{"a":1}', own))).toEqual({ a: 1 })
  })

  test('when any one letter of it is changed', async () => {
    const jws = await key.sign({ a: 1 })
    // The last letter of a base64url text may carry bits that mean nothing, so it is left alone.
    for (let at = 0; at < jws.length - 1; at += 1) {
      const changed = `${jws.slice(0, at)}${jws[at] === 'A' ? 'B' : 'A'}${jws.slice(at + 1)}`
      await expect(key.verify(changed), `letter ${at}`).rejects.toBeInstanceOf(InvalidSignature)
    }
  })

  test('when it is an access token, even one that was signed with the very same key', async () => {
    const issuer = 'http://localhost:3000'
    const local = await createLocalIssuer({ issuer, audience: issuer, keyFile })
    await expect(key.verify(await local.issue({ subject: 'annet', scopes: [] }))).rejects.toBeInstanceOf(InvalidSignature)
  })
})
