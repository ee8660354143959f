import { describe, expect, test } from 'vitest'
import { addParty, leaveTable } from '../../src/domain/agreement.ts'
import { editText } from '../../src/domain/agreement-text.ts'
import { OfferCommitment, reviseCommitment, withdrawCommitment } from '../../src/domain/commitment.ts'
import { changeRole } from '../../src/domain/role.ts'
import { standing, stateDissent, TakeStance, takeStance, viewStance } from '../../src/domain/stance.ts'
import {
  addRole,
  adoptable,
  adopts,
  brings,
  city,
  codes,
  deliberating,
  digestOf,
  directory,
  does,
  hears,
  mandateIdOf,
  meets,
  offer,
  only,
  partyIdOf,
  planned,
  reasons,
  renews,
  school,
  stands,
  stranger,
  type Table,
  team,
  wholeText,
  writes,
} from '../support/agreement.ts'

const counting = (table: Table) => standing(table.state, digestOf(table)).size

describe('a stance', () => {
  test('is on the exact text: another digest is refused', () => {
    const table = deliberating()
    const textDigest = '0'.repeat(64)
    expect(reasons(() => does(table, school.representative, takeStance, { position: 'accept', textDigest }))).toEqual([
      { code: 'text-changed', params: {}, pointer: '/textDigest' },
    ])
  })

  test('is taken under a mandate, and says which', () => {
    const table = deliberating()
    const mandateId = mandateIdOf(table, school.representative)
    expect(stands(table, school)).toMatchObject([{ mandateId, data: { mandateId, partyId: partyIdOf(table, school), roundNumber: 1 } }])
    expect(codes(() => stands(table, { ...school, representative: school.colleague }))).toEqual(['mandate-missing'])
  })

  test('one per party: the last one counts', () => {
    const table = deliberating()
    stands(table, school, { position: 'withhold', reason: 'Too soon' })
    stands(table, school)
    stands(table, team)
    expect(Object.values(table.state.stances).map(({ position }) => position)).toEqual(['accept', 'accept'])
  })

  test('withholding says what would have to change', () => {
    expect(TakeStance.safeParse({ position: 'withhold', textDigest: '0'.repeat(64) }).success).toBe(false)
    const table = deliberating()
    stands(table, school, { position: 'withhold', reason: 'Fewer hours' })
    expect(Object.values(table.state.stances)).toMatchObject([{ position: 'withhold', reason: 'Fewer hours', at: table.now }])
  })

  test('accepting to act is not agreeing: a dissent says what is expected to happen, and goes along into the version', () => {
    const table = adoptable()
    const dissent = { statement: 'One desk is enough', expectation: 'The second desk stays empty' }
    expect(TakeStance.safeParse({ position: 'accept-with-dissent', textDigest: '0'.repeat(64) }).success).toBe(false)
    stands(table, city, { position: 'accept-with-dissent', dissent })
    adopts(table)
    expect(table.state.adopted?.dissents).toMatchObject([{ ...dissent, partyId: partyIdOf(table, city) }])
    expect(table.state.versions[0]?.dissents).toEqual(table.state.adopted?.dissents)
  })

  test.each([{ position: 'accept' }, { position: 'accept', textDigest: 'x' }, { position: 'abstain', textDigest: '0'.repeat(64) }])(
    '%j is none',
    (input) => expect(TakeStance.safeParse(input).success).toBe(false),
  )
})

const terms = (table: Table, over: object) => {
  const { what, ownerPartyId, roleId, subject, demands, ongoing } = only(Object.values(table.state.commitments)[0]).terms
  return OfferCommitment.parse({ what, ownerPartyId, roleId, subject, demands, ongoing, ...over })
}
const roleOf = (table: Table) => only(Object.values(table.state.roles)[0])
const commitmentOf = (table: Table) => only(Object.keys(table.state.commitments)[0])

describe('a dissent beside any stance', () => {
  const dissent = { statement: 'Two days is too short', expectation: 'One in five visits is late' }

  test('can be stated while the mandate waits for renewal: it binds nobody', () => {
    const table = adoptable()
    meets(table, school.representative)
    expect(codes(() => stands(table, school))).toEqual(['mandate-renewal-due'])
    const [event] = does(table, school.representative, stateDissent, dissent)
    expect(event).not.toHaveProperty('mandateId')
    expect(Object.values(table.state.dissents)).toEqual([expect.objectContaining({ ...dissent, partyId: partyIdOf(table, school) })])
  })

  test('goes along into the version, also when the text is edited after it', () => {
    const table = adoptable()
    does(table, school.colleague, stateDissent, dissent)
    adopts(table)
    expect(only(table.state.adopted).dissents).toEqual([expect.objectContaining(dissent)])
  })
})

test('a stance comes under a mandate that covers every subject of the text', () => {
  const table = adoptable()
  const text = table.state.text
  const wider = { ...text, mandate: { needed: 'More', subjects: [...only(text.mandate).subjects, 'elsewhere'] } }
  does(table, school.representative, editText, wider)
  expect(codes(() => stands(table, school))).toEqual(['outside-mandate-subject'])
})

describe('any edit of the text voids every stance', () => {
  test.each<[string, (table: Table) => unknown]>([
    ['a word in the text', (table) => writes(table, { preparation: 'Another preparation' })],
    ['its title', (table) => writes(table, { title: 'Another title' })],
    ['its validity', (table) => writes(table, { validity: { validFrom: '2026-02-01', reviewOn: '2026-03-01', validUntil: '2026-04-01' } })],
    [
      'another party',
      (table) =>
        does(table, school.representative, addParty, { organisationId: stranger.id, involvement: 'informed', formal: true }, directory),
    ],
    ['a party less', (table) => does(table, city.representative, leaveTable, partyIdOf(table, city), { reason: 'x' })],
    ['another role', (table) => addRole(table, 'driver')],
    [
      'the name of a role',
      (table) => {
        const { id, purpose, tasks } = roleOf(table)
        does(table, school.representative, changeRole, id, { name: 'chair', purpose, tasks: tasks.map(({ id, what }) => ({ id, what })) })
      },
    ],
    [
      'a task',
      (table) =>
        does(table, school.representative, changeRole, roleOf(table).id, { name: 'lead', purpose: roleOf(table).purpose, tasks: [] }),
    ],
    ['another commitment', (table) => offer(table, school)],
    [
      'a commitment in other words',
      (table) => does(table, team.representative, reviseCommitment, commitmentOf(table), terms(table, { what: 'Y' })),
    ],
    ['a commitment less', (table) => does(table, team.representative, withdrawCommitment, commitmentOf(table))],
  ])('%s', (_, edit) => {
    const table = adoptable()
    expect(counting(table)).toBe(3)
    edit(table)
    expect(counting(table)).toBe(0)
    expect(codes(() => adopts(table))).toContain('stance-missing')
  })

  test('the same text again is no edit, and neither is what is said about it', () => {
    const table = adoptable()
    does(table, school.representative, editText, structuredClone(table.state.text))
    brings(table, city.representative, { kind: 'appreciation' })
    hears(table, city)
    planned(table)
    meets(table, team.representative)
    renews(table, team)
    expect(counting(table)).toBe(3)
    adopts(table)
  })

  test('going back to a text brings its stances back: they were on exactly that', () => {
    const table = adoptable()
    const text = structuredClone(table.state.text)
    writes(table, { preparation: 'Another preparation' })
    expect(counting(table)).toBe(0)
    does(table, school.representative, editText, text)
    expect(counting(table)).toBe(3)
  })

  test('whichever way a state was stored, the text and its digest are the same', () => {
    const table = adoptable()
    addRole(table, 'driver')
    offer(table, school)
    const before = digestOf(table)
    const turned = <T extends object>(items: T) => Object.fromEntries(Object.entries(items).reverse()) as T
    const { parties, roles, commitments } = table.state
    table.state = { ...table.state, parties: turned(parties), roles: turned(roles), commitments: turned(commitments) }
    expect(digestOf(table)).toBe(before)
    expect(wholeText(table)).toBeDefined()
  })
})

test('a stance is shown with whether it still counts', () => {
  const table = adoptable()
  const stance = only(Object.values(table.state.stances)[0])
  expect(viewStance(stance, digestOf(table))).toEqual({ ...stance, void: false })
  writes(table, { preparation: 'Other' })
  expect(viewStance(stance, digestOf(table))).toEqual({ ...stance, void: true })
})
