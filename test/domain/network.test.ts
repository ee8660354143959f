import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import type { Context } from '../../src/domain/event.ts'
import { NetworkIdentity, StateIdentity } from '../../src/domain/network/identity.ts'
import {
  evolve,
  FoundNetwork,
  foundNetwork,
  joinNetwork,
  leaveNetwork,
  type Network,
  type NetworkEvent,
  NetworkView,
  stateIdentity,
  viewNetwork,
} from '../../src/domain/network/network.ts'
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
    expect(viewNetwork(found())).toMatchObject({ ...goal, foundedAt: monday })
    for (const actor of [school.application, operator])
      expect(codes(() => foundNetwork(FoundNetwork.parse(goal), directory, context(actor)))).toEqual(['person-required'])
  })

  test('is made of organisations that are registered; the pointer says which one is not', () => {
    const input = FoundNetwork.parse({ ...goal, memberIds: [team.id, uuid(77)] })
    expect(reasons(() => foundNetwork(input, directory, by(school)))).toMatchObject([{ code: 'not-found', pointer: '/memberIds/1' }])
    expect(codes(() => joinNetwork(found(), { organisationId: uuid(77) }, directory, by(school)))).toEqual(['not-found'])
  })

  test('any member may change it or take another organisation in', () => {
    const changed = reached(found(), stateIdentity(found(), { name: 'Chain 2', sharedGoal: 'The same' }, by(team)))
    expect(viewNetwork(changed)).toMatchObject({ name: 'Chain 2', sharedGoal: 'The same' })
    expect(members(reached(found(), joinNetwork(found(), { organisationId: city.id }, directory, by(team))))).toContain(city.name)
  })

  test('says who it is: stated anew it gets the next number, and what was left out is gone', () => {
    const first = stateIdentity(
      found(),
      { ...goal, region: 'Kogge', weAreNotFor: [{ text: 'Punishing' }], norms: { open: 'We tell' } },
      by(team),
    )
    const stated = reached(found(), first)
    expect(NetworkIdentity.parse(stated.identity)).toEqual(stated.identity)
    expect(stated.identity).toMatchObject({ number: 2, at: monday, region: 'Kogge', norms: { open: 'We tell' } })
    const again = reached(stated, stateIdentity(stated, { ...goal, chain: 'Youth' }, by(school)))
    expect(again.identity).toMatchObject({ number: 3, chain: 'Youth', weAreNotFor: [], norms: {} })
    expect(again.identity).not.toHaveProperty('region')
  })

  test('says in its own words by which regime it is steered: no list says which there are', () => {
    const steeringRegime = 'Samen sturen, ieder om de beurt voorzitter'
    const stated = reached(found(), stateIdentity(found(), { ...goal, steeringRegime }, by(team)))
    expect(viewNetwork(stated)).toMatchObject({ steeringRegime })
    expect(viewNetwork(found())).not.toHaveProperty('steeringRegime')
    expect(StateIdentity.safeParse({ ...goal, steeringRegime: ' ' }).success).toBe(false)
  })

  test('does not exist for those who are no members', () => {
    const state = found()
    for (const act of [
      () => stateIdentity(state, goal, by(city)),
      () => joinNetwork(state, { organisationId: city.id }, directory, by(city)),
      () => leaveNetwork(state, school.id, by(city)),
    ])
      expect(codes(act)).toEqual(['not-found'])
    expect(codes(() => stateIdentity(state, goal, context(school.application)))).toEqual(['person-required'])
  })

  test('takes nobody in twice', () => {
    expect(codes(() => joinNetwork(found(), { organisationId: team.id }, directory, by(school)))).toEqual(['already-a-member'])
  })

  test('has room for as many as can found it, and forgets who left as the next comes', () => {
    const others = Array.from({ length: 200 }, (_, n) => uuid(n, 70))
    const names = new Map([school.id, city.id, ...others].map((id) => [id, { name: id }]))
    const full = reached(undefined, foundNetwork(FoundNetwork.parse({ ...goal, memberIds: others }), names, by(school)))
    const join = (state: Network) => joinNetwork(state, { organisationId: city.id }, names, by(school))
    expect(reasons(() => join(full))).toEqual([{ code: 'full', params: { max: 201 } }])
    const left = reached(full, leaveNetwork(full, school.id, by(school)))
    const next = reached(
      left,
      joinNetwork(left, { organisationId: city.id }, names, context({ ...school.colleague, organisationId: others[0] ?? '' })),
    )
    expect(Object.keys(next.members)).toHaveLength(201)
    expect(next.members).not.toHaveProperty(school.id)
  })

  test('a member leaves by itself: nobody is put out by another', () => {
    const state = found()
    expect(codes(() => leaveNetwork(state, team.id, by(school)))).toEqual(['other-organisation'])
    const left = reached(state, leaveNetwork(state, team.id, by(team)))
    expect(members(left)).toEqual([school.name])
    expect(codes(() => stateIdentity(left, goal, by(team)))).toEqual(['not-found'])
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
  const view = viewNetwork(found())
  expect(NetworkView.parse(view)).toEqual(view)
  expect(view).toMatchObject({ ...goal, weAreFor: [], weAreNotFor: [], norms: {}, foundedAt: monday })
})
