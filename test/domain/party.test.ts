import { describe, expect, test } from 'vitest'
import { addParty, leaveTable } from '../../src/domain/agreement.ts'
import { contentOf } from '../../src/domain/agreement-text.ts'
import { AddParty, partyOf, partyOfActor, present, requireParty, seated } from '../../src/domain/party.ts'
import {
  aTable,
  brings,
  city,
  codes,
  deliberating,
  directory,
  does,
  grant,
  hears,
  inspectorate,
  operator,
  parents,
  partyIdOf,
  reasons,
  school,
  stranger,
  team,
  uuid,
} from '../support/agreement.ts'

const seat = (organisationId: string) => AddParty.parse({ organisationId, involvement: 'seated' })

describe('who sits at the table', () => {
  test('seated parties have a say; consulted and informed ones are present', () => {
    const { state } = aTable()
    expect(seated(state).map((party) => party.name)).toEqual([school, team, city].map(({ name }) => name))
    expect(present(state).map((party) => party.involvement)).toEqual(['seated', 'seated', 'seated', 'consulted', 'informed'])
  })

  test('a partner is formal unless it says not to be', () => {
    expect(AddParty.parse({ organisationId: uuid(1), involvement: 'informed' }).formal).toBe(true)
  })

  test('an informal partner is heard and has its say without any mandate, and the text says that it is informal', () => {
    const table = deliberating()
    const volunteers = partyIdOf(table, parents)
    expect(Object.values(table.state.mandates).filter(({ partyId }) => partyId === volunteers)).toEqual([])
    hears(table, parents)
    brings(table, parents.representative, { kind: 'dilemma', text: 'Rest or rhythm?', horns: ['A day at home', 'Every day at school'] })
    expect(Object.values(table.state.contributions)).toMatchObject([{ kind: 'dilemma', partyId: volunteers }])
    expect(contentOf(table.state).participants.filter(({ formal }) => !formal)).toMatchObject([{ id: volunteers, name: parents.name }])
  })

  test('an agreement does not exist for those who have no party in it', () => {
    const { state } = aTable()
    for (const actor of [stranger.representative, stranger.application, operator])
      expect(reasons(() => partyOfActor(state, actor))).toEqual([{ code: 'not-found', params: { what: 'agreement' } }])
    expect(partyOfActor(state, inspectorate.application).name).toBe(inspectorate.name)
  })

  test('whoever is named has to be at the table (ground rule 1)', () => {
    const { state } = aTable()
    expect(reasons(() => requireParty(state, uuid(1), '/here'))).toEqual([{ code: 'not-a-party', params: {}, pointer: '/here' }])
  })
})

describe('taking a place', () => {
  test('any seated party may seat another organisation, with or without a mandate', () => {
    const table = aTable({ mandates: false })
    does(table, team.colleague, addParty, seat(stranger.id), directory)
    expect(partyOf(table.state, stranger.id)).toMatchObject({ name: stranger.name, involvement: 'seated', formal: true })
  })

  test('no organisation has two places, and only registered ones have one', () => {
    const table = aTable()
    expect(codes(() => does(table, school.representative, addParty, seat(parents.id), directory))).toEqual(['already-a-party'])
    expect(codes(() => does(table, school.representative, addParty, seat(uuid(7)), directory))).toEqual(['not-found'])
  })
})

describe('leaving the table', () => {
  const reason = 'Our board decided otherwise.'

  test('is done by a party itself, under a mandate, with its reason', () => {
    const table = deliberating()
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason })
    expect(partyOf(table.state, city.id)).toBeUndefined()
    expect(Object.values(table.state.parties)).toContainEqual(expect.objectContaining({ leftAt: table.now, leftBecause: reason }))
    expect(codes(() => does(table, city.representative, leaveTable, uuid(1), { reason }))).toEqual(['not-found'])
  })

  test('nobody is sent away by another', () => {
    const table = deliberating()
    expect(codes(() => does(table, school.representative, leaveTable, partyIdOf(table, city), { reason }))).toEqual(['not-yours'])
    expect(codes(() => does(table, school.representative, leaveTable, uuid(1), { reason }))).toEqual(['not-found'])
  })

  test('who comes back is a new party, and the old mandates do not count for it', () => {
    const table = deliberating()
    const before = partyIdOf(table, city)
    does(table, city.representative, leaveTable, before, { reason })
    does(table, school.representative, addParty, seat(city.id), directory)
    expect(partyIdOf(table, city)).not.toBe(before)
    const leave = () => does(table, city.representative, leaveTable, partyIdOf(table, city), { reason })
    expect(codes(leave)).toEqual(['mandate-missing'])
    grant(table, city)
    leave()
  })
})
