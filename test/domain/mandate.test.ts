import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  effectiveMandates,
  gaps,
  isOver,
  Limit,
  type Mandate,
  type MandateStatus,
  mandateStatus,
  mandateStatuses,
  mandatesOf,
  notBefore,
  subject,
  viewMandate,
  whyNotEffective,
  within,
  withLeavers,
} from '../../src/domain/mandate.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import {
  aTable,
  deliberating,
  does,
  goTo,
  grant,
  mandateIdOf,
  meets,
  monday,
  only,
  partyIdOf,
  renews,
  school,
  type Table,
  team,
} from '../support/agreement.ts'

const mine = (table: Table): Mandate => only(table.state.mandates[mandateIdOf(table, school.representative)])
const status = (table: Table, at = table.now): MandateStatus => mandateStatus(mine(table), at, table.state.mandates)
const justBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString()

describe('what a mandate is worth at a moment', () => {
  test('from its first day until and including its last', () => {
    const table = aTable({ mandates: false })
    grant(table, school, { validFrom: '2026-02-01', validUntil: '2026-03-28' })
    const { fromAt, untilAt } = mine(table)
    expect([fromAt, untilAt]).toEqual(['2026-01-31T23:00:00.000Z', '2026-03-28T23:00:00.000Z'])
    expect([justBefore(fromAt), fromAt, justBefore(untilAt), untilAt].map((at) => status(table, at))).toEqual([
      'not-yet-effective',
      'effective',
      'effective',
      'expired',
    ])
  })

  test('after a meeting it waits for renewal until the grace period is over, and then has lapsed', () => {
    const table = deliberating()
    expect(status(table)).toBe('effective')
    meets(table, school.representative)
    const end = '2026-01-19T09:00:00.000Z' // 14 days
    expect([table.now, justBefore(end), end].map((at) => status(table, at))).toEqual(['renewal-due', 'renewal-due', 'lapsed'])
  })

  test('the grace period is days of the clock, also across the change to summer time', () => {
    const table = deliberating({ at: '2026-03-20T09:00:00.000Z' })
    meets(table, school.representative)
    expect(mine(table).renewal?.renewByAt).toBe('2026-04-03T08:00:00.000Z')
  })

  test('the table sets the grace period', () => {
    const rules = {
      standard: [3, 4, 5],
      additional: [],
      renewalGraceDays: 3,
      reflectionDays: 14,
      adoption: { kind: 'nobody-withholds' as const },
    }
    const table = deliberating({ groundRules: rules })
    meets(table, school.representative)
    expect(mine(table).renewal?.renewByAt).toBe('2026-01-08T09:00:00.000Z')
  })

  test('a renewed one is effective again; a withdrawn one never', () => {
    const table = deliberating()
    meets(table, school.representative)
    renews(table, school)
    expect(status(table)).toBe('effective')
    does(table, school.grantor, withdrawMandate, mine(table).id, { reason: 'New function' })
    expect([status(table), status(table, '2100-01-01T00:00:00.000Z')]).toEqual(['withdrawn', 'withdrawn'])
  })

  test('what has run out is expired, also when its renewal was due', () => {
    const table = deliberating()
    meets(table, school.representative)
    expect(status(table, mine(table).untilAt)).toBe('expired')
  })

  test('a sub-mandate is suspended as long as its source is not effective, through any number of steps', () => {
    const table = deliberating({})
    const source = grant(table, school, { holderId: school.colleague.personId })
    const sub = grant(table, school, { sourceId: source, validUntil: '2030-01-01' }, school.colleague)
    const statusOf = (id: string) => mandateStatus(only(table.state.mandates[id]), table.now, table.state.mandates)
    expect(statusOf(sub)).toBe('effective')
    meets(table, school.colleague)
    expect([statusOf(source), statusOf(sub)]).toEqual(['renewal-due', 'suspended'])
    does(table, school.grantor, withdrawMandate, source, { reason: 'New function' })
    expect(statusOf(sub)).toBe('suspended')
  })

  test('from the moment at which its holder leaves the organisation it is worth nothing, nor is what was drawn from it', () => {
    const table = deliberating()
    const source = grant(table, school, { holderId: school.colleague.personId })
    const sub = grant(table, school, { sourceId: source, validUntil: '2030-01-01' }, school.colleague)
    meets(table, team.representative)
    const leftAt = '2026-01-10T12:00:00.000Z'
    const { mandates } = withLeavers(table.state, { [school.colleague.personId]: leftAt, [team.representative.personId]: leftAt })
    const worth = (at: string) =>
      [source, sub, mandateIdOf(table, team.representative)].map((id) => mandateStatus(only(mandates[id]), at, mandates))
    expect(worth(justBefore(leftAt))).toEqual(['effective', 'effective', 'renewal-due'])
    expect(worth(leftAt)).toEqual(['holder-left', 'suspended', 'holder-left'])
    expect(worth('2026-02-01T00:00:00.000Z')).toEqual(['holder-left', 'suspended', 'lapsed'])
    expect(isOver(only(mandates[source]), leftAt, mandates)).toBe(false)
  })

  test('a sub-mandate whose source is not on record is suspended', () => {
    const table = aTable()
    expect(mandateStatus({ ...mine(table), sourceId: 'gone' }, table.now, table.state.mandates)).toBe('suspended')
  })

  test('lapsed, expired and withdrawn are over: nothing makes them effective again', () => {
    const table = deliberating()
    const over = (at: string) => isOver(mine(table), at, table.state.mandates)
    meets(table, school.representative)
    expect([over(table.now), over('2026-01-19T09:00:00.000Z'), over(mine(table).untilAt)]).toEqual([false, true, true])
  })
})

describe('of several mandates', () => {
  test('the most useful comes first, and the reason given is that of the one that lacks least', () => {
    const table = deliberating()
    const first = mine(table).id
    const later = grant(table, school, { validFrom: '2026-06-01' })
    const held = () => mandatesOf(table.state, partyIdOf(table, school), school.representative.personId, table.now).map(({ id }) => id)
    const why = () => {
      const ours = Object.values(table.state.mandates).filter(({ organisationId }) => organisationId === school.id)
      return whyNotEffective(ours, table.now, table.state.mandates)
    }
    expect(held()).toEqual([first, later])
    does(table, school.grantor, withdrawMandate, first, { reason: 'Anew' })
    expect(held()).toEqual([later, first])
    expect(why()).toBe('mandate-not-yet-effective')
    does(table, school.grantor, withdrawMandate, later, { reason: 'Anew' })
    grant(table, school)
    table.state = withLeavers(table.state, { [school.representative.personId]: table.now })
    // Of those that were withdrawn too, it is said that the one left had to be granted to somebody else.
    expect(why()).toBe('mandate-holder-left')
  })

  test('a party has the effective ones of all its people', () => {
    const table = deliberating()
    const colleague = grant(table, school, { holderId: school.colleague.personId })
    const effective = () => effectiveMandates(table.state, partyIdOf(table, school), table.now).map(({ id }) => id)
    expect(effective()).toEqual([mine(table).id, colleague])
    goTo(table, '2031-01-06')
    expect(effective()).toEqual([])
  })

  test('who has none lacks a mandate; so does who asks why of an effective one', () => {
    const table = aTable()
    expect(whyNotEffective([], table.now, {})).toBe('mandate-missing')
    expect(whyNotEffective([mine(table)], table.now, table.state.mandates)).toBe('mandate-missing')
  })
})

describe('what falls outside a mandate', () => {
  const mandate = { ...mine(aTable()), subjects: ['a', 'b'], limits: [{ measure: 'euro', maximum: 100 }] }
  const ask = { subjects: ['a'], demands: [{ measure: 'euro', amount: 100 }], untilAt: mandate.untilAt }

  test('nothing, when subjects, amounts and period stay within it', () => expect(gaps(mandate, ask, '/x')).toEqual([]))

  test('a measure without a limit is not limited', () => {
    expect(gaps(mandate, { ...ask, demands: [{ measure: 'hours-per-week', amount: 40 }] }, '/x')).toEqual([])
  })

  test('an ask without an end has no period to check', () => {
    expect(gaps(mandate, { subjects: [], demands: [] }, '/x')).toEqual([])
  })

  test('every gap is named at once', () => {
    const much = { subjects: ['a', 'c', 'd'], demands: [{ measure: 'euro', amount: 101 }], untilAt: '2099-01-01T00:00:00.000Z' }
    expect(gaps(mandate, much, '/x')).toEqual([
      { code: 'outside-mandate-subject', params: { subject: 'c' }, pointer: '/x' },
      { code: 'outside-mandate-subject', params: { subject: 'd' }, pointer: '/x' },
      { code: 'outside-mandate-limit', params: { measure: 'euro', amount: 101, maximum: 100 }, pointer: '/x' },
      { code: 'outside-mandate-period', params: { until: mandate.untilAt }, pointer: '/x' },
    ])
  })

  const names = fc.constantFrom('a', 'b', 'c')
  const terms = fc.record({
    subjects: fc.uniqueArray(names),
    limits: fc.array(fc.record({ measure: names, maximum: fc.nat(5) }), { maxLength: 4 }),
  })

  test('whatever stays within an inner mandate stays within the outer one that it was drawn from', () => {
    fc.assert(
      fc.property(terms, terms, fc.array(fc.record({ measure: names, amount: fc.nat(6) })), (inner, outer, demands) => {
        const [small, large] = [
          { ...mandate, ...inner },
          { ...mandate, ...outer },
        ]
        fc.pre(within(small, large))
        const asked = { subjects: inner.subjects, demands }
        expect(gaps(small, asked, '').length > 0 || gaps(large, asked, '').length === 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a limit is not escaped by naming its measure twice', () => {
    const twice = { ...mandate, limits: [{ measure: 'euro', maximum: 1_000_000 }, ...mandate.limits] }
    expect(gaps(twice, { ...ask, demands: [{ measure: 'euro', amount: 101 }] }, '')).toHaveLength(1)
  })

  test.each([
    [['a'], [{ measure: 'euro', maximum: 50 }], true, 'less of both'],
    [['a', 'b'], [{ measure: 'euro', maximum: 100 }], true, 'the same'],
    [
      ['a'],
      [
        { measure: 'euro', maximum: 100 },
        { measure: 'hours', maximum: 1 },
      ],
      true,
      'one limit more',
    ],
    [['c'], [{ measure: 'euro', maximum: 100 }], false, 'another subject'],
    [['a'], [{ measure: 'euro', maximum: 101 }], false, 'a wider limit'],
    [['a'], [], false, 'a limit less'],
  ])('%j with %j is within: %s (%s)', (subjects, limits, expected) => expect(within({ subjects, limits }, mandate)).toBe(expected))
})

test('nothing holds before it was recorded', () => {
  expect(notBefore('2026-01-01T00:00:00.000Z', monday)).toBe(monday)
  expect(notBefore('2027-01-01T00:00:00.000Z', monday)).toBe('2027-01-01T00:00:00.000Z')
})

test.each(['safety-planning', 'a', 'v2-x'])('%j is a subject', (value) => expect(subject.safeParse(value).success).toBe(true))
test.each(['', 'A', 'a b', '-a', 'a-', 'a--b', 'é', 'x'.repeat(61)])('%j is no subject', (value) => {
  expect(subject.safeParse(value).success).toBe(false)
})
test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e13])('%d is no limit', (maximum) => {
  expect(Limit.safeParse({ measure: 'euro', maximum }).success).toBe(false)
})
test('there are eight statuses', () => expect(mandateStatuses).toHaveLength(8))

test('a mandate is shown with what it is worth at that moment', () => {
  const table = deliberating()
  expect(viewMandate(mine(table), table.now, table.state.mandates)).toEqual({ ...mine(table), status: 'effective' })
  expect(viewMandate(mine(table), '2099-01-01T00:00:00.000Z', table.state.mandates).status).toBe('expired')
})
