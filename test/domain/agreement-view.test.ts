import { describe, expect, test } from 'vitest'
import { CreateAgreement, callImpasse, createAgreement, endAgreement } from '../../src/domain/agreement.ts'
import { contentOf } from '../../src/domain/agreement-text.ts'
import {
  AgreementSummary,
  AgreementView,
  Ending,
  TextView,
  type AgreementView as View,
  viewAgreement,
  viewEnding,
  viewSummary,
  viewText,
} from '../../src/domain/agreement-view.ts'
import { closeRound } from '../../src/domain/reflection.ts'
import {
  acting,
  adoptable,
  aTable,
  city,
  contextOf,
  deliberating,
  digestOf,
  directory,
  does,
  ends,
  fork,
  goTo,
  monday,
  partyIdOf,
  pass,
  record,
  reflecting,
  reflects,
  school,
  seatedHouses,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

describe('an agreement as its parties see it', () => {
  /** The view, which is always one that the published schema describes. */
  const view = (table: Table, actor: Parameters<typeof viewAgreement>[1] = school.representative): View => {
    const seen = viewAgreement(table.state, actor, table.now)
    const { missing, ...described } = seen
    expect(AgreementView.parse(described)).toEqual(described)
    return seen
  }

  test('a draft', () => {
    const table = aTable()
    expect(view(table)).toMatchObject({
      phase: 'draft',
      title: 'Back to school',
      missing: [],
      reviewDue: false,
      lapsed: false,
      createdAt: monday,
    })
    expect(view(table)).not.toHaveProperty('round')
    expect(view(table).allowedActions).toContain('open-round')
    expect(viewAgreement(table.state, undefined, table.now).allowedActions, 'nobody in particular looks').toEqual([])
  })

  test('under a covenant and in a network, it says so', () => {
    const table = fork(aTable())
    const input = CreateAgreement.parse({ kind: 'two', title: 'x', underId: uuid(1), networkId: uuid(2) })
    record(table, school.colleague, createAgreement(input, directory, contextOf(table, school.colleague)))
    expect(view(table)).toMatchObject({ underId: uuid(1), networkId: uuid(2), title: 'x' })
  })

  test('deliberating: what is missing', () => {
    const table = deliberating()
    expect(view(table).missing.map(({ code }) => code)).toContain('element-missing')
    expect(view(adoptable())).toMatchObject({ missing: [], round: { number: 1, state: 'deliberating' } })
  })

  test('adopted and waiting, in force, reviewed, and run out: by the clock alone', () => {
    const table = acting()
    expect(view(table)).toMatchObject({
      phase: 'acting',
      upcoming: { version: 1 },
      lapsed: false,
      round: { adoptedAt: table.now, reviewOn: '2026-03-06' },
    })
    expect(view(table)).not.toHaveProperty('inForce')
    goTo(table, '2026-01-06')
    expect(view(table)).toMatchObject({ inForce: { version: 1 }, reviewDue: false })
    expect(view(table)).not.toHaveProperty('upcoming')
    goTo(table, '2026-03-06')
    const everybody = seatedHouses.map((house) => partyIdOf(table, house))
    expect(view(table)).toMatchObject({
      phase: 'reflecting',
      reviewDue: true,
      round: { state: 'reflecting', reflectBy: '2026-03-19T23:00:00.000Z', notReflected: everybody },
    })
    goTo(table, '2026-04-06')
    expect(view(table)).toMatchObject({ lapsed: false, inForce: { version: 1 } })
    goTo(table, '2026-04-07')
    expect(view(table)).toMatchObject({ lapsed: true, phase: 'reflecting' })
    expect(view(table)).not.toHaveProperty('inForce')
  })

  test('closed without everybody: who did not reflect; called to an impasse: which', () => {
    const table = reflecting()
    reflects(table, school)
    pass(table, 14)
    does(table, school.representative, closeRound)
    expect(view(table).round).toMatchObject({ state: 'closed', notReflected: [team, city].map((house) => partyIdOf(table, house)) })
    const stuck = deliberating()
    does(stuck, team.colleague, callImpasse, { reason: 'Stuck' })
    expect(view(stuck)).toMatchObject({ phase: 'impasse', round: { impasse: { reason: 'Stuck' } } })
  })

  test('ended: when, and nothing to do', () => {
    const table = acting()
    ends(table)
    expect(view(table)).toMatchObject({ phase: 'ended', endedAt: table.now, lapsed: false, allowedActions: [] })
  })
})

test('ending shows who consents, for whom it waits, and that it has ended', () => {
  const table = acting()
  does(table, school.representative, endAgreement, { reason: 'Done' })
  expect(viewEnding(table.state)).toEqual({
    consents: [{ partyId: partyIdOf(table, school), reason: 'Done' }],
    waitingForPartyIds: [team, city].map((house) => partyIdOf(table, house)),
  })
  ends(table, [team.representative, city.representative])
  expect(Ending.parse(viewEnding(table.state))).toMatchObject({ waitingForPartyIds: [], ended: { at: table.now, reason: 'It is done.' } })
})

test('the text shows what is written, the exact text, its digest and what is missing', () => {
  const table = deliberating()
  const { missing, ...view } = viewText(table.state, table.now)
  expect(TextView.parse(view)).toEqual(view)
  expect(view).toMatchObject({ text: table.state.text, content: contentOf(table.state), textDigest: digestOf(table) })
  expect(missing.length).toBeGreaterThan(0)
})

test('in a list an agreement shows where the cycle stands by the clock', () => {
  const table = acting()
  const { id, kind, status, visibility, createdAt, round, rules, text } = table.state
  const header = { id, kind, status, visibility, createdAt, round, rules, title: text.title }
  const view = viewSummary(header, table.now)
  expect(AgreementSummary.parse(view)).toMatchObject({ phase: 'acting', roundNumber: 1, reviewOn: '2026-03-06' })
  expect(viewSummary(header, '2026-03-06T12:00:00.000Z').phase).toBe('reflecting')
  expect(viewSummary({ ...header, status: 'draft', round: null }, table.now)).not.toHaveProperty('roundNumber')
})
