import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeExchangeRound } from '../../src/actions/exchange/closing.ts'
import { addDays } from '../../src/domain/time.ts'
import { newId } from '../../src/store/new-id.ts'
import { only } from '../support/agreement.ts'
import { roundFrom } from '../support/exchange.ts'
import { everyExchange } from '../support/exchange-actions.ts'
import { aRegistry, type Caller, type House, type Registry, refusalOf } from '../support/registry.ts'
import { aNetwork } from '../support/registry-actions.ts'

let registry: Registry
let at: string
let stranger: Caller
let days: ReturnType<typeof roundFrom>
const as = (house: House, role: 'representative' | 'colleague' | 'grantor' = 'representative') => registry.as(house[role])
const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }

beforeAll(async () => {
  registry = await aRegistry()
  stranger = registry.as(registry.stranger.colleague)
  const networkId = await aNetwork(registry)
  await as(registry.school).post(`/networks/${networkId}/members`, { organisationId: registry.city.id })
  days = roundFrom(registry.today())
  const input = {
    networkId,
    title: 'Exchange',
    purpose: 'See each other’s work',
    checklist: ['A desk'],
    rounds: [days],
  }
  const made = await as(registry.school).post('/exchange-programmes', input)
  expect(made.status).toBe(201)
  at = String(made.headers.location).replace('/v1', '')
})
afterAll(() => registry.close())

const without = (body: object, key: string) => Object.fromEntries(Object.entries(body).filter(([name]) => name !== key))
const personOf = (house: House, role: 'representative' | 'colleague' = 'representative') => house[role].actor.personId

test('a programme is there for the members of its network, and for nobody else', async () => {
  const seen = await as(registry.team).get(at)
  expect(seen.body).toMatchObject({ title: 'Exchange', rounds: [{ number: 1, state: 'enrolling' }] })
  expect((await as(registry.team).get('/exchange-programmes')).body.items).toEqual([seen.body])
  expect((await stranger.get('/exchange-programmes')).body.items).toEqual([])
  const unknown = `/exchange-programmes/${newId()}`
  for (const path of ['', '/enrolments', '/placements', '/unreciprocated', '/matching', '/closing-meeting']) {
    const [hidden, missing] = [await stranger.get(`${at}${path}`), await stranger.get(`${unknown}${path}`)]
    expect(refusalOf(hidden), path).toEqual(notFound)
    expect({ ...hidden.body, instance: '' }, path).toEqual({ ...missing.body, instance: '' })
  }
  expect(refusalOf(await stranger.post(`${at}/enrolments`, { roundNumber: 1, personId: personOf(registry.stranger) }))).toEqual(notFound)
  const input = { networkId: (await as(registry.school).get(at)).body.networkId, title: 'Mine', purpose: 'No' }
  expect(refusalOf(await stranger.post('/exchange-programmes', input))).toMatchObject({ status: 404, code: 'not-found' })
})

test('a change needs the tag of what was read; that tag changes with the clock too', async () => {
  const { etag } = await as(registry.school).get(at)
  const change = { title: 'Wisselstage', purpose: 'Korte lijnen', checklist: ['A desk'] }
  expect(refusalOf(await as(registry.school).put(at, change))).toMatchObject({ status: 428 })
  expect(refusalOf(await as(registry.team).put(at, change, etag))).toMatchObject({ status: 403, code: 'not-leading' })
  const changed = await as(registry.school).put(at, change, etag)
  expect([changed.status, changed.body.title]).toEqual([200, 'Wisselstage'])
  expect(refusalOf(await as(registry.school).put(at, change, etag))).toMatchObject({ status: 412, code: 'stale' })
  const round = await as(registry.school).get(`${at}/rounds/1`)
  expect(round.body).toEqual({ number: 1, state: 'enrolling', ...days })
  expect((await as(registry.school).put(`${at}/rounds/1`, days, round.etag)).body.rounds).toEqual([round.body])
})

describe('one round, from enrolling to its closing meeting', () => {
  let visits: { id: string; reverseId: string; guest: { personId: string; organisationId: string }; week: { from: string } }[]

  test('people are enrolled until the deadline; with whom they are not paired is for their own eyes', async () => {
    const { school, team, city, parents } = registry
    for (const house of [school, team, city]) {
      const enrolled = await as(house).post(`${at}/enrolments`, { roundNumber: 1, personId: personOf(house), offers: 'A day along' })
      expect(enrolled.status).toBe(201)
      expect((await as(parents).get(String(enrolled.headers.location).replace('/v1', ''))).body).toEqual(without(enrolled.body, 'notWith'))
    }
    const input = { roundNumber: 1, personId: personOf(team, 'colleague'), wishes: [city.id], notWith: [school.id] }
    await as(team).post(`${at}/enrolments`, input)
    const lists = await Promise.all([team, school, city].map((house) => as(house).get(`${at}/enrolments?round=1`)))
    const notWith = lists.map(({ body }) => body.items.find((one: { personId: string }) => one.personId === input.personId).notWith)
    expect(notWith).toEqual([[school.id], [school.id], undefined])
    const first = (await as(city).get(`${at}/enrolments?limit=3`)).body
    expect([first.items.length, (await as(city).get(`${at}/enrolments?limit=3&cursor=${first.next}`)).body.items.length]).toEqual([3, 1])
    registry.goTo(days.week.from)
    const late = await as(city).post(`${at}/enrolments`, { roundNumber: 1, personId: personOf(city, 'colleague') })
    expect(refusalOf(late)).toMatchObject({ status: 409, code: 'enrolment-over' })
    expect((await as(city).get(at)).body.rounds[0].state).toBe('matching')
  })

  test('they are matched, and an enrolment that is withdrawn makes the matching void', async () => {
    const { school, team } = registry
    expect(refusalOf(await as(school).get(`${at}/matching`))).toEqual(notFound)
    expect(refusalOf(await as(team).post(`${at}/matching`, { roundNumber: 1 }))).toMatchObject({ code: 'not-leading' })
    const made = await as(school).post(`${at}/matching`, { roundNumber: 1 })
    expect(made.body).toMatchObject({ unplaced: [], wishes: 1 })
    expect(made.body.pairs).toHaveLength(2)
    expect((await as(team).get(`${at}/matching?round=1`)).body).toEqual(made.body)
    const { items } = (await as(team).get(`${at}/enrolments`)).body
    const colleague = items.find((one: { personId: string }) => one.personId === personOf(team, 'colleague'))
    const back = await as(team).post(`${at}/enrolments/${colleague.id}/withdrawals`)
    expect(back.body.withdrawnAt).toBeDefined()
    expect(refusalOf(await as(school).post(`${at}/placements`, { roundNumber: 1 }))).toMatchObject({ code: 'matching-missing' })
    const again = await as(school).post(`${at}/matching`, { roundNumber: 1 })
    expect(again.body.unplaced).toMatchObject([{ reason: { code: 'odd-number-left', detail: expect.stringContaining('3') } }])
  })

  test('placements are made of it, prepared by the host and held', async () => {
    const { school } = registry
    const made = await as(school).post(`${at}/placements`, { roundNumber: 1 })
    expect([made.status, made.body]).toEqual([201, { roundNumber: 1, placements: 2 }])
    expect(await visitsInGraph()).toBe(2)
    visits = (await as(school).get(`${at}/placements?round=1`)).body.items
    const visit = only(visits[0])
    const host = houseOf(only(visits[1]).guest.organisationId)
    const where = `${at}/placements/${visit.id}`
    const { etag } = await as(host).get(where)
    const ready = { on: visit.week.from, items: [{ text: 'A desk', done: true }] }
    expect((await as(host, 'colleague').put(`${where}/preparation`, ready, etag)).body).toMatchObject({
      on: ready.on,
      preparation: ready.items,
    })
    expect(refusalOf(await as(host).put(`${where}/preparation`, ready, etag))).toMatchObject({ status: 412, code: 'stale' })
    const mine = (await as(school).get(`${at}/placements?organisation=${host.id}`)).body.items
    expect(mine).toHaveLength(2)
  })

  test('what was held and not returned shows, until it is made up for', async () => {
    const [first, second] = [days.week.from, days.reverseWeek.from].map((from) => only(visits.find(({ week }) => week.from === from)))
    const guest = houseOf(only(first).guest.organisationId)
    const settle = (visit: typeof first, body: object) => as(guest).post(`${at}/placements/${only(visit).id}/outcomes`, body)
    const owed = async () => (await as(guest).get(`${at}/unreciprocated`)).body.items.map(({ id }: { id: string }) => id)
    await settle(first, { outcome: 'held', heldOn: days.week.from })
    expect(await owed()).toEqual([])
    registry.goTo(addDays(days.reverseWeek.until, 1))
    expect(await owed()).toEqual([only(first).id])
    await settle(second, { outcome: 'cancelled', reason: 'Ill' })
    expect([await owed(), await visitsInGraph()]).toEqual([[only(first).id], 1])
    await settle(second, { outcome: 'held', heldOn: registry.today() })
    expect([await owed(), await visitsInGraph()]).toEqual([[], 2])
  })

  test('guest and host’s contact say how it was; what came of it has ids at the closing meeting', async () => {
    const { school, parents } = registry
    const visit = only(visits[0])
    const guest = houseOf(visit.guest.organisationId)
    const where = `${at}/placements/${visit.id}/reflections`
    const says = { themes: [{ theme: 'welcome', text: 'Coffee was ready', score: 5 }], insights: ['Call before eleven'] }
    const followUp = { withPersonId: personOf(guest, 'colleague'), on: registry.today() }
    const waiting = async (role: 'representative' | 'colleague') => (await as(guest, role).get('/me/to-do')).body.items
    expect(await waiting('colleague')).toEqual([])
    const said = await as(guest).post(where, { ...says, followUp })
    expect([said.status, said.body.side]).toEqual([201, 'guest'])
    expect(refusalOf(await as(guest).post(where, says))).toMatchObject({ code: 'already-done' })
    expect((await as(parents).get(where)).body.items).toEqual([said.body])
    const { networkId } = (await as(guest).get(at)).body
    const programmeId = at.split('/').at(-1)
    const again = { kind: 'meet-again', networkId, programmeId, title: 'Back to school', about: visit.id, on: followUp.on }
    expect(await waiting('representative')).toEqual([{ ...again, what: expect.stringContaining('colleague') }])
    expect(await waiting('colleague')).toEqual([{ ...again, what: expect.stringContaining('representative') }])
    const outcomes = [{ text: 'One number to call', insightIds: [said.body.insights[0].id] }]
    const strange = { roundNumber: 1, heldOn: registry.today(), outcomes: [{ text: 'x', insightIds: [newId()] }] }
    expect(refusalOf(await as(school).post(`${at}/closing-meeting`, strange)).errors).toEqual(['not-found /outcomes/0/insightIds/0'])
    const closed = await as(school).post(`${at}/closing-meeting`, { roundNumber: 1, heldOn: registry.today(), outcomes })
    expect(closed.body.outcomes).toEqual([
      { id: expect.any(String), ...only(outcomes[0]), recommendationIds: [], agreementIds: [], proposals: [] },
    ])
    expect((await as(parents).get(`${at}/closing-meeting`)).body).toEqual(closed.body)
    expect((await as(parents).get(at)).body.rounds[0].state).toBe('closed')
    // Who had not said it yet still can; and what left the working state is there to be read.
    const host = houseOf(only(visits.find(({ id }) => id === visit.reverseId)).guest.organisationId)
    expect((await as(host).post(where, says)).body.side).toBe('host')
    expect((await as(parents).get(`${at}/placements`)).body.items).toHaveLength(2)
    expect((await as(parents).get(`${at}/enrolments`)).body.items).toHaveLength(3)
  })
})

test('a round in which nobody can be paired is cancelled with a reason, and another follows it', async () => {
  const { school, team } = registry
  const networkId = await aNetwork(registry)
  const rounds = [roundFrom(registry.today())]
  const { headers } = await as(school).post('/exchange-programmes', { networkId, title: 'Again', purpose: 'See', rounds })
  const where = String(headers.location).replace('/v1', '')
  const { body: enrolled } = await as(school).post(`${where}/enrolments`, { roundNumber: 1, personId: personOf(school) })
  await as(school).put(`${where}/rounds/1`, { ...only(rounds[0]), enrolBeforeAt: registry.now() }, '*')
  await as(school).post(`${where}/matching`, { roundNumber: 1 })
  expect(refusalOf(await as(school).post(`${where}/placements`, { roundNumber: 1 })).code).toBe('nobody-paired')
  const cancels = (house: House) => as(house).post(`${where}/rounds/1/cancellation`, { reason: 'Only one organisation' })
  expect(refusalOf(await cancels(team))).toMatchObject({ status: 403, code: 'not-leading' })
  const cancelled = await cancels(school)
  expect([cancelled.status, cancelled.body.rounds]).toMatchObject([
    201,
    [{ number: 1, state: 'cancelled', cancelledBecause: 'Only one organisation' }],
  ])
  expect(refusalOf(await cancels(school))).toMatchObject({ status: 409, code: 'wrong-state' })
  const found = async (path: string) => (await as(school).get(`${where}${path}`)).body
  expect([(await found('/enrolments')).items, (await found('/enrolments?round=1')).items]).toEqual([[], [enrolled]])
  expect(refusalOf(await as(school).get(`${where}/matching`))).toEqual(notFound)
  expect(await found('/matching?round=1')).toMatchObject({ roundNumber: 1, pairs: [] })
  const back = await as(school).post(`${where}/enrolments/${enrolled.id}/withdrawals`)
  expect(refusalOf(back)).toMatchObject({ status: 409, code: 'wrong-state' })
  expect(refusalOf(await as(school).post(`${where}/enrolments/${newId()}/withdrawals`))).toEqual(notFound)
  const added = await as(school).post(`${where}/rounds`, roundFrom(registry.today()))
  expect(added.body.rounds).toMatchObject([{ state: 'cancelled' }, { number: 2, state: 'enrolling' }])
})

/** How many visits the graph of the network has. */
const visitsInGraph = async (): Promise<number> => {
  const { networkId } = (await as(registry.school).get(at)).body
  const { edges } = (await as(registry.school).get(`/networks/${networkId}/graph`)).body
  return edges.reduce((sum: number, { placements }: { placements: number }) => sum + placements, 0)
}

const houseOf = (id: string): House =>
  only([registry.school, registry.team, registry.city, registry.parents].find((house) => house.id === id))

test('what was planned and never came counts no longer once its round closed; of a round that is long closed nothing changes', async () => {
  const { deps, school, team } = registry
  const networkId = await aNetwork(registry)
  const { programmeId, placementId } = await everyExchange(registry, networkId, school, team)
  const where = `/exchange-programmes/${programmeId}`
  const placements = async () =>
    (await as(team).get(`/networks/${networkId}/graph`)).body.edges.map((edge: { placements: number }) => edge.placements)
  expect(await placements()).toEqual([3])
  const items = (await as(team).get(`${where}/placements?round=1`)).body.items as { id: string; state: string }[]
  const made = only(items.find(({ state }) => state === 'cancelled'))
  const settle = (id: string) => as(team).post(`${where}/placements/${id}/outcomes`, { outcome: 'held', heldOn: registry.today() })
  registry.pass(4)
  expect((await settle(made.id)).status).toBe(201)
  await closeExchangeRound(
    deps,
    school.representative.actor,
    { id: programmeId },
    { roundNumber: 2, heldOn: registry.today(), outcomes: [] },
  )
  expect(await placements()).toEqual([2])
  expect(refusalOf(await settle(made.id))).toMatchObject({ status: 409, code: 'wrong-state' })
  expect(refusalOf(await settle(newId()))).toEqual(notFound)
  expect([(await settle(placementId)).status, await placements()]).toEqual([201, [3]])
})

test('who left the network finds nothing of its programmes any more', async () => {
  const { city } = registry
  const { networkId } = (await as(city).get(at)).body
  await as(city).del(`/networks/${networkId}/members/${city.id}`, '*')
  expect(refusalOf(await as(city).get(at))).toEqual(notFound)
  expect((await as(city).get('/exchange-programmes')).body.items).toEqual([])
})

test('what an organisation led in a network that it left, any member leads', async () => {
  const { school, team } = registry
  const { networkId, title, purpose } = (await as(team).get(at)).body
  const inquiry = { networkId, title: 'What works', question: 'What goes well?' }
  const { headers } = await as(school).post('/inquiries', inquiry)
  const closes = () => as(team).post(`${String(headers.location).replace('/v1', '')}/closure`)
  const changes = () => as(team).put(at, { title, purpose, checklist: ['A chair'] }, '*')
  expect([refusalOf(await changes()).code, refusalOf(await closes()).code]).toEqual(['not-leading', 'not-yours'])
  await as(school).del(`/networks/${networkId}/members/${school.id}`, '*')
  expect([(await changes()).body.checklist, (await closes()).body.state]).toEqual([['A chair'], 'closed'])
})

test('more coffee of which both spoke is on both lists once, for thirty days; with oneself it is not', async () => {
  const { school, team } = registry
  const networkId = await aNetwork(registry)
  // There the guest, of the team, has named the host's contact.
  const { programmeId } = await everyExchange(registry, networkId, school, team)
  const where = `/exchange-programmes/${programmeId}/placements`
  const items = (await as(team).get(`${where}?round=1`)).body.items as { id: string; state: string }[]
  const about = only(items.find(({ state }) => state === 'held')).id
  const waiting = async (house: House) =>
    (await as(house).get('/me/to-do')).body.items.filter((one: { about: string }) => one.about === about)
  const says = (withPersonId: string) =>
    as(school).post(`${where}/${about}/reflections`, {
      themes: [{ theme: 'more-coffee', text: 'Gladly' }],
      followUp: { withPersonId, on: registry.today() },
    })
  const before = [await waiting(school), await waiting(team)]
  expect(before).toMatchObject([[{ kind: 'meet-again' }], [{ kind: 'meet-again' }]])
  expect(refusalOf(await says(personOf(school))).errors).toEqual(['not-found /followUp/withPersonId'])
  expect((await says(personOf(team))).body).toMatchObject({ side: 'host', followUp: { withPersonId: personOf(team) } })
  expect([await waiting(school), await waiting(team)]).toEqual(before)
  registry.pass(30)
  expect([await waiting(school), await waiting(team)]).toEqual(before)
  registry.pass(1)
  expect([await waiting(school), await waiting(team)]).toEqual([[], []])
})
