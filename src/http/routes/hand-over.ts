import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { handOver, handOverPlan } from '../../actions/hand-over.ts'
import { HandedOver, HandOver, HandOverPlan } from '../../domain/hand-over.ts'
import { day } from '../../domain/time.ts'
import { operation } from '../operation.ts'
import { anId, id } from '../params.ts'

const tag = 'Organisations'
const path = '/organisations/:organisationId/people/:personId/hand-over'
const params = z.strictObject({ organisationId: id, personId: id })

/** When somebody leaves: all that they have, and handing it over in one step. */
export function handOverRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path,
    id: 'getHandOverPlan',
    tag,
    summary: {
      en: 'Everything that a colleague holds or carries, in every agreement and network',
      nl: 'Alles wat een collega heeft of draagt, in elke overeenstemming en elk samenwerkingsverband',
    },
    description: {
      en: 'Roles, tasks, mandates, commitments, tasks that were offered to them, and open recommendations to them; also of somebody who has left already.',
      nl: 'Rollen, taken, mandaten, afspraken, taken die aan die collega zijn aangeboden, en open aanbevelingen aan die collega; ook van wie al weg is.',
    },
    access: 'member',
    params,
    query: z.strictObject({ lastDay: day.optional().describe('what they would leave behind after this day; today when left out') }),
    answer: { status: 200, schema: HandOverPlan },
    handle: async ({ actor, params, query }) => ({ body: await handOverPlan(deps, await actor(), params, query.lastDay) }),
  })

  operation(app, {
    method: 'POST',
    path,
    id: 'handOver',
    tag,
    summary: { en: 'Hand over everything of a colleague in one step', nl: 'Draag alles van een collega in één stap over' },
    description: {
      en: 'In all agreements and networks, or in none: refused with everything that nobody would have. By who administers the organisation; mandates also take who may grant them. It does not remove the person.',
      nl: 'In alle overeenstemmingen en samenwerkingsverbanden, of in geen: geweigerd met alles wat niemand zou hebben. Door wie de organisatie beheert; voor mandaten moet men die ook mogen verlenen. De persoon zelf blijft staan.',
    },
    access: 'person',
    params,
    body: HandOver,
    example: {
      lastDay: '2026-12-31',
      reason: 'Lotte gaat met pensioen.',
      roles: [{ roleId: anId, toPersonId: anId }],
      mandates: [{ mandateId: anId, toPersonId: anId }],
    },
    answer: { status: 201, schema: HandedOver },
    handle: async ({ actor, params, body }) => ({ body: await handOver(deps, await actor(), params, body) }),
  })
}
