import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leaveTable } from '../../src/domain/agreement.ts'
import { answerCommitment, reportProgress, reviseCommitment, withdrawCommitment } from '../../src/domain/commitment.ts'
import { type CommitmentCoverage, coveredVersions, viewCoverage } from '../../src/domain/coverage.ts'
import { withLeavers } from '../../src/domain/mandate.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import {
  acceptCommitment,
  acting,
  adopts,
  aTable,
  deliberating,
  does,
  ends,
  goTo,
  grant,
  historyOf,
  limit,
  mandateIdOf,
  meets,
  monday,
  offer,
  only,
  partyIdOf,
  pass,
  prepare,
  renews,
  school,
  seatedHouses,
  secondRound,
  stands,
  type Table,
  team,
  writes,
} from '../support/agreement.ts'

const covers = (table: Table): CommitmentCoverage[] =>
  viewCoverage(
    table.state,
    coveredVersions(table.state, table.now).map((number) => historyOf(table, number)),
    table.now,
  )
const cover = (table: Table, id: string, version = 1) =>
  only(covers(table).find((one) => one.commitmentId === id && one.version === version))

test('what is offered is covered by every effective mandate of its owner that allows it, before it is accepted', () => {
  const table = deliberating()
  const id = offer(table, team)
  const first = mandateIdOf(table, team.representative)
  const second = grant(table, team, { holderId: team.colleague.personId })
  grant(table, team, { holderId: team.colleague.personId, subjects: ['housing'] })
  grant(table, team, { holderId: team.colleague.personId, validFrom: '2026-02-01' })
  const one = cover(table, id)
  expect(one).toMatchObject({ standing: 'offered', covered: true, gaps: [], ownerPartyId: partyIdOf(table, team) })
  expect([...one.mandateIds].sort()).toEqual([first, second].sort())
  expect(one).not.toHaveProperty('whenAccepted')
})

test('gaps are those of the mandate that lacks least, each with its code', () => {
  const table = deliberating()
  const id = offer(table, team, { subject: 'housing', demands: [{ measure: limit.measure, amount: 40 }] })
  expect(cover(table, id)).toMatchObject({
    covered: false,
    mandateIds: [],
    gaps: [
      { code: 'outside-mandate-subject', params: { subject: 'housing' }, pointer: `/commitments/${id}` },
      { code: 'outside-mandate-limit', params: { amount: 40, maximum: limit.maximum } },
    ],
  })
})

test('the mandate of somebody who left their organisation covers nothing from then on', () => {
  const table = deliberating()
  const id = offer(table, team)
  const left = { ...table, state: withLeavers(table.state, { [team.representative.personId]: table.now }) }
  expect(cover(table, id)).toMatchObject({ covered: true })
  expect(cover(left, id)).toMatchObject({ covered: false, mandateIds: [], gaps: [{ code: 'owner-without-mandate' }] })
})

test('a mandate that waits for renewal covers nothing; what was accepted under it was covered then', () => {
  const table = deliberating()
  const id = offer(table, team)
  acceptCommitment(table, team, id)
  const accepted = { at: table.now, personId: team.representative.personId, mandateId: mandateIdOf(table, team.representative) }
  pass(table, 1)
  meets(table, team.representative)
  expect(cover(table, id)).toMatchObject({
    standing: 'accepted',
    covered: false,
    gaps: [{ code: 'owner-without-mandate' }],
    whenAccepted: { ...accepted, covered: true, gaps: [] },
  })
  renews(table, team, { decision: 'narrowed', limits: [{ measure: limit.measure, maximum: 4 }] })
  expect(cover(table, id)).toMatchObject({
    covered: false,
    gaps: [{ code: 'outside-mandate-limit' }],
    whenAccepted: { covered: true },
  })
})

test('a promise whose mandate was withdrawn still shows how it was covered when it was made, under the text of then', () => {
  const table = acting()
  const [id] = Object.keys(table.state.promises)
  does(table, team.grantor, withdrawMandate, mandateIdOf(table, team.representative), { reason: 'Another job' })
  expect(cover(table, only(id))).toMatchObject({
    standing: 'promised',
    covered: false,
    gaps: [{ code: 'owner-without-mandate' }],
    whenAccepted: { covered: true, gaps: [] },
  })
})

test('a text that runs longer than the mandate opens a gap after accepting', () => {
  const table = deliberating()
  const id = offer(table, team)
  acceptCommitment(table, team, id)
  expect(cover(table, id).covered).toBe(true)
  writes(table, { validity: { validFrom: '2030-12-01', reviewOn: '2031-01-01', validUntil: '2031-06-30' } })
  expect(cover(table, id)).toMatchObject({ covered: false, gaps: [{ code: 'outside-mandate-period' }], whenAccepted: { covered: true } })
})

test('what was declined, returned or withdrawn, done or stopped, or is of an agreement that ended is not asked for', () => {
  const table = deliberating()
  const id = offer(table, team)
  does(table, team.representative, answerCommitment, id, { decision: 'declined', reason: 'x' }, undefined)
  expect(covers(table)).toEqual([])
  const kept = acting()
  const [promise] = Object.keys(kept.state.promises)
  does(kept, team.colleague, reportProgress, only(promise), { state: 'done' })
  expect(covers(kept)).toEqual([])
  const ended = acting()
  ends(ended)
  expect([covers(ended), coveredVersions(ended.state, ended.now)]).toEqual([[], []])
})

test('a draft has offers and no acceptances', () => {
  const table = aTable()
  offer(table, team)
  expect(coveredVersions(table.state, table.now)).toEqual([])
  expect(covers(table)).toMatchObject([{ standing: 'offered', covered: true }])
})

test('in the next round the promise of the version in force and the offer made anew are both asked for', () => {
  const table = secondRound()
  expect(covers(table).map(({ version, standing, whenAccepted }) => [version, standing, whenAccepted?.covered])).toEqual([
    [1, 'promised', true],
    [2, 'offered', undefined],
  ])
  prepare(table)
  expect(covers(table).map(({ version, standing, whenAccepted }) => [version, standing, whenAccepted?.covered])).toEqual([
    [1, 'promised', true],
    [2, 'accepted', true],
  ])
  goTo(table, '2027-01-04')
  expect(coveredVersions(table.state, table.now)).toEqual([1, 2])
})

test('the promise of a version counts until the next one starts in its place', () => {
  const table = secondRound()
  for (const id of Object.keys(table.state.commitments)) does(table, school.representative, withdrawCommitment, id)
  offer(table, team)
  prepare(table)
  for (const house of seatedHouses) stands(table, house)
  adopts(table)
  const promised = () => covers(table).map(({ version }) => version)
  expect(promised()).toEqual([1, 2])
  pass(table, 1)
  expect(promised()).toEqual([2])
})

test('of what was accepted, revised and accepted anew the last acceptance shows', () => {
  const table = deliberating()
  const id = offer(table, team)
  acceptCommitment(table, team, id)
  pass(table, 1)
  does(table, school.representative, reviseCommitment, id, {
    ...only(table.state.commitments[id]).terms,
    demands: [{ measure: limit.measure, amount: 12 }],
  })
  expect(cover(table, id)).not.toHaveProperty('whenAccepted')
  pass(table, 1)
  acceptCommitment(table, team, id)
  expect(cover(table, id).whenAccepted).toMatchObject({ at: table.now, covered: true })
})

test('who left the table has nobody here to represent it, whatever its mandates say; what it promised it promised under one', () => {
  const table = acting()
  const [id] = Object.keys(table.state.promises)
  does(table, team.representative, leaveTable, partyIdOf(table, team), { reason: 'We merged' })
  expect(cover(table, only(id))).toMatchObject({
    covered: false,
    mandateIds: [],
    gaps: [{ code: 'owner-not-a-party' }],
    whenAccepted: { covered: true },
  })
})

test('whatever mandates allow and commitments ask: covered is that one effective mandate allows all of it', () => {
  const subjects = ['safety-planning', 'housing', 'debts'] as const
  const mandates = fc.array(
    fc.record({
      subjects: fc.uniqueArray(fc.constantFrom(...subjects), { minLength: 1 }),
      maximum: fc.option(fc.integer({ min: 0, max: 20 })),
      until: fc.constantFrom('2026-02-28', '2026-06-30', '2026-12-31'),
    }),
    { maxLength: 4 },
  )
  const asked = fc.record({
    subject: fc.constantFrom(...subjects),
    amount: fc.integer({ min: 0, max: 25 }),
    dueOn: fc.constantFrom('2026-02-01', '2026-05-01', '2026-12-31'),
  })
  fc.assert(
    fc.property(mandates, asked, (granted, { subject, amount, dueOn }) => {
      const table = deliberating({ mandates: false, at: monday })
      for (const { subjects, maximum, until } of granted)
        grant(table, team, { subjects, limits: maximum === null ? [] : [{ measure: limit.measure, maximum }], validUntil: until })
      const id = offer(table, team, { subject, dueOn, demands: [{ measure: limit.measure, amount }] })
      const allows = granted.filter(
        (one) => one.subjects.includes(subject) && (one.maximum === null || amount <= one.maximum) && dueOn <= one.until,
      )
      const { covered, mandateIds, gaps } = cover(table, id)
      expect([covered, mandateIds.length, gaps.length === 0]).toEqual([allows.length > 0, allows.length, allows.length > 0])
    }),
    { numRuns: 60 },
  )
})
