import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalIssuer } from '../../../src/auth/local-issuer.ts'
import { createVerifier, InvalidToken } from '../../../src/auth/token.ts'

const issuer = 'http://localhost:3000/local-issuer'
const audience = 'http://localhost:3000'
let directory: string
let keyFile: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'handslag-test-'))
  keyFile = join(directory, 'keys', 'issuer.json')
})
afterAll(() => rm(directory, { recursive: true }))

const start = () => createLocalIssuer({ issuer, audience, keyFile })

test('its tokens pass the check that every token passes', async () => {
  const local = await start()
  const verify = createVerifier({ issuer, audience, keys: local.keys })
  const token = await local.issue({ subject: 'annet', clientId: 'demo', scopes: ['handslag:write', 'handslag:read'] })
  expect(await verify(token)).toEqual({ issuer, subject: 'annet', clientId: 'demo', scopes: ['handslag:read', 'handslag:write'] })
  expect(await verify(await local.issue({ subject: 'bram', scopes: [] }))).toEqual({ issuer, subject: 'bram', scopes: [] })
})

test('its tokens survive a restart, because its key does', async () => {
  const token = await (await start()).issue({ subject: 'annet', scopes: ['handslag:read'] })
  const restarted = await start()
  expect((await createVerifier({ issuer, audience, keys: restarted.keys })(token)).subject).toBe('annet')
})

test('another local issuer does not know its tokens', async () => {
  const token = await (await start()).issue({ subject: 'annet', scopes: [] })
  const other = await createLocalIssuer({ issuer, audience, keyFile: join(directory, 'other.json') })
  await expect(createVerifier({ issuer, audience, keys: other.keys })(token)).rejects.toMatchObject({ code: 'invalid' })
})

test('its tokens are for one audience only', async () => {
  const local = await start()
  const verify = createVerifier({ issuer, audience: 'http://localhost:4000', keys: local.keys })
  await expect(verify(await local.issue({ subject: 'annet', scopes: [] }))).rejects.toBeInstanceOf(InvalidToken)
})

test('a token lives an hour, or as long as was asked up to six hours', async () => {
  const local = await start()
  const life = async (lifetimeSeconds?: number) => {
    const token = await local.issue({ subject: 'annet', scopes: [], ...(lifetimeSeconds !== undefined && { lifetimeSeconds }) })
    const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return exp - iat
  }
  expect(await life()).toBe(3600)
  expect(await life(1)).toBe(1)
  expect(await life(6 * 3600)).toBe(6 * 3600)
  for (const wrong of [0, -1, 1.5, Number.NaN, 6 * 3600 + 1]) await expect(life(wrong)).rejects.toBeInstanceOf(RangeError)
})

test('it shows its public key only', async () => {
  const { keys } = (await start()).jwks()
  expect(keys).toHaveLength(1)
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
})

test.each(['http://192.168.1.2:3000', 'https://registry.example', 'http://localhost.example'])(
  'it works on loopback only, not as %s',
  async (elsewhere) => {
    await expect(createLocalIssuer({ issuer: elsewhere, audience, keyFile })).rejects.toBeInstanceOf(TypeError)
  },
)

test.each(['http://127.0.0.1:3000', 'http://[::1]:3000/issuer'])('it works on loopback: %s', async (here) => {
  expect((await createLocalIssuer({ issuer: here, audience, keyFile })).issuer).toBe(here)
})
