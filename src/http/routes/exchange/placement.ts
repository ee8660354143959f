import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import { makePlacements, preparePlacement, reflectOnPlacement, settlePlacement } from '../../../actions/exchange/placement.ts'
import { MakeMatching } from '../../../domain/exchange/matching.ts'
import { type HasPlacements, Placement, PlacementOutcome, PreparePlacement, requirePlacement } from '../../../domain/exchange/placement.ts'
import { PlacementReflection, ReflectOnPlacement } from '../../../domain/exchange/reflection.ts'
import { refuse } from '../../../domain/refusal.ts'
import { uuid } from '../../../domain/uuid.ts'
import { findPlacement, listPlacementReflections, listPlacements, listUnreciprocated } from '../../../store/exchange/placement.ts'
import { etagOf } from '../../etag.ts'
import { operation } from '../../operation.ts'
import { page, pageOf, pageQuery, position } from '../../page.ts'
import { id, number, ofProgramme } from '../../params.ts'

const tag = 'Exchanges'
const params = z.strictObject(ofProgramme)
const ofPlacement = z.strictObject({ ...ofProgramme, placementId: id })

const shown = (placement: Placement) => ({ body: placement, etag: etagOf(placement.revision) })
const changed = ({ state }: { state: HasPlacements }, placementId: string) => shown(requirePlacement(state, placementId))

/** Visits: who goes where, what the host prepares, what became of it, and how it was. */
export function placementRoutes(app: FastifyInstance, deps: Deps): void {
  lists(app, deps)
  acts(app, deps)
  reflections(app, deps)
}

function lists(app: FastifyInstance, { database }: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/placements',
    id: 'listPlacements',
    tag,
    summary: { en: 'The visits of a programme', nl: 'De bezoeken van een programma' },
    access: 'member',
    params,
    query: z.strictObject({
      ...pageQuery(),
      round: number.optional().describe('only those of this round'),
      organisation: id.optional().describe('only those in which this organisation is guest or host'),
    }),
    answer: { status: 200, schema: pageOf(Placement, 'PlacementPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { round: roundNumber, organisation: organisationId, limit } = call.query
      const filter = { roundNumber, organisationId, after, limit: limit + 1 }
      const rows = await listPlacements(database, await call.actor(), call.params.programmeId, filter)
      return page(call, rows, { keys: (placement) => [placement.id], item: (placement) => placement })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/unreciprocated',
    id: 'listUnreciprocated',
    tag,
    summary: { en: 'Visits that were held and not returned', nl: 'Bezoeken die hebben plaatsgevonden en niet zijn beantwoord' },
    description: {
      en: 'The visit the other way round was cancelled, or its week went by without it: it is still owed.',
      nl: 'Het bezoek andersom is afgezegd, of de week ging voorbij zonder dat het plaatsvond: het staat nog open.',
    },
    access: 'member',
    params,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(Placement, 'UnreciprocatedPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const rows = await listUnreciprocated(database, await call.actor(), call.params.programmeId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: (placement) => [placement.id], item: (placement) => placement })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/placements/:placementId',
    id: 'getPlacement',
    tag,
    summary: { en: 'A visit', nl: 'Een bezoek' },
    access: 'member',
    params: ofPlacement,
    answer: { status: 200, schema: Placement, etag: true },
    handle: async ({ actor, params: { programmeId, placementId } }) =>
      shown(await findPlacement(database, await actor(), programmeId, placementId)),
  })
}

function acts(app: FastifyInstance, deps: Deps): void {
  const Made = z.strictObject({ roundNumber: z.int(), placements: z.int() }).meta({ id: 'PlacementsMade' })
  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/placements',
    id: 'makePlacements',
    tag,
    summary: { en: 'Make the visits of a round out of its matching', nl: 'Maak de bezoeken van een ronde uit de koppeling' },
    description: {
      en: 'By the leading organisation. Each pair gets a visit in the week, and in the reverse week the one that returns it.',
      nl: 'Door de leidende organisatie. Elk paar krijgt een bezoek in de week, en in de omkeerweek het bezoek dat het beantwoordt.',
    },
    access: 'person',
    params,
    body: MakeMatching,
    example: { roundNumber: 1 },
    answer: { status: 201, schema: Made },
    handle: async ({ actor, params, ifMatch, body: { roundNumber } }) => {
      const { state } = await makePlacements(deps, await actor(), { id: params.programmeId, ifMatch }, { roundNumber })
      const made = Object.values(state.placements).filter((placement) => placement.roundNumber === roundNumber)
      return { body: { roundNumber, placements: made.length } }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/exchange-programmes/:programmeId/placements/:placementId/preparation',
    id: 'preparePlacement',
    tag,
    summary: { en: 'Prepare a visit: its day, and what has to be ready', nl: 'Bereid een bezoek voor: de dag, en wat er klaar moet zijn' },
    access: 'person',
    params: ofPlacement,
    body: PreparePlacement,
    example: { on: '2027-10-12', items: [{ text: 'Een plek om mee te werken', done: true }] },
    answer: { status: 200, schema: Placement, etag: true },
    handle: async ({ actor, params: { programmeId, placementId }, ifMatch, body }) =>
      changed(await preparePlacement(deps, await actor(), { id: programmeId, ifMatch }, placementId, body), placementId),
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/placements/:placementId/outcomes',
    id: 'settlePlacement',
    tag,
    summary: {
      en: 'Say that a visit was held, or was cancelled and why',
      nl: 'Zeg dat een bezoek heeft plaatsgevonden, of is afgezegd en waarom',
    },
    description: {
      en: 'By the organisation of guest or host, also after the closing meeting until the next round closes. A visit that was cancelled can still be made up for.',
      nl: 'Door de organisatie van gast of gastheer, ook na de slotbijeenkomst totdat de volgende ronde sluit. Een bezoek dat is afgezegd, kan nog worden ingehaald.',
    },
    access: 'person',
    params: ofPlacement,
    body: PlacementOutcome,
    example: { outcome: 'held', heldOn: '2027-10-12' },
    answer: { status: 201, schema: Placement, etag: true },
    handle: async ({ actor, params: { programmeId, placementId }, ifMatch, body }) =>
      changed(await settlePlacement(deps, await actor(), { id: programmeId, ifMatch }, placementId, body), placementId),
  })
}

function reflections(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/placements/:placementId/reflections',
    id: 'listPlacementReflections',
    tag,
    summary: { en: 'What guest and host contact say of a visit', nl: 'Wat gast en contactpersoon van een bezoek zeggen' },
    access: 'member',
    params: ofPlacement,
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(PlacementReflection, 'PlacementReflectionPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { programmeId, placementId } = call.params
      const next = { after, limit: call.query.limit + 1 }
      const rows = await listPlacementReflections(deps.database, await call.actor(), programmeId, placementId, next)
      return page(call, rows, { keys: (said) => [said.id], item: (said) => said })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/placements/:placementId/reflections',
    id: 'reflectOnPlacement',
    tag,
    summary: { en: 'Say how a visit was', nl: 'Zeg hoe een bezoek was' },
    description: {
      en: 'The guest and the host’s contact once each, on the themes of the exchange and on what crossing a boundary brought to light. Insights get an id, so that outcomes can come from them.',
      nl: 'De gast en de contactpersoon van de gastheer elk één keer, op de thema’s van de wisselstage en op wat een grens oversteken aan het licht bracht. Inzichten krijgen een id, zodat uitkomsten eruit voort kunnen komen.',
    },
    access: 'person',
    params: ofPlacement,
    body: ReflectOnPlacement,
    example: {
      themes: [
        { theme: 'welcome', text: 'Er stond koffie klaar, en iedereen wist wie ik was.', score: 5 },
        { theme: 'wider-view', text: 'Ik zag waarom een melding bij hen twee dagen duurt.' },
      ],
      boundaryPoints: [{ point: 'differences-and-similarities', text: 'Zelfde gezin, ander woord voor veiligheid.' }],
      insights: ['Bel voor elf uur: dan zit het hele team bij elkaar.'],
    },
    answer: { status: 201, schema: PlacementReflection },
    handle: async ({ actor, params: { programmeId, placementId }, ifMatch, body }) => {
      const made = await reflectOnPlacement(deps, await actor(), { id: programmeId, ifMatch }, placementId, body)
      return { body: made.state.reflected ?? refuse('not-found', { what: 'reflection' }) }
    },
  })
}
