import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaveTable } from '../../src/actions/agreement.ts'
import { only } from '../support/agreement.ts'
import {
  acting,
  aRegistry,
  type Caller,
  type House,
  limit,
  partyIdOf,
  type Registry,
  refusalOf,
  subject,
  type Table,
} from '../support/registry.ts'
import { aNetwork, does } from '../support/registry-actions.ts'

let registry: Registry
let school: Caller
let table: Table
let networkId: string

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.colleague)
  networkId = await aNetwork(registry)
  table = await acting(registry, { networkId })
  await acting(registry)
})
afterAll(() => registry.close())

type Place = { kind: string; id: string; findings: { kind: string; organisationId?: string }[] }
const everywhere = async (path: string): Promise<Place[]> => {
  const places: Place[] = []
  for (let next: string | undefined = ''; next !== undefined; ) {
    const { body } = await school.get(`${path}?limit=1${next && `&cursor=${next}`}`)
    places.push(...body.items)
    next = body.next
  }
  return places
}

test('a network reports what nobody has, in its own roles and in its agreements', async () => {
  const role = (await school.post(`/networks/${networkId}/roles`, { name: 'lead', purpose: 'x', tasks: [{ what: 'Convene' }] })).body
  const places = await everywhere(`/networks/${networkId}/continuity`)
  expect(places.map(({ id }) => id)).toEqual([networkId, table.id].sort())
  const own = places.find(({ kind }) => kind === 'network')
  expect(own?.findings.map(({ kind }) => kind)).toEqual(['task-without-holder', 'role-without-holder'])
  await school.post(`/networks/${networkId}/roles/${role.id}/holders`, {
    personId: registry.school.colleague.actor.personId,
    untilDate: registry.today(),
  })
  const ours = await everywhere(`/organisations/${registry.school.id}/continuity`)
  expect(ours).toHaveLength(3)
  expect(ours.find(({ kind }) => kind === 'network')?.findings).toMatchObject([{ kind: 'role-ending', organisationId: registry.school.id }])
  for (const { findings } of ours) for (const { organisationId } of findings) expect(organisationId).toBe(registry.school.id)
})

test('what an organisation leaves without anybody is its own affair', async () => {
  const path = `/organisations/${registry.school.id}/continuity`
  expect(refusalOf(await registry.as(registry.team.colleague).get(path))).toMatchObject({ status: 403, code: 'other-organisation' })
})

test('lead times and norms come from the rounds and reflections at whose table one sits', async () => {
  const other = await acting(registry, { networkId })
  registry.pass(3)
  await school.post(`/agreements/${other.id}/rounds/1/reflection-calls`, { reason: 'Weekends do not work.' })
  const times = (await school.get(`/agreements/${other.id}/lead-times`)).body.items
  expect(times).toMatchObject([{ roundNumber: 1, deliberating: { untilAt: expect.any(String) }, acting: { untilAt: expect.any(String) } }])
  expect(times[0].reflecting).not.toHaveProperty('untilAt')
  const report = (await school.get(`/networks/${networkId}/lead-times`)).body
  expect(report).toMatchObject({ agreements: 2, deliberating: { rounds: 2 }, acting: { rounds: 1 } })
  const outsider = registry.as(registry.parents.colleague)
  expect((await outsider.get(`/networks/${networkId}/norms`)).body).toMatchObject({ minimum: 5 })
  expect((await school.get(`/networks/${networkId}/norms`)).body.norms).toHaveLength(9)
})

test('a norm has an average for the network once five reflections of a closed round scored it', async () => {
  const circle = await aNetwork(registry)
  const before = (await school.get(`/networks/${circle}/norms`)).body.norms
  const scored = await acting(registry, { networkId: circle })
  const at = `/agreements/${scored.id}`
  const { parents, inspectorate } = registry
  for (const house of [parents, inspectorate]) {
    await registry.as(house.grantor).post(`${at}/mandates`, { ...mandate, holderId: house.representative.actor.personId })
    const asked = await registry.as(house.representative).post(`${at}/accessions`, { reason: 'We do it too.' })
    expect(asked.status).toBe(201)
  }
  registry.pass(15)
  await registry.as(registry.school.representative).post(`${at}/rounds/1/reflection-calls`, { reason: 'Enough was seen.' })
  const { content } = only(scored.state.adopted ?? undefined)
  for (const house of [registry.school, registry.team, registry.city, parents, inspectorate]) {
    const own = content.commitments.filter(({ ownerPartyId }) => ownerPartyId === partyIdOf(scored, house))
    const reflection = {
      whatWorks: 'We call each other sooner.',
      whatHappened: 'Twelve children went back.',
      whatWeLearned: 'One contact person is enough.',
      commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
      criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
      beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
      pulse: { atmosphere: 4, effectiveness: 3 },
      norms: { open: 4, ...(house === parents && { helpful: 2 }) },
    }
    expect((await registry.as(house.representative).post(`${at}/rounds/1/reflections`, reflection)).status).toBe(201)
  }
  // While reflections can still come or change, how an average moves would show whose did.
  expect((await school.get(`/networks/${circle}/norms`)).body.norms).toEqual(before)
  await registry.as(registry.school.representative).post(`${at}/rounds/1/closure`)
  const { norms } = (await school.get(`/networks/${circle}/norms`)).body
  const of = (name: string) => norms.find(({ norm }: { norm: string }) => norm === name)
  expect(of('open')).toEqual({ norm: 'open', answers: 5, average: 4 })
  // One that only one party scored says nothing of the network.
  expect(of('helpful')).toEqual({ norm: 'helpful', answers: 0 })
})

test('a promise whose owner has left the table is everybody’s: it stands in what the network and each of them reads', async () => {
  const { city, team } = registry
  const circle = await aNetwork(registry)
  const left = await acting(registry, { networkId: circle })
  const { commitments } = only(left.state.adopted ?? undefined).content
  const theirs = commitments.filter(({ ownerPartyId }) => ownerPartyId === partyIdOf(left, team))
  expect(theirs.length).toBeGreaterThan(0)
  const ownerless = async (house: House, path: string) => {
    const { items } = (await registry.as(house.colleague).get(`${path}/continuity?limit=100`)).body
    const place = items.find(({ id }: Place) => id === left.id) as Place
    return place.findings.filter(({ kind }) => kind === 'promise-without-owner')
  }
  const readings = () =>
    Promise.all([
      ownerless(registry.school, `/networks/${circle}`),
      ...[registry.school, city].map((house) => ownerless(house, `/organisations/${house.id}`)),
    ])
  expect(await readings()).toEqual([[], [], []])
  await does(registry, left, team.representative, leaveTable, partyIdOf(left, team), { reason: 'We merged.' })
  const found = theirs.map(({ id, what }) => ({ kind: 'promise-without-owner', about: id, what, organisationId: team.id }))
  expect(await readings()).toEqual([found, found, found])
})

const mandate = { basis: 'Mandate decision 2025', subjects: [subject], limits: [limit], validUntil: '2029-01-01' }
