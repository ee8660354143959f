import { describe, expect, test } from 'vitest'
import {
  addParty,
  type CreateAgreement,
  CreateAgreement as CreateAgreementSchema,
  callImpasse,
  changeAgreement,
  createAgreement,
  endAgreement,
  leaveImpasse,
  leaveTable,
  openRound,
} from '../../src/domain/agreement.ts'
import { GroundRules } from '../../src/domain/agreement-text.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import { closeRound } from '../../src/domain/reflection.ts'
import { assignRole } from '../../src/domain/role.ts'
import { addDays, dayOf } from '../../src/domain/time.ts'
import { OfferTransfer, offerTransfer } from '../../src/domain/transfer.ts'
import {
  acting,
  adopts,
  aTable,
  brings,
  city,
  closed,
  codes,
  type contextOf,
  countingIds,
  deliberating,
  directory,
  does,
  ends,
  finish,
  frozen,
  goTo,
  grant,
  hears,
  mandateIdOf,
  meets,
  monday,
  only,
  operator,
  parents,
  partyIdOf,
  pass,
  people,
  planned,
  prepare,
  reasons,
  reflecting,
  reflects,
  school,
  seatedHouses,
  secondRound,
  stands,
  stranger,
  type Table,
  team,
  uuid,
  writes,
} from '../support/agreement.ts'

const reason = 'It is done.'

describe('founding an agreement', () => {
  const found = (over: object = {}, actor: Parameters<typeof contextOf>[1] = school.colleague) => {
    const input: CreateAgreement = CreateAgreementSchema.parse({ kind: 'two', title: 'Back to school', ...over })
    return createAgreement(input, directory, frozen({ actor, now: monday, newId: countingIds() }))
  }

  test('seats the organisation of whoever founds it, and the others as named', () => {
    const parties = [
      { organisationId: team.id, involvement: 'seated' },
      { organisationId: city.id, involvement: 'informed', formal: false },
    ]
    expect(found({ parties })).toMatchObject([
      { type: 'agreement-created', data: { kind: 'two', visibility: 'parties', text: { title: 'Back to school' } } },
      { type: 'party-joined', data: { organisationId: school.id, name: 'School', involvement: 'seated', formal: true } },
      { type: 'party-joined', data: { organisationId: team.id, involvement: 'seated', formal: true } },
      { type: 'party-joined', data: { organisationId: city.id, involvement: 'informed', formal: false } },
    ])
  })

  test('is done by a person', () => {
    for (const actor of [school.application, operator]) expect(codes(() => found({}, actor))).toEqual(['person-required'])
  })

  test('gives every organisation one place, and only registered ones; the pointer says which', () => {
    const place = (organisationId: string) => ({ organisationId, involvement: 'seated' })
    expect(reasons(() => found({ parties: [place(team.id), place(school.id)] }))).toEqual([
      { code: 'already-a-party', params: {}, pointer: '/parties/1/organisationId' },
    ])
    expect(reasons(() => found({ parties: [place(uuid(404))] }))).toMatchObject([
      { code: 'not-found', pointer: '/parties/0/organisationId' },
    ])
  })

  test('a TWO may hang under a covenant, a covenant under nothing', () => {
    const under = { underId: uuid(1), networkId: uuid(2) }
    expect(found(under)[0]).toMatchObject({ data: under })
    expect(reasons(() => found({ kind: 'covenant', underId: uuid(1) }))).toMatchObject([
      { code: 'covenant-under-covenant', pointer: '/underId' },
    ])
    expect(found()[0]?.data).not.toHaveProperty('underId')
  })
})

describe('who may read, and the founding rules', () => {
  test('are changed together or each alone, the first under a mandate', () => {
    const table = deliberating()
    const groundRules = GroundRules.parse({ renewalGraceDays: 3 })
    does(table, school.representative, changeAgreement, { visibility: 'public', groundRules })
    expect(table.state).toMatchObject({ visibility: 'parties', rules: { renewalGraceDays: 3 } })
    expect(codes(() => does(table, school.colleague, changeAgreement, { visibility: 'public' }))).toEqual(['mandate-missing'])
    expect(does(table, team.representative, changeAgreement, { groundRules })).toMatchObject([{ type: 'founding-changed' }])
    expect(codes(() => does(table, team.representative, changeAgreement, { visibility: 'network' }))).toEqual(['network-needed'])
  })

  test('showing the versions to more readers takes the consent of every seated party; showing them to fewer takes one', () => {
    const table = deliberating({ networkId: uuid(7, 7) })
    for (const [house, visibility] of [
      [school, 'parties'],
      [team, 'parties'],
      [city, 'public'],
    ] as const) {
      does(table, house.representative, changeAgreement, { visibility: 'public' })
      expect(table.state.visibility).toBe(visibility)
    }
    does(table, team.representative, changeAgreement, { visibility: 'network' })
    expect(table.state).toMatchObject({ visibility: 'network', opening: null })
  })

  test('another wish begins anew: consents to showing it to the network are none to showing it to everybody', () => {
    const table = deliberating({ networkId: uuid(7, 7) })
    for (const house of [school, team]) does(table, house.representative, changeAgreement, { visibility: 'network' })
    does(table, city.representative, changeAgreement, { visibility: 'public' })
    expect(table.state).toMatchObject({ visibility: 'parties', opening: { visibility: 'public', partyIds: [partyIdOf(table, city)] } })
  })

  test('a table that has agreed on something keeps two at it: it is ended together', () => {
    const table = acting()
    does(table, school.representative, leaveTable, partyIdOf(table, school), { reason: 'x' })
    expect(codes(() => does(table, team.representative, leaveTable, partyIdOf(table, team), { reason: 'x' }))).toEqual(['last-at-table'])
  })

  test('changing nothing is no way to learn that an agreement exists', () => {
    const table = deliberating()
    expect(does(table, school.colleague, changeAgreement, {})).toEqual([])
    expect(codes(() => does(table, stranger.colleague, changeAgreement, {}))).toEqual(['not-found'])
  })
})

describe('opening a round', () => {
  test('starts the first one, and it takes two', () => {
    const table = aTable()
    does(table, city.colleague, openRound, { reason: 'Now or never' })
    expect(table.state).toMatchObject({
      status: 'active',
      round: { number: 1, state: 'deliberating', openedBecause: 'Now or never', agenda: [] },
    })
    const alone = aTable()
    for (const house of [team, city]) does(alone, house.representative, leaveTable, partyIdOf(alone, house), { reason })
    expect(codes(() => does(alone, school.representative, openRound, {}))).toEqual(['two-parties-needed'])
  })

  test('is for any seated party, without a mandate: the cycle has no owner', () => {
    for (const house of seatedHouses) {
      const table = closed()
      does(table, house.colleague, openRound, {})
      expect(table.state.round).toMatchObject({ number: 2, state: 'deliberating' })
    }
    expect(codes(() => does(closed(), parents.representative, openRound, {}))).toEqual(['not-seated'])
  })

  test('follows a closed one, and never one that is going on', () => {
    for (const table of [deliberating(), acting(), reflecting()])
      expect(codes(() => does(table, school.representative, openRound, {}))).toEqual(['wrong-phase'])
    expect(secondRound().state.round).toMatchObject({ number: 2, state: 'deliberating' })
  })

  test('leaves behind what the round before held, and takes along what is still going on', () => {
    const table = reflecting()
    const comes = planned(table)
    meets(table, school.colleague)
    finish(table)
    const role = only(Object.keys(table.state.roles)[0])
    does(table, school.representative, assignRole, role, { personId: school.colleague.personId }, people.get(school.colleague.personId))
    const taskIds = [only(table.state.roles[role]?.tasks[0]).id]
    const input = OfferTransfer.parse({ taskIds, toPersonId: team.colleague.personId, note: 'x' })
    does(table, school.colleague, offerTransfer, role, input, people.get(team.colleague.personId))
    grant(table, city, { holderId: city.colleague.personId })
    does(table, city.grantor, withdrawMandate, mandateIdOf(table, city.colleague), { reason })
    expect(Object.keys(table.state.mandates)).toHaveLength(4)
    does(table, school.representative, openRound, {})
    const { state } = table
    expect([state.contributions, state.hearings, state.stances, state.reflections]).toEqual([{}, {}, {}, {}])
    expect(Object.keys(state.meetings)).toEqual([comes])
    expect(Object.keys(state.transfers)).toHaveLength(1)
    expect(Object.keys(state.mandates)).toHaveLength(3)
    expect(Object.keys(state.roles)).toEqual([role])
    expect(state.versions).toHaveLength(1)
    expect(state.text).toMatchObject({ title: 'Back to school', buildsOn: [] })
    expect(state.text).not.toHaveProperty('validity')
  })

  test('forgets parties that have left, and versions before the last', () => {
    const table = secondRound()
    prepare(table)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    goTo(table, only(table.state.round?.reviewOn))
    for (const house of seatedHouses) reflects(table, house)
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason })
    does(table, school.representative, closeRound)
    does(table, school.representative, openRound, {})
    expect(Object.values(table.state.parties).map(({ name }) => name)).not.toContain('City')
    expect(table.state.versions.map(({ number }) => number)).toEqual([2])
    expect(table.state.periods.map(({ version }) => version)).toEqual([2])
  })
})

describe('ending', () => {
  test('a draft ends at once, by one party', () => {
    const table = aTable()
    expect(does(table, team.representative, endAgreement, { reason }).map(({ type }) => type)).toEqual([
      'ending-consented',
      'agreement-ended',
    ])
    expect(table.state).toMatchObject({ status: 'ended', ended: { at: table.now, reason } })
  })

  test('once under way it ends when every seated party has consented, each under a mandate', () => {
    const table = acting()
    goTo(table, '2026-01-20')
    does(table, school.representative, endAgreement, { reason: 'We are done' })
    expect(codes(() => does(table, team.colleague, endAgreement, { reason }))).toEqual(['mandate-missing'])
    does(table, team.representative, endAgreement, { reason })
    does(table, school.representative, endAgreement, { reason: 'Still done' }) // twice is once
    expect(table.state.status).toBe('active')
    expect(Object.keys(table.state.endingConsents)).toEqual([school, team].map((house) => partyIdOf(table, house)))
    does(table, city.representative, endAgreement, { reason: 'Agreed' })
    expect(table.state).toMatchObject({ status: 'ended', ended: { at: table.now, reason: 'Agreed' } })
  })

  test('nothing is done any more in one that has ended', () => {
    const table = acting()
    ends(table)
    for (const act of [
      () => does(table, school.representative, endAgreement, { reason }),
      () => does(table, school.representative, openRound, {}),
      () =>
        does(
          table,
          school.representative,
          addParty,
          { organisationId: stranger.id, involvement: 'seated' as const, formal: true },
          directory,
        ),
      () => writes(table),
    ])
      expect(codes(act)).toEqual(['wrong-phase'])
  })

  test('who left the table is not waited for', () => {
    const table = acting()
    for (const house of [school, team]) does(table, house.representative, endAgreement, { reason })
    does(table, city.representative, leaveTable, partyIdOf(table, city), { reason })
    expect(table.state.status).toBe('ended')
  })
})

describe('a place that was given', () => {
  test('can be taken back by who gave it, until it is taken', () => {
    const table = deliberating()
    does(table, school.colleague, addParty, { organisationId: stranger.id, involvement: 'seated', formal: true }, directory)
    const id = partyIdOf(table, stranger)
    expect(codes(() => does(table, team.colleague, leaveTable, id, { reason }))).toEqual(['mandate-missing'])
    does(table, school.colleague, leaveTable, id, { reason })
    expect(only(table.state.parties[id]).leftAt).toBe(table.now)
  })

  test('is taken by being heard', () => {
    const table = deliberating()
    does(table, school.colleague, addParty, { organisationId: stranger.id, involvement: 'seated', formal: true }, directory)
    hears(table, stranger)
    expect(codes(() => does(table, school.representative, leaveTable, partyIdOf(table, stranger), { reason }))).toEqual(['not-yours'])
  })
})

describe('working state is bounded', () => {
  test('deciding on round 30 costs what deciding on round 3 does', () => {
    const table = deliberating({ at: '2026-01-05T09:00:00.000Z' })
    const size = () => JSON.stringify(table.state).length
    const sizes = new Map<string, number>()
    for (let number = 1; number <= 30; number += 1) {
      busyRound(table)
      sizes.set(`closed ${number}`, size())
      does(table, school.representative, openRound, {})
      sizes.set(`open ${number + 1}`, size())
    }
    expect(table.state.round?.number).toBe(31)
    for (const [early, late] of [
      ['closed 3', 'closed 30'],
      ['open 4', 'open 31'],
    ])
      expect(only(sizes.get(only(late))) / only(sizes.get(only(early))), `${late} against ${early}`).toBeLessThan(1.02) // longer numbers
  })
})

/** A round with everything in it: new mandates, talk, an impasse, meetings, a version, reflections, and mandates that lapse. */
function busyRound(table: Table): void {
  for (const house of seatedHouses) {
    grant(table, house)
    brings(table, house.representative, { kind: 'appreciation' })
  }
  meets(table, school.colleague)
  does(table, team.colleague, callImpasse, { reason: 'Stuck' })
  does(table, city.colleague, leaveImpasse, only(table.state.round?.impasse).id, { exit: 'mediate', note: 'With a neighbour' })
  const validFrom = dayOf(table.now)
  prepare(table, { validity: { validFrom, reviewOn: addDays(validFrom, 10), validUntil: addDays(validFrom, 20) } })
  for (const house of seatedHouses) stands(table, house)
  adopts(table)
  goTo(table, only(table.state.round?.reviewOn))
  meets(table, ...seatedHouses.map((house) => house.representative))
  finish(table)
  pass(table, 15)
  for (const house of seatedHouses) grant(table, house)
}
