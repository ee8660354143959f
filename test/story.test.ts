import { afterAll, beforeAll, expect, it } from 'vitest'
import { startOwn } from '../src/cli/own-registry.ts'
import { Teller } from '../src/cli/teller.ts'
import { twoRounds } from '../src/cli/two-rounds.ts'
import { type FreshDatabase, freshDatabase } from './support/database.ts'

let fresh: FreshDatabase
let registry: Awaited<ReturnType<typeof startOwn>>

beforeAll(async () => {
  fresh = await freshDatabase()
  registry = await startOwn(await fresh.login(), fresh.url)
})

afterAll(async () => {
  await registry?.stop()
  await fresh?.drop()
})

it('an agreement goes through two rounds over a real socket, and every step answers as told', async () => {
  const told: string[] = []
  const teller = new Teller(registry.url, (line) => told.push(line))
  await twoRounds(teller)
  expect(teller.steps).toBeGreaterThan(60)
  expect(told.filter((line) => line.includes('✓'))).toContain('        ✓ version 2 is in force')
})

it('the story can be told again on the same registry: it leaves nothing in its own way', async () => {
  const teller = new Teller(registry.url, () => undefined)
  await expect(twoRounds(teller)).resolves.toMatch(/^[0-9a-f-]{36}$/)
})
