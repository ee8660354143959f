import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { followUp, recommend } from '../../actions/recommendation.ts'
import { Lineage } from '../../domain/lineage.ts'
import {
  FollowUpRecommendation,
  Recommend,
  RecommendationView,
  recommendationStatuses,
  viewRecommendation,
} from '../../domain/recommendation.ts'
import { recommendationLevels } from '../../domain/reflection.ts'
import { uuid } from '../../domain/uuid.ts'
import { lineageOf } from '../../store/lineage.ts'
import { findRecommendation, listRecommendations } from '../../store/recommendation.ts'
import { etagOf } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id } from '../params.ts'

const tag = 'Recommendations'
const params = z.strictObject({ recommendationId: id.describe('the id of the recommendation / het id van de aanbeveling') })

/** Recommendations on three levels, to a member of the network, with what becomes of them. */
export function recommendationRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/recommendations',
    id: 'listRecommendations',
    tag,
    summary: { en: 'The recommendations of your networks', nl: 'De aanbevelingen van uw samenwerkingsverbanden' },
    access: 'member',
    query: z.strictObject({
      ...pageQuery(),
      network: id.optional().describe('only those of this network'),
      level: z.enum(recommendationLevels).optional(),
      status: z.enum(recommendationStatuses).optional(),
      addressee: id.optional().describe('the id of the organisation that they are addressed to'),
    }),
    answer: { status: 200, schema: pageOf(RecommendationView, 'RecommendationPage') },
    handle: async (call) => {
      const { network: networkId, level, status, addressee, limit } = call.query
      const after = position(call, z.tuple([uuid]))
      const filter = { networkId, level, status, addressee }
      const rows = await listRecommendations(database, await call.actor(), filter, { after, limit: limit + 1 })
      return page(call, rows, { keys: (one) => [one.id], item: (one) => one })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/recommendations',
    id: 'recommend',
    tag,
    summary: { en: 'Make a recommendation', nl: 'Doe een aanbeveling' },
    description: {
      en: 'To a member of your network, on the level at which it can be taken up; based on findings, reflections and outcomes of exchanges that you may read.',
      nl: 'Aan een lid van uw samenwerkingsverband, op het niveau waarop zij kan worden opgepakt; op grond van bevindingen, reflecties en uitkomsten van wisselstages die u mag lezen.',
    },
    access: 'person',
    body: Recommend,
    example: {
      networkId: anId,
      level: 'tactical',
      text: 'Geef wijkteams een vast aanspreekpunt op elke school.',
      why: 'Waar er een was, werd dezelfde dag teruggebeld.',
      basedOn: [{ kind: 'finding', inquiryId: anId, findingId: anId }],
      addressee: { organisationId: anId },
    },
    answer: { status: 201, schema: RecommendationView, etag: true, location: true },
    handle: async ({ actor, body }) => {
      const { state } = await recommend(deps, await actor(), body)
      return { body: viewRecommendation(state), etag: etagOf(state.revision), location: `/recommendations/${state.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/recommendations/:recommendationId',
    id: 'getRecommendation',
    tag,
    summary: { en: 'A recommendation, with what became of it', nl: 'Een aanbeveling, met wat ervan werd' },
    access: 'member',
    params,
    answer: { status: 200, schema: RecommendationView, etag: true },
    handle: async ({ actor, params: { recommendationId } }) => {
      const body = await findRecommendation(database, await actor(), recommendationId)
      return { body, etag: etagOf(body.revision) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/recommendations/:recommendationId/follow-ups',
    id: 'followUpRecommendation',
    tag,
    summary: {
      en: 'Say what becomes of a recommendation to your organisation',
      nl: 'Zeg wat er van een aanbeveling aan uw organisatie wordt',
    },
    description: {
      en: 'Take it up, decline it and say why, or say that it is done.',
      nl: 'Pak haar op, wijs haar af en zeg waarom, of zeg dat het gedaan is.',
    },
    access: 'person',
    params,
    body: FollowUpRecommendation,
    example: { status: 'taken-up', note: 'Wij bespreken het in de ronde van januari.' },
    answer: { status: 201, schema: RecommendationView, etag: true },
    handle: async ({ actor, params: { recommendationId }, body, ifMatch }) => {
      const { state } = await followUp(deps, await actor(), { id: recommendationId, ifMatch }, body)
      return { body: viewRecommendation(state), etag: etagOf(state.revision) }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/recommendations/:recommendationId/lineage',
    id: 'getLineage',
    tag,
    summary: {
      en: 'Where a recommendation came from, and what came of it',
      nl: 'Waar een aanbeveling vandaan kwam, en wat eruit voortkwam',
    },
    description: {
      en: 'What it was based on, the agreements and proposals that came from it, and the commitments that carry those out: as far as you may read them.',
      nl: 'Waar zij op rust, de overeenstemmingen en voorstellen die eruit voortkwamen, en de afspraken die deze uitvoeren: voor zover u die mag lezen.',
    },
    access: 'member',
    params,
    answer: { status: 200, schema: Lineage },
    handle: async ({ actor, params: { recommendationId } }) => ({ body: await lineageOf(database, await actor(), recommendationId) }),
  })
}
