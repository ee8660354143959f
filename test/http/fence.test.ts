import { afterAll, beforeAll, expect, test } from 'vitest'
import { acknowledgePosition } from '../../src/actions/position.ts'
import { openRound, reflect } from '../../src/actions/round.ts'
import { GiveReflection } from '../../src/domain/reflection.ts'
import { only } from '../support/agreement.ts'
import { acting, aRegistry, type House, partyIdOf, type Registry, refusalOf, type Table } from '../support/registry.ts'
import { aNetwork, does, finishRound, nextVersion, standFor } from '../support/registry-actions.ts'

let registry: Registry
beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(() => registry.close())

/** States the position of each of these houses, and has the others say that they understand it. */
async function understandEachOther(houses: readonly House[]): Promise<void> {
  for (const house of houses) {
    const statement = await standFor(registry, house)
    for (const other of houses) if (other !== house) await acknowledgePosition(registry.deps, other.colleague.actor, statement, {})
  }
}

const seated = () => [registry.school, registry.team, registry.city]
const phaseOf = async (path: string, house = registry.school) => (await registry.as(house.colleague).get(`${path}/phase`)).body
const missing = ({ criteria }: { criteria: { criterion: string; met: boolean }[] }) =>
  criteria.filter(({ met }) => !met).map(({ criterion }) => criterion)

test('the phase of an agreement follows from what is recorded, up to the next round and back when somebody stands elsewhere', async () => {
  const table = await acting(registry)
  const at = `/agreements/${table.id}`
  const first = await phaseOf(at)
  expect([first.phase, first.next]).toEqual([undefined, 'acknowledge'])
  expect(missing(first)).toEqual(['positions-stated', 'positions-acknowledged', 'norms-scored', 'round-closed', 'next-round-opened'])
  await understandEachOther(seated())
  const second = await phaseOf(at)
  expect([second.phase, second.next]).toEqual(['make-transparent', 'widen'])
  expect(second.history.map(({ phase }: { phase?: string }) => phase)).toEqual(['make-transparent'])

  await scoreNorms(table)
  await finishRound(registry, table)
  expect(missing(await phaseOf(at))).toEqual(['next-round-opened'])
  await does(registry, table, registry.school.representative, openRound, {})
  const third = await phaseOf(at)
  expect([third.phase, third.next, missing(third)]).toEqual(['widen', undefined, []])
  expect(third.criteria.find((one: { criterion: string }) => one.criterion === 'next-round-opened')).toMatchObject({
    metAt: only(table.state.round ?? undefined).openedAt,
    evidence: [{ kind: 'round', number: 2 }],
  })

  const { statementNumber } = await standFor(registry, registry.city, { why: 'We moved on.' })
  const back = await phaseOf(at, registry.parents)
  expect([back.phase, back.next, missing(back)]).toEqual([undefined, 'acknowledge', ['positions-acknowledged']])
  expect(back.history.at(-1).because).toEqual([
    {
      criterion: 'positions-acknowledged',
      met: false,
      by: { kind: 'position-statement', organisationId: registry.city.id, number: statementNumber },
    },
  ])
  expect(refusalOf(await registry.as(registry.stranger.colleague).get(`${at}/phase`))).toMatchObject({ status: 404, code: 'not-found' })
})

test('of each organisation its last 20 statements are looked at, and what came before them is as if it had not been', async () => {
  const table = await acting(registry)
  const { city } = registry
  const last = await standFor(registry, city, { why: 'Understood once more.' })
  for (const house of [registry.school, registry.team]) {
    const theirs = await standFor(registry, house)
    for (const other of seated()) if (other !== house) await acknowledgePosition(registry.deps, other.colleague.actor, theirs, {})
    await acknowledgePosition(registry.deps, house.colleague.actor, last, {})
  }
  const reached = async () => (await phaseOf(`/agreements/${table.id}`)).history.length
  const before = await reached()
  expect(before).toBeGreaterThan(0)
  for (let more = 1; more < 20; more += 1) await standFor(registry, city, { why: `The ${more} time.` })
  // Once more back: the one that all understood is the first of the 20.
  expect(await reached()).toBeGreaterThan(before)
  await standFor(registry, city, { why: 'The last time.' })
  expect(await reached()).toBe(0)
})

async function scoreNorms(table: Table): Promise<void> {
  const { content, dissents } = only(table.state.adopted ?? undefined)
  const own = content.commitments.filter((terms) => terms.ownerPartyId === partyIdOf(table, registry.city))
  registry.goTo(content.validity?.reviewOn ?? '')
  const reflection = GiveReflection.parse({
    whatWorks: 'We call.',
    whatHappened: 'We called.',
    whatWeLearned: 'To call.',
    commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'open', why: 'Too early.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
    norms: { reachable: 4 },
  })
  await does(registry, table, registry.city.representative, reflect, reflection)
}

test('the phase of a network is the same for every member: of its agreements only those count whose versions they may all read', async () => {
  const networkId = await aNetwork(registry)
  const at = `/networks/${networkId}`
  const members = [registry.school, registry.team, registry.parents]
  expect(missing(await phaseOf(at))).toContain('positions-acknowledged')
  await understandEachOther(members)
  await acting(registry, { networkId, visibility: 'parties' })
  for (const house of members) expect((await phaseOf(at, house)).phase).toBe('acknowledge')
  const shown = await acting(registry, { networkId, visibility: 'network' })
  const [one, ...others] = await Promise.all(members.map((house) => phaseOf(at, house)))
  expect(one).toMatchObject({ phase: 'make-transparent', next: 'widen' })
  expect(missing(one)).toEqual(['next-version-adopted'])
  for (const other of others) expect(other).toEqual(one)
  expect(one.criteria.find((some: { criterion: string }) => some.criterion === 'elements-recorded').evidence).toEqual([
    { kind: 'version', number: 1, agreementId: shown.id },
  ])
  await finishRound(registry, shown)
  await nextVersion(registry, shown)
  expect((await phaseOf(at)).phase).toBe('widen')
  expect(refusalOf(await registry.as(registry.city.colleague).get(`${at}/phase`))).toMatchObject({ status: 404, code: 'not-found' })
})
