import { expect, test } from 'vitest'
import { dissentsInRound, viewRecorded } from '../../src/domain/dissent-ledger.ts'
import { stateDissent } from '../../src/domain/stance.ts'
import { acting, adoptable, aTable, city, does, only, partyIdOf, reflecting, reflectionBy, school, stands } from '../support/agreement.ts'

const words = { statement: 'A week is short', expectation: 'One in five is late' }

test('before its round adopts, a dissent is in the ledger without a version: those in stances on the text as it is, and those beside them', () => {
  const table = adoptable()
  does(table, city.colleague, stateDissent, words)
  stands(table, school, { position: 'accept-with-dissent', dissent: { ...words, statement: 'Two is few' } })
  expect(dissentsInRound(table.state)).toMatchObject([
    { statement: 'Two is few', partyId: partyIdOf(table, school), roundNumber: 1, outcome: 'open', judgements: [] },
    { ...words, partyId: partyIdOf(table, city), roundNumber: 1 },
  ])
  expect(dissentsInRound(table.state).every((one) => !('version' in one))).toBe(true)
})

test('once a version carries it, it is the version’s; a draft has none', () => {
  expect(dissentsInRound(acting().state)).toEqual([])
  expect(dissentsInRound(aTable().state)).toEqual([])
})

test('the dissent of a version shows how each party judged it', () => {
  const table = reflecting()
  const dissent = { id: only(table.newId()), partyId: partyIdOf(table, city), ...words }
  const judging = (house: typeof city, outcome: 'confirmed' | 'refuted') => ({
    ...reflectionBy(table, house),
    partyId: partyIdOf(table, house),
    dissents: [{ dissentId: dissent.id, outcome, why: 'It went so' }],
  })
  expect(viewRecorded(3, dissent, [judging(city, 'confirmed'), judging(school, 'confirmed')])).toMatchObject({
    ...dissent,
    roundNumber: 3,
    version: 3,
    outcome: 'confirmed',
    judgements: [{ partyId: partyIdOf(table, city) }, { partyId: partyIdOf(table, school) }],
  })
  expect(viewRecorded(3, dissent, [judging(city, 'confirmed'), judging(school, 'refuted')]).outcome).toBe('open')
})
