import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { exploreResistance } from '../../actions/round.ts'
import { ContributionView } from '../../domain/contribution.ts'
import { ExploreResistance } from '../../domain/resistance.ts'
import { operation } from '../operation.ts'
import { changedContribution, ofContribution } from './contribution.ts'

/** Resistance: it is explored, and never refuted. */
export function resistanceRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/explorations',
    id: 'exploreResistance',
    tag: 'Rounds',
    summary: { en: 'Note what exploring resistance together gave', nl: 'Noteren wat het samen onderzoeken van weerstand opleverde' },
    description: {
      en: 'By another party than the one that feels it. A later note of that party replaces the one before.',
      nl: 'Door een andere partij dan die haar voelt. Een latere notitie van die partij vervangt de vorige.',
    },
    access: 'person',
    params: z.strictObject(ofContribution),
    body: ExploreResistance,
    example: { note: 'Achter de weerstand zit de zorg dat het eigen werk blijft liggen.' },
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round }, body, ifMatch }) =>
      changedContribution(await exploreResistance(deps, await actor(), { ...round, ifMatch }, contributionId, body), contributionId),
  })
}
