import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faringOver, type RoundScores } from '../../src/domain/beneficiary.ts'
import { uuid } from '../support/agreement.ts'

const child = (over: object = {}) => ({ id: uuid(1), name: 'Children', addedValue: 'Know who comes', nuisance: 'Tell it once', ...over })
const scores = (...pairs: [number, number][]) => pairs.map(([addedValue, nuisance]) => ({ beneficiaryId: uuid(1), addedValue, nuisance }))
const round = (number: number, over: Partial<RoundScores> = {}): RoundScores => ({
  number,
  beneficiaries: [child()],
  scores: scores([4, 2]),
  ...over,
})

describe('how beneficiaries fare', () => {
  test('shows per round what the parties scored together, to one decimal', () => {
    expect(faringOver([round(1, { scores: scores([2, 4], [3, 4], [3, 5]) }), round(2, { scores: scores([5, 1]) })])).toEqual([
      {
        ...child(),
        rounds: [
          { roundNumber: 1, answers: 3, addedValue: 2.7, nuisance: 4.3 },
          { roundNumber: 2, answers: 1, addedValue: 5, nuisance: 1 },
        ],
      },
    ])
  })

  test('names them as the last version does, and keeps those that it no longer names', () => {
    const parents = { id: uuid(2), name: 'Parents' }
    const faring = faringOver([round(1, { beneficiaries: [child(), parents] }), round(2, { beneficiaries: [child({ name: 'Pupils' })] })])
    expect(faring.map(({ name, rounds }) => [name, rounds.length])).toEqual([
      ['Pupils', 2],
      ['Parents', 0],
    ])
  })

  test('leaves out the rounds in which nobody scored them', () => {
    expect(faringOver([round(1, { scores: [] }), round(2)])[0]?.rounds.map(({ roundNumber }) => roundNumber)).toEqual([2])
    expect(faringOver([])).toEqual([])
  })

  test('an average lies between the lowest and the highest score', () => {
    const score = fc.integer({ min: 1, max: 5 })
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 1 }), (pairs) => {
        const [shown] = faringOver([round(1, { scores: scores(...pairs) })])[0]?.rounds ?? []
        const gains = pairs.map(([gain]) => gain)
        expect(shown?.answers).toBe(pairs.length)
        expect(shown?.addedValue).toBeGreaterThanOrEqual(Math.min(...gains))
        expect(shown?.addedValue).toBeLessThanOrEqual(Math.max(...gains))
      }),
    )
  })
})
