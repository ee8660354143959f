import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import { AddDesk, mostDesks, openDesks } from '../../src/domain/desk.ts'
import { addDesk, changeDesk, closeDesk } from '../../src/domain/desk-acts.ts'
import type { Context } from '../../src/domain/event.ts'
import { AddPerson, addPerson, evolve, type Organisation, type OrganisationEvent, removePerson } from '../../src/domain/organisation.ts'
import { codes, countingIds, frozen, monday, only, operator, reasons, school, team, uuid } from '../support/agreement.ts'

/** An organisation with one person, who administers it, and a way to let it change. */
function anOrganisation() {
  const newId = countingIds()
  let state: Organisation | undefined
  let revision = 0
  const take = (events: readonly OrganisationEvent[]) => {
    for (const event of events) {
      revision += 1
      state = frozen(evolve(state, event, { at: monday, by: { actorId: 'x' }, revision }))
    }
  }
  const now = () => only(state)
  const by = (actor: Actor): Context => ({ actor, now: monday, newId })
  const administrator = by({ ...school.colleague, authorities: ['administer'] })
  take([{ type: 'organisation-registered', data: { id: school.id, name: 'School', formal: true, identifiers: [] } }])
  for (const name of ['Ada', 'Bo']) take(addPerson(now(), AddPerson.parse({ name, authorities: ['administer'] }), administrator))
  const [ada, bo] = Object.keys(now().people)
  return { now, take, by, administrator, ada: only(ada), bo: only(bo) }
}

const whole = AddDesk.parse({
  name: 'Care desk',
  what: 'Questions of parents',
  phone: '+31 20 555 0123',
  email: 'desk@example.nl',
  url: 'https://example.nl/desk',
  openingHours: 'On working days',
  area: 'The north of the city',
  address: { street: 'Dijkstraat 1', postalCode: '1234 AB', city: 'Kogerveen', province: 'Noord-Holland' },
})

describe('a desk', () => {
  test('is opened, changed as a whole, and closed once', () => {
    const { now, take, administrator } = anOrganisation()
    take(addDesk(now(), { name: 'Care desk' }, administrator))
    const { id } = only(openDesks(now())[0])
    expect(openDesks(now())).toEqual([{ id, organisationId: school.id, name: 'Care desk', revision: 4 }])
    take(changeDesk(now(), id, whole, administrator))
    expect(openDesks(now())).toEqual([{ ...whole, id, organisationId: school.id, revision: 5 }])
    expect(whole.address?.country).toBe('NL')
    take(closeDesk(now(), id, administrator))
    expect(openDesks(now())).toEqual([])
    expect(now().desks[id]).toMatchObject({ ...whole, closedAt: monday })
    for (const act of [() => closeDesk(now(), id, administrator), () => changeDesk(now(), id, whole, administrator)])
      expect(codes(act)).toEqual(['not-found'])
  })

  test('is opened, changed and closed by who administers the organisation, and by nobody else', () => {
    const { now, by } = anOrganisation()
    const acts = [
      (context: Context) => addDesk(now(), whole, context),
      (context: Context) => changeDesk(now(), uuid(1), whole, context),
      (context: Context) => closeDesk(now(), uuid(1), context),
    ]
    const tries: [Actor, string][] = [
      [school.colleague, 'may-not-administer'],
      [{ ...team.colleague, authorities: ['administer'] }, 'other-organisation'],
      [school.application, 'other-organisation'],
      [operator, 'other-organisation'],
    ]
    for (const act of acts) for (const [actor, code] of tries) expect(codes(() => act(by(actor)))).toEqual([code])
  })

  test('names a person of the organisation who is there, and no other', () => {
    const { now, take, administrator, ada, bo } = anOrganisation()
    take(removePerson(now(), bo, administrator))
    for (const contactPersonId of [bo, uuid(99)])
      expect(reasons(() => addDesk(now(), { ...whole, contactPersonId }, administrator))).toMatchObject([
        { code: 'not-found', pointer: '/contactPersonId' },
      ])
    take(addDesk(now(), { ...whole, contactPersonId: ada }, administrator))
    expect(openDesks(now())).toMatchObject([{ contactPersonId: ada }])
  })

  test('is one of a hundred at most that are open', () => {
    const { now, take, administrator } = anOrganisation()
    for (let nth = 0; nth < mostDesks; nth += 1) take(addDesk(now(), { name: `Desk ${nth}` }, administrator))
    expect(codes(() => addDesk(now(), whole, administrator))).toEqual(['full'])
    take(closeDesk(now(), only(openDesks(now())[0]).id, administrator))
    take(addDesk(now(), whole, administrator))
    expect(openDesks(now())).toHaveLength(mostDesks)
  })
})

test.each([
  ['phone', '112'],
  ['phone', '+31 (0)20 555-0123'],
  ['email', 'desk@example.nl'],
  ['url', 'https://example.nl'],
])('a desk has %s %s', (field, value) => expect(AddDesk.safeParse({ name: 'Desk', [field]: value }).success).toBe(true))

test.each([
  ['phone', 'ask for Ada'],
  ['phone', '123456782'],
  ['email', 'desk'],
  ['url', 'http://example.nl'],
  ['url', 'javascript:alert(1)'],
  ['address', { street: 'Dijkstraat 1' }],
  ['what', 'The child with BSN 123456782'],
])('a desk does not have %s %s', (field, value) => expect(AddDesk.safeParse({ name: 'Desk', [field]: value }).success).toBe(false))
