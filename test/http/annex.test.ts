import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantMandate } from '../../src/actions/mandate.ts'
import { foundNetwork } from '../../src/actions/network/network.ts'
import { newId } from '../../src/store/new-id.ts'
import { acting, aRegistry, type Caller, type House, partyIdOf, type Registry, refusalOf, type Table } from '../support/registry.ts'
import { does, grantTo } from '../support/registry-actions.ts'

let registry: Registry
let school: Caller
let team: Caller
let city: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  const caller = (house: House) => registry.as(house.representative)
  ;[school, team, city, stranger] = [registry.school, registry.team, registry.city, registry.stranger].map(caller) as [
    Caller,
    Caller,
    Caller,
    Caller,
  ]
})
afterAll(() => registry.close())

const reason = 'We work with the same families.'
const at = (table: Table, rest = '') => `/agreements/${table.id}${rest}`
const covenant = (over: object = {}) => acting(registry, { kind: 'covenant', title: 'A covenant' }, over)
const involvementOf = async (who: Caller, table: Table, house: House): Promise<string | undefined> => {
  const { parties } = (await who.get(at(table))).body
  return parties.find((party: { organisationId: string }) => party.organisationId === house.id)?.involvement
}

describe('joining what was adopted', () => {
  test('an invitation opens nothing before its window has ended: then it is let in, reads along, consents, and is seated', async () => {
    const table = await covenant()
    const invited = await school.post(at(table, '/accessions'), { organisationId: registry.stranger.id, reason })
    expect(invited).toMatchObject({ status: 201, body: { kind: 'accession', name: 'Stranger', state: 'proposed', version: 1 } })
    const address = String(invited.headers.location).replace('/v1', '')
    const waitsFor = async (who: Caller) =>
      (await who.get('/me/to-do')).body.items.filter(({ about }: { about: string }) => about === invited.body.id)
    const who = [registry.stranger.grantor, registry.stranger.representative].map((person) => registry.as(person))
    const isOutside = async (when: string) => {
      for (const one of who) {
        for (const url of [at(table), at(table, '/current'), at(table, '/history'), address, at(table, `/parties/${invited.body.partyId}`)])
          expect([when, url, (await one.get(url)).status]).toEqual([when, url, 404])
        expect(refusalOf(await one.post(`${address}/consents`, {})).status).toBe(404)
        expect(await waitsFor(one)).toEqual([])
        const listed = (await one.get('/agreements?limit=100')).body.items
        expect(listed.map(({ id }: { id: string }) => id)).not.toContain(table.id)
      }
    }
    await isOutside('while others can object')
    expect(await waitsFor(team)).toMatchObject([{ kind: 'answer-annex', byAt: invited.body.windowEndsAt }])
    expect(refusalOf(await school.post(`${address}/consents`, {}))).toMatchObject({ status: 409, code: 'objection-window' })
    registry.pass(15)
    await isOutside('by silence alone')
    expect([await waitsFor(team), (await waitsFor(school)).length]).toEqual([[], 1])
    expect((await school.post(`${address}/consents`, {})).status).toBe(201)
    expect(await involvementOf(team, table, registry.stranger)).toBe('informed')

    // It reads what it would be bound by. Nobody there is mandated yet: it waits for who can mandate somebody.
    expect((await stranger.get(at(table, '/current'))).body.number).toBe(1)
    expect(await waitsFor(registry.as(registry.stranger.grantor))).toMatchObject([{ kind: 'answer-annex', agreementId: table.id }])
    expect(refusalOf(await stranger.post(`${address}/consents`, {}))).toMatchObject({ status: 403, code: 'mandate-missing' })
    await does(registry, table, registry.stranger.grantor, grantMandate, grantTo(registry, registry.stranger))
    const { etag } = await stranger.get(address)
    const held = await stranger.post(`${address}/consents`, {}, etag)
    expect(held).toMatchObject({ status: 201, body: { state: 'effective' } })
    expect([await waitsFor(team), await waitsFor(stranger)]).toEqual([[], []])
    expect(await involvementOf(team, table, registry.stranger)).toBe('seated')
    expect((await team.get(at(table, `/parties/${held.body.partyId}`))).body.involvement).toBe('seated')
    const listed = (await team.get(at(table, '/parties'))).body.items
    expect(listed.find(({ id }: { id: string }) => id === held.body.partyId).involvement).toBe('seated')
    expect((await stranger.get(at(table))).body.allowedActions).toContain('call-reflection')
    expect(refusalOf(await team.post(`${address}/objections`, { reason }))).toMatchObject({ status: 409, code: 'wrong-state' })
  })

  test('a party that asks is seated by itself once nobody objected', async () => {
    const table = await covenant()
    await does(registry, table, registry.parents.grantor, grantMandate, grantTo(registry, registry.parents))
    const asked = await registry.as(registry.parents.representative).post(at(table, '/accessions'), { reason })
    expect(asked).toMatchObject({ status: 201, body: { state: 'pending' } })
    const address = String(asked.headers.location).replace('/v1', '')
    const waiting = await team.get(address)
    registry.pass(15)
    expect(await involvementOf(team, table, registry.parents)).toBe('seated')
    const held = await team.get(address)
    expect([held.body.state, held.etag === waiting.etag]).toEqual(['effective', false])
  })

  test('an objection stops it, and takes away the place of who was let in', async () => {
    const table = await covenant()
    const { body } = await school.post(at(table, '/accessions'), { organisationId: registry.stranger.id, reason })
    registry.pass(15)
    await school.post(at(table, `/annexes/${body.id}/consents`), {})
    expect((await stranger.get(at(table))).status).toBe(200)
    const objected = await city.post(at(table, `/annexes/${body.id}/objections`), { reason: 'Not yet.' })
    expect(objected).toMatchObject({ status: 201, body: { state: 'objected', objection: { partyId: partyIdOf(table, registry.city) } } })
    expect((await stranger.get(at(table))).status).toBe(404)
    const place = await team.get(at(table, `/parties/${body.partyId}`))
    expect(place.body).toMatchObject({ involvement: 'informed', leftBecause: 'Not yet.' })
  })

  test('annexes are listed by kind, page by page', async () => {
    const table = await covenant()
    const first = await school.post(at(table, '/accessions'), { organisationId: registry.stranger.id, reason })
    const second = await school.post(at(table, `/parties/${partyIdOf(table, registry.city)}/expulsions`), { reason })
    expect(second).toMatchObject({ status: 201, body: { kind: 'expulsion', state: 'proposed' } })
    const page = (await team.get(at(table, '/annexes?limit=1'))).body
    const rest = (await team.get(at(table, `/annexes?limit=1&cursor=${page.next}`))).body
    expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual([first.body.id, second.body.id])
    expect((await team.get(at(table, '/annexes?kind=expulsion'))).body.items).toEqual([second.body])
    expect(refusalOf(await team.get(at(table, `/annexes/${newId()}`)))).toMatchObject({ status: 404, code: 'not-found' })
  })
})

describe('leaving what was adopted', () => {
  const groundRules = { standard: [1, 2, 3, 4, 5, 6, 7], additional: [], renewalGraceDays: 14, reflectionDays: 14, noticeDays: 30 }

  test('with notice: at the table until the end of it, and not a moment longer', async () => {
    const table = await covenant({ groundRules: { ...groundRules, adoption: { kind: 'nobody-withholds' } } })
    const place = at(table, `/parties/${partyIdOf(table, registry.city)}`)
    const left = await city.post(`${place}/withdrawals`, { reason })
    expect(left).toMatchObject({ status: 201, body: { involvement: 'seated', leaving: { because: reason } } })
    registry.pass(29)
    expect((await city.get(at(table))).status).toBe(200)
    registry.pass(2)
    for (const url of [at(table), at(table, '/annexes'), place]) expect([url, (await city.get(url)).status]).toEqual([url, 404])
    expect((await city.get('/agreements?limit=100')).body.items.map(({ id }: { id: string }) => id)).not.toContain(table.id)
    expect(refusalOf(await city.post(at(table, '/ending'), { reason }))).toMatchObject({ status: 404 })
    expect((await school.get(place)).body).toMatchObject({ leftAt: left.body.leaving.at, leftBecause: reason })
    expect((await school.get(at(table, '/annexes?kind=withdrawal'))).body.items).toMatchObject([{ state: 'effective' }])
    expect(await involvementOf(school, table, registry.city)).toBeUndefined()
  })

  test('being put out: after the consent of every other, and the window', async () => {
    const table = await covenant()
    const out = await school.post(at(table, `/parties/${partyIdOf(table, registry.city)}/expulsions`), { reason })
    const consents = at(table, `/annexes/${out.body.id}/consents`)
    expect(refusalOf(await city.post(consents, {}))).toMatchObject({ status: 409, code: 'about-yourself' })
    expect((await team.post(consents, {})).body.state).toBe('pending')
    expect((await city.get(at(table))).status).toBe(200)
    registry.pass(15)
    expect((await city.get(at(table))).status).toBe(404)
    expect((await school.get(at(table))).body.parties.length).toBe(4)
  })
})

describe('what is in force knows who joined or left', () => {
  const listed = async (reader: Caller, query: string) =>
    (await reader.get(`/current-agreements?limit=100&${query}`)).body.items.map(({ agreementId }: { agreementId: string }) => agreementId)
  const onMap = async (reader: Caller, of: House, table: Table) =>
    (await reader.get(`/social-map/${of.id}`)).body.agreements.find(({ id }: { id: string }) => id === table.id)?.involvement
  const day = (days: number) => new Date(Date.parse(registry.now()) + days * 86_400_000).toISOString()

  test('from the moment on at which it takes effect, for every reader, and not before', async () => {
    const { id: networkId } = await foundNetwork(registry.deps, registry.school.representative.actor, {
      name: 'Back to school',
      sharedGoal: 'Every child at school',
      memberIds: [registry.city.id, registry.stranger.id],
    })
    const table = await acting(registry, { kind: 'covenant', title: 'A covenant', networkId })
    const current = at(table, '/current')
    const before = await team.get(current)
    expect([before.etag, before.body]).toEqual(['"1"', expect.not.objectContaining({ annexes: expect.anything() })])
    const invited = await school.post(at(table, '/accessions'), { organisationId: registry.stranger.id, reason })
    registry.pass(15)
    await school.post(at(table, `/annexes/${invited.body.id}/consents`), {})
    for (const house of [registry.stranger, registry.parents])
      await does(registry, table, house.grantor, grantMandate, grantTo(registry, house))
    expect((await registry.as(registry.parents.representative).post(at(table, '/accessions'), { reason })).status).toBe(201)
    const left = await city.post(at(table, `/parties/${partyIdOf(table, registry.city)}/withdrawals`), { reason })
    expect(left.status).toBe(201)
    const between = await team.get(current)
    expect(between.body.annexes).toMatchObject([{ kind: 'withdrawal', name: 'City', organisationId: registry.city.id }])
    registry.pass(1)
    const consented = await stranger.post(at(table, `/annexes/${invited.body.id}/consents`), {})
    expect(consented.body.state).toBe('effective')
    registry.pass(14)

    // The text that was signed is as it was; what came beside it has an ETag of its own.
    const after = await team.get(current)
    const { annexes, ...signed } = after.body
    expect(signed).toEqual(before.body)
    expect(annexes.map(({ kind }: { kind: string }) => kind)).toEqual(['withdrawal', 'accession', 'accession'])
    expect(annexes[1]).toMatchObject({ id: invited.body.id, organisationId: registry.stranger.id, partyId: invited.body.partyId })
    expect(new Set([before.etag, between.etag, after.etag]).size).toBe(3)
    const asked = async (etag: string) => (await team.get(current, { 'if-none-match': etag })).status
    expect([await asked(before.etag ?? ''), await asked(between.etag ?? ''), await asked(after.etag ?? '')]).toEqual([200, 200, 304])

    // Whom it is listed for, on the map and in the graph.
    expect(await listed(team, `party=${registry.stranger.id}`)).toContain(table.id)
    expect(await listed(team, `party=${registry.city.id}`)).not.toContain(table.id)
    const one = (await team.get('/current-agreements?limit=100')).body.items.find(
      (item: { agreementId: string }) => item.agreementId === table.id,
    )
    expect(one).toEqual(after.body)
    expect([await onMap(team, registry.stranger, table), await onMap(team, registry.city, table)]).toEqual(['seated', undefined])
    const { nodes } = (await school.get(`/networks/${networkId}/graph`)).body
    const counted = Object.fromEntries(nodes.map(({ name, agreements }: { name: string; agreements: number }) => [name, agreements]))
    expect(counted).toMatchObject({ School: 1, City: 0, Stranger: 1 })

    // Looking back: what held then, and what was known then.
    const kindsAt = async (query: string) =>
      ((await team.get(`${current}?${query}`)).body.annexes ?? []).map(({ kind }: { kind: string }) => kind)
    expect(await kindsAt(`validAt=${day(-14.5)}`)).toEqual(['withdrawal'])
    expect(await kindsAt(`validAt=${day(-13)}`)).toEqual(['withdrawal', 'accession'])
    expect(await kindsAt(`validAt=${day(0)}&knownAt=${day(-13)}`)).toEqual(['withdrawal', 'accession', 'accession'])
    expect(await kindsAt(`validAt=${day(0)}&knownAt=${before.body.adoptedAt}`)).toEqual([])
    expect(await listed(team, `party=${registry.city.id}&validAt=${before.body.adoptedAt}`)).toContain(table.id)

    // And why: who did what under which mandate, with the proof of it.
    const { annexes: explained, proof } = (await stranger.get(at(table, '/versions/1/explanation'))).body
    expect(explained.map(({ annex }: { annex: { state: string } }) => annex.state)).toEqual(['effective', 'effective', 'effective'])
    const joined = explained.find(({ annex }: { annex: { id: string } }) => annex.id === invited.body.id)
    expect(joined.acts).toMatchObject([
      { act: 'proposed', personId: registry.school.representative.actor.personId, partyId: partyIdOf(table, registry.school) },
      { act: 'consented', personId: registry.school.representative.actor.personId, partyId: partyIdOf(table, registry.school) },
      {
        act: 'consented',
        personId: registry.stranger.representative.actor.personId,
        partyId: invited.body.partyId,
        mandateId: expect.any(String),
      },
    ])
    const proven = new Set(proof.map(({ revision }: { revision: number }) => revision))
    expect(joined.acts.every(({ revision }: { revision: number }) => proven.has(revision))).toBe(true)
  })
})

describe('a TWO under a covenant', () => {
  test('is not begun under one that is ended or has nothing in force, which only its parties are told', async () => {
    const above = await covenant()
    const begin = (who: Caller, underId: string) => who.post('/agreements', { kind: 'two', title: 'Under it', underId })
    expect((await begin(school, above.id)).status).toBe(201)
    expect(refusalOf(await begin(stranger, above.id)).errors).toEqual(['not-found /underId'])
    const draft = await school.post('/agreements', { kind: 'covenant', title: 'A draft' })
    for (const who of [school, team, city]) await who.post(at(above, '/ending'), { reason })
    for (const id of [above.id, draft.body.id]) {
      const refused = refusalOf(await begin(school, id))
      expect([refused.status, refused.errors]).toEqual([409, ['covenant-not-in-force /underId']])
      expect(refusalOf(await begin(stranger, id)).errors).toEqual(['not-found /underId'])
    }
  })

  test('shows what of it lies outside the covenant, and is not adopted', async () => {
    const above = await covenant()
    const { validUntil } = above.state.adopted?.content.validity ?? { validUntil: '' }
    const made = await school.post('/agreements', {
      kind: 'two',
      title: 'Under it',
      underId: above.id,
      parties: [{ organisationId: registry.team.id, involvement: 'seated' }],
    })
    const two = at({ id: made.body.id } as Table)
    await school.post(`${two}/rounds`, {})
    const text = {
      title: 'Under it',
      mandate: { needed: 'x', subjects: ['other'] },
      validity: { ...above.state.adopted?.content.validity },
    }
    const { etag } = await school.get(`${two}/text`)
    const later = `${Number(validUntil.slice(0, 4)) + 1}${validUntil.slice(4)}`
    const written = await school.put(`${two}/text`, { ...text, validity: { ...text.validity, validUntil: later } }, etag)
    const outside = (missing: { code: string }[]) => missing.map(({ code }) => code).filter((code) => code.includes('covenant'))
    const expected = ['outside-covenant-term', 'outside-covenant-subject']
    expect(outside(written.body.missing)).toEqual(expected)
    expect(outside((await team.get(two)).body.missing)).toEqual(expected)
    expect(outside((await team.get(`${two}/rounds/1/adoption`)).body.missing)).toEqual(expected)
    await does(
      registry,
      { ...above, id: made.body.id, state: { ...above.state } },
      registry.school.grantor,
      grantMandate,
      grantTo(registry, registry.school),
    )
    const adopted = await school.post(`${two}/rounds/1/adoption`, { textDigest: written.body.textDigest })
    expect(refusalOf(adopted).errors).toEqual(
      expect.arrayContaining(['outside-covenant-term /validity/validUntil', 'outside-covenant-subject /mandate/subjects/0']),
    )
  })
})
