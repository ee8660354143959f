import { afterAll, beforeAll, expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { aWitness, differences, type Witness } from './evidence.ts'
import { aGround, everyEnding, type Ground } from './ground.ts'
import { meetings } from './meetings.ts'

let registry: Registry
let witness: Witness
let ground: Ground
beforeAll(async () => {
  registry = await aRegistry()
  witness = aWitness(registry.fresh.url)
  ground = await aGround(registry, witness)
})
afterAll(async () => {
  await witness?.close()
  await registry?.close()
})

const counted = { orders: 0, waited: 0, violations: 0 }

test.each(meetings)('$name: in no order of their messages $never', { timeout: 120_000 }, async (meeting) => {
  const endings = await everyEnding(ground, meeting)
  counted.orders += endings.length
  counted.waited += endings.filter(({ waited }) => waited).length
  counted.violations += endings.reduce((sum, { violations }) => sum + violations.length, 0)
  for (const { violations, words } of endings) expect(violations, words).toEqual([])
  // Each is done by whoever comes first, and all end as one after the other.
  const serial = endings.filter((ending) => ending.serial)
  expect(serial.length).toBeGreaterThan(1)
  for (const nth of serial[0]?.told.keys() ?? []) expect(endings.map(({ told }) => told[nth])).toContain('changed')
  const words = new Set(serial.map((ending) => ending.words))
  for (const ending of endings) expect(words, ending.told.join(', ')).toContain(ending.words)
})

test('the tables equal those made anew from the ledger', { timeout: 60_000 }, async ({ task }) => {
  expect(await differences(witness)).toEqual([])
  note(task, {
    'what meets': meetings.length,
    'orders of messages': counted.orders,
    'orders in which one waited for another': counted.waited,
    'violations': counted.violations,
  })
})
