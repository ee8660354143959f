import { z } from 'zod'
import { type Actor, authorities } from './actor.ts'
import { elevenTest } from './bsn.ts'
import { deskEvents, type HasDesks } from './desk.ts'
import { type ById, type Context, defined, type EventOf, type Evolvers, patch, put, type Recorded } from './event.ts'
import { formed } from './format.ts'
import { scopes } from './identity.ts'
import { type HasMessages, messageEvents } from './message.ts'
import { type HasPosition, positionEvents } from './position.ts'
import { refuse } from './refusal.ts'
import { type HasTemplates, templateEvents } from './template.ts'
import { numberText, text } from './text.ts'
import { type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

export const identifierSchemes = ['oin', 'kvk', 'rsin', 'tooi', 'other'] as const

/** An identifier of an organisation by its scheme: OIN (20 characters), KvK (8 digits), RSIN (9, eleven-test), TOOI (a URI), or another. */
export const Identifier = z
  .discriminatedUnion('scheme', [
    z.strictObject({
      scheme: z.literal('oin'),
      value: formed('oin', /^000000(0[1-9]|10|99)[0-9A-Z]{12}$/),
    }),
    z.strictObject({ scheme: z.literal('kvk'), value: formed('kvk', /^\d{8}$/) }),
    z.strictObject({
      scheme: z.literal('rsin'),
      value: formed('rsin', /^(?!0{9})\d{9}$/).refine(elevenTest, {
        error: 'an RSIN passes the eleven-test',
        params: { nl: 'een RSIN doorstaat de elfproef' },
      }),
    }),
    z.strictObject({
      scheme: z.literal('tooi'),
      value: formed('tooi', /^https:\/\/identifier\.overheid\.nl\/tooi\/id\/[a-z0-9]+\/[a-z0-9]+$/).max(200),
    }),
    z.strictObject({ scheme: z.literal('other'), value: numberText(200) }),
  ])
  .meta({ id: 'Identifier' })
export type Identifier = z.output<typeof Identifier>

/** The account by which a token is recognised: its issuer and its subject (RFC 7519). */
const account = { issuer: numberText(500), subject: numberText(255) }

export const AddPerson = z
  .strictObject({
    name: text(200),
    email: z.email().max(254).optional(),
    jobTitle: text(200).optional().describe('the job, which is not a role in a collaboration'),
    authorities: z.array(z.enum(authorities)).max(authorities.length).default([]),
    account: z.strictObject(account).optional().describe('the account they sign in with'),
  })
  .meta({ id: 'AddPerson' })
export type AddPerson = z.output<typeof AddPerson>

export const AddApplication = z
  .strictObject({ name: text(200), ...account, scopes: z.array(z.enum(scopes)).min(1).max(scopes.length) })
  .meta({ id: 'AddApplication' })
export type AddApplication = z.output<typeof AddApplication>

const organisation = { name: text(200), identifiers: z.array(Identifier).min(1).max(20), formal: z.boolean().default(true) }
export const RegisterOrganisation = z
  .strictObject({ ...organisation, administrator: AddPerson.describe('the first person, who may administer the organisation') })
  .meta({ id: 'RegisterOrganisation' })
export type RegisterOrganisation = z.output<typeof RegisterOrganisation>
export const ChangeOrganisation = z.strictObject(organisation).meta({ id: 'ChangeOrganisation' })

export const Person = z
  .strictObject({
    id: uuid,
    organisationId: uuid,
    name: z.string(),
    email: z.exactOptional(z.string()),
    jobTitle: z.exactOptional(z.string()),
    authorities: z.array(z.enum(authorities)),
    account: z.exactOptional(z.strictObject({ issuer: z.string(), subject: z.string() })),
    leftAt: z.exactOptional(instantOut),
    erasedAt: z.exactOptional(instantOut).describe('what was known of them was erased then: their id stands for their name'),
    revision: z.int(),
  })
  .meta({ id: 'Person' })
export type Person = z.output<typeof Person>

export const Application = z
  .strictObject({
    id: uuid,
    organisationId: uuid,
    name: z.string(),
    issuer: z.string(),
    subject: z.string(),
    scopes: z.array(z.enum(scopes)),
    revokedAt: z.exactOptional(instantOut),
    revision: z.int(),
  })
  .meta({ id: 'Application' })
export type Application = z.output<typeof Application>

/** An organisation as everybody in the registry sees it. */
export const OrganisationView = z
  .strictObject({
    id: uuid,
    name: z.string(),
    formal: z.boolean(),
    identifiers: z.array(Identifier),
    registeredAt: instantOut,
    revision: z.int(),
  })
  .meta({ id: 'Organisation' })
export type OrganisationView = z.output<typeof OrganisationView>

export type Organisation = OrganisationView &
  HasPosition &
  HasMessages &
  HasTemplates &
  HasDesks & {
    formerIdentifiers: Identifier[]
    people: ById<Person>
    applications: ById<Application>
  }

export const viewOrganisation = ({ id, name, formal, identifiers, registeredAt, revision }: Organisation): OrganisationView => ({
  id,
  name,
  formal,
  identifiers,
  registeredAt,
  revision,
})

/** A person as others see them: by name and job. What else is known of them stays within their own organisation. */
export const PersonView = Person.extend({ authorities: z.exactOptional(Person.shape.authorities) }).meta({ id: 'PersonView' })
export type PersonView = z.output<typeof PersonView>

export function viewPerson(person: Person, actor: Actor): PersonView {
  if (actor.kind !== 'operator' && actor.organisationId === person.organisationId) return person
  const { id, organisationId, name, jobTitle, erasedAt, revision } = person
  return { id, organisationId, name, ...(jobTitle && { jobTitle }), ...(erasedAt && { erasedAt }), revision }
}

/** Who was erased, with what of the organisation names them still. */
export const ErasedPerson = PersonView.extend({
  deskIds: z.array(uuid).describe('the open desks that have them as contact: what these say is not erased, so change them'),
}).meta({ id: 'ErasedPerson' })

export function viewErased({ people, desks }: Organisation, personId: string, actor: Actor): z.output<typeof ErasedPerson> {
  const person = people[personId] ?? refuse('not-found', { what: 'person' })
  const named = Object.values(desks).filter((desk) => desk.contactPersonId === personId && !desk.closedAt)
  return { ...viewPerson(person, actor), deskIds: named.map(({ id }) => id) }
}

/** For what only an organisation itself sees or does, and any of its people or applications may. */
export function requireOwn(organisationId: string, actor: Actor): void {
  if (actor.kind === 'operator' || actor.organisationId !== organisationId) refuse('other-organisation')
}

/** Registers an organisation with its first administrator: by the operator of the registry. After that it administers itself. */
export function registerOrganisation(input: RegisterOrganisation, { actor, newId }: Context): OrganisationEvent[] {
  if (actor.kind !== 'operator') refuse('operator-required')
  const id = newId()
  const { administrator, ...rest } = input
  const first = { ...administrator, authorities: [...new Set([...administrator.authorities, 'administer' as const])] }
  return [
    { type: 'organisation-registered', data: { id, ...rest } },
    { type: 'person-added', data: defined({ id: newId(), organisationId: id, ...first }) },
  ]
}

/** For what only those who administer an organisation do. */
export function requireAdministrator(state: Pick<Organisation, 'id'>, { actor }: Pick<Context, 'actor'>): void {
  if (actor.kind !== 'person' || actor.organisationId !== state.id) refuse('other-organisation')
  if (!actor.authorities.includes('administer')) refuse('may-not-administer')
}

export function changeOrganisation(state: Organisation, input: z.output<typeof ChangeOrganisation>, context: Context): OrganisationEvent[] {
  requireAdministrator(state, context)
  return [{ type: 'organisation-changed', data: input }]
}

export function addPerson(state: Organisation, input: AddPerson, context: Context): OrganisationEvent[] {
  requireAdministrator(state, context)
  return [{ type: 'person-added', data: defined({ id: context.newId(), organisationId: state.id, ...input }) }]
}

const requirePersonOf = (state: Organisation, personId: string): Person => {
  const person = state.people[personId]
  return person && !person.leftAt ? person : refuse('not-found', { what: 'person' })
}

export function changePerson(state: Organisation, personId: string, input: AddPerson, context: Context): OrganisationEvent[] {
  requireAdministrator(state, context)
  requirePersonOf(state, personId)
  if (!input.authorities.includes('administer')) requireOtherAdministrator(state, personId)
  return [{ type: 'person-changed', data: defined({ id: personId, organisationId: state.id, ...input }) }]
}

/** A person leaves the organisation: their account is known no more. Mandates end by withdrawal, in each agreement. */
export function removePerson(state: Organisation, personId: string, context: Context): OrganisationEvent[] {
  requireAdministrator(state, context)
  requirePersonOf(state, personId)
  requireOtherAdministrator(state, personId)
  return [{ type: 'person-left', data: { personId } }]
}

/**
 * Erases what is known of a person (docs/domain.md#erasure): by somebody who administers their organisation, or by the operator. Who is
 * still there leaves by it. `revisions` are the entries of this stream that say who the person is: their payloads go with this act.
 */
export function erasePerson(state: Organisation, personId: string, revisions: number[], context: Context): OrganisationEvent[] {
  if (context.actor.kind !== 'operator') requireAdministrator(state, context)
  const person = state.people[personId] ?? refuse('not-found', { what: 'person' })
  if (person.erasedAt) refuse('already-done', { what: 'erasure' })
  if (!person.leftAt) requireOtherAdministrator(state, personId)
  const erased: OrganisationEvent = { type: 'person-erased', data: { personId, leftAt: person.leftAt ?? context.now, revisions } }
  return person.leftAt ? [erased] : [{ type: 'person-left', data: { personId } }, erased]
}

function requireOtherAdministrator(state: Organisation, personId: string): void {
  const others = Object.values(state.people).filter(
    (person) => !person.leftAt && person.id !== personId && person.authorities.includes('administer'),
  )
  if (others.length === 0) refuse('last-administrator')
}

/** Binds a client application to the organisation: it reads what the organisation may read. */
export function addApplication(state: Organisation, input: AddApplication, context: Context): OrganisationEvent[] {
  requireAdministrator(state, context)
  return [{ type: 'application-added', data: { id: context.newId(), organisationId: state.id, ...input } }]
}

export function revokeApplication(state: Organisation, applicationId: string, context: Context): OrganisationEvent[] {
  requireAdministrator(state, context)
  const application = state.applications[applicationId]
  if (!application || application.revokedAt) refuse('not-found', { what: 'application' })
  return [{ type: 'application-revoked', data: { applicationId } }]
}

const sameIdentifier = (a: Identifier, b: Identifier): boolean => a.scheme === b.scheme && a.value === b.value

const evolvers = {
  ...positionEvents,
  ...messageEvents,
  ...templateEvents,
  ...deskEvents,
  'organisation-changed': (state, data: z.output<typeof ChangeOrganisation>, { revision }) => ({
    ...data,
    formerIdentifiers: [...state.formerIdentifiers, ...state.identifiers].filter(
      (former) => !data.identifiers.some((now) => sameIdentifier(former, now)),
    ),
    revision,
  }),
  'person-added': (state, data: Omit<Person, 'revision'>, { revision }) => ({ people: put(state.people, { ...data, revision }) }),
  'person-changed': (state, data: Omit<Person, 'revision'>, { revision }) => ({ people: put(state.people, { ...data, revision }) }),
  'person-left': (state, data: { personId: string }, { at, revision }) => ({
    people: patch(state.people, data.personId, { leftAt: at, revision }),
  }),
  // Made of ids and moments only: the same whether the payloads that named the person are still there or not.
  'person-erased': (state, data: { personId: string; leftAt: Instant; revisions: number[] }, { at, revision }) => ({
    people: put(state.people, {
      id: data.personId,
      organisationId: state.id,
      name: data.personId,
      authorities: [],
      leftAt: data.leftAt,
      erasedAt: at,
      revision,
    }),
  }),
  'application-added': (state, data: Omit<Application, 'revision'>, { revision }) => ({
    applications: put(state.applications, { ...data, revision }),
  }),
  'application-revoked': (state, data: { applicationId: string }, { at, revision }) => ({
    applications: patch(state.applications, data.applicationId, { revokedAt: at, revision }),
  }),
} satisfies Evolvers<Organisation>

/**
 * Whether what an event of an organisation says is about a person, and so goes when they are erased. Every event has its line: one that
 * is added without saying which does not compile.
 */
const aboutPerson = {
  'organisation-registered': false,
  'organisation-changed': false,
  'person-added': true,
  'person-changed': true,
  'person-left': false,
  'person-erased': false,
  'application-added': false,
  'application-revoked': false,
  'desk-opened': false,
  'desk-changed': false,
  'desk-closed': false,
  'position-stated': false,
  'position-acknowledged': false,
  'position-answered': false,
  'message-sent': false,
  'template-made': false,
  'template-withdrawn': false,
} as const satisfies Record<OrganisationEvent['type'], boolean>

/** The types of the entries whose payloads say who a person is. All else in the registry has their id only. */
export const personalEvents: readonly string[] = Object.entries(aboutPerson).flatMap(([type, about]) => (about ? [type] : []))

type Registered = { id: string; name: string; formal: boolean; identifiers: Identifier[] }
export type OrganisationEvent = { type: 'organisation-registered'; data: Registered; mandateId?: string } | EventOf<typeof evolvers>

/** The organisation after an event. */
export function evolve(state: Organisation | undefined, event: OrganisationEvent, recorded: Recorded): Organisation {
  if (event.type === 'organisation-registered')
    return {
      ...event.data,
      formerIdentifiers: [],
      people: {},
      applications: {},
      desks: {},
      templates: {},
      registeredAt: recorded.at,
      revision: recorded.revision,
    }
  if (!state) throw new Error(`an organisation begins with organisation-registered, not with ${event.type}`)
  const table: Evolvers<Organisation> = evolvers
  return { ...state, ...table[event.type]?.(state, event.data, recorded) }
}
