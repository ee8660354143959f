import { describe, expect, test } from 'vitest'
import { leaveTable } from '../../src/domain/agreement.ts'
import {
  AgreementText,
  changeFounding,
  contentOf,
  editText,
  elements,
  fixedRules,
  GroundRules,
  standardGroundRules,
  standardRules,
} from '../../src/domain/agreement-text.ts'
import {
  acting,
  adoptable,
  adopts,
  aTable,
  city,
  codes,
  deliberating,
  does,
  hears,
  only,
  partyIdOf,
  reasons,
  school,
  seatedHouses,
  stands,
  type Table,
  uuid,
  wholeText,
  writes,
} from '../support/agreement.ts'

describe('the ground rules', () => {
  test('are seven, with two weeks to renew and to reflect, and nobody may withhold', () => {
    expect(standardGroundRules).toEqual({
      standard: [1, 2, 3, 4, 5, 6, 7],
      additional: [],
      renewalGraceDays: 14,
      reflectionDays: 14,
      adoption: { kind: 'nobody-withholds' },
    })
  })

  test.each(fixedRules)('number %d may not be dropped, in a text or at the founding', (rule) => {
    const table = deliberating()
    const groundRules = GroundRules.parse({ standard: standardRules.filter((one) => one !== rule) })
    const expected = [{ code: 'rule-fixed', params: { rule }, pointer: '/groundRules/standard' }]
    expect(reasons(() => writes(table, { groundRules }))).toEqual(expected)
    expect(reasons(() => does(table, school.representative, changeFounding, groundRules))).toEqual(expected)
    expect(reasons(() => aTable({ groundRules }))).toEqual(expected)
  })

  test('the others may, and a table may add its own', () => {
    const table = deliberating()
    writes(table, { groundRules: GroundRules.parse({ standard: [3, 5], additional: [{ id: uuid(1), text: 'Nobody interrupts' }] }) })
    expect(table.state.text.groundRules?.additional).toHaveLength(1)
  })

  test.each([
    { standard: [0] },
    { standard: [8] },
    { renewalGraceDays: 0 },
    { reflectionDays: 91 },
    { adoption: { kind: 'quorum', accepting: 0 } },
  ])('%j are none', (rules) => expect(GroundRules.safeParse(rules).success).toBe(false))
})

describe('the founding setup', () => {
  const quorum = GroundRules.parse({ renewalGraceDays: 7, adoption: { kind: 'quorum', accepting: 2 } })

  test('holds from the start, also beside the text', () => {
    const table = aTable({ groundRules: quorum })
    expect(table.state.rules).toEqual({
      standard: [1, 2, 3, 4, 5, 6, 7],
      renewalGraceDays: 7,
      reflectionDays: 14,
      adoption: quorum.adoption,
    })
    expect(table.state.text.groundRules).toEqual(quorum)
    expect(aTable().state.text).not.toHaveProperty('groundRules')
  })

  test('changes until the first hearing, and after that only by an adopted version', () => {
    const table = deliberating()
    expect(codes(() => does(table, city.colleague, changeFounding, quorum))).toEqual(['mandate-missing'])
    does(table, city.representative, changeFounding, quorum)
    expect(table.state.rules).toMatchObject({ renewalGraceDays: 7, adoption: quorum.adoption })
    hears(table, school)
    expect(codes(() => does(table, city.representative, changeFounding, standardGroundRules))).toEqual(['founding-closed'])
  })

  test('writing other rules in the text changes nothing yet: adopting it does', () => {
    const table = adoptable({}, { groundRules: quorum })
    expect(table.state.rules).toMatchObject({ renewalGraceDays: 14, adoption: { kind: 'nobody-withholds' } })
    adopts(table)
    expect(table.state.rules).toEqual({
      standard: [1, 2, 3, 4, 5, 6, 7],
      renewalGraceDays: 7,
      reflectionDays: 14,
      adoption: quorum.adoption,
    })
  })
})

describe('writing the text', () => {
  test('is done by any seated party, and replaces it as a whole', () => {
    const table = deliberating()
    does(table, city.colleague, editText, wholeText(table, { plainSummary: 'Short' }))
    expect(table.state.text.plainSummary).toBe('Short')
    const revision = table.state.textRevision
    does(table, city.colleague, editText, AgreementText.parse({ title: 'Bare' }))
    expect(table.state.text).toMatchObject({ title: 'Bare', decisions: [], buildsOn: [] })
    expect(table.state.text).not.toHaveProperty('plainSummary')
    expect(table.state.textRevision).toBe(revision + 1)
  })

  test('parties that it names are at the table', () => {
    const table = deliberating()
    const decision = { id: uuid(1), what: 'x', why: 'y', byPartyIds: [partyIdOf(table, school), uuid(404)] }
    expect(reasons(() => writes(table, { decisions: [decision] }))).toMatchObject([
      { code: 'not-a-party', pointer: '/decisions/0/byPartyIds/1' },
    ])
    const basis = { id: uuid(1), partyId: uuid(404), basis: 'Youth Act' }
    expect(reasons(() => writes(table, { legalBasis: [basis] }))).toMatchObject([{ code: 'not-a-party', pointer: '/legalBasis/0/partyId' }])
  })

  test('no id stands in a list twice; every double is named at once', () => {
    const table = deliberating()
    const twice = <T>(one: T) => [one, one]
    const bad = {
      inScope: twice({ id: uuid(1), text: 'x' }),
      outOfScope: twice({ id: uuid(1), text: 'x' }),
      beneficiaries: twice({ id: uuid(1), name: 'x' }),
      decisions: twice({ id: uuid(1), what: 'x', byPartyIds: [] }),
      evaluationCriteria: twice({ id: uuid(1), text: 'x', means: 'success' as const }),
      legalBasis: twice({ id: uuid(1), partyId: partyIdOf(table, school), basis: 'x' }),
      attachments: twice({ id: uuid(1), title: 'x', url: 'https://example.nl/x.pdf', sha256: '0'.repeat(64) }),
      groundRules: GroundRules.parse({ additional: twice({ id: uuid(1), text: 'x' }) }),
    }
    const found = reasons(() => writes(table, bad))
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['id-twice']))
    expect(found.map(({ pointer }) => pointer)).toEqual([
      ...['inScope', 'outOfScope', 'beneficiaries', 'decisions', 'evaluationCriteria', 'legalBasis', 'attachments'].map(
        (list) => `/${list}/1/id`,
      ),
      '/groundRules/additional/1/id',
    ])
  })

  test.each([
    { title: '' },
    { title: 'x', extra: 1 },
    { title: 'x', validity: { validFrom: '2026-01-01', reviewOn: '2026-02-01' } },
    { title: 'x', mandate: { needed: 'x', subjects: [] } },
    { title: 'x', attachments: [{ id: uuid(1), title: 'x', url: 'http://example.nl', sha256: '0'.repeat(64) }] },
    { title: 'x', decisions: [{ id: 'no-uuid', what: 'x' }] },
  ])('%j is no text', (input) => expect(AgreementText.safeParse(input).success).toBe(false))
})

describe('the exact text', () => {
  test('is what was written, who takes part, in which roles, with which commitments', () => {
    const { state } = adoptable()
    expect(contentOf(state)).toMatchObject({
      ...state.text,
      participants: [
        { name: 'School' },
        { name: 'Youth team' },
        { name: 'City' },
        { name: 'Parents', involvement: 'consulted', formal: false },
        {},
      ],
      roles: [{ name: 'lead', tasks: [{ what: 'Call the parents' }] }],
      commitments: [{ what: 'Visit every family within a week' }],
    })
    expect(contentOf(state).roles[0]).not.toHaveProperty('holders')
  })

  test('a party that has left is no part of it', () => {
    const table = deliberating()
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'x' })
    expect(contentOf(table.state).participants.map(({ name }) => name)).not.toContain('City')
  })
})

describe('the nine elements of consensus', () => {
  const filled = (table: Table) =>
    Object.entries(elements)
      .filter(([, test]) => test(contentOf(table.state)))
      .map(([element]) => element)

  test('are all filled in a whole text', () => {
    expect(filled(adoptable())).toEqual(Object.keys(elements))
    expect(Object.keys(elements)).toHaveLength(9)
  })

  test('are empty at the start, but for who takes part', () => expect(filled(aTable())).toEqual(['participants']))

  test('it takes two to take part', () => {
    const table = aTable()
    for (const house of seatedHouses.slice(1)) does(table, house.representative, leaveTable, partyIdOf(table, house), { reason: 'x' })
    expect(filled(table)).toEqual([])
  })
})

test('what is written under the founding rules is the text of the first version', () => {
  const table = adoptable()
  stands(table, school)
  adopts(table)
  expect(only(table.state.versions[0]).content.title).toBe('Back to school')
})

test('a version carries its summary in plain language', () => {
  const plainSummary = 'We call each other. Nobody waits longer than a day.'
  expect(only(acting({}, { plainSummary }).state.versions[0]).content.plainSummary).toBe(plainSummary)
})
