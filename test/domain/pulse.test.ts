import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { averagesOf, networkPulse, nobodyYet, type PulsePoint, plus, pulseTrend, withSignals } from '../../src/domain/pulse.ts'

const pulse = fc.record({ atmosphere: fc.integer({ min: 1, max: 5 }), effectiveness: fc.integer({ min: 1, max: 5 }) })

describe('averages', () => {
  test('show from the minimum on, and below it only how many answered', () => {
    fc.assert(
      fc.property(fc.array(pulse, { maxLength: 12 }), fc.integer({ min: 3, max: 8 }), (pulses, minimum) => {
        const shown = averagesOf(pulses.reduce(plus, nobodyYet), minimum)
        const mean = pulses.reduce((sum, { atmosphere }) => sum + atmosphere, 0) / pulses.length
        if (pulses.length < minimum) expect(shown).toEqual({ answers: pulses.length })
        // To one decimal: a twentieth off at most.
        else expect(Math.abs((shown.atmosphere ?? 0) - mean)).toBeLessThanOrEqual(0.05 + 1e-9)
      }),
    )
  })

  test('do not tell in which order people answered', () => {
    fc.assert(
      fc.property(fc.array(pulse, { minLength: 5, maxLength: 9 }), (pulses) => {
        expect(averagesOf(pulses.toReversed().reduce(plus, nobodyYet), 5)).toEqual(averagesOf(pulses.reduce(plus, nobodyYet), 5))
      }),
    )
  })
})

describe('a signal', () => {
  const points = (...scores: (readonly [number, number] | null)[]) =>
    scores.map((score) => (score ? { answers: 5, atmosphere: score[0], effectiveness: score[1] } : { answers: 2 }))
  const signals = (...scores: (readonly [number, number] | null)[]) => withSignals(points(...scores)).map(({ signal }) => signal ?? '')

  test.each<[string, (readonly [number, number] | null)[], string[]]>([
    [
      'where an average falls by a whole step',
      [
        [4, 4],
        [3, 4],
      ],
      ['', 'dropped'],
    ],
    [
      'whichever of the two falls',
      [
        [4, 4.1],
        [4, 3.1],
      ],
      ['', 'dropped'],
    ],
    [
      'and not by less',
      [
        [4, 4],
        [3.1, 3.1],
      ],
      ['', ''],
    ],
    [
      'nor where it rises',
      [
        [2, 2],
        [4, 5],
      ],
      ['', ''],
    ],
    ['against the last one that is shown: what is not shown tells nothing', [[4, 4], null, [3, 3]], ['', '', 'dropped']],
    ['and never without one before', [null, [1, 1]], ['', '']],
  ])('%s', (_, scores, expected) => {
    expect(signals(...scores)).toEqual(expected)
  })
})

describe('a trend', () => {
  const point = (id: string, kind: PulsePoint['kind'], atmosphere: number): PulsePoint => {
    const moment = '2026-01-05T09:00:00.000Z'
    return { id, kind, roundNumber: 1, takenAt: moment, shownAt: moment, answers: 5, atmosphere, effectiveness: 3 }
  }

  test('keeps rounds, where parties answer, apart from meetings, where people do', () => {
    const { rounds, meetings } = pulseTrend([point('round-1', 'round', 4), point('a', 'meeting', 2), point('round-2', 'round', 4)])
    expect(rounds.map(({ signal }) => signal)).toEqual([undefined, undefined])
    expect(meetings).toEqual([{ roundNumber: 1, takenAt: '2026-01-05T09:00:00.000Z', answers: 5, atmosphere: 2, effectiveness: 3 }])
  })

  test('of a network weighs each answer alike', () => {
    const months = [
      { month: '2026-01', kind: 'round' as const, agreements: 2, answers: 10, atmosphere: 5 * 4 + 5 * 5, effectiveness: 10 * 3 },
      { month: '2026-02', kind: 'round' as const, agreements: 1, answers: 5, atmosphere: 5 * 3, effectiveness: 5 * 3 },
    ]
    expect(networkPulse('Every child at school', months)).toEqual({
      sharedGoal: 'Every child at school',
      rounds: [
        { month: '2026-01', agreements: 2, answers: 10, atmosphere: 4.5, effectiveness: 3 },
        { month: '2026-02', agreements: 1, answers: 5, atmosphere: 3, effectiveness: 3, signal: 'dropped' },
      ],
      meetings: [],
    })
  })
})
