import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { vi } from 'vitest'
import { createAgreement } from '../../src/actions/agreement.ts'
import { writeText } from '../../src/actions/agreement-text.ts'
import { type AgreementChange, madeId } from '../../src/actions/change.ts'
import { answerCommitment, offerCommitment } from '../../src/actions/commitment.ts'
import type { Deps } from '../../src/actions/deps.ts'
import { grantMandate } from '../../src/actions/mandate.ts'
import { addApplication, addPerson, registerOrganisation } from '../../src/actions/organisation.ts'
import { createRole } from '../../src/actions/role.ts'
import { adopt, callReflection, closeRound, openRound, reflect, stateHearing, takeStance } from '../../src/actions/round.ts'
import { createLocalIssuer, type LocalIssuer } from '../../src/auth/local-issuer.ts'
import { loadRegistryKey, type RegistryKey } from '../../src/auth/registry-key.ts'
import { createVerifier } from '../../src/auth/token.ts'
import type { Actor, Authority, PersonActor } from '../../src/domain/actor.ts'
import { type Agreement, CreateAgreement } from '../../src/domain/agreement.ts'
import { AgreementText, contentOf, textDigest } from '../../src/domain/agreement-text.ts'
import { OfferCommitment } from '../../src/domain/commitment.ts'
import type { Scope } from '../../src/domain/identity.ts'
import { GrantMandate } from '../../src/domain/mandate-acts.ts'
import { AddPerson, RegisterOrganisation } from '../../src/domain/organisation.ts'
import { GiveReflection } from '../../src/domain/reflection.ts'
import type { TakeStance } from '../../src/domain/stance.ts'
import { addDays, addMonths, type Day, dayOf, type Instant, startOf } from '../../src/domain/time.ts'
import type { HttpDeps } from '../../src/http/app.ts'
import { newId } from '../../src/store/new-id.ts'
import { only } from './agreement.ts'
import { type FreshDatabase, freshDatabase } from './database.ts'
import { doorOf } from './door.ts'

/** Somebody with a token: a person, with what makes them an actor, or an application. */
export type Person = { subject: string; actor: PersonActor }
export type Application = { subject: string; actor: Actor; scopes: readonly Scope[] }
export type House = {
  id: string
  name: string
  representative: Person
  /** Administers the organisation, and grants its mandates. */
  grantor: Person
  colleague: Person
  application: Application
}

/** An answer with its JSON read. */
export type Answer = {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers, whose form the API's schemas check
  body: any
  /** As it was sent. */
  raw: string
  etag: string
  headers: LightMyRequestResponse['headers']
}

type Headers = Readonly<Record<string, string>>

/** Calls the API as somebody. Paths lie under /v1; the last argument of a change is the ETag for If-Match. */
export type Caller = {
  get: (path: string, headers?: Headers) => Promise<Answer>
  post: (path: string, body?: unknown, ifMatch?: string) => Promise<Answer>
  put: (path: string, body: unknown, ifMatch?: string) => Promise<Answer>
  patch: (path: string, body: unknown, ifMatch?: string) => Promise<Answer>
  del: (path: string, ifMatch?: string) => Promise<Answer>
  send: (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, headers: Headers, body?: unknown) => Promise<Answer>
}

export type Registry = {
  app: FastifyInstance
  /** Another door to the same registry, which checks tokens in another way. */
  door: (verify: HttpDeps['verify']) => FastifyInstance
  deps: Deps
  fresh: FreshDatabase
  key: RegistryKey
  /** School, team and city sit at the tables of these tests; parents are consulted, the inspectorate is informed; the stranger is nowhere. */
  school: House
  team: House
  city: House
  parents: House
  inspectorate: House
  stranger: House
  as: (who?: { subject: string; scopes?: readonly Scope[] }) => Caller
  operator: Caller
  /** The issuer of these tokens, or one with the same key for another audience. */
  issuerFor: (audience?: string) => Promise<LocalIssuer>
  now: () => Instant
  today: () => Day
  /** Moves the clock of the registry on by days. */
  pass: (days: number) => void
  /** Moves the clock of the registry on to a moment, or to the first moment of a day. */
  goTo: (when: Day | Instant) => void
  close: () => Promise<void>
}

const issuerName = 'http://127.0.0.1:8080/local'
const audience = 'handslag-test'
const dayMs = 24 * 60 * 60 * 1000
const seatedKeys = ['school', 'team', 'city'] as const
const operator: Actor = { kind: 'operator', subject: 'operator' }

/** A whole registry on a database of its own, with real tokens, six organisations and nothing agreed yet. */
export async function aRegistry(): Promise<Registry> {
  const [fresh, directory] = await Promise.all([freshDatabase(), mkdtemp(join(tmpdir(), 'handslag-test-'))])
  const { database } = fresh
  const [issuer, key] = await Promise.all([
    createLocalIssuer({ issuer: issuerName, audience, keyFile: join(directory, 'issuer.json') }),
    loadRegistryKey(join(directory, 'registry.json')),
  ])
  const deps: Deps = { database, newId, sign: key.sign, signingKeys: key.jwks }
  const door = (verify: HttpDeps['verify']) => doorOf(deps, verify)
  const app = door(createVerifier({ issuer: issuerName, audience, keys: issuer.keys }))
  await app.ready()
  const houses = {
    school: await aHouse(deps, 'school', 'School', 1),
    team: await aHouse(deps, 'team', 'Youth team', 2),
    city: await aHouse(deps, 'city', 'City', 3),
    parents: await aHouse(deps, 'parents', 'Parents', 4),
    inspectorate: await aHouse(deps, 'inspectorate', 'Inspectorate', 5),
    stranger: await aHouse(deps, 'stranger', 'Stranger', 6),
  }
  const now = () => new Date(Date.now() + database.clock.aheadMs).toISOString()
  return {
    app,
    door,
    deps,
    fresh,
    key,
    ...houses,
    as: (who) => callerOf(app, issuer, who),
    operator: callerOf(app, issuer, { subject: 'operator', scopes: ['handslag:read', 'handslag:write', 'handslag:operate'] }),
    issuerFor: (other = audience) => createLocalIssuer({ issuer: issuerName, audience: other, keyFile: join(directory, 'issuer.json') }),
    now,
    today: () => dayOf(now()),
    pass: (days) => {
      database.clock.aheadMs += days * dayMs
    },
    goTo: (when) => {
      const moment = when.length === 10 ? startOf(when) : when
      database.clock.aheadMs = Date.parse(moment) - Date.now()
    },
    close: async () => {
      await app.close()
      await fresh.drop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** An organisation with three people and an application; `nth` makes its identifier. */
export async function aHouse(deps: Deps, key: string, name: string, nth: number): Promise<House> {
  const person = (role: string, authorities: Authority[]) =>
    AddPerson.parse({ name: `${name} ${role}`, jobTitle: role, authorities, account: { issuer: issuerName, subject: `${key}-${role}` } })
  const authorities: Authority[] = ['administer', 'grant-mandates']
  const registered = await registerOrganisation(
    deps,
    operator,
    RegisterOrganisation.parse({
      name,
      // The prefix 00000099 is kept for tests.
      identifiers: [{ scheme: 'oin', value: `00000099${String(nth).padStart(9, '0')}000` }],
      administrator: person('grantor', authorities),
    }),
  )
  const { id } = registered
  const personOf = (role: string, personId: string, may: Authority[]): Person => ({
    subject: `${key}-${role}`,
    actor: { kind: 'person', personId, organisationId: id, authorities: may },
  })
  const grantor = personOf('grantor', only(Object.keys(registered.state.people)[0]), authorities)
  const others: Person[] = []
  for (const role of ['representative', 'colleague']) {
    const added = await addPerson(deps, grantor.actor, { organisationId: id }, person(role, []))
    others.push(personOf(role, only(added.events.flatMap((event) => (event.type === 'person-added' ? [event.data.id] : []))[0]), []))
  }
  const scopes: Scope[] = ['handslag:read']
  const added = await addApplication(
    deps,
    grantor.actor,
    { organisationId: id },
    { name: 'Case system', issuer: issuerName, subject: `${key}-application`, scopes },
  )
  const applicationId = only(Object.keys(added.state.applications)[0])
  const application: Application = {
    subject: `${key}-application`,
    actor: { kind: 'application', applicationId, organisationId: id },
    scopes,
  }
  return { id, name, grantor, representative: only(others[0]), colleague: only(others[1]), application }
}

function callerOf(app: FastifyInstance, issuer: LocalIssuer, who?: { subject: string; scopes?: readonly Scope[] }): Caller {
  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    headers: Headers,
    body?: unknown,
  ): Promise<Answer> => {
    const token = who && (await issuer.issue({ subject: who.subject, scopes: who.scopes ?? ['handslag:read', 'handslag:write'] }))
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const answer = await app.inject({
      method,
      url: `/v1${path}`,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': type }), ...headers },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    })
    const isJson = /json/.test(String(answer.headers['content-type']))
    return {
      status: answer.statusCode,
      body: isJson && answer.body !== '' ? answer.json() : answer.body,
      raw: answer.body,
      etag: String(answer.headers.etag ?? ''),
      headers: answer.headers,
    }
  }
  const matching = (ifMatch: string | undefined): Headers => (ifMatch === undefined ? {} : { 'if-match': ifMatch })
  return {
    get: (path, headers = {}) => ask('GET', path, headers),
    post: (path, body, ifMatch) => ask('POST', path, matching(ifMatch), body),
    put: (path, body, ifMatch) => ask('PUT', path, matching(ifMatch), body),
    patch: (path, body, ifMatch) => ask('PATCH', path, matching(ifMatch), body),
    del: (path, ifMatch) => ask('DELETE', path, matching(ifMatch)),
    send: ask,
  }
}

/** Every statement that the registry sends to the database while something happens: one per round trip. */
export async function statementsDuring({ deps }: Registry, act: () => Promise<unknown>): Promise<string[]> {
  const client = await deps.database.pool.connect()
  const every = vi.spyOn(Object.getPrototypeOf(client), 'query')
  client.release()
  try {
    await act()
    return every.mock.calls.map(([query]) => (typeof query === 'string' ? query : (query as { text: string }).text))
  } finally {
    every.mockRestore()
  }
}

/** What an answer was refused for: its status and code, and each reason with where it points. */
export const refusalOf = ({ status, body }: Answer): { status: number; code: string; errors: string[] } => ({
  status,
  code: body.code,
  errors: (body.errors ?? []).map(({ code, pointer, parameter }: Record<string, string>) => `${code} ${pointer ?? parameter ?? ''}`.trim()),
})

/** The subject of every agreement and mandate here, and the limit of the mandates. */
export const subject = 'safety-planning'
export const limit = { measure: 'hours-per-week', maximum: 16 }

const seated = (registry: Registry): House[] => seatedKeys.map((key) => registry[key])

/** The state of an agreement after a change, and the ids that tests need. */
export type Table = { id: string; state: Agreement }
const tableOf = ({ id, state }: AgreementChange): Table => ({ id, state })

export const partyIdOf = ({ state }: Table, { id }: House): string =>
  only(Object.values(state.parties).find((party) => party.organisationId === id && !party.leftAt)).id

export const mandateIdOf = ({ state }: Table, { actor }: Person): string =>
  only(Object.values(state.mandates).findLast((mandate) => mandate.holderId === actor.personId)).id

export const digestOf = ({ state }: Table): string => textDigest(contentOf(state))

type Setup = { kind?: 'two' | 'covenant'; visibility?: 'parties' | 'network' | 'public'; networkId?: string; title?: string }

/** A draft: three organisations seated with a mandate each, the parents consulted, the inspectorate informed. */
export async function aDraft(registry: Registry, setup: Setup = {}): Promise<Table> {
  const { deps, school, team, city, parents, inspectorate } = registry
  const input = CreateAgreement.parse({
    kind: 'two',
    title: 'Back to school',
    purpose: 'Every child at school again, because home alone nobody learns.',
    parties: [
      { organisationId: team.id, involvement: 'seated' },
      { organisationId: city.id, involvement: 'seated' },
      { organisationId: parents.id, involvement: 'consulted', formal: false },
      { organisationId: inspectorate.id, involvement: 'informed' },
    ],
    ...setup,
  })
  let table = tableOf(await createAgreement(deps, school.grantor.actor, input))
  for (const house of seated(registry)) {
    const mandate = GrantMandate.parse({
      holderId: house.representative.actor.personId,
      basis: 'Mandate decision 2025, article 3',
      subjects: [subject],
      limits: [limit],
      validUntil: addMonths(registry.today(), 24),
    })
    table = tableOf(await grantMandate(deps, house.grantor.actor, { agreementId: table.id }, mandate))
  }
  return table
}

/** The first round, just opened. */
export async function deliberating(registry: Registry, setup: Setup = {}): Promise<Table> {
  const { id } = await aDraft(registry, setup)
  return tableOf(await openRound(registry.deps, registry.school.representative.actor, { agreementId: id }, {}))
}

/** A text in which every element is filled, from today for three months, reviewed after two. */
export function wholeText(registry: Registry, table: Table, over: Partial<AgreementText> = {}): AgreementText {
  const from = registry.today()
  const textItem = (text: string) => ({ id: newId(), text })
  return AgreementText.parse({
    ...table.state.text,
    plainSummary: 'We help each child back to school together.',
    groundRules: table.state.text.groundRules ?? {},
    mandate: { needed: 'Promise hours of your own people.', subjects: [subject] },
    inScope: [textItem('Children between 4 and 18')],
    outOfScope: [textItem('Transport')],
    preparation: 'Every organisation reads the text beforehand.',
    routing: 'Through the care desk.',
    processEvaluation: 'At every meeting we ask how it goes.',
    decisions: [
      { id: newId(), what: 'One contact person per child', why: 'Parents asked for it', byPartyIds: [partyIdOf(table, registry.school)] },
    ],
    evaluationCriteria: [{ id: newId(), text: 'Fewer children at home', means: 'success' }],
    beneficiaries: [{ id: newId(), name: 'Children at home', addedValue: 'They know who comes', nuisance: 'They tell it once' }],
    validity: { validFrom: from, reviewOn: addMonths(from, 2), validUntil: addDays(addMonths(from, 3), -1) },
    buildsOn: (table.state.round?.agenda ?? []).slice(0, 1).map((item) => item.id),
    ...over,
  })
}

/** A round in which only stances and adoption are left to do: text, role, an accepted commitment of the team, everybody heard. */
export async function prepared(registry: Registry, setup: Setup = {}, over: Partial<AgreementText> = {}): Promise<Table> {
  const { deps, school, team } = registry
  let table = await deliberating(registry, setup)
  const target = { agreementId: table.id }
  const speaker = school.representative.actor
  table = tableOf(await writeText(deps, speaker, target, wholeText(registry, table, over)))
  const role = await createRole(deps, speaker, target, {
    name: 'lead',
    purpose: 'Keeps us together',
    tasks: [{ what: 'Call the parents' }],
  })
  const offer = OfferCommitment.parse({
    what: 'Visit every family within a week',
    ownerPartyId: partyIdOf(table, team),
    roleId: madeId(role, 'role-created'),
    subject,
    demands: [{ measure: limit.measure, amount: 8 }],
    ongoing: true,
  })
  const offered = await offerCommitment(deps, speaker, target, offer)
  const commitmentId = only(Object.keys(offered.state.commitments)[0])
  await answerCommitment(deps, team.representative.actor, target, commitmentId, { decision: 'accepted' })
  for (const house of seated(registry)) {
    table = tableOf(await stateHearing(deps, house.representative.actor, { ...target, roundNumber: 1 }, { concerns: [] }))
  }
  return table
}

/** Has every seated house accept the text as it is; the city with a dissent where one is given. */
export async function accepted(
  registry: Registry,
  table: Table,
  dissent?: Extract<TakeStance, { position: 'accept-with-dissent' }>['dissent'],
): Promise<Table> {
  let after = table
  const textDigest = digestOf(table)
  const target = { agreementId: table.id, roundNumber: only(table.state.round ?? undefined).number }
  for (const house of seated(registry)) {
    const stance: TakeStance =
      dissent && house === registry.city ? { position: 'accept-with-dissent', textDigest, dissent } : { position: 'accept', textDigest }
    after = tableOf(await takeStance(registry.deps, house.representative.actor, target, stance))
  }
  return after
}

/** A version just adopted, in force from today. */
export async function acting(registry: Registry, setup: Setup = {}, over: Partial<AgreementText> = {}): Promise<Table> {
  const table = await accepted(registry, await prepared(registry, setup, over))
  const target = { agreementId: table.id, roundNumber: 1 }
  return tableOf(await adopt(registry.deps, registry.school.representative.actor, target, { textDigest: digestOf(table) }))
}

/** After a first version: everybody reflects, and a second version is adopted, in force from today. */
export async function renewed(registry: Registry, table: Table, over: Partial<AgreementText> = {}): Promise<Table> {
  const { deps, school, team } = registry
  const target = { agreementId: table.id, roundNumber: 1 }
  const speaker = school.representative.actor
  const { content, dissents } = only(table.state.adopted ?? undefined)
  await callReflection(deps, speaker, target, { reason: 'Practice has spoken.' })
  for (const house of seated(registry)) {
    const own = content.commitments.filter((terms) => terms.ownerPartyId === partyIdOf(table, house))
    const reflection = GiveReflection.parse({
      whatWorks: 'We call each other sooner.',
      whatHappened: 'Twelve children went back.',
      whatWeLearned: 'One contact person is enough.',
      commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
      dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'refuted', why: 'We counted.' })),
      criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
      beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
      pulse: { atmosphere: 4, effectiveness: 3 },
    })
    await reflect(deps, house.representative.actor, target, reflection)
  }
  await closeRound(deps, speaker, target)
  let next = tableOf(await openRound(deps, speaker, { agreementId: table.id }, {}))
  next = tableOf(await writeText(deps, speaker, { agreementId: table.id }, wholeText(registry, next, over)))
  const again = { agreementId: table.id, roundNumber: 2 }
  for (const id of Object.keys(next.state.commitments)) {
    await answerCommitment(deps, team.representative.actor, again, id, { decision: 'accepted' })
  }
  for (const house of seated(registry)) {
    next = tableOf(await stateHearing(deps, house.representative.actor, again, { concerns: [] }))
  }
  next = await accepted(registry, next)
  return tableOf(await adopt(deps, speaker, again, { textDigest: digestOf(next) }))
}
