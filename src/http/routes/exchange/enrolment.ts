import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { madeId } from '../../../actions/change.ts'
import type { Deps } from '../../../actions/deps.ts'
import { enrol, withdrawEnrolment } from '../../../actions/exchange/enrolment.ts'
import { Enrol, Enrolment, type EnrolmentView } from '../../../domain/exchange/enrolment.ts'
import { uuid } from '../../../domain/uuid.ts'
import { findEnrolment, listEnrolments } from '../../../store/exchange/enrolment.ts'
import { etagOfBody } from '../../etag.ts'
import { operation } from '../../operation.ts'
import { page, pageOf, pageQuery, position } from '../../page.ts'
import { anId, id, number, ofProgramme } from '../../params.ts'

const tag = 'Exchanges'
const ofEnrolment = z.strictObject({ ...ofProgramme, enrolmentId: id })

/** With an ETag of its whole: not everybody sees all of it. */
const shown = (body: EnrolmentView) => ({ body, etag: etagOfBody(body.revision, body) })

/** Who takes part in a round: they visit, and they are visited. */
export function enrolmentRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/enrolments',
    id: 'listEnrolments',
    tag,
    summary: { en: 'Who is enrolled in a programme', nl: 'Wie is aangemeld voor een programma' },
    access: 'member',
    params: z.strictObject(ofProgramme),
    query: z.strictObject({
      ...pageQuery(),
      round: number.optional().describe('only those of this round; without it, of all that were not cancelled'),
    }),
    answer: { status: 200, schema: pageOf(Enrolment, 'EnrolmentPage') },
    handle: async (call) => {
      const after = position(call, z.tuple([uuid]))
      const { round: roundNumber, limit } = call.query
      const rows = await listEnrolments(database, await call.actor(), call.params.programmeId, { roundNumber, after, limit: limit + 1 })
      return page(call, rows, { keys: (enrolment) => [enrolment.id], item: (enrolment) => enrolment })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/enrolments',
    id: 'enrol',
    tag,
    summary: { en: 'Enrol somebody of your organisation in a round', nl: 'Meld iemand van uw organisatie aan voor een ronde' },
    description: {
      en: 'Until the deadline of the round. Who takes part visits and is visited. With whom they are not to be paired only your organisation and the leading one see.',
      nl: 'Tot het uiterste moment van aanmelden van de ronde. Wie meedoet, gaat op bezoek en krijgt bezoek. Met wie er niet gekoppeld wordt, zien alleen uw organisatie en de leidende.',
    },
    access: 'person',
    params: z.strictObject(ofProgramme),
    body: Enrol,
    example: { roundNumber: 1, personId: anId, wishes: [], notWith: [], offers: 'Een dag mee met de wijkagent' },
    answer: { status: 201, schema: Enrolment, etag: true, location: true },
    handle: async ({ actor, params: { programmeId }, ifMatch, body }) => {
      const made = madeId(await enrol(deps, await actor(), { id: programmeId, ifMatch }, body), 'enrolled')
      const enrolment = await findEnrolment(database, await actor(), programmeId, made)
      return { ...shown(enrolment), location: `/exchange-programmes/${programmeId}/enrolments/${made}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/enrolments/:enrolmentId',
    id: 'getEnrolment',
    tag,
    summary: { en: 'An enrolment, also one that was withdrawn', nl: 'Een aanmelding, ook een die is ingetrokken' },
    access: 'member',
    params: ofEnrolment,
    answer: { status: 200, schema: Enrolment, etag: true },
    handle: async ({ actor, params: { programmeId, enrolmentId } }) =>
      shown(await findEnrolment(database, await actor(), programmeId, enrolmentId)),
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/enrolments/:enrolmentId/withdrawals',
    id: 'withdrawEnrolment',
    tag,
    summary: { en: 'Withdraw an enrolment of your organisation', nl: 'Trek een aanmelding van uw organisatie in' },
    description: {
      en: 'Until placements are made. A matching that was made before has to be made again.',
      nl: 'Totdat de bezoeken zijn gemaakt. Een koppeling die al was gemaakt, moet opnieuw.',
    },
    access: 'person',
    params: ofEnrolment,
    answer: { status: 201, schema: Enrolment, etag: true },
    handle: async ({ actor, params: { programmeId, enrolmentId }, ifMatch }) => {
      await withdrawEnrolment(deps, await actor(), { id: programmeId, ifMatch }, enrolmentId)
      return shown(await findEnrolment(database, await actor(), programmeId, enrolmentId))
    },
  })
}
