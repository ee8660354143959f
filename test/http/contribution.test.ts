import { afterAll, beforeAll, expect, test } from 'vitest'
import { aRegistry, deliberating, type House, type Registry, refusalOf, type Table } from '../support/registry.ts'

let registry: Registry
let table: Table
beforeAll(async () => {
  registry = await aRegistry()
  table = await deliberating(registry)
})
afterAll(() => registry.close())

const all = () => `/agreements/${table.id}/rounds/1/contributions`
const say = async (house: House, body: object): Promise<string> =>
  `${all()}/${(await registry.as(house.colleague).post(all(), { text: 'This', ...body })).body.id}`
const post = (house: House, path: string, body: object) => registry.as(house.colleague).post(path, body)

test('a dilemma is put to others, who give ideas back; its own party holds it open or closes it', async () => {
  const where = await say(registry.school, { kind: 'dilemma', horns: ['Sooner', 'Better'] })
  await post(registry.team, `${where}/answers`, { text: 'Ask the family.' })
  const held = await post(registry.school, `${where}/outcomes`, { status: 'held', reason: 'Both stay needed.' })
  expect(held).toMatchObject({ status: 201, body: { status: 'held', answers: [{ text: 'Ask the family.' }] } })
  expect(refusalOf(await post(registry.team, `${where}/outcomes`, { status: 'resolved' }))).toMatchObject({
    status: 403,
    code: 'not-yours',
  })
  await post(registry.school, `${where}/outcomes`, { status: 'resolved' })
  expect((await registry.as(registry.city.colleague).get(where)).body).toMatchObject({ status: 'resolved' })
})

test('resistance is explored, and not answered', async () => {
  const where = await say(registry.team, { kind: 'resistance' })
  expect(refusalOf(await post(registry.school, `${where}/answers`, { text: 'No reason.' })).errors).toEqual(['resistance-answered'])
  const explored = await post(registry.school, `${where}/explorations`, { note: 'They were not asked.' })
  expect(explored).toMatchObject({ status: 201, body: { explored: [{ note: 'They were not asked.' }] } })
})

test('help is asked, offered and given', async () => {
  const where = await say(registry.team, { kind: 'help-request' })
  const offered = await post(registry.school, `${where}/offers`, { text: 'We have a room.' })
  expect(offered).toMatchObject({ status: 201, body: { status: 'offered' } })
  const answers = `${where}/offers/${offered.body.offers[0].id}/answers`
  expect(refusalOf(await post(registry.team, answers, { decision: 'declined' })).errors).toEqual(['reason-required /reason'])
  expect(await post(registry.team, answers, { decision: 'accepted' })).toMatchObject({ status: 201, body: { status: 'given' } })
  const { items } = (await registry.as(registry.city.colleague).get(`${all()}?kind=help-request`)).body
  expect(items).toMatchObject([{ status: 'given', offers: [{ text: 'We have a room.', answer: { decision: 'accepted' } }] }])
})
