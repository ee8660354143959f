import { describe, expect, test } from 'vitest'
import { openRound } from '../../src/domain/agreement.ts'
import { GroundRules } from '../../src/domain/agreement-text.ts'
import { takeAttendance } from '../../src/domain/meeting/meeting.ts'
import { givePulse, pulseUntil } from '../../src/domain/meeting/pulse.ts'
import { pulsesTaken } from '../../src/domain/pulse-taken.ts'
import {
  aTable,
  city,
  closed,
  codes,
  deliberating,
  does,
  goTo,
  inspectorate,
  meets,
  only,
  parents,
  people,
  planned,
  school,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const crowd = [school.representative, school.colleague, team.representative, team.colleague, city.representative, parents.representative]
const feels = (table: Table, id: string, by = school.representative, atmosphere = 4, effectiveness = 2) =>
  does(table, by, givePulse, id, { atmosphere, effectiveness })
const taken = (table: Table, id: string) => pulsesTaken(table.state)[id]

describe('the pulse of a meeting', () => {
  test('is given by who was there, each once, and shows as averages from five answers on', () => {
    const table = deliberating()
    const id = meets(table, ...crowd)
    for (const [nth, person] of crowd.slice(0, 4).entries()) feels(table, id, person, 1 + nth)
    expect(taken(table, id)).toMatchObject({ kind: 'meeting', meetingId: id, roundNumber: 1, answers: 4 })
    expect(taken(table, id)).not.toHaveProperty('atmosphere')
    feels(table, id, city.representative, 5)
    expect(taken(table, id)).toMatchObject({ answers: 5, atmosphere: 3, effectiveness: 2 })
    for (const person of crowd.slice(0, 5)) expect(codes(() => feels(table, id, person, 1))).toEqual(['already-done'])
  })

  test('shows after a week only, when no answer can come any more: a moving average would show who moved it', () => {
    const table = deliberating()
    const id = meets(table, ...crowd)
    const until = pulseUntil(table.now)
    feels(table, id)
    expect(taken(table, id)).toMatchObject({ takenAt: table.now, shownAt: until })
    goTo(table, until)
    expect(codes(() => feels(table, id, team.representative))).toEqual(['pulse-closed'])
  })

  test('is kept as a sum, apart from who answered: nobody’s own answer is in the state', () => {
    const table = deliberating()
    const id = meets(table, ...crowd)
    for (const person of crowd.toReversed()) feels(table, id, person, person === school.representative ? 1 : 5)
    expect(table.state.pulses[id]).toEqual({
      meetingId: id,
      answeredBy: crowd.map(({ personId }) => personId).sort(),
      answers: 6,
      atmosphere: 26,
      effectiveness: 12,
      minimum: 5,
    })
    expect(JSON.stringify(pulsesTaken(table.state))).not.toContain(school.representative.personId)
  })

  test('is only of a meeting that closed, and only by who was present', () => {
    const table = deliberating()
    const open = planned(table)
    const attendees = [
      { personId: school.representative.personId, presence: 'present' as const },
      { personId: team.representative.personId, presence: 'excused' as const },
    ]
    does(table, school.representative, takeAttendance, open, { attendees }, people)
    expect(codes(() => feels(table, open))).toEqual(['wrong-state'])
    const id = meets(table, school.representative)
    for (const by of [team.representative, school.colleague]) expect(codes(() => feels(table, id, by))).toEqual(['was-not-there'])
    expect(codes(() => feels(table, id, inspectorate.representative))).toEqual(['not-seated'])
    expect(codes(() => feels(table, uuid(404)))).toEqual(['not-found'])
  })

  test('shows from as many answers on as the ground rules asked while people answered, also when they ask fewer later', () => {
    const table = aTable({ groundRules: GroundRules.parse({ pulseMinimum: 6 }) })
    does(table, school.representative, openRound, {})
    const id = meets(table, ...crowd)
    for (const person of crowd.slice(0, 4)) feels(table, id, person)
    does(table, school.grantor, () => [{ type: 'founding-changed', data: { ...table.state.rules, pulseMinimum: 3 } }])
    feels(table, id, city.representative)
    expect(taken(table, id)).toMatchObject({ answers: 5 })
    expect(taken(table, id)).not.toHaveProperty('atmosphere')
    feels(table, id, parents.representative)
    expect(taken(table, id)).toMatchObject({ answers: 6, atmosphere: 4 })
  })

  test('leaves the state with its meeting when the next round opens', () => {
    const table = closed()
    does(table, school.representative, openRound, {})
    expect(table.state.pulses).toEqual({})
  })
})

describe('the pulse of a round', () => {
  test('is taken when the round closes, one answer for each party', () => {
    const table = closed()
    const { closedAt } = only(table.state.round)
    expect(taken(table, 'round-1')).toEqual({
      id: 'round-1',
      kind: 'round',
      roundNumber: 1,
      takenAt: closedAt,
      shownAt: closedAt,
      answers: 3,
    })
  })

  test('shows from three on where the ground rules say so', () => {
    const table = closed({ groundRules: GroundRules.parse({ pulseMinimum: 3 }) })
    expect(taken(table, 'round-1')).toMatchObject({ answers: 3, atmosphere: 4, effectiveness: 3 })
  })
})
