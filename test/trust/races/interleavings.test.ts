import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chain } from '../../../src/store/ledger.ts'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { check, type Violation } from './checker.ts'
import { aWitness, differences, type Witness } from './evidence.ts'
import { answerOf, type Ending, everyOrder } from './pairs.ts'
import { type Act, acts, type World, worlds } from './worlds.ts'

let registry: Registry
let witness: Witness
let tables: World[]
beforeAll(async () => {
  registry = await aRegistry()
  witness = aWitness(registry.fresh.url)
  tables = await worlds(registry, (id) => chain(witness.pool, id))
})
afterAll(async () => {
  await witness?.close()
  await registry?.close()
})

const pairs = acts.flatMap((one, nth) => acts.slice(nth).map((other): [Act, Act] => [one, other]))
// Three at once, where what the third finds depends on both others.
const triples: [string, Act, Act, Act][] = [
  ['ready to adopt', 'adopt', 'withdraw a mandate', 'edit the text'],
  ['ready to adopt', 'take a stance', 'adopt', 'close a meeting'],
  ['waiting for a renewal', 'renew a mandate', 'adopt', 'close a meeting'],
]

const counted = { orders: 0, waited: 0, violations: 0 }
const done = new Set<string>()

/** Tries every order, and gives what must not have come of it. */
async function tried(world: World, together: readonly Act[]): Promise<Ending[]> {
  const { endings, people } = await everyOrder(registry, witness, world, together)
  const violations: Violation[] = endings.flatMap(({ operations, evidence }) =>
    check(operations, { agreements: [evidence], rebuilt: [], people }),
  )
  counted.orders += endings.length
  counted.waited += endings.filter(({ waited }) => waited).length
  counted.violations += violations.length
  for (const { operations } of endings) for (const operation of operations) done.add(answerOf(operation))
  expect(violations).toEqual([])
  const serial = endings.filter((ending) => ending.serial)
  expect(serial.length).toBeGreaterThanOrEqual(together.length)
  const words = new Set(serial.map((ending) => ending.words))
  for (const ending of endings) expect(words, ending.operations.map(answerOf).join(', ')).toContain(ending.words)
  return endings
}

describe.each(pairs)('%s and %s at the same instant end as one after the other', (one, other) => {
  test.each(['ready to adopt', 'waiting for a renewal', 'reflected'])('where the table is %s', async (name) => {
    for (const world of tables.filter((table) => table.name === name)) {
      const endings = await tried(world, [one, other])
      // Two that begin at once do meet: the one waits for the other in every order but the two serial ones.
      expect(endings.filter(({ waited }) => waited).length).toBe(endings.length - 2)
    }
  })
})

test.each(triples)(
  'three at the same instant end as one after the other: %s, %s, %s and %s',
  { timeout: 60_000 },
  async (name, ...together) => {
    for (const world of tables.filter((table) => table.name === name)) await tried(world, together)
  },
)

test('all of it was really done, and the tables equal those made anew from the ledger', { timeout: 60_000 }, async ({ task }) => {
  for (const kind of ['adopt', 'take-stance', 'withdraw-mandate', 'renew-mandate', 'close-meeting', 'close-round', 'edit-text'])
    expect(done).toContain(`${kind}: done`)
  const rebuilt = await differences(witness)
  expect(rebuilt).toEqual([])
  note(task, {
    'pairs': pairs.length * tables.length,
    'triples': triples.length,
    'orders of messages': counted.orders,
    'orders in which one waited for another': counted.waited,
    'different answers': done.size,
    'violations': counted.violations,
  })
})
