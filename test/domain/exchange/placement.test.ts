import { describe, expect, test } from 'vitest'
import { defined, mostAtTable } from '../../../src/domain/event.ts'
import { CloseExchangeRound, closeExchangeRound } from '../../../src/domain/exchange/closing.ts'
import { withdrawEnrolment } from '../../../src/domain/exchange/enrolment.ts'
import { isOwed, type Placement, preparePlacement } from '../../../src/domain/exchange/placement.ts'
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
  makes,
  matches,
  members,
  placed,
  round,
  roundFrom,
  settles,
  without,
} from '../../support/exchange.ts'

const lead = school.representative
const visits = (exchange: Exchange): Placement[] => Object.values(exchange.state.placements)
const visitOf = (exchange: Exchange, { id }: House): Placement => only(visits(exchange).find(({ guest }) => guest.organisationId === id))
const houseOf = (id: string): House => only(houses.find((house) => house.id === id))
/** School and team, matched with each other. */
function matching(over: object = {}): Exchange {
  const exchange = aProgramme()
  enrolled(exchange, lead)
  enrolled(exchange, team.representative, over)
  goTo(exchange, dayOf(round(exchange).enrolBeforeAt))
  matches(exchange)
  return exchange
}
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
    expect(codes(() => makes(exchange))).toEqual(['matching-missing'])
    matches(exchange)
    expect(codes(() => makes(exchange))).toEqual(['nobody-paired'])
  })

  test('are not made of a matching with somebody who is no longer there, or whose organisation is not', () => {
    const exchange = matching()
    expect(codes(() => makes(exchange, 1, without(everybody, team.representative.personId)))).toEqual(['matching-missing'])
    expect(codes(() => makes(exchange, 1, everybody, without(members, team.id)))).toEqual(['matching-missing'])
    makes(exchange)
    expect(visits(exchange)).toHaveLength(2)
  })

  test('are not made of a matching that is void, since somebody withdrew', () => {
    const exchange = matching()
    const [mine] = Object.values(exchange.state.enrolments)
    const who = houseOf(only(mine).organisationId).representative
    does(exchange, who, (state, context) => withdrawEnrolment(state, only(mine).id, context))
    expect(codes(() => makes(exchange))).toEqual(['matching-missing'])
  })

  test('are prepared by the host contact that was named', () => {
    const exchange = matching({ hostContactId: team.colleague.personId })
    makes(exchange)
    expect(visitOf(exchange, school).host).toEqual({ organisationId: team.id, contactId: team.colleague.personId })
    expect(visitOf(exchange, team).host).toEqual({ organisationId: school.id, contactId: lead.personId })
  })

  test('are so many at once, with what is still owed, and no more', () => {
    const exchange = matching()
    const beside = (planned: number) => {
      const visit = { roundNumber: 1, state: 'planned', reverseId: uuid(0, 73) } as Placement
      const placements = Object.fromEntries(Array.from({ length: planned }, (_, nth) => [uuid(nth, 73), { ...visit, id: uuid(nth, 73) }]))
      return { ...exchange, state: { ...exchange.state, placements } }
    }
    expect(codes(() => makes(beside(2 * mostAtTable - 1)))).toEqual(['full'])
    const last = beside(2 * mostAtTable - 2)
    makes(last)
    expect(visits(last)).toHaveLength(2 * mostAtTable)
  })

  test('are prepared by who is visited, where who would prepare them has left; and by another, where that is said', () => {
    const exchange = matching({ hostContactId: team.colleague.personId })
    makes(exchange, 1, without(everybody, team.colleague.personId))
    const { id } = visitOf(exchange, school)
    const contact = () => only(exchange.state.placements[id]).host.contactId
    expect(contact()).toBe(team.representative.personId)
    const prepares = (contactId?: string) =>
      does(exchange, team.colleague, (state, context) => preparePlacement(state, id, defined({ items: [], contactId }), everybody, context))
    expect(codes(() => prepares(school.colleague.personId))).toEqual(['holder-not-of-organisation'])
    prepares(team.colleague.personId)
    expect(contact()).toBe(team.colleague.personId)
    prepares()
    expect(contact()).toBe(team.colleague.personId)
  })

  test('are prepared by the host’s organisation, on a day in their week', () => {
    const exchange = placed()
    const visit = visitOf(exchange, school)
    const host = houseOf(visit.host.organisationId)
    const items = [{ text: 'A desk', done: true }]
    const tries = (house: House, on: string) => () =>
      preparePlacement(exchange.state, visit.id, { on, items }, everybody, contextOf(exchange, house.colleague))
    expect(codes(tries(school, visit.week.from))).toEqual(['not-yours'])
    expect(codes(tries(host, addDays(visit.week.until, 1)))).toEqual(['outside-week'])
    does(exchange, host.colleague, (state, context) =>
      preparePlacement(state, visit.id, { on: visit.week.from, items }, everybody, context),
    )
    expect(visitOf(exchange, school)).toMatchObject({ on: visit.week.from, preparation: items })
    does(exchange, host.colleague, (state, context) => preparePlacement(state, visit.id, { items: [] }, everybody, context))
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
    // More coffee is with who were there: somebody of the guest's or the host's organisation.
    const on = dayOf(after.exchange.now)
    const meets = (house: House) => {
      const input = says({ followUp: { withPersonId: house.colleague.personId, on } })
      return () => reflectOnPlacement(after.exchange.state, after.visit.id, input, everybody, contextOf(after.exchange, lead))
    }
    expect(codes(meets(stranger))).toEqual(['not-found'])
    for (const house of [school, after.host]) expect(meets(house)()).toHaveLength(1)
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

  test('closes a round once its placements are made, by the leading organisation, and not while a visit of it is still to come', () => {
    expect(codes(() => closes(aProgramme()))).toEqual(['enrolment-open'])
    const exchange = placed()
    expect(codes(() => closes(exchange, {}, [], team.representative))).toEqual(['not-leading'])
    expect(codes(() => closes(exchange, { heldOn: addDays(dayOf(exchange.now), 1) }))).toEqual(['not-yet-held'])
    expect(codes(() => closes(exchange, { heldOn: addDays(round(exchange).week.from, -1) }))).toEqual(['days-out-of-order'])
    const early = matching()
    makes(early)
    goTo(early, round(early).week.from)
    expect(codes(() => closes(early))).toEqual(['visits-ahead'])
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

  /** One more round, of school and city, up to its placements. */
  const another = (exchange: Exchange, roundNumber: number) => {
    does(exchange, lead, (state, context) => addExchangeRound(state, roundFrom(dayOf(exchange.now)), context))
    for (const house of [school, city]) enrolled(exchange, house.representative, { roundNumber })
    goTo(exchange, dayOf(round(exchange, roundNumber).enrolBeforeAt))
    matches(exchange, roundNumber)
    makes(exchange, roundNumber)
    goTo(exchange, round(exchange, roundNumber).closingMeetingOn)
  }
  const roundsOf = (exchange: Exchange) => [...new Set(visits(exchange).map(({ roundNumber }) => roundNumber))].sort()

  test('leaves the visits of its round to be settled, and to be reflected on, until the next round closes', () => {
    const exchange = placed()
    closes(exchange)
    const { enrolments, matchings, placements } = exchange.state
    expect([enrolments, matchings, Object.keys(placements).length]).toEqual([{}, {}, 4])
    const visit = visitOf(exchange, school)
    for (const id of [visit.id, visit.reverseId]) settles(exchange, lead, id, held(dayOf(exchange.now)))
    does(exchange, lead, (state, context) => reflectOnPlacement(state, visit.id, says(), everybody, context))
    expect(exchange.state.reflectors).toEqual({ [visit.id]: [lead.personId] })
    another(exchange, 2)
    closes(exchange, { roundNumber: 2 })
    expect([roundsOf(exchange), exchange.state.reflectors]).toEqual([[2], {}])
  })

  test('leaves visits of which one is still owed for as long as it is', () => {
    const exchange = placed()
    const visit = visitOf(exchange, school)
    settles(exchange, lead, visit.id, held(visit.week.from))
    closes(exchange)
    another(exchange, 2)
    closes(exchange, { roundNumber: 2 })
    expect(roundsOf(exchange)).toEqual([1, 2])
    expect(visits(exchange).filter(({ roundNumber }) => roundNumber === 1)).toHaveLength(2)
    settles(exchange, lead, visit.reverseId, held(dayOf(exchange.now)))
    another(exchange, 3)
    closes(exchange, { roundNumber: 3 })
    expect(roundsOf(exchange)).toEqual([3])
  })

  test('makes room: what is neither open nor owed does not count', () => {
    const exchange = placed()
    closes(exchange)
    const [one, ...others] = visits(exchange)
    const many = Array.from({ length: 996 }, (_, nth) => ({ ...only(one), id: uuid(nth, 60), reverseId: uuid(nth, 61) }))
    exchange.state = { ...exchange.state, placements: byId([only(one), ...others, ...many]) }
    another(exchange, 2)
    expect(visits(exchange)).toHaveLength(1002)
    // Of rounds that are open they do.
    const open = many.map((visit) => ({ ...visit, roundNumber: 2 }))
    exchange.state = { ...exchange.state, placements: byId(open) }
    another(exchange, 3)
    exchange.state = {
      ...exchange.state,
      placements: byId([...visits(exchange), ...open.map((visit) => ({ ...visit, id: `${visit.id}x` }))]),
    }
    expect(codes(() => another(exchange, 4))).toEqual(['full'])
  })
})

const byId = (placements: readonly Placement[]) => Object.fromEntries(placements.map((one) => [one.id, one]))
