import { afterAll, beforeAll, expect, test } from 'vitest'
import { madeId } from '../../src/actions/change.ts'
import { planMeeting, recordMeeting } from '../../src/actions/meeting.ts'
import { stateHearing } from '../../src/actions/round.ts'
import { PlanMeeting } from '../../src/domain/meeting/meeting.ts'
import { RecordMeeting } from '../../src/domain/meeting/record.ts'
import { only } from '../support/agreement.ts'
import { acting, aRegistry, type Caller, deliberating, partyIdOf, prepared, type Registry, refusalOf } from '../support/registry.ts'

let registry: Registry
let school: Caller
let city: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  city = registry.as(registry.city.representative)
})
afterAll(() => registry.close())

/** What waits for a caller in one agreement. */
const waiting = async (caller: Caller, agreementId: string): Promise<{ kind: string; about: string; byAt?: string }[]> =>
  (await caller.get('/me/to-do')).body.items.filter((item: { agreementId: string }) => item.agreementId === agreementId)
const kinds = async (caller: Caller, agreementId: string) => (await waiting(caller, agreementId)).map(({ kind }) => kind)

test('who calls hears who they are, and what their token lets them do', async () => {
  expect((await registry.as(registry.school.grantor).get('/me')).body).toEqual({
    kind: 'person',
    id: registry.school.grantor.actor.personId,
    name: 'School grantor',
    jobTitle: 'grantor',
    organisation: { id: registry.school.id, name: 'School' },
    authorities: ['administer', 'grant-mandates'],
    scopes: ['handslag:read', 'handslag:write'],
  })
  expect((await registry.as(registry.school.application).get('/me')).body).toMatchObject({ kind: 'application', scopes: ['handslag:read'] })
  expect((await registry.operator.get('/me')).body).toMatchObject({ kind: 'operator', subject: 'operator' })
  expect(refusalOf(await registry.as({ subject: 'unheard-of' }).get('/me'))).toMatchObject({ status: 403, code: 'caller-unknown' })
  expect(refusalOf(await registry.as().get('/me'))).toMatchObject({ status: 401, code: 'token-missing' })
})

test('what waits is for a person who holds a mandate there', async () => {
  const { id } = await deliberating(registry)
  expect(await kinds(school, id)).toEqual(['state-hearing'])
  expect(await kinds(registry.as(registry.school.colleague), id)).toEqual([])
  expect(refusalOf(await registry.as(registry.school.application).get('/me/to-do'))).toMatchObject({ status: 403, code: 'for-people' })
})

test('a hearing waits, then a concern of another, then a stance', async () => {
  const table = await prepared(registry)
  expect(await waiting(city, table.id)).toEqual([expect.objectContaining({ kind: 'take-stance', about: partyIdOf(table, registry.city) })])
  const target = { agreementId: table.id, roundNumber: 1 }
  await stateHearing(registry.deps, registry.school.representative.actor, target, { concerns: ['Who pays?'] })
  expect((await kinds(city, table.id)).sort()).toEqual(['answer-concern', 'take-stance'])
  expect(await kinds(school, table.id)).toEqual(['take-stance'])
})

test('a renewal comes first: it has a moment by which it must be done', async () => {
  const table = await deliberating(registry)
  const { actor } = registry.city.representative
  const target = { agreementId: table.id }
  const planned = await planMeeting(registry.deps, actor, target, PlanMeeting.parse({ title: 'Monthly', startsAt: registry.now() }))
  const meetingId = madeId(planned, 'meeting-planned')
  await recordMeeting(registry.deps, actor, target, meetingId, RecordMeeting.parse({ attendees: [{ personId: actor.personId }] }))
  const [first] = (await city.get('/me/to-do')).body.items
  expect(first).toMatchObject({ kind: 'renew-mandate', agreementId: table.id, meetingId, what: 'Monthly', title: 'Back to school' })
  expect(first.byAt > registry.now()).toBe(true)
})

test('nothing waits while a version is acted on, and a reflection from its review day on', async () => {
  const table = await acting(registry)
  expect(await kinds(school, table.id)).toEqual([])
  registry.goTo(only(table.state.round?.reviewOn))
  const [item] = await waiting(school, table.id)
  expect(item?.kind).toBe('reflect')
  expect(only(item?.byAt) > registry.now()).toBe(true)
})
