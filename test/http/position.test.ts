import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/store/new-id.ts'
import { within } from '../../src/store/transaction.ts'
import { aRegistry, type Caller, type House, type Registry, refusalOf } from '../support/registry.ts'

let registry: Registry
let admin: Caller
let school: Caller
let team: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  admin = registry.as(registry.school.grantor)
  school = registry.as(registry.school.colleague)
  team = registry.as(registry.team.colleague)
  stranger = registry.as(registry.stranger.colleague)
})
afterAll(() => registry.close())

const stand = (over: object = {}) => ({
  weAreFor: [{ text: 'Every child at school', subject: 'attendance' }],
  weAreNotFor: [{ text: 'Prosecuting parents', subject: 'prosecution' }],
  limits: ['Not at home'],
  why: 'A child that is missed comes back.',
  ...over,
})
const at = ({ id }: House) => `/organisations/${id}/position-statements`

describe('position statements', () => {
  test('are numbered, never changed, and readable by everybody the registry knows', async () => {
    const first = await admin.post(at(registry.school), stand())
    expect([first.status, first.headers.location, first.body.number]).toEqual([201, `/v1${at(registry.school)}/1`, 1])
    const second = await admin.post(at(registry.school), stand({ why: 'Because.' }), first.etag)
    expect(second.body).toMatchObject({ number: 2, why: 'Because.', organisationId: registry.school.id })
    expect(refusalOf(await admin.post(at(registry.school), stand(), first.etag))).toMatchObject({ status: 412, code: 'stale' })
    for (const reader of [stranger, registry.operator, registry.as(registry.city.application)]) {
      expect((await reader.get(`${at(registry.school)}/1`)).body).toEqual(first.body)
      const page = (await reader.get(`${at(registry.school)}?limit=1`)).body
      const next = (await reader.get(`${at(registry.school)}?limit=1&cursor=${page.next}`)).body
      expect([...page.items, ...next.items]).toEqual([first.body, second.body])
    }
    const seen = await school.get(`${at(registry.school)}/2`, { 'if-none-match': second.etag })
    expect(seen.status).toBe(304)
  })

  test('are stated by who administers the organisation', async () => {
    expect(refusalOf(await school.post(at(registry.school), stand()))).toMatchObject({ status: 403, code: 'may-not-administer' })
    expect(refusalOf(await admin.post(at(registry.team), stand()))).toMatchObject({ status: 403, code: 'other-organisation' })
    expect(refusalOf(await stranger.get(`${at(registry.school)}/99`))).toMatchObject({ status: 404, code: 'not-found' })
    expect(refusalOf(await stranger.get(at({ ...registry.school, id: newId() })))).toMatchObject({ status: 404 })
  })

  test('hold no BSN, and name a subject once', async () => {
    const bsn = stand({ limits: ['Behalve 111222333'] })
    expect(refusalOf(await admin.post(at(registry.school), bsn)).errors).toEqual(['bsn-in-text /limits/0'])
    const both = stand({ weAreNotFor: [{ text: 'Counting', subject: 'attendance' }] })
    expect(refusalOf(await admin.post(at(registry.school), both)).errors).toEqual(['for-and-not-for /weAreNotFor/0/subject'])
  })
})

describe('acknowledgements', () => {
  test('are for the two whom they concern; the last of each organisation counts, with the answer that it got', async () => {
    const { house, acknowledgements } = await aStatement(registry.city)
    const asked = await team.post(acknowledgements, { question: 'Also in the weekend?' })
    expect([asked.status, asked.body.organisationId, asked.body.aboutId]).toEqual([201, registry.team.id, registry.city.id])
    await stranger.post(acknowledgements, {})
    const own = registry.as(house.colleague)
    const answers = `${acknowledgements}/${asked.body.id}/answers`
    const answered = await own.post(answers, { text: 'On Saturdays.' })
    expect(answered.body).toMatchObject({ ...asked.body, answer: { text: 'On Saturdays.' } })
    expect((await own.get(acknowledgements)).body.items.map(({ organisationId }: never) => organisationId).sort()).toEqual(
      [registry.team.id, registry.stranger.id].sort(),
    )
    expect((await team.get(acknowledgements)).body.items).toEqual([answered.body])
    expect((await school.get(acknowledgements)).body.items).toEqual([])

    const again = await team.post(acknowledgements, { example: 'Last month it went so.' })
    expect((await team.get(acknowledgements)).body.items).toEqual([again.body])
    const first = (await own.get(`${acknowledgements}?limit=1`)).body
    const second = (await own.get(`${acknowledgements}?limit=1&cursor=${first.next}`)).body
    expect([first.items.length, second.items.length, second.next]).toEqual([1, 1, undefined])
  })

  test('are not there for the operator, in any table, head or history of the organisations that the operator may read', async () => {
    const { house, acknowledgements } = await aStatement(registry.city)
    const [question, answer] = ['Who has the key on Sundays?', 'The neighbour at number 4.']
    const { body } = await team.post(acknowledgements, { question })
    await registry.as(house.colleague).post(`${acknowledgements}/${body.id}/answers`, { text: answer })
    const read = async (kind: 'operator' | 'registry', text: string) => {
      const { pool, query } = registry.deps.database
      return JSON.stringify((await within(pool, { kind, actorId: kind }, () => query(text))).rows)
    }
    const [history, heads] = ['select payload from ledger_payloads', 'select state from streams']
    expect(await read('registry', history)).toEqual(expect.stringContaining(question))
    expect(await read('operator', heads)).toContain(registry.city.id)
    for (const text of [history, heads, 'select doc from acknowledgements', 'select doc from position_answers']) {
      const told = await read('operator', text)
      for (const said of [question, answer]) expect(told.includes(said), `${text}: ${said}`).toBe(false)
    }
  })

  test('come from others, and are answered once by the organisation itself', async () => {
    const { house, acknowledgements } = await aStatement(registry.parents)
    const own = registry.as(house.colleague)
    expect(refusalOf(await own.post(acknowledgements, {}))).toMatchObject({ status: 409, code: 'acknowledge-own' })
    const { body } = await team.post(acknowledgements, { question: 'Who calls?' })
    const answers = `${acknowledgements}/${body.id}/answers`
    expect(refusalOf(await team.post(answers, { text: 'We do.' }))).toMatchObject({ status: 403, code: 'other-organisation' })
    expect((await own.post(answers, { text: 'We do.' })).status).toBe(201)
    expect(refusalOf(await own.post(answers, { text: 'They do.' }))).toMatchObject({ status: 409, code: 'already-done' })
    expect(refusalOf(await own.post(`${acknowledgements}/${newId()}/answers`, { text: 'Who?' }))).toMatchObject({ status: 404 })
    expect(refusalOf(await team.post(acknowledgements.replace('/1/', '/9/'), {}))).toMatchObject({ status: 404 })
  })
})

/** A first statement of an organisation. */
async function aStatement(house: House): Promise<{ house: House; acknowledgements: string }> {
  await registry.as(house.grantor).post(at(house), stand())
  return { house, acknowledgements: `${at(house)}/1/acknowledgements` }
}

test('a network sees where the positions of its members and its versions overlap, meet or leave a gap', async () => {
  const { body: network } = await school.post('/networks', {
    name: 'Chain',
    sharedGoal: 'Every child learns',
    memberIds: [registry.inspectorate.id],
  })
  const overlaps = `/networks/${network.id}/scope-overlaps`
  await registry.as(registry.inspectorate.grantor).post(at(registry.inspectorate), stand({ weAreNotFor: [] }))
  const { items } = (await school.get(overlaps)).body
  expect(items.map(({ subject, kinds }: never) => [subject, kinds])).toEqual([
    ['attendance', ['overlap']],
    ['prosecution', ['gap']],
  ])
  expect(items[0].claimedBy.map(({ number, text }: never) => [number, text])).toEqual(
    expect.arrayContaining([
      [2, 'Every child at school'],
      [1, 'Every child at school'],
    ]),
  )
  const first = (await school.get(`${overlaps}?limit=1`)).body
  expect((await school.get(`${overlaps}?limit=1&cursor=${first.next}`)).body.items).toEqual([items[1]])
  expect(refusalOf(await team.get(overlaps))).toMatchObject({ status: 404, code: 'not-found' })
})
