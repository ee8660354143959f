import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { grantMandates } from '../../actions/mandate.ts'
import {
  addApplication,
  addPerson,
  changeOrganisation,
  changePerson,
  erasePerson,
  registerOrganisation,
  removePerson,
  revokeApplication,
} from '../../actions/organisation.ts'
import { MandateView } from '../../domain/mandate.ts'
import { GrantMandates } from '../../domain/mandate-acts.ts'
import {
  AddApplication,
  AddPerson,
  Application,
  ChangeOrganisation,
  ErasedPerson,
  identifierSchemes,
  OrganisationView,
  PersonView,
  RegisterOrganisation,
  viewErased,
  viewOrganisation,
  viewPerson,
} from '../../domain/organisation.ts'
import { PersonData } from '../../domain/person-data.ts'
import { receiptOut } from '../../domain/proof.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findApplication, findOrganisation, findPerson, listApplications, listOrganisations, listPeople } from '../../store/organisation.ts'
import { dataOf } from '../../store/person-data.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id } from '../params.ts'

const ofOrganisation = { organisationId: id }
const pages = z.strictObject(pageQuery())
const byId = z.tuple([uuid])

const person = {
  name: 'Sanne Vink',
  email: 'sanne.vink@example.nl',
  jobTitle: 'Wijkagent',
  account: { issuer: 'https://login.example.nl', subject: 'sanne' },
}
// The prefix 00000099 is kept for tests in the OIN system.
const organisation = { name: 'Politie basisteam De Kogge', identifiers: [{ scheme: 'oin' as const, value: '00000099000000002000' }] }

/** Who is who: organisations, which administer themselves, with their people, desks and applications. */
export function organisationRoutes(app: FastifyInstance, deps: Deps): void {
  organisations(app, deps)
  people(app, deps)
  personalData(app, deps)
  applications(app, deps)

  operation(app, {
    method: 'POST',
    path: '/organisations/:organisationId/mandate-grants',
    id: 'grantMandates',
    tag: 'Mandates',
    summary: { en: 'Grant a mandate in several agreements at once', nl: 'Verleen een mandaat in meerdere overeenstemmingen tegelijk' },
    description: {
      en: 'It is granted in every one of them, or in none: the answer names each that stands in the way.',
      nl: 'Het wordt in allemaal verleend, of in geen enkele: het antwoord noemt wat in de weg staat.',
    },
    access: 'person',
    params: z.strictObject(ofOrganisation),
    body: GrantMandates,
    example: {
      agreementIds: [anId],
      holderId: anId,
      basis: 'Mandaatbesluit 2026, artikel 3',
      subjects: ['safety-planning'],
      validUntil: '2027-11-21',
    },
    answer: {
      status: 201,
      schema: z
        .strictObject({ items: z.array(z.strictObject({ agreementId: uuid, mandate: MandateView, receipt: receiptOut })) })
        .meta({ id: 'GrantedMandates' }),
    },
    handle: async ({ actor, params, body }) => ({ body: { items: await grantMandates(deps, await actor(), params.organisationId, body) } }),
  })
}

function organisations(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/organisations',
    id: 'listOrganisations',
    tag: 'Organisations',
    summary: { en: 'The organisations in the registry, by name', nl: 'De organisaties in het register, op naam' },
    access: 'known',
    query: z.strictObject({
      ...pageQuery(),
      identifier: z
        .string()
        // 206: a scheme of at most 5 letters, a colon, and a value of 200.
        .max(206)
        .regex(new RegExp(`^(${identifierSchemes.join('|')}):.+$`))
        .optional()
        .describe('only the organisation with this identifier, such as `oin:00000099000000002000`'),
    }),
    answer: { status: 200, schema: pageOf(OrganisationView, 'OrganisationPage') },
    handle: async (call) => {
      const { identifier, limit } = call.query
      const [scheme = '', ...value] = identifier?.split(':') ?? []
      const wanted = identifier === undefined ? undefined : { scheme, value: value.join(':') }
      const after = position(call, z.tuple([z.string(), uuid]))
      const rows = await listOrganisations(deps.database, wanted, { after, limit: limit + 1 })
      return page(call, rows, { keys: ({ name, id }) => [name, id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/organisations',
    id: 'registerOrganisation',
    tag: 'Organisations',
    summary: { en: 'Register an organisation with its first administrator', nl: 'Registreer een organisatie met haar eerste beheerder' },
    description: { en: 'After that it administers itself.', nl: 'Daarna beheert ze zichzelf.' },
    access: 'operator',
    body: RegisterOrganisation,
    example: { ...organisation, administrator: { ...person, authorities: ['administer'] } },
    answer: { status: 201, schema: OrganisationView, etag: true, location: true },
    handle: async ({ actor, body }) => {
      const { state } = await registerOrganisation(deps, await actor(), body)
      return { body: viewOrganisation(state), etag: etagOf(state.revision), location: `/organisations/${state.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId',
    id: 'getOrganisation',
    tag: 'Organisations',
    summary: { en: 'An organisation', nl: 'Een organisatie' },
    access: 'known',
    params: z.strictObject(ofOrganisation),
    answer: { status: 200, schema: OrganisationView, etag: true },
    handle: async ({ params }) => {
      const body = await findOrganisation(deps.database, params.organisationId)
      return { body, etag: etagOf(body.revision) }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/organisations/:organisationId',
    id: 'changeOrganisation',
    tag: 'Organisations',
    summary: { en: 'Change your organisation', nl: 'Wijzig uw organisatie' },
    access: 'person',
    params: z.strictObject(ofOrganisation),
    body: ChangeOrganisation,
    example: organisation,
    answer: { status: 200, schema: OrganisationView, etag: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await changeOrganisation(deps, await actor(), { ...params, ifMatch }, body)
      return { body: viewOrganisation(state), etag: etagOf(state.revision) }
    },
  })
}

function people(app: FastifyInstance, deps: Deps): void {
  const params = z.strictObject({ ...ofOrganisation, personId: id })
  const privacy = {
    en: 'Others see name and job title; what else is known of a person stays within their own organisation.',
    nl: 'Anderen zien naam en functie; wat verder van iemand bekend is, blijft binnen de eigen organisatie.',
  }

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/people',
    id: 'listPeople',
    tag: 'Organisations',
    summary: { en: 'The people who are with an organisation now', nl: 'De mensen die nu bij een organisatie horen' },
    description: privacy,
    access: 'member',
    params: z.strictObject(ofOrganisation),
    query: pages,
    answer: { status: 200, schema: pageOf(PersonView, 'PersonPage') },
    handle: async (call) => {
      const actor = await call.actor()
      const after = position(call, byId)
      const rows = await listPeople(deps.database, call.params.organisationId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ id }) => [id], item: (row) => viewPerson(row, actor) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/organisations/:organisationId/people',
    id: 'addPerson',
    tag: 'Organisations',
    summary: { en: 'Add a person to your organisation', nl: 'Voeg iemand toe aan uw organisatie' },
    access: 'person',
    params: z.strictObject(ofOrganisation),
    body: AddPerson,
    example: person,
    answer: { status: 201, schema: PersonView, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const caller = await actor()
      const changed = await addPerson(deps, caller, { ...params, ifMatch }, body)
      const added = changed.state.people[madeId(changed, 'person-added')] ?? refuse('not-found', { what: 'person' })
      const location = `/organisations/${params.organisationId}/people/${added.id}`
      return { body: viewPerson(added, caller), etag: etagOf(added.revision), location }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/people/:personId',
    id: 'getPerson',
    tag: 'Organisations',
    summary: { en: 'A person, also one who has left', nl: 'Een persoon, ook wie vertrokken is' },
    description: privacy,
    access: 'member',
    params,
    answer: { status: 200, schema: PersonView, etag: true },
    handle: async ({ actor, params }) => {
      const found = await findPerson(deps.database, params.organisationId, params.personId)
      return { body: viewPerson(found, await actor()), etag: etagOf(found.revision) }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/organisations/:organisationId/people/:personId',
    id: 'changePerson',
    tag: 'Organisations',
    summary: { en: 'Change a person of your organisation', nl: 'Wijzig iemand van uw organisatie' },
    access: 'person',
    params,
    body: AddPerson,
    example: person,
    answer: { status: 200, schema: PersonView, etag: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const caller = await actor()
      const { state } = await changePerson(deps, caller, { ...params, ifMatch }, params.personId, body)
      const changed = state.people[params.personId] ?? refuse('not-found', { what: 'person' })
      return { body: viewPerson(changed, caller), etag: etagOf(changed.revision) }
    },
  })

  operation(app, {
    method: 'DELETE',
    path: '/organisations/:organisationId/people/:personId',
    id: 'removePerson',
    tag: 'Organisations',
    summary: { en: 'Record that a person has left', nl: 'Leg vast dat iemand vertrokken is' },
    description: {
      en: 'Their account is known no more; what they did stays on record. Their mandates end by withdrawal, in each agreement.',
      nl: 'Het account is niet meer bekend; wat iemand deed blijft vastgelegd. Mandaten eindigen door intrekking, in elke overeenstemming.',
    },
    access: 'person',
    params,
    answer: { status: 204 },
    handle: async ({ actor, params, ifMatch }) => {
      await removePerson(deps, await actor(), { ...params, ifMatch }, params.personId)
      return {}
    },
  })
}

/** What is held about a person, and the end of it. */
function personalData(app: FastifyInstance, deps: Deps): void {
  const params = z.strictObject({ ...ofOrganisation, personId: id })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/people/:personId/data',
    id: 'getPersonData',
    tag: 'Organisations',
    summary: { en: 'Everything the registry holds about a person', nl: 'Alles wat het register over iemand bewaart' },
    description: {
      en: 'For the person themself, and for who administers their organisation. What they acknowledged as a guest is with the parties of that agreement, and not in it.',
      nl: 'Voor de persoon zelf, en voor wie de organisatie beheert. Wat iemand als gast erkende, ligt bij de partijen van die overeenstemming en staat er niet in.',
    },
    access: 'person',
    params,
    answer: { status: 200, schema: PersonData },
    handle: async ({ actor, params }) => ({ body: await dataOf(deps.database, await actor(), params.organisationId, params.personId) }),
  })

  operation(app, {
    method: 'POST',
    path: '/organisations/:organisationId/people/:personId/erasure',
    id: 'erasePerson',
    tag: 'Organisations',
    summary: { en: 'Erase what is known of a person', nl: 'Wis wat over iemand bekend is' },
    description: {
      en: 'Name, e-mail address, job title and account are gone, from history as well; their id stays, with what was done under it. Who is still there leaves by it. It cannot be undone. What a desk says of its contact stays: the answer names the desks that have them as contact.',
      nl: 'Naam, e-mailadres, functie en account zijn weg, ook uit de historie; het id blijft, met wat daaronder gedaan is. Wie er nog is, vertrekt ermee. Het is niet terug te draaien. Wat een loket over zijn contactpersoon zegt, blijft staan: het antwoord noemt de loketten die de persoon als contact hebben.',
    },
    access: 'known',
    params,
    answer: { status: 200, schema: ErasedPerson, etag: true },
    handle: async ({ actor, params, ifMatch }) => {
      const caller = await actor()
      const { state } = await erasePerson(deps, caller, { organisationId: params.organisationId, ifMatch }, params.personId)
      const body = viewErased(state, params.personId, caller)
      return { body, etag: etagOf(body.revision) }
    },
  })
}

function applications(app: FastifyInstance, deps: Deps): void {
  const params = z.strictObject({ ...ofOrganisation, applicationId: id })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/applications',
    id: 'listApplications',
    tag: 'Organisations',
    summary: { en: 'The applications of your organisation', nl: 'De applicaties van uw organisatie' },
    access: 'member',
    params: z.strictObject(ofOrganisation),
    query: pages,
    answer: { status: 200, schema: pageOf(Application, 'ApplicationPage') },
    handle: async (call) => {
      const after = position(call, byId)
      const { organisationId } = call.params
      const rows = await listApplications(deps.database, await call.actor(), organisationId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ id }) => [id], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/organisations/:organisationId/applications',
    id: 'addApplication',
    tag: 'Organisations',
    summary: { en: 'Bind an application to your organisation', nl: 'Verbind een applicatie aan uw organisatie' },
    description: {
      en: 'It reads what your organisation may read, with at most these scopes, and never speaks for it.',
      nl: 'Ze leest wat uw organisatie mag lezen, met hoogstens deze scopes, en spreekt nooit namens haar.',
    },
    access: 'person',
    params: z.strictObject(ofOrganisation),
    body: AddApplication,
    example: { name: 'Zaaksysteem', issuer: 'https://login.example.nl', subject: 'zaaksysteem', scopes: ['handslag:read'] },
    answer: { status: 201, schema: Application, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const changed = await addApplication(deps, await actor(), { ...params, ifMatch }, body)
      const added = changed.state.applications[madeId(changed, 'application-added')] ?? refuse('not-found', { what: 'application' })
      const location = `/organisations/${params.organisationId}/applications/${added.id}`
      return { body: added, etag: etagOf(added.revision), location }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/applications/:applicationId',
    id: 'getApplication',
    tag: 'Organisations',
    summary: { en: 'An application of your organisation', nl: 'Een applicatie van uw organisatie' },
    access: 'member',
    params,
    answer: { status: 200, schema: Application, etag: true },
    handle: async ({ actor, params }) => {
      const body = await findApplication(deps.database, await actor(), params.organisationId, params.applicationId)
      return { body, etag: etagOf(body.revision) }
    },
  })

  operation(app, {
    method: 'DELETE',
    path: '/organisations/:organisationId/applications/:applicationId',
    id: 'revokeApplication',
    tag: 'Organisations',
    summary: { en: 'Revoke an application of your organisation', nl: 'Trek een applicatie van uw organisatie in' },
    access: 'person',
    params,
    answer: { status: 204 },
    handle: async ({ actor, params, ifMatch }) => {
      await revokeApplication(deps, await actor(), { ...params, ifMatch }, params.applicationId)
      return {}
    },
  })
}
