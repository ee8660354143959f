import { describe, expect, test } from 'vitest'
import { viewAdoption } from '../../src/domain/adoption.ts'
import { callImpasse } from '../../src/domain/agreement.ts'
import { liveCommitment, liveCommitments, reportProgress, viewCommitment } from '../../src/domain/commitment.ts'
import { roundMatter, viewDissent, viewReflection, viewRoundDetail } from '../../src/domain/reflection.ts'
import { assignRole, releaseRole, viewRole } from '../../src/domain/role.ts'
import { viewRound } from '../../src/domain/round.ts'
import { viewStance } from '../../src/domain/stance.ts'
import { addDays, addMonths, dayOf, later, startOf } from '../../src/domain/time.ts'
import {
  acting,
  addRole,
  adoptable,
  adopts,
  city,
  closed,
  codes,
  dataOf,
  deliberating,
  digestOf,
  does,
  goTo,
  offer,
  only,
  partyIdOf,
  people,
  prepare,
  reflecting,
  reflects,
  school,
  seatedHouses,
  secondRound,
  stands,
  subject,
  team,
  uuid,
} from '../support/agreement.ts'

describe('a round as it is seen', () => {
  test('opens its reflection by itself, says until when, and keeps its agenda apart', () => {
    const table = acting()
    const round = only(table.state.round ?? undefined)
    const review = startOf(only(round.reviewOn))
    expect(viewRound(round, table.now)).toMatchObject({ state: 'acting' })
    expect(viewRound(round, review)).not.toHaveProperty('agenda')
    const matter = { round, reflections: [], rules: table.state.rules }
    expect(viewRoundDetail(matter, table.now)).not.toHaveProperty('reflectBy')
    expect(viewRoundDetail(matter, review)).toMatchObject({ state: 'reflecting', reflectBy: later(review, 14) })
  })

  test('shows averages of the pulse from five answers on, and only once it has closed', () => {
    const table = closed()
    const round = only(table.state.round ?? undefined)
    const [one] = Object.values(table.state.reflections)
    const five = Array.from({ length: 5 }, () => only(one))
    const seen = (change: Partial<Parameters<typeof viewRoundDetail>[0]>) =>
      viewRoundDetail({ round, reflections: five, rules: table.state.rules, ...change }, table.now).pulse
    expect(seen({})).toEqual({ answers: 5, atmosphere: 4, effectiveness: 3 })
    expect(seen({ reflections: five.slice(1) })).toEqual({ answers: 4 })
    const { closedAt: _, ...open } = { ...round, state: 'reflecting' as const }
    expect(seen({ round: open })).toEqual({ answers: 5 })
  })

  test('has the matter of the text deliberated on, and then of the version that it adopted', () => {
    const table = adoptable()
    const dissent = { statement: 'Too much', expectation: 'Half will be late' }
    stands(table, city, { position: 'accept-with-dissent', dissent })
    const before = only(roundMatter(table.state, 1))
    expect(before).toMatchObject({ textDigest: digestOf(table), dissents: [dissent] })
    expect(before.stances).toHaveLength(3)
    expect(roundMatter(table.state, 2)).toBeUndefined()
    adopts(table)
    const after = only(roundMatter(table.state, 1))
    expect(after).toMatchObject({ textDigest: before.textDigest, dissents: [dissent] })
    expect(after.stances.map((stance) => viewStance(stance, after.textDigest).void)).toEqual([false, false, false])
    // The commitments have moved to the version: the text that is left is another.
    expect(after.stances.map((stance) => viewStance(stance, digestOf(table)).void)).toEqual([true, true, true])
  })

  test('leaves out a dissent whose stance the text has outrun', () => {
    const table = adoptable()
    stands(table, city, { position: 'accept-with-dissent', dissent: { statement: 'Too much', expectation: 'Half will be late' } })
    addRole(table, 'minutes')
    expect(only(roundMatter(table.state, 1)).dissents).toEqual([])
  })
})

describe('adoption as it is seen', () => {
  test('is possible when nothing is missing while deliberating', () => {
    const table = adoptable()
    expect(viewAdoption(table.state, 1, table.now)).toEqual({
      roundNumber: 1,
      state: 'deliberating',
      possible: true,
      textDigest: digestOf(table),
      elements: { filled: 9, of: 9 },
      missing: [],
    })
    does(table, school.representative, callImpasse, { reason: 'Stuck after all' })
    expect(viewAdoption(table.state, 1, table.now)).toMatchObject({ state: 'impasse', possible: false, missing: [] })
  })

  test('names what is missing, until the version is there', () => {
    const table = deliberating()
    expect(viewAdoption(table.state, 1, table.now)).toMatchObject({ possible: false })
    expect(viewAdoption(table.state, 1, table.now).missing.map(({ code }) => code)).toContain('validity-missing')
    const adopted = acting()
    expect(viewAdoption(adopted.state, 1, adopted.now)).toEqual({
      roundNumber: 1,
      state: 'acting',
      possible: false,
      version: 1,
      missing: [],
    })
    const later = secondRound()
    expect(viewAdoption(later.state, 1, later.now)).toMatchObject({ state: 'closed', version: 1 })
  })
})

describe('reflections as they are seen', () => {
  test('a pulse, and what a party gave the norms, show to that party only', () => {
    const table = reflecting()
    reflects(table, city)
    const reflection = only(Object.values(table.state.reflections)[0])
    expect(viewReflection(reflection, partyIdOf(table, city))).toEqual(reflection)
    for (const own of ['pulse', 'norms']) expect(viewReflection(reflection, partyIdOf(table, school)), own).not.toHaveProperty(own)
  })

  test('a dissent shows who judged it how', () => {
    const table = adoptable()
    stands(table, city, { position: 'accept-with-dissent', dissent: { statement: 'Too much', expectation: 'Half will be late' } })
    adopts(table)
    goTo(table, only(table.state.round?.reviewOn))
    for (const house of seatedHouses) reflects(table, house)
    const { dissents, reflections } = only(roundMatter(table.state, 1))
    const seen = viewDissent(only(dissents[0]), reflections)
    expect(seen).toMatchObject({ expectation: 'Half will be late', outcome: 'open' })
    expect(seen.judgements).toHaveLength(3)
    expect(seen.judgements).toContainEqual({ partyId: partyIdOf(table, school), outcome: 'open', why: 'Too early to say.' })
  })
})

describe('commitments as they are seen', () => {
  test('only a promise can be overdue, and not once it is done', () => {
    const table = deliberating()
    const dueOn = addDays(dayOf(table.now), 20)
    const id = offer(table, team, { dueOn, subject })
    const after = startOf(addDays(dueOn, 1))
    expect(viewCommitment(liveCommitment(table.state, id), after).overdue).toBe(false)
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    expect(viewCommitment(liveCommitment(table.state, id), startOf(dueOn)).overdue).toBe(false)
    expect(viewCommitment(liveCommitment(table.state, id), after).overdue).toBe(true)
    does(table, team.representative, reportProgress, id, { state: 'done' })
    expect(viewCommitment(liveCommitment(table.state, id), after)).toMatchObject({
      overdue: false,
      reports: 1,
      progress: { state: 'done' },
    })
    expect(codes(() => liveCommitment(table.state, uuid(404)))).toEqual(['not-found'])
  })

  test('what is offered anew stands beside the promise, in the order of versions', () => {
    const table = secondRound()
    const [promised, anew] = liveCommitments(table.state)
    expect([promised?.version, promised?.state]).toEqual([1, 'accepted'])
    expect([anew?.version, anew?.state]).toEqual([2, 'offered'])
    expect(anew?.id).toBe(promised?.id)
    expect(liveCommitment(table.state, only(anew).id)).toEqual(anew)
    const first = offer(table, city, { subject })
    expect(liveCommitments(table.state).map(({ id }) => id)).toEqual([promised?.id, ...[only(anew).id, first].sort()])
  })
})

describe('roles as they are seen', () => {
  test('who holds it on that day, and which tasks nobody has', () => {
    const table = deliberating()
    const roleId = addRole(table)
    const personId = school.representative.personId
    const role = () => only(table.state.roles[roleId])
    expect(viewRole(role(), table.now)).toMatchObject({ holders: [], tasks: [{ orphaned: true }] })
    const assigned = does(table, school.representative, assignRole, roleId, { personId }, people.get(personId))
    expect(viewRole(role(), table.now)).toMatchObject({ holders: [{ holds: true }], tasks: [{ orphaned: false, holderId: personId }] })
    const { holder } = dataOf(assigned, 'role-assigned')
    const lastDay = addMonths(dayOf(table.now), 1)
    does(table, school.representative, releaseRole, roleId, holder.id, lastDay)
    expect(viewRole(role(), startOf(addDays(lastDay, 1)))).toMatchObject({ holders: [{ holds: false }], tasks: [{ orphaned: true }] })
  })
})
