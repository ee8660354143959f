import { describe, expect, test } from 'vitest'
import type { Context } from '../../src/domain/event.ts'
import { evolve, FoundNetwork, foundNetwork, leaveNetwork, type Network, type NetworkEvent } from '../../src/domain/network/network.ts'
import { NetworkRoleView, Turn, viewNetworkRole, viewTurn } from '../../src/domain/network/role.ts'
import { AssignRole, assignRole, changeRole, createRole, endRole, releaseRole, ShapeRole } from '../../src/domain/role.ts'
import { addDays, type Day, dayOf, startOf } from '../../src/domain/time.ts'
import { city, codes, countingIds, directory, frozen, type House, monday, only, people, school, team } from '../support/agreement.ts'

const goal = { name: 'Chain', sharedGoal: 'Every child at school' }

/** A network of the school and the team, in which somebody acts on a day. */
function aCircle() {
  const newId = countingIds()
  const context = (house: House, on: Day): Context => ({ actor: house.colleague, now: startOf(on), newId })
  let state: Network = undefined as never
  let revision = 0
  const act = (house: House, on: Day, decide: (state: Network, by: Context) => NetworkEvent[]) => {
    for (const event of decide(state, context(house, on))) {
      revision += 1
      state = frozen(evolve(state, event, { at: startOf(on), by: { actorId: house.colleague.personId }, revision }))
    }
    return state
  }
  const today = dayOf(monday)
  act(school, today, (_, by) => foundNetwork(FoundNetwork.parse({ ...goal, memberIds: [team.id] }), directory, by))
  const shape = ShapeRole.parse({ name: 'lead', purpose: 'Holds the line', tasks: [{ what: 'Convene' }] })
  act(school, today, (now, by) => createRole(now, shape, by))
  const role = () => only(Object.values(state.roles)[0])
  const give = (house: House, on: Day, until?: Day) =>
    act(house, on, (now, by) =>
      assignRole(
        now,
        role().id,
        AssignRole.parse({ personId: house.colleague.personId, untilDate: until }),
        people.get(house.colleague.personId),
        by,
      ),
    )
  return { act, role, give, today, shape, state: () => state }
}

describe('a role of a network', () => {
  test('is shaped by any member, and by nobody else', () => {
    const { act, today, shape, role } = aCircle()
    act(team, today, (state, by) => changeRole(state, role().id, { ...shape, name: 'chair' }, by))
    expect(role().name).toBe('chair')
    expect(codes(() => act(city, today, (state, by) => createRole(state, shape, by)))).toEqual(['not-found'])
  })

  test('is held by people of several organisations, each given and taken back by its own', () => {
    const { act, give, role, today } = aCircle()
    give(school, today)
    give(team, today)
    const view = viewNetworkRole(role(), monday)
    expect(NetworkRoleView.parse(view)).toEqual(view)
    expect(view.holders.map(({ personId, organisationId, holds }) => [personId, organisationId, holds])).toEqual([
      [school.colleague.personId, school.id, true],
      [team.colleague.personId, team.id, true],
    ])
    const mine = only(role().holders[0]).id
    expect(codes(() => act(team, today, (state, by) => releaseRole(state, role().id, mine, today, by)))).toEqual(['not-yours'])
    act(school, today, (state, by) => releaseRole(state, role().id, mine, today, by))
    expect(role().holders[0]).toMatchObject({ untilDate: today })
    const stranger = people.get(city.colleague.personId)
    const input = AssignRole.parse({ personId: city.colleague.personId })
    expect(codes(() => act(team, today, (state, by) => assignRole(state, role().id, input, stranger, by)))).toEqual([
      'holder-not-of-organisation',
    ])
  })

  test('forgets who held it before, when the next one comes: a role that rotates for years stays small', () => {
    const { give, role, today } = aCircle()
    for (let turn = 0; turn < 20; turn += 1) {
      const from = addDays(today, turn * 7)
      give(turn % 2 ? team : school, from, addDays(from, 6))
      expect(role().holders).toHaveLength(1)
    }
  })

  test('is laid down when the organisation leaves; that of another stays', () => {
    const { act, give, role, today } = aCircle()
    give(school, today)
    give(team, today)
    const on = addDays(today, 10)
    act(team, on, (state, by) => leaveNetwork(state, team.id, by))
    expect(role().holders.map(({ untilDate }) => untilDate)).toEqual([undefined, on])
  })

  test('that has ended makes room for another', () => {
    const { act, role, shape, today, state } = aCircle()
    const first = role().id
    act(school, today, (now, by) => endRole(now, first, by))
    expect(state().roles[first]?.endedAt).toBeDefined()
    act(school, today, (now, by) => createRole(now, shape, by))
    expect(Object.keys(state().roles)).not.toContain(first)
  })

  test.each([
    ['2026-01-05', undefined, '2026-01-05', 1],
    ['2026-01-05', undefined, '2026-03-31', 86],
    ['2026-01-05', '2026-01-11', '2026-03-31', 7],
    ['2026-02-01', undefined, '2026-01-05', 0],
  ])('who holds it from %s until %s has held it, on %s, for %i days', (fromDate, untilDate, on, days) => {
    const id = school.id
    const turn = viewTurn({ id, personId: id, partyId: id, fromDate, ...(untilDate && { untilDate }) }, startOf(on))
    expect(Turn.parse(turn).days).toBe(days)
  })
})
