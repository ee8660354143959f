import { describe, expect, test } from 'vitest'
import { answer, withdrawContribution } from '../../src/domain/contribution.ts'
import { exploreResistance } from '../../src/domain/resistance.ts'
import {
  brings,
  codes,
  dataOf,
  deliberating,
  does,
  only,
  parents,
  partyIdOf,
  school,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const named = (table: Table, kind = 'resistance'): string => dataOf(brings(table, school.representative, { kind }), 'contribution-made').id
const explores = (table: Table, id: string, note = 'They fear for their own work.', by = team.representative) =>
  does(table, by, exploreResistance, id, { note })
const explored = (table: Table, id: string) => only(table.state.contributions[id]).explored

describe('resistance', () => {
  test('is explored by other parties, who note what they found; a later note of a party replaces the one before', () => {
    const table = deliberating()
    const id = named(table)
    explores(table, id)
    explores(table, id, 'They were not asked.', parents.representative)
    explores(table, id, 'They fear for their own families.')
    expect(explored(table, id)).toEqual([
      { partyId: partyIdOf(table, parents), personId: parents.representative.personId, note: 'They were not asked.', at: table.now },
      { partyId: partyIdOf(table, team), personId: team.representative.personId, note: 'They fear for their own families.', at: table.now },
    ])
  })

  test('is never answered, so that nobody refutes it', () => {
    const table = deliberating()
    const id = named(table)
    expect(codes(() => does(table, team.representative, answer, id, { text: 'There is no reason for it.' }))).toEqual([
      'resistance-answered',
    ])
  })

  test('is explored with who feels it, and not by them; while it stands', () => {
    const table = deliberating()
    const id = named(table)
    expect(codes(() => explores(table, id, 'x', school.colleague))).toEqual(['answer-own'])
    expect(codes(() => explores(table, named(table, 'appreciation')))).toEqual(['not-an-open'])
    expect(codes(() => explores(table, uuid(404)))).toEqual(['not-found'])
    does(table, school.representative, withdrawContribution, id, { reason: 'x' })
    expect(codes(() => explores(table, id))).toEqual(['not-an-open'])
  })
})
