import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import {
  addExchangeRound,
  cancelExchangeRound,
  changeExchangeRound,
  changeProgramme,
  foundProgramme,
  type ProgrammeChange,
} from '../../../actions/exchange/programme.ts'
import { ChangeProgramme, FoundProgramme, ProgrammeView, recordedProgramme, viewProgramme } from '../../../domain/exchange/programme.ts'
import { CancelExchangeRound, ExchangeRound, PlanExchangeRound } from '../../../domain/exchange/round.ts'
import { refuse } from '../../../domain/refusal.ts'
import { uuid } from '../../../domain/uuid.ts'
import { findProgramme, listProgrammes } from '../../../store/exchange/programme.ts'
import { etagOfBody } from '../../etag.ts'
import { operation } from '../../operation.ts'
import { page, pageOf, pageQuery, position } from '../../page.ts'
import { anId, id, number, ofProgramme } from '../../params.ts'

const tag = 'Exchanges'
const params = z.strictObject(ofProgramme)
const ofRound = z.strictObject({ ...ofProgramme, roundNumber: number })

const about = {
  title: 'Wisselstage huiselijk geweld',
  purpose: 'Wie elkaars werk heeft gezien, weet elkaar sneller te vinden.',
  checklist: ['Een plek om mee te werken', 'Wie er die dag zijn, weten het'],
}
const round: z.input<typeof PlanExchangeRound> = {
  name: 'Najaar 2027',
  enrolBeforeAt: '2027-09-23T22:00:00.000Z',
  week: { from: '2027-10-11', until: '2027-10-15' },
  reverseWeek: { from: '2027-12-06', until: '2027-12-10' },
  closingMeetingOn: '2027-12-16',
}

/** With an ETag of its whole: where its rounds stand changes with the clock. */
const shown = (body: ProgrammeView) => ({ body, etag: etagOfBody(body.revision, body) })
const changed = ({ state, at }: ProgrammeChange) => shown(viewProgramme(recordedProgramme(state), at))

/** Exchange programmes: people of organisations in a network visit each other, in rounds. */
export function programmeRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes',
    id: 'listExchangeProgrammes',
    tag,
    summary: { en: 'The exchange programmes of your networks', nl: 'De wisselstages van uw samenwerkingsverbanden' },
    access: 'member',
    query: z.strictObject({ ...pageQuery(), network: id.optional().describe('only those of this network') }),
    answer: { status: 200, schema: pageOf(ProgrammeView, 'ExchangeProgrammePage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { network: networkId, limit } = call.query
      const rows = await listProgrammes(database, await call.actor(), { networkId, after, limit: limit + 1 })
      return page(call, rows, { keys: (programme) => [programme.id], item: (programme) => programme })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes',
    id: 'foundExchangeProgramme',
    tag,
    summary: { en: 'Found an exchange programme', nl: 'Begin een wisselstage' },
    description: {
      en: 'In a network of your organisation, which leads the programme; all members take part as they wish. Each visit is returned in the reverse week.',
      nl: 'In een samenwerkingsverband van uw organisatie, die het programma leidt; alle leden doen mee naar wens. Elk bezoek wordt in de omkeerweek beantwoord.',
    },
    access: 'person',
    body: FoundProgramme,
    example: { networkId: anId, ...about, rounds: [round] },
    answer: { status: 201, schema: ProgrammeView, etag: true, location: true },
    handle: async ({ actor, body }) => {
      const made = await foundProgramme(deps, await actor(), body)
      return { ...changed(made), location: `/exchange-programmes/${made.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId',
    id: 'getExchangeProgramme',
    tag,
    summary: { en: 'An exchange programme, with where its rounds stand', nl: 'Een wisselstage, met waar de rondes staan' },
    access: 'member',
    params,
    answer: { status: 200, schema: ProgrammeView, etag: true },
    handle: async ({ actor, params: { programmeId } }) => shown(await findProgramme(database, await actor(), programmeId)),
  })

  operation(app, {
    method: 'PUT',
    path: '/exchange-programmes/:programmeId',
    id: 'changeExchangeProgramme',
    tag,
    summary: {
      en: 'Change what a programme is for, or what hosts prepare',
      nl: 'Wijzig waar een programma voor is, of wat gastheren voorbereiden',
    },
    description: {
      en: 'By the organisation that leads it. Visits that are planned keep the checklist that they have.',
      nl: 'Door de organisatie die het leidt. Bezoeken die gepland zijn, houden de lijst die ze hebben.',
    },
    access: 'person',
    params,
    body: ChangeProgramme,
    example: about,
    answer: { status: 200, schema: ProgrammeView, etag: true },
    handle: async ({ actor, params, ifMatch, body }) =>
      changed(await changeProgramme(deps, await actor(), { id: params.programmeId, ifMatch }, body)),
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/rounds',
    id: 'addExchangeRound',
    tag,
    summary: { en: 'Add a round to a programme', nl: 'Voeg een ronde toe aan een programma' },
    access: 'person',
    params,
    body: PlanExchangeRound,
    example: round,
    answer: { status: 201, schema: ProgrammeView, etag: true },
    handle: async ({ actor, params, ifMatch, body }) =>
      changed(await addExchangeRound(deps, await actor(), { id: params.programmeId, ifMatch }, body)),
  })

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/rounds/:roundNumber',
    id: 'getExchangeRound',
    tag,
    summary: { en: 'A round of a programme, with where it stands', nl: 'Een ronde van een programma, met waar die staat' },
    access: 'member',
    params: ofRound,
    answer: { status: 200, schema: ExchangeRound, etag: true },
    handle: async ({ actor, params: { programmeId, roundNumber } }) => {
      const { rounds, revision } = await findProgramme(database, await actor(), programmeId)
      const body = rounds.find(({ number }) => number === roundNumber) ?? refuse('not-found', { what: 'exchange round' })
      return { body, etag: etagOfBody(revision, body) }
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/exchange-programmes/:programmeId/rounds/:roundNumber',
    id: 'changeExchangeRound',
    tag,
    summary: {
      en: 'Change the days of a round, while people can be enrolled',
      nl: 'Wijzig de dagen van een ronde, zolang mensen zich kunnen aanmelden',
    },
    description: {
      en: 'A deadline that is past means: nobody is enrolled from now on.',
      nl: 'Een uiterste moment dat voorbij is, betekent: vanaf nu wordt niemand meer aangemeld.',
    },
    access: 'person',
    params: ofRound,
    body: PlanExchangeRound,
    example: round,
    answer: { status: 200, schema: ProgrammeView, etag: true },
    handle: async ({ actor, params: { programmeId, roundNumber }, ifMatch, body }) =>
      changed(await changeExchangeRound(deps, await actor(), { id: programmeId, ifMatch }, roundNumber, body)),
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/rounds/:roundNumber/cancellation',
    id: 'cancelExchangeRound',
    tag,
    summary: { en: 'Cancel a round of which no visits were made yet', nl: 'Gelast een ronde af waarvan nog geen bezoeken zijn gemaakt' },
    description: {
      en: 'By the leading organisation, with a reason: where nobody enrolled, or nobody can be paired. Another round can be added.',
      nl: 'Door de leidende organisatie, met een reden: waar niemand zich aanmeldde, of niemand te koppelen is. Er kan een andere ronde bij.',
    },
    access: 'person',
    params: ofRound,
    body: CancelExchangeRound,
    example: { reason: 'Er meldde zich maar één organisatie aan.' },
    answer: { status: 201, schema: ProgrammeView, etag: true },
    handle: async ({ actor, params: { programmeId, roundNumber }, ifMatch, body }) =>
      changed(await cancelExchangeRound(deps, await actor(), { id: programmeId, ifMatch }, roundNumber, body)),
  })
}
