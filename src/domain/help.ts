import { z } from 'zod'
import { body, type HasContributions, type HelpOffer, requireContribution, requireOpen } from './contribution.ts'
import { type Context, type EventOf, type Evolvers, mostAtTable, patch } from './event.ts'
import { guard } from './guard.ts'
import { refuse } from './refusal.ts'

export const OfferHelp = z.strictObject({ text: body.describe('what the party can do') }).meta({ id: 'OfferHelp' })
export const AnswerHelp = z
  .strictObject({ decision: z.enum(['accepted', 'declined']), reason: body.optional().describe('required with `declined`') })
  .meta({ id: 'AnswerHelp' })
export type AnswerHelp = z.output<typeof AnswerHelp>

/** Another party offers the help that was asked for. It promises nothing: what is promised is a commitment. */
export function offerHelp(state: HasContributions, id: string, input: z.output<typeof OfferHelp>, context: Context): HelpEvent[] {
  const { party, person } = guard(state, 'contribute', context)
  const { partyId, offers = [] } = requireOpen(state, id, 'help-request')
  if (partyId === party.id) refuse('answer-own')
  if (offers.some((offer) => offer.partyId === party.id && !offer.answer)) refuse('already-done', { what: 'offer' })
  if (offers.length >= mostAtTable) refuse('full', { max: mostAtTable })
  const offer = { id: context.newId(), partyId: party.id, personId: person.personId, text: input.text, at: context.now }
  return [{ type: 'help-offered', data: { contributionId: id, offer } }]
}

/** The party that asked accepts an offer, or declines it with a reason. */
export function answerHelp(state: HasContributions, id: string, offerId: string, input: AnswerHelp, context: Context): HelpEvent[] {
  const { party, person } = guard(state, 'contribute', context)
  const request = requireContribution(state, id)
  const offer = request.offers?.find((one) => one.id === offerId) ?? refuse('not-found', { what: 'offer' })
  if (request.partyId !== party.id) refuse('not-yours', { what: 'contribution' })
  if (request.withdrawn) refuse('not-an-open', { what: 'help-request' })
  if (offer.answer) refuse('already-done', { what: offer.answer.decision })
  const { decision, reason } = input
  if (decision === 'declined' && !reason) refuse('reason-required', {}, '/reason')
  const answer = { personId: person.personId, decision, ...(reason && { reason }) }
  return [{ type: 'help-answered', data: { contributionId: id, offerId, answer } }]
}

type Answered = { contributionId: string; offerId: string; answer: Omit<NonNullable<HelpOffer['answer']>, 'at'> }

export const helpEvents = {
  'help-offered': (state, data: { contributionId: string; offer: HelpOffer }) => ({
    contributions: patch(state.contributions, data.contributionId, ({ offers = [] }) => ({ offers: [...offers, data.offer] })),
  }),
  'help-answered': (state, { contributionId, offerId, answer }: Answered, { at }) => ({
    contributions: patch(state.contributions, contributionId, ({ offers = [] }) => ({
      offers: offers.map((offer) => (offer.id === offerId ? { ...offer, answer: { ...answer, at } } : offer)),
    })),
  }),
} satisfies Evolvers<HasContributions>
export type HelpEvent = EventOf<typeof helpEvents>
