import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type AgreementChange, madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { amendReflection, callReflection, reflect } from '../../actions/round.ts'
import { CallReflection, GiveReflection, ReflectionView, RoundDetail, viewReflection } from '../../domain/reflection.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findReflection, listReflections } from '../../store/round.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofRound } from '../params.ts'
import { changedRound } from './round.ts'

const tag = 'Rounds'
const one = z.strictObject({ ...ofRound, reflectionId: id })

/** A reflection as its own party sees it after a change. */
const changedReflection = ({ state }: AgreementChange, reflectionId: string) => {
  const reflection = state.reflections[reflectionId] ?? refuse('not-found', { what: 'reflection' })
  const body = viewReflection(reflection, reflection.partyId)
  return { body, etag: etagOfBody(reflection.revision, body) }
}

const example: z.input<typeof GiveReflection> = {
  whatWorks: 'We bellen elkaar gewoon.',
  whatHappened: 'Doordeweeks lukte het bezoek steeds; in het weekend vaak niet.',
  whatWeLearned: 'Het weekend vraagt een eigen afspraak.',
  commitments: [{ commitmentId: anId, outcome: 'partly', why: 'Doordeweeks wel, in het weekend niet altijd.' }],
  dissents: [{ dissentId: anId, outcome: 'confirmed', why: 'Een op de vier weekendbezoeken was te laat.' }],
  criteria: [{ criterionId: anId, met: 'partly' }],
  beneficiaries: [{ beneficiaryId: anId, addedValue: 4, nuisance: 2 }],
  pulse: { atmosphere: 4, effectiveness: 3 },
  norms: { reachable: 4, listening: 5 },
  recommendations: [{ level: 'policy', text: 'Regel een gezamenlijke weekenddienst.' }],
  nextRound: ['Een afspraak voor het weekend'],
}

/** Reflecting: what practice made of the version. */
export function reflectionRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/reflection-calls',
    id: 'callReflection',
    tag,
    summary: { en: 'Open reflecting before its day', nl: 'De reflectie vervroegd openen' },
    access: 'person',
    params: z.strictObject(ofRound),
    body: CallReflection,
    example: { reason: 'Na drie weken blijkt al dat het weekend niet lukt.' },
    answer: { status: 201, schema: RoundDetail, etag: true },
    handle: async ({ actor, params, body, ifMatch }) =>
      changedRound(await callReflection(deps, await actor(), { ...params, ifMatch }, body)),
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/reflections',
    id: 'listReflections',
    tag,
    summary: { en: 'The reflections of the parties', nl: 'De reflecties van de partijen' },
    description: {
      en: 'The pulse of a party, and what it gave the norms, show only to that party.',
      nl: 'De sfeermeting van een partij, en wat zij de normen gaf, ziet alleen die partij.',
    },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(ReflectionView, 'ReflectionPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const slice = { after, limit: call.query.limit + 1 }
      const { docs, partyId } = await listReflections(database, await call.actor(), call.params, slice)
      return page(call, docs, { keys: (reflection) => [reflection.id], item: (reflection) => viewReflection(reflection, partyId) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/reflections',
    id: 'reflect',
    tag,
    summary: { en: 'Reflect on the version, once for your party', nl: 'Reflecteren op de versie, één keer namens uw partij' },
    description: {
      en: 'What works comes first. Judges at least the commitments of one’s own, every dissent and every evaluation criterion. It can be amended until the round closes.',
      nl: 'Wat werkt komt eerst. Oordeelt minstens over de eigen afspraken, elk verschil van mening en elk evaluatiecriterium. Aan te vullen totdat de ronde sluit.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: GiveReflection,
    example,
    answer: { status: 201, schema: ReflectionView, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await reflect(deps, await actor(), { ...params, ifMatch }, body)
      const made = changedReflection(changed, madeId(changed, 'reflection-given'))
      return { ...made, location: `/agreements/${params.agreementId}/rounds/${params.roundNumber}/reflections/${made.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/reflections/:reflectionId',
    id: 'getReflection',
    tag,
    summary: { en: 'One reflection', nl: 'Eén reflectie' },
    access: 'member',
    params: one,
    answer: { status: 200, schema: ReflectionView, etag: true },
    handle: async ({ actor, params: { reflectionId, ...round } }) => {
      const { doc, partyId } = await findReflection(database, await actor(), round, reflectionId)
      const body = viewReflection(doc, partyId)
      return { body, etag: etagOfBody(doc.revision, body) }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/rounds/:roundNumber/reflections/:reflectionId',
    id: 'amendReflection',
    tag,
    summary: { en: 'Amend the reflection of your party', nl: 'De reflectie van uw partij aanvullen' },
    access: 'person',
    params: one,
    body: GiveReflection,
    example,
    answer: { status: 200, schema: ReflectionView, etag: true },
    handle: async ({ actor, params: { reflectionId, ...round }, body, ifMatch }) =>
      changedReflection(await amendReflection(deps, await actor(), { ...round, ifMatch }, reflectionId, body), reflectionId),
  })
}
