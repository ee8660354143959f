import { describe, expect, test } from 'vitest'
import { CloseExchangeRound, closeExchangeRound } from '../../../src/domain/exchange/closing.ts'
import { isOwed, makePlacements, type Placement, preparePlacement } from '../../../src/domain/exchange/placement.ts'
import { addExchangeRound } from '../../../src/domain/exchange/programme.ts'
import { boundaryPoints, exchangeThemes, ReflectOnPlacement, reflectOnPlacement } from '../../../src/domain/exchange/reflection.ts'
import { addDays, dayOf } from '../../../src/domain/time.ts'
import { city, codes, contextOf, type House, houses, only, reasons, school, stranger, team, uuid } from '../../support/agreement.ts'
import {
  aProgramme,
  does,
  type Exchange,
  enrolled,
  everybody,
  goTo,
  matches,
  placed,
  round,
  roundFrom,
  settles,
} from '../../support/exchange.ts'

const lead = school.representative
const visits = (exchange: Exchange): Placement[] => Object.values(exchange.state.placements)
const visitOf = (exchange: Exchange, { id }: House): Placement => only(visits(exchange).find(({ guest }) => guest.organisationId === id))
const houseOf = (id: string): House => only(houses.find((house) => house.id === id))
const held = (heldOn: string) => ({ outcome: 'held' as const, heldOn })

describe('placements', () => {
  test('are made of the matching: each pair visits in the week, and the visit is returned in the reverse week', () => {
    const exchange = placed()
    const { week, reverseWeek } = round(exchange)
    expect(visits(exchange)).toHaveLength(4)
    for (const visit of visits(exchange)) {
      const reverse = only(exchange.state.placements[visit.reverseId])
      expect(reverse).toMatchObject({ reverseId: visit.id, guest: { organisationId: visit.host.organisationId } })
      expect([visit.week, reverse.week]).toEqual(expect.arrayContaining([week, reverseWeek]))
      expect(visit).toMatchObject({ state: 'planned', preparation: [{ text: 'A desk', done: false }] })
      expect(visit.host.contactId).toBe(reverse.guest.personId)
    }
  })

  test('need a matching of the round as it stands', () => {
    const exchange = aProgramme()
    enrolled(exchange, lead)
    goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
    expect(codes(() => makePlacements(exchange.state, { roundNumber: 1 }, contextOf(exchange, lead)))).toEqual(['matching-missing'])
  })

  test('are prepared by the host’s organisation, on a day in their week', () => {
    const exchange = placed()
    const visit = visitOf(exchange, school)
    const host = houseOf(visit.host.organisationId)
    const items = [{ text: 'A desk', done: true }]
    const tries = (house: House, on: string) => () =>
      preparePlacement(exchange.state, visit.id, { on, items }, contextOf(exchange, house.colleague))
    expect(codes(tries(school, visit.week.from))).toEqual(['not-yours'])
    expect(codes(tries(host, addDays(visit.week.until, 1)))).toEqual(['outside-week'])
    does(exchange, host.colleague, (state, context) => preparePlacement(state, visit.id, { on: visit.week.from, items }, context))
    expect(visitOf(exchange, school)).toMatchObject({ on: visit.week.from, preparation: items })
    does(exchange, host.colleague, (state, context) => preparePlacement(state, visit.id, { items: [] }, context))
    expect(visitOf(exchange, school)).not.toHaveProperty('on')
    settles(exchange, host.colleague, visit.id, { outcome: 'cancelled', reason: 'Ill' })
    expect(codes(tries(host, visit.week.from))).toEqual(['wrong-state'])
  })

  test('are held or cancelled, as the organisation of guest or host says', () => {
    const exchange = placed()
    const visit = visitOf(exchange, school)
    expect(codes(() => settles(exchange, stranger.colleague, visit.id, held(visit.week.from)))).toEqual(['not-yours'])
    expect(codes(() => settles(exchange, lead, visit.id, held(addDays(dayOf(exchange.now), 1))))).toEqual(['not-yet-held'])
    expect(codes(() => settles(exchange, lead, visit.id, held(addDays(visit.week.from, -1))))).toEqual(['outside-week'])
    settles(exchange, lead, visit.id, held(visit.week.from))
    expect(visitOf(exchange, school)).toMatchObject({ state: 'held', heldOn: visit.week.from })
    expect(codes(() => settles(exchange, lead, visit.id, { outcome: 'cancelled', reason: 'No' }))).toEqual(['wrong-state'])
  })

  test('are owed where the visit that they return was held; what was cancelled can be made up for', () => {
    const exchange = placed()
    const visit = visitOf(exchange, school)
    const reverse = () => only(exchange.state.placements[visit.reverseId])
    expect(isOwed(exchange.state, reverse())).toBe(false)
    settles(exchange, lead, visit.id, held(visit.week.from))
    settles(exchange, lead, visit.reverseId, { outcome: 'cancelled', reason: 'Ill' })
    expect(isOwed(exchange.state, reverse())).toBe(true)
    goTo(exchange, addDays(reverse().week.until, 20))
    settles(exchange, lead, visit.reverseId, held(dayOf(exchange.now)))
    expect([isOwed(exchange.state, reverse()), reverse().state]).toEqual([false, 'held'])
  })
})

const says = (over: object = {}) =>
  ReflectOnPlacement.parse({ themes: [{ theme: 'welcome', text: 'Coffee was ready', score: 5 }], ...over })

describe('how a visit was', () => {
  const afterVisit = () => {
    const exchange = placed()
    const visit = visitOf(exchange, school)
    settles(exchange, lead, visit.id, held(visit.week.from))
    return { exchange, visit, host: houseOf(visit.host.organisationId) }
  }
  const tries = ({ exchange, visit }: ReturnType<typeof afterVisit>, actor = lead, over: object = {}) =>
    reasons(() => reflectOnPlacement(exchange.state, visit.id, says(over), everybody, contextOf(exchange, actor))).map(({ code }) => code)

  test('guest and host’s contact each say once, after it was held', () => {
    const after = afterVisit()
    const { exchange, visit, host } = after
    expect(tries(after, school.colleague)).toEqual(['was-not-on-visit'])
    const reverse = { ...after, visit: only(exchange.state.placements[visit.reverseId]) }
    expect(tries(reverse)).toEqual(['wrong-state'])
    does(exchange, lead, (state, context) =>
      reflectOnPlacement(state, visit.id, says({ insights: ['Call before eleven'] }), everybody, context),
    )
    expect(exchange.state.reflected).toMatchObject({ side: 'guest', insights: [{ text: 'Call before eleven' }] })
    expect(tries(after)).toEqual(['already-done'])
    does(exchange, host.representative, (state, context) => reflectOnPlacement(state, visit.id, says(), everybody, context))
    expect(exchange.state.reflected?.side).toBe('host')
  })

  test('on seven themes, each once, and with whom there will be more coffee', () => {
    expect(exchangeThemes).toHaveLength(7)
    const after = afterVisit()
    const twice = [1, 2].map(() => ({ theme: 'depth', text: 'Deep' }))
    const followUp = { withPersonId: uuid(99), on: '2020-01-01' }
    expect(tries(after, lead, { themes: twice, followUp })).toEqual(['theme-twice', 'not-found', 'backdated'])
  })

  test('and on what crossing the boundary brought to light, on four points and no other', () => {
    expect(boundaryPoints).toEqual(['differences-and-similarities', 'efficiency', 'others-eyes', 'renewal'])
    const { exchange, visit } = afterVisit()
    const seen = boundaryPoints.map((point) => ({ point, text: `What we saw of ${point}` }))
    does(exchange, lead, (state, context) => reflectOnPlacement(state, visit.id, says({ boundaryPoints: seen }), everybody, context))
    expect(exchange.state.reflected?.boundaryPoints).toEqual(seen)
    expect(() => says({ boundaryPoints: [{ point: 'weather', text: 'It rained' }] })).toThrow('boundaryPoints')
  })
})

describe('the closing meeting', () => {
  const closes = (exchange: Exchange, over: object = {}, insights: string[] = [], actor = lead) => {
    const input = CloseExchangeRound.parse({ roundNumber: 1, heldOn: dayOf(exchange.now), outcomes: [], ...over })
    does(exchange, actor, (state, context) => closeExchangeRound(state, input, new Set(insights), context))
  }

  test('closes a round once its placements are made, by the leading organisation, and not ahead of time', () => {
    expect(codes(() => closes(aProgramme()))).toEqual(['enrolment-open'])
    const exchange = placed()
    expect(codes(() => closes(exchange, {}, [], team.representative))).toEqual(['not-leading'])
    expect(codes(() => closes(exchange, { heldOn: addDays(dayOf(exchange.now), 1) }))).toEqual(['not-yet-held'])
    expect(codes(() => closes(exchange, { heldOn: addDays(round(exchange).week.from, -1) }))).toEqual(['days-out-of-order'])
    closes(exchange)
    expect(codes(() => closes(exchange))).toEqual(['wrong-state'])
  })

  test('has outcomes with ids, from insights that somebody had', () => {
    const exchange = placed()
    const outcomes = [{ text: 'One number to call', insightIds: [uuid(1), uuid(2)] }]
    expect(reasons(() => closes(exchange, { outcomes }, [uuid(1)]))).toMatchObject([
      { code: 'not-found', pointer: '/outcomes/0/insightIds/1' },
    ])
    closes(exchange, { outcomes }, [uuid(1), uuid(2)])
    expect(exchange.state.closing?.outcomes).toMatchObject([{ id: expect.any(String), text: 'One number to call' }])
  })

  test('what the round held leaves the working state, but for visits of which one is still owed', () => {
    const exchange = placed()
    const [visit] = visits(exchange)
    settles(exchange, houseOf(only(visit).guest.organisationId).representative, only(visit).id, held(only(visit).week.from))
    closes(exchange)
    const { enrolments, matchings, reflectors, placements } = exchange.state
    expect([enrolments, matchings, reflectors]).toEqual([{}, {}, {}])
    expect(Object.keys(placements).sort()).toEqual([only(visit).id, only(visit).reverseId].sort())
    // It is made up for later, and then leaves at the next closing.
    const reverse = only(placements[only(visit).reverseId])
    settles(exchange, houseOf(reverse.host.organisationId).colleague, reverse.id, held(dayOf(exchange.now)))
    does(exchange, lead, (state, context) => addExchangeRound(state, roundFrom(dayOf(exchange.now)), context))
    for (const house of [school, city]) enrolled(exchange, house.representative, { roundNumber: 2 })
    goTo(exchange, dayOf(round(exchange, 2).enrolBeforeAt))
    matches(exchange, 2)
    does(exchange, lead, (state, context) => makePlacements(state, { roundNumber: 2 }, context))
    goTo(exchange, round(exchange, 2).closingMeetingOn)
    closes(exchange, { roundNumber: 2 })
    expect(exchange.state.placements).toEqual({})
  })
})
