import { describe, expect, test } from 'vitest'
import { addParty, leaveTable, openRound } from '../../src/domain/agreement.ts'
import { type Annex, dropped, viewAnnex } from '../../src/domain/annex.ts'
import { consentToAnnex, objectToAnnex, ProposeAccession, proposeAccession, proposeExpulsion } from '../../src/domain/annex-acts.ts'
import type { Context } from '../../src/domain/event.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import { partyOf, present, seated, settled } from '../../src/domain/party.ts'
import { closeRound } from '../../src/domain/reflection.ts'
import { takeStance } from '../../src/domain/stance.ts'
import { addDays, dayOf, later, startOf } from '../../src/domain/time.ts'
import {
  acting,
  adopts,
  aTable,
  city,
  closed,
  codes,
  contextOf,
  dataOf,
  deliberating,
  digestOf,
  directory,
  does,
  ends,
  goTo,
  grant,
  type House,
  inspectorate,
  only,
  parents,
  partyIdOf,
  pass,
  prepare,
  reasons,
  reflects,
  school,
  seatedHouses,
  secondRound,
  stands,
  stranger,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

/** The annex as it is recorded. */
const annexOf = (table: Table, id: string): Annex => only(table.state.annexes[id], 'annex')

const reason = 'We work with the same families.'
const basis = { basis: 'Youth Act, article 7.4.0', processingRecord: 'Register 2026, number 14' }

const asks = (table: Table, by: House, over: Partial<ProposeAccession> = {}) =>
  dataOf(does(table, by.representative, proposeAccession, ProposeAccession.parse({ reason, ...over }), directory), 'annex-proposed').id
const invites = (table: Table, whom: House, by: House = school) => asks(table, by, { organisationId: whom.id })
/** Invites, and lets in at the end of the window. */
const letsIn = (table: Table, whom: House): string => {
  const id = invites(table, whom)
  pass(table, 14)
  consents(table, school, id)
  return id
}
const consents = (table: Table, by: House, id: string, input = {}) => does(table, by.representative, consentToAnnex, id, input)
const objects = (table: Table, by: House, id: string) => does(table, by.representative, objectToAnnex, id, { reason: 'Not yet.' })
const expels = (table: Table, whom: House, by: House = school) =>
  dataOf(does(table, by.representative, proposeExpulsion, partyIdOf(table, whom), { reason }), 'annex-proposed').id
const leaves = (table: Table, who: House) => does(table, who.representative, leaveTable, partyIdOf(table, who), { reason })

const refusals = (act: () => unknown) => reasons(act).map(({ code, params }) => ({ code, params }))
const now = (table: Table) => settled(table.state, table.now)
const seatedNow = (table: Table) => seated(now(table)).map(({ name }) => name)
const stateOf = (table: Table, id: string): Annex['state'] => viewAnnex(annexOf(table, id), table.now).state
const three = [school, team, city].map(({ name }) => name)

/** A version in force, and the consulted parents with a mandate. */
function inForce(groundRules = {}): Table {
  const table = acting({}, { groundRules: { ...only(aTable().state).rules, additional: [], ...groundRules } })
  pass(table, 1)
  grant(table, parents)
  return table
}

describe('joining what was adopted', () => {
  test('a party that is not seated asks under its mandate, and is seated by itself at the end of the objection window', () => {
    const table = inForce()
    const id = asks(table, parents)
    expect(annexOf(table, id)).toMatchObject({ kind: 'accession', version: 1, takesEffectAt: later(table.now, 14) })
    const last = contextOf({ ...table, now: later(table.now, 13) }, school.representative)
    expect(seated(settled(table.state, last.now)).length).toBe(3)
    pass(table, 14)
    expect(stateOf(table, id)).toBe('effective')
    expect(seatedNow(table)).toEqual([...three, parents.name])
    // Recording anything brings the state itself up to date.
    does(table, school.representative, leaveTable, partyIdOf(table, school), { reason })
    expect(partyOf(table.state, parents.id)?.involvement).toBe('seated')
  })

  test('the window is as long as the ground rules say', () => {
    const table = inForce({ objectionDays: 30 })
    expect(annexOf(table, asks(table, parents)).takesEffectAt).toBe(later(table.now, 30))
  })

  test('who has no mandate cannot ask, and only the party itself asks for itself', () => {
    const table = inForce()
    expect(codes(() => asks(table, inspectorate))).toEqual(['mandate-missing'])
    expect(codes(() => asks(table, parents, { organisationId: stranger.id }))).toEqual(['not-seated'])
    expect(codes(() => asks(table, school))).toEqual(['already-a-party'])
    expect(codes(() => invites(table, team))).toEqual(['already-a-party'])
    asks(table, parents)
    expect(codes(() => asks(table, parents))).toEqual(['annex-waits'])
  })

  test('there has to be a version to join', () => {
    const table = deliberating()
    grant(table, parents)
    expect(codes(() => asks(table, parents))).toEqual(['nothing-adopted'])
  })

  test('it is the version adopted last that one joins; one that was replaced is none', () => {
    const table = inForce()
    const [period] = table.state.periods
    const waiting = { ...only(period), id: 'waits', version: 2, fromAt: later(table.now, 30), untilAt: later(table.now, 90) }
    const joined = (...periods: Table['state']['periods']) => {
      const other = { ...table, state: { ...table.state, periods } }
      return annexOf(other, asks(other, parents)).version
    }
    expect(joined(only(period), waiting)).toBe(2)
    const replaced = { ...only(period), replacedAt: table.now }
    expect(joined(replaced, { ...only(period), id: 'cut-off' }, waiting)).toBe(2)
    expect(codes(() => joined({ ...only(period), untilAt: table.now }, { ...waiting, replacedAt: table.now }))).toEqual(['nothing-adopted'])
    expect(codes(() => joined(replaced))).toEqual(['nothing-adopted'])
  })

  test('an invitation opens nothing before its window has ended: then a seated party lets in, who was invited reads along, and consents', () => {
    const table = inForce()
    const id = invites(table, stranger)
    expect(annexOf(table, id)).toMatchObject({ state: 'proposed', name: stranger.name, windowEndsAt: later(table.now, 14) })
    expect(partyOf(table.state, stranger.id)).toBeUndefined()
    expect(codes(() => grant(table, stranger))).toEqual(['not-found'])
    expect(codes(() => consents(table, stranger, id))).toEqual(['not-found'])
    pass(table, 13)
    expect(codes(() => consents(table, school, id))).toEqual(['objection-window'])
    pass(table, 1)
    expect(partyOf(now(table), stranger.id), 'nobody reads along by silence alone').toBeUndefined()
    expect(codes(() => consents(table, parents, id))).toEqual(['not-seated'])
    expect(codes(() => consents(table, school, id, { legalBasis: basis }))).toEqual(['basis-of-who-joins'])
    const [let_in] = consents(table, school, id)
    expect(let_in).toMatchObject({ type: 'annex-consented', mandateId: expect.anything() })
    expect(partyOf(table.state, stranger.id)).toMatchObject({
      id: annexOf(table, id).partyId,
      involvement: 'informed',
      addedByPartyId: partyIdOf(table, school),
    })
    expect(codes(() => consents(table, team, id))).toEqual(['already-done'])
    expect(codes(() => consents(table, stranger, id))).toEqual(['mandate-missing'])
    pass(table, 40)
    expect(stateOf(table, id)).toBe('proposed')
    grant(table, stranger)
    consents(table, stranger, id)
    // One window, and it is over.
    expect([stateOf(table, id), seatedNow(table)]).toEqual(['effective', [...three, stranger.name]])
    expect(codes(() => consents(table, stranger, id))).toEqual(['wrong-state'])
    expect(codes(() => objects(table, city, id))).toEqual(['wrong-state'])
  })

  test('who was let in and joined has taken its place: nobody takes it back, whatever became of its mandate', () => {
    const table = inForce()
    const id = letsIn(table, stranger)
    const mandateId = grant(table, stranger)
    consents(table, stranger, id)
    does(table, stranger.grantor, withdrawMandate, mandateId, { reason: 'Another will come.' })
    goTo(table, only(table.state.round?.reviewOn))
    for (const house of seatedHouses) reflects(table, house)
    goTo(table, addDays(dayOf(table.now), 60))
    does(table, school.representative, closeRound)
    does(table, school.representative, openRound, {})
    expect(table.state.mandates).not.toHaveProperty(mandateId)
    const place = only(partyOf(table.state, stranger.id)).id
    expect(codes(() => does(table, school.representative, leaveTable, place, { reason }))).toEqual(['not-yours'])
  })

  test('letting in is to a version that holds, and not to one that lapsed while the invitation waited', () => {
    const table = inForce()
    const id = invites(table, stranger)
    goTo(table, dayOf(only(table.state.periods[0]).untilAt))
    expect(codes(() => consents(table, school, id))).toEqual(['nothing-adopted'])
  })

  test('a party that is invited reads already: it consents when it likes, and joins at the end of the window', () => {
    const table = inForce()
    const id = invites(table, parents)
    pass(table, 3)
    expect(codes(() => consents(table, team, id))).toEqual(['not-yours'])
    consents(table, parents, id)
    expect(annexOf(table, id)).toMatchObject({ state: 'pending', takesEffectAt: later(table.now, 11) })
    const late = inForce()
    const other = invites(late, parents)
    pass(late, 20)
    consents(late, parents, other)
    expect(stateOf(late, other)).toBe('effective')
    expect(annexOf(late, other).takesEffectAt, 'not from the end of the window: nobody is bound by what was before').toBe(late.now)
  })

  test('who waits to be let in is not invited again, nor given a place otherwise', () => {
    const table = secondRound()
    const id = invites(table, stranger)
    const place = { organisationId: stranger.id, involvement: 'informed' as const, formal: true }
    expect(codes(() => invites(table, stranger, team))).toEqual(['annex-waits'])
    expect(codes(() => does(table, school.representative, addParty, place, directory))).toEqual(['annex-waits'])
    objects(table, school, id)
    does(table, school.representative, addParty, place, directory)
    expect(partyOf(table.state, stranger.id)?.involvement).toBe('informed')
  })

  test('nobody is let in while the next version is deliberated on: that would void every stance', () => {
    const table = closed()
    const id = invites(table, stranger)
    pass(table, 14)
    does(table, school.representative, openRound, {})
    prepare(table, { buildsOn: [only(table.state.round?.agenda[0]).id] })
    stands(table, school)
    expect(codes(() => consents(table, school, id))).toEqual(['wrong-phase'])
    expect(Object.keys(table.state.stances)).toHaveLength(1)
  })

  test('an objection of any seated party stops it, and is on the agenda of the next round', () => {
    const table = closed()
    grant(table, parents)
    const id = asks(table, parents)
    expect(codes(() => objects(table, parents, id))).toEqual(['not-seated'])
    objects(table, city, id)
    expect([stateOf(table, id), partyOf(table.state, parents.id)]).toEqual([
      'objected',
      expect.not.objectContaining({ seatedFrom: expect.anything() }),
    ])
    pass(table, 20)
    expect(seatedNow(table)).toEqual(three)
    expect(codes(() => objects(table, team, id))).toEqual(['wrong-state'])
    does(table, school.representative, openRound, {})
    expect(table.state.round?.agenda).toContainEqual({
      id,
      kind: 'annex',
      partyId: partyIdOf(table, city),
      text: 'Not yet.',
      outcome: 'accession',
    })
    expect(table.state.annexes).toEqual({})
  })

  test('an objection keeps out who was invited, and takes the place of who was let in, and no other', () => {
    const table = inForce()
    const kept = invites(table, stranger)
    objects(table, city, kept)
    pass(table, 20)
    expect(codes(() => consents(table, school, kept))).toEqual(['wrong-state'])
    expect(partyOf(table.state, stranger.id)).toBeUndefined()
    const id = invites(table, stranger)
    pass(table, 14)
    consents(table, team, id)
    const place = partyIdOf(table, stranger)
    objects(table, city, id)
    expect(partyOf(table.state, stranger.id)).toBeUndefined()
    expect(table.state.parties[place]).toMatchObject({ leftAt: table.now, leftBecause: 'Not yet.' })
    const before = invites(table, parents)
    objects(table, city, before)
    expect(partyOf(table.state, parents.id)?.involvement).toBe('consulted')
  })

  test('its mandate covers the subjects of what it joins, as for a stance on it', () => {
    const table = inForce()
    const narrow = { subjects: ['something-else'] }
    grant(table, inspectorate, narrow)
    expect(codes(() => asks(table, inspectorate))).toEqual(['outside-mandate-subject'])
    const id = letsIn(table, stranger)
    grant(table, stranger, narrow)
    expect(codes(() => consents(table, stranger, id))).toEqual(['outside-mandate-subject'])
    const wide = grant(table, stranger)
    expect(consents(table, stranger, id)).toMatchObject([{ type: 'annex-consented', mandateId: wide }])
  })

  test('an annex to version 1 never seats a party under version 2: adopting drops it, and it says so', () => {
    const table = closed()
    grant(table, parents)
    does(table, school.representative, openRound, {})
    prepare(table, { buildsOn: [only(table.state.round?.agenda[0]).id] })
    const asked = asks(table, parents)
    const invited = invites(table, stranger)
    const out = expels(table, city)
    for (const house of seatedHouses) stands(table, house)
    adopts(table)
    for (const id of [asked, invited]) expect(annexOf(table, id)).toMatchObject({ version: 1, state: 'dropped', droppedBecause: 'adopted' })
    expect(stateOf(table, out)).toBe('proposed')
    pass(table, 20)
    expect(seatedNow(table)).toEqual(three)
    expect(annexOf(table, asks(table, parents)).version).toBe(2)
  })

  test('what waits for its first day is joined from that day on', () => {
    const starts = addDays(dayOf(aTable().now), 40)
    const validity = { validFrom: starts, reviewOn: addDays(starts, 30), validUntil: addDays(starts, 60) }
    const table = acting({}, { validity })
    grant(table, parents)
    expect(annexOf(table, asks(table, parents))).toMatchObject({ version: 1, takesEffectAt: startOf(starts) })
  })

  test('after the window there is no objection any more', () => {
    const table = inForce()
    const id = asks(table, parents)
    pass(table, 14)
    expect(codes(() => objects(table, school, id))).toEqual(['wrong-state'])
  })

  test('the newcomer has a say in what comes next', () => {
    const table = inForce()
    const id = asks(table, parents)
    pass(table, 14)
    expect(stateOf(table, id)).toBe('effective')
    expect(codes(() => does(table, parents.representative, takeStance, { position: 'accept', textDigest: digestOf(table) }))).toEqual([
      'wrong-phase',
    ])
  })

  test('who leaves before its day does not join, and neither does anybody once the agreement has ended', () => {
    const table = inForce()
    const id = asks(table, parents)
    does(table, parents.representative, leaveTable, partyIdOf(table, parents), { reason })
    expect(annexOf(table, id)).toMatchObject({ state: 'dropped', droppedBecause: 'left' })
    const other = inForce()
    const waiting = asks(other, parents)
    ends(other)
    pass(other, 20)
    expect([annexOf(other, waiting).droppedBecause, seatedNow(other)]).toEqual(['ended', three])
  })

  test('where data is shared it takes a legal basis and the register of processing activities', () => {
    const table = inForce()
    const shared = { ...table, state: withShared(table) }
    expect(codes(() => asks(shared, parents))).toEqual(['legal-basis-needed'])
    expect(codes(() => asks(shared, parents, { legalBasis: { basis: basis.basis } }))).toEqual(['legal-basis-needed'])
    expect(annexOf(shared, asks(shared, parents, { legalBasis: basis })).legalBasis).toEqual(basis)
    const invited = letsIn(shared, stranger)
    grant(shared, stranger)
    expect(codes(() => consents(shared, stranger, invited))).toEqual(['legal-basis-needed'])
    consents(shared, stranger, invited, { legalBasis: basis })
    expect(annexOf(shared, invited).legalBasis).toEqual(basis)
  })
})

const withShared = ({ state }: Table) => {
  const adopted = only(state.adopted)
  return { ...state, adopted: { ...adopted, content: { ...adopted.content, dataShared: true } } }
}

describe('withdrawing from what was adopted', () => {
  test('takes effect at once where the rules set no notice, and is on record', () => {
    const table = inForce()
    leaves(table, city)
    expect(partyOf(table.state, city.id)).toBeUndefined()
    expect(Object.values(table.state.annexes)).toMatchObject([{ kind: 'withdrawal', version: 1, reason, takesEffectAt: table.now }])
  })

  test('takes effect after the notice: until then the party is bound and has a say', () => {
    const table = inForce({ noticeDays: 30 })
    const [proposed] = leaves(table, city)
    expect(proposed).toMatchObject({ type: 'annex-proposed', mandateId: expect.anything() })
    expect(partyOf(now(table), city.id)?.leaving).toEqual({ at: later(table.now, 30), because: reason })
    pass(table, 29)
    expect(seatedNow(table)).toEqual(three)
    pass(table, 1)
    expect(present(now(table)).map(({ name }) => name)).not.toContain(city.name)
    expect(Object.values(now(table).parties)).toContainEqual(expect.objectContaining({ leftAt: table.now, leftBecause: reason }))
  })

  test('is done once, and nobody objects to it', () => {
    const table = inForce({ noticeDays: 30 })
    leaves(table, city)
    expect(codes(() => leaves(table, city))).toEqual(['already-done'])
    const [id = ''] = Object.keys(table.state.annexes)
    expect(codes(() => objects(table, school, id))).toEqual(['nobody-is-kept'])
  })

  test('leaves two at the table: who is on the way out does not count', () => {
    const table = inForce({ noticeDays: 30 })
    leaves(table, city)
    expect(codes(() => leaves(table, team))).toEqual(['last-at-table'])
  })

  test('before a version was adopted a party leaves as it always did', () => {
    const table = deliberating({ groundRules: { ...aTable().state.rules, additional: [], noticeDays: 30 } })
    expect(leaves(table, city).map(({ type }) => type)).toEqual(['party-left'])
  })

  test('who is back before anything else was recorded has one place', () => {
    const table = inForce({ noticeDays: 1 })
    leaves(table, city)
    pass(table, 1)
    expect(codes(() => invites(table, team))).toEqual(['already-a-party'])
    letsIn(table, city)
    expect(present(table.state).filter(({ name }) => name === city.name)).toMatchObject([{ involvement: 'informed' }])
  })
})

describe('putting a party out', () => {
  test('takes the consent of every other seated party, and then the objection window', () => {
    const table = inForce()
    const id = expels(table, city)
    expect(stateOf(table, id)).toBe('proposed')
    expect(codes(() => consents(table, city, id))).toEqual(['about-yourself'])
    expect(codes(() => consents(table, parents, id))).toEqual(['not-seated'])
    consents(table, team, id)
    expect(annexOf(table, id).takesEffectAt).toBe(later(table.now, 14))
    expect(seatedNow(table)).toEqual(three)
    pass(table, 14)
    expect([stateOf(table, id), seatedNow(table)]).toEqual(['effective', [school.name, team.name]])
  })

  test('one of four is not enough', () => {
    const table = inForce()
    asks(table, parents)
    pass(table, 14)
    const id = expels(table, city)
    consents(table, team, id)
    expect(stateOf(table, id)).toBe('proposed')
    consents(table, parents, id)
    expect(stateOf(table, id)).toBe('pending')
  })

  test('is consented to once by each, and again only to wake it where who was waited for has left', () => {
    const table = inForce()
    asks(table, parents)
    pass(table, 14)
    const id = expels(table, city)
    consents(table, team, id)
    for (const house of [school, team]) expect(codes(() => consents(table, house, id))).toEqual(['already-done'])
    leaves(table, parents)
    expect(stateOf(table, id)).toBe('proposed')
    consents(table, school, id)
    expect(annexOf(table, id)).toMatchObject({ state: 'pending', consentedPartyIds: [partyIdOf(table, team)] })
  })

  test('an objection of another stops it, also of who consented; its own does not', () => {
    const table = inForce()
    const id = expels(table, city)
    consents(table, team, id)
    expect(codes(() => objects(table, city, id))).toEqual(['about-yourself'])
    objects(table, team, id)
    pass(table, 20)
    expect([stateOf(table, id), seatedNow(table)]).toEqual(['objected', three])
    expect(partyOf(now(table), city.id)?.leaving).toBeUndefined()
  })

  test('is about another party that is there, once at a time, and leaves two at least', () => {
    const table = inForce()
    expect(codes(() => expels(table, school))).toEqual(['about-yourself'])
    expect(codes(() => does(table, school.representative, proposeExpulsion, uuid(1), { reason }))).toEqual(['not-found'])
    expels(table, city)
    expect(codes(() => expels(table, city, team))).toEqual(['annex-waits'])
    expect(stateOf(table, expels(table, parents))).toBe('proposed')
    const two = inForce()
    leaves(two, city)
    expect(codes(() => expels(two, team))).toEqual(['last-at-table'])
  })

  const leavesAt = (table: Table, who: House) => partyOf(now(table), who.id)?.leaving?.at
  const withdrawn = (table: Table, who: House): string => dataOf(leaves(table, who), 'annex-proposed').id

  test.each(['before', 'after'])('a notice does not keep it away: proposed %s a withdrawal, the day that comes first ends both', (when) => {
    const table = inForce({ noticeDays: 300 })
    const before = when === 'before' ? expels(table, city) : ''
    const gone = withdrawn(table, city)
    const day = later(table.now, 300)
    const id = before || expels(table, city)
    expect([stateOf(table, id), leavesAt(table, city), annexOf(table, id).dropsAt]).toEqual(['proposed', day, day])
    consents(table, team, id)
    expect([leavesAt(table, city), annexOf(table, gone).dropsAt]).toEqual([later(table.now, 14), later(table.now, 14)])
    expect(annexOf(table, id)).not.toHaveProperty('dropsAt')
    expect(stateOf(table, gone)).toBe('pending')
    pass(table, 14)
    expect([stateOf(table, id), seatedNow(table)]).toEqual(['effective', [school.name, team.name]])
    expect(viewAnnex(annexOf(table, gone), table.now)).toMatchObject({ state: 'dropped', droppedBecause: 'left' })
  })

  test('an objection to it leaves the withdrawal as it was, and an expulsion that comes too late is dropped', () => {
    const table = inForce({ noticeDays: 30 })
    const id = expels(table, city)
    const gone = withdrawn(table, city)
    const day = later(table.now, 30)
    consents(table, team, id)
    objects(table, team, id)
    expect([leavesAt(table, city), annexOf(table, gone).dropsAt]).toEqual([day, undefined])
    const again = expels(table, city)
    pass(table, 20)
    expect(codes(() => expels(table, city))).toEqual(['annex-waits'])
    consents(table, team, again)
    expect(leavesAt(table, city)).toBe(day)
    pass(table, 10)
    expect([stateOf(table, gone), stateOf(table, again)]).toEqual(['effective', 'dropped'])
    pass(table, 10)
    expect(stateOf(table, again)).toBe('dropped')
    expect(codes(() => objects(table, school, again))).toEqual(['wrong-state'])
    expect(Object.values(now(table).parties)).toContainEqual(expect.objectContaining({ leftAt: day }))
  })

  test('who is gone by itself before it could be put out is not, and who is being put out withdraws at once or not', () => {
    const soon = inForce({ noticeDays: 14 })
    leaves(soon, city)
    expect(codes(() => expels(soon, city))).toEqual(['already-done'])
    const table = inForce({ noticeDays: 30 })
    consents(table, team, expels(table, city))
    expect(refusals(() => leaves(table, city))).toEqual([{ code: 'already-done', params: { what: 'expulsion' } }])
    leaves(soon, parents)
    expect(refusals(() => leaves(soon, city))).toEqual([{ code: 'already-done', params: { what: 'withdrawal' } }])
    const free = inForce()
    const id = expels(free, city)
    consents(free, team, id)
    leaves(free, city)
    expect([stateOf(free, id), seatedNow(free)]).toEqual(['dropped', [school.name, team.name]])
  })

  test('who is being put out does not join: what it asked is dropped when the expulsion has its day, and it asks no more', () => {
    const table = inForce()
    const id = expels(table, parents)
    consents(table, team, id)
    const asked = asks(table, parents)
    consents(table, city, id)
    expect(annexOf(table, asked)).toMatchObject({ state: 'dropped', droppedBecause: 'left' })
    for (const by of [parents, school])
      expect(refusals(() => asks(table, by, { organisationId: parents.id }))).toEqual([
        { code: 'annex-waits', params: { what: 'expulsion' } },
      ])
    pass(table, 20)
    expect([stateOf(table, asked), stateOf(table, id), seatedNow(table)]).toEqual(['dropped', 'effective', three])
    const kept = inForce()
    const out = expels(kept, parents)
    for (const by of [team, city]) consents(kept, by, out)
    objects(kept, city, out)
    expect(stateOf(kept, asks(kept, parents))).toBe('pending')
  })
})

test('what still waits goes along into the next round; what is over does not', () => {
  const table = closed()
  grant(table, parents)
  const id = invites(table, stranger)
  const over = asks(table, parents)
  pass(table, 14)
  does(table, school.representative, openRound, {})
  expect(Object.keys(table.state.annexes)).toEqual([id])
  expect(over).not.toBe(id)
  const context: Context = contextOf(table, school.representative)
  expect(dropped(table.state, context.now, 'ended').length).toBe(1)
})
