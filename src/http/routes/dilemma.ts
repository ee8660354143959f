import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { settleDilemma } from '../../actions/round.ts'
import { ContributionView } from '../../domain/contribution.ts'
import { SettleDilemma } from '../../domain/dilemma.ts'
import { operation } from '../operation.ts'
import { changedContribution, ofContribution } from './contribution.ts'

/** Dilemmas: put to partners for their ideas, and not only to be solved. */
export function dilemmaRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/outcomes',
    id: 'settleDilemma',
    tag: 'Rounds',
    summary: { en: 'Hold a dilemma open, or close it', nl: 'Een dilemma openhouden of afsluiten' },
    description: {
      en: 'By the party that put it. Held open on purpose, with why; or resolved, with what was found. It may be closed without a solution.',
      nl: 'Door de partij die het voorlegde. Bewust opengehouden, met waarom; of opgelost, met wat er is gevonden. Het mag zonder oplossing worden afgesloten.',
    },
    access: 'person',
    params: z.strictObject(ofContribution),
    body: SettleDilemma,
    example: { status: 'held', reason: 'Snelheid en zorgvuldigheid blijven allebei nodig; we wegen het per gezin.' },
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round }, body, ifMatch }) =>
      changedContribution(await settleDilemma(deps, await actor(), { ...round, ifMatch }, contributionId, body), contributionId),
  })
}
