import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/store/new-id.ts'
import { aRegistry, type Caller, type Registry, refusalOf } from '../support/registry.ts'

let registry: Registry
let school: Caller
let team: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.colleague)
  team = registry.as(registry.team.colleague)
  stranger = registry.as(registry.stranger.colleague)
})
afterAll(() => registry.close())

const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }
const circle = { name: 'Chain', sharedGoal: 'Home is safe, and stays safe.' }

test('a network is founded with others, and any member changes it', async () => {
  const created = await school.post('/networks', { ...circle, memberIds: [registry.team.id] })
  expect(created.status).toBe(201)
  const where = String(created.headers.location).replace('/v1', '')
  expect((await team.get(where)).body).toEqual(created.body)
  expect((await team.get(where, { 'if-none-match': created.etag })).status).toBe(304)
  const identity = `${where}/identity`
  expect(refusalOf(await team.put(identity, circle))).toMatchObject({ status: 428 })
  const stated = { ...circle, name: 'Chain of Kogge', weAreNotFor: [{ text: 'Punishing' }], region: 'Kogge' }
  const changed = await team.put(identity, stated, created.etag)
  expect(changed.body).toMatchObject({ ...stated, number: 2, personId: registry.team.colleague.actor.personId })
  expect((await school.get(identity)).body).toEqual(changed.body)
  expect((await school.get(where)).body).toMatchObject({ name: 'Chain of Kogge', region: 'Kogge' })
  expect(refusalOf(await school.put(identity, circle, created.etag))).toMatchObject({ status: 412, code: 'stale' })
  expect(refusalOf(await school.put(identity, { ...circle, members: [] }, '*')).errors).toEqual(['unknown-field /members'])
  const history = await school.get(`${identity}/versions`)
  expect(history.body.items.map(({ number, name }: { number: number; name: string }) => [number, name])).toEqual([
    [1, 'Chain'],
    [2, 'Chain of Kogge'],
  ])
})

test('the networks of an organisation are listed by region, chain and programme, word for word', async () => {
  await school.post('/networks', { ...circle, name: 'North', region: 'Noord', chain: 'Zorg' })
  await school.post('/networks', { ...circle, name: 'North too', region: 'Noord', programme: 'Samen' })
  await team.post('/networks', { ...circle, name: 'Of others', region: 'Noord' })
  const named = async (query: string) => (await school.get(`/networks?${query}`)).body.items.map(({ name }: { name: string }) => name)
  expect(await named('region=Noord')).toEqual(['North', 'North too'])
  expect(await named('region=Noord&chain=Zorg')).toEqual(['North'])
  expect(await named('programme=Samen')).toEqual(['North too'])
  for (const query of ['region=noord', 'region=Zuid', 'region=Noord&programme=Zorg']) expect(await named(query)).toEqual([])
  const first = (await school.get('/networks?region=Noord&limit=1')).body
  expect(await named(`region=Noord&limit=1&cursor=${first.next}`)).toEqual(['North too'])
  expect(refusalOf(await school.get('/networks?region=')).status).toBe(400)
})

test('for those who are not in it, a network does not exist', async () => {
  const created = await school.post('/networks', circle)
  const where = `/networks/${created.body.id}`
  const unknown = await stranger.get(`/networks/${newId()}`)
  const hidden = await stranger.get(where)
  expect(refusalOf(unknown)).toEqual(notFound)
  expect({ ...hidden.body, instance: '' }).toEqual({ ...unknown.body, instance: '' })
  expect(refusalOf(await stranger.put(`${where}/identity`, circle, '*'))).toEqual(notFound)
  for (const report of ['identity', 'identity/versions', 'norms', 'roles', 'continuity', 'lead-times'])
    expect(refusalOf(await stranger.get(`${where}/${report}`))).toEqual(notFound)
  expect(refusalOf(await stranger.get(`${where}/members`))).toEqual(notFound)
  expect(refusalOf(await stranger.get(`${where}/members/${registry.school.id}`))).toEqual(notFound)
  expect((await stranger.get('/networks')).body).toEqual({ items: [] })
})

test('members join, and leave of their own accord', async () => {
  const created = await school.post('/networks', circle)
  const members = `/networks/${created.body.id}/members`
  const joined = await school.post(members, { organisationId: registry.city.id })
  expect([joined.status, joined.body.name]).toEqual([201, 'City'])
  expect(refusalOf(await school.post(members, { organisationId: registry.city.id })).errors).toEqual(['already-a-member /organisationId'])
  expect(refusalOf(await school.post(members, { organisationId: newId() })).errors).toEqual(['not-found /organisationId'])
  const city = registry.as(registry.city.colleague)
  const first = (await city.get(`${members}?limit=1`)).body
  const second = (await city.get(`${members}?limit=1&cursor=${first.next}`)).body
  expect([...first.items, ...second.items].map(({ name }) => name).sort()).toEqual(['City', 'School'])

  const place = `${members}/${registry.city.id}`
  expect(refusalOf(await school.del(place, '*'))).toMatchObject({ status: 403, code: 'other-organisation' })
  expect((await city.del(place, joined.etag)).status).toBe(204)
  expect((await school.get(place)).body.leftAt).toBeDefined()
  expect((await school.get(members)).body.items).toHaveLength(1)
  expect(refusalOf(await city.get(members))).toEqual(notFound)
})

test('the networks of an organisation are listed by name', async () => {
  const city = registry.as(registry.city.colleague)
  for (const name of ['Beta', 'Alpha', 'Gamma']) await city.post('/networks', { ...circle, name })
  const first = (await city.get('/networks?limit=2')).body
  const second = (await registry.as(registry.city.application).get(`/networks?limit=2&cursor=${first.next}`)).body
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['Alpha', 'Beta', 'Gamma'])
})
