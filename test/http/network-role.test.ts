import { afterAll, beforeAll, expect, test } from 'vitest'
import { aRegistry, type Caller, type Registry, refusalOf } from '../support/registry.ts'

let registry: Registry
let school: Caller
let team: Caller
let roles: string

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.colleague)
  team = registry.as(registry.team.colleague)
  const network = await school.post('/networks', { name: 'Chain', sharedGoal: 'Home is safe.', memberIds: [registry.team.id] })
  roles = `/networks/${network.body.id}/roles`
})
afterAll(() => registry.close())

const shape = { name: 'lead', purpose: 'Holds the line', tasks: [{ what: 'Convene' }] }

test('a role of a network is made, changed and ended by any member', async () => {
  const made = await school.post(roles, shape)
  expect([made.status, made.body.holders]).toEqual([201, []])
  const where = `${roles}/${made.body.id}`
  expect(made.headers.location).toBe(`/v1${where}`)
  expect((await team.get(where)).body).toEqual(made.body)
  const changed = await team.put(where, { ...shape, name: 'chair', tasks: [] }, made.etag)
  expect(changed.body).toMatchObject({ name: 'chair', tasks: [] })
  expect(refusalOf(await school.put(where, shape, made.etag))).toMatchObject({ status: 412, code: 'stale' })
  expect((await school.del(where, changed.etag)).status).toBe(204)
  expect((await school.get(where)).body.endedAt).toBeDefined()
  expect((await school.get(roles)).body.items).toEqual([])
})

test('it rotates: whoever held it shows, with how long, also after their turn', async () => {
  const role = `${roles}/${(await school.post(roles, shape)).body.id}`
  const first = (await school.post(`${role}/holders`, { personId: registry.school.colleague.actor.personId })).body
  expect(first.tasks).toMatchObject([{ holderId: registry.school.colleague.actor.personId, orphaned: false }])
  const [mine] = first.holders
  expect(mine).toMatchObject({ organisationId: registry.school.id, holds: true })
  expect(refusalOf(await team.post(`${role}/holders/${mine.id}/releases`, { untilDate: registry.today() }))).toMatchObject({
    status: 403,
    code: 'not-yours',
  })
  await school.post(`${role}/holders/${mine.id}/releases`, { untilDate: registry.today() })
  registry.pass(7)
  const next = (await team.post(`${role}/holders`, { personId: registry.team.colleague.actor.personId })).body
  expect(next.holders.map(({ organisationId }: { organisationId: string }) => organisationId)).toEqual([registry.team.id])
  const seen = (await school.get(`${role}/holders?limit=1`)).body
  const rest = (await school.get(`${role}/holders?limit=1&cursor=${seen.next}`)).body
  expect([...seen.items, ...rest.items]).toMatchObject([
    { organisationId: registry.school.id, days: 1 },
    { organisationId: registry.team.id, days: 1 },
  ])
  expect(refusalOf(await school.get(`${roles}/${registry.school.id}/holders`)).status).toBe(404)
})
