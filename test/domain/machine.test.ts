import { describe, expect, test } from 'vitest'
import { annexMachine, annexStates } from '../../src/domain/annex.ts'
import { commitmentMachine, commitmentStates } from '../../src/domain/commitment.ts'
import { inquiryMachine, inquiryStates } from '../../src/domain/inquiry.ts'
import { type Machine, move, statesOf } from '../../src/domain/machine.ts'
import { meetingMachine, meetingStates } from '../../src/domain/meeting/meeting.ts'
import { recommendationMachine, recommendationStatuses } from '../../src/domain/recommendation.ts'
import { agreementMachine, agreementStatuses, roundMachine, roundStates } from '../../src/domain/round.ts'
import { reasons } from '../support/agreement.ts'

/** Every machine with the states in which it can begin and in which it stops: what its table must make possible. */
const machines: [what: string, machine: Machine<string, string>, states: readonly string[], begins: string, stops: string[]][] = [
  ['agreement', agreementMachine, agreementStatuses, 'draft', ['ended']],
  ['round', roundMachine, roundStates, 'deliberating', ['closed']],
  ['commitment', commitmentMachine, commitmentStates, 'offered', ['withdrawn']],
  ['meeting', meetingMachine, meetingStates, 'planned', ['closed', 'cancelled']],
  ['inquiry', inquiryMachine, inquiryStates, 'open', ['closed']],
  ['recommendation', recommendationMachine, recommendationStatuses, 'open', ['declined', 'done']],
  ['annex', annexMachine, annexStates, 'proposed', ['effective', 'objected', 'dropped']],
]

const cases = machines.flatMap(([what, machine]) => {
  const moves = [...new Set(Object.values(machine).flatMap((from) => Object.keys(from)))]
  return Object.keys(machine).flatMap((state) => moves.map((by) => [what, by, state, machine[state]?.[by], machine] as const))
})

describe('a state moves only as its table says', () => {
  test.each(cases.filter(([, , , to]) => to !== undefined))('%s: `%s` leads from %s to %s', (what, by, state, to, machine) => {
    expect(move(what, machine, state, by)).toBe(to)
  })

  test.each(cases.filter(([, , , to]) => to === undefined))('%s: `%s` is refused when %s', (what, by, state, _to, machine) => {
    expect(reasons(() => move(what, machine, state, by))).toEqual([{ code: 'wrong-state', params: { what, state, action: by } }])
  })
})

describe.each(machines)('the table of the %s', (_what, machine, states, begins, stops) => {
  test('leads to no state that it does not have', () => {
    for (const to of Object.values(machine).flatMap((from) => Object.values(from))) expect(states).toContain(to)
  })

  test('reaches every state from where it begins', () => {
    const reached = new Set([begins])
    for (const state of reached) for (const to of Object.values(machine[state] ?? {})) if (to) reached.add(to)
    expect([...reached].sort()).toEqual([...states].sort())
  })

  test('stops only where nothing is left to do', () => {
    expect(states.filter((state) => Object.keys(machine[state] ?? {}).length === 0)).toEqual(stops)
  })

  test('gives its states in the order of the table', () => {
    expect(statesOf(machine)).toEqual(Object.keys(machine))
  })
})
