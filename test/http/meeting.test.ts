import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aRegistry, type Caller, deliberating, type House, partyIdOf, type Registry, refusalOf, type Table } from '../support/registry.ts'

let registry: Registry
let school: Caller
let team: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  team = registry.as(registry.team.representative)
  stranger = registry.as(registry.stranger.representative)
})
afterAll(() => registry.close())

const at = (table: Table, rest = '') => `/agreements/${table.id}/meetings${rest}`
const minutesAgo = (minutes: number) => new Date(Date.parse(registry.now()) - minutes * 60_000).toISOString()
const idOf = (house: House) => house.representative.actor.personId

/** A meeting that has just begun. */
const begun = async (table: Table) => (await school.post(at(table), { title: 'Monthly', startsAt: minutesAgo(10) })).body

describe('planning', () => {
  test('a planned meeting has an address, and moves on the revision that was read', async () => {
    const table = await deliberating(registry)
    const plan = { title: 'Monthly', startsAt: '2030-01-07T10:00:00+01:00', place: 'Town hall', agenda: ['How does it go?'] }
    const made = await school.post(at(table), plan)
    expect(made).toMatchObject({ status: 201, body: { ...plan, startsAt: '2030-01-07T09:00:00.000Z', state: 'planned', roundNumber: 1 } })
    const address = String(made.headers.location).slice(3)
    const read = await team.get(address)
    expect([read.body, read.etag]).toEqual([made.body, made.etag])
    expect((await team.get(address, { 'if-none-match': read.etag })).status).toBe(304)

    const { place: _, ...elsewhere } = plan
    expect((await school.put(address, elsewhere)).status).toBe(428)
    const moved = await school.put(address, { ...elsewhere, startsAt: '2030-01-08T09:00:00Z' }, read.etag)
    expect(moved.body).toMatchObject({ startsAt: '2030-01-08T09:00:00.000Z' })
    expect(refusalOf(await school.put(address, elsewhere, read.etag))).toMatchObject({ status: 412, code: 'stale' })
    expect((await school.post(`${address}/cancellation`, { reason: 'Snow' }, moved.etag)).body).toMatchObject({
      state: 'cancelled',
      cancelled: { reason: 'Snow' },
    })
    expect(refusalOf(await school.put(address, elsewhere, '*')).code).toBe('wrong-state')
  })

  test('the list follows the clock of the meetings, page by page, by state and round', async () => {
    const table = await deliberating(registry)
    for (const startsAt of ['2030-03-01T09:00:00Z', '2030-01-01T09:00:00Z', '2030-02-01T09:00:00Z'])
      await school.post(at(table), { title: startsAt, startsAt })
    const first = await team.get(at(table, '?limit=2&state=planned&round=1'))
    const second = await team.get(at(table, `?limit=2&state=planned&round=1&cursor=${first.body.next}`))
    const titles = [...first.body.items, ...second.body.items].map((meeting) => meeting.title)
    expect(titles).toEqual(['2030-01-01T09:00:00Z', '2030-02-01T09:00:00Z', '2030-03-01T09:00:00Z'])
    expect(first.headers.link).toContain('rel="next"')
    expect((await team.get(at(table, '?state=closed'))).body).toEqual({ items: [] })
    expect((await team.get(at(table, '?round=2'))).body).toEqual({ items: [] })
  })

  test('for others the meetings are not there', async () => {
    const table = await deliberating(registry)
    const { id } = await begun(table)
    for (const path of ['', `/${id}`]) expect((await stranger.get(at(table, path))).status).toBe(404)
    expect((await stranger.post(at(table, `/${id}/closure`))).status).toBe(404)
    expect(refusalOf(await school.get(at(table, `/${randomUUID()}`))).code).toBe('not-found')
    expect(refusalOf(await school.put(at(table, `/${randomUUID()}/minutes`), { decisions: [] }, '"1"')).code).toBe('not-found')
  })
})

describe('holding', () => {
  test('attendance and minutes are kept on what was read, and closing makes mandates due for renewal', async () => {
    const table = await deliberating(registry)
    const { id } = await begun(table)
    const meeting = await school.get(at(table, `/${id}`))
    const colleague = registry.school.colleague.actor.personId
    const attendees = [{ personId: idOf(registry.school) }, { personId: colleague }, { personId: idOf(registry.team), presence: 'excused' }]
    const attended = await school.put(at(table, `/${id}/attendance`), { attendees }, meeting.etag)
    expect(attended.body.attendance).toMatchObject([
      { capacity: 'representative', presence: 'present', mandateId: expect.any(String) },
      { capacity: 'observer', presence: 'present' },
      { capacity: 'representative', presence: 'excused' },
    ])
    const decisions = [{ what: 'One desk', why: 'Parents asked for it', byPartyIds: [partyIdOf(table, registry.school)] }]
    expect((await school.put(at(table, `/${id}/minutes`), { decisions }, meeting.etag)).status).toBe(412)
    const minuted = await school.put(at(table, `/${id}/minutes`), { decisions }, attended.etag)
    expect(minuted.body.minutes.decisions).toMatchObject(decisions)
    const closed = await school.post(at(table, `/${id}/closure`), undefined, minuted.etag)
    expect(closed).toMatchObject({ status: 201, body: { state: 'closed', closedAt: expect.any(String) } })
    expect(refusalOf(await school.post(at(table, `/${id}/closure`))).code).toBe('wrong-state')
    const text = { position: 'accept', textDigest: '0'.repeat(64) }
    expect(refusalOf(await school.post(`/agreements/${table.id}/rounds/1/stances`, text)).code).toBe('mandate-renewal-due')
    expect(refusalOf(await team.post(`/agreements/${table.id}/rounds/1/stances`, text)).code).toBe('text-changed')
  })

  test('one call records a whole meeting, or nothing of it', async () => {
    const table = await deliberating(registry)
    const { id } = await begun(table)
    const record = {
      attendees: [{ personId: idOf(registry.school) }, { personId: idOf(registry.team) }],
      decisions: [{ what: 'One desk', why: 'Parents asked for it', byPartyIds: [partyIdOf(table, registry.school)] }],
      contributions: [{ kind: 'concern', text: 'We are short of people.' }],
    }
    const problem = { kind: 'problem', text: 'Nobody answers.' }
    const half = await school.post(at(table, `/${id}/record`), { ...record, contributions: [...record.contributions, problem] })
    expect(refusalOf(half)).toEqual({
      status: 409,
      code: 'problem-needs-proposal',
      errors: ['problem-needs-proposal /contributions/1/proposal'],
    })
    expect((await school.get(at(table, `/${id}`))).body).toMatchObject({ state: 'planned', attendance: [] })
    expect((await school.get(`/agreements/${table.id}/rounds/1/contributions`)).body.items).toEqual([])

    const recorded = await school.post(at(table, `/${id}/record`), record)
    expect(recorded).toMatchObject({ status: 201, body: { state: 'closed', minutes: { decisions: record.decisions } } })
    expect((await team.get(at(table, `/${id}`))).body).toEqual(recorded.body)
    const { items } = (await team.get(`/agreements/${table.id}/rounds/1/contributions`)).body
    expect(items).toMatchObject([{ kind: 'concern', meetingId: id }])
  })

  test('a guest has in their own data what they acknowledged, in which words and when; nobody else there has it', async () => {
    const table = await deliberating(registry)
    const [first, second] = [await begun(table), await begun(table)]
    const { stranger: elsewhere } = registry
    const guest = { personId: idOf(elsewhere), statement: 'What is said here stays here.' }
    const other = { personId: elsewhere.grantor.actor.personId, statement: 'I tell nobody.' }
    const noted = await school.put(at(table, `/${first.id}/guests`), { guests: [guest, other] }, '*')
    await school.put(at(table, `/${second.id}/guests`), { guests: [guest] }, '*')
    // Whom they took off the list again is no guest of it.
    await school.put(at(table, `/${second.id}/guests`), { guests: [] }, '*')
    type Held = { agreementId: string; kind: string; item: object }
    const asGuest = async (who: Caller, path = '/me/data') =>
      (await who.get(path)).body.inAgreements.filter(({ kind, agreementId }: Held) => kind === 'guest' && agreementId === table.id)
    const own = await asGuest(registry.as(elsewhere.representative))
    const { organisationId, notedAt } = noted.body.guests[0]
    const item = { ...guest, organisationId, notedAt, meetingId: first.id }
    expect(own).toEqual([{ agreementId: table.id, kind: 'guest', item }])
    const path = `/organisations/${elsewhere.id}/people/${guest.personId}/data`
    expect(await asGuest(registry.as(elsewhere.grantor), path)).toEqual(own)
    expect(await asGuest(registry.as(elsewhere.grantor))).toMatchObject([{ item: other }])
    expect(await asGuest(school)).toEqual([])
  })

  test('its minutes come as Markdown for who prefers that, in the language of the reader', async () => {
    const table = await deliberating(registry)
    const { id } = await begun(table)
    const { school: house, parents, stranger: elsewhere } = registry
    const guests = [{ personId: idOf(elsewhere), statement: 'What is said here stays here.' }]
    const noted = await school.put(at(table, `/${id}/guests`), { guests }, '*')
    expect(noted.status).toBe(200)
    await school.post(at(table, `/${id}/record`), {
      attendees: [house, parents, elsewhere].map((one) => ({ personId: idOf(one) })),
      decisions: [{ what: '# One <b>desk</b>', why: '[Parents](https://x.example) asked', byPartyIds: [partyIdOf(table, house)] }],
    })
    const read = (accept: string, language = 'nl') => team.get(at(table, `/${id}`), { accept, 'accept-language': language })
    const minutes = await read('text/markdown')
    expect(minutes.status).toBe(200)
    expect(minutes.headers).toMatchObject({ 'content-type': 'text/markdown; charset=utf-8', 'content-language': 'nl' })
    expect(String(minutes.headers.vary)).toContain('Accept, Accept-Language')
    expect(minutes.body).toMatch(/^# Monthly\n\n- Overeenstemming: /)
    expect(minutes.body).toMatch(/\(School\), met mandaat\n/)
    expect(minutes.body).toMatch(/\(Parents\), als waarnemer\n/)
    expect(minutes.body).toMatch(/\(Stranger\), als gast\n/)
    expect(minutes.body).toContain(
      '1. \\# One \\<b\\>desk\\</b\\>\n\n   Waarom: \\[Parents\\](https\\://x.example) asked\n\n   Door: School\n',
    )
    expect((await read('text/markdown, application/json;q=0.5', 'en')).body).toContain('Why: ')
    for (const accept of ['application/json', '*/*', 'application/json, text/markdown', 'text/markdown;q=0.5, */*'])
      expect((await read(accept)).body).toMatchObject({ id, state: 'closed' })
    expect(refusalOf(await read('text/html'))).toMatchObject({ status: 406, code: 'not-acceptable' })
    const etags = [minutes.etag, (await read('text/markdown', 'en')).etag, (await read('application/json')).etag]
    expect(new Set(etags).size).toBe(3)
    expect(
      (await team.get(at(table, `/${id}`), { accept: 'text/markdown', 'accept-language': 'nl', 'if-none-match': minutes.etag })).status,
    ).toBe(304)
    expect((await stranger.get(at(table, `/${id}`), { accept: 'text/markdown' })).status).toBe(404)
  })

  test('a person whom nobody knows is named with where they stand in the list', async () => {
    const table = await deliberating(registry)
    const { id } = await begun(table)
    const attendees = [{ personId: idOf(registry.school) }, { personId: randomUUID() }]
    expect(refusalOf(await school.post(at(table, `/${id}/record`), { attendees })).errors).toEqual(['not-found /attendees/1/personId'])
    expect(
      refusalOf(await school.post(at(table, `/${id}/record`), { attendees: [{ personId: 'me', role: 'chair' }] })).errors.sort(),
    ).toEqual(['unknown-field /attendees/0/role', 'wrong-format /attendees/0/personId'])
  })
})
