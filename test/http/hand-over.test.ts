import { afterAll, beforeAll, expect, test } from 'vitest'
import { acting, aRegistry, type Caller, type Registry, refusalOf, type Table } from '../support/registry.ts'
import { aNetwork } from '../support/registry-actions.ts'

let registry: Registry
let administrator: Caller
let colleague: Caller
let leaver: Caller
let table: Table
let networkId: string
let plan: string

beforeAll(async () => {
  registry = await aRegistry()
  const { school } = registry
  ;[administrator, colleague, leaver] = [school.grantor, school.colleague, school.representative].map((one) => registry.as(one)) as [
    Caller,
    Caller,
    Caller,
  ]
  networkId = await aNetwork(registry)
  table = await acting(registry, { networkId })
  plan = `/organisations/${school.id}/people/${school.representative.actor.personId}/hand-over`
})
afterAll(() => registry.close())

const held = (body: { holdings: object[] }) => body.holdings

test('everything that somebody has is in one plan, handed over in one step or not at all', async () => {
  const { school, team } = registry
  const me = { personId: school.representative.actor.personId }
  const role = (await leaver.post(`/networks/${networkId}/roles`, { name: 'lead', purpose: 'x', tasks: [{ what: 'Convene' }] })).body
  await leaver.post(`/networks/${networkId}/roles/${role.id}/holders`, me)
  const atTable = (await leaver.post(`/agreements/${table.id}/roles`, { name: 'scribe', purpose: 'x', tasks: [{ what: 'Note' }] })).body
  await leaver.post(`/agreements/${table.id}/roles/${atTable.id}/holders`, me)

  const before = await colleague.get(plan)
  expect(before.status).toBe(200)
  const [one, two] = held(before.body) as { kind: string; roles: { id: string }[]; mandates: { id: string }[] }[]
  const [agreement, network] = one?.kind === 'agreement' ? [one, two] : [two, one]
  expect(agreement).toMatchObject({ id: table.id, roles: [{ name: 'scribe' }], mandates: [{ status: 'effective' }] })
  expect(network).toMatchObject({ id: networkId, title: 'Back to school', roles: [{ name: 'lead', tasks: [{ what: 'Convene' }] }] })

  const revision = (await leaver.get(`/agreements/${table.id}`)).etag
  const toPersonId = school.colleague.actor.personId
  const mandates = agreement?.mandates.map(({ id }) => ({ mandateId: id, toPersonId }))
  const half = await administrator.post(plan, { reason: 'Retires', roles: [{ roleId: atTable.id, toPersonId }], mandates })
  expect(refusalOf(half)).toMatchObject({ status: 409, errors: ['left-behind /roles', 'left-behind /tasks'] })
  expect((await leaver.get(`/agreements/${table.id}`)).etag).toBe(revision)

  const roles = [atTable.id, role.id].map((roleId: string) => ({ roleId, toPersonId }))
  const foreign = roles.map((one) => ({ ...one, toPersonId: team.colleague.actor.personId }))
  expect(refusalOf(await administrator.post(plan, { reason: 'Retires', roles: foreign, mandates })).errors).toContain(
    'holder-not-of-organisation /roles/1/toPersonId',
  )
  const done = await administrator.post(plan, { reason: 'Retires', roles, mandates })
  expect(done.status).toBe(201)
  // One mandate withdrawn, one granted.
  expect(done.body.receipts).toHaveLength(2)
  expect((await colleague.get(plan)).body).toMatchObject({ holdings: [] })
  expect((await leaver.get(`/networks/${networkId}/roles/${role.id}`)).body.tasks).toMatchObject([
    { holderId: toPersonId, orphaned: false },
  ])
  const now = (await leaver.get(`/agreements/${table.id}/mandates?holder=${toPersonId}`)).body.items
  expect(now).toMatchObject([{ status: 'effective', grantorId: school.grantor.actor.personId }])
})

test('a plan is the organisation’s own; handing over takes who administers it', async () => {
  const outsider = registry.as(registry.team.colleague)
  expect(refusalOf(await outsider.get(plan))).toMatchObject({ status: 403, code: 'other-organisation' })
  expect(refusalOf(await outsider.post(plan, { reason: 'x' }))).toMatchObject({ status: 403, code: 'other-organisation' })
  expect(refusalOf(await colleague.post(plan, { reason: 'x' }))).toMatchObject({ status: 403, code: 'may-not-administer' })
  const nobody = plan.replace(registry.school.representative.actor.personId, registry.team.colleague.actor.personId)
  expect(refusalOf(await administrator.get(nobody)).status).toBe(404)
  expect(refusalOf(await administrator.post(plan, { reason: 'BSN 111222333' })).errors).toEqual(['bsn-in-text /reason'])
})
