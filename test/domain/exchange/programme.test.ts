import { describe, expect, test } from 'vitest'
import { ledBy } from '../../../src/domain/circle.ts'
import { CloseExchangeRound, closeExchangeRound } from '../../../src/domain/exchange/closing.ts'
import { Enrol, enrol, viewEnrolment, withdrawEnrolment } from '../../../src/domain/exchange/enrolment.ts'
import { makeMatching } from '../../../src/domain/exchange/matching.ts'
import {
  addExchangeRound,
  cancelExchangeRound,
  changeExchangeRound,
  changeProgramme,
  enrolTogether,
  evolve,
  FoundProgramme,
  foundProgramme,
  viewProgramme,
} from '../../../src/domain/exchange/programme.ts'
import { addDays, dayOf } from '../../../src/domain/time.ts'
import { city, codes, contextOf, monday, only, operator, parents, reasons, school, stranger, team, uuid } from '../../support/agreement.ts'
import { aProgramme, does, enrolled, everybody, goTo, matches, members, placed, round, roundFrom, without } from '../../support/exchange.ts'

const today = dayOf(monday)
const lead = school.representative

describe('a programme', () => {
  test('is founded by a person of a member of its network, whose organisation leads it', () => {
    const { state, newId } = aProgramme()
    expect(state).toMatchObject({ organisationId: school.id, foundedAt: monday, rounds: [{ number: 1 }] })
    const input = FoundProgramme.parse({ networkId: uuid(1, 50), title: 'Exchange', purpose: 'See' })
    const found = (actor: Parameters<typeof contextOf>[1], who = members) =>
      foundProgramme(input, who, contextOf({ now: monday, newId }, actor))
    expect(codes(() => found(lead, new Map()))).toEqual(['not-found'])
    expect(codes(() => found(school.application))).toEqual(['person-required'])
    expect(codes(() => found(operator))).toEqual(['person-required'])
  })

  test('what the leading organisation does for all, no other does', () => {
    const { state, ...rest } = aProgramme()
    const context = contextOf(rest, team.representative)
    const acts = [
      () => changeProgramme(state, { title: 'x', purpose: 'y', checklist: [] }, context),
      () => addExchangeRound(state, roundFrom(today), context),
      () => changeExchangeRound(state, 1, roundFrom(today), context),
      () => cancelExchangeRound(state, 1, { reason: 'x' }, context),
      () => makeMatching(state, { roundNumber: 1 }, members, everybody, context),
    ]
    for (const act of acts) expect(codes(act)).toEqual(['not-leading'])
  })

  test('whose leading organisation left the network is led by any member', () => {
    const { state, ...rest } = aProgramme()
    const changes =
      (actor: Parameters<typeof contextOf>[1], who = members) =>
      () =>
        changeProgramme(ledBy(state, who, actor), { title: 'x', purpose: 'y', checklist: [] }, contextOf(rest, actor))
    expect(codes(changes(team.colleague))).toEqual(['not-leading'])
    expect(changes(team.colleague, without(members, school.id))()).toHaveLength(1)
    expect(codes(changes(operator, without(members, school.id)))).toEqual(['person-required'])
  })

  test('begins with its founding, and shrugs at what is not invented yet', () => {
    const recorded = { at: monday, by: { actorId: 'x' }, revision: 2 }
    expect(() => evolve(undefined, { type: 'enrolment-withdrawn', data: { enrolmentId: 'x' } }, recorded)).toThrow('programme-founded')
    const { state } = aProgramme()
    expect(evolve(state, { type: 'not-invented-yet', data: {} } as never, recorded)).toEqual(state)
    expect(evolve(state, { type: 'enrolment-withdrawn', data: { enrolmentId: 'x' } }, recorded)).toEqual(state)
  })
})

describe('a round', () => {
  test('has its days in order; every one that is not is named at once', () => {
    const { state, ...rest } = aProgramme()
    const days = { week: { from: addDays(today, -1), until: addDays(today, -3) } }
    const found = reasons(() => addExchangeRound(state, roundFrom(today, { ...days, closingMeetingOn: today }), contextOf(rest, lead)))
    expect(found.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'days-out-of-order /week/from',
      'days-out-of-order /week/until',
      'days-out-of-order /closingMeetingOn',
    ])
    // The first day on which each may be: the reverse week begins after the week, the others on the day itself at the earliest.
    const same = roundFrom(today)
    const late = { ...same, reverseWeek: { from: same.week.until, until: same.week.until }, closingMeetingOn: same.week.until }
    expect(reasons(() => addExchangeRound(state, late, contextOf(rest, lead)))).toMatchObject([
      { pointer: '/reverseWeek/from', params: { after: addDays(same.week.until, 1) } },
    ])
    const past = () => addExchangeRound(state, roundFrom(today, { enrolBeforeAt: monday }), contextOf(rest, lead))
    expect(codes(past)).toEqual(['deadline-past'])
  })

  test('is enrolling until its deadline, then matching, then placing, then closed: what the clock says is not stored', () => {
    const exchange = aProgramme()
    const stands = () => only(viewProgramme(exchange.state, exchange.now).rounds[0]).state
    goTo(exchange, addDays(dayOf(round(exchange).enrolBeforeAt), -1))
    expect([stands(), exchange.events.length]).toEqual(['enrolling', 1])
    goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    expect([stands(), exchange.events.length]).toEqual(['matching', 1])
    const later = placed()
    const ends = () => only(viewProgramme(later.state, later.now).rounds[0])
    expect(ends().state).toBe('placing')
    goTo(later, round(later).closingMeetingOn)
    expect(ends().state).toBe('placing')
    const input = CloseExchangeRound.parse({ roundNumber: 1, heldOn: dayOf(later.now), outcomes: [] })
    does(later, lead, (state, context) => closeExchangeRound(state, input, new Set(), context))
    expect(ends()).toMatchObject({ state: 'closed', closedAt: later.now })
  })

  test.each([
    ['while people can be enrolled', [], false],
    ['where nobody enrolled', [], true],
    ['where nobody can be paired', [lead], true],
    ['where somebody could be', [lead, team.representative], true],
  ])('is cancelled with a reason before its placements are made: %s', (_, who, over) => {
    const exchange = aProgramme()
    for (const person of who) enrolled(exchange, person)
    if (over) goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    if (who.length > 0) matches(exchange)
    does(exchange, lead, (state, context) => cancelExchangeRound(state, 1, { reason: 'Too few' }, context))
    expect(viewProgramme(exchange.state, exchange.now).rounds).toMatchObject([
      { state: 'cancelled', cancelledBecause: 'Too few', closedAt: exchange.now },
    ])
    expect([exchange.state.enrolments, exchange.state.matchings]).toEqual([{}, {}])
    const acts = [
      () => cancelExchangeRound(exchange.state, 1, { reason: 'x' }, contextOf(exchange, lead)),
      () => changeExchangeRound(exchange.state, 1, roundFrom(dayOf(exchange.now)), contextOf(exchange, lead)),
      () => enrolled(exchange, lead),
      () => matches(exchange),
    ]
    for (const act of acts) expect(codes(act)).toEqual(['wrong-state'])
    does(exchange, lead, (state, context) => addExchangeRound(state, roundFrom(dayOf(exchange.now)), context))
    enrolled(exchange, lead, { roundNumber: 2 })
  })

  test('is not cancelled once its placements are made; cancelling another leaves them as they are', () => {
    const exchange = placed()
    const cancels = (number: number) => () => cancelExchangeRound(exchange.state, number, { reason: 'x' }, contextOf(exchange, lead))
    expect(codes(cancels(1))).toEqual(['wrong-state'])
    expect(codes(cancels(2))).toEqual(['not-found'])
    does(exchange, lead, (state, context) => addExchangeRound(state, roundFrom(dayOf(exchange.now)), context))
    const { placements, enrolments, matchings } = exchange.state
    does(exchange, lead, cancels(2))
    expect([exchange.state.placements, exchange.state.enrolments, exchange.state.matchings]).toEqual([placements, enrolments, matchings])
  })

  test('changes while people can be enrolled, and no longer after; several follow each other', () => {
    const exchange = aProgramme()
    const other = roundFrom(today, { name: 'Later' })
    does(exchange, lead, (state, context) => changeExchangeRound(state, 1, other, context))
    expect(round(exchange).name).toBe('Later')
    goTo(exchange, dayOf(other.enrolBeforeAt))
    expect(codes(() => changeExchangeRound(exchange.state, 1, other, contextOf(exchange, lead)))).toEqual(['enrolment-over'])
    does(exchange, lead, (state, context) => addExchangeRound(state, roundFrom(dayOf(exchange.now)), context))
    expect(exchange.state.rounds.map(({ number }) => number)).toEqual([1, 2])
    const now = roundFrom(dayOf(exchange.now), { enrolBeforeAt: monday })
    does(exchange, lead, (state, context) => changeExchangeRound(state, 2, now, context))
    expect(round(exchange, 2).enrolBeforeAt).toBe(exchange.now)
    expect(codes(() => enrolled(exchange, lead, { roundNumber: 2 }))).toEqual(['enrolment-over'])
    expect(codes(() => changeExchangeRound(exchange.state, 3, other, contextOf(exchange, lead)))).toEqual(['not-found'])
  })

  test('has its days in order after its deadline too, where that is moved to now', () => {
    const exchange = aProgramme()
    const past = roundFrom(addDays(today, -40), { enrolBeforeAt: addDays(today, -30) })
    const change = () => changeExchangeRound(exchange.state, 1, past, contextOf(exchange, lead))
    expect(reasons(change).map(({ pointer }) => pointer)).toEqual(['/week/from'])
  })
})

describe('enrolling', () => {
  const tries = (over: object, exchange = aProgramme()) => {
    const input = Enrol.parse({ roundNumber: 1, personId: lead.personId, ...over })
    return reasons(() => enrol(exchange.state, input, members, everybody, contextOf(exchange, lead))).map(
      ({ code, pointer }) => `${code} ${pointer}`,
    )
  }

  test('is for people of one’s own organisation, with wishes among the others; everything wrong is named', () => {
    const personId = team.representative.personId
    const wrong = { personId, hostContactId: uuid(99), wishes: [school.id, team.id], notWith: [team.id, uuid(77)] }
    expect(tries(wrong)).toEqual([
      'holder-not-of-organisation /personId',
      'holder-not-of-organisation /hostContactId',
      'own-organisation /wishes/0',
      'not-a-member /notWith/1',
      'wished-and-excluded /wishes/1',
    ])
  })

  test('is once for each person in a round, until its deadline', () => {
    const exchange = aProgramme()
    enrolled(exchange, lead)
    expect(tries({}, exchange)).toEqual(['already-enrolled /personId'])
    goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    expect(tries({ personId: school.colleague.personId }, exchange)).toEqual(['enrolment-over undefined'])
  })

  test('a wish, or whom not to be paired with, that is named twice stands there once', () => {
    const exchange = aProgramme()
    const id = enrolled(exchange, lead, { wishes: [team.id, city.id, team.id], notWith: [parents.id, parents.id] })
    expect(only(exchange.state.enrolments[id])).toMatchObject({ wishes: [team.id, city.id], notWith: [parents.id] })
  })

  test('has the person themself prepare the visit that they get, unless another does', () => {
    const exchange = aProgramme()
    const contactOf = (id: string) => only(exchange.state.enrolments[id]).hostContactId
    expect(contactOf(enrolled(exchange, lead))).toBe(lead.personId)
    const hostContactId = team.colleague.personId
    expect(contactOf(enrolled(exchange, team.representative, { hostContactId }))).toBe(hostContactId)
  })

  test('is taken back by the own organisation until placements are made, and a matching with it is void', () => {
    const exchange = aProgramme()
    const id = enrolled(exchange, lead)
    enrolled(exchange, team.representative)
    goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    matches(exchange)
    expect(codes(() => withdrawEnrolment(exchange.state, id, contextOf(exchange, team.representative)))).toEqual(['other-organisation'])
    does(exchange, lead, (state, context) => withdrawEnrolment(state, id, context))
    expect(exchange.state.matchings[1]?.voidAt).toBe(exchange.now)
    expect(exchange.state.left).toMatchObject({ id, withdrawnAt: exchange.now })
    expect(codes(() => withdrawEnrolment(exchange.state, id, contextOf(exchange, lead)))).toEqual(['not-found'])
    const later = placed()
    const [mine] = Object.values(later.state.enrolments).filter(({ organisationId }) => organisationId === school.id)
    expect(codes(() => withdrawEnrolment(later.state, only(mine).id, contextOf(later, lead)))).toEqual(['wrong-state'])
  })

  test('of several at once is each beside those before, and all or none', () => {
    const exchange = aProgramme()
    const one = Enrol.parse({ roundNumber: 1, personId: lead.personId })
    const other = { ...one, personId: school.colleague.personId }
    const together = (inputs: Enrol[]) => enrolTogether(exchange.state, inputs, members, everybody, contextOf(exchange, lead))
    expect(together([one, other]).map(({ type }) => type)).toEqual(['enrolled', 'enrolled'])
    expect(codes(() => together([one, other, one]))).toEqual(['already-enrolled'])
  })

  test('shows with whom somebody is not paired to their own organisation and to the leading one', () => {
    const exchange = aProgramme()
    const id = enrolled(exchange, team.representative, { notWith: [city.id] })
    const seen = (actor: Parameters<typeof viewEnrolment>[1]) =>
      viewEnrolment(only(exchange.state.enrolments[id]), actor, school.id).notWith
    expect([lead, team.application, city.representative, parents.colleague, stranger.colleague, operator].map(seen)).toEqual([
      [city.id],
      [city.id],
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('matching', () => {
  test('comes after the deadline, and again as often as needed until placements are made', () => {
    const exchange = aProgramme()
    enrolled(exchange, lead)
    expect(codes(() => matches(exchange))).toEqual(['enrolment-open'])
    enrolled(exchange, team.representative)
    goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    matches(exchange)
    matches(exchange)
    expect(exchange.state.matchings[1]?.pairs).toHaveLength(1)
    expect(codes(() => matches(placed()))).toEqual(['wrong-state'])
  })

  test('leaves out who is no longer there, and says so', () => {
    const exchange = aProgramme()
    for (const house of [school, team, city]) enrolled(exchange, house.representative)
    goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    const gone = without(everybody, team.representative.personId)
    does(exchange, lead, (state, context) => makeMatching(state, { roundNumber: 1 }, members, gone, context))
    expect(exchange.state.matchings[1]).toMatchObject({
      pairs: [{}],
      unplaced: [{ personId: team.representative.personId, reason: { code: 'no-longer-there' } }],
    })
    does(exchange, lead, (state, context) => makeMatching(state, { roundNumber: 1 }, without(members, city.id), everybody, context))
    expect(exchange.state.matchings[1]?.unplaced.map(({ organisationId }) => organisationId)).toEqual([city.id])
  })
})
