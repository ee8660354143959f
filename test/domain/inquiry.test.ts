import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import { mostAtTable } from '../../src/domain/event.ts'
import {
  AddFinding,
  addFinding,
  CallInquiry,
  callInquiry,
  closeInquiry,
  evolve,
  findingKinds,
  type Inquiry,
  type InquiryEvent,
  leaveSeat,
  takeSeat,
  viewInquiry,
} from '../../src/domain/inquiry.ts'
import { city, codes, countingIds, directory, frozen, monday, people, reasons, school, stranger, team, uuid } from '../support/agreement.ts'

const newId = countingIds()
const context = (actor: Actor) => ({ actor, now: monday, newId })
const reached = (state: Inquiry | undefined, events: readonly InquiryEvent[]): Inquiry =>
  events.reduce<Inquiry | undefined>(
    (next, event) => frozen(evolve(next, event, { at: monday, by: { actorId: 'x' }, revision: (next?.revision ?? 0) + 1 })),
    state,
  ) ?? (undefined as never)

const asked = { networkId: uuid(1, 70), title: 'What works at school', question: 'When did it go well?' }
const called = (over: object = {}) =>
  reached(
    undefined,
    callInquiry(CallInquiry.parse({ ...asked, organisationIds: [team.id], ...over }), directory, context(school.colleague)),
  )
const seat = (state: Inquiry, actor: Actor, personId?: string) =>
  reached(state, takeSeat(state, personId ? { personId } : {}, people, context(actor)))
const finding = { kind: 'idea', text: 'Call each other' } as const

describe('an inquiry', () => {
  test('is called for one’s own organisation and other members, each once', () => {
    const { organisations, balanced } = viewInquiry(called({ organisationIds: [team.id, team.id, school.id] }))
    expect(organisations).toEqual([
      { organisationId: school.id, name: school.name, seatsTaken: 0 },
      { organisationId: team.id, name: team.name, seatsTaken: 0 },
    ])
    expect(balanced).toBe(false)
    expect(reasons(() => called({ organisationIds: [team.id, uuid(9)] }))).toEqual([
      { code: 'not-a-member', params: {}, pointer: '/organisationIds/1' },
    ])
    expect(codes(() => callInquiry(CallInquiry.parse(asked), directory, context(school.application)))).toEqual(['person-required'])
  })

  test('gives each organisation as many seats, and says whether they are in balance', () => {
    let state = called({ seatsPerOrganisation: 2 })
    state = seat(seat(state, school.colleague), school.colleague, school.grantor.personId)
    expect(viewInquiry(state).balanced).toBe(false)
    expect(reasons(() => seat(state, school.representative))).toEqual([{ code: 'seats-taken', params: { max: 2 } }])
    state = seat(state, team.colleague)
    expect(viewInquiry(state).organisations.map(({ seatsTaken }) => seatsTaken)).toEqual([2, 1])
    state = seat(state, team.representative)
    expect(viewInquiry(state).balanced).toBe(true)
  })

  test('an organisation chooses who sits for it, and nobody else does', () => {
    const state = seat(called(), school.colleague)
    expect(codes(() => seat(state, city.colleague))).toEqual(['not-invited'])
    for (const personId of [team.colleague.personId, uuid(9)])
      expect(reasons(() => seat(state, school.colleague, personId))).toMatchObject([{ code: 'not-found', pointer: '/personId' }])
    expect(codes(() => seat(state, school.colleague))).toEqual(['already-done'])
    expect(codes(() => leaveSeat(state, school.colleague.personId, context(team.colleague)))).toEqual(['other-organisation'])
    expect(codes(() => leaveSeat(state, uuid(9), context(school.colleague)))).toEqual(['not-found'])
  })

  test('a seat that was given up can be taken by a colleague, or again; who comes back takes the old one', () => {
    const taken = seat(called({ seatsPerOrganisation: 1 }), school.colleague)
    const left = reached(taken, leaveSeat(taken, school.colleague.personId, context(school.grantor)))
    expect(viewInquiry(left).organisations[0]?.seatsTaken).toBe(0)
    expect(codes(() => addFinding(left, finding, context(school.colleague)))).toEqual(['without-seat'])
    expect(viewInquiry(seat(left, school.grantor)).organisations[0]?.seatsTaken).toBe(1)
    expect(Object.values(seat(left, school.colleague).seats)).toEqual([
      { id: school.colleague.personId, organisationId: school.id, takenAt: monday },
    ])
  })

  test.each(findingKinds)('finds a %s, brought in by who has a seat', (kind) => {
    const state = seat(called(), school.colleague)
    const found = reached(state, addFinding(state, { kind, text: 'It went well' }, context(school.colleague)))
    expect(found.finding).toMatchObject({ kind, text: 'It went well', personId: school.colleague.personId, at: monday })
    expect(codes(() => addFinding(found, { kind, text: 'It went well' }, context(team.colleague)))).toEqual(['without-seat'])
  })

  test('is closed by the organisation that called it; after that nothing of it changes', () => {
    const state = seat(called(), school.colleague)
    expect(codes(() => closeInquiry(state, context(team.colleague)))).toEqual(['not-yours'])
    const closed = reached(state, closeInquiry(state, context(school.grantor)))
    expect(viewInquiry(closed)).toMatchObject({ state: 'closed', closedAt: monday })
    for (const act of [
      () => seat(closed, team.colleague),
      () => leaveSeat(closed, school.colleague.personId, context(school.colleague)),
      () => addFinding(closed, finding, context(school.colleague)),
      () => closeInquiry(closed, context(school.colleague)),
    ])
      expect(codes(act)).toEqual(['wrong-state'])
  })

  test('keeps the last finding, and how many there are: however many there were, its state is as large', () => {
    let state = seat(called(), school.colleague)
    for (const text of ['One', 'Two', 'Three']) state = reached(state, addFinding(state, { ...finding, text }, context(school.colleague)))
    expect(state).toMatchObject({ found: 3, finding: { text: 'Three' } })
    expect(JSON.stringify(state)).not.toContain('Two')
  })

  test('has an end: so many findings, and no more', () => {
    const state = seat(called(), school.colleague)
    const last = { ...state, found: mostAtTable - 1 }
    const full = reached(last, addFinding(last, finding, context(school.colleague)))
    expect(codes(() => addFinding(full, finding, context(school.colleague)))).toEqual(['full'])
  })

  test('has so many seats, and no more; who had one takes it again', () => {
    const seats = Object.fromEntries(Array.from({ length: mostAtTable - 1 }, (_, n) => [uuid(n, 72), {} as never]))
    const full = seat({ ...called(), seats }, school.colleague)
    expect(reasons(() => seat(full, team.colleague))).toEqual([{ code: 'full', params: { max: mostAtTable } }])
    const left = reached(full, leaveSeat(full, school.colleague.personId, context(school.grantor)))
    expect(seat(left, school.colleague).seats[school.colleague.personId]).not.toHaveProperty('leftAt')
  })

  test('holds nothing of a citizen: a BSN in a finding is refused', () => {
    expect(AddFinding.safeParse({ kind: 'idea', text: 'Ask 111222333' }).success).toBe(false)
  })

  test('begins with its call, and shrugs at what is not invented yet', () => {
    expect(() => evolve(undefined, { type: 'inquiry-closed', data: {} }, { at: monday, by: { actorId: 'x' }, revision: 1 })).toThrow(
      'inquiry-called',
    )
    const state = called()
    expect(evolve(state, { type: 'not-invented-yet', data: {} } as never, { at: monday, by: { actorId: 'x' }, revision: 2 })).toEqual(state)
    expect(codes(() => seat(state, stranger.colleague))).toEqual(['not-invited'])
  })
})
