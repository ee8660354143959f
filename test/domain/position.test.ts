import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import type { Context } from '../../src/domain/event.ts'
import { evolve, type Organisation, type OrganisationEvent } from '../../src/domain/organisation.ts'
import { AcknowledgePosition, type PositionStatement, StatePosition } from '../../src/domain/position.ts'
import { acknowledgePosition, answerAcknowledgement, statePosition } from '../../src/domain/position-acts.ts'
import { codes, countingIds, frozen, monday, only, operator, reasons, school, team } from '../support/agreement.ts'

const newId = countingIds()
const later = '2026-01-05T10:00:00.000Z'
const by = (actor: Actor): Context => ({ actor, now: monday, newId })
const administrator: Actor = { ...school.colleague, authorities: ['administer'] }

const registered = (id: string): Organisation =>
  evolve(
    undefined,
    { type: 'organisation-registered', data: { id, name: 'School', formal: true, identifiers: [] } },
    {
      at: monday,
      by: { actorId: 'x' },
      revision: 1,
    },
  )
const reached = (state: Organisation, events: readonly OrganisationEvent[], revision = 2): Organisation =>
  events.reduce((next, event) => frozen(evolve(next, event, { at: later, by: { actorId: 'x' }, revision })), state)

const stand = StatePosition.parse({
  weAreFor: [{ text: 'Every child at school', subject: 'attendance' }, { text: 'Being heard' }],
  weAreNotFor: [{ text: 'Prosecuting parents', subject: 'prosecution' }],
  limits: ['Not at home'],
  why: 'A child that is missed comes back.',
})
const stated = (): Organisation => reached(registered(school.id), statePosition(registered(school.id), stand, by(administrator)))
const position = (state: Organisation): PositionStatement => only(state.position)

describe('a position', () => {
  test('is stated by who administers the organisation, and by nobody else', () => {
    expect(position(stated())).toEqual({
      ...stand,
      organisationId: school.id,
      number: 1,
      personId: school.colleague.personId,
      at: later,
      revision: 2,
    })
    const tries: [Actor, string][] = [
      [school.colleague, 'may-not-administer'],
      [{ ...team.colleague, authorities: ['administer'] }, 'other-organisation'],
      [school.application, 'other-organisation'],
      [operator, 'other-organisation'],
    ]
    for (const [actor, code] of tries) expect(codes(() => statePosition(registered(school.id), stand, by(actor)))).toEqual([code])
  })

  test('is stated anew under the next number: only the last one stays in the state, and the organisation itself has not changed', () => {
    const again = reached(stated(), statePosition(stated(), { ...stand, limits: [] }, by(administrator)), 3)
    expect(position(again)).toMatchObject({ number: 2, limits: [], revision: 3 })
    expect(again.revision).toBe(1)
  })

  test('says something that it is for, and why', () => {
    for (const lacking of [
      { ...stand, weAreFor: [] },
      { ...stand, why: ' ' },
    ])
      expect(StatePosition.safeParse(lacking).success).toBe(false)
    expect(StatePosition.parse({ weAreFor: [{ text: 'Children' }], why: 'They need it' })).toMatchObject({ weAreNotFor: [], limits: [] })
  })

  test('is not for and against one subject; every such subject is named', () => {
    const both = [{ text: 'Looking for them' }, { text: 'Counting', subject: 'attendance' }, { text: 'Other', subject: 'attendance' }]
    expect(reasons(() => statePosition(registered(school.id), { ...stand, weAreNotFor: both }, by(administrator)))).toEqual([
      { code: 'for-and-not-for', params: { subject: 'attendance' }, pointer: '/weAreNotFor/1/subject' },
      { code: 'for-and-not-for', params: { subject: 'attendance' }, pointer: '/weAreNotFor/2/subject' },
    ])
  })
})

describe('an acknowledgement', () => {
  const question = AcknowledgePosition.parse({ question: 'Also in the weekend?' })
  const acknowledged = () => reached(registered(team.id), acknowledgePosition(position(stated()), question, by(team.colleague)))

  test('is given by any person of another organisation, with a question or an example, or without', () => {
    expect(acknowledged().acknowledged).toMatchObject({
      ...question,
      organisationId: team.id,
      aboutId: school.id,
      number: 1,
      personId: team.colleague.personId,
      at: later,
    })
    const [bare] = acknowledgePosition(position(stated()), {}, by(team.colleague))
    expect(Object.keys(only(bare).data).sort()).toEqual(['aboutId', 'id', 'number', 'organisationId', 'personId'])
  })

  test('is not for the organisation itself to give, nor for applications and operators', () => {
    const codesBy = (actor: Actor) => codes(() => acknowledgePosition(position(stated()), {}, by(actor)))
    expect(codesBy(school.colleague)).toEqual(['acknowledge-own'])
    for (const actor of [team.application, operator]) expect(codesBy(actor)).toEqual(['person-required'])
  })

  test('is answered once, by a person of the organisation whose position it is', () => {
    const asked = only(acknowledged().acknowledged)
    const answer = (actor: Actor, over: object = {}, state = stated()) =>
      answerAcknowledgement(state, { ...asked, ...over }, { text: 'On Saturdays.' }, by(actor))
    expect(reached(stated(), answer(school.colleague)).answered).toEqual({
      acknowledgementId: asked.id,
      toId: team.id,
      personId: school.colleague.personId,
      text: 'On Saturdays.',
      at: later,
    })
    expect(codes(() => answer(team.colleague))).toEqual(['other-organisation'])
    expect(codes(() => answer(school.application))).toEqual(['person-required'])
    expect(codes(() => answer(school.colleague, { answer: { text: 'Before' } }))).toEqual(['already-done'])
    expect(codes(() => answer(school.colleague, { aboutId: team.id }))).toEqual(['not-found'])
  })
})
