import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type AgreementChange, madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { acceptProposal, answerContribution, contribute, withdrawContribution } from '../../actions/round.ts'
import {
  AnswerContribution,
  Contribute,
  ContributionView,
  contributionKinds,
  viewContribution,
  WithdrawContribution,
} from '../../domain/contribution.ts'
import { refuse } from '../../domain/refusal.ts'
import { uuid } from '../../domain/uuid.ts'
import { findContribution, listContributions } from '../../store/round.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { page, pageOf, pageQuery, position } from '../page.ts'
import { anId, id, ofRound } from '../params.ts'

const tag = 'Rounds'
export const ofContribution = { ...ofRound, contributionId: id }
const one = z.strictObject(ofContribution)

/** A contribution as a change leaves it. */
export const changedContribution = ({ state, revision }: AgreementChange, contributionId: string) => {
  const body = viewContribution(state.contributions[contributionId] ?? refuse('not-found', { what: 'contribution' }))
  return { body, etag: etagOfBody(revision, body) }
}

/** What is brought in at the table: problems, proposals, concerns, dilemmas, resistance, requests for help, appreciation. */
export function contributionRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions',
    id: 'listContributions',
    tag,
    summary: { en: 'What was brought in, in the order in which it was', nl: 'De inbreng, op volgorde van binnenkomst' },
    access: 'member',
    params: z.strictObject(ofRound),
    query: z.strictObject({
      ...pageQuery(),
      kind: z.enum(contributionKinds).optional(),
      party: id.optional().describe('the id of the party that brought it in'),
    }),
    answer: { status: 200, schema: pageOf(ContributionView, 'ContributionPage') },
    handle: async (call) => {
      const { kind, party: partyId, limit } = call.query
      const after = position(call, z.tuple([uuid]))
      const { docs } = await listContributions(database, await call.actor(), call.params, { kind, partyId, after, limit: limit + 1 })
      return page(call, docs, { keys: (contribution) => [contribution.id], item: viewContribution })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions',
    id: 'contribute',
    tag,
    summary: { en: 'Bring something in', nl: 'Iets inbrengen' },
    description: {
      en: 'A problem comes with a proposal (ground rule 2); the answer is then the problem, and the proposal is the next contribution. A concern needs no proposal.',
      nl: 'Bij een probleem hoort een voorstel (spelregel 2); het antwoord is dan het probleem, en het voorstel is de volgende inbreng. Een zorg heeft geen voorstel nodig.',
    },
    access: 'person',
    params: z.strictObject(ofRound),
    body: Contribute,
    example: {
      kind: 'problem',
      text: 'Gezinnen horen na een melding soms dagen niets.',
      proposal: { text: 'De wijkagent en de opvang gaan binnen twee dagen samen langs.', actingPartyIds: [anId] },
    },
    answer: { status: 201, schema: ContributionView, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await contribute(deps, await actor(), { ...params, ifMatch }, body)
      const made = changedContribution(changed, madeId(changed, 'contribution-made'))
      return { ...made, location: `/agreements/${params.agreementId}/rounds/${params.roundNumber}/contributions/${made.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId',
    id: 'getContribution',
    tag,
    summary: { en: 'One contribution, with its answers', nl: 'Eén inbreng, met de antwoorden' },
    access: 'member',
    params: one,
    answer: { status: 200, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round } }) => {
      const { doc, revision } = await findContribution(database, await actor(), round, contributionId)
      const body = viewContribution(doc)
      return { body, etag: etagOfBody(revision, body) }
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/answers',
    id: 'answerContribution',
    tag,
    summary: { en: 'Answer what another party brought in', nl: 'Antwoorden op de inbreng van een andere partij' },
    description: {
      en: 'The other half of hearing both sides; to a dilemma, an idea given back. Resistance is explored, not answered.',
      nl: 'De andere helft van hoor en wederhoor; bij een dilemma een idee terug. Weerstand wordt onderzocht, niet beantwoord.',
    },
    access: 'person',
    params: one,
    body: AnswerContribution,
    example: { text: 'In het weekend gaat de bereikbare dienst van de opvang.' },
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round }, body, ifMatch }) =>
      changedContribution(await answerContribution(deps, await actor(), { ...round, ifMatch }, contributionId, body), contributionId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/acceptances',
    id: 'acceptProposal',
    tag,
    summary: { en: 'Take on a proposal', nl: 'Een voorstel op zich nemen' },
    description: {
      en: 'By a party that would act under it, under its mandate.',
      nl: 'Door een partij die het zou uitvoeren, onder haar mandaat.',
    },
    access: 'person',
    params: one,
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round }, ifMatch }) =>
      changedContribution(await acceptProposal(deps, await actor(), { ...round, ifMatch }, contributionId), contributionId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/rounds/:roundNumber/contributions/:contributionId/withdrawals',
    id: 'withdrawContribution',
    tag,
    summary: { en: 'Take back a contribution of one’s own', nl: 'De eigen inbreng terugnemen' },
    description: { en: 'It stays on record as withdrawn.', nl: 'De inbreng blijft bewaard, als ingetrokken.' },
    access: 'person',
    params: one,
    body: WithdrawContribution,
    example: { reason: 'Dit is inmiddels geregeld.' },
    answer: { status: 201, schema: ContributionView, etag: true },
    handle: async ({ actor, params: { contributionId, ...round }, body, ifMatch }) =>
      changedContribution(await withdrawContribution(deps, await actor(), { ...round, ifMatch }, contributionId, body), contributionId),
  })
}
