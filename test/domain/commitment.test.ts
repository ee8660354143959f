import { describe, expect, test } from 'vitest'
import { addParty, leaveTable, openRound } from '../../src/domain/agreement.ts'
import { contentOf } from '../../src/domain/agreement-text.ts'
import {
  AnswerCommitment,
  answerCommitment,
  askOf,
  commitmentMachine,
  commitmentStates,
  coResponsible,
  coverageGaps,
  isOverdue,
  liveCommitment,
  liveCommitments,
  OfferCommitment,
  offered,
  reportProgress,
  reviseCommitment,
  viewCommitment,
  withdrawCommitment,
} from '../../src/domain/commitment.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import {
  acceptCommitment,
  acting,
  addRole,
  adopts,
  city,
  closed,
  codes,
  dataOf,
  deliberating,
  digestOf,
  directory,
  does,
  finish,
  goTo,
  grant,
  limit,
  mandateIdOf,
  offer,
  only,
  parents,
  partyIdOf,
  prepare,
  reasons,
  school,
  seatedHouses,
  secondRound,
  stands,
  stranger,
  subject,
  type Table,
  team,
  uuid,
  writes,
} from '../support/agreement.ts'

const found = (table: Table, id: string) => only(table.state.commitments[id])
const answers = (table: Table, id: string, input: AnswerCommitment, by = team.representative, validUntil?: string) =>
  does(table, by, answerCommitment, id, input, validUntil)
const revised = (table: Table, owner = team, over: object = {}) =>
  OfferCommitment.parse({
    what: 'Visit within two weeks',
    ownerPartyId: partyIdOf(table, owner),
    roleId: only(Object.keys(table.state.roles)[0]),
    subject,
    ongoing: true,
    ...over,
  })

describe('offering a commitment', () => {
  test('says who does what by when in which role, and who carries it along (ground rule 7)', () => {
    const table = deliberating()
    const id = offer(table, team, { dueOn: '2026-04-01' })
    expect(found(table, id)).toMatchObject({
      version: 1,
      state: 'offered',
      terms: { ownerPartyId: partyIdOf(table, team), dueOn: '2026-04-01', ongoing: false },
    })
    expect(liveCommitment(table.state, id).terms.coResponsiblePartyIds).toEqual([partyIdOf(table, school), partyIdOf(table, city)])
    expect(coResponsible(table.state, partyIdOf(table, school))).toEqual([partyIdOf(table, team), partyIdOf(table, city)])
  })

  test('who sits down later carries it along as well, and who left does not: what is shown follows the table', () => {
    const table = deliberating()
    const id = offer(table, team)
    const input = { organisationId: stranger.id, involvement: 'seated' as const, formal: true }
    does(table, school.representative, addParty, input, directory)
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'We merged' })
    const carriers = [partyIdOf(table, school), partyIdOf(table, stranger)]
    expect(liveCommitment(table.state, id).terms.coResponsiblePartyIds).toEqual(carriers)
    expect(liveCommitments(table.state).map(({ terms }) => terms.coResponsiblePartyIds)).toEqual([carriers])
    expect(contentOf(table.state).commitments.map((terms) => terms.coResponsiblePartyIds)).toEqual([carriers])
  })

  test('it has a due date or is ongoing, and not both', () => {
    const base = { what: 'x', ownerPartyId: uuid(1), roleId: uuid(2), subject }
    expect(OfferCommitment.safeParse(base).error?.issues).toMatchObject([{ path: ['dueOn'] }])
    expect(OfferCommitment.safeParse({ ...base, dueOn: '2026-04-01', ongoing: true }).success).toBe(false)
    expect(OfferCommitment.safeParse({ ...base, dueOn: '2026-04-01' }).success).toBe(true)
    expect(OfferCommitment.safeParse({ ...base, ongoing: true }).success).toBe(true)
  })

  test('its owner is a party here and its role is there', () => {
    const table = deliberating()
    addRole(table)
    expect(reasons(() => offer(table, team, { ownerPartyId: uuid(404) }))).toMatchObject([
      { code: 'not-a-party', pointer: '/ownerPartyId' },
    ])
    expect(reasons(() => offer(table, team, { roleId: uuid(404) }))).toMatchObject([{ code: 'not-found', pointer: '/roleId' }])
  })

  test('in a draft it belongs to the first version, and from then on to that of the round', () => {
    expect(Object.values(secondRound().state.commitments)).toMatchObject([{ version: 2 }])
    const table = deliberating()
    expect(found(table, offer(table, team)).version).toBe(1)
  })
})

describe('its owner answers', () => {
  const at: Record<string, (table: Table) => string> = {
    offered: (table) => offer(table, team),
    accepted: (table) => {
      const id = offer(table, team)
      acceptCommitment(table, team, id)
      return id
    },
    declined: (table) => {
      const id = offer(table, team)
      answers(table, id, { decision: 'declined', reason: 'No people' })
      return id
    },
    returned: (table) => {
      const id = offer(table, team)
      answers(table, id, { decision: 'returned', reason: 'Half of it' })
      return id
    },
    withdrawn: (table) => {
      const id = offer(table, team)
      does(table, school.representative, withdrawCommitment, id)
      return id
    },
  }
  const moves: Record<string, (table: Table, id: string) => unknown> = {
    accept: (table, id) => answers(table, id, { decision: 'accepted' }),
    decline: (table, id) => answers(table, id, { decision: 'declined', reason: 'x' }),
    return: (table, id) => answers(table, id, { decision: 'returned', reason: 'x' }),
    revise: (table, id) => does(table, school.representative, reviseCommitment, id, revised(table)),
    withdraw: (table, id) => does(table, school.representative, withdrawCommitment, id),
  }
  const cases = commitmentStates.flatMap((state) =>
    Object.keys(moves).map((by) => [state, by, (commitmentMachine[state] as Record<string, string>)[by] ?? 'no further'] as const),
  )

  test.each(cases)('one that is %s: `%s` leads %s', (state, by, to) => {
    const table = deliberating()
    const id = only(at[state])(table)
    const act = () => only(moves[by])(table, id)
    if (to === 'no further')
      expect(reasons(act)).toMatchObject([{ code: 'wrong-state', params: { what: 'commitment', state, action: by } }])
    else {
      act()
      expect(found(table, id).state).toBe(to)
    }
  })

  test('and nobody else, and only under a mandate', () => {
    const table = deliberating()
    const id = offer(table, team)
    expect(codes(() => answers(table, id, { decision: 'accepted' }, school.representative))).toEqual(['not-yours'])
    expect(codes(() => answers(table, id, { decision: 'accepted' }, team.colleague))).toEqual(['mandate-missing'])
    expect(codes(() => answers(table, uuid(404), { decision: 'accepted' }))).toEqual(['not-found'])
  })

  test('declining and returning say what would make it possible', () => {
    const table = deliberating()
    const id = offer(table, team)
    for (const decision of ['declined', 'returned'] as const)
      expect(codes(() => answers(table, id, AnswerCommitment.parse({ decision })))).toEqual(['reason-required'])
    answers(table, id, { decision: 'returned', reason: 'Half of it' })
    expect(found(table, id).answer).toEqual({
      at: table.now,
      partyId: partyIdOf(table, team),
      personId: team.representative.personId,
      mandateId: mandateIdOf(table, team.representative),
      reason: 'Half of it',
    })
  })

  test('accepting stays within the mandate: subject, limits and period, all gaps at once', () => {
    const table = deliberating()
    const demands = [{ measure: limit.measure, amount: limit.maximum + 1 }]
    const id = offer(table, team, { subject: 'housing', demands, dueOn: '2031-01-06' })
    expect(reasons(() => answers(table, id, { decision: 'accepted' }))).toMatchObject([
      { code: 'outside-mandate-subject', params: { subject: 'housing' } },
      { code: 'outside-mandate-limit', params: { amount: 17, maximum: 16 } },
      { code: 'outside-mandate-period' },
    ])
    answers(table, id, { decision: 'declined', reason: 'Not ours' }) // declining promises nothing
  })

  test('what is ongoing runs as long as the version would', () => {
    const table = deliberating()
    const id = offer(table, team)
    expect(codes(() => answers(table, id, { decision: 'accepted' }, team.representative, '2031-01-06'))).toEqual(['outside-mandate-period'])
    answers(table, id, { decision: 'accepted' }, team.representative, '2031-01-05')
  })

  test('whoever holds several mandates answers under the one that covers it', () => {
    const table = deliberating()
    const housing = grant(table, team, { subjects: ['housing'] })
    const narrow = offer(table, team, { subject: 'housing' })
    expect(dataOf(answers(table, narrow, { decision: 'accepted' }), 'commitment-answered').answer.mandateId).toBe(housing)
    const usual = offer(table, team)
    expect(dataOf(answers(table, usual, { decision: 'accepted' }), 'commitment-answered').answer.mandateId).not.toBe(housing)
  })

  test('putting it in other words, or to another owner, asks for the answer anew and changes the text', () => {
    const table = deliberating()
    const id = offer(table, team)
    acceptCommitment(table, team, id)
    const before = digestOf(table)
    does(table, school.colleague, reviseCommitment, id, revised(table, city))
    expect(found(table, id)).toMatchObject({
      state: 'offered',
      terms: { what: 'Visit within two weeks', ownerPartyId: partyIdOf(table, city) },
    })
    expect(found(table, id)).not.toHaveProperty('answer')
    expect(digestOf(table)).not.toBe(before)
    expect(codes(() => does(table, school.colleague, reviseCommitment, uuid(404), revised(table)))).toEqual(['not-found'])
  })

  test('a withdrawn one stays on record, and is no part of the text', () => {
    const table = deliberating()
    addRole(table)
    const before = digestOf(table)
    const id = offer(table, team)
    does(table, city.colleague, withdrawCommitment, id)
    expect(found(table, id).state).toBe('withdrawn')
    expect(offered(table.state)).toEqual([])
    expect(contentOf(table.state).commitments).toEqual([])
    expect(digestOf(table)).toBe(before)
    expect(codes(() => does(table, city.colleague, withdrawCommitment, uuid(404)))).toEqual(['not-found'])
  })
})

describe('coverage: whether what was accepted still falls inside a mandate', () => {
  const terms = (table: Table, over: object = {}) => ({ ...found(table, offer(table, team)).terms, ...over })

  test('asks for its subject and demands, until it is due or the version ends', () => {
    const table = deliberating()
    expect(askOf(terms(table), '2026-12-31')).toEqual({
      subjects: [subject],
      demands: [{ measure: limit.measure, amount: 8 }],
      untilAt: '2026-12-31T23:00:00.000Z',
    })
    expect(askOf(terms(table, { dueOn: '2026-03-28' }), '2026-12-31').untilAt).toBe('2026-03-28T23:00:00.000Z')
    expect(askOf(terms(table), undefined)).not.toHaveProperty('untilAt')
  })

  test('one effective mandate of the owner that covers it is enough', () => {
    const table = deliberating()
    const housing = terms(table, { subject: 'housing' })
    expect(coverageGaps(table.state, housing, undefined, table.now, '/x')).toMatchObject([
      { code: 'outside-mandate-subject', pointer: '/x' },
    ])
    grant(table, team, { holderId: team.colleague.personId, subjects: ['housing'] })
    expect(coverageGaps(table.state, housing, undefined, table.now, '/x')).toEqual([])
  })

  test('the gaps named are those of the mandate that lacks least', () => {
    const table = deliberating()
    grant(table, team, { holderId: team.colleague.personId, subjects: ['housing'], validUntil: '2026-02-01' })
    const asked = terms(table, { subject: 'debts', dueOn: '2026-03-01' })
    expect(coverageGaps(table.state, asked, undefined, table.now, '/x')).toHaveLength(1)
  })

  test('without any effective mandate there is no coverage', () => {
    const table = deliberating()
    does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'x' })
    expect(coverageGaps(table.state, terms(table), undefined, table.now, '/x')).toMatchObject([{ code: 'owner-without-mandate' }])
  })
})

describe('a promise that is being kept', () => {
  test('its owner tells how it goes, also without a mandate, and the last word counts', () => {
    const table = acting()
    const id = only(Object.keys(table.state.promises)[0])
    does(table, team.colleague, reportProgress, id, { state: 'at-risk', note: 'Two people ill' })
    does(table, team.colleague, reportProgress, id, { state: 'on-track' })
    expect(table.state.promises[id]).toMatchObject({
      reports: 2,
      progress: { state: 'on-track', at: table.now, partyId: partyIdOf(table, team) },
    })
    expect(table.state.promises[id]?.progress).not.toHaveProperty('note')
    expect(codes(() => does(table, school.representative, reportProgress, id, { state: 'done' }))).toEqual(['not-yours'])
    expect(codes(() => does(table, parents.representative, reportProgress, id, { state: 'done' }))).toEqual(['not-seated'])
    expect(codes(() => does(table, team.colleague, reportProgress, uuid(404), { state: 'done' }))).toEqual(['not-found'])
  })

  test('is overdue from the day after its date until it is done; what is ongoing never is', () => {
    const table = deliberating()
    addRole(table)
    const due = offer(table, team, { dueOn: '2026-03-28' })
    const ongoing = offer(table, city)
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    const overdue = (id: string) => isOverdue(only(table.state.promises[id]), table.now)
    goTo(table, '2026-03-28T22:59:59.999Z')
    expect(overdue(due)).toBe(false)
    goTo(table, '2026-03-29')
    expect([overdue(due), overdue(ongoing)]).toEqual([true, false])
    does(table, team.colleague, reportProgress, due, { state: 'at-risk' })
    expect(overdue(due)).toBe(true)
    for (const state of ['done', 'stopped'] as const) {
      does(table, team.colleague, reportProgress, due, { state })
      expect(overdue(due)).toBe(false)
    }
  })
})

describe('into the next round', () => {
  test('what is unfinished is offered anew, under its own id; what is done stays done', () => {
    const table = deliberating()
    addRole(table)
    const [unfinished, done] = [offer(table, team), offer(table, city)]
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    does(table, city.colleague, reportProgress, done, { state: 'done' })
    does(table, team.colleague, reportProgress, unfinished, { state: 'at-risk' })
    goTo(table, only(table.state.round?.reviewOn))
    finish(table)
    does(table, school.representative, openRound, {})
    expect(Object.keys(table.state.commitments)).toEqual([unfinished])
    expect(table.state.promises[done]?.progress?.state).toBe('done')
  })

  test('nobody’s promise is prolonged: the owner answers again, and adopting waits for it', () => {
    const table = closed()
    const [before] = Object.values(table.state.promises)
    does(table, school.representative, openRound, {})
    expect(liveCommitment(table.state, only(before).id)).toMatchObject({
      id: before?.id,
      version: 2,
      state: 'offered',
      terms: before?.terms,
    })
    expect(Object.values(table.state.commitments)[0]).not.toHaveProperty('answer')
    expect(Object.keys(table.state.promises)).toEqual([before?.id])
  })

  test('while the next version is made, the promises of the one in force are still reported on', () => {
    const table = secondRound()
    const id = only(Object.keys(table.state.promises)[0])
    does(table, team.colleague, reportProgress, id, { state: 'done' })
    expect(table.state.promises[id]?.progress?.state).toBe('done')
    expect(table.state.commitments[id]?.state).toBe('offered')
  })

  test('adopting the next version keeps the promises of the one that is still in force beside its own', () => {
    const table = secondRound()
    addRole(table, 'driver')
    const fresh = offer(table, school)
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    expect(Object.values(table.state.promises).map(({ version }) => version)).toEqual([2, 2])
    expect(table.state.promises[fresh]).toMatchObject({ reports: 0, state: 'accepted' })
  })
})

test('an edit of the written text leaves the answers as they are: what was accepted is the commitment itself', () => {
  const table = deliberating()
  const id = offer(table, team)
  acceptCommitment(table, team, id)
  writes(table)
  expect(found(table, id).state).toBe('accepted')
})

test('in the next round a commitment is there twice: as it is promised, and as it is offered anew, which comes first', () => {
  const { state } = secondRound()
  expect(liveCommitments(state).map(({ version, state }) => [version, state])).toEqual([
    [1, 'accepted'],
    [2, 'offered'],
  ])
  expect(liveCommitment(state, only(Object.keys(state.promises)[0])).version).toBe(2)
})

test('a commitment is shown with whether it is overdue, which only a promise can be', () => {
  const table = deliberating()
  const id = offer(table, team, { dueOn: '2026-02-01' })
  const late = '2026-02-02T12:00:00.000Z'
  expect(viewCommitment(liveCommitment(table.state, id), late).overdue).toBe(false)
  prepare(table)
  for (const house of seatedHouses) stands(table, house)
  adopts(table)
  expect(viewCommitment(only(table.state.promises[id]), late)).toMatchObject({ overdue: true, reports: 0 })
  expect(liveCommitments(table.state).map((one) => one.id)).toEqual([id])
  expect(liveCommitment(table.state, id)).toEqual(table.state.promises[id])
  expect(codes(() => liveCommitment(table.state, uuid(404)))).toEqual(['not-found'])
})
