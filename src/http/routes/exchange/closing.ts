import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import { closeExchangeRound } from '../../../actions/exchange/closing.ts'
import { CloseExchangeRound, ClosingMeeting, viewClosing } from '../../../domain/exchange/closing.ts'
import { refuse } from '../../../domain/refusal.ts'
import { findClosing } from '../../../store/exchange/closing.ts'
import { operation } from '../../operation.ts'
import { anId, number, ofProgramme } from '../../params.ts'

const tag = 'Exchanges'
const params = z.strictObject(ofProgramme)

/** The meeting that closes a round: where new activities start. */
export function closingRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/closing-meeting',
    id: 'getClosingMeeting',
    tag,
    summary: { en: 'The meeting that closed a round, and what came of it', nl: 'De slotbijeenkomst van een ronde, en wat ervan kwam' },
    description: {
      en: 'Without `round` the last one. Each outcome says which recommendations are based on it, and which agreements and proposals originate from it, as far as you may read them; the first 100 of each.',
      nl: 'Zonder `round` de laatste. Bij elke uitkomst staat welke aanbevelingen erop berusten, en welke overeenstemmingen en voorstellen eruit voortkomen, voor zover u ze mag lezen; van elk de eerste 100.',
    },
    access: 'member',
    params,
    query: z.strictObject({ round: number.optional() }),
    answer: { status: 200, schema: ClosingMeeting },
    handle: async ({ actor, params, query }) => ({
      body: await findClosing(deps.database, await actor(), params.programmeId, query.round),
    }),
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/closing-meeting',
    id: 'closeExchangeRound',
    tag,
    summary: { en: 'Record the closing meeting of a round', nl: 'Leg de slotbijeenkomst van een ronde vast' },
    description: {
      en: 'By the leading organisation. Each outcome gets an id: a recommendation, an agreement or a proposal can come from it. Visits that are still owed stay so, and can be made up for.',
      nl: 'Door de leidende organisatie. Elke uitkomst krijgt een id: er kan een aanbeveling, overeenstemming of voorstel uit voortkomen. Bezoeken die nog openstaan, blijven dat, en kunnen worden ingehaald.',
    },
    access: 'person',
    params,
    body: CloseExchangeRound,
    example: {
      roundNumber: 1,
      heldOn: '2027-12-16',
      outcomes: [{ text: 'We maken één belmoment voor alle partners.', insightIds: [anId] }],
    },
    answer: { status: 201, schema: ClosingMeeting },
    handle: async ({ actor, params, ifMatch, body }) => {
      const { state } = await closeExchangeRound(deps, await actor(), { id: params.programmeId, ifMatch }, body)
      return { body: viewClosing(state.closing ?? refuse('not-found', { what: 'closing meeting' })) }
    },
  })
}
