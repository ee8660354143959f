import { describe, expect, test } from 'vitest'
import { evolve, replay } from '../../src/domain/agreement.ts'
import { defined, inOrder, keep, patch, put } from '../../src/domain/event.ts'
import { acting, aTable, closed, codes, frozen, monday, only, secondRound } from '../support/agreement.ts'

describe('a collection', () => {
  const items = frozen({ a: { id: 'a', n: 1 }, b: { id: 'b', n: 2 } })

  test('takes a new item, and replaces one with the same id', () => {
    expect(put(items, { id: 'c', n: 3 })).toEqual({ ...items, c: { id: 'c', n: 3 } })
    expect(put(items, { id: 'a', n: 9 })).toEqual({ a: { id: 'a', n: 9 }, b: { id: 'b', n: 2 } })
  })

  test('changes one item by value or by what it was, and leaves an unknown id alone', () => {
    expect(patch(items, 'a', { n: 5 })).toEqual({ a: { id: 'a', n: 5 }, b: { id: 'b', n: 2 } })
    expect(patch(items, 'b', ({ n }) => ({ n: n * 10 }))).toEqual({ a: { id: 'a', n: 1 }, b: { id: 'b', n: 20 } })
    expect(patch(items, 'x', { n: 5 })).toBe(items)
  })

  test('keeps what passes a test', () => expect(keep(items, ({ n }) => n > 1)).toEqual({ b: { id: 'b', n: 2 } }))

  test('has one order, however it was stored', () => {
    expect(inOrder({ b: items.b, a: items.a })).toEqual([items.a, items.b])
  })

  test('what was left out is left out', () => expect(defined({ a: 1, b: undefined, c: null })).toEqual({ a: 1, c: null }))
})

describe('what happened', () => {
  const recorded = { at: monday, by: { actorId: 'x' }, revision: 1 }

  test.each([
    ['a draft', aTable],
    ['a version in force', acting],
    ['a closed round', closed],
    ['the next round', secondRound],
  ])('told again from the start gives the same state: %s', (_, make) => {
    const table = make()
    const again = table.ledger.reduce<typeof table.state | undefined>(
      (state, { event, recorded }) => evolve(state, event, recorded),
      undefined,
    )
    expect(again).toEqual(table.state)
  })

  test('an agreement begins with its creation', () => {
    expect(() => evolve(undefined, { type: 'visibility-set', data: { visibility: 'public' } }, recorded)).toThrow('agreement-created')
  })

  test('without any event there is no agreement', () => {
    expect(codes(() => replay(undefined, [], recorded))).toEqual(['not-found'])
  })

  test('events recorded together count one revision each', () => {
    const { state, ledger } = aTable()
    const last = only(ledger.at(-1)).recorded.revision
    const edit = { type: 'text-edited', data: { text: state.text } } as const
    expect(replay(state, [edit, edit], { ...recorded, revision: last + 1 }).textRevision).toBe(last + 2)
  })

  test('an event about something that is not there changes nothing, and neither does one of a later time', () => {
    const { state } = aTable()
    const unknown = 'nowhere'
    const quiet = [
      { type: 'mandate-renewed', data: { mandateId: unknown, meetingId: unknown, decision: 'confirmed', subjects: [], limits: [] } },
      { type: 'mandate-withdrawn', data: { mandateId: unknown, reason: 'x' } },
      { type: 'commitment-answered', data: { commitmentId: unknown, state: 'accepted', answer: {} } },
      { type: 'commitment-revised', data: { terms: { id: unknown } } },
      { type: 'progress-reported', data: { commitmentId: unknown, state: 'done' } },
      { type: 'impasse-called', data: { id: unknown } },
      { type: 'impasse-left', data: { exit: 'mediate', note: 'x' } },
      { type: 'reflection-called', data: { partyId: unknown, reason: 'x' } },
      { type: 'round-closed', data: { notReflected: [] } },
      { type: 'not-invented-yet', data: {} },
    ]
    for (const event of quiet) expect(evolve(state, event as never, recorded), event.type).toEqual(state)
  })
})
