import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import type { Context } from '../../src/domain/event.ts'
import {
  changeNetwork,
  evolve,
  FoundNetwork,
  foundNetwork,
  joinNetwork,
  leaveNetwork,
  type Network,
  type NetworkEvent,
  viewNetwork,
} from '../../src/domain/network.ts'
import { city, codes, countingIds, directory, frozen, monday, operator, reasons, school, team, uuid } from '../support/agreement.ts'

const newId = countingIds()
const context = (actor: Actor): Context => ({ actor, now: monday, newId })
const by = ({ colleague }: { colleague: Actor }) => context(colleague)
const recorded = { at: monday, by: { actorId: 'x' }, revision: 1 }
const reached = (state: Network | undefined, events: readonly NetworkEvent[]): Network =>
  events.reduce<Network | undefined>((next, event) => frozen(evolve(next, event, recorded)), state) ?? (undefined as never)

const goal = { name: 'Chain', sharedGoal: 'Every child at school' }
const found = (memberIds: string[] = [team.id]) =>
  reached(undefined, foundNetwork(FoundNetwork.parse({ ...goal, memberIds }), directory, by(school)))
const members = (state: Network) =>
  Object.values(state.members)
    .filter((member) => !member.leftAt)
    .map((member) => member.name)

describe('a network', () => {
  test('is founded by a person, for their organisation and others, each once', () => {
    expect(members(found([team.id, team.id, school.id]))).toEqual([school.name, team.name])
    expect(found()).toMatchObject({ ...goal, foundedAt: monday })
    for (const actor of [school.application, operator])
      expect(codes(() => foundNetwork(FoundNetwork.parse(goal), directory, context(actor)))).toEqual(['person-required'])
  })

  test('is made of organisations that are registered; the pointer says which one is not', () => {
    const input = FoundNetwork.parse({ ...goal, memberIds: [team.id, uuid(77)] })
    expect(reasons(() => foundNetwork(input, directory, by(school)))).toMatchObject([{ code: 'not-found', pointer: '/memberIds/1' }])
    expect(codes(() => joinNetwork(found(), { organisationId: uuid(77) }, directory, by(school)))).toEqual(['not-found'])
  })

  test('any member may change it or take another organisation in', () => {
    const changed = reached(found(), changeNetwork(found(), { name: 'Chain 2', sharedGoal: 'The same' }, by(team)))
    expect(changed).toMatchObject({ name: 'Chain 2', sharedGoal: 'The same' })
    expect(members(reached(found(), joinNetwork(found(), { organisationId: city.id }, directory, by(team))))).toContain(city.name)
  })

  test('does not exist for those who are no members', () => {
    const state = found()
    for (const act of [
      () => changeNetwork(state, goal, by(city)),
      () => joinNetwork(state, { organisationId: city.id }, directory, by(city)),
      () => leaveNetwork(state, school.id, by(city)),
    ])
      expect(codes(act)).toEqual(['not-found'])
    expect(codes(() => changeNetwork(state, goal, context(school.application)))).toEqual(['person-required'])
  })

  test('takes nobody in twice', () => {
    expect(codes(() => joinNetwork(found(), { organisationId: team.id }, directory, by(school)))).toEqual(['already-a-member'])
  })

  test('a member leaves by itself: nobody is put out by another', () => {
    const state = found()
    expect(codes(() => leaveNetwork(state, team.id, by(school)))).toEqual(['other-organisation'])
    const left = reached(state, leaveNetwork(state, team.id, by(team)))
    expect(members(left)).toEqual([school.name])
    expect(codes(() => changeNetwork(left, goal, by(team)))).toEqual(['not-found'])
    expect(codes(() => leaveNetwork(left, team.id, by(school)))).toEqual(['not-found'])
  })

  test('who comes back takes the old place', () => {
    const left = reached(found(), leaveNetwork(found(), team.id, by(team)))
    const back = reached(left, joinNetwork(left, { organisationId: team.id }, directory, by(school)))
    expect(members(back)).toEqual([school.name, team.name])
    expect(Object.keys(back.members)).toHaveLength(2)
  })

  test('begins with its founding, and shrugs at what is not invented yet', () => {
    expect(() => evolve(undefined, { type: 'network-changed', data: goal }, recorded)).toThrow('network-founded')
    const state = found()
    expect(evolve(state, { type: 'not-invented-yet', data: {} } as never, recorded)).toEqual(state)
  })
})

test('its members see what it is; who they are is a list of its own', () => {
  const { members: _, ...network } = found()
  expect(viewNetwork(found())).toMatchObject({ ...network, id: expect.any(String) })
  expect(viewNetwork(found())).not.toHaveProperty('members')
})
