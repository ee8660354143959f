import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/store/new-id.ts'
import { only } from '../support/agreement.ts'
import { everyExchange } from '../support/exchange-actions.ts'
import { acting, aRegistry, type Caller, type House, type Registry, refusalOf, renewed, type Table } from '../support/registry.ts'
import { aNetwork } from '../support/registry-actions.ts'

let registry: Registry
let networkId: string
let table: Table
let reflectionId: string
let finding: { kind: 'finding'; inquiryId: string; findingId: string }
beforeAll(async () => {
  registry = await aRegistry()
  networkId = await aNetwork(registry)
  table = await renewed(registry, await acting(registry))
  const { items } = (await by(registry.team).get(`/agreements/${table.id}/rounds/1/reflections`)).body
  reflectionId = items[0].id
  const inquiry = (await by(registry.school).post('/inquiries', { networkId, title: 'What works', question: 'When?' })).body
  await by(registry.school).post(`/inquiries/${inquiry.id}/seats`, {})
  const found = await by(registry.school).post(`/inquiries/${inquiry.id}/findings`, { kind: 'success', text: 'They called back.' })
  finding = { kind: 'finding', inquiryId: inquiry.id, findingId: found.body.id }
})
afterAll(() => registry.close())

const by = (house: House, who: 'colleague' | 'grantor' | 'representative' = 'colleague'): Caller => registry.as(house[who])
const advice = (over: object = {}) => ({
  networkId,
  level: 'tactical',
  text: 'One contact for each school',
  why: 'It worked',
  addressee: { organisationId: registry.team.id },
  ...over,
})
const recommend = (over: object = {}) => by(registry.school).post('/recommendations', advice(over))

test('a recommendation goes to a member of the network, who says what becomes of it', async () => {
  const made = await recommend({ addressee: { organisationId: registry.team.id, personId: registry.team.colleague.actor.personId } })
  expect([made.status, made.body.status, made.body.addressee.name]).toEqual([201, 'open', 'Youth team'])
  const where = `/recommendations/${made.body.id}`
  const waiting = async (who: 'colleague' | 'grantor') =>
    (await by(registry.team, who).get('/me/to-do')).body.items.filter(({ kind }: { kind: string }) => kind === 'answer-recommendation')
  expect(await waiting('colleague')).toEqual([
    { kind: 'answer-recommendation', networkId, title: 'Back to school', about: made.body.id, what: 'One contact for each school' },
  ])
  expect(await waiting('grantor')).toEqual([])
  expect(refusalOf(await by(registry.parents).post(`${where}/follow-ups`, { status: 'done' }))).toMatchObject({
    status: 403,
    code: 'not-yours',
  })
  expect(refusalOf(await by(registry.team).post(`${where}/follow-ups`, { status: 'declined' })).errors).toEqual(['reason-required /note'])
  const taken = await by(registry.team).post(`${where}/follow-ups`, { status: 'taken-up', note: 'In January' })
  expect(taken).toMatchObject({ status: 201, body: { status: 'taken-up', followUps: [{ note: 'In January' }] } })
  expect(await waiting('colleague')).toEqual([])
  expect((await by(registry.parents).get(where)).body).toEqual(taken.body)
})

test('one that names nobody waits for those who administer its addressee', async () => {
  const { id } = (await recommend()).body
  const waiting = async (who: 'colleague' | 'grantor') =>
    (await by(registry.team, who).get('/me/to-do')).body.items.filter(({ about }: { about: string }) => about === id)
  expect([await waiting('colleague'), (await waiting('grantor')).length]).toEqual([[], 1])
})

test('one to a person is in the plan of handing over, and waits for those who administer once that person has left', async () => {
  const own = registry.as(registry.team.grantor)
  const people = `/organisations/${registry.team.id}/people`
  const { body: person, etag } = await own.post(people, { name: 'Soon gone', email: 'soon@gone.example' })
  const { id } = (await recommend({ addressee: { organisationId: registry.team.id, personId: person.id } })).body
  const waiting = async () => (await own.get('/me/to-do')).body.items.filter(({ about }: { about: string }) => about === id).length
  expect(await waiting()).toBe(0)
  const plan = async () => (await own.get(`${people}/${person.id}/hand-over`)).body.recommendations
  expect(await plan()).toEqual([{ id, networkId, text: 'One contact for each school' }])
  expect((await own.del(`${people}/${person.id}`, etag)).status).toBe(204)
  expect(await waiting()).toBe(1)
  expect(await plan()).toHaveLength(1)
  await own.post(`/recommendations/${id}/follow-ups`, { status: 'done' })
  expect([await waiting(), await plan()]).toEqual([0, []])
})

test('recommendations are listed by network, level, status and addressee, a page at a time', async () => {
  const { id } = (await recommend({ level: 'policy', addressee: { organisationId: registry.parents.id } })).body
  const list = async (query: string) => (await by(registry.parents).get(`/recommendations?${query}`)).body.items
  for (const query of ['level=policy', `addressee=${registry.parents.id}`, `network=${networkId}&level=policy&status=open`])
    expect(await list(query)).toMatchObject([{ id }])
  expect(await list(`network=${newId()}`)).toEqual([])
  const first = (await by(registry.parents).get('/recommendations?limit=1')).body
  expect((await by(registry.parents).get(`/recommendations?limit=1&cursor=${first.next}`)).body.items[0].id > first.items[0].id).toBe(true)
  expect((await by(registry.city).get('/recommendations')).body).toEqual({ items: [] })
  expect(refusalOf(await by(registry.city).get(`/recommendations/${id}`))).toMatchObject({ status: 404, code: 'not-found' })
})

test('it is based on what its maker may read', async () => {
  const reflection = { kind: 'reflection', agreementId: table.id, reflectionId }
  expect((await recommend({ basedOn: [finding, reflection] })).status).toBe(201)
  const unknown = { ...finding, findingId: newId() }
  expect(refusalOf(await recommend({ basedOn: [finding, unknown, { ...reflection, agreementId: newId() }] })).errors).toEqual([
    'not-found /basedOn/1',
    'not-found /basedOn/2',
  ])
  expect(refusalOf(await recommend({ addressee: { organisationId: registry.city.id } })).errors).toEqual([
    'not-a-member /addressee/organisationId',
  ])
})

test('it can be based on the outcome of an exchange, and an agreement can originate from that', async () => {
  const { programmeId } = await everyExchange(registry, networkId, registry.school, registry.team)
  const { outcomes } = (await by(registry.school).get(`/exchange-programmes/${programmeId}/closing-meeting?round=1`)).body
  const outcome = { kind: 'exchange-outcome', programmeId, outcomeId: outcomes[0].id }
  const { body, status } = await recommend({ basedOn: [outcome] })
  expect(status).toBe(201)
  expect((await by(registry.parents).get(`/recommendations/${body.id}/lineage`)).body.basedOn).toEqual([
    { source: outcome, text: outcomes[0].text },
  ])
  const start = { kind: 'two', title: 'From it', originatesFrom: outcome }
  const started = (await by(registry.school).post('/agreements', start)).body
  expect(started).toMatchObject({ originatesFrom: outcome })
  // Each reader sees of it what they may read anywhere else.
  const seen = async (house: House) => (await by(house).get(`/exchange-programmes/${programmeId}/closing-meeting?round=1`)).body.outcomes
  const recommendationIds = [body.id]
  expect(await seen(registry.school)).toEqual([{ ...outcomes[0], recommendationIds, agreementIds: [started.id], proposals: [] }])
  expect(await seen(registry.parents)).toEqual([{ ...outcomes[0], recommendationIds, agreementIds: [], proposals: [] }])
  expect(refusalOf(await by(registry.city).post('/agreements', start)).errors).toEqual(['not-found /originatesFrom'])
})

test('a proposal can come straight from an outcome, which leads on to it for who sits at its table', async () => {
  const { programmeId } = await everyExchange(registry, networkId, registry.school, registry.team)
  const at = `/exchange-programmes/${programmeId}/closing-meeting?round=1`
  const outcomes = async (house: House) => (await by(house).get(at)).body.outcomes
  const [outcome] = await outcomes(registry.school)
  const origin = { kind: 'exchange-outcome', programmeId, outcomeId: outcome.id }
  // The city sits at the table, and not in the network; the others of the network do not sit at the table.
  const sides = [{ organisationId: registry.city.id, involvement: 'seated' }]
  const { body: table } = await by(registry.school, 'representative').post('/agreements', { kind: 'two', title: 'From it', parties: sides })
  await by(registry.school, 'representative').post(`/agreements/${table.id}/rounds`, {})
  const partyIds = table.parties.map(({ id }: { id: string }) => id)
  const proposes = (house: House, originatesFrom: object) => {
    const proposal = { kind: 'proposal', text: 'A name on the door', actingPartyIds: partyIds, originatesFrom }
    return by(house, 'representative').post(`/agreements/${table.id}/rounds/1/contributions`, proposal)
  }
  expect(refusalOf(await proposes(registry.city, origin)).errors).toEqual(['not-found /originatesFrom'])
  expect(refusalOf(await proposes(registry.school, { ...origin, outcomeId: newId() })).errors).toEqual(['not-found /originatesFrom'])
  const { status, body } = await proposes(registry.school, origin)
  expect([status, body.originatesFrom]).toEqual([201, origin])
  const { id, roundNumber, partyId, text } = body
  const proposal = { agreementId: table.id, roundNumber, id, partyId, text, commitments: [] }
  expect(await outcomes(registry.school)).toEqual([{ ...outcome, proposals: [proposal] }])
  for (const house of [registry.team, registry.parents]) expect(await outcomes(house)).toEqual([{ ...outcome, proposals: [] }])
})

test('its lineage leads from what it was based on to proposals, commitments and agreements, for who may read each', async () => {
  const reflection = { kind: 'reflection', agreementId: table.id, reflectionId }
  const { id } = (await recommend({ basedOn: [finding, reflection] })).body
  const speaker = by(registry.school, 'representative')
  const origin = { kind: 'recommendation', recommendationId: id }
  const parties = [{ organisationId: registry.city.id, involvement: 'seated' }]
  const started = await speaker.post('/agreements', { kind: 'two', title: 'One contact', originatesFrom: origin, parties })
  expect(started).toMatchObject({ status: 201, body: { originatesFrom: origin } })
  const at = `/agreements/${started.body.id}`
  await speaker.post(`${at}/rounds`, {})
  const mine = only(started.body.parties.find((one: { organisationId: string }) => one.organisationId === registry.school.id)) as {
    id: string
  }
  const proposal = { kind: 'proposal', text: 'A name on the door', actingPartyIds: [mine.id], originatesFrom: origin }
  const proposed = await speaker.post(`${at}/rounds/1/contributions`, proposal)
  expect(proposed).toMatchObject({ status: 201, body: { originatesFrom: origin } })
  const role = await speaker.post(`${at}/roles`, { name: 'lead', purpose: 'Keeps the line', tasks: [] })
  const offer = {
    what: 'Put it there',
    ownerPartyId: mine.id,
    roleId: role.body.id,
    subject: 'visits',
    ongoing: true,
    proposalId: proposed.body.id,
  }
  const offered = await speaker.post(`${at}/commitments`, offer)
  expect(offered.status).toBe(201)

  const lineage = async (house: House) => (await by(house).get(`/recommendations/${id}/lineage`)).body
  expect(await lineage(registry.school)).toMatchObject({
    basedOn: [
      { source: finding, text: 'They called back.' },
      { source: reflection, text: 'One contact person is enough.' },
    ],
    recommendation: { id },
    agreements: [{ id: started.body.id, title: 'One contact', status: 'active' }],
    proposals: [
      {
        agreementId: started.body.id,
        roundNumber: 1,
        id: proposed.body.id,
        partyId: mine.id,
        text: 'A name on the door',
        commitments: [{ id: offered.body.id, what: 'Put it there', ownerPartyId: mine.id, state: 'offered' }],
      },
    ],
  })
  // The parents sit at the table of the reflection, and not at that of the proposal.
  expect(await lineage(registry.parents)).toMatchObject({ agreements: [], proposals: [] })
  expect(refusalOf(await by(registry.city).get(`/recommendations/${id}/lineage`))).toMatchObject({ status: 404, code: 'not-found' })
})

test('who may not read a recommendation cannot say that something came from it', async () => {
  const { id } = (await recommend()).body
  const city = by(registry.city, 'representative')
  const origin = { kind: 'recommendation', recommendationId: id }
  const proposal = { kind: 'proposal', text: 'So', originatesFrom: origin }
  expect(refusalOf(await city.post('/agreements', { kind: 'two', title: 'Ours', originatesFrom: origin })).errors).toEqual([
    'not-found /originatesFrom',
  ])
  const open = await by(registry.city, 'representative').post('/agreements', {
    kind: 'two',
    title: 'Ours',
    parties: [{ organisationId: registry.school.id, involvement: 'seated' }],
  })
  await city.post(`/agreements/${open.body.id}/rounds`, {})
  const acting = { actingPartyIds: [only(open.body.parties[0]).id] }
  const said = await city.post(`/agreements/${open.body.id}/rounds/1/contributions`, { ...proposal, ...acting })
  expect(refusalOf(said).errors).toEqual(['not-found /originatesFrom'])
})
