import { describe, expect, test } from 'vitest'
import { openRound } from '../../src/domain/agreement.ts'
import { mandateStatus } from '../../src/domain/mandate.ts'
import {
  GrantMandate,
  GrantMandates,
  grantMandate,
  RenewMandate,
  renewalDecisions,
  renewMandate,
  withdrawMandate,
} from '../../src/domain/mandate-acts.ts'
import { closeMeeting, takeAttendance } from '../../src/domain/meeting/meeting.ts'
import { nextAgenda } from '../../src/domain/reflection.ts'
import {
  adoptable,
  adopts,
  aTable,
  city,
  closed,
  codes,
  dataOf,
  deliberating,
  does,
  ends,
  finish,
  goTo,
  grant,
  inspectorate,
  limit,
  mandateIdOf,
  meets,
  only,
  operator,
  pass,
  people,
  planned,
  reasons,
  reflecting,
  renews,
  school,
  stranger,
  subject,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const own = (table: Table) => only(table.state.mandates[mandateIdOf(table, school.representative)])
const terms = (over: object = {}) =>
  GrantMandate.parse({ holderId: school.colleague.personId, basis: 'x', subjects: [subject], validUntil: '2026-12-31', ...over })

describe('granting a mandate', () => {
  test('holds from today unless told otherwise, and never from before it was recorded', () => {
    const table = aTable({ mandates: false })
    grant(table, school, { validUntil: '2026-12-31' })
    expect(own(table)).toMatchObject({
      holderId: school.representative.personId,
      grantorId: school.grantor.personId,
      organisationId: school.id,
      form: 'mandate',
      fromAt: table.now,
      untilAt: '2026-12-31T23:00:00.000Z',
      grantedAt: table.now,
    })
  })

  test('nobody mandates themself', () => {
    const table = aTable()
    expect(codes(() => grant(table, school, { holderId: school.grantor.personId }))).toEqual(['mandate-to-self'])
  })

  test('only to people of the own organisation, and only those who are known', () => {
    const table = aTable()
    expect(codes(() => grant(table, school, { holderId: team.colleague.personId }))).toEqual(['holder-not-of-organisation'])
    expect(codes(() => grant(table, school, { holderId: uuid(404) }))).toEqual(['holder-not-of-organisation'])
  })

  test('only by somebody who may grant there', () => {
    const table = aTable()
    expect(codes(() => grant(table, school, { holderId: school.colleague.personId }, school.representative))).toEqual(['may-not-grant'])
    expect(codes(() => grant(table, stranger))).toEqual(['not-found'])
    const by = (actor: typeof operator | typeof school.application) => () =>
      does(table, actor, grantMandate, terms(), people.get(school.colleague.personId))
    expect(codes(by(school.application))).toEqual(['person-required'])
    expect(codes(by(operator))).toEqual(['not-found'])
  })

  test('nothing is backdated, empty or endless; all that is wrong is said at once', () => {
    const table = aTable()
    const refused = (over: object) => codes(() => grant(table, school, { holderId: school.colleague.personId, ...over }))
    expect(refused({ validFrom: '2026-01-04', validUntil: '2026-12-31' })).toEqual(['backdated'])
    expect(refused({ validFrom: '2026-02-02', validUntil: '2026-02-01' })).toEqual(['period-empty'])
    expect(refused({ validFrom: '2026-02-02', validUntil: '2032-02-03' })).toEqual(['period-too-long'])
    expect(refused({ holderId: team.colleague.personId, validFrom: '2025-02-02', validUntil: '2032-02-03' })).toEqual([
      'holder-not-of-organisation',
      'backdated',
      'period-too-long',
    ])
    grant(table, school, { holderId: school.colleague.personId, validFrom: '2026-02-02', validUntil: '2032-02-02' }) // 72 months
  })

  test('also for a party that is only informed', () => {
    const table = aTable()
    grant(table, inspectorate)
    expect(Object.values(table.state.mandates)).toContainEqual(expect.objectContaining({ organisationId: inspectorate.id }))
  })

  test('not in an agreement that has ended', () => {
    const table = deliberating()
    ends(table)
    expect(codes(() => grant(table, school, { holderId: school.colleague.personId }))).toEqual(['agreement-ended'])
  })
})

describe('a sub-mandate', () => {
  const sub = (table: Table, over: Partial<GrantMandate> = {}, by = school.representative) =>
    grant(table, school, { holderId: school.colleague.personId, sourceId: own(table).id, validUntil: '2026-12-31', ...over }, by)

  test('is drawn from one’s own effective mandate, without the authority to grant, and says so', () => {
    const table = aTable()
    const source = own(table).id
    const events = does(
      table,
      school.representative,
      grantMandate,
      terms({ sourceId: source, limits: [limit] }),
      people.get(school.colleague.personId),
    )
    expect(events).toMatchObject([{ type: 'mandate-granted', mandateId: source, data: { sourceId: source } }])
  })

  test('never exceeds its source in subjects, limits or time', () => {
    const table = aTable({ mandates: false })
    grant(table, school, { validFrom: '2026-02-01', validUntil: '2026-12-31' })
    goTo(table, '2026-02-01')
    expect(codes(() => sub(table, { subjects: [subject, 'housing'] }))).toEqual(['exceeds-source'])
    expect(codes(() => sub(table, { limits: [] }))).toEqual(['exceeds-source'])
    expect(codes(() => sub(table, { limits: [{ ...limit, maximum: 17 }] }))).toEqual(['exceeds-source'])
    expect(codes(() => sub(table, { validUntil: '2027-01-01' }))).toEqual(['exceeds-source-period'])
    expect(GrantMandate.shape.limits.safeParse([{ ...limit, maximum: 99 }, limit]).success).toBe(false)
    sub(table, { limits: [{ ...limit, maximum: 4 }] })
  })

  test('is worth nothing once its source was narrowed to less', () => {
    const table = deliberating()
    const id = sub(table)
    meets(table, school.representative)
    renews(table, school, { decision: 'narrowed', limits: [{ ...limit, maximum: 2 }] })
    expect(mandateStatus(only(table.state.mandates[id]), table.now, table.state.mandates)).toBe('suspended')
  })

  test('only the holder draws from a mandate, and only while it is effective', () => {
    const table = deliberating()
    expect(codes(() => sub(table, {}, school.grantor))).toEqual(['source-not-yours'])
    expect(codes(() => sub(table, { sourceId: uuid(404) }))).toEqual(['source-not-yours'])
    expect(codes(() => sub(table, { sourceId: mandateIdOf(table, team.representative) }))).toEqual(['source-not-yours'])
    meets(table, school.representative)
    expect(codes(() => sub(table))).toEqual(['source-not-effective'])
  })

  test('does not go round: nobody gets one from below, the grantor of the source included', () => {
    const table = aTable()
    expect(codes(() => sub(table, { holderId: school.grantor.personId }))).toEqual(['mandate-ring'])
    const first = sub(table)
    const back = () => sub(table, { holderId: school.representative.personId, sourceId: first }, school.colleague)
    expect(codes(back)).toEqual(['mandate-ring'])
    expect(codes(() => sub(table, { holderId: school.representative.personId }))).toEqual(['mandate-to-self', 'mandate-ring'])
  })
})

describe('a substitute', () => {
  test('stands in for somebody else of the same party, under a mandate of their own', () => {
    const table = adoptable()
    const substituteForId = own(table).id
    const id = grant(table, school, { holderId: school.colleague.personId, substituteForId })
    const events = adopts(table, { ...school, representative: school.colleague })
    expect(events).toMatchObject([{ mandateId: id }])
    expect(table.state.mandates[id]).toMatchObject({ substituteForId })
  })

  test('does not stand in for themself, for another party or for nobody', () => {
    const table = aTable()
    for (const [holderId, substituteForId] of [
      [school.representative.personId, own(table).id],
      [school.colleague.personId, mandateIdOf(table, team.representative)],
      [school.colleague.personId, uuid(404)],
    ] as const)
      expect(codes(() => grant(table, school, { holderId, substituteForId }))).toEqual(['not-a-substitute'])
  })
})

describe('renewing a mandate after a meeting (ground rule 4)', () => {
  const due = () => {
    const table = deliberating()
    meets(table, school.representative, team.representative)
    return table
  }

  test('confirms it as it was', () => {
    const table = due()
    const { renewal, ...before } = own(table)
    renews(table, school)
    expect(own(table)).toEqual({ ...before, renewedAt: table.now })
  })

  test('narrows it to new subjects, new limits or both, and never widens', () => {
    const table = deliberating()
    grant(table, school, { subjects: [subject, 'housing'] })
    const wide = own(table)
    meets(table, school.representative)
    const refused = (over: Partial<RenewMandate>) => codes(() => renews(table, school, { decision: 'narrowed', ...over }))
    expect(refused({})).toEqual(['narrowing-needs-terms'])
    expect(refused({ subjects: [subject, 'debts'] })).toEqual(['narrowing-widens'])
    expect(refused({ limits: [] })).toEqual(['narrowing-widens'])
    renews(table, school, { decision: 'narrowed', subjects: [subject], limits: [{ ...limit, maximum: 8 }] })
    expect(table.state.mandates[wide.id]).toMatchObject({ subjects: [subject], limits: [{ ...limit, maximum: 8 }], renewedAt: table.now })
  })

  test('narrowing in limits only keeps the subjects', () => {
    const table = due()
    renews(table, school, { decision: 'narrowed', limits: [{ ...limit, maximum: 1 }] })
    expect(own(table)).toMatchObject({ subjects: [subject], limits: [{ ...limit, maximum: 1 }] })
  })

  test('subjects and limits come with narrowing only', () => {
    for (const decision of ['confirmed', 'withdrawn'] as const)
      expect(codes(() => renews(due(), school, { decision, concern: 'x', limits: [limit] }))).toEqual(['terms-without-narrowing'])
  })

  test('withdrawing says what the organisation does not carry, and that enters the round as its concern', () => {
    const table = due()
    const meetingId = own(table).renewal?.meetingId
    expect(codes(() => renews(table, school, { decision: 'withdrawn' }))).toEqual(['withdrawal-needs-concern'])
    const events = renews(table, school, { decision: 'withdrawn', concern: 'Too many hours' })
    expect(own(table).withdrawn).toEqual({ at: table.now, reason: 'Too many hours', meetingId })
    expect(dataOf(events, 'contribution-made')).toMatchObject({
      kind: 'concern',
      text: 'Too many hours',
      partyId: own(table).partyId,
      meetingId,
    })
  })

  test.each(renewalDecisions.filter((decision) => decision !== 'narrowed'))('a concern can come with `%s`', (decision) => {
    const events = renews(due(), school, { decision, concern: 'Not like this' })
    expect(events.map(({ type }) => type)).toEqual(['mandate-renewed', 'contribution-made'])
  })

  test('a concern brought home after the round has closed is on the agenda of the next', () => {
    const table = reflecting()
    meets(table, school.representative)
    finish(table)
    const { id } = dataOf(renews(table, school, { decision: 'withdrawn', concern: 'We do not carry this' }), 'contribution-made')
    expect(nextAgenda(table.state)).toContainEqual(expect.objectContaining({ id, kind: 'concern', text: 'We do not carry this' }))
    does(table, school.colleague, openRound, {})
    expect(table.state.round?.agenda).toContainEqual(expect.objectContaining({ id }))
  })

  test('is done by the holder or by somebody who may grant there, and by nobody else', () => {
    const table = due()
    const input = RenewMandate.parse({ meetingId: own(table).renewal?.meetingId, decision: 'confirmed' })
    expect(codes(() => does(table, school.colleague, renewMandate, own(table).id, input))).toEqual(['not-yours'])
    expect(codes(() => does(table, team.grantor, renewMandate, own(table).id, input))).toEqual(['not-yours'])
    expect(codes(() => does(table, stranger.grantor, renewMandate, own(table).id, input))).toEqual(['not-found'])
    expect(codes(() => does(table, school.application, renewMandate, own(table).id, input))).toEqual(['person-required'])
    expect(codes(() => does(table, school.grantor, renewMandate, uuid(404), input))).toEqual(['not-found'])
    does(table, school.grantor, renewMandate, own(table).id, input)
  })

  test('cites the meeting that asks for it', () => {
    const table = due()
    expect(reasons(() => renews(table, school, { meetingId: uuid(404) }))).toEqual([
      { code: 'other-meeting', pointer: '/meetingId', params: { meeting: own(table).renewal?.meetingId } },
    ])
  })

  test('is only for what is due: not before a meeting, not twice, not after the grace period', () => {
    const table = deliberating()
    expect(reasons(() => renews(table, school))).toEqual([{ code: 'nothing-to-renew', params: { status: 'effective' } }])
    meets(table, school.representative)
    renews(table, school)
    expect(codes(() => renews(table, school))).toEqual(['nothing-to-renew'])
    meets(table, school.representative)
    pass(table, 14)
    expect(reasons(() => renews(table, school))).toEqual([{ code: 'nothing-to-renew', params: { status: 'lapsed' } }])
  })

  test('a lapsed mandate is granted anew', () => {
    const table = due()
    pass(table, 14)
    grant(table, school)
    expect(codes(() => renews(table, school))).toEqual(['nothing-to-renew'])
  })

  test('nothing is renewed once the agreement has ended', () => {
    const table = due()
    for (const house of [school, team]) grant(table, house, { holderId: house.colleague.personId })
    ends(table, [school.colleague, team.colleague, city.representative])
    expect(codes(() => renews(table, school))).toEqual(['agreement-ended'])
  })

  test('a second meeting before the renewal moves what is cited, and not the deadline', () => {
    const table = due()
    const { renewByAt, dueAt } = only(own(table).renewal)
    pass(table, 10)
    const second = meets(table, school.representative)
    expect(own(table).renewal).toEqual({ meetingId: second, dueAt, renewByAt })
  })

  test('whoever holds several mandates renews each of them: a second one is no way around it', () => {
    const table = deliberating()
    const second = grant(table, school)
    meets(table, school.representative)
    expect(codes(() => adopts(table))).toEqual(['mandate-renewal-due'])
    expect(table.state.mandates[second]).toHaveProperty('renewal')
  })

  test('who was not there, or was there without a mandate, has nothing to renew', () => {
    const table = deliberating()
    const id = planned(table)
    const attendees = [
      { personId: school.representative.personId, presence: 'excused' as const },
      { personId: team.representative.personId, presence: 'absent' as const },
      { personId: school.colleague.personId, presence: 'present' as const },
    ]
    does(table, school.representative, takeAttendance, id, { attendees }, people)
    expect(does(table, school.representative, closeMeeting, id).map(({ type }) => type)).toEqual(['meeting-closed'])
  })

  test('a mandate that is over by the time the meeting closes stays over', () => {
    const table = deliberating()
    const id = planned(table)
    const attendees = [{ personId: school.representative.personId, presence: 'present' as const }]
    does(table, school.representative, takeAttendance, id, { attendees }, people)
    does(table, school.grantor, withdrawMandate, own(table).id, { reason: 'New function' })
    expect(does(table, team.representative, closeMeeting, id).map(({ type }) => type)).toEqual(['meeting-closed'])
  })

  test('a table that dropped ground rule 4 renews nothing', () => {
    const rules = {
      standard: [3, 5],
      additional: [],
      renewalGraceDays: 14,
      reflectionDays: 14,
      adoption: { kind: 'nobody-withholds' as const },
    }
    const table = deliberating({ groundRules: rules })
    meets(table, school.representative)
    expect(own(table)).not.toHaveProperty('renewal')
  })
})

describe('withdrawing a mandate', () => {
  const reason = 'New function'

  test('is done by its grantor, also of a sub-mandate, or by somebody who may grant there', () => {
    const table = aTable()
    const source = own(table).id
    const sub = grant(
      table,
      school,
      { holderId: school.colleague.personId, sourceId: source, validUntil: '2026-12-31' },
      school.representative,
    )
    expect(codes(() => does(table, school.colleague, withdrawMandate, sub, { reason }))).toEqual(['may-not-grant'])
    expect(codes(() => does(table, team.grantor, withdrawMandate, sub, { reason }))).toEqual(['not-yours'])
    does(table, school.representative, withdrawMandate, sub, { reason })
    expect(table.state.mandates[sub]?.withdrawn).toEqual({ at: table.now, reason })
    does(table, school.grantor, withdrawMandate, source, { reason })
  })

  test('is possible once', () => {
    const table = aTable()
    const { id } = own(table)
    does(table, school.grantor, withdrawMandate, id, { reason })
    expect(reasons(() => does(table, school.grantor, withdrawMandate, id, { reason }))).toEqual([
      { code: 'nothing-to-withdraw', params: { status: 'withdrawn' } },
    ])
  })

  test('never voids what was promised or adopted under it', () => {
    const table = closed()
    const promises = table.state.promises
    for (const mandate of Object.values(table.state.mandates)) {
      const house = [school, team].find(({ id }) => id === mandate.organisationId)
      if (house) does(table, house.grantor, withdrawMandate, mandate.id, { reason })
    }
    expect(table.state.promises).toEqual(promises)
    expect(table.state.versions).toHaveLength(1)
  })
})

describe('granting for several agreements at once', () => {
  const several = (agreementIds: string[]) => GrantMandates.safeParse({ ...terms(), agreementIds })

  test('names each agreement once, however its id is written', () => {
    expect(several([uuid(1), uuid(2)]).success).toBe(true)
    const [small, capital] = ['abcdefab-0000-4000-8000-000000000001', 'ABCDEFAB-0000-4000-8000-000000000001']
    expect(several([small, capital]).error?.issues).toMatchObject([{ path: ['agreementIds'] }])
  })

  test('is for at least one, and for fifty at most', () => {
    const ids = (n: number) => Array.from({ length: n }, (_, index) => uuid(index))
    expect([0, 1, 50, 51].map((n) => several(ids(n)).success)).toEqual([false, true, true, false])
  })
})
