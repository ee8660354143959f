import { describe, expect, test } from 'vitest'
import { callImpasse, leaveImpasse, leaveTable } from '../../src/domain/agreement.ts'
import { GroundRules } from '../../src/domain/agreement-text.ts'
import { consentToAnnex, proposeAccession, proposeExpulsion } from '../../src/domain/annex-acts.ts'
import { reportProgress } from '../../src/domain/commitment.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import type { RecommendationView } from '../../src/domain/recommendation.ts'
import { closeRound, reflectBy } from '../../src/domain/reflection.ts'
import { assignRole } from '../../src/domain/role.ts'
import { addDays, dayOf, endOf, later, startOf } from '../../src/domain/time.ts'
import { answerRecommendation, meetAgain, type ToDo, toDo, toDoKinds } from '../../src/domain/to-do.ts'
import { OfferTransfer, offerTransfer } from '../../src/domain/transfer.ts'
import {
  acceptCommitment,
  acting,
  addRole,
  adoptable,
  adopts,
  aTable,
  city,
  closed,
  deliberating,
  directory,
  does,
  ends,
  goTo,
  grant,
  hears,
  mandateIdOf,
  meets,
  offer,
  only,
  parents,
  partyIdOf,
  pass,
  people,
  prepare,
  reflecting,
  reflects,
  renews,
  school,
  seatedHouses,
  secondRound,
  stands,
  stranger,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const waits = (table: Table, person = school.representative): ToDo[] => toDo(table.state, person, table.now)
const kinds = (table: Table, person = school.representative): string[] => waits(table, person).map(({ kind }) => kind)

describe('what waits for a person', () => {
  test('in a draft and in an agreement that has ended: nothing; for a stranger: never anything', () => {
    expect(kinds(aTable())).toEqual([])
    const table = acting()
    ends(table)
    expect(kinds(table)).toEqual([])
    for (const one of [deliberating(), reflecting(), closed()]) expect(kinds(one, stranger.representative)).toEqual([])
  })

  test('being heard, then answering concerns, commitments and taking a stance', () => {
    const table = deliberating()
    expect(kinds(table)).toEqual(['state-hearing'])
    hears(table, team, 'Who drives?')
    hears(table, school)
    const id = offer(table, school)
    expect(waits(table)).toMatchObject([
      { kind: 'answer-concern', what: 'Who drives?', agreementId: table.state.id, title: 'Back to school' },
      { kind: 'take-stance', about: partyIdOf(table, school) },
      { kind: 'answer-commitment', about: id, what: 'Visit every family within a week' },
    ])
    acceptCommitment(table, school, id)
    stands(table, school)
    expect(kinds(table)).toEqual(['answer-concern'])
    expect(kinds(table, team.representative), 'one’s own concern is answered by others').toEqual(['take-stance'])
  })

  test('an edit makes the stance wait again', () => {
    const table = adoptable()
    expect(kinds(table)).toEqual([])
    addRole(table, 'driver')
    expect(kinds(table)).toEqual(['take-stance'])
  })

  test('in an impasse: a way out, for every representative of a seated party; it comes to mind a week after it was called', () => {
    const table = deliberating()
    does(table, team.representative, callImpasse, { reason: 'Stuck on the weekends' })
    const { id } = only(table.state.round?.impasse)
    for (const house of seatedHouses) {
      const [, out] = waits(table, house.representative)
      expect(out).toMatchObject({ kind: 'leave-impasse', about: id, what: 'Stuck on the weekends', byAt: later(table.now, 7) })
    }
    for (const house of [parents, stranger]) expect(kinds(table, house.representative)).not.toContain('leave-impasse')
    const park = { exit: 'park' as const, note: 'After the holidays', resumeOn: addDays(dayOf(table.now), 20) }
    does(table, school.representative, leaveImpasse, id, park)
    expect(waits(table).at(-1)).toMatchObject({ kind: 'leave-impasse', byAt: startOf(park.resumeOn) })
    goTo(table, park.resumeOn)
    expect(kinds(table)).not.toContain('leave-impasse')
  })

  test('an impasse comes to mind after as many days as the ground rules say', () => {
    const table = deliberating({ groundRules: GroundRules.parse({ impasseDays: 3 }) })
    does(table, team.representative, callImpasse, { reason: 'Stuck' })
    expect(waits(table).at(-1)).toMatchObject({ kind: 'leave-impasse', byAt: later(table.now, 3) })
  })

  test('in an impasse: being heard as well', () => {
    const table = deliberating()
    hears(table, team, 'Who drives?')
    does(table, team.representative, callImpasse, { reason: 'Stuck' })
    expect(kinds(table)).toEqual(['state-hearing', 'leave-impasse'])
    expect(kinds(table, team.representative)).toEqual(['leave-impasse'])
  })

  test('renewing a mandate, until the grace period is over', () => {
    const table = acting()
    const meeting = meets(table, school.representative)
    const byAt = '2026-01-19T09:00:00.000Z'
    expect(waits(table)).toMatchObject([
      { kind: 'renew-mandate', about: mandateIdOf(table, school.representative), what: 'Monthly', meetingId: meeting, byAt },
    ])
    expect(kinds(table, team.representative)).toEqual([])
    goTo(table, byAt)
    expect(kinds(table)).toEqual([])
  })

  test('renewed, nothing waits any more', () => {
    const table = acting()
    meets(table, school.representative)
    renews(table, school)
    expect(kinds(table)).toEqual([])
  })

  test('answering a transfer, with or without a mandate', () => {
    const table = acting()
    const role = only(Object.keys(table.state.roles)[0])
    does(table, school.representative, assignRole, role, { personId: school.colleague.personId }, people.get(school.colleague.personId))
    const taskIds = [only(table.state.roles[role]?.tasks[0]).id]
    const input = OfferTransfer.parse({ taskIds, toPersonId: team.colleague.personId, note: 'I am leaving' })
    does(table, school.colleague, offerTransfer, role, input, people.get(team.colleague.personId))
    expect(waits(table, team.colleague)).toMatchObject([{ kind: 'answer-transfer', what: 'I am leaving' }])
    expect(kinds(table, team.representative)).toEqual([])
  })

  test('what is overdue waits for everybody, the owner or not (ground rule 7)', () => {
    const table = deliberating()
    const id = offer(table, team, { dueOn: '2026-02-01' })
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    expect(kinds(table)).toEqual([])
    goTo(table, '2026-02-02')
    for (const house of seatedHouses) expect(waits(table, house.representative)).toMatchObject([{ kind: 'overdue-commitment', about: id }])
    does(table, team.colleague, reportProgress, id, { state: 'done' })
    for (const house of seatedHouses) expect(kinds(table, house.representative)).toEqual([])
  })

  test('reflecting, with the last moment to do it; and then opening the next round', () => {
    const table = reflecting()
    expect(waits(table)).toMatchObject([{ kind: 'reflect', byAt: reflectBy(table.state, table.now) }])
    reflects(table, school)
    expect(kinds(table)).toEqual([])
    for (const house of [team, city]) reflects(table, house)
    does(table, school.representative, closeRound)
    expect(kinds(table)).toEqual(['open-next-round'])
  })

  test('for those who represent a seated party, and not for others of their organisation or of one that is consulted', () => {
    const table = deliberating()
    expect(kinds(table, school.colleague)).toEqual([])
    expect(kinds(table, parents.representative)).toEqual([])
    does(table, school.grantor, withdrawMandate, mandateIdOf(table, school.representative), { reason: 'x' })
    expect(kinds(table)).toEqual([])
  })

  test('and not for a party that has left', () => {
    const table = deliberating()
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'x' })
    expect(kinds(table, city.representative)).toEqual([])
  })

  test('an answer to a recommendation, in its network', () => {
    const made = { id: uuid(1), networkId: uuid(2), text: 'One contact for each school' } as RecommendationView
    expect(answerRecommendation(made, 'Back to school')).toEqual({
      kind: 'answer-recommendation',
      networkId: uuid(2),
      title: 'Back to school',
      about: uuid(1),
      what: 'One contact for each school',
    })
  })

  test.each([
    ['the day before', -1, false],
    ['on its day', 0, true],
    ['thirty days later', 30, true],
    ['the day after that', 31, false],
  ])('more coffee after a visit, from its day on for thirty days: %s', (_, days, shown) => {
    const on = '2026-11-24'
    const followUp = { networkId: uuid(2), network: 'Back to school', programmeId: uuid(3), placementId: uuid(4), name: 'Sanne', on }
    const item = {
      kind: 'meet-again',
      networkId: uuid(2),
      programmeId: uuid(3),
      title: 'Back to school',
      about: uuid(4),
      what: 'Sanne',
      on,
    }
    expect(meetAgain(followUp, endOf(addDays(on, days - 1)))).toEqual(shown ? [item] : [])
  })

  test('an invitation: with the last day for those whose silence lets in, then for who invited, then for who is invited', () => {
    const table = acting()
    pass(table, 1)
    const reason = 'They work with the same families.'
    does(table, school.representative, proposeAccession, { organisationId: stranger.id, reason }, directory)
    const id = only(Object.keys(table.state.annexes)[0])
    const byAt = later(table.now, 14)
    for (const house of [team, city]) expect(waits(table, house.representative)).toMatchObject([{ kind: 'answer-annex', about: id, byAt }])
    for (const who of [school.representative, stranger.representative, stranger.grantor, team.colleague, team.grantor])
      expect(kinds(table, who)).toEqual([])
    pass(table, 14)
    expect(kinds(table, team.representative)).toEqual([])
    expect(waits(table, school.representative)).toMatchObject([{ kind: 'answer-annex', about: id }])
    does(table, school.representative, consentToAnnex, id, {})
    expect(kinds(table, school.representative)).toEqual([])
    expect(waits(table, stranger.grantor)).toEqual([
      { kind: 'answer-annex', agreementId: table.state.id, title: 'Back to school', about: id, what: reason },
    ])
    expect(kinds(table, stranger.representative)).toEqual([])
    grant(table, stranger)
    expect(kinds(table, stranger.representative)).toEqual(['answer-annex'])
    does(table, stranger.representative, consentToAnnex, id, {})
    for (const who of [school.representative, team.representative, stranger.representative, stranger.grantor])
      expect(kinds(table, who)).toEqual([])
  })

  test('letting in waits for every seated party where who invited has left, and for nobody while the next version is deliberated on', () => {
    const table = secondRound()
    does(table, city.representative, proposeAccession, { organisationId: stranger.id, reason: 'x' }, directory)
    pass(table, 14)
    expect(kinds(table, city.representative)).not.toContain('answer-annex')
    const other = acting()
    does(other, city.representative, proposeAccession, { organisationId: stranger.id, reason: 'x' }, directory)
    pass(other, 14)
    expect(kinds(other, team.representative)).toEqual([])
    does(other, city.representative, leaveTable, partyIdOf(other, city), { reason: 'x' })
    for (const house of [school, team]) expect(kinds(other, house.representative)).toEqual(['answer-annex'])
    does(other, team.representative, consentToAnnex, only(Object.keys(other.state.annexes)[0]), {})
    expect(kinds(other)).toEqual([])
  })

  test('one that asks to join, with the last day, for those whose silence binds', () => {
    const table = acting()
    pass(table, 1)
    grant(table, parents)
    does(table, parents.representative, proposeAccession, { reason: 'x' }, directory)
    const byAt = later(table.now, 14)
    for (const house of [school, team]) expect(waits(table, house.representative)).toMatchObject([{ kind: 'answer-annex', byAt }])
    expect(kinds(table, parents.representative)).toEqual([])
    pass(table, 14)
    expect(kinds(table, team.representative)).toEqual([])
  })

  test('an expulsion, for those whose consent it waits for and whom it is about', () => {
    const table = acting()
    pass(table, 1)
    does(table, school.representative, proposeExpulsion, partyIdOf(table, city), { reason: 'x' })
    const id = only(Object.keys(table.state.annexes)[0])
    for (const house of [team, city]) expect(waits(table, house.representative)).toMatchObject([{ kind: 'answer-annex', about: id }])
    expect(kinds(table)).toEqual([])
    does(table, team.representative, consentToAnnex, id, {})
    expect(kinds(table, team.representative)).toEqual([])
    expect(waits(table, city.representative)).toMatchObject([{ kind: 'answer-annex', byAt: later(table.now, 14) }])
  })

  test('every kind of waiting has been seen above', () => {
    expect(toDoKinds).toHaveLength(13)
  })
})
