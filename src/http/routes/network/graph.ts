import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import { mostCounted, mostNodes, NetworkGraph } from '../../../domain/network/graph.ts'
import { graphOfNetwork } from '../../../store/network/graph.ts'
import { operation } from '../../operation.ts'
import { id } from '../../params.ts'

/** Short lines: which organisations of a network work together. */
export function networkGraphRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/graph',
    id: 'getNetworkGraph',
    tag: 'Networks',
    summary: {
      en: 'Which organisations of a network share agreements and visits: counts only',
      nl: 'Welke organisaties in een samenwerkingsverband overeenstemmingen en bezoeken delen: alleen aantallen',
    },
    description: {
      en: `Of the first ${mostNodes} members, and of the first ${mostCounted} agreements in force there that you may read.`,
      nl: `Van de eerste ${mostNodes} leden, en van de eerste ${mostCounted} overeenstemmingen die er van kracht zijn en die u mag lezen.`,
    },
    access: 'member',
    params: z.strictObject({ networkId: id }),
    answer: { status: 200, schema: NetworkGraph },
    handle: async ({ actor, params }) => ({ body: await graphOfNetwork(deps.database, await actor(), params.networkId) }),
  })
}
