import { describe, expect, test } from 'vitest'
import { Adopt, adopt, lastDay, unmet, viewAdoption } from '../../src/domain/adoption.ts'
import { callImpasse, leaveImpasse, leaveTable, missing, openRound } from '../../src/domain/agreement.ts'
import { changeFounding, GroundRules } from '../../src/domain/agreement-text.ts'
import { answerCommitment } from '../../src/domain/commitment.ts'
import { acceptProposal, answer, withdrawContribution } from '../../src/domain/contribution.ts'
import { withLeavers } from '../../src/domain/mandate.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import type { Reason } from '../../src/domain/refusal.ts'
import { addDays } from '../../src/domain/time.ts'
import { inForceAt } from '../../src/domain/version.ts'
import {
  acceptCommitment,
  acting,
  adoptable,
  adopts,
  brings,
  city,
  codes,
  dataOf,
  deliberating,
  digestOf,
  does,
  expectWhole,
  finish,
  goTo,
  grant,
  hears,
  mandateIdOf,
  meets,
  offer,
  only,
  partyIdOf,
  pass,
  prepare,
  reasons,
  school,
  seatedHouses,
  secondRound,
  stands,
  type Table,
  team,
  uuid,
  writes,
} from '../support/agreement.ts'

/** What stands in the way now; the refusal of adopting says exactly the same. */
function inTheWay(table: Table): Reason[] {
  const found = unmet(table.state, table.now)
  for (const reason of found) expectWhole(reason)
  expect(missing(table.state, table.now)).toEqual(found)
  if (found.length > 0) expect(reasons(() => adopts(table))).toEqual(found)
  return found
}
const everybody = (table: Table) => {
  for (const house of seatedHouses) stands(table, house)
}
/** A table where only this is wrong: everything is prepared, then this is done, then all take a stance. */
function spoiled(spoil: (table: Table) => unknown): Table {
  const table = deliberating()
  prepare(table)
  spoil(table)
  everybody(table)
  return table
}
const participant = (table: Table, house = city) => `/participants/${partyIdOf(table, house)}`

describe('adopting', () => {
  test('publishes the version of this round, when every condition is met', () => {
    const table = adoptable()
    const digest = digestOf(table)
    expect(inTheWay(table)).toEqual([])
    const events = adopts(table, team)
    expect(events).toMatchObject([{ type: 'version-adopted', mandateId: mandateIdOf(table, team.representative) }])
    expect(table.state.versions).toMatchObject([
      { number: 1, textDigest: digest, adoptedAt: table.now, adoptedByPartyId: partyIdOf(table, team), dissents: [] },
    ])
    expect(table.state.versions[0]?.stances.map(({ partyId, position }) => [partyId, position])).toEqual(
      seatedHouses.map((house) => [partyIdOf(table, house), 'accept']),
    )
    expect(table.state.round).toMatchObject({ state: 'acting', adoptedAt: table.now, reviewOn: '2026-03-06' })
  })

  test('is on the exact text: any edit after reading is refused', () => {
    const table = adoptable()
    const textDigest = digestOf(table)
    writes(table, { preparation: 'Other' })
    expect(reasons(() => does(table, school.representative, adopt, { textDigest }))).toEqual([
      { code: 'text-changed', params: {}, pointer: '/textDigest' },
    ])
    expect(Adopt.safeParse({ textDigest: 'abc' }).success).toBe(false)
  })

  test('asks for a mandate, of a seated party', () => {
    const table = adoptable()
    expect(codes(() => adopts(table, { ...school, representative: school.colleague }))).toEqual(['mandate-missing'])
  })

  test('is judged at that instant: a mandate that has run out meanwhile counts no more', () => {
    const table = adoptable()
    meets(table, city.representative)
    expect(inTheWay(table)).toMatchObject([{ code: 'party-without-mandate', params: { party: 'City', why: 'mandate-renewal-due' } }])
  })

  test('nothing is missing outside deliberating', () => {
    for (const table of [acting(), secondRound()]) {
      const { state, now } = table
      expect(missing(state, now).length > 0).toBe(state.round?.state === 'deliberating')
    }
  })
})

describe('condition 1: the nine elements are filled, with a decision and a commitment', () => {
  test.each([
    ['mandate', { mandate: undefined }],
    ['inScope', { inScope: [] }],
    ['outOfScope', { outOfScope: [] }],
    ['preparation', { preparation: undefined }],
    ['routing', { routing: undefined }],
    ['processEvaluation', { processEvaluation: undefined }],
    ['groundRules', { groundRules: undefined }],
  ])('without %s', (element, over) => {
    const table = spoiled((one) => writes(one, over))
    expect(inTheWay(table)).toEqual([{ code: 'element-missing', params: { element }, pointer: `/${element}` }])
  })

  test('without participants: it takes two', () => {
    const table = deliberating()
    prepare(table)
    for (const house of [team, city]) does(table, house.representative, leaveTable, partyIdOf(table, house), { reason: 'x' })
    expect(inTheWay(table)).toContainEqual({ code: 'element-missing', params: { element: 'participants' }, pointer: '/participants' })
  })

  test('without roles, which no commitment can do without either', () => {
    expect(inTheWay(deliberating())).toContainEqual({ code: 'element-missing', params: { element: 'roles' }, pointer: '/roles' })
  })

  test('without a decision', () => {
    expect(inTheWay(spoiled((one) => writes(one, { decisions: [] })))).toEqual([{ code: 'decision-missing', pointer: '/decisions' }])
  })

  test('without a commitment', () => {
    const table = deliberating()
    writes(table)
    offer(table, team)
    expect(inTheWay(table).map(({ code }) => code)).not.toContain('commitment-missing')
    expect(inTheWay(deliberating())).toContainEqual({ code: 'commitment-missing', pointer: '/commitments' })
  })
})

describe('condition 2: every seated party has an effective mandate that covers the subjects', () => {
  const replaced = (terms?: Parameters<typeof grant>[2]) => (table: Table) => {
    stands(table, city)
    does(table, city.grantor, withdrawMandate, mandateIdOf(table, city.representative), { reason: 'Anew' })
    if (terms) grant(table, city, terms)
  }
  const unrepresented = (terms?: Parameters<typeof grant>[2]) => {
    const table = deliberating()
    prepare(table)
    for (const house of [school, team]) stands(table, house)
    replaced(terms)(table)
    return table
  }

  test('none at all any more', () => {
    const table = unrepresented()
    expect(inTheWay(table)).toEqual([
      { code: 'party-without-mandate', params: { party: 'City', why: 'mandate-withdrawn' }, pointer: participant(table) },
    ])
  })

  test('one that has not begun: the reason is that of the mandate that lacks least', () => {
    const table = unrepresented({ holderId: city.colleague.personId, validFrom: '2026-02-01' })
    expect(inTheWay(table)).toMatchObject([{ params: { why: 'mandate-not-yet-effective' } }])
  })

  test('one for other subjects', () => {
    const table = unrepresented({ subjects: ['housing'] })
    expect(inTheWay(table)).toEqual([{ code: 'mandate-does-not-cover', params: { party: 'City' }, pointer: participant(table) }])
  })

  test('whoever holds it is a representative', () => {
    expect(inTheWay(unrepresented({ holderId: city.colleague.personId }))).toEqual([])
  })

  test('one of somebody who has left their organisation', () => {
    const table = adoptable()
    const left = { ...table, state: withLeavers(table.state, { [city.representative.personId]: table.now }) }
    expect(inTheWay(table)).toEqual([])
    expect(inTheWay(left)).toContainEqual({
      code: 'party-without-mandate',
      params: { party: 'City', why: 'mandate-holder-left' },
      pointer: participant(left),
    })
    expect(viewAdoption(left.state, 1, left.now)).toMatchObject({ possible: false, missing: inTheWay(left) })
    expect(missing(left.state, left.now)).toEqual(inTheWay(left))
  })

  test('never granted', () => {
    const table = deliberating({ mandates: false })
    expect(unmet(table.state, table.now)).toContainEqual({
      code: 'party-without-mandate',
      params: { party: 'City', why: 'mandate-missing' },
      pointer: participant(table),
    })
  })
})

describe('condition 3: every seated party was heard, and every concern answered', () => {
  test('a party that was not heard', () => {
    const table = deliberating()
    writes(table)
    acceptCommitment(table, team, offer(table, team))
    for (const house of [school, team]) hears(table, house)
    everybody(table)
    expect(inTheWay(table)).toEqual([{ code: 'party-not-heard', params: { party: 'City' }, pointer: participant(table) }])
  })

  test('a concern that nobody from another party answered', () => {
    const table = adoptable()
    const { id } = dataOf(hears(table, city, 'Who pays?'), 'contribution-made')
    expect(inTheWay(table)).toEqual([{ code: 'concern-unanswered', params: { party: 'City' }, pointer: `/contributions/${id}` }])
    does(table, team.colleague, answer, id, { text: 'We do' })
    expect(inTheWay(table)).toEqual([])
  })

  test('the concern of a party that has left still asks for an answer', () => {
    const table = adoptable()
    hears(table, city, 'Who pays?')
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'x' })
    for (const house of [school, team]) stands(table, house)
    expect(inTheWay(table)).toMatchObject([{ code: 'concern-unanswered', params: { party: 'City' } }])
  })
})

describe('condition 4: every problem carries a proposal, and every proposal is ours', () => {
  test('a problem whose proposal was taken back', () => {
    const table = adoptable()
    const [problem, proposal] = brings(table, school.representative, {
      kind: 'problem',
      proposal: { text: 'So', actingPartyIds: [partyIdOf(table, school)] },
    }).map(({ data }) => (data as { id: string }).id)
    expect(inTheWay(table)).toEqual([])
    takesBack(table, only(proposal))
    expect(inTheWay(table)).toEqual([{ code: 'problem-without-proposal', pointer: `/contributions/${problem}` }])
  })

  test('a proposal for others that they have not accepted', () => {
    const table = adoptable()
    const { id } = dataOf(
      brings(table, school.representative, { kind: 'proposal', actingPartyIds: [partyIdOf(table, city)] }),
      'contribution-made',
    )
    expect(inTheWay(table)).toEqual([{ code: 'proposal-not-ours', pointer: `/contributions/${id}` }])
    does(table, city.representative, acceptProposal, id)
    expect(inTheWay(table)).toEqual([])
  })

  test('a proposal that names a party which has left', () => {
    const table = adoptable()
    const acting = [school, city].map((house) => partyIdOf(table, house))
    brings(table, school.representative, { kind: 'proposal', actingPartyIds: acting })
    expect(inTheWay(table)).toEqual([])
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'x' })
    for (const house of [school, team]) stands(table, house)
    expect(inTheWay(table)).toMatchObject([{ code: 'proposal-not-ours' }])
  })
})

describe('condition 5: decisions have reasons; commitments have owners, roles and coverage', () => {
  test('a decision without a reason', () => {
    const decisions = [
      { id: uuid(1), what: 'x', why: 'y', byPartyIds: [] },
      { id: uuid(2), what: 'x', byPartyIds: [] },
    ]
    expect(inTheWay(spoiled((one) => writes(one, { decisions })))).toEqual([
      { code: 'decision-without-reason', pointer: '/decisions/1/why' },
    ])
  })

  test('a beneficiary of whom the text does not say what they gain, or what may bother them', () => {
    const beneficiaries = [
      { id: uuid(1), name: 'Children', addedValue: 'x' },
      { id: uuid(2), name: 'Parents', nuisance: 'x' },
    ]
    expect(inTheWay(spoiled((one) => writes(one, { beneficiaries })))).toEqual([
      {
        code: 'beneficiary-without-criterion',
        params: { beneficiary: 'Children', criterion: 'nuisance' },
        pointer: '/beneficiaries/0/nuisance',
      },
      {
        code: 'beneficiary-without-criterion',
        params: { beneficiary: 'Parents', criterion: 'addedValue' },
        pointer: '/beneficiaries/1/addedValue',
      },
    ])
  })

  test.each(['declined', 'returned'] as const)('a commitment that was %s', (decision) => {
    const table = adoptable()
    const id = only(Object.keys(table.state.commitments)[0])
    does(table, team.representative, answerCommitment, id, { decision, reason: 'x' }, undefined)
    expect(inTheWay(table)).toMatchObject([{ code: 'commitment-not-accepted', params: { state: decision }, pointer: '/commitments/0' }])
  })

  test('a commitment that waits for its owner', () => {
    expect(inTheWay(spoiled((one) => offer(one, school)))).toMatchObject([
      { code: 'commitment-not-accepted', params: { state: 'offered' } },
    ])
  })

  test('an owner that has left the table', () => {
    const table = adoptable()
    does(table, team.representative, leaveTable, partyIdOf(table, team), { reason: 'x' })
    for (const house of [school, city]) stands(table, house)
    expect(inTheWay(table)).toEqual([
      { code: 'owner-not-a-party', params: { commitment: 'Visit every family within a week' }, pointer: '/commitments/0' },
    ])
  })

  test('an owner whose mandate covers it no more: other subject, lower limit, earlier end', () => {
    const table = adoptable()
    does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'Narrower' })
    grant(table, team, { limits: [{ measure: 'hours-per-week', maximum: 7 }], validUntil: '2026-04-01' })
    expect(inTheWay(table)).toMatchObject([
      { code: 'outside-mandate-limit', params: { amount: 8, maximum: 7 }, pointer: '/commitments/0' },
      { code: 'outside-mandate-period', pointer: '/commitments/0' },
    ])
  })

  test('an owner without any effective mandate', () => {
    const table = adoptable()
    does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'x' })
    expect(inTheWay(table)).toMatchObject([{ code: 'party-without-mandate' }, { code: 'owner-without-mandate', pointer: '/commitments/0' }])
  })
})

describe('condition 6: all have taken a stance on this text, and nobody withholds', () => {
  test('a party that has not', () => {
    const table = deliberating()
    prepare(table)
    for (const house of [school, team]) stands(table, house)
    expect(inTheWay(table)).toEqual([{ code: 'stance-missing', params: { party: 'City' }, pointer: participant(table) }])
  })

  test('a party that withholds, with its reason', () => {
    const table = adoptable()
    stands(table, city, { position: 'withhold', reason: 'Fewer hours' })
    expect(inTheWay(table)).toEqual([
      { code: 'party-withholds', params: { party: 'City', reason: 'Fewer hours' }, pointer: participant(table) },
    ])
  })

  test('accepting with a dissent is accepting', () => {
    const table = adoptable()
    stands(table, city, { position: 'accept-with-dissent', dissent: { statement: 'x', expectation: 'y' } })
    expect(inTheWay(table)).toEqual([])
  })
})

describe('a quorum counts only if it was set before the text that it would pass', () => {
  const quorum = (accepting: number) => GroundRules.parse({ adoption: { kind: 'quorum', accepting } })
  const withheld = (table: Table) => {
    everybody(table)
    stands(table, city, { position: 'withhold', reason: 'Fewer hours' })
    return table
  }

  test('set by the founding before the first hearing it counts', () => {
    const table = withheld(adoptable({ groundRules: quorum(2) }))
    expect(inTheWay(table)).toEqual([])
    adopts(table)
    expect(table.state.versions[0]?.stances.map(({ position }) => position)).toEqual(['accept', 'accept', 'withhold'])
  })

  test('set by the text that it would pass it does not', () => {
    expect(inTheWay(withheld(adoptable({}, { groundRules: quorum(2) })))).toMatchObject([{ code: 'party-withholds' }])
  })

  test('set by an earlier adopted version it counts', () => {
    const table = acting({}, { groundRules: quorum(2) })
    goTo(table, only(table.state.round?.reviewOn))
    nextRound(table)
    prepare(table)
    expect(inTheWay(withheld(table))).toEqual([])
  })

  test('it cannot be set once a concern was spoken, whichever way that came in', () => {
    const table = deliberating()
    brings(table, city.representative, { kind: 'concern', text: 'We will be outvoted' })
    expect(codes(() => does(table, school.representative, changeFounding, quorum(2)))).toEqual(['founding-closed'])
  })

  test('it has to be reached, and everybody still takes a stance', () => {
    const table = withheld(adoptable({ groundRules: quorum(3) }))
    expect(inTheWay(table)).toEqual([{ code: 'quorum-not-reached', params: { accepting: 2, needed: 3 } }])
    const silent = deliberating({ groundRules: quorum(2) })
    prepare(silent)
    for (const house of [school, team]) stands(silent, house)
    expect(inTheWay(silent)).toMatchObject([{ code: 'stance-missing', params: { party: 'City' } }])
    const few = deliberating({ groundRules: quorum(3) })
    prepare(few)
    expect(inTheWay(few).map(({ code }) => code)).toEqual(['stance-missing', 'stance-missing', 'stance-missing', 'quorum-not-reached'])
  })
})

describe('condition 7: it is temporary', () => {
  const timed = (validFrom: string, reviewOn: string, validUntil: string, setup: Parameters<typeof deliberating>[0] = {}) => {
    const table = deliberating(setup)
    // What is ongoing would need mandates as long as the version.
    offer(table, team, { dueOn: validUntil < '2026-12-01' ? validUntil : '2026-12-01' })
    prepare(table, { validity: { validFrom, reviewOn, validUntil } })
    everybody(table)
    return inTheWay(table)
  }

  test('without any period', () => {
    expect(inTheWay(spoiled((one) => writes(one, { validity: undefined })))).toEqual([{ code: 'validity-missing', pointer: '/validity' }])
  })

  test.each([
    ['2026-01-04', '2026-02-01', '2026-03-01', ['backdated'], 'begins yesterday'],
    ['2026-01-05', '2026-02-01', '2026-03-01', [], 'begins today'],
    ['2026-02-01', '2026-02-01', '2026-03-01', ['review-not-after-start'], 'is reviewed on its first day'],
    ['2026-02-01', '2026-02-02', '2026-02-02', [], 'is reviewed on its last day'],
    ['2026-02-01', '2026-03-02', '2026-03-01', ['review-after-end'], 'is reviewed after its last day'],
    ['2026-02-01', '2026-06-01', '2027-01-31', [], 'runs for twelve months'],
    ['2026-02-01', '2026-06-01', '2027-02-01', ['too-long'], 'runs a day longer'],
    ['2028-02-29', '2028-06-01', '2029-02-27', [], 'runs for twelve months from a leap day'],
    ['2028-02-29', '2028-06-01', '2029-02-28', ['too-long'], 'runs a day longer from a leap day'],
    ['2025-01-01', '2024-12-31', '2026-06-01', ['backdated', 'review-not-after-start', 'too-long'], 'is wrong in every way: all is said'],
  ])('a TWO from %s, reviewed %s, until %s: %j, for it %s', (from, review, until, expected) => {
    expect(timed(from, review, until).map(({ code }) => code)).toEqual(expected)
  })

  test.each([
    ['2026-03-02', 'after the last day'],
    ['2026-01-10', 'past by the time of adopting'],
  ])('no commitment is due on %s, %s', (dueOn) => {
    const table = deliberating()
    offer(table, team, { dueOn })
    goTo(table, '2026-01-12')
    prepare(table, { validity: { validFrom: '2026-01-12', reviewOn: '2026-02-01', validUntil: '2026-03-01' } })
    everybody(table)
    expect(inTheWay(table).map(({ code }) => code)).toEqual(['due-outside-validity'])
  })

  test('a covenant runs for five years at most', () => {
    expect(timed('2026-01-05', '2026-06-01', '2031-01-04', { kind: 'covenant' })).toEqual([])
    expect(timed('2026-02-01', '2026-06-01', '2031-02-01', { kind: 'covenant' })).toContainEqual({
      code: 'too-long',
      params: { months: 60, limit: '2031-01-31' },
      pointer: '/validity/validUntil',
    })
    expect(lastDay('covenant', '2028-02-29')).toBe('2033-02-27')
    expect(lastDay('two', '2026-01-01')).toBe('2026-12-31')
  })

  test('a text that waited too long for adoption begins in the past, and is refused', () => {
    const table = adoptable()
    pass(table, 2)
    expect(inTheWay(table)).toMatchObject([{ code: 'backdated', params: { today: '2026-01-07' } }])
  })

  test('a version of today holds from its adoption, and not from before it was known', () => {
    const table = deliberating()
    prepare(table, { validity: { validFrom: '2026-01-05', reviewOn: '2026-02-01', validUntil: '2026-03-28' } })
    everybody(table)
    adopts(table)
    expect(inForceAt(table.state, table.now)).toMatchObject({ version: 1, fromAt: table.now, untilAt: '2026-03-28T23:00:00.000Z' })
  })

  test('a version of a later day waits', () => {
    const table = acting()
    expect(inForceAt(table.state, table.now)).toBeUndefined()
    goTo(table, '2026-01-06')
    expect(inForceAt(table.state, table.now)).toMatchObject({ version: 1 })
    goTo(table, addDays(only(table.state.text.validity).validUntil, 1))
    expect(inForceAt(table.state, table.now)).toBeUndefined()
  })
})

describe('from the second round on a version says what it builds on', () => {
  const second = (buildsOn?: string[]) => {
    const table = secondRound()
    prepare(table, { ...(buildsOn && { buildsOn }) })
    everybody(table)
    return table
  }

  test('it cites the agenda', () => {
    const table = second()
    expect(inTheWay(table)).toEqual([])
    adopts(table)
    expect(table.state.versions.map(({ number }) => number)).toEqual([1, 2])
  })

  test('citing nothing is refused', () => {
    expect(inTheWay(second([]))).toEqual([{ code: 'builds-on-missing', pointer: '/buildsOn' }])
  })

  test('citing what is not on the agenda is refused, in the first round too', () => {
    expect(inTheWay(second([uuid(404)]))).toEqual([{ code: 'not-on-agenda', pointer: '/buildsOn/0' }])
    expect(inTheWay(spoiled((one) => writes(one, { buildsOn: [uuid(404)] })))).toEqual([{ code: 'not-on-agenda', pointer: '/buildsOn/0' }])
  })
})

test('how far a round is from adoption: what is missing while something can still be done, and then the version', () => {
  const table = deliberating()
  const view = () => viewAdoption(table.state, 1, table.now)
  expect(view()).toMatchObject({
    roundNumber: 1,
    state: 'deliberating',
    possible: false,
    textDigest: digestOf(table),
    missing: unmet(table.state, table.now),
  })
  prepare(table)
  everybody(table)
  expect(view()).toMatchObject({ possible: true, missing: [] })
  does(table, city.colleague, callImpasse, { reason: 'Stuck' })
  expect(view()).toMatchObject({ state: 'impasse', possible: false })
  does(table, city.colleague, leaveImpasse, only(table.state.round?.impasse).id, { exit: 'mediate', note: 'x' })
  adopts(table)
  expect(view()).toMatchObject({ state: 'acting', possible: false, version: 1, missing: [] })
  const later = secondRound()
  expect(viewAdoption(later.state, 1, later.now)).toMatchObject({ state: 'closed', version: 1, missing: [] })
})

test('everything that is unmet is named at once', () => {
  const table = secondRound()
  const decisions = [{ id: uuid(1), what: 'x', byPartyIds: [] }]
  const validity = { validFrom: '2025-01-01', reviewOn: '2024-12-31', validUntil: '2026-06-01' }
  writes(table, { buildsOn: [], decisions, validity, preparation: undefined, routing: undefined })
  brings(table, school.representative, { kind: 'proposal', actingPartyIds: [partyIdOf(table, city)] })
  const problem = brings(table, school.representative, {
    kind: 'problem',
    proposal: { text: 'So', actingPartyIds: [partyIdOf(table, school)] },
  })
  takesBack(table, (only(problem[1]).data as { id: string }).id)
  hears(table, school, 'Who pays?')
  does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'x' })
  stands(table, city, { position: 'withhold', reason: 'All of it' })
  expect(inTheWay(table).map(({ code }) => code)).toEqual([
    'element-missing',
    'element-missing',
    'party-without-mandate',
    'party-not-heard',
    'party-not-heard',
    'concern-unanswered',
    'problem-without-proposal',
    'proposal-not-ours',
    'decision-without-reason',
    'commitment-not-accepted',
    'stance-missing',
    'stance-missing',
    'party-withholds',
    'backdated',
    'review-not-after-start',
    'too-long',
    'builds-on-missing',
  ])
})

function takesBack(table: Table, id: string): void {
  does(table, school.representative, withdrawContribution, id, { reason: 'x' })
}

function nextRound(table: Table): void {
  finish(table)
  does(table, school.representative, openRound, {})
}
