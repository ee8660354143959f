import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Criterion, checklists, type Evidence, type Fence } from '../../src/domain/fence.ts'
import { type Fact, readFence } from '../../src/domain/fence-facts.ts'
import { only, uuid } from '../support/agreement.ts'

const [a, b, c] = [uuid(1), uuid(2), uuid(3)] as [string, string, string]
/** The nth moment of a test. */
const at = (nth: number) => `2026-01-05T09:00:00.${String(nth).padStart(3, '0')}Z`

type What = Fact extends infer One ? (One extends { at: string } ? Omit<One, 'at'> : never) : never
/** Facts one after the other, a millisecond apart. */
const course = (...facts: What[]): Fact[] => facts.map((fact, nth) => ({ ...fact, at: at(nth + 1) }) as Fact)
const came = (organisationId: string): What => ({ fact: 'came', organisationId })
const left = (organisationId: string): What => ({ fact: 'left', organisationId })
const stated = (organisationId: string, number = 1): What => ({ fact: 'stated', organisationId, number })
const understood = (organisationId: string, aboutId: string, number = 1): What => ({
  fact: 'acknowledged',
  organisationId,
  aboutId,
  number,
  id: uuid(700 + number),
})
const named = (organisationId: string): What => ({ fact: 'named', organisationId, by: { kind: 'hearing', id: organisationId } })
const reached = (criterion: Criterion, by: Evidence = { kind: 'version', number: 1 }): What => ({ fact: 'reached', criterion, by })

const two = [came(a), came(b), stated(a), stated(b), understood(a, b), understood(b, a), named(a), named(b)]
const rest = [reached('goal-shared'), reached('norms-scored'), reached('round-closed'), reached('next-round-opened')]
const agreement = (...facts: What[]): Fence => readFence('agreement', course(...facts))
const criterion = (fence: Fence, name: Criterion) => only(fence.criteria.find((one) => one.criterion === name))
const phases = (fence: Fence) => fence.history.map(({ at, phase }) => [Number(at.slice(-4, -1)), phase])

describe('the phase', () => {
  test('is none as long as the first is not reached, and then says for whom it waits', () => {
    const fence = agreement(came(a), came(b), stated(a), understood(b, a))
    expect([fence.phase, fence.next, fence.history]).toEqual([undefined, 'acknowledge', []])
    expect(criterion(fence, 'positions-stated')).toMatchObject({ met: false, missing: [{ organisationId: b }] })
    // What was not stated cannot be acknowledged yet.
    expect(criterion(fence, 'positions-acknowledged')).toMatchObject({ met: false, missing: [] })
    expect(criterion(fence, 'differences-named').missing).toEqual([{ organisationId: a }, { organisationId: b }])
  })

  test('goes up with the last thing that a phase asks, and says what that was', () => {
    const fence = agreement(...two, reached('elements-recorded'), ...rest)
    expect(phases(fence)).toEqual([
      [8, 'acknowledge'],
      [9, 'make-transparent'],
      [13, 'widen'],
    ])
    expect([fence.phase, fence.next]).toEqual(['widen', undefined])
    expect(fence.history[0]?.because).toEqual([
      { criterion: 'positions-stated', met: true, by: { kind: 'position-statement', organisationId: b, number: 1 } },
      { criterion: 'positions-acknowledged', met: true, by: { kind: 'acknowledgement', id: uuid(701), organisationId: b } },
      { criterion: 'differences-named', met: true, by: { kind: 'hearing', id: b } },
    ])
    expect(fence.history[1]?.because).toEqual([{ criterion: 'elements-recorded', met: true, by: { kind: 'version', number: 1 } }])
    expect(criterion(fence, 'positions-acknowledged')).toMatchObject({ metAt: at(6), missing: [] })
  })

  test('is not reached by what a later phase asks: that counts once the phases before it are there', () => {
    const fence = agreement(reached('elements-recorded'), ...two)
    expect(phases(fence)).toEqual([[9, 'make-transparent']])
    expect(criterion(fence, 'elements-recorded')).toMatchObject({ met: true, metAt: at(1) })
  })

  test('goes back when somebody comes who has stated nothing, and up again when they have', () => {
    const joins = [came(c), stated(c), named(c), understood(a, c), understood(b, c), understood(c, a), understood(c, b)]
    const fence = agreement(...two, reached('elements-recorded'), ...joins)
    expect(phases(fence)).toEqual([
      [8, 'acknowledge'],
      [9, 'make-transparent'],
      [10, undefined],
      [16, 'make-transparent'],
    ])
    const by = { kind: 'member', organisationId: c }
    expect(fence.history[2]?.because).toEqual(
      ['positions-stated', 'positions-acknowledged', 'differences-named'].map((criterion) => ({ criterion, met: false, by })),
    )
  })

  test('goes back when a position is stated anew, until that is acknowledged; of an earlier one it does not count', () => {
    const fence = agreement(...two, stated(a, 2), understood(b, a, 1))
    expect(phases(fence)).toEqual([
      [8, 'acknowledge'],
      [9, undefined],
    ])
    expect(criterion(fence, 'positions-acknowledged').missing).toEqual([{ organisationId: b, aboutId: a }])
    expect(agreement(...two, stated(a, 2), understood(b, a, 2)).phase).toBe('acknowledge')
  })

  test('waits no longer for who left; of who stays alone there is no fence', () => {
    expect(agreement(...two, came(c), left(c)).phase).toBe('acknowledge')
    expect(agreement(...two, left(b))).toMatchObject({ next: 'acknowledge' })
  })

  test('of what happens at one moment is one', () => {
    const fence = readFence(
      'agreement',
      two.map((fact) => ({ ...fact, at: at(1) }) as Fact),
    )
    expect(phases(fence)).toEqual([[1, 'acknowledge']])
    // Who comes with everything that the phase asks does not make it go back in between.
    const joins = [came(c), stated(c), named(c), understood(a, c), understood(b, c), understood(c, a), understood(c, b)]
    const at9 = joins.map((fact) => ({ ...fact, at: at(9) }) as Fact)
    expect(phases(readFence('agreement', [...course(...two), ...at9]))).toEqual([[8, 'acknowledge']])
  })

  test('of an agreement names the elements that its text lacks; one that was adopted lacks none', () => {
    const missing = (...facts: What[]) =>
      criterion(readFence('agreement', course(...facts), ['roles', 'routing']), 'elements-recorded').missing
    expect(missing(...two)).toEqual([{ element: 'roles' }, { element: 'routing' }])
    expect(missing(...two, reached('elements-recorded'))).toEqual([])
  })

  test('of a network asks for what the circle can see', () => {
    const facts = course(...two.filter(({ fact }) => fact !== 'named'), reached('goal-shared'), reached('elements-recorded'))
    const fence = readFence('network', facts)
    expect([fence.phase, fence.criteria.map((one) => one.criterion)]).toEqual(['make-transparent', Object.keys(checklists.network)])
    expect(readFence('network', [...facts, { ...reached('next-version-adopted'), at: at(99) } as Fact]).phase).toBe('widen')
  })
})

// Counted anew at every moment, by the words of the rule: what the reading keeps up with step by step.
function plainly(facts: readonly Fact[]): boolean[] {
  const here = new Set<string>()
  for (const { fact, ...rest } of facts) {
    if (fact === 'came' && 'organisationId' in rest) here.add(rest.organisationId)
    if (fact === 'left' && 'organisationId' in rest) here.delete(rest.organisationId)
  }
  const last = (organisationId: string) =>
    facts.flatMap((one) => (one.fact === 'stated' && one.organisationId === organisationId ? [one.number] : [])).at(-1)
  const understands = (who: string, about: string) =>
    facts.some((one) => one.fact === 'acknowledged' && one.organisationId === who && one.aboutId === about && one.number === last(about))
  const all = [...here]
  const some = all.length > 1
  return [
    some && all.every((one) => last(one) !== undefined),
    some && all.every((who) => all.every((about) => who === about || understands(who, about))),
    some && all.every((one) => facts.some((fact) => fact.fact === 'named' && fact.organisationId === one)),
  ]
}

test('whatever happens in whatever order, the checklist is what the words of the rule say', () => {
  const who = fc.constantFrom(a, b, c)
  const what: fc.Arbitrary<What> = fc.oneof(
    who.map(came),
    who.map(left),
    fc.tuple(who, fc.integer({ min: 1, max: 2 })).map(([one, number]) => stated(one, number)),
    fc
      .tuple(who, who, fc.integer({ min: 1, max: 2 }))
      .filter(([one, other]) => one !== other)
      .map(([one, other, number]) => understood(one, other, number)),
    who.map(named),
  )
  fc.assert(
    fc.property(fc.array(what, { maxLength: 40 }), (facts) => {
      const met = readFence('agreement', course(...facts))
        .criteria.slice(0, 3)
        .map((one) => one.met)
      expect(met).toEqual(plainly(course(...facts)))
    }),
  )
})
