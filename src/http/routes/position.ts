import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { acknowledgePosition, answerAcknowledgement, statePosition } from '../../actions/position.ts'
import { mostAtTable } from '../../domain/event.ts'
import { AcknowledgementView, AcknowledgePosition, AnswerPosition, PositionStatement, StatePosition } from '../../domain/position.ts'
import { refuse } from '../../domain/refusal.ts'
import { type Scope, ScopeOverlap, scopeOverlaps } from '../../domain/scope-overlaps.ts'
import { uuid } from '../../domain/uuid.ts'
import { currentVersions } from '../../store/current-list.ts'
import { acknowledgementAbout, listAcknowledgements, listStatements, positionsInNetwork, statementOf } from '../../store/position.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageOfAll, pageQuery, position } from '../page.ts'
import { id, number } from '../params.ts'

const ofOrganisation = { organisationId: id }
const ofStatement = { ...ofOrganisation, statementNumber: number.describe('the number of the statement / het nummer van de positie') }
const tag = 'Organisations'

/** Positioning: what organisations are for and not for, that others understand it, and where that overlaps or leaves gaps. */
export function positionRoutes(app: FastifyInstance, deps: Deps): void {
  statements(app, deps)
  acknowledgements(app, deps)

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/scope-overlaps',
    id: 'listScopeOverlaps',
    tag: 'Networks',
    summary: {
      en: 'Subjects on which positions and scopes in a network overlap, meet or leave a gap',
      nl: 'Onderwerpen waarop posities en reikwijdtes in een samenwerkingsverband overlappen, aan elkaar grenzen of een gat laten',
    },
    description: {
      en: 'From what its members stated last, and the scope (what it is about, and what not) of the versions in force there that you may read; of each the first 500.',
      nl: 'Uit de laatste positie van elk lid, en uit de reikwijdte (waar het wel en niet over gaat) van de versies die er van kracht zijn en die u mag lezen; van elk de eerste 500.',
    },
    access: 'member',
    params: z.strictObject({ networkId: id }),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(ScopeOverlap, 'ScopeOverlapPage') },
    handle: async (call) => {
      const { networkId } = call.params
      const actor = await call.actor()
      const positions = await positionsInNetwork(deps.database, actor, networkId, mostAtTable)
      const scopes = await currentVersions<Scope>(deps.database, actor, { networkId }, {}, { limit: mostAtTable })
      return pageOfAll(call, scopeOverlaps(positions, scopes), { key: ({ subject }) => subject, item: (row) => row })
    },
  })
}

function statements(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/position-statements',
    id: 'listPositionStatements',
    tag,
    summary: {
      en: 'What an organisation stated that it is for and not for; the last one counts',
      nl: 'Waar een organisatie zegt wel en niet van te zijn; de laatste positie telt',
    },
    access: 'known',
    params: z.strictObject(ofOrganisation),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(PositionStatement, 'PositionStatementPage') },
    handle: async (call) => {
      const [after] = position(call, z.tuple([z.int()])) ?? []
      const rows = await listStatements(deps.database, call.params.organisationId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ number }) => [number], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/organisations/:organisationId/position-statements',
    id: 'statePosition',
    tag,
    summary: {
      en: 'State what your organisation is for, is not for, its limits, and why',
      nl: 'Zeg waar uw organisatie wel en niet van is, wat haar grenzen zijn, en waarom',
    },
    description: {
      en: 'It takes the place of the one before, which stays on record. Others acknowledge it anew.',
      nl: 'Het komt in de plaats van de vorige, die bewaard blijft. Anderen erkennen het opnieuw.',
    },
    access: 'person',
    params: z.strictObject(ofOrganisation),
    body: StatePosition,
    example: {
      weAreFor: [{ text: 'Opvang van slachtoffers, dag en nacht', subject: 'shelter' }],
      weAreNotFor: [{ text: 'Opsporing en vervolging', subject: 'prosecution' }],
      limits: ['Wij delen geen adressen van de opvang.'],
      why: 'Wie bij ons komt, moet veilig zijn voordat er iets anders kan.',
    },
    answer: { status: 201, schema: PositionStatement, etag: true, location: true },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await statePosition(deps, await actor(), { ...params, ifMatch }, body)
      const stated = state.position ?? refuse('not-found', { what: 'position statement' })
      const location = `/organisations/${params.organisationId}/position-statements/${stated.number}`
      return { body: stated, etag: etagOf(stated.revision), location }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/organisations/:organisationId/position-statements/:statementNumber',
    id: 'getPositionStatement',
    tag,
    summary: { en: 'One statement, also one that was replaced', nl: 'Eén positie, ook een die vervangen is' },
    access: 'known',
    params: z.strictObject(ofStatement),
    answer: { status: 200, schema: PositionStatement, etag: true },
    handle: async ({ params }) => {
      const body = await statementOf(deps.database, params.organisationId, params.statementNumber)
      return { body, etag: etagOf(body.revision) }
    },
  })
}

function acknowledgements(app: FastifyInstance, deps: Deps): void {
  const path = '/organisations/:organisationId/position-statements/:statementNumber/acknowledgements'

  operation(app, {
    method: 'GET',
    path,
    id: 'listAcknowledgements',
    tag,
    summary: {
      en: 'Which organisations understand a position, and what they ask',
      nl: 'Welke organisaties een positie begrijpen, en wat ze vragen',
    },
    description: {
      en: 'The last of each. Whose position it is sees all of them; another organisation sees its own.',
      nl: 'De laatste van elk. Van wie de positie is, ziet ze allemaal; een andere organisatie ziet die van haarzelf.',
    },
    access: 'member',
    params: z.strictObject(ofStatement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(AcknowledgementView, 'AcknowledgementPage') },
    handle: async (call) => {
      const { organisationId, statementNumber } = call.params
      const after = position(call, z.tuple([uuid]))
      const rows = await listAcknowledgements(deps.database, await call.actor(), organisationId, statementNumber, {
        after,
        limit: call.query.limit + 1,
      })
      return page(call, rows, { keys: ({ organisationId }) => [organisationId], item: (row) => row })
    },
  })

  operation(app, {
    method: 'POST',
    path,
    id: 'acknowledgePosition',
    tag,
    summary: {
      en: 'Say that your organisation understands the position of another',
      nl: 'Zeg dat uw organisatie de positie van een andere begrijpt',
    },
    description: {
      en: 'To understand is not to agree, and binds to nothing. With a question or an example back; a later one takes its place.',
      nl: 'Begrijpen is niet instemmen, en bindt tot niets. Met een vraag of een voorbeeld terug; een latere komt ervoor in de plaats.',
    },
    access: 'person',
    params: z.strictObject(ofStatement),
    body: AcknowledgePosition,
    example: { question: 'Wie bellen wij in het weekend?', example: 'Vorige maand kwam een gezin om middernacht bij u aan.' },
    answer: { status: 201, schema: AcknowledgementView },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await acknowledgePosition(deps, await actor(), { ...params, ifMatch }, body)
      return { body: state.acknowledged ?? refuse('not-found', { what: 'acknowledgement' }) }
    },
  })

  operation(app, {
    method: 'POST',
    path: `${path}/:acknowledgementId/answers`,
    id: 'answerAcknowledgement',
    tag,
    summary: { en: 'Answer what another asks about your position', nl: 'Antwoord op wat een ander over uw positie vraagt' },
    access: 'person',
    params: z.strictObject({ ...ofStatement, acknowledgementId: id }),
    body: AnswerPosition,
    example: { text: 'Het loket van de opvang, dat altijd open is.' },
    answer: { status: 201, schema: AcknowledgementView },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { organisationId, statementNumber, acknowledgementId } = params
      await answerAcknowledgement(deps, await actor(), { ...params, ifMatch }, acknowledgementId, body)
      return { body: await acknowledgementAbout(deps.database, organisationId, statementNumber, acknowledgementId) }
    },
  })
}
