import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joinNetwork } from '../../src/actions/network/network.ts'
import { assignRole } from '../../src/actions/role.ts'
import { newId } from '../../src/store/new-id.ts'
import { only } from '../support/agreement.ts'
import { acting, aRegistry, type Caller, type House, type Registry, refusalOf, statementsDuring, type Table } from '../support/registry.ts'
import { aNetwork, standFor } from '../support/registry-actions.ts'

let registry: Registry
let networkId: string
let otherNetworkId: string
const tables: { hidden: Table; networked: Table; shown: Table } = {} as never

const callers = () => ({
  parents: registry.as(registry.parents.application),
  inspectorate: registry.as(registry.inspectorate.colleague),
  stranger: registry.as(registry.stranger.colleague),
})

beforeAll(async () => {
  registry = await aRegistry()
  const { deps, school, stranger } = registry
  networkId = await aNetwork(registry)
  await joinNetwork(deps, school.representative.actor, { networkId }, { organisationId: stranger.id })
  const founding = { name: 'Others', sharedGoal: 'The same', memberIds: [registry.inspectorate.id] }
  otherNetworkId = (await registry.as(registry.city.representative).post('/networks', founding)).body.id
  tables.hidden = await acting(registry, { title: 'Hidden', networkId })
  tables.networked = await acting(registry, { title: 'Networked', visibility: 'network', networkId })
  tables.shown = await acting(registry, { title: 'Shown', visibility: 'public' })
  const roleId = only(Object.keys(tables.hidden.state.roles)[0])
  const { personId } = school.representative.actor
  await assignRole(deps, school.representative.actor, { agreementId: tables.hidden.id }, roleId, { personId })
})
afterAll(() => registry.close())

const entryOf = async (reader: Caller, { id }: House) => (await reader.get(`/social-map/${id}`)).body
const namesOf = async (reader: Caller, query: string): Promise<string[]> =>
  (await reader.get(`/social-map?${query}`)).body.items.map(({ organisation }: { organisation: { name: string } }) => organisation.name)

const careDesk = {
  name: 'Zorgloket',
  what: 'Vragen over verzuim',
  contact: 'Bel gerust.',
  phone: '020 555 0123',
  email: 'zorgloket@example.nl',
  url: 'https://example.nl/zorg',
  openingHours: 'Op werkdagen van 9 tot 17 uur',
  area: 'Kogerveen',
  address: { street: 'Dijkstraat 1', postalCode: '1234 AB', city: 'Kogerveen', province: 'Noord-Holland', country: 'NL' },
}

describe('the social map', () => {
  test('tells of an organisation what it states, and by which desks and persons it is reached', async () => {
    const { stranger } = callers()
    const { school } = registry
    const admin = registry.as(school.grantor)
    const { actor } = school.colleague
    const desks = `/organisations/${school.id}/desks`
    await standFor(registry, school, { weAreNotFor: [{ text: 'Prosecuting', subject: 'prosecution' }] })
    const opened = await admin.post(desks, { ...careDesk, contactPersonId: actor.personId })
    const shut = await admin.post(desks, { name: 'Old desk' })
    await admin.del(`${desks}/${shut.body.id}`, '*')
    const entry = await entryOf(stranger, school)
    expect(entry.position).toMatchObject({ number: 1, weAreNotFor: [{ subject: 'prosecution' }] })
    const { contactPersonId: _, ...desk } = opened.body
    expect(entry.desks).toEqual([{ ...desk, contactPerson: { id: actor.personId, name: 'School colleague', jobTitle: 'colleague' } }])
    expect(entry.organisation).toEqual((await stranger.get(`/organisations/${school.id}`)).body)
    expect((await stranger.get('/social-map')).body.items).toContainEqual(entry)
    await admin.del(`/organisations/${school.id}/people/${actor.personId}`, '*')
    expect((await entryOf(stranger, school)).desks).toEqual([desk])
  })

  test('is changed with the desk: its telephone of today, and no other', async () => {
    const admin = registry.as(registry.team.grantor)
    const desks = `/organisations/${registry.team.id}/desks`
    const { body, etag } = await admin.post(desks, { name: 'Front desk', phone: '020 555 0100' })
    const changed = await admin.put(`${desks}/${body.id}`, { name: 'Front desk', phone: '020 555 0199' }, etag)
    expect([changed.status, changed.body.phone]).toEqual([200, '020 555 0199'])
    expect((await entryOf(callers().stranger, registry.team)).desks).toEqual([changed.body])
    expect(refusalOf(await admin.put(`${desks}/${body.id}`, { name: 'Front desk' }, etag))).toMatchObject({ status: 412, code: 'stale' })
    const others = { name: 'Front desk', contactPersonId: registry.city.colleague.actor.personId }
    expect(refusalOf(await admin.put(`${desks}/${body.id}`, others, '*')).errors).toEqual(['not-found /contactPersonId'])
    expect(refusalOf(await admin.post(desks, { name: 'Desk', what: 'Over BSN 111222333' })).errors).toEqual(['bsn-in-text /what'])
  })

  test('is searched in Dutch: in names, desks and positions, by subject and by network', async () => {
    const { stranger, inspectorate } = callers()
    expect(await namesOf(stranger, 'q=zorgloketten')).toEqual(['School'])
    expect(await namesOf(stranger, 'q=vraag')).toEqual(['School'])
    expect(await namesOf(stranger, `q=${encodeURIComponent('verzuim -zorgloket')}`)).toEqual([])
    expect(await namesOf(stranger, 'q=team')).toEqual(['Youth team'])
    expect(await namesOf(stranger, `q=${encodeURIComponent("'); drop table desks; -- & | ! <->")}`)).toEqual([])
    expect(await namesOf(stranger, 'subject=prosecution')).toEqual(['School'])
    expect(await namesOf(stranger, 'subject=unheard-of')).toEqual([])
    expect(await namesOf(stranger, `network=${networkId}`)).toEqual(['Parents', 'School', 'Stranger', 'Youth team'])
    // Of a network that one is not in, nothing shows: not who is in it either.
    expect(await namesOf(stranger, `network=${otherNetworkId}`)).toEqual([])
    expect(await namesOf(inspectorate, `network=${otherNetworkId}`)).toEqual(['City', 'Inspectorate'])
    expect(refusalOf(await stranger.get('/social-map?q=')).status).toBe(400)
  })

  test('is searched by the beginnings of words and by parts of compounds too, with or without marks, whatever one types', async () => {
    const { stranger } = callers()
    const { city } = registry
    const desk = { name: 'Vrouwenopvang De Haven', what: 'Ook een crèche, en hulp bij schulden. Wmo/Jeugd, 0-4 jaar, 24/7; zie haven.nl.' }
    await registry.as(city.grantor).post(`/organisations/${city.id}/desks`, desk)
    const found = (words: string) => namesOf(stranger, `q=${encodeURIComponent(words)}`)
    for (const words of ['opvang', 'vrouwenopv', 'OPVANG voor vrouwen', 'haven opva', 'creche', 'crèche', 'crech', 'schuld', '"de haven"'])
      expect([words, await found(words)]).toEqual([words, ['City']])
    // What stands between words is nothing that they are searched by.
    for (const words of ['wmo', 'Wmo/Jeugd', 'jeugd', '0-4', '0-4 jaar', '24/7', 'haven.nl', '"wmo/jeugd"', 'opvang -wmo'])
      expect([words, await found(words)]).toEqual([words, words.includes(' -') ? [] : ['City']])
    // Fewer than four letters, within a word before its fourth, with a word that is not there, or with one that must not be.
    for (const words of ['opv', 'rouwenop', 'opvang nergens', 'opvang -haven', 'opvang -schuld', '"haven opvang"'])
      expect([words, await found(words)]).toEqual([words, []])
    for (const odd of ["'", '"', '-', '\\', ':*', "a':*", 'opvang:*x', "''''abcd'' <-> !(", '& | !', '-"', 'de', "o'reilly\\ 'x", '\u0301'])
      expect([odd, (await stranger.get(`/social-map?q=${encodeURIComponent(odd)}`)).status]).toEqual([odd, 200])
    const hsds = (await stranger.get('/social-map/hsds/organizations?search=opvang')).body.contents
    expect(hsds.map(({ name }: { name: string }) => name)).toEqual(['City'])
  })

  test('shows one region, chain or programme, as the networks that the reader is in say of themselves', async () => {
    const { stranger, inspectorate } = callers()
    const identity = { name: 'Back to school', sharedGoal: 'Every child at school', region: 'Kogge', chain: 'Onderwijs' }
    await registry.as(registry.team.representative).put(`/networks/${networkId}/identity`, identity, '*')
    const inRegion = ['Parents', 'School', 'Stranger', 'Youth team']
    expect(await namesOf(stranger, 'region=Kogge&chain=Onderwijs')).toEqual(inRegion)
    for (const query of ['region=Elders', 'region=Kogge&chain=Zorg', 'programme=Kogge']) expect(await namesOf(stranger, query)).toEqual([])
    expect(await namesOf(inspectorate, 'region=Kogge')).toEqual([])
  })

  test('names the networks in which both are', async () => {
    const { stranger, inspectorate } = callers()
    expect((await entryOf(stranger, registry.school)).networks).toEqual([{ id: networkId, name: 'Back to school' }])
    expect((await entryOf(inspectorate, registry.school)).networks).toEqual([])
    expect((await entryOf(stranger, registry.city)).networks).toEqual([])
  })

  test('has the agreements in force that the reader may read, and roles for who sits at the table only', async () => {
    const { parents, stranger } = callers()
    const titlesOf = async (reader: Caller) =>
      (await entryOf(reader, registry.school)).agreements.map(({ title }: { title: string }) => title)
    const { agreements, moreAgreements } = await entryOf(parents, registry.school)
    expect(moreAgreements).toBe(false)
    expect(agreements).toEqual([
      { id: tables.shown.id, kind: 'two', title: 'Shown', version: 1, involvement: 'seated' },
      { id: tables.networked.id, kind: 'two', title: 'Networked', version: 1, involvement: 'seated' },
      { id: tables.hidden.id, kind: 'two', title: 'Hidden', version: 1, involvement: 'seated', roles: ['lead'] },
    ])
    expect(await titlesOf(stranger)).toEqual(['Shown', 'Networked'])
    const outsider = registry.as(registry.stranger.application)
    await registry.as(registry.stranger.representative).del(`/networks/${networkId}/members/${registry.stranger.id}`, '*')
    expect(await titlesOf(outsider)).toEqual(['Shown'])
    expect(JSON.stringify((await outsider.get('/social-map')).body)).not.toMatch(/Hidden|Networked|lead/)
    // The same versions as the integrations' door gives of that party.
    for (const reader of [parents, outsider]) {
      const { items } = (await reader.get(`/current-agreements?party=${registry.school.id}`)).body
      expect((await titlesOf(reader)).sort()).toEqual(items.map((item: { content: { title: string } }) => item.content.title).sort())
    }
  })

  test('comes in pages by name, each in three statements, whatever its length', async () => {
    const { stranger } = callers()
    const whole = await namesOf(stranger, 'limit=100')
    expect(whole).toEqual([...whole].sort())
    const read: string[] = []
    let next = '/social-map?limit=2'
    for (let pages = 0; next !== '' && pages < 10; pages += 1) {
      const { body } = await stranger.get(next)
      read.push(...body.items.map(({ organisation }: { organisation: { name: string } }) => organisation.name))
      next = body.next ? `/social-map?limit=2&cursor=${body.next}` : ''
    }
    expect(read).toEqual(whole)
    const during = await statementsDuring(registry, () => stranger.get('/social-map?limit=100'))
    expect(during.filter((text) => /findable|participants|"people"/.test(text))).toHaveLength(3)
  })

  test('is for members, and has nobody who is not there', async () => {
    expect(refusalOf(await registry.operator.get('/social-map'))).toMatchObject({ status: 403, code: 'for-members' })
    expect(refusalOf(await registry.as().get('/social-map'))).toMatchObject({ status: 401 })
    expect(refusalOf(await callers().parents.get(`/social-map/${newId()}`))).toMatchObject({ status: 404, code: 'not-found' })
  })
})

describe('the graph of a network', () => {
  const graph = async (reader: Caller) => (await reader.get(`/networks/${networkId}/graph`)).body

  test('counts what the reader may read, and names no agreement', async () => {
    const { parents } = callers()
    const seen = await graph(parents)
    const [team, school] = [registry.team.id, registry.school.id]
    expect(seen.nodes).toContainEqual({ id: school, name: 'School', agreements: 2, placements: 0 })
    expect(seen.edges).toContainEqual({
      fromId: [team, school].sort()[0],
      toId: [team, school].sort()[1],
      agreements: 2,
      placements: 0,
    })
    expect(seen.complete).toBe(true)
    expect(JSON.stringify(seen)).not.toMatch(/Hidden|Networked|title/)
    // Who sits at none of the tables counts what the network may read.
    await joinNetwork(registry.deps, registry.school.representative.actor, { networkId }, { organisationId: registry.stranger.id })
    expect((await graph(callers().stranger)).nodes).toContainEqual({ id: school, name: 'School', agreements: 1, placements: 0 })
  })

  test('is for members of the network', async () => {
    expect(refusalOf(await callers().inspectorate.get(`/networks/${networkId}/graph`))).toMatchObject({ status: 404, code: 'not-found' })
  })
})
