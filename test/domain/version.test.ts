import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentOf } from '../../src/domain/agreement-text.ts'
import { difference, endFrom, inForceAt, type Period, succeed } from '../../src/domain/version.ts'
import { acting, adopts, ends, goTo, only, prepare, seatedHouses, secondRound, stands, uuid } from '../support/agreement.ts'

const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString()
const known = (periods: readonly Period[]) => periods.filter((period) => !period.replacedAt)
const shape = ({ version, fromAt, untilAt }: Period) => [version, fromAt, untilAt]

describe('what holds when, as it is known now', () => {
  const first = succeed([], { version: 1, fromAt: day(1), untilAt: day(31) }, day(1))

  test('from its first moment until just before its end', () => {
    expect([day(0), day(1), day(30), day(31)].map((at) => inForceAt({ periods: first }, at)?.version)).toEqual([undefined, 1, 1, undefined])
  })

  test('a successor cuts off what was known, and nothing that was known is forgotten', () => {
    const next = succeed(first, { version: 2, fromAt: day(10), untilAt: day(40) }, day(5))
    expect(known(next).map(shape)).toEqual([
      [1, day(1), day(10)],
      [2, day(10), day(40)],
    ])
    expect(next.filter((period) => period.replacedAt)).toEqual([{ ...first[0], replacedAt: day(5) }])
    expect(new Set(next.map(({ id }) => id)).size).toBe(3)
  })

  test('a successor for a later day waits, while its predecessor stays in force', () => {
    const next = succeed(first, { version: 2, fromAt: day(20), untilAt: day(40) }, day(5))
    expect([day(6), day(19), day(20)].map((at) => inForceAt({ periods: next }, at)?.version)).toEqual([1, 1, 2])
  })

  test('a successor may leave a gap: nothing is silently prolonged', () => {
    const next = succeed(first, { version: 2, fromAt: day(35), untilAt: day(40) }, day(5))
    expect(known(next)).toHaveLength(2)
    expect(inForceAt({ periods: next }, day(33))).toBeUndefined()
  })

  test('one that waits is replaced by one that starts before it', () => {
    const waiting = succeed(first, { version: 2, fromAt: day(20), untilAt: day(60) }, day(5))
    const third = succeed(waiting, { version: 3, fromAt: day(15), untilAt: day(50) }, day(6))
    expect(known(third).map(shape)).toEqual([
      [1, day(1), day(15)],
      [3, day(15), day(50)],
    ])
  })

  test('ended, nothing holds any more, and what waited never starts', () => {
    const waiting = succeed(first, { version: 2, fromAt: day(20), untilAt: day(60) }, day(5))
    const ended = endFrom(waiting, day(10), day(10))
    expect(known(ended).map(shape)).toEqual([[1, day(1), day(10)]])
  })

  test('ending leaves alone what was over before', () => {
    expect(endFrom(first, day(31), day(40))).toEqual(first)
  })

  test('periods known now never overlap, and nothing is forgotten, whatever is adopted and ended in whatever order', () => {
    const moment = fc.integer({ min: 1, max: 60 })
    const acts = fc.array(fc.record({ from: moment, length: moment, ends: fc.boolean() }), { maxLength: 12 })
    fc.assert(
      fc.property(acts, (list) => {
        let periods: Period[] = []
        for (const [index, { from, length, ends }] of list.entries()) {
          const before = periods
          const at = day(index)
          periods = ends
            ? endFrom(before, day(from), at)
            : succeed(before, { version: index + 1, fromAt: day(from), untilAt: day(from + length) }, at)
          const sorted = known(periods).sort((a, b) => (a.fromAt < b.fromAt ? -1 : 1))
          sorted.forEach((period, nth) => {
            expect(period.fromAt < period.untilAt).toBe(true)
            expect((sorted[nth - 1]?.untilAt ?? '') <= period.fromAt).toBe(true)
          })
          for (const period of before)
            expect(periods).toContainEqual(expect.objectContaining({ ...period, ...(period.replacedAt ? {} : { id: period.id }) }))
          expect(new Set(periods.map(({ id, fromAt }) => `${id} ${fromAt}`)).size).toBe(periods.length)
        }
      }),
    )
  })
})

describe('over the rounds', () => {
  test('a version stays in force until the next one starts', () => {
    const table = secondRound()
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    expect(inForceAt(table.state, table.now)?.version).toBe(1)
    goTo(table, only(table.state.text.validity).validFrom)
    expect(inForceAt(table.state, table.now)?.version).toBe(2)
    expect(table.state.periods.map(({ version, replacedAt }) => [version, Boolean(replacedAt)])).toEqual([
      [1, true],
      [1, false],
      [2, false],
    ])
  })

  test('ending ends what is in force at once', () => {
    const table = acting()
    goTo(table, '2026-01-20')
    ends(table)
    expect(inForceAt(table.state, table.now)).toBeUndefined()
    expect(known(table.state.periods).map(({ untilAt }) => untilAt)).toEqual([table.now])
  })
})

describe('what changed between two texts', () => {
  const text = contentOf(acting().state)
  const item = (n: number, words: string) => ({ id: uuid(n), text: words })
  const base = { ...text, inScope: [item(1, 'one'), item(2, 'two'), item(3, 'three')] }

  test('nothing, when they are the same', () => expect(difference(base, structuredClone(base))).toEqual([]))

  test('moving an item is no change: lists are matched by id', () => {
    expect(difference(base, { ...base, inScope: [...base.inScope].reverse() })).toEqual([])
  })

  test('changing an item shows only what changed in it', () => {
    const changed = { ...base, inScope: [item(3, 'three'), item(2, 'zwei'), item(1, 'one')] }
    expect(difference(base, changed)).toEqual([{ kind: 'changed', path: `$.inScope[?(@.id=='${uuid(2)}')].text`, from: 'two', to: 'zwei' }])
  })

  test('an item more, an item less, a field more, a field less', () => {
    expect(difference(base, { ...base, inScope: [...base.inScope, item(4, 'four')] })).toEqual([
      { kind: 'added', path: `$.inScope[?(@.id=='${uuid(4)}')]`, to: item(4, 'four') },
    ])
    expect(difference(base, { ...base, inScope: base.inScope.slice(1) })).toEqual([
      { kind: 'removed', path: `$.inScope[?(@.id=='${uuid(1)}')]`, from: item(1, 'one') },
    ])
    const { routing, ...without } = base
    expect(difference(base, without)).toEqual([{ kind: 'removed', path: '$.routing', from: routing }])
    expect(difference(without, base)).toEqual([{ kind: 'added', path: '$.routing', to: routing }])
  })

  test('inside an item of a list inside an item', () => {
    const role = only(base.roles[0])
    const roles = [{ ...role, tasks: [{ ...only(role.tasks[0]), what: 'Visit the parents' }] }]
    expect(difference(base, { ...base, roles })).toMatchObject([
      { kind: 'changed', path: `$.roles[?(@.id=='${role.id}')].tasks[?(@.id=='${role.tasks[0]?.id}')].what`, to: 'Visit the parents' },
    ])
  })

  test('a plain field, and one of an object', () => {
    const validity = { ...only(base.validity), validUntil: '2026-04-30' }
    expect(difference(base, { ...base, title: 'New', validity })).toEqual(
      expect.arrayContaining([
        { kind: 'changed', path: '$.title', from: 'Back to school', to: 'New' },
        { kind: 'changed', path: '$.validity.validUntil', from: base.validity?.validUntil, to: '2026-04-30' },
      ]),
    )
  })
})
