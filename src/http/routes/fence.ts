import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { Fence } from '../../domain/fence.ts'
import { fenceOfAgreement, fenceOfNetwork } from '../../store/fence.ts'
import { operation } from '../operation.ts'
import { id, ofAgreement } from '../params.ts'

const description = {
  en: 'Computed from what is recorded: nobody sets it. A phase is reached when all that it asks, and all that those before it ask, is there; it can go back.',
  nl: 'Berekend uit wat is vastgelegd: niemand stelt het in. Een fase is bereikt als alles er is wat zij vraagt, en wat de fasen ervoor vragen; ze kan teruggaan.',
}

/** How far partners are with the fence between them: acknowledged, made transparent, widened. */
export function fenceRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/phase',
    id: 'getPhase',
    tag: 'Agreements',
    summary: {
      en: 'Which phase those at the table are in with each other, what is missing for the next, and how it went',
      nl: 'In welke fase de partijen aan tafel met elkaar zijn, wat er ontbreekt voor de volgende, en hoe het ging',
    },
    description,
    access: 'member',
    params: z.strictObject(ofAgreement),
    answer: { status: 200, schema: Fence },
    handle: async ({ actor, params }) => ({ body: await fenceOfAgreement(deps.database, await actor(), params.agreementId) }),
  })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/phase',
    id: 'getNetworkPhase',
    tag: 'Networks',
    summary: {
      en: 'Which phase the members of a network are in with each other, what is missing for the next, and how it went',
      nl: 'In welke fase de leden van een samenwerkingsverband met elkaar zijn, wat er ontbreekt voor de volgende, en hoe het ging',
    },
    description: {
      en: `${description.en} Of its agreements only those count whose versions every member may read.`,
      nl: `${description.nl} Van de overeenstemmingen tellen alleen die waarvan elk lid de versies mag lezen.`,
    },
    access: 'member',
    params: z.strictObject({ networkId: id }),
    answer: { status: 200, schema: Fence },
    handle: async ({ actor, params }) => ({ body: await fenceOfNetwork(deps.database, await actor(), params.networkId) }),
  })
}
