import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { LeadTime, NetworkLeadTimes, networkLeadTimes } from '../../domain/lead-time.ts'
import { leadTimesInNetwork, leadTimesOf } from '../../store/lead-time.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { id, ofAgreement } from '../params.ts'

/** How long rounds take, derived from when they moved on. */
export function leadTimeRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/lead-times',
    id: 'listLeadTimes',
    tag: 'Rounds',
    summary: {
      en: 'How long each round deliberated, acted and reflected',
      nl: 'Hoe lang elke ronde overlegde, handelde en reflecteerde',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject(pageQuery()),
    answer: { status: 200, schema: pageOf(LeadTime, 'LeadTimePage') },
    handle: async (call) => {
      const after = position(call, z.tuple([z.int()]))
      const rows = await leadTimesOf(deps.database, await call.actor(), call.params.agreementId, { after, limit: call.query.limit + 1 })
      return page(call, rows, { keys: ({ roundNumber }) => [roundNumber], item: (row) => row })
    },
  })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/lead-times',
    id: 'getNetworkLeadTimes',
    tag: 'Networks',
    summary: {
      en: 'How long rounds take in a network: shortest, median and longest, in days',
      nl: 'Hoe lang rondes duren in een samenwerkingsverband: kortste, middelste en langste, in dagen',
    },
    description: {
      en: 'Of the agreements at whose table your organisation sits, out of the rounds that opened in the last two years.',
      nl: 'Van de overeenstemmingen waar uw organisatie aan tafel zit, uit de rondes die in de laatste twee jaar zijn geopend.',
    },
    access: 'member',
    params: z.strictObject({ networkId: id }),
    answer: { status: 200, schema: NetworkLeadTimes },
    handle: async ({ actor, params: { networkId } }) => {
      const { rounds, agreements } = await leadTimesInNetwork(deps.database, await actor(), networkId)
      return { body: networkLeadTimes(rounds, agreements) }
    },
  })
}
