import { expect, test } from 'vitest'
import { slopes } from '../../bench/memory.ts'
import { type Recording, scriptOf } from '../../bench/pgbench.ts'
import { against, figureOf, goals, goalTable } from '../../bench/result.ts'

test('a figure is the median, with the quartiles as its spread', () => {
  expect(figureOf([5, 1, 4, 2, 3])).toEqual({ low: 2, median: 3, high: 4 })
  expect(figureOf([1, 2])).toEqual({ low: 1.25, median: 1.5, high: 1.75 })
})

test('contestants are compared turn by turn: a turn in which the machine was slow counts as any other', () => {
  expect(against([50, 500, 510], [100, 1000, 1000])).toEqual({ low: 0.5, median: 0.5, high: 0.505 })
})

test('a goal is met on its own side of the limit, and one that was not measured is said to be so', () => {
  const one = (value: number) => ({ low: value, median: value, high: value })
  const { rows } = goalTable({ currentVsHandwritten: one(1.8), pageTenThousandVsFirst: one(1.51) })
  const met = Object.fromEntries(rows.map((row) => [row[0], row.at(-1)]))
  expect(met).toMatchObject({ '`currentVsHandwritten`': 'yes', '`pageTenThousandVsFirst`': 'no', '`startSeconds`': '–' })
  expect(rows).toHaveLength(Object.keys(goals).length)
})

test('growth of memory is the slope of most of the samples, whatever one of them does', () => {
  const samples = [0, 1, 2, 3, 4, 5, 6].map((at) => ({ at, megabytes: at === 3 ? 900 : 100 + 2 * at }))
  expect(figureOf(slopes(samples)).median).toBe(2)
})

const id = (digit: string) => `${digit.repeat(8)}-${digit.repeat(4)}-7${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`
const hash = (digit: string) => digit.repeat(64)
const asked = (made: string, revision: number) => [
  { text: `begin; select set_config('handslag.actor', '${id('a')}', true)` },
  { text: 'insert into t select $1, $2', values: [`{"id":"${id(made)}","hash":"${hash(made)}","revision":${revision},"o":"it's"}`, null] },
  { text: 'commit' },
]
const recording: Recording = { first: asked('1', 7), next: asked('2', 8), revision: 8 }

test('pgbench repeats what was asked: what was new in it is new each time, what was not stays, and the revision goes up', () => {
  const script = scriptOf([recording, recording], 2, [8, 30])
  expect(script.match(/^prepare .*;$/gm)).toEqual([expect.stringMatching(/^prepare s\w{16} as insert into t select \$1, \$2;$/)])
  expect(script).toContain('\\set revision_1 30\n')
  expect(script).toContain('\\elif :place = 1\n\\set revision_1 :revision_1 + 1\n')
  expect(script).toContain(`begin \\;  select set_config('handslag.actor', '${id('a')}', true);`)
  expect(script).toMatch(
    /execute s\w{16}\('\{"id":"22222222-2222-\d{4}:part_1","hash":"\d{16}:part_1:part_2:part_3","revision": :revision_0,"o":"it''s"\}', null\);/,
  )
  expect(script).not.toContain(hash('2'))
})
