import { describe, expect, test } from 'vitest'
import { leaveTable, openRound } from '../../src/domain/agreement.ts'
import { reportProgress } from '../../src/domain/commitment.ts'
import { type Compliance, compliance, groundRuleWords } from '../../src/domain/compliance.ts'
import { acceptProposal, withdrawContribution } from '../../src/domain/contribution.ts'
import { withLeavers } from '../../src/domain/mandate.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import { closeMeeting, takeAttendance, writeMinutes } from '../../src/domain/meeting/meeting.ts'
import { addDays, dayOf } from '../../src/domain/time.ts'
import {
  acting,
  adopts,
  brings,
  city,
  closed,
  dataOf,
  deliberating,
  does,
  ends,
  finish,
  goTo,
  grant,
  hears,
  historyOf,
  mandateIdOf,
  meets,
  offer,
  only,
  partyIdOf,
  pass,
  people,
  planned,
  prepare,
  reflecting,
  renews,
  school,
  seatedHouses,
  secondRound,
  stands,
  type Table,
  team,
} from '../support/agreement.ts'

const report = (table: Table, number = 1): Compliance => compliance(historyOf(table, number), table.now)
const judged = (table: Table, rule: number, number = 1) => only(report(table, number).rules.find((one) => one.rule === rule))
const outcomes = (table: Table, number = 1): string[] => report(table, number).rules.map(({ outcome }) => outcome)

describe('a round that nothing happened in', () => {
  test('is open for each rule while it goes on', () => {
    expect(outcomes(deliberating())).toEqual(['open', 'open', 'open', 'open', 'open', 'open', 'open'])
  })

  test('fails only for who was not asked, once the agreement has ended', () => {
    const table = deliberating()
    ends(table)
    expect(outcomes(table)).toEqual([
      'not-applicable',
      'not-applicable',
      'pass', // consenting to the end binds
      'not-applicable',
      'fail',
      'not-applicable',
      'not-applicable',
    ])
    expect(report(table).overAt).toBe(table.now)
  })
})

test('a round that went as it should passes each rule that something happened about, also once the next one has opened', () => {
  const expected = ['pass', 'not-applicable', 'pass', 'not-applicable', 'pass', 'not-applicable', 'pass']
  expect(outcomes(closed())).toEqual(expected)
  expect(outcomes(acting())).toEqual(['pass', 'open', 'pass', 'open', 'pass', 'open', 'pass'])
  const table = secondRound()
  expect(report(table)).toMatchObject({ roundNumber: 1, state: 'closed', overAt: table.state.round?.openedAt })
  expect(outcomes(table)).toEqual(expected)
  expect(outcomes(table, 2)).toEqual(['pass', 'open', 'open', 'open', 'open', 'open', 'pass'])
})

describe('rule 1: what we can bring about ourselves', () => {
  test('a proposal that others would act on waits until they take it on', () => {
    const table = deliberating()
    const acting = [partyIdOf(table, team)]
    const { id } = dataOf(brings(table, school.representative, { kind: 'proposal', actingPartyIds: acting }), 'contribution-made')
    const proposal = { kind: 'proposal', id, partyId: partyIdOf(table, school), personId: school.representative.personId }
    expect(judged(table, 1)).toEqual({ rule: 1, outcome: 'open', met: [], unmet: [proposal] })
    does(table, team.representative, acceptProposal, id)
    expect(judged(table, 1)).toEqual({ rule: 1, outcome: 'pass', met: [proposal], unmet: [] })
  })

  test('a commitment of a party that left is not ours, and fails where the round came to nothing', () => {
    const table = deliberating()
    const id = offer(table, city)
    const [owner] = [partyIdOf(table, city)]
    does(table, city.representative, leaveTable, owner, { reason: 'We merged' })
    expect(judged(table, 1)).toMatchObject({ outcome: 'open', unmet: [{ kind: 'commitment', id, partyId: owner }] })
    ends(table, [school.representative, team.representative])
    expect(judged(table, 1)).toMatchObject({ outcome: 'fail', unmet: [{ kind: 'commitment', id }] })
  })

  test('is judged on what was adopted, whoever left since', () => {
    const table = acting()
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'We merged' })
    expect(judged(table, 1).outcome).toBe('pass')
  })
})

test('rule 2: a problem whose proposal was taken back waits for another one, and fails when the round closes without', () => {
  const table = reflecting()
  const proposal = { text: 'That', actingPartyIds: [partyIdOf(table, school)] }
  const [problem, answer] = brings(table, school.representative, { kind: 'problem', proposal }).map(
    ({ data }) => (data as { id: string }).id,
  )
  expect(judged(table, 2)).toMatchObject({
    outcome: 'pass',
    met: [
      { kind: 'problem', id: problem },
      { kind: 'proposal', id: answer },
    ],
  })
  does(table, school.representative, withdrawContribution, only(answer), { reason: 'Too soon' })
  expect(judged(table, 2)).toMatchObject({ outcome: 'open', met: [], unmet: [{ kind: 'problem', id: problem }] })
  finish(table)
  expect(judged(table, 2)).toMatchObject({ outcome: 'fail', unmet: [{ kind: 'problem', id: problem }] })
})

describe('rule 3: each binding act under a mandate', () => {
  test('names the acts, by whom and under which mandate', () => {
    const table = acting()
    const { met, unmet } = judged(table, 3)
    expect(met.map(({ kind }) => kind).sort()).toEqual(['commitment', 'mandate', 'stance', 'stance', 'stance'])
    expect(unmet).toEqual([])
    expect(met.find(({ kind }) => kind === 'commitment')).toEqual({
      kind: 'commitment',
      id: Object.keys(table.state.promises)[0],
      partyId: partyIdOf(table, team),
      personId: team.representative.personId,
      mandateId: mandateIdOf(table, team.representative),
    })
    does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'Another job' })
    expect(judged(table, 3).outcome, 'what was promised under it stays').toBe('pass')
  })

  test('an act under a mandate that was not effective then would show, whatever let it through', () => {
    const table = acting()
    const history = historyOf(table)
    const tampered = history.steps.map((step) => {
      const mandates = Object.fromEntries(Object.entries(step.before.mandates).map(([id, one]) => [id, { ...one, untilAt: one.fromAt }]))
      return step.event.type === 'version-adopted' ? { ...step, before: { ...step.before, mandates } } : step
    })
    const [, , third] = compliance({ ...history, steps: tampered }, table.now).rules
    expect(third).toMatchObject({ outcome: 'fail', unmet: [{ kind: 'mandate', id: mandateIdOf(table, school.representative) }] })
  })
})

describe('rule 4: renewal after every meeting', () => {
  const evidence = (table: Table, meetingId: string, house = school) => ({
    kind: 'mandate',
    id: mandateIdOf(table, house.representative),
    partyId: partyIdOf(table, house),
    personId: house.representative.personId,
    meetingId,
    byAt: expect.any(String),
  })

  test('waits for who has time left, passes for who renewed, and fails for who did not in time', () => {
    const table = deliberating()
    const meetingId = meets(table, school.representative, team.representative)
    expect(judged(table, 4)).toEqual({
      rule: 4,
      outcome: 'open',
      met: [],
      unmet: [evidence(table, meetingId), evidence(table, meetingId, team)],
    })
    renews(table, school)
    expect(judged(table, 4)).toMatchObject({
      outcome: 'open',
      met: [evidence(table, meetingId)],
      unmet: [evidence(table, meetingId, team)],
    })
    pass(table, 14)
    expect(judged(table, 4)).toMatchObject({
      outcome: 'fail',
      met: [evidence(table, meetingId)],
      unmet: [evidence(table, meetingId, team)],
    })
    grant(table, team)
    expect(judged(table, 4).outcome, 'a mandate granted anew is another one').toBe('fail')
  })

  test('a second meeting before the renewal gives nobody more time, and one renewal answers both', () => {
    const table = deliberating()
    const first = meets(table, team.representative)
    const byAt = only(judged(table, 4).unmet[0]?.byAt)
    pass(table, 3)
    const second = meets(table, team.representative)
    expect(judged(table, 4).unmet.map(({ meetingId, byAt }) => [meetingId, byAt])).toEqual([
      [first, byAt],
      [second, byAt],
    ])
    renews(table, team)
    expect(judged(table, 4)).toMatchObject({ outcome: 'pass', unmet: [] })
  })

  test.each<[string, (table: Table) => unknown]>([
    ['was withdrawn', (table) => does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'x' })],
    ['is of a party that left', (table) => does(table, team.colleague, leaveTable, partyIdOf(table, team), { reason: 'x' })],
  ])('a mandate that %s in the meantime is waited for no more', (_, happens) => {
    const table = deliberating()
    grant(table, team, { holderId: team.colleague.personId })
    meets(table, team.representative)
    happens(table)
    expect(judged(table, 4)).toEqual({ rule: 4, outcome: 'open', met: [], unmet: [] })
    pass(table, 20)
    expect(judged(table, 4).unmet).toEqual([])
  })

  test('a mandate whose holder has left the organisation is waited for no more: it cannot be renewed', () => {
    const table = deliberating()
    meets(table, team.representative)
    const left = { [team.representative.personId]: table.now }
    pass(table, 20)
    const history = historyOf(table, 1)
    expect(judged(table, 4).outcome).toBe('fail')
    const known = compliance({ ...history, since: withLeavers(history.since, left) }, table.now)
    expect(known.rules.find(({ rule }) => rule === 4)).toEqual({ rule: 4, outcome: 'open', met: [], unmet: [] })
  })

  test('can still be kept when the round is over: renewing in the next round counts for the meeting', () => {
    const table = reflecting()
    meets(table, school.representative)
    finish(table)
    does(table, school.representative, openRound, {})
    expect(judged(table, 4).outcome).toBe('open')
    renews(table, school)
    expect(judged(table, 4).outcome).toBe('pass')
  })
})

test('rule 5: names who was not asked, and passes once all were heard', () => {
  const table = deliberating()
  hears(table, school)
  hears(table, team, 'Who drives?')
  expect(judged(table, 5)).toMatchObject({
    outcome: 'open',
    met: [{ kind: 'hearing' }, { kind: 'hearing' }, { kind: 'concern', partyId: partyIdOf(table, team) }],
    unmet: [{ kind: 'party', id: partyIdOf(table, city) }],
  })
  hears(table, city)
  expect(judged(table, 5)).toMatchObject({ outcome: 'pass', unmet: [] })
})

describe('rule 6: short minutes with reasons', () => {
  const held = (table: Table, decisions: { what: string; why: string }[]): string => {
    const id = planned(table)
    const attendees = [{ personId: school.representative.personId, presence: 'present' as const }]
    does(table, school.representative, takeAttendance, id, { attendees }, people)
    const byPartyIds = [partyIdOf(table, school)]
    does(table, school.representative, writeMinutes, id, { decisions: decisions.map((one) => ({ ...one, byPartyIds })) })
    does(table, school.representative, closeMeeting, id)
    return id
  }

  test('a closed meeting that left none fails; a planned one is not judged', () => {
    const table = deliberating()
    const id = held(table, [{ what: 'We call', why: 'It helps' }])
    planned(table)
    expect(judged(table, 6)).toMatchObject({ outcome: 'pass', met: [{ kind: 'meeting', id }], unmet: [] })
    renews(table, school)
    const bare = held(table, [])
    expect(judged(table, 6)).toMatchObject({ outcome: 'fail', met: [{ id }], unmet: [{ kind: 'meeting', id: bare }] })
  })

  test('what was long while the table had dropped the rule breaks nothing', () => {
    const table = deliberating({
      groundRules: {
        standard: [1, 2, 3, 5],
        additional: [],
        renewalGraceDays: 14,
        reflectionDays: 14,
        adoption: { kind: 'nobody-withholds' },
      },
    })
    held(
      table,
      Array.from({ length: 6 }, () => ({ what: 'x'.repeat(1000), why: 'y'.repeat(1000) })),
    )
    expect(outcomes(table)).toEqual(['open', 'open', 'open', 'not-applicable', 'open', 'not-applicable', 'not-applicable'])
  })
})

test('rule 7: what is overdue fails, with everybody who answers for it, until it is done; what was overdue when the round was over stays so', () => {
  const table = deliberating()
  const dueOn = addDays(dayOf(table.now), 14)
  const id = offer(table, team, { dueOn })
  prepare(table)
  for (const house of seatedHouses) stands(table, house)
  adopts(table)
  expect(judged(table, 7)).toMatchObject({ outcome: 'pass', met: [{ kind: 'commitment', id }] })
  goTo(table, addDays(dueOn, 1))
  const overdue = {
    kind: 'commitment',
    id,
    partyId: partyIdOf(table, team),
    coResponsiblePartyIds: [partyIdOf(table, school), partyIdOf(table, city)],
  }
  expect(judged(table, 7)).toEqual({ rule: 7, outcome: 'fail', met: [], unmet: [overdue] })
  goTo(table, only(table.state.round?.reviewOn))
  finish(table)
  does(table, school.representative, openRound, {})
  does(table, team.representative, reportProgress, id, { state: 'done' })
  expect(judged(table, 7)).toMatchObject({ outcome: 'fail', unmet: [overdue] })
})

test('each rule has its words in both languages', () => {
  for (const { en, nl } of Object.values(groundRuleWords)) expect([en, nl].map((words) => words.endsWith('.'))).toEqual([true, true])
  expect(Object.keys(groundRuleWords)).toHaveLength(7)
})
