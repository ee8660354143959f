import { describe, expect, test } from 'vitest'
import { withdrawContribution } from '../../src/domain/contribution.ts'
import { isHeard, StateHearing, stateHearing, unheard } from '../../src/domain/hearing.ts'
import {
  brings,
  city,
  codes,
  dataOf,
  deliberating,
  does,
  hears,
  inspectorate,
  parents,
  partyIdOf,
  school,
  secondRound,
  type Table,
  team,
} from '../support/agreement.ts'

const heard = (table: Table, house = school) => isHeard(table.state, partyIdOf(table, house))

describe('hearing both sides (ground rule 5)', () => {
  test('no concerns is an answer when it is given explicitly; saying nothing is none', () => {
    expect(StateHearing.safeParse({}).success).toBe(false)
    const table = deliberating()
    expect(heard(table)).toBe(false)
    hears(table, school)
    expect(heard(table)).toBe(true)
    expect(Object.values(table.state.hearings)).toMatchObject([
      { partyId: partyIdOf(table, school), roundNumber: 1, concerns: 0, at: table.now },
    ])
  })

  test('every concern becomes a contribution that another party answers', () => {
    const table = deliberating()
    const events = does(table, team.colleague, stateHearing, { statement: 'Yes, but', concerns: ['Who drives?', 'Who pays?'] })
    expect(events.map(({ type }) => type)).toEqual(['party-heard', 'contribution-made', 'contribution-made'])
    expect(dataOf(events, 'party-heard')).toMatchObject({ statement: 'Yes, but', concerns: 2, personId: team.colleague.personId })
    expect(Object.values(table.state.contributions)).toMatchObject([
      { kind: 'concern', text: 'Who drives?', partyId: partyIdOf(table, team) },
      { kind: 'concern', text: 'Who pays?' },
    ])
  })

  test('a concern brought in otherwise is a hearing too', () => {
    const table = deliberating()
    brings(table, city.representative, { kind: 'concern', text: 'Who pays?' })
    expect(heard(table, city)).toBe(true)
  })

  test('whoever takes back their only concern says explicitly that there is none', () => {
    const table = deliberating()
    const { id } = dataOf(brings(table, city.representative, { kind: 'concern', text: 'Who pays?' }), 'contribution-made')
    does(table, city.representative, withdrawContribution, id, { reason: 'The city does' })
    expect(heard(table, city)).toBe(false)
    hears(table, city)
    expect(heard(table, city)).toBe(true)
  })

  test('a concern that was stated in a hearing stays heard when it is taken back', () => {
    const table = deliberating()
    const { id } = dataOf(hears(table, city, 'Who pays?'), 'contribution-made')
    does(table, city.representative, withdrawContribution, id, { reason: 'The city does' })
    expect(heard(table, city)).toBe(true)
  })

  test('consulted parties are heard; only seated ones are waited for', () => {
    const table = deliberating()
    hears(table, parents, 'Ask the children too')
    hears(table, school)
    expect(unheard(table.state).map(({ name }) => name)).toEqual([team.name, city.name])
    expect(codes(() => hears(table, inspectorate))).toEqual(['not-seated'])
  })

  test('every round hears everybody anew', () => {
    const table = secondRound()
    expect(unheard(table.state)).toHaveLength(3)
  })
})
