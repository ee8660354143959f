import { describe, expect, test } from 'vitest'
import { noteGuests } from '../../src/domain/meeting/guest.ts'
import {
  attendees,
  cancelMeeting,
  changeMeeting,
  closeMeeting,
  minutesLimit,
  PlanMeeting,
  planMeeting,
  takeAttendance,
  WriteMinutes,
  writeMinutes,
} from '../../src/domain/meeting/meeting.ts'
import {
  city,
  codes,
  dataOf,
  deliberating,
  does,
  goTo,
  grant,
  inspectorate,
  mandateIdOf,
  meets,
  only,
  parents,
  partyIdOf,
  people,
  planned,
  reasons,
  school,
  stranger,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const statement = 'What is said here stays here.'
const meeting = (table: Table, id: string) => only(table.state.meetings[id])
const attend = (table: Table, id: string, ...present: { personId: string }[]) =>
  does(
    table,
    school.representative,
    takeAttendance,
    id,
    { attendees: attendees.parse(present.map(({ personId }) => ({ personId }))) },
    people,
  )
const decision = (over: object = {}) => ({ what: 'We start in May', why: 'The school year ends in July', byPartyIds: [uuid(1)], ...over })

describe('planning a meeting', () => {
  test('is done by a seated party, with or without a mandate, with an agenda and a place if there is one', () => {
    const table = deliberating()
    const plan = PlanMeeting.parse({ title: 'May', startsAt: '2026-05-01T10:00:00+02:00', place: 'Town hall', agenda: ['Hours'] })
    const { id } = dataOf(does(table, team.colleague, planMeeting, plan), 'meeting-planned')
    expect(meeting(table, id)).toMatchObject({
      ...plan,
      startsAt: '2026-05-01T08:00:00.000Z',
      roundNumber: 1,
      state: 'planned',
      attendance: [],
    })
  })

  test('it moves as long as it is only planned', () => {
    const table = deliberating()
    const id = planned(table)
    const plan = PlanMeeting.parse({ title: 'June', startsAt: '2026-06-01T08:00:00Z' })
    does(table, team.colleague, changeMeeting, id, plan)
    expect(meeting(table, id)).toMatchObject({ title: 'June', startsAt: '2026-06-01T08:00:00.000Z', state: 'planned' })
    const over = meets(table, school.representative)
    expect(codes(() => does(table, school.representative, changeMeeting, over, plan))).toEqual(['wrong-state'])
    expect(codes(() => does(table, school.representative, changeMeeting, uuid(404), plan))).toEqual(['not-found'])
  })

  test('it is cancelled once, with a reason, and then neither held nor closed', () => {
    const table = deliberating()
    const id = planned(table)
    does(table, school.representative, cancelMeeting, id, { reason: 'Snow' })
    expect(meeting(table, id)).toMatchObject({ state: 'cancelled', cancelled: { at: table.now, reason: 'Snow' } })
    for (const act of [
      () => does(table, school.representative, cancelMeeting, id, { reason: 'Snow' }),
      () => does(table, school.representative, closeMeeting, id),
      () => does(table, school.representative, writeMinutes, id, { decisions: [] }),
      () => attend(table, id, school.representative),
    ])
      expect(codes(act)).toEqual(['wrong-state'])
  })
})

describe('attendance', () => {
  test('with a mandate one attends as representative, without one as observer (ground rule 3)', () => {
    const table = deliberating()
    const id = planned(table)
    does(table, school.representative, noteGuests, id, { guests: [{ personId: stranger.representative.personId, statement }] }, people)
    attend(table, id, school.representative, school.colleague, parents.representative, stranger.representative)
    expect(meeting(table, id).attendance).toEqual([
      {
        personId: school.representative.personId,
        partyId: partyIdOf(table, school),
        mandateId: mandateIdOf(table, school.representative),
        capacity: 'representative',
        presence: 'present',
      },
      { personId: school.colleague.personId, partyId: partyIdOf(table, school), capacity: 'observer', presence: 'present' },
      { personId: parents.representative.personId, partyId: partyIdOf(table, parents), capacity: 'observer', presence: 'present' },
      { personId: stranger.representative.personId, capacity: 'observer', presence: 'present' },
    ])
  })

  test('who comes from elsewhere acknowledges confidentiality before attending', () => {
    const table = deliberating()
    const id = planned(table)
    const { personId } = stranger.representative
    const come = (presence: 'present' | 'excused') =>
      does(table, school.representative, takeAttendance, id, { attendees: [{ personId, presence }] }, people)
    expect(reasons(() => come('present'))).toEqual([{ code: 'confidentiality-missing', pointer: '/attendees/0/personId' }])
    come('excused')
    const note = (...guests: string[]) =>
      does(table, team.colleague, noteGuests, id, { guests: guests.map((one) => ({ personId: one, statement })) }, people)
    expect(codes(() => note(personId, personId))).toEqual(['attendee-twice'])
    expect(codes(() => note(inspectorate.representative.personId))).toEqual(['not-a-guest'])
    expect(codes(() => note(uuid(1)))).toEqual(['not-found'])
    note(personId)
    expect(meeting(table, id).guests).toEqual([
      {
        personId,
        organisationId: stranger.id,
        statement,
        notedByPartyId: partyIdOf(table, team),
        notedById: team.colleague.personId,
        notedAt: table.now,
      },
    ])
    come('present')
    note()
    expect(codes(() => come('present'))).toEqual(['confidentiality-missing'])
  })

  test('while a renewal is due one still represents; once it has lapsed one observes', () => {
    const table = deliberating()
    meets(table, school.representative)
    const id = planned(table)
    attend(table, id, school.representative)
    expect(meeting(table, id).attendance).toMatchObject([{ capacity: 'representative' }])
    goTo(table, '2026-01-20')
    attend(table, id, school.representative)
    expect(meeting(table, id).attendance).toMatchObject([{ capacity: 'observer' }])
  })

  test('a mandate that has not begun makes no representative yet', () => {
    const table = deliberating()
    grant(table, school, { holderId: school.colleague.personId, validFrom: '2026-02-01' })
    const id = planned(table)
    attend(table, id, school.colleague)
    expect(meeting(table, id).attendance).toMatchObject([{ capacity: 'observer' }])
  })

  test('nobody is on the list twice, and everybody on it is known', () => {
    const table = deliberating()
    const id = planned(table)
    expect(reasons(() => attend(table, id, school.colleague, team.colleague, school.colleague))).toEqual([
      { code: 'attendee-twice', params: {}, pointer: '/attendees/2/personId' },
    ])
    expect(reasons(() => attend(table, id, { personId: uuid(404) }))).toMatchObject([
      { code: 'not-found', pointer: '/attendees/0/personId' },
    ])
    expect(codes(() => attend(table, uuid(404), school.colleague))).toEqual(['not-found'])
  })

  test('is taken by a seated party, and not by those who are only heard or read along', () => {
    const table = deliberating()
    const id = planned(table)
    for (const house of [parents, inspectorate])
      expect(codes(() => does(table, house.representative, takeAttendance, id, { attendees: [] }, people))).toEqual(['not-seated'])
    does(table, city.colleague, takeAttendance, id, { attendees: [] }, people)
  })
})

describe('minutes (ground rule 6)', () => {
  const write = (table: Table, id: string, ...decisions: object[]) =>
    does(table, school.representative, writeMinutes, id, WriteMinutes.parse({ decisions }))

  test('say what was decided, why and by whom; writing again replaces them', () => {
    const table = deliberating()
    const id = planned(table)
    const byPartyIds = [partyIdOf(table, school)]
    write(table, id, decision({ byPartyIds }), decision({ byPartyIds }))
    write(table, id, decision({ byPartyIds, what: 'We start in June' }))
    expect(meeting(table, id).minutes.decisions).toMatchObject([
      { what: 'We start in June', why: 'The school year ends in July', byPartyIds },
    ])
  })

  test('a decision without a reason, or by nobody, is no decision', () => {
    for (const bad of [{ why: '' }, { why: undefined }, { byPartyIds: [] }])
      expect(WriteMinutes.safeParse({ decisions: [decision(bad)] }).success).toBe(false)
  })

  test('who decided is at the table', () => {
    const table = deliberating()
    expect(reasons(() => write(table, planned(table), decision({ byPartyIds: [partyIdOf(table, city), uuid(404)] })))).toMatchObject([
      { code: 'not-a-party', pointer: '/decisions/0/byPartyIds/1' },
    ])
  })

  const long = (table: Table, length: number) =>
    Array.from({ length: length / 2000 }, () =>
      decision({ what: 'x'.repeat(1000), why: 'y'.repeat(1000), byPartyIds: [partyIdOf(table, school)] }),
    )

  test('are short: 10,000 characters is the most', () => {
    const table = deliberating()
    const id = planned(table)
    write(table, id, ...long(table, minutesLimit))
    expect(reasons(() => write(table, id, ...long(table, minutesLimit + 2000)))).toEqual([
      { code: 'minutes-too-long', params: { length: 12_000, limit: 10_000 }, pointer: '/decisions' },
    ])
  })

  test('may be longer at a table that dropped ground rule 6', () => {
    const groundRules = {
      standard: [3, 5],
      additional: [],
      renewalGraceDays: 14,
      reflectionDays: 14,
      adoption: { kind: 'nobody-withholds' as const },
    }
    const table = deliberating({ groundRules })
    const id = planned(table)
    write(table, id, ...long(table, minutesLimit + 2000))
    expect(meeting(table, id).minutes.decisions).toHaveLength(6)
  })
})

describe('closing a meeting', () => {
  test('makes the mandate of every representative who was there due for renewal, by the end of the grace period', () => {
    const table = deliberating()
    const id = planned(table)
    attend(table, id, school.representative, team.representative, city.colleague)
    const events = does(table, school.representative, closeMeeting, id)
    const renewByAt = '2026-01-19T09:00:00.000Z'
    expect(events).toEqual([
      { type: 'meeting-closed', data: { meetingId: id } },
      ...[school, team].map((house) => ({
        type: 'mandate-renewal-due',
        data: { mandateId: mandateIdOf(table, house.representative), meetingId: id, renewByAt },
      })),
    ])
    expect(meeting(table, id)).toMatchObject({ state: 'closed', closedAt: table.now })
  })

  test('comes after it has begun, and with attendance taken; both are said at once', () => {
    const table = deliberating()
    const later = PlanMeeting.parse({ title: 'May', startsAt: '2026-05-01T08:00:00Z' })
    const { id } = dataOf(does(table, school.representative, planMeeting, later), 'meeting-planned')
    expect(codes(() => does(table, school.representative, closeMeeting, id))).toEqual(['meeting-not-begun', 'nobody-attended'])
    attend(table, id, school.colleague)
    expect(codes(() => does(table, school.representative, closeMeeting, id))).toEqual(['meeting-not-begun'])
    goTo(table, '2026-05-01T08:00:00.000Z')
    does(table, school.representative, closeMeeting, id)
  })

  test('is done once', () => {
    const table = deliberating()
    const id = meets(table, school.representative)
    expect(codes(() => does(table, school.representative, closeMeeting, id))).toEqual(['wrong-state'])
    expect(codes(() => does(table, school.representative, closeMeeting, uuid(404)))).toEqual(['not-found'])
  })
})
