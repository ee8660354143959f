import { describe, expect, test } from 'vitest'
import { RecordMeeting, recordMeeting } from '../../src/domain/meeting/record.ts'
import {
  codes,
  deliberating,
  does,
  mandateIdOf,
  partyIdOf,
  people,
  planned,
  reasons,
  school,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const whole = (table: Table, over: object = {}) =>
  RecordMeeting.parse({
    attendees: [{ personId: school.representative.personId }, { personId: team.representative.personId }],
    decisions: [{ what: 'Start in May', why: 'Exams are over', byPartyIds: [partyIdOf(table, school)] }],
    contributions: [{ kind: 'concern', text: 'Who drives?' }],
    ...over,
  })
const recordIt = (table: Table, id: string, over: object = {}) =>
  does(table, school.representative, recordMeeting, id, whole(table, over), people)

describe('a whole meeting in one act', () => {
  test('takes attendance, writes the minutes, brings in what was said, and closes', () => {
    const table = deliberating()
    const id = planned(table)
    expect(recordIt(table, id).map(({ type }) => type)).toEqual([
      'attendance-taken',
      'minutes-written',
      'contribution-made',
      'meeting-closed',
      'mandate-renewal-due',
      'mandate-renewal-due',
    ])
    expect(table.state.meetings[id]).toMatchObject({ state: 'closed', minutes: { decisions: [{ what: 'Start in May' }] } })
    expect(Object.values(table.state.contributions)).toMatchObject([{ kind: 'concern', meetingId: id }])
    expect(table.state.mandates[mandateIdOf(table, team.representative)]?.renewal).toMatchObject({ meetingId: id })
  })

  test('may leave the meeting open, and then renews nothing yet', () => {
    const table = deliberating()
    const id = planned(table)
    recordIt(table, id, { close: false })
    expect(table.state.meetings[id]).toMatchObject({ state: 'planned', attendance: [{}, {}] })
    expect(table.state.mandates[mandateIdOf(table, team.representative)]).not.toHaveProperty('renewal')
  })

  test('happens as a whole or not at all, and says what stands in the way', () => {
    const table = deliberating()
    const id = planned(table)
    const before = table.state
    const bad = {
      contributions: [
        { kind: 'concern', text: 'Fine' },
        { kind: 'problem', text: 'No proposal' },
      ],
    }
    expect(reasons(() => recordIt(table, id, bad))).toEqual([
      { code: 'problem-needs-proposal', params: {}, pointer: '/contributions/1/proposal' },
    ])
    expect(table.state).toBe(before)
    expect(codes(() => recordIt(table, id, { attendees: [] }))).toEqual(['nobody-attended'])
    expect(codes(() => recordIt(table, uuid(404)))).toEqual(['not-found'])
  })

  test('what is said in it can build on what was said before in it', () => {
    const table = deliberating()
    const id = planned(table)
    const proposal = { text: 'Two desks', actingPartyIds: [partyIdOf(table, school)] }
    recordIt(table, id, { contributions: [{ kind: 'problem', text: 'One desk is too few', proposal }] })
    expect(Object.values(table.state.contributions).map(({ kind, meetingId }) => [kind, meetingId])).toEqual([
      ['problem', id],
      ['proposal', id],
    ])
  })

  test('an error that is no refusal stays what it is', () => {
    const table = deliberating()
    const id = planned(table)
    const newId = (): string => {
      throw new Error('no more ids')
    }
    const input = whole(table, { decisions: [] })
    expect(() => recordMeeting(table.state, id, input, people, { actor: school.representative, now: table.now, newId })).toThrow(
      'no more ids',
    )
  })
})
