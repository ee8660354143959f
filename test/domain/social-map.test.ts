import { describe, expect, test } from 'vitest'
import { evolve, type Organisation, type OrganisationEvent } from '../../src/domain/organisation.ts'
import { entryOf, type LiveAgreement, mostBeside, placeOf, subjectsOf, wordsOf } from '../../src/domain/social-map.ts'
import { monday, school, uuid } from '../support/agreement.ts'

const events: OrganisationEvent[] = [
  { type: 'organisation-registered', data: { id: school.id, name: 'School', formal: true, identifiers: [] } },
  { type: 'desk-opened', data: { id: uuid(2), organisationId: school.id, name: 'Second', what: 'Questions', contactPersonId: uuid(9) } },
  { type: 'desk-opened', data: { id: uuid(1), organisationId: school.id, name: 'First', area: 'North', email: 'first@example.nl' } },
  { type: 'desk-opened', data: { id: uuid(3), organisationId: school.id, name: 'Shut' } },
  { type: 'desk-closed', data: { deskId: uuid(3) } },
  {
    type: 'position-stated',
    data: {
      organisationId: school.id,
      number: 1,
      personId: uuid(8),
      weAreFor: [{ text: 'Every child at school', subject: 'attendance' }, { text: 'Lessons' }],
      weAreNotFor: [{ text: 'Prosecuting', subject: 'prosecution' }],
      limits: ['Not at home'],
      why: 'A child comes back',
    },
  },
]
const state = events.reduce<Organisation | undefined>(
  (before, event, nth) => evolve(before, event, { at: monday, by: { actorId: 'x' }, revision: nth + 1 }),
  undefined,
) as Organisation
const place = placeOf(state)
const live = (nth: number): LiveAgreement => ({ id: uuid(nth), kind: 'two', title: `TWO ${nth}`, version: 1, involvement: 'seated' })

describe('the social map', () => {
  test('has the desks that are open, in the order in which they were opened, and the last position', () => {
    expect(place.desks.map(({ name }) => name)).toEqual(['First', 'Second'])
    expect(place.position).toMatchObject({ number: 1, weAreNotFor: [{ subject: 'prosecution' }] })
    expect(placeOf({ ...state, position: undefined } as never)).not.toHaveProperty('position')
  })

  test('is found by the subjects that are stated, for and not for', () => expect(subjectsOf(place)).toEqual(['attendance', 'prosecution']))

  test('is searched by names, desks, places and what is stated, and by nothing of a person', () => {
    const words = wordsOf(place).split('\n')
    for (const word of [
      'School',
      'First',
      'North',
      'Questions',
      'Lessons',
      'attendance',
      'Prosecuting',
      'Not at home',
      'A child comes back',
    ])
      expect(words).toContain(word)
    expect(wordsOf(place)).not.toMatch(/Shut|example\.nl|-0000-/)
  })

  test('is searched by the ends of those words as well, without the marks on letters, and never by more than can be indexed', () => {
    const named = (name: string) => wordsOf({ ...place, organisation: { ...place.organisation, name } })
    expect(named('Crèche Kinderopvang')).toMatch(/^Creche Kinderopvang\n/)
    expect(named('Kinderopvang').split('\n').at(-1)?.split(' ')).toContain('opvang')
    const long = named('𠀀'.repeat(60_000))
    expect([long.length, long.isWellFormed()]).toEqual([50_000, true])
    expect(named(`a${'𠀀'.repeat(60_000)}`).isWellFormed()).toBe(true)
  })

  test('names the contact of a desk while that person is there', () => {
    const beside = { networks: [], agreements: [] }
    const ada = { id: uuid(9), name: 'Ada', jobTitle: 'Teacher' }
    expect(entryOf(place, { ...beside, people: new Map([[ada.id, ada]]) }).desks.map((desk) => desk.contactPerson)).toEqual([
      undefined,
      ada,
    ])
    const gone = entryOf(place, { ...beside, people: new Map() })
    expect(gone.desks.map((desk) => Object.keys(desk).filter((key) => /contact/.test(key)))).toEqual([[], []])
  })

  test.each([
    [0, 0, false],
    [mostBeside, mostBeside, false],
    [mostBeside + 1, mostBeside, true],
  ])('of %i agreements shows %i, and whether there are more: %s', (found, shown, more) => {
    const agreements = Array.from({ length: found }, (_, nth) => live(nth))
    const entry = entryOf(place, { people: new Map(), networks: [], agreements })
    expect([entry.agreements.length, entry.moreAgreements]).toEqual([shown, more])
  })
})
