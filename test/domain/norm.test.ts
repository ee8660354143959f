import { expect, test } from 'vitest'
import { NormReport, normAverages, normMinimum, normReport, norms } from '../../src/domain/norm.ts'

test('all nine norms are reported, in the words of the network', () => {
  const report = normReport({ open: 'We tell what we know' }, [])
  expect(NormReport.parse(report)).toEqual(report)
  expect(report.norms.map(({ norm }) => norm)).toEqual([...norms])
  expect(report.norms.filter(({ words }) => words !== undefined)).toEqual([{ norm: 'open', words: 'We tell what we know', answers: 0 }])
})

test('of a round shows which norms were scored, and an average only where enough did', () => {
  const scores = [{ open: 2, helpful: 5 }, { open: 3 }, { open: 3 }, { open: 4, helpful: 1 }, {}]
  expect(normAverages(scores)).toEqual([
    { norm: 'open', answers: 4 },
    { norm: 'helpful', answers: 2 },
  ])
  expect(normAverages([...scores, { open: 5 }])[0]).toEqual({ norm: 'open', answers: 5, average: 3.4 })
  expect(normAverages([])).toEqual([])
})

test.each([
  [4, 20, undefined],
  [5, 21, 4.2],
  [6, 20, 3.3],
])('%i answers that add up to %i give %s', (answers, sum, average) => {
  const [, , reachable] = normReport({}, [{ norm: 'reachable', answers, sum }]).norms
  expect(reachable).toEqual({ norm: 'reachable', answers, ...(average !== undefined && { average }) })
  expect(average !== undefined).toBe(answers >= normMinimum)
})
