import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { answerHelp, offerHelp } from '../../actions/round.ts'
import { ContributionView } from '../../domain/contribution.ts'
import { AnswerHelp, OfferHelp } from '../../domain/help.ts'
import { operation } from '../operation.ts'
import { id } from '../params.ts'
import { changedContribution, ofContribution } from './contribution.ts'

/** Help between parties: asked, offered and given. */
export function helpRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/offers',
    id: 'offerHelp',
    tag: 'Rounds',
    summary: { en: 'Offer the help that another party asked for', nl: 'De hulp aanbieden waar een andere partij om vroeg' },
    description: {
      en: 'An offer promises nothing yet: what is promised is a commitment.',
      nl: 'Een aanbod zegt nog niets toe: wat wordt toegezegd, is een afspraak.',
    },
    access: 'person',
    params: z.strictObject(ofContribution),
    body: OfferHelp,
    example: { text: 'Onze planner kan twee weken meedraaien.' },
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round }, body, ifMatch }) =>
      changedContribution(await offerHelp(deps, await actor(), { ...round, ifMatch }, contributionId, body), contributionId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/offers/:offerId/answers',
    id: 'answerHelp',
    tag: 'Rounds',
    summary: { en: 'Accept or decline help that was offered', nl: 'Aangeboden hulp aannemen of afslaan' },
    description: { en: 'By the party that asked. Declining says why.', nl: 'Door de partij die erom vroeg. Wie afslaat, zegt waarom.' },
    access: 'person',
    params: z.strictObject({ ...ofContribution, offerId: id }),
    body: AnswerHelp,
    example: { decision: 'accepted' },
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, offerId, ...round }, body, ifMatch }) =>
      changedContribution(await answerHelp(deps, await actor(), { ...round, ifMatch }, contributionId, offerId, body), contributionId),
  })
}
