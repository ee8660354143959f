import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/store/new-id.ts'
import { aRegistry, type Caller, type Registry, refusalOf } from '../support/registry.ts'
import { aNetwork } from '../support/registry-actions.ts'

let registry: Registry
let networkId: string
let school: Caller
let team: Caller
let parents: Caller
beforeAll(async () => {
  registry = await aRegistry()
  networkId = await aNetwork(registry)
  school = registry.as(registry.school.colleague)
  team = registry.as(registry.team.colleague)
  parents = registry.as(registry.parents.colleague)
})
afterAll(() => registry.close())

const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }
const call = (over: object = {}) =>
  school.post('/inquiries', {
    networkId,
    title: 'What works',
    question: 'When did it go well?',
    organisationIds: [registry.team.id],
    ...over,
  })

test('an inquiry is held with seats in balance, and closed by who called it', async () => {
  const called = await call({ seatsPerOrganisation: 1, heldOn: registry.today() })
  const where = String(called.headers.location).replace('/v1', '')
  expect([called.status, called.body.balanced]).toEqual([201, false])
  const seat = await school.post(`${where}/seats`, {})
  expect(seat).toMatchObject({ status: 201, body: { id: registry.school.colleague.actor.personId, organisationId: registry.school.id } })
  expect(refusalOf(await registry.as(registry.school.grantor).post(`${where}/seats`, {})).errors).toEqual(['seats-taken'])
  expect(refusalOf(await parents.post(`${where}/seats`, {}))).toMatchObject({ status: 403, code: 'not-invited' })
  await team.post(`${where}/seats`, { personId: registry.team.representative.actor.personId })
  expect((await parents.get(where)).body).toMatchObject({ balanced: true, organisations: [{ seatsTaken: 1 }, { seatsTaken: 1 }] })

  for (const kind of ['driver', 'idea']) await school.post(`${where}/findings`, { kind, text: `A ${kind}` })
  expect(refusalOf(await team.post(`${where}/findings`, { kind: 'idea', text: 'Mine' }))).toMatchObject({ code: 'without-seat' })
  const first = (await parents.get(`${where}/findings?limit=1`)).body
  const rest = (await parents.get(`${where}/findings?limit=1&cursor=${first.next}`)).body
  expect([...first.items, ...rest.items].map(({ kind }) => kind)).toEqual(['driver', 'idea'])
  expect((await parents.get(`${where}/findings?kind=idea`)).body.items).toHaveLength(1)

  const given = `${where}/seats/${registry.team.representative.actor.personId}/withdrawals`
  const left = await registry.as(registry.team.grantor).post(given)
  expect([left.status, left.body.leftAt]).toEqual([201, expect.any(String)])
  expect((await parents.get(`${where}/seats`)).body.items).toEqual([seat.body])

  expect(refusalOf(await team.post(`${where}/closure`))).toMatchObject({ status: 403, code: 'not-yours' })
  expect(refusalOf(await school.post(`${where}/closure`, undefined, called.etag))).toMatchObject({ status: 412, code: 'stale' })
  expect(await school.post(`${where}/closure`)).toMatchObject({ status: 201, body: { state: 'closed' } })
  expect(refusalOf(await school.post(`${where}/findings`, { kind: 'idea', text: 'Late' }))).toMatchObject({
    status: 409,
    code: 'wrong-state',
  })
  expect((await registry.as(registry.parents.application).get(`/inquiries?network=${networkId}`)).body.items).toMatchObject([
    { state: 'closed' },
  ])
})

test('for those who are not in its network, an inquiry does not exist', async () => {
  const { body } = await call()
  const outside = registry.as(registry.city.colleague)
  expect(refusalOf(await outside.get(`/inquiries/${body.id}`))).toEqual(notFound)
  expect(refusalOf(await outside.get(`/inquiries/${newId()}`))).toEqual(notFound)
  for (const list of ['seats', 'findings']) expect(refusalOf(await outside.get(`/inquiries/${body.id}/${list}`))).toEqual(notFound)
  expect(refusalOf(await outside.post(`/inquiries/${body.id}/seats`, {}))).toEqual(notFound)
  expect((await outside.get('/inquiries')).body).toEqual({ items: [] })
  const input = { networkId, title: 'Ours', question: 'What?' }
  expect(refusalOf(await outside.post('/inquiries', input))).toEqual(notFound)
})

test('only members of the network are invited, and nothing of a citizen is held', async () => {
  expect(refusalOf(await call({ organisationIds: [registry.team.id, registry.city.id] })).errors).toEqual([
    'not-a-member /organisationIds/1',
  ])
  expect(refusalOf(await call({ question: 'What of 111222333?' })).errors).toEqual(['bsn-in-text /question'])
})
