import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSigningKey } from '../../../src/auth/key-file.ts'
import { makeKey } from './forge.ts'

let directory: string
let keyFile: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  keyFile = join(directory, 'new', 'deep', 'key.json')
})
afterEach(() => rm(directory, { recursive: true }))

describe('where there is no key', () => {
  test('one is made that only its owner can read, in directories that only its owner can enter', async () => {
    await loadSigningKey(keyFile)
    const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    expect(await mode(keyFile)).toBe('600')
    expect(await mode(join(directory, 'new', 'deep'))).toBe('700')
    expect(await mode(join(directory, 'new'))).toBe('700')
  })

  test('twenty that start at once end with the same key, and leave nothing else behind', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadSigningKey(keyFile)))
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1)
    expect(await readdir(join(directory, 'new', 'deep'))).toEqual(['key.json'])
  })

  test('processes that start at once end with the same key', async () => {
    const source = new URL('../../../src/auth/key-file.ts', import.meta.url).href
    const script = `const { loadSigningKey } = await import('${source}'); console.log((await loadSigningKey('${keyFile}')).kid)`
    const run = () => promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script])
    const kids = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout.trim())
    expect(kids).toEqual(Array(3).fill((await loadSigningKey(keyFile)).kid))
  })
})

describe('where there is a key', () => {
  test('it is used, and not written again', async () => {
    const made = await loadSigningKey(keyFile)
    const text = await readFile(keyFile, 'utf8')
    expect((await loadSigningKey(keyFile)).kid).toBe(made.kid)
    expect(await readFile(keyFile, 'utf8')).toBe(text)
  })

  test('its name is its thumbprint, whatever else the file says', async () => {
    const { kid } = await loadSigningKey(keyFile)
    await writeFile(keyFile, JSON.stringify({ ...JSON.parse(await readFile(keyFile, 'utf8')), kid: 'boss', use: 'enc' }))
    expect((await loadSigningKey(keyFile)).kid).toBe(kid)
  })

  test('the private part stays inside: the public set lacks it and the key in memory cannot be taken out', async () => {
    const { jwks, privateKey } = await loadSigningKey(keyFile)
    expect(jwks.keys[0]).not.toHaveProperty('d')
    expect(privateKey.extractable).toBe(false)
  })

  test.each([0o604, 0o602, 0o601, 0o620, 0o644, 0o666])('it is refused when others can get at it (mode %o)', async (mode) => {
    await loadSigningKey(keyFile)
    await chmod(keyFile, mode)
    await expect(loadSigningKey(keyFile)).rejects.toThrow(/chmod 600/)
  })

  test('it may be a secret that the group can read and nobody can write', async () => {
    const { kid } = await loadSigningKey(keyFile)
    await chmod(keyFile, 0o440)
    expect((await loadSigningKey(keyFile)).kid).toBe(kid)
  })

  const [one, other] = [makeKey('one'), makeKey('other')].map(({ privateKey }) => privateKey.export({ format: 'jwk' }))
  test.each([
    ['empty', ''],
    ['cut off', JSON.stringify(one).slice(0, 40)],
    ['null', 'null'],
    ['a public key', JSON.stringify({ ...one, d: undefined })],
    ['a key of another kind', JSON.stringify(makeKey('rsa', 'RS256').privateKey.export({ format: 'jwk' }))],
    ['halves of two keys', JSON.stringify({ ...one, d: other?.d })],
  ])('a file that is %s is refused in plain words, and stays as it is', async (_what, text) => {
    await loadSigningKey(keyFile)
    await writeFile(keyFile, text)
    await expect(loadSigningKey(keyFile)).rejects.toThrow(`${keyFile} holds no ES256 key`)
    expect(await readFile(keyFile, 'utf8')).toBe(text)
  })
})
