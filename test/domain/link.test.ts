import { describe, expect, test } from 'vitest'
import { type LinkAgreement, type Linked, linkAgreement } from '../../src/domain/link.ts'
import { acting, codes, deliberating, does, ends, mandateIdOf, partyIdOf, school, uuid } from '../support/agreement.ts'

const known: Linked = { sits: true, back: [] }
const input: LinkAgreement = { kind: 'supersedes', agreementId: uuid(1), reason: 'It says the same and more.' }

describe('a link to another agreement', () => {
  test('says what this one does to it, by whom and why, under a mandate', () => {
    const table = deliberating()
    const [event] = does(table, school.representative, linkAgreement, input, known)
    expect(event).toMatchObject({ type: 'agreement-linked', mandateId: mandateIdOf(table, school.representative) })
    expect(Object.values(table.state.links)).toMatchObject([
      { kind: 'supersedes', fromAgreementId: table.state.id, toAgreementId: uuid(1), byPartyId: partyIdOf(table, school), at: table.now },
    ])
  })

  test.each([
    ['itself', (id: string) => ({ ...input, agreementId: id }), true, 'link-to-itself'],
    ['one at whose table one does not sit', () => input, false, 'not-found'],
  ])('does not lead to %s', (_what, said, sits, code) => {
    const table = acting()
    expect(codes(() => does(table, school.representative, linkAgreement, said(table.state.id), { sits, back: [] }))).toEqual([code])
  })

  test('is made once for each kind, and not any more after the end', () => {
    const table = acting()
    does(table, school.representative, linkAgreement, input, known)
    expect(codes(() => does(table, school.representative, linkAgreement, input, known))).toEqual(['already-done'])
    does(table, school.representative, linkAgreement, { ...input, kind: 'ends' }, known)
    expect(codes(() => does(table, school.colleague, linkAgreement, { ...input, kind: 'amends' }, known))).toEqual(['mandate-missing'])
    ends(table)
    expect(codes(() => does(table, school.representative, linkAgreement, { ...input, kind: 'amends' }, known))).toEqual(['wrong-phase'])
  })

  test('does not supersede or end one that says so of this one; both may amend each other', () => {
    const table = acting()
    for (const back of ['supersedes', 'ends'] as const)
      for (const kind of ['supersedes', 'ends'] as const)
        expect(codes(() => does(table, school.representative, linkAgreement, { ...input, kind }, { sits: true, back: [back] }))).toEqual([
          'linked-back',
        ])
    does(table, school.representative, linkAgreement, input, { sits: true, back: ['amends'] })
    does(table, school.representative, linkAgreement, { ...input, kind: 'amends' }, { sits: true, back: ['ends'] })
    expect(Object.values(table.state.links).length).toBe(2)
  })
})
