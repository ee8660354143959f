import { afterAll, beforeAll, expect, test } from 'vitest'
import { acting, aRegistry, type Caller, type Registry, refusalOf, type Table } from '../support/registry.ts'
import { aNetwork } from '../support/registry-actions.ts'

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
