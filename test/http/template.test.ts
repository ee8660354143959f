import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { acting, aRegistry, type Caller, type Registry, refusalOf } from '../support/registry.ts'

let registry: Registry
let school: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.colleague)
  stranger = registry.as(registry.stranger.colleague)
})
afterAll(() => registry.close())

const listed = async (who: Caller, query = '') => (await who.get(`/templates${query}`)).body.items

describe('templates', () => {
  test('everybody has one for a TWO and one for a covenant', async () => {
    const found = await listed(registry.as(registry.stranger.application))
    expect(found.map(({ kind }: { kind: string }) => kind)).toEqual(['two', 'covenant'])
    const [first] = found
    const { body, etag } = await stranger.get(`/templates/${first.id}`)
    expect(body).toMatchObject({ ...first, text: { routing: expect.any(String) } })
    expect(refusalOf(await stranger.del(`/templates/${first.id}`, etag))).toMatchObject({ status: 409, code: 'built-in' })
  })

  test('an organisation makes its own of a text that it can read, and nobody else has it', async () => {
    const { id, state } = await acting(registry)
    const terms = { agreementId: id, name: 'The first week', reviewAfterMonths: 2, months: 4 }
    expect(refusalOf(await stranger.post('/templates', terms))).toMatchObject({ status: 404, code: 'not-found' })
    const made = await school.post('/templates', terms)
    expect(made).toMatchObject({
      status: 201,
      body: { kind: 'two', name: 'The first week', text: { preparation: state.text.preparation } },
    })
    const address = String(made.headers.location).replace('/v1', '')
    expect((await school.get(address)).body).toEqual(made.body)
    expect(refusalOf(await stranger.get(address))).toMatchObject({ status: 404 })
    expect((await listed(stranger)).length).toBe(2)
    expect((await listed(school, '?kind=two')).length).toBe(2)

    const started = await school.post('/agreements', { kind: 'two', title: 'Ours', templateId: made.body.id })
    expect(started.status).toBe(201)
    const { text } = (await school.get(`/agreements/${started.body.id}/text`)).body
    expect(text).toMatchObject({ title: 'Ours', inScope: state.text.inScope, decisions: [] })
    expect(Object.keys(text.validity)).toEqual(['validFrom', 'reviewOn', 'validUntil'])
    expect(refusalOf(await stranger.post('/agreements', { kind: 'two', title: 'Ours', templateId: made.body.id })).code).toBe('not-found')

    expect((await school.del(address, made.etag)).status).toBe(204)
    expect(refusalOf(await school.get(address))).toMatchObject({ status: 404 })
    expect((await listed(school)).length).toBe(2)
  })
})
