import { describe, expect, test } from 'vitest'
import { type CovenantBounds, unmet } from '../../src/domain/adoption.ts'
import { endOf } from '../../src/domain/time.ts'
import { adoptable, expectWhole, only, partyIdOf, seatedHouses, subject, type Table, uuid } from '../support/agreement.ts'

/** What stands in the way of adopting, with what the covenant above allows. */
function inTheWay(table: Table, covenant?: CovenantBounds | null): string[] {
  const found = unmet({ ...table.state, ...(covenant !== undefined && { covenant }) }, table.now)
  for (const reason of found) expectWhole(reason)
  return found.map(({ code, pointer }) => `${code} ${pointer}`)
}

describe('a TWO under a covenant', () => {
  const last = (table: Table) => only(table.state.text.validity).validUntil

  test('holds as long as the covenant at most, and about nothing else', () => {
    const table = adoptable()
    expect(inTheWay(table, { subjects: [subject], untilAt: endOf(last(table)) })).toEqual([])
    expect(inTheWay(table, { subjects: ['other', subject], untilAt: '2099-12-31T23:00:00.000Z' })).toEqual([])
    expect(inTheWay(table, { subjects: ['other'], untilAt: endOf('2026-01-31') })).toEqual([
      'outside-covenant-term /validity/validUntil',
      'outside-covenant-subject /mandate/subjects/0',
    ])
  })

  test('of a covenant without subjects is about what it likes', () => {
    const table = adoptable()
    expect(inTheWay(table, { subjects: [], untilAt: endOf(last(table)) })).toEqual([])
  })

  test('is not adopted while no version of the covenant is in force', () => {
    expect(inTheWay(adoptable(), null)).toEqual(['covenant-not-in-force /validity'])
  })
})

describe('where data is shared', () => {
  const because = { basis: 'Youth Act, article 7.4.0', processingRecord: 'Register 2026, number 14' }
  const said = (table: Table, over: (index: number) => object = () => ({})) =>
    seatedHouses.map((house, index) => ({ id: uuid(index, 70), partyId: partyIdOf(table, house), ...because, ...over(index) }))

  test('every seated party says on which legal basis, and where its register of processing activities says so', () => {
    const table = adoptable()
    const text = { ...table.state.text, dataShared: true }
    // Stances are on another text then: only what is said of legal bases counts here.
    const about = (legalBasis: ReturnType<typeof said>) =>
      inTheWay({ ...table, state: { ...table.state, text: { ...text, legalBasis } } }).filter((reason) => /legal|record/.test(reason))
    expect(about([])).toEqual(seatedHouses.map(() => 'legal-basis-missing /legalBasis'))
    expect(about(said(table))).toEqual([])
    const without = said(table).map(({ processingRecord, ...rest }, index) => (index === 1 ? rest : { ...rest, processingRecord }))
    expect(about(without as ReturnType<typeof said>)).toEqual(['processing-record-missing /legalBasis/1/processingRecord'])
  })

  test('and not where none is', () => {
    expect(inTheWay(adoptable({}, { dataShared: false }))).toEqual([])
  })
})
