import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRole } from '../../src/actions/role.ts'
import { addDays } from '../../src/domain/time.ts'
import { only } from '../support/agreement.ts'
import {
  accepted,
  acting,
  aRegistry,
  type Caller,
  deliberating,
  digestOf,
  type House,
  limit,
  partyIdOf,
  prepared,
  type Registry,
  refusalOf,
  subject,
  type Table,
} from '../support/registry.ts'

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

const at = (table: Table, rest = '') => `/agreements/${table.id}/commitments${rest}`

/** A round with one role, and what offering a commitment in it to a house takes. */
async function table(): Promise<{ table: Table; terms: (owner: House, over?: object) => object }> {
  const { id } = await deliberating(registry)
  const target = { agreementId: id }
  const changed = await createRole(registry.deps, registry.school.representative.actor, target, {
    name: 'lead',
    purpose: 'Leads',
    tasks: [],
  })
  const roleId = only(Object.keys(changed.state.roles)[0])
  const terms = (owner: House, over: object = {}) => ({
    what: 'Visit every family within a week',
    ownerPartyId: partyIdOf(changed, owner),
    roleId,
    subject,
    demands: [{ measure: limit.measure, amount: 8 }],
    ongoing: true,
    ...over,
  })
  return { table: changed, terms }
}

describe('offering', () => {
  test('what is offered has an address, and its owner answers', async () => {
    const { table: here, terms } = await table()
    const offered = await school.post(at(here), terms(registry.team))
    expect(offered).toMatchObject({ status: 201, body: { state: 'offered', version: 1, overdue: false } })
    const address = String(offered.headers.location).slice(3)
    const read = await team.get(address)
    expect([read.body, read.etag]).toEqual([offered.body, offered.etag])
    expect((await team.get(address, { 'if-none-match': read.etag })).status).toBe(304)
    expect(refusalOf(await school.post(`${address}/acceptances`, { decision: 'accepted' }))).toMatchObject({
      status: 403,
      code: 'not-yours',
    })
    expect(refusalOf(await team.post(`${address}/acceptances`, { decision: 'declined' })).errors).toEqual(['reason-required /reason'])
    const answered = await team.post(`${address}/acceptances`, { decision: 'accepted' }, read.etag)
    expect(answered).toMatchObject({ status: 201, body: { state: 'accepted', answer: { partyId: partyIdOf(here, registry.team) } } })
  })

  test('more than the mandate allows is refused, with every gap', async () => {
    const { table: here, terms } = await table()
    const demands = [{ measure: limit.measure, amount: 40 }]
    const { body } = await school.post(at(here), terms(registry.team, { demands, subject: 'home-visits' }))
    expect(refusalOf(await team.post(at(here, `/${body.id}/acceptances`), { decision: 'accepted' }))).toEqual({
      status: 409,
      code: 'refused',
      errors: ['outside-mandate-subject /decision', 'outside-mandate-limit /decision'],
    })
  })

  test('revising and withdrawing need what was read; what was withdrawn stays on record', async () => {
    const { table: here, terms } = await table()
    const { body, etag } = await school.post(at(here), terms(registry.team))
    const address = at(here, `/${body.id}`)
    expect((await school.put(address, terms(registry.city))).status).toBe(428)
    const revised = await school.put(address, terms(registry.city), etag)
    expect(revised.body).toMatchObject({ state: 'offered', terms: { ownerPartyId: partyIdOf(here, registry.city) } })
    expect(refusalOf(await school.put(address, terms(registry.team), etag))).toMatchObject({ status: 412, code: 'stale' })
    expect((await school.del(address, etag)).status).toBe(412)
    expect((await school.del(address, revised.etag)).status).toBe(204)
    expect((await school.get(address)).body.state).toBe('withdrawn')
    expect(refusalOf(await school.del(at(here, `/${randomUUID()}`), etag))).toMatchObject({ status: 404 })
  })

  test('a due date or ongoing, and no fields of the server', async () => {
    const { table: here, terms } = await table()
    const { errors } = refusalOf(await school.post(at(here), { ...terms(registry.team), dueOn: registry.today() }))
    expect(errors).toEqual(['not-allowed /dueOn'])
    const owned = { ...terms(registry.team), id: randomUUID(), coResponsiblePartyIds: [] }
    expect(refusalOf(await school.post(at(here), owned)).errors.sort()).toEqual([
      'unknown-field /coResponsiblePartyIds',
      'unknown-field /id',
    ])
    expect(refusalOf(await school.post(at(here), terms(registry.team, { roleId: randomUUID() }))).errors).toEqual(['not-found /roleId'])
  })

  test('for others they are not there', async () => {
    const { table: here, terms } = await table()
    const { body } = await school.post(at(here), terms(registry.team))
    for (const path of ['', '?version=1', `/${body.id}`, `/${body.id}/progress`]) {
      expect(refusalOf(await stranger.get(at(here, path))), path).toEqual({ status: 404, code: 'not-found', errors: ['not-found'] })
    }
    expect((await school.get(at(here, `/${body.id}?version=2`))).status).toBe(404)
    expect((await school.get(at(here, `/${randomUUID()}/progress`))).status).toBe(404)
  })
})

describe('listing', () => {
  test('by state and by owner, page by page', async () => {
    const { table: here, terms } = await table()
    const made = []
    for (const owner of [registry.team, registry.city, registry.team]) made.push((await school.post(at(here), terms(owner))).body.id)
    await team.post(at(here, `/${made[0]}/acceptances`), { decision: 'accepted' })
    const ids = async (query: string) => (await school.get(at(here, query))).body.items.map((item: { id: string }) => item.id)
    expect(await ids('')).toEqual(made)
    expect(await ids('?state=accepted')).toEqual([made[0]])
    expect(await ids(`?owner=${partyIdOf(here, registry.team)}&state=offered`)).toEqual([made[2]])
    expect(await ids('?version=1')).toEqual(made)
    expect(await ids('?version=2')).toEqual([])
    const first = await school.get(at(here, '?limit=2'))
    expect(await ids(`?limit=2&cursor=${first.body.next}`)).toEqual([made[2]])
    expect(refusalOf(await school.get(at(here, `?limit=2&state=offered&cursor=${first.body.next}`))).errors).toEqual([
      'wrong-cursor cursor',
    ])
  })
})

describe('keeping promises', () => {
  test('each report is kept, and the last one shows', async () => {
    const here = await acting(registry)
    const id = only(Object.keys(here.state.promises)[0])
    expect(refusalOf(await school.post(at(here, `/${id}/progress`), { state: 'done' })).code).toBe('not-yours')
    await team.post(at(here, `/${id}/progress`), { state: 'at-risk', note: 'Two are ill.' })
    const done = await team.post(at(here, `/${id}/progress`), { state: 'done' })
    expect(done).toMatchObject({ status: 201, body: { progress: { state: 'done' }, reports: 2 } })
    expect((await school.get(at(here, `/${id}`))).body).toEqual(done.body)
    const first = await school.get(at(here, `/${id}/progress?limit=1`))
    expect(first.body.items).toEqual([
      {
        at: expect.any(String),
        partyId: partyIdOf(here, registry.team),
        personId: expect.any(String),
        state: 'at-risk',
        note: 'Two are ill.',
      },
    ])
    const second = await school.get(at(here, `/${id}/progress?limit=1&cursor=${first.body.next}`))
    expect(second.body.items).toMatchObject([{ state: 'done' }])
    expect(second.body.next).toBeUndefined()
    const { id: _, coResponsiblePartyIds: __, ...terms } = done.body.terms
    expect(refusalOf(await school.put(at(here, `/${id}`), terms, done.etag))).toMatchObject({ status: 409, code: 'wrong-phase' })
  })

  test('what should have been done by today shows as overdue, until it is done', async () => {
    const before = await prepared(registry)
    const roleId = only(Object.keys(before.state.roles)[0])
    const dueOn = addDays(registry.today(), 7)
    const terms = { what: 'A plan', ownerPartyId: partyIdOf(before, registry.team), roleId, subject, dueOn }
    const { body } = await school.post(at(before), terms)
    const { status } = await team.post(at(before, `/${body.id}/acceptances`), { decision: 'accepted' })
    expect(status).toBe(201)
    const digest = (await school.get(`/agreements/${before.id}/rounds/1/adoption`)).body.textDigest
    expect(digest).not.toBe(digestOf(before))
    const { rows } = await registry.fresh.owner.query('select state from streams where id = $1', [before.id])
    await accepted(registry, { id: before.id, state: rows[0].state })
    expect((await school.post(`/agreements/${before.id}/rounds/1/adoption`, { textDigest: digest })).status).toBe(201)

    const overdue = async () => (await school.get(at(before, '?overdue=true'))).body.items.map((item: { id: string }) => item.id)
    expect(await overdue()).toEqual([])
    const early = await school.get(at(before, `/${body.id}`))
    registry.goTo(addDays(dueOn, 1))
    expect(await overdue()).toEqual([body.id])
    const late = await school.get(at(before, `/${body.id}`), { 'if-none-match': early.etag })
    expect([late.status, late.body.overdue]).toEqual([200, true])
    await team.post(at(before, `/${body.id}/progress`), { state: 'done' })
    expect(await overdue()).toEqual([])
  })
})
