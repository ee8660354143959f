import { describe, expect, test } from 'vitest'
import { callImpasse, LeaveImpasse, leaveImpasse } from '../../src/domain/agreement.ts'
import { callReflection } from '../../src/domain/reflection.ts'
import {
  phaseAt,
  phases,
  type RoundMove,
  reflectionOpenedAt,
  requireRound,
  roundMachine,
  roundStateAt,
  roundStates,
  ruleHolds,
  tableActions,
  viewRound,
} from '../../src/domain/round.ts'
import { addDays, dayOf, endOf, startOf } from '../../src/domain/time.ts'
import {
  acting,
  adoptable,
  adopts,
  aTable,
  city,
  closed,
  codes,
  deliberating,
  does,
  goTo,
  only,
  reasons,
  reflecting,
  school,
  secondRound,
  stands,
  team,
  uuid,
} from '../support/agreement.ts'

const justBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString()

describe('the cycle', () => {
  test.each([
    ['draft', aTable],
    ['deliberating', deliberating],
    ['acting', acting],
    ['reflecting', reflecting],
    ['closed', closed],
    ['deliberating', secondRound],
  ])('is in the phase %s', (phase, make) => {
    const { state, now } = make()
    expect(phaseAt(state, now)).toBe(phase)
  })

  test('every phase has something that can be done in it, but the last', () => {
    const idle = phases.filter((phase) => !Object.values(tableActions).some((rule) => (rule.in as readonly string[]).includes(phase)))
    expect(idle).toEqual(['ended'])
  })

  test('what a round is asked for is refused for one that has closed, and for one that is not there', () => {
    const { state } = secondRound()
    expect(requireRound(state, 2, 'reflect').number).toBe(2)
    expect(reasons(() => requireRound(state, 1, 'reflect'))).toEqual([
      { code: 'wrong-state', params: { what: 'round', state: 'closed', action: 'reflect' } },
    ])
    for (const number of [0, -1, 3]) expect(codes(() => requireRound(state, number, 'reflect'))).toEqual(['not-found'])
    expect(codes(() => requireRound(aTable().state, 1, 'reflect'))).toEqual(['not-found'])
  })
})

describe('time passes by itself: no event is recorded', () => {
  test('reflecting opens at the first moment of the review day', () => {
    const { state } = acting()
    const opens = startOf(only(state.round?.reviewOn))
    expect([phaseAt(state, justBefore(opens)), phaseAt(state, opens)]).toEqual(['acting', 'reflecting'])
    expect([reflectionOpenedAt(only(state.round), justBefore(opens)), reflectionOpenedAt(only(state.round ?? undefined), opens)]).toEqual([
      undefined,
      opens,
    ])
  })

  test('a parked round resumes at the first moment of its day, and can then be adopted', () => {
    const table = adoptable()
    does(table, city.representative, callImpasse, { reason: 'Stuck on the hours.' })
    const id = only(table.state.round?.impasse).id
    const resumeOn = addDays(dayOf(table.now), 1)
    does(table, team.representative, leaveImpasse, id, { exit: 'park', note: 'Sleep on it', resumeOn })
    const resumes = startOf(resumeOn)
    goTo(table, justBefore(resumes))
    expect(phaseAt(table.state, table.now)).toBe('impasse')
    expect(codes(() => adopts(table))).toEqual(['wrong-phase'])
    goTo(table, resumes)
    adopts(table)
    expect(phaseAt(table.state, table.now)).toBe('acting')
  })

  test('a round that was never adopted has no reflection', () => {
    expect(reflectionOpenedAt(only(deliberating().state.round), endOf('2100-01-01'))).toBeUndefined()
  })
})

describe('an impasse', () => {
  const stuck = () => {
    const table = adoptable()
    does(table, city.representative, callImpasse, { reason: 'Stuck on the hours.' })
    return { table, id: only(table.state.round?.impasse).id }
  }
  const leave = ({ table, id }: ReturnType<typeof stuck>, input: object) =>
    does(table, team.representative, leaveImpasse, id, LeaveImpasse.parse({ note: 'So we agreed', ...input }))

  test('stops stances and adoption until a way out is chosen', () => {
    const { table } = stuck()
    expect(codes(() => stands(table, school))).toEqual(['wrong-phase'])
    expect(codes(() => adopts(table))).toEqual(['wrong-phase'])
  })

  test.each(['mediate', 'escalate', 'new-proposal'])('the way out `%s` goes on deliberating at once', (exit) => {
    const { table, id } = stuck()
    leave({ table, id }, { exit })
    expect(table.state.round).toMatchObject({ state: 'deliberating', impasse: { id, exit, note: 'So we agreed', exitAt: table.now } })
  })

  test.each(['mediate', 'escalate', 'new-proposal'])('the way out `%s` has no day', (exit) => {
    expect(codes(() => leave(stuck(), { exit, resumeOn: '2026-03-01' }))).toEqual(['only-parking-has-day'])
  })

  test.each([undefined, '2026-01-04', '2026-01-05'])('parking needs a day after today, and not %s', (resumeOn) => {
    expect(codes(() => leave(stuck(), { exit: 'park', resumeOn }))).toEqual(['parking-needs-day'])
  })

  test('another way out can be chosen while it is parked, and forgets the day', () => {
    const { table, id } = stuck()
    leave({ table, id }, { exit: 'park', resumeOn: '2026-03-01' })
    leave({ table, id }, { exit: 'mediate' })
    expect(roundStateAt(only(table.state.round), table.now)).toBe('deliberating')
    expect(table.state.round?.impasse).not.toHaveProperty('resumeOn')
  })

  test('a way out is one of this impasse', () => {
    const { table } = stuck()
    expect(codes(() => leave({ table, id: uuid(1) }, { exit: 'mediate' }))).toEqual(['not-found'])
  })

  test('can be called again after it was left', () => {
    const { table, id } = stuck()
    leave({ table, id }, { exit: 'mediate' })
    does(table, school.representative, callImpasse, { reason: 'Stuck again' })
    expect(table.state.round?.impasse).toMatchObject({ roundNumber: 1, reason: 'Stuck again' })
    expect(table.state.round?.impasse?.exit).toBeUndefined()
  })
})

test('the reflection can be called before its day, and then opened when it was called', () => {
  const table = acting()
  does(table, team.representative, callReflection, { reason: 'It does not work.' })
  expect(phaseAt(table.state, table.now)).toBe('reflecting')
  expect(reflectionOpenedAt(only(table.state.round), table.now)).toBe(table.now)
})

test('a ground rule holds when the table has it', () => {
  const { state } = aTable({
    groundRules: { ...aTable().state.rules, standard: [3, 5], additional: [], adoption: { kind: 'nobody-withholds' } },
  })
  expect([1, 2, 3, 4, 5, 6, 7].filter((rule) => ruleHolds(state, rule))).toEqual([3, 5])
})

test('a round is shown as it stands at a moment, without its agenda', () => {
  const { state, now } = reflecting()
  const round = only(state.round)
  expect([round.state, viewRound(round, now).state]).toEqual(['acting', 'reflecting'])
  expect(viewRound(round, now)).not.toHaveProperty('agenda')
})

describe('the machine of a round and the table of what can be done when are one story', () => {
  const acts = {
    'call-impasse': 'call-impasse',
    'leave-impasse': 'leave-impasse',
    'adopt': 'adopt',
    'open-reflection': 'call-reflection',
    'close': 'close-round',
  } as const satisfies Record<RoundMove, keyof typeof tableActions>

  test.each(Object.entries(acts))('%s is possible just where %s is', (move, action) => {
    const leaves = roundStates.filter((state) => move in roundMachine[state])
    expect(tableActions[action].in).toEqual(leaves)
  })
})
