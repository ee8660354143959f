import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedDemo } from '../../src/actions/demo.ts'
import type { Deps } from '../../src/actions/deps.ts'
import { loadRegistryKey } from '../../src/auth/registry-key.ts'
import { newId } from '../../src/store/new-id.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { note } from '../support/figures.ts'

const issuer = 'http://127.0.0.1:8080/demo'
let fresh: FreshDatabase
let directory: string
let deps: Deps
beforeAll(async () => {
  ;[fresh, directory] = await Promise.all([freshDatabase(), mkdtemp(join(tmpdir(), 'handslag-test-'))])
  const key = await loadRegistryKey(join(directory, 'registry.json'))
  deps = { database: fresh.database, newId, sign: key.sign, signingKeys: key.jwks }
})
afterAll(async () => {
  await fresh.drop()
  await rm(directory, { recursive: true, force: true })
})

const counts = async () =>
  (
    await fresh.owner.query(`select count(*)::int as enrolled, count(distinct person_id)::int as people,
      count(distinct organisation_id)::int as organisations, (select count(*)::int from exchange_programmes) as programmes,
      (select count(distinct doc->>'name')::int from people p where p.id in (select person_id from exchange_enrolments)) as names
      from exchange_enrolments`)
  ).rows[0]
const seed = async () => {
  const begun = performance.now()
  await seedDemo(deps, issuer)
  return Math.round(performance.now() - begun)
}

test('a start that was broken off is finished by the next one', async () => {
  let left = 120
  const newIdUntil = () => {
    left -= 1
    if (left === 0) throw new Error('the power went')
    return newId()
  }
  await expect(seedDemo({ ...deps, newId: newIdUntil }, issuer)).rejects.toThrow('the power went')
  const { enrolled } = await counts()
  expect(enrolled).toBeGreaterThan(0)
  expect(enrolled).toBeLessThan(75)
})

test('the demonstration has a programme with 75 people of 13 organisations, made once', async ({ task }) => {
  const expected = { enrolled: 75, people: 75, organisations: 13, programmes: 1, names: 75 }
  const first = await seed()
  expect(await counts()).toEqual(expected)
  const again = await seed()
  expect(await counts()).toEqual(expected)
  note(task, { 'filling, ms': first, 'once more, ms': again })
})
