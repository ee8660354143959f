import { afterAll, beforeAll, expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { check, invariants } from './checker.ts'
import { clash } from './clients.ts'
import { aWitness, differences, evidenceOf, peopleOf, type Witness } from './evidence.ts'

let registry: Registry
let witness: Witness
beforeAll(async () => {
  registry = await aRegistry()
  witness = aWitness(registry.fresh.url)
})
afterAll(async () => {
  await witness?.close()
  await registry?.close()
})

// RACES names another number of calls: a long run has millions.
const operations = Number(process.env.RACES ?? 20_000)

test('whatever 32 clients do at once to a few agreements, it is as if they had done it one after the other', async ({ task }) => {
  const began = performance.now()
  // 4 agreements: hot, so that every one of them has eight clients at it all the time. 0.6: a third of the calls and more are writes.
  const run = { clients: 32, overHttp: 4, operations, agreements: 4, reads: 0.6, seed: 2026 }
  const { history, baselines } = await clash(registry, run)
  const seconds = (performance.now() - began) / 1000
  const agreements = await Promise.all([...baselines].map(([id, baseline]) => evidenceOf(witness, id, baseline)))
  const people = await peopleOf(witness)
  const rebuilt = await differences(witness)
  const violations = check(history, { agreements, rebuilt, people })
  expect(violations.slice(0, 20)).toEqual([])

  const count = (...kinds: string[]) => history.filter(({ outcome }) => kinds.includes(outcome.is)).length
  const writes = history.filter(({ request }) => request !== undefined).length
  const done = new Set(history.flatMap(({ request, outcome }) => (request && outcome.is === 'changed' ? [request.kind] : [])))
  expect(history.length).toBe(operations)
  expect(writes).toBeGreaterThan(operations / 3)
  expect(count('failed')).toBe(0)
  for (const kind of ['adopt', 'take-stance', 'withdraw-mandate', 'renew-mandate', 'close-meeting', 'close-round', 'edit-text'])
    expect(done).toContain(kind)
  const versions = agreements.reduce((sum, { versions }) => sum + versions.length, 0)
  expect(versions).toBeGreaterThan(agreements.length)
  note(task, {
    'operations checked': history.length,
    'clients': run.clients,
    'of which over sockets': run.overHttp,
    'agreements': agreements.length,
    'writes': writes,
    'changes recorded': count('changed'),
    'refusals, each explained by a state of that time': count('refused'),
    'answers unknown': count('unknown'),
    'reads': history.length - writes,
    'versions adopted': versions,
    'entries replayed': agreements.reduce((sum, { entries }) => sum + entries.length, 0),
    'seconds of clients': seconds.toFixed(1),
    'operations per second': Math.round(operations / seconds),
    'invariants': Object.keys(invariants).length,
    'violations': violations.length,
  })
}, 600_000)
