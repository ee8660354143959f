import { afterAll, beforeAll, expect, test } from 'vitest'
import { acting, aRegistry, type Caller, type Registry, refusalOf, type Table } from '../support/registry.ts'

let registry: Registry
let school: Caller
let old: Table
let next: Table

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  old = await acting(registry, { title: 'Old' })
  next = await acting(registry, { title: 'New' })
})
afterAll(() => registry.close())

const linksOf = async (who: Caller, { id }: Table) => (await who.get(`/agreements/${id}/links`)).body.items

test('a link is told on both sides, to those who sit at both', async () => {
  const made = await school.post(`/agreements/${next.id}/links`, {
    kind: 'supersedes',
    agreementId: old.id,
    reason: 'It says the same and more.',
  })
  expect(made).toMatchObject({ status: 201, body: { kind: 'supersedes', fromAgreementId: next.id, toAgreementId: old.id } })
  expect(await linksOf(school, next)).toEqual([made.body])
  const back = { kind: 'ends', agreementId: next.id, reason: 'It does not.' }
  expect(refusalOf(await school.post(`/agreements/${old.id}/links`, back)).errors).toEqual(['linked-back /agreementId'])
  expect(await linksOf(registry.as(registry.inspectorate.application), old)).toEqual([made.body])
  expect(refusalOf(await registry.as(registry.stranger.representative).get(`/agreements/${old.id}/links`))).toMatchObject({ status: 404 })

  // A table of two at which the city does not sit.
  const parties = [{ organisationId: registry.team.id, involvement: 'seated' }]
  const apart = (await school.post('/agreements', { kind: 'two', title: 'Apart', parties })).body
  const link = { kind: 'amends', agreementId: apart.id, reason: 'It says more.' }
  expect(refusalOf(await registry.as(registry.city.representative).post(`/agreements/${next.id}/links`, link)).errors).toEqual([
    'not-found /agreementId',
  ])
  expect((await school.post(`/agreements/${next.id}/links`, link)).status).toBe(201)
  expect((await linksOf(registry.as(registry.team.representative), next)).length).toBe(2)
  expect(await linksOf(registry.as(registry.city.representative), next)).toEqual([made.body])
  const first = (await school.get(`/agreements/${next.id}/links?limit=1`)).body
  expect((await school.get(`/agreements/${next.id}/links?limit=1&cursor=${first.next}`)).body.items).toMatchObject([{ kind: 'amends' }])
})
