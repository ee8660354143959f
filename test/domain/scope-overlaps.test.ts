import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PositionStatement } from '../../src/domain/position.ts'
import { type Scope, scopeOverlaps } from '../../src/domain/scope-overlaps.ts'
import { uuid } from '../support/agreement.ts'

const stand = (nth: number, isFor: string[], isNotFor: string[] = []): PositionStatement => ({
  organisationId: uuid(nth),
  number: 1,
  personId: uuid(99),
  weAreFor: [{ text: 'All' }, ...isFor.map((subject) => ({ text: `For ${subject}`, subject }))],
  weAreNotFor: isNotFor.map((subject) => ({ text: `Not for ${subject}`, subject })),
  limits: [],
  why: 'It is needed',
  at: '2026-01-05T09:00:00.000Z',
  revision: 2,
})
const scope = (nth: number, inside: string[], outside: string[] = [], subjects: string[] = []): Scope => ({
  agreementId: uuid(50 + nth),
  number: 1,
  content: {
    ...(subjects.length > 0 && { mandate: { needed: 'To visit', subjects } }),
    inScope: [{ id: uuid(1), text: 'Any' }, ...inside.map((subject) => ({ id: uuid(2), text: 'In', subject }))],
    outOfScope: outside.map((subject) => ({ id: uuid(3), text: 'Out', subject })),
  },
})
const kindsOf = (positions: PositionStatement[], scopes: Scope[] = []) =>
  Object.fromEntries(scopeOverlaps(positions, scopes).map(({ subject, kinds }) => [subject, kinds]))

describe('the report of overlaps and gaps', () => {
  test.each<[string, PositionStatement[], Scope[], object]>([
    ['several organisations for one subject: an overlap', [stand(1, ['a']), stand(2, ['a', 'b'])], [], { a: ['overlap'] }],
    ['one for it and another not: a boundary', [stand(1, ['a']), stand(2, [], ['a'])], [], { a: ['boundary'] }],
    ['not for it, and nobody for it: a gap', [stand(1, [], ['a']), stand(2, ['b'])], [], { a: ['gap'] }],
    ['an overlap can have a boundary as well', [stand(1, ['a']), stand(2, ['a']), stand(3, [], ['a'])], [], { a: ['overlap', 'boundary'] }],
    ['two agreements about one subject: an overlap', [], [scope(1, ['a']), scope(2, [], [], ['a'])], { a: ['overlap'] }],
    ['an agreement closes a gap: a boundary is left', [stand(1, [], ['a'])], [scope(1, ['a'])], { a: ['boundary'] }],
    ['out of scope, and nobody for it: a gap', [stand(1, ['b'])], [scope(1, ['c'], ['a'])], { a: ['gap'] }],
    ['one organisation in one agreement: nothing to tell', [stand(1, ['a'])], [scope(1, ['a'], [], ['a'])], {}],
    ['what has no subject cannot be compared', [stand(1, []), stand(2, [])], [scope(1, [])], {}],
  ])('%s', (_, positions, scopes, expected) => expect(kindsOf(positions, scopes)).toEqual(expected))

  test('says who, by which statement and in which words', () => {
    expect(scopeOverlaps([stand(1, ['a']), stand(2, [], ['a'])], [scope(1, [], ['a'])])).toEqual([
      {
        subject: 'a',
        kinds: ['boundary'],
        claimedBy: [{ organisationId: uuid(1), number: 1, text: 'For a' }],
        deniedBy: [{ organisationId: uuid(2), number: 1, text: 'Not for a' }],
        inScopeOf: [],
        outOfScopeOf: [{ agreementId: uuid(51), version: 1 }],
      },
    ])
  })

  test('tells of every subject that is denied, and of none that only one claims, in order of subject', () => {
    const some = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd'), { maxLength: 3 })
    fc.assert(
      fc.property(fc.array(fc.tuple(some, some), { maxLength: 6 }), (all) => {
        const positions = all.map(([isFor, not], nth) =>
          stand(
            nth,
            isFor,
            not.filter((one) => !isFor.includes(one)),
          ),
        )
        const told = kindsOf(positions)
        expect(Object.keys(told)).toEqual(Object.keys(told).sort())
        for (const subject of ['a', 'b', 'c', 'd']) {
          const claimed = all.filter(([isFor]) => isFor.includes(subject)).length
          const denied = all.filter(([isFor, not]) => not.includes(subject) && !isFor.includes(subject)).length
          const expected = [
            ...(claimed > 1 ? ['overlap'] : []),
            ...(claimed > 0 && denied > 0 ? ['boundary'] : []),
            ...(claimed === 0 && denied > 0 ? ['gap'] : []),
          ]
          expect(told[subject] ?? []).toEqual(expected)
        }
      }),
    )
  })
})
