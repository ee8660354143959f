import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { madeId } from '../../src/actions/change.ts'
import { planMeeting, recordMeeting } from '../../src/actions/meeting.ts'
import { PlanMeeting } from '../../src/domain/meeting/meeting.ts'
import { RecordMeeting } from '../../src/domain/meeting/record.ts'
import { addMonths } from '../../src/domain/time.ts'
import { newId } from '../../src/store/new-id.ts'
import {
  aDraft,
  aRegistry,
  type Caller,
  deliberating,
  limit,
  mandateIdOf,
  partyIdOf,
  type Registry,
  refusalOf,
  subject,
  type Table,
} from '../support/registry.ts'

let registry: Registry
let school: Caller
let grantor: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  grantor = registry.as(registry.school.grantor)
  stranger = registry.as(registry.stranger.representative)
})
afterAll(() => registry.close())

const at = (table: Table, rest = '') => `/agreements/${table.id}/mandates${rest}`
const mine = (table: Table, rest = '') => at(table, `/${mandateIdOf(table, registry.school.representative)}${rest}`)
const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }

const grant = (over: object = {}) => ({
  holderId: registry.school.colleague.actor.personId,
  basis: 'Mandate decision 2026, article 3',
  subjects: [subject],
  limits: [limit],
  validUntil: addMonths(registry.today(), 12),
  ...over,
})

/** Holds a meeting at which the representative of the school was; gives its id. */
async function meet(table: Table): Promise<string> {
  const { actor } = registry.school.representative
  const target = { agreementId: table.id }
  const planned = await planMeeting(registry.deps, actor, target, PlanMeeting.parse({ title: 'Monthly', startsAt: registry.now() }))
  const id = madeId(planned, 'meeting-planned')
  await recordMeeting(registry.deps, actor, target, id, RecordMeeting.parse({ attendees: [{ personId: actor.personId }] }))
  return id
}

describe('granting', () => {
  test('is done by who may grant, to a colleague, and tells what the mandate is worth', async () => {
    const table = await aDraft(registry)
    const granted = await grantor.post(at(table), grant())
    expect(granted.status).toBe(201)
    expect(granted.body).toMatchObject({ status: 'effective', grantorId: registry.school.grantor.actor.personId, form: 'mandate' })
    expect(granted.headers.location).toBe(`/v1${at(table, `/${granted.body.id}`)}`)
    const read = await school.get(at(table, `/${granted.body.id}`))
    const { receipt: _, ...shown } = granted.body
    expect([read.body, read.etag]).toEqual([shown, granted.etag])
    expect((await school.get(at(table, `/${granted.body.id}`), { 'if-none-match': granted.etag })).status).toBe(304)
  })

  test('names every reason against it at once', async () => {
    const table = await aDraft(registry)
    const body = grant({ holderId: registry.team.colleague.actor.personId, validFrom: '2020-01-01', validUntil: '2019-01-01' })
    expect(refusalOf(await school.post(at(table), body))).toEqual({
      status: 403,
      code: 'refused',
      errors: ['holder-not-of-organisation /holderId', 'backdated /validFrom', 'period-empty /validUntil', 'may-not-grant'],
    })
    const self = grant({ holderId: registry.school.grantor.actor.personId })
    expect(refusalOf(await grantor.post(at(table), self)).errors).toEqual(['mandate-to-self /holderId'])
    expect(refusalOf(await grantor.post(at(table), grant({ grantorId: newId() }))).errors).toEqual(['unknown-field /grantorId'])
    expect(refusalOf(await stranger.post(at(table), grant()))).toEqual(notFound)
  })
})

describe('mandates', () => {
  test('are listed for those at the table, by party and holder', async () => {
    const table = await aDraft(registry)
    const ids = async (query: string) => (await school.get(at(table, `?${query}`))).body.items.map(({ id }: { id: string }) => id)
    const [first, ...others] = await ids('')
    expect([first, ...others]).toHaveLength(3)
    expect(await ids(`party=${partyIdOf(table, registry.city)}`)).toEqual([mandateIdOf(table, registry.city.representative)])
    expect(await ids(`holder=${registry.team.representative.actor.personId}`)).toEqual([mandateIdOf(table, registry.team.representative)])
    const page = (await school.get(at(table, '?limit=1'))).body
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual([first])
    expect(await ids(`limit=2&cursor=${page.next}`)).toEqual(others)
    expect(refusalOf(await stranger.get(at(table)))).toEqual(notFound)
    expect(refusalOf(await school.get(at(table, `/${newId()}`)))).toEqual(notFound)
  })

  test('drawn from another are worth nothing while that is not', async () => {
    const table = await aDraft(registry)
    const drawn = await school.post(at(table), grant({ sourceId: mandateIdOf(table, registry.school.representative) }))
    expect(drawn.body.status).toBe('effective')
    const withdrawn = await grantor.post(mine(table, '/withdrawals'), { reason: 'She changes jobs.' })
    expect([withdrawn.status, withdrawn.body.status]).toEqual([201, 'withdrawn'])
    expect((await school.get(at(table, `/${drawn.body.id}`))).body.status).toBe('suspended')
    const listed = (await school.get(at(table, `?holder=${drawn.body.holderId}`))).body.items
    expect(listed.map(({ status }: { status: string }) => status)).toEqual(['suspended'])
    const again = await grantor.post(mine(table, '/withdrawals'), { reason: 'Again.' })
    expect(refusalOf(again)).toMatchObject({ status: 409, code: 'nothing-to-withdraw' })
  })

  test('are looked at as they were', async () => {
    const table = await aDraft(registry)
    const before = registry.now()
    registry.pass(1)
    await grantor.post(mine(table, '/withdrawals'), { reason: 'She changes jobs.' })
    expect((await school.get(mine(table))).body.status).toBe('withdrawn')
    expect((await school.get(mine(table, `?validAt=${before}`))).body.status).toBe('effective')
    const then = (await school.get(at(table, `?beschikbaarOp=${before}&limit=2`))).body
    const rest = (await school.get(at(table, `?beschikbaarOp=${before}&limit=2&cursor=${then.next}`))).body
    expect([...then.items, ...rest.items].map(({ status }) => status)).toEqual(['effective', 'effective', 'effective'])
    expect(refusalOf(await school.get(mine(table, '?knownAt=2020-01-01')))).toMatchObject({ status: 404, code: 'not-yet-known' })
    expect((await school.get(mine(table, `?geldigOp=${addMonths(registry.today(), 30)}`))).body.status).toBe('withdrawn')
  })
})

describe('renewing', () => {
  test('cites the meeting: until then the representative may speak, but not bind', async () => {
    const table = await deliberating(registry)
    const meetingId = await meet(table)
    const due = (await school.get(mine(table))).body
    expect(due).toMatchObject({ status: 'renewal-due', renewal: { meetingId } })
    expect((await school.get(`/agreements/${table.id}`)).body.allowedActions).not.toContain('take-stance')
    const renewals = mine(table, '/renewals')
    expect(refusalOf(await school.post(renewals, { meetingId: newId(), decision: 'confirmed' })).errors).toEqual([
      'other-meeting /meetingId',
    ])
    expect(refusalOf(await school.post(renewals, { meetingId, decision: 'perhaps' })).errors).toEqual(['not-in-list /decision'])
    const renewed = await school.post(renewals, { meetingId, decision: 'confirmed' })
    expect([renewed.status, renewed.body.status, renewed.body.renewal]).toEqual([201, 'effective', undefined])
    expect((await school.get(`/agreements/${table.id}`)).body.allowedActions).toContain('take-stance')
    expect(refusalOf(await school.post(renewals, { meetingId, decision: 'confirmed' })).code).toBe('nothing-to-renew')
  })

  test('narrows, or withdraws with a concern, on the mandate that was read', async () => {
    const table = await deliberating(registry)
    const read = await school.get(mine(table))
    const meetingId = await meet(table)
    const limits = [{ ...limit, maximum: 8 }]
    const narrowed = { meetingId, decision: 'narrowed', limits }
    expect(refusalOf(await school.post(mine(table, '/renewals'), narrowed, read.etag))).toMatchObject({ status: 412, code: 'stale' })
    const { etag } = await school.get(mine(table))
    expect((await school.post(mine(table, '/renewals'), narrowed, etag)).body).toMatchObject({ status: 'effective', limits })
    const next = await meet(table)
    const refused = await school.post(mine(table, '/renewals'), { meetingId: next, decision: 'withdrawn' })
    expect(refusalOf(refused).errors).toEqual(['withdrawal-needs-concern /concern'])
    const withdrawn = await school.post(mine(table, '/renewals'), {
      meetingId: next,
      decision: 'withdrawn',
      concern: 'We cannot carry this.',
    })
    expect(withdrawn.body).toMatchObject({ status: 'withdrawn', withdrawn: { reason: 'We cannot carry this.' } })
  })

  test('is too late after the grace period: the mandate lapses by itself', async () => {
    const table = await deliberating(registry)
    const meetingId = await meet(table)
    registry.pass(14)
    expect((await school.get(mine(table))).body.status).toBe('lapsed')
    expect(refusalOf(await school.post(mine(table, '/renewals'), { meetingId, decision: 'confirmed' })).code).toBe('nothing-to-renew')
    const granted = await grantor.post(at(table), grant({ holderId: registry.school.representative.actor.personId }))
    expect(granted.body.status).toBe('effective')
  })
})

describe('granting in several agreements at once', () => {
  const path = () => `/organisations/${registry.school.id}/mandate-grants`

  test('writes each of them', async () => {
    const tables = [await aDraft(registry), await aDraft(registry)]
    const agreementIds = tables.map(({ id }) => id)
    const { status, body } = await grantor.post(path(), grant({ agreementIds }))
    expect(status).toBe(201)
    expect(body.items.map(({ agreementId }: { agreementId: string }) => agreementId)).toEqual(agreementIds)
    for (const { agreementId, mandate } of body.items) {
      expect((await school.get(`/agreements/${agreementId}/mandates/${mandate.id}`)).body).toEqual(mandate)
    }
  })

  test('writes none of them where one refuses, and says which', async () => {
    const table = await aDraft(registry)
    const others = await stranger.post('/agreements', { kind: 'two', title: 'Not yours' })
    const refused = await grantor.post(path(), grant({ agreementIds: [table.id, others.body.id] }))
    expect(refusalOf(refused)).toEqual({ status: 404, code: 'not-found', errors: ['not-found /agreementIds/1'] })
    const unknown = await grantor.post(path(), grant({ agreementIds: [table.id, newId()] }))
    expect(refusalOf(unknown)).toEqual(refusalOf(refused))
    expect((await school.get(at(table))).body.items).toHaveLength(3)
    expect(refusalOf(await grantor.post(path(), grant({ agreementIds: [table.id, table.id] }))).errors).toEqual([
      'not-allowed /agreementIds',
    ])
  })

  test('is for one’s own organisation', async () => {
    const table = await aDraft(registry)
    const elsewhere = `/organisations/${registry.team.id}/mandate-grants`
    expect(refusalOf(await grantor.post(elsewhere, grant({ agreementIds: [table.id] })))).toMatchObject({ code: 'other-organisation' })
  })
})
