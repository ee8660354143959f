import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withdrawMandate } from '../../src/actions/mandate.ts'
import { createRole } from '../../src/actions/role.ts'
import { openRound, stateHearing } from '../../src/actions/round.ts'
import { addMonths } from '../../src/domain/time.ts'
import { newId } from '../../src/store/new-id.ts'
import { only } from '../support/agreement.ts'
import {
  acting,
  aDraft,
  aRegistry,
  type Caller,
  deliberating,
  mandateIdOf,
  partyIdOf,
  prepared,
  type Registry,
  refusalOf,
  statementsDuring,
  type Table,
} from '../support/registry.ts'

let registry: Registry
let school: Caller
let team: Caller
let city: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  team = registry.as(registry.team.representative)
  city = registry.as(registry.city.representative)
  stranger = registry.as(registry.stranger.representative)
})
afterAll(() => registry.close())

const at = ({ id }: Pick<Table, 'id'>, rest = '') => `/agreements/${id}${rest}`
const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }
const stale = { status: 412, code: 'stale', errors: ['stale'] }

describe('starting an agreement', () => {
  test('seats the organisation of the caller and gives the others their places', async () => {
    const parties = [{ organisationId: registry.team.id, involvement: 'seated' }]
    const created = await school.post('/agreements', { kind: 'two', title: 'Back to school', parties })
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe(`/v1/agreements/${created.body.id}`)
    expect(created.body.parties.map(({ name, involvement }: Record<string, string>) => `${name} ${involvement}`).sort()).toEqual([
      'School seated',
      'Youth team seated',
    ])
    expect(created.body).toMatchObject({ phase: 'draft', status: 'draft', visibility: 'parties', missing: [] })
    const read = await school.get(at(created.body))
    expect(read.body).toEqual(created.body)
    expect(read.etag).toBe(created.etag)
  })

  test('takes no field that it does not know, nor one that the registry keeps itself', async () => {
    const answer = await school.post('/agreements', { kind: 'two', title: 'x', id: newId(), status: 'active', colour: 'red' })
    expect(refusalOf(answer)).toEqual({
      status: 400,
      code: 'invalid-input',
      errors: ['unknown-field /id', 'unknown-field /status', 'unknown-field /colour'],
    })
  })

  test('is refused with an organisation, network or covenant that is not there, and leaves nothing behind', async () => {
    const before = (await school.get('/agreements')).body.items.length
    const parties = [{ organisationId: newId(), involvement: 'seated' }]
    expect(refusalOf(await school.post('/agreements', { kind: 'two', title: 'x', parties })).errors).toEqual([
      'not-found /parties/0/organisationId',
    ])
    expect(refusalOf(await school.post('/agreements', { kind: 'two', title: 'x', networkId: newId() })).errors).toEqual([
      'not-found /networkId',
    ])
    expect(refusalOf(await school.post('/agreements', { kind: 'two', title: 'x', underId: newId() })).errors).toEqual([
      'not-found /underId',
    ])
    expect((await school.get('/agreements')).body.items).toHaveLength(before)
  })

  test('is for people: an application reads', async () => {
    const application = registry.as(registry.school.application)
    expect(refusalOf(await application.post('/agreements', { kind: 'two', title: 'x' }))).toMatchObject({
      status: 403,
      code: 'scope-missing',
    })
    const writing = registry.as({ ...registry.school.application, scopes: ['handslag:read', 'handslag:write'] })
    expect(refusalOf(await writing.post('/agreements', { kind: 'two', title: 'x' }))).toMatchObject({ status: 403, code: 'for-people' })
    expect(refusalOf(await registry.as().post('/agreements', { kind: 'two', title: 'x' }))).toMatchObject({ status: 401 })
  })
})

describe('reading an agreement', () => {
  test('shows each caller what they may do, and what is missing in their language', async () => {
    const table = await deliberating(registry)
    const mine = (await school.get(at(table))).body
    expect(mine.round).toMatchObject({ number: 1, state: 'deliberating' })
    expect(mine.allowedActions).toEqual(expect.arrayContaining(['edit-text', 'take-stance', 'adopt']))
    expect((await registry.as(registry.parents.representative).get(at(table))).body.allowedActions).not.toContain('edit-text')
    expect((await registry.as(registry.school.application).get(at(table))).body.allowedActions).toEqual([])
    expect(mine.missing).toContainEqual({ code: 'element-missing', detail: 'The element routing is empty.', pointer: '/routing' })
    const dutch = (await school.get(at(table), { 'accept-language': 'nl' })).body.missing
    expect(dutch).toContainEqual({ code: 'element-missing', detail: 'Het onderdeel routing is leeg.', pointer: '/routing' })
  })

  test('is 304 for who has it, and has an ETag of its own for each caller', async () => {
    const table = await aDraft(registry)
    const { etag } = await school.get(at(table))
    expect((await school.get(at(table), { 'if-none-match': etag })).status).toBe(304)
    const { etag: others } = await registry.as(registry.parents.representative).get(at(table))
    expect(others).not.toBe(etag)
  })

  test('is for those at its table: for others it is exactly as unknown as an id that is none', async () => {
    const table = await aDraft(registry)
    const unknown = await stranger.get(`/agreements/${newId()}`)
    expect(refusalOf(unknown)).toEqual(notFound)
    const hidden = await stranger.get(at(table))
    expect({ ...hidden.body, instance: '' }).toEqual({ ...unknown.body, instance: '' })
    for (const path of ['/text', '/parties', `/parties/${newId()}`, '/mandates', '/ending']) {
      expect(refusalOf(await stranger.get(at(table, path))), path).toEqual(notFound)
    }
    expect(refusalOf(await stranger.post(at(table, '/parties'), { organisationId: registry.stranger.id, involvement: 'seated' }))).toEqual(
      notFound,
    )
    expect(refusalOf(await registry.operator.get(at(table)))).toMatchObject({ status: 403, code: 'for-members' })
  })

  test('of another moment shows what was known then', async () => {
    const table = await aDraft(registry)
    const drafted = registry.now()
    registry.pass(3)
    await openRound(registry.deps, registry.school.representative.actor, { agreementId: table.id }, {})
    expect((await school.get(at(table))).body.phase).toBe('deliberating')
    const then = (await school.get(at(table, `?knownAt=${drafted}`))).body
    expect([then.phase, then.allowedActions]).toEqual(['draft', []])
    expect(refusalOf(await school.get(at(table, '?beschikbaarOp=2020-01-01')))).toMatchObject({ status: 404, code: 'not-yet-known' })
  })

  test('of one moment as it was known at another: agreement, mandates and roles together', async () => {
    const table = await aDraft(registry)
    const drafted = registry.now()
    registry.pass(1)
    const { actor } = registry.school.representative
    const mandateId = mandateIdOf(table, registry.school.representative)
    await openRound(registry.deps, actor, { agreementId: table.id }, {})
    await createRole(registry.deps, actor, { agreementId: table.id }, { name: 'lead', purpose: 'Keeps us together', tasks: [] })
    await withdrawMandate(registry.deps, registry.school.grantor.actor, { agreementId: table.id }, mandateId, {
      reason: 'She changes jobs.',
    })
    const changed = registry.now()
    registry.pass(2)
    const seen = async (validAt: string, knownAt: string) => {
      const when = `?geldigOp=${validAt}&beschikbaarOp=${knownAt}`
      const [agreement, mandate, roles] = await Promise.all(
        ['', `/mandates/${mandateId}`, '/roles'].map((path) => school.get(at(table, path + when))),
      )
      return [agreement?.body.phase, mandate?.body.status, roles?.body.items.length]
    }
    const later = addMonths(registry.today(), 30)
    const [before, after] = [
      ['draft', 'effective', 0],
      ['deliberating', 'withdrawn', 1],
    ]
    expect(await seen(drafted, registry.now())).toEqual(before)
    expect(await seen(changed, drafted)).toEqual(before)
    expect(await seen(changed, registry.now())).toEqual(after)
    expect(await seen(later, drafted)).toEqual(['draft', 'expired', 0])
    expect(await seen(later, registry.now())).toEqual(after)
  })

  test('an id in capitals is the same id', async () => {
    const table = await aDraft(registry)
    expect((await school.get(`/agreements/${table.id.toUpperCase()}`)).body.id).toBe(table.id)
    expect(refusalOf(await school.get('/agreements/17'))).toEqual({
      status: 400,
      code: 'invalid-input',
      errors: ['wrong-format agreementId'],
    })
  })
})

describe('the list of agreements', () => {
  test('holds those at whose table the caller is, sorted and filtered, in pages', async () => {
    const own = await acting(registry, { kind: 'covenant', title: 'A' })
    const invited = await school.post(at(own, '/accessions'), { organisationId: registry.stranger.id, reason: 'They read along.' })
    registry.pass(15)
    await school.post(at(own, `/annexes/${invited.body.id}/consents`), {})
    const other = await registry.as(registry.stranger.representative).post('/agreements', { kind: 'two', title: 'B', underId: own.id })
    const titles = async (query: string) =>
      (await stranger.get(`/agreements?${query}`)).body.items.map(({ title }: { title: string }) => title)
    expect(await titles('')).toEqual(['B', 'A'])
    expect(await titles('sort=title')).toEqual(['A', 'B'])
    expect(await titles('kind=covenant')).toEqual(['A'])
    expect(await titles(`under=${own.id}`)).toEqual(['B'])
    expect(await titles('status=active')).toEqual(['A'])
    expect(await titles(`network=${newId()}`)).toEqual([])
    const newest = [other.body.id, own.id]
    for (const [sort, ids] of [
      ['title', newest.toReversed()],
      ['-createdAt', newest],
    ] as const) {
      const first = (await stranger.get(`/agreements?sort=${sort}&limit=1`)).body
      const second = (await stranger.get(`/agreements?sort=${sort}&limit=1&cursor=${first.next}`)).body
      expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
      expect(second.next).toBeUndefined()
    }
    const { next } = (await stranger.get('/agreements?limit=1')).body
    expect(refusalOf(await stranger.get(`/agreements?sort=title&cursor=${next}`)).errors).toEqual(['wrong-cursor cursor'])
    expect(refusalOf(await stranger.get('/agreements?color=red&limit=0')).errors.sort()).toEqual([
      'number-too-small limit',
      'unknown-parameter color',
    ])
  })
})

describe('settings', () => {
  test('change by merge patch, on what the caller read', async () => {
    const table = await aDraft(registry)
    const { etag } = await school.get(at(table))
    const body = { visibility: 'public', groundRules: { renewalGraceDays: 21, adoption: { kind: 'quorum', accepting: 2 } } }
    expect(refusalOf(await school.patch(at(table), body))).toMatchObject({ status: 428, code: 'precondition-required' })
    const changed = await school.patch(at(table), body, etag)
    expect(changed.body).toMatchObject({
      visibility: 'public',
      rules: { renewalGraceDays: 21, reflectionDays: 14, adoption: { kind: 'quorum', accepting: 2 } },
    })
    expect(refusalOf(await school.patch(at(table), body, etag))).toEqual(stale)
    const back = { groundRules: { renewalGraceDays: null, adoption: { kind: 'nobody-withholds', accepting: null } } }
    const again = await school.patch(at(table), back, changed.etag)
    expect(again.body).toMatchObject({ visibility: 'public', rules: { renewalGraceDays: 14, adoption: { kind: 'nobody-withholds' } } })
  })

  test('have the form that they would have after the patch', async () => {
    const table = await aDraft(registry)
    const patch = { visibility: 'everybody', title: 'x', groundRules: { renewalGraceDays: 0, additional: [] } }
    expect(refusalOf(await school.patch(at(table), patch, '*')).errors.sort()).toEqual([
      'not-in-list /visibility',
      'number-too-small /groundRules/renewalGraceDays',
      'unknown-field /groundRules/additional',
      'unknown-field /title',
    ])
    expect(refusalOf(await school.patch(at(table), { groundRules: null }, '*')).errors).toEqual(['required /groundRules'])
    expect(refusalOf(await school.patch(at(table), { groundRules: { standard: [1] } }, '*')).errors).toEqual([
      'rule-fixed /groundRules/standard',
      'rule-fixed /groundRules/standard',
    ])
  })

  test('are bound to a mandate where others can read, and to the founding where they are its rules', async () => {
    const table = await deliberating(registry)
    const grantor = registry.as(registry.school.grantor)
    expect(refusalOf(await grantor.patch(at(table), { visibility: 'public' }, '*'))).toMatchObject({ status: 403, code: 'mandate-missing' })
    const target = { agreementId: table.id, roundNumber: 1 }
    await stateHearing(registry.deps, registry.school.representative.actor, target, { concerns: [] })
    const late = await school.patch(at(table), { groundRules: { reflectionDays: 7 } }, '*')
    expect(refusalOf(late)).toMatchObject({ status: 409, code: 'founding-closed' })
  })
})

describe('the text', () => {
  test('is written on the text that was read, and on no older one', async () => {
    const table = await deliberating(registry)
    const read = await school.get(at(table, '/text'))
    expect(refusalOf(await school.put(at(table, '/text'), read.body.text))).toMatchObject({ status: 428 })
    const written = await school.put(at(table, '/text'), { ...read.body.text, routing: 'Through the care desk.' }, read.etag)
    expect(written.status).toBe(200)
    expect(written.body.content.routing).toBe('Through the care desk.')
    expect(written.body.textDigest).not.toBe(read.body.textDigest)
    expect(refusalOf(await team.put(at(table, '/text'), read.body.text, read.etag))).toEqual(stale)
    expect((await school.get(at(table, '/text'))).etag).toBe(written.etag)
  })

  test('is written in three round trips to the database, after one that looks up who writes', async () => {
    const table = await deliberating(registry)
    const { body, etag } = await school.get(at(table, '/text'))
    let status = 0
    const sent = await statementsDuring(registry, async () => {
      status = (await school.put(at(table, '/text'), body.text, etag)).status
    })
    expect([status, sent]).toEqual([
      200,
      [
        expect.stringMatching(/join accounts/),
        // In one go, without waiting in between.
        expect.stringMatching(/^begin/),
        expect.stringMatching(/ for update$/),
        // Who holds a mandate here, and has left their organisation.
        expect.stringMatching(/ from mandates m join people p /),
        expect.stringMatching(/^select clock_timestamp/),
        expect.stringMatching(/^with entries as/),
        'commit',
      ],
    ])
  })

  test('is not in the way of who adds a role meanwhile, though its digest changes', async () => {
    const table = await deliberating(registry)
    const read = await school.get(at(table, '/text'))
    const role = { name: 'lead', purpose: 'Keeps us together', tasks: [] }
    await createRole(registry.deps, registry.team.representative.actor, { agreementId: table.id }, role)
    const now = await school.get(at(table, '/text'), { 'if-none-match': read.etag })
    expect([now.status, now.body.textDigest === read.body.textDigest]).toEqual([200, false])
    expect((await school.put(at(table, '/text'), read.body.text, read.etag)).status).toBe(200)
  })

  test('changes by merge patch: null takes a field out, a list is replaced whole', async () => {
    const table = await prepared(registry)
    const { etag, body } = await school.get(at(table, '/text'))
    const inScope = [{ id: newId(), text: 'Everybody' }]
    const patch = { routing: null, inScope, mandate: { needed: 'Other words' } }
    const changed = await school.patch(at(table, '/text'), patch, etag)
    expect(changed.body.text).toEqual({
      ...body.text,
      routing: undefined,
      inScope,
      mandate: { ...body.text.mandate, needed: 'Other words' },
    })
    expect(changed.body.missing).toContainEqual(expect.objectContaining({ code: 'element-missing', pointer: '/routing' }))
    const wrong = { title: null, inScope: [{ text: 'x' }], colour: 'red' }
    expect(refusalOf(await school.patch(at(table, '/text'), wrong, changed.etag)).errors.sort()).toEqual([
      'required /inScope/0/id',
      'required /title',
      'unknown-field /colour',
    ])
  })

  test('takes no lone surrogate or NUL', async () => {
    const table = await deliberating(registry)
    const answer = await school.patch(at(table, '/text'), { routing: 'a\u0000', preparation: '\ud800' }, '*')
    expect(refusalOf(answer).errors.sort()).toEqual(['unreadable-text /preparation', 'unreadable-text /routing'])
  })

  test('is changed by who is seated: who is consulted reads it', async () => {
    const table = await deliberating(registry)
    const parents = registry.as(registry.parents.representative)
    expect((await parents.get(at(table, '/text'))).status).toBe(200)
    expect(refusalOf(await parents.patch(at(table, '/text'), { routing: 'x' }, '*'))).toMatchObject({ status: 403, code: 'not-seated' })
  })
})

describe('parties', () => {
  test('come to the table, and are listed', async () => {
    const table = await aDraft(registry)
    const body = { organisationId: registry.stranger.id, involvement: 'informed' }
    const added = await school.post(at(table, '/parties'), body)
    expect(added.status).toBe(201)
    expect(added.headers.location).toBe(`/v1${at(table, `/parties/${added.body.id}`)}`)
    expect((await stranger.get(at(table, `/parties/${added.body.id}`))).body).toEqual(added.body)
    expect(refusalOf(await school.post(at(table, '/parties'), body)).errors).toEqual(['already-a-party /organisationId'])
    const first = (await school.get(at(table, '/parties?limit=4'))).body
    const second = (await school.get(at(table, `/parties?limit=4&cursor=${first.next}`))).body
    expect([...first.items, ...second.items].map(({ name }) => name).sort()).toEqual([
      'City',
      'Inspectorate',
      'Parents',
      'School',
      'Stranger',
      'Youth team',
    ])
    expect(refusalOf(await school.get(at(table, `/parties/${newId()}`)))).toEqual(notFound)
  })

  test('leave of their own accord, and stay on record', async () => {
    const table = await aDraft(registry)
    const partyId = partyIdOf(table, registry.city)
    const reason = { reason: 'Our task went elsewhere.' }
    expect(refusalOf(await school.post(at(table, `/parties/${partyId}/withdrawals`), reason))).toMatchObject({ code: 'not-yours' })
    const left = await city.post(at(table, `/parties/${partyId}/withdrawals`), reason)
    expect([left.status, left.body.leftBecause]).toEqual([201, reason.reason])
    expect((await school.get(at(table, `/parties/${partyId}`))).body).toEqual(left.body)
    expect((await school.get(at(table))).body.parties).toHaveLength(4)
    expect(refusalOf(await city.get(at(table)))).toEqual(notFound)
  })
})

test('an agreement ends when every seated party consents', async () => {
  const table = await deliberating(registry)
  const ending = at(table, '/ending')
  expect((await school.get(ending)).body.waitingForPartyIds).toHaveLength(3)
  const reason = { reason: 'It did its work.' }
  expect((await school.post(ending, reason)).body.consents).toEqual([{ partyId: partyIdOf(table, registry.school), ...reason }])
  expect((await team.post(ending, reason)).body.ended).toBeUndefined()
  const ended = await city.post(ending, reason)
  expect(ended.status).toBe(201)
  expect(ended.body).toMatchObject({ waitingForPartyIds: [], ended: reason })
  const read = await school.get(at(table))
  expect(read.body).toMatchObject({ phase: 'ended', status: 'ended', allowedActions: [] })
  expect(only(read.body.endedAt)).toBe(ended.body.ended.at)
  expect(refusalOf(await school.patch(at(table, '/text'), { routing: 'x' }, '*'))).toMatchObject({ status: 409, code: 'wrong-phase' })
})
