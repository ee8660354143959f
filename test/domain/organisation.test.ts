import { describe, expect, test } from 'vitest'
import type { Actor, Authority } from '../../src/domain/actor.ts'
import type { Context } from '../../src/domain/event.ts'
import {
  AddApplication,
  AddPerson,
  addApplication,
  addPerson,
  ChangeOrganisation,
  changeOrganisation,
  changePerson,
  erasePerson,
  evolve,
  Identifier,
  type Organisation,
  type OrganisationEvent,
  personalEvents,
  RegisterOrganisation,
  registerOrganisation,
  removePerson,
  requireOwn,
  revokeApplication,
  viewOrganisation,
  viewPerson,
} from '../../src/domain/organisation.ts'
import { codes, countingIds, frozen, monday, only, operator, school, team, uuid } from '../support/agreement.ts'

describe('an identifier follows its scheme', () => {
  test.each([
    ['oin', '00000001123456782000', 'made from an RSIN'],
    ['oin', '00000003123456780000', 'made from a KvK number'],
    ['oin', '00000004003214345001', 'given out by Logius'],
    ['oin', '00000099000000001000', 'for tests'],
    ['kvk', '01234567', '8 digits'],
    ['rsin', '123456782', 'passes the eleven-test'],
    ['rsin', '001234560', 'with leading zeros'],
    ['tooi', 'https://identifier.overheid.nl/tooi/id/gemeente/gm0363', 'an address'],
    ['other', 'AGB 12-345678', 'any text'],
  ])('%s %s: %s', (scheme, value) => expect(Identifier.safeParse({ scheme, value }).success).toBe(true))

  test.each([
    ['oin', '0000000112345678200', '19 characters'],
    ['oin', '000000011234567820000', '21 characters'],
    ['oin', '00000011123456782000', 'an unknown prefix'],
    ['oin', '10000001123456782000', 'no zeros in front'],
    ['oin', '0000000112345678200a', 'a small letter'],
    ['kvk', '1234567', '7 digits'],
    ['kvk', '123456789', '9 digits'],
    ['rsin', '123456789', 'fails the eleven-test'],
    ['rsin', '12345678', '8 digits'],
    ['rsin', '000000000', 'nothing but zeros'],
    ['tooi', 'http://identifier.overheid.nl/tooi/id/gemeente/gm0363', 'not https'],
    ['tooi', 'https://example.nl/tooi/id/gemeente/gm0363', 'elsewhere'],
    ['other', ' ', 'nothing to read'],
    ['bsn', '123456782', 'no scheme of ours: this is no register of people'],
  ])('not %s %s: %s', (scheme, value) => expect(Identifier.safeParse({ scheme, value }).success).toBe(false))
})

/** An organisation that a test changes, by an administrator unless told otherwise. */
function anOrganisation() {
  const newId = countingIds()
  let state: Organisation | undefined
  let revision = 0
  const context = (actor: Actor): Context => ({ actor, now: monday, newId })
  const take = (events: readonly OrganisationEvent[]) => {
    for (const event of events) {
      revision += 1
      state = frozen(evolve(state, event, { at: monday, by: { actorId: 'x' }, revision }))
    }
    return events
  }
  const input = RegisterOrganisation.parse({
    name: 'School',
    identifiers: [{ scheme: 'kvk', value: '12345678' }],
    administrator: { name: 'Ada', authorities: ['grant-mandates'] },
  })
  const [registered] = take(registerOrganisation(input, context(operator)))
  const now = (): Organisation => state ?? (undefined as never)
  const member = (authorities: Authority[]): Actor => ({ kind: 'person', personId: uuid(9), organisationId: now().id, authorities })
  return { registered, now, take, context, administrator: context(member(['administer'])), member: context(member(['grant-mandates'])) }
}

const people = ({ now }: ReturnType<typeof anOrganisation>) => Object.values(now().people)
const ada = (organisation: ReturnType<typeof anOrganisation>): string => people(organisation)[0]?.id ?? ''
const somebody = (over: object = {}) => AddPerson.parse({ name: 'Bo', ...over })

describe('registering', () => {
  test('is for the operator of the registry', () => {
    const input = RegisterOrganisation.parse({
      name: 'X',
      identifiers: [{ scheme: 'kvk', value: '12345678' }],
      administrator: { name: 'Ada' },
    })
    for (const actor of [school.grantor, school.application])
      expect(codes(() => registerOrganisation(input, { actor, now: monday, newId: countingIds() }))).toEqual(['operator-required'])
  })

  test('the first person may administer, whatever else they may', () => {
    const organisation = anOrganisation()
    expect(organisation.now()).toMatchObject({ name: 'School', formal: true, registeredAt: monday })
    expect(people(organisation)).toMatchObject([{ name: 'Ada', authorities: ['grant-mandates', 'administer'] }])
  })

  test('an organisation without any identifier is not registered', () => {
    const input = { name: 'X', identifiers: [], administrator: { name: 'Ada' } }
    expect(RegisterOrganisation.safeParse(input).success).toBe(false)
  })

  test('its history begins with its registration', () => {
    const recorded = { at: monday, by: { actorId: 'x' }, revision: 1 }
    expect(() => evolve(undefined, { type: 'person-left', data: { personId: 'x' } }, recorded)).toThrow('organisation-registered')
    const { now } = anOrganisation()
    expect(evolve(now(), { type: 'not-invented-yet', data: {} } as never, recorded)).toEqual(now())
  })
})

const change = ChangeOrganisation.parse({ name: 'School 2', identifiers: [{ scheme: 'kvk', value: '87654321' }] })
const application = AddApplication.parse({ name: 'Intranet', issuer: 'https://id.example', subject: 'intranet', scopes: ['handslag:read'] })

describe('an organisation administers itself', () => {
  const acts: [string, (state: Organisation, context: Context) => unknown][] = [
    ['change it', (state, context) => changeOrganisation(state, change, context)],
    ['add a person', (state, context) => addPerson(state, somebody(), context)],
    ['change a person', (state, context) => changePerson(state, uuid(1), somebody(), context)],
    ['remove a person', (state, context) => removePerson(state, uuid(1), context)],
    ['bind an application', (state, context) => addApplication(state, application, context)],
    ['revoke an application', (state, context) => revokeApplication(state, uuid(1), context)],
  ]

  test.each(acts)('nobody else may %s: no other organisation, no operator, no application', (_, act) => {
    const { now, context } = anOrganisation()
    for (const actor of [school.grantor, operator, { ...school.application, organisationId: now().id }])
      expect(codes(() => act(now(), context(actor)))).toEqual(['other-organisation'])
  })

  test.each(acts)('a person without the authority may not %s', (_, act) => {
    const { now, member } = anOrganisation()
    expect(codes(() => act(now(), member))).toEqual(['may-not-administer'])
  })

  test('its name and identifiers change; an identifier it no longer has is remembered as former', () => {
    const { now, take, administrator } = anOrganisation()
    take(changeOrganisation(now(), change, administrator))
    expect(now()).toMatchObject({ name: 'School 2', identifiers: change.identifiers, formerIdentifiers: [{ value: '12345678' }] })
  })

  test('an identifier that comes back is no longer former', () => {
    const { now, take, administrator } = anOrganisation()
    const before = { name: 'School', formal: true, identifiers: [...now().identifiers] }
    take(changeOrganisation(now(), change, administrator))
    take(changeOrganisation(now(), before, administrator))
    expect(now()).toMatchObject({ identifiers: [{ value: '12345678' }], formerIdentifiers: [{ value: '87654321' }] })
  })

  test('a person is added, and changed', () => {
    const organisation = anOrganisation()
    const { now, take, administrator } = organisation
    take(addPerson(now(), somebody(), administrator))
    const bo = people(organisation)[1]?.id ?? ''
    take(changePerson(now(), bo, somebody({ name: 'Bo B.', email: 'bo@school.example' }), administrator))
    expect(now().people[bo]).toMatchObject({ name: 'Bo B.', email: 'bo@school.example', authorities: [], revision: 4 })
  })

  test('whoever has left is not there any more to change or remove', () => {
    const organisation = anOrganisation()
    const { now, take, administrator } = organisation
    take(addPerson(now(), somebody(), administrator))
    const bo = people(organisation)[1]?.id ?? ''
    take(removePerson(now(), bo, administrator))
    expect(now().people[bo]).toMatchObject({ leftAt: monday })
    expect(codes(() => changePerson(now(), bo, somebody(), administrator))).toEqual(['not-found'])
    expect(codes(() => removePerson(now(), bo, administrator))).toEqual(['not-found'])
  })

  test('the last administrator stays one, and stays', () => {
    const organisation = anOrganisation()
    const { now, take, administrator } = organisation
    expect(codes(() => removePerson(now(), ada(organisation), administrator))).toEqual(['last-administrator'])
    expect(codes(() => changePerson(now(), ada(organisation), somebody(), administrator))).toEqual(['last-administrator'])
    take(addPerson(now(), somebody({ authorities: ['administer'] }), administrator))
    take(removePerson(now(), ada(organisation), administrator))
    const bo = people(organisation)[1]?.id ?? ''
    expect(codes(() => changePerson(now(), bo, somebody(), administrator))).toEqual(['last-administrator'])
  })

  test('an application is bound, and revoked once', () => {
    const { now, take, administrator } = anOrganisation()
    take(addApplication(now(), application, administrator))
    const [bound] = Object.values(now().applications)
    take(revokeApplication(now(), bound?.id ?? '', administrator))
    expect(Object.values(now().applications)).toMatchObject([{ subject: 'intranet', scopes: ['handslag:read'], revokedAt: monday }])
    expect(codes(() => revokeApplication(now(), bound?.id ?? '', administrator))).toEqual(['not-found'])
  })
})

describe('what others see', () => {
  test('of an organisation: its name and identifiers', () => {
    const { now } = anOrganisation()
    const { id, name, formal, identifiers, registeredAt, revision } = now()
    expect(viewOrganisation(now())).toEqual({ id, name, formal, identifiers, registeredAt, revision })
  })

  test('of a person: name and job, and nothing else outside their own organisation', () => {
    const organisation = anOrganisation()
    const { now, take, administrator } = organisation
    take(
      addPerson(
        now(),
        somebody({ email: 'bo@school.example', jobTitle: 'Teacher', account: { issuer: 'x', subject: 'bo' } }),
        administrator,
      ),
    )
    const [first, bo] = people(organisation)
    if (!first || !bo) throw new Error('two people were added')
    const own: Actor = { kind: 'application', applicationId: uuid(9), organisationId: now().id }
    expect(viewPerson(bo, own)).toEqual(bo)
    for (const actor of [school.representative, operator]) {
      expect(viewPerson(bo, actor)).toEqual({
        id: bo.id,
        organisationId: bo.organisationId,
        name: 'Bo',
        jobTitle: 'Teacher',
        revision: bo.revision,
      })
      expect(viewPerson(first, actor)).not.toHaveProperty('jobTitle')
    }
  })

  test('what is an organisation’s own is for its people and applications', () => {
    requireOwn(school.id, school.application)
    requireOwn(school.id, school.colleague)
    for (const actor of [team.representative, operator]) expect(codes(() => requireOwn(school.id, actor))).toEqual(['other-organisation'])
  })
})

describe('erasing a person', () => {
  /** An organisation with Bo, who has left, and the revision at which they came. */
  function withBo() {
    const organisation = anOrganisation()
    organisation.take(addPerson(organisation.now(), somebody({ email: 'bo@example.nl' }), organisation.administrator))
    const bo = people(organisation)[1]?.id ?? ''
    return { ...organisation, ada: ada(organisation), bo }
  }

  test('leaves their id, and when they left and were erased; nothing else', () => {
    const { now, take, administrator, bo } = withBo()
    take(removePerson(now(), bo, administrator))
    const { leftAt, organisationId } = now().people[bo] ?? {}
    take(erasePerson(now(), bo, [3], administrator))
    const { revision } = now().people[bo] ?? {}
    expect(now().people[bo]).toEqual({ id: bo, organisationId, name: bo, authorities: [], leftAt, erasedAt: monday, revision })
    const stranger: Actor = { kind: 'person', personId: uuid(9), organisationId: uuid(9), authorities: [] }
    const seen = { id: bo, organisationId, name: bo, erasedAt: monday, revision }
    expect(viewPerson(only(now().people[bo]), stranger)).toEqual(seen)
  })

  test('is the same whether the entries that name them are replayed or not', () => {
    const { now, take, administrator, bo } = withBo()
    const before = now()
    const events = erasePerson(now(), bo, [3], administrator)
    expect(events.map(({ type }) => type)).toEqual(['person-left', 'person-erased'])
    take(events)
    const { [bo]: _, ...others } = before.people
    const without = events.reduce(
      (state, event, index) => evolve(state, event, { at: monday, by: { actorId: uuid(1) }, revision: before.revision + 100 + index }),
      { ...before, people: others },
    )
    expect({ ...without.people[bo], revision: 0 }).toEqual({ ...now().people[bo], revision: 0 })
  })

  test('says nothing of them', () => {
    const { now, administrator, bo } = withBo()
    const said = JSON.stringify(erasePerson(now(), bo, [3], administrator).map(({ data }) => data))
    for (const value of ['Bo', 'bo@example.nl', 'issuer', 'subject']) expect(said).not.toContain(value)
  })

  test('is for who administers the organisation, and for the operator', () => {
    const { now, administrator, bo } = withBo()
    const asActor = (actor: Actor): Context => ({ ...administrator, actor })
    const organisationId = now().id
    const other: Actor = { kind: 'person', personId: uuid(9), organisationId: uuid(9), authorities: ['administer'] }
    const colleague: Actor = { kind: 'person', personId: bo, organisationId, authorities: [] }
    expect(codes(() => erasePerson(now(), bo, [3], asActor(other)))).toEqual(['other-organisation'])
    expect(codes(() => erasePerson(now(), bo, [3], asActor(colleague)))).toEqual(['may-not-administer'])
    expect(codes(() => erasePerson(now(), bo, [3], asActor({ kind: 'application', applicationId: uuid(8), organisationId })))).toEqual([
      'other-organisation',
    ])
    expect(erasePerson(now(), bo, [3], asActor(operator)).at(-1)?.type).toBe('person-erased')
  })

  test('is done once, of somebody who was there, and never of the last administrator', () => {
    const { now, take, administrator, ada, bo } = withBo()
    expect(codes(() => erasePerson(now(), uuid(99), [], administrator))).toEqual(['not-found'])
    expect(codes(() => erasePerson(now(), ada, [2], administrator))).toEqual(['last-administrator'])
    take(erasePerson(now(), bo, [3], administrator))
    expect(codes(() => erasePerson(now(), bo, [], administrator))).toEqual(['already-done'])
    expect(codes(() => changePerson(now(), bo, somebody(), administrator))).toEqual(['not-found'])
  })
})

// What is written about people stands in `person-added` and `person-changed`, and goes when they are erased. A field that is added
// anywhere here asks: does it say something of a person? Then it belongs there.
test('nothing but a person and an application can be described', () => {
  expect(personalEvents).toEqual(['person-added', 'person-changed'])
  expect(Object.keys(ChangeOrganisation.shape)).toEqual(['name', 'identifiers', 'formal'])
  expect(Object.keys(AddApplication.shape)).toEqual(['name', 'issuer', 'subject', 'scopes'])
  expect(Object.keys(AddPerson.shape)).toEqual(['name', 'email', 'jobTitle', 'authorities', 'account'])
})
