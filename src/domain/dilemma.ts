import { z } from 'zod'
import { body, type HasContributions, requireContribution } from './contribution.ts'
import { type Context, type EventOf, type Evolvers, patch } from './event.ts'
import { guard } from './guard.ts'
import { refuse } from './refusal.ts'

/** What becomes of a dilemma: it is held open on purpose, or resolved; it may be closed without a solution. */
export const SettleDilemma = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('held'), reason: body.describe('why it is held open') }),
    z.strictObject({ status: z.literal('resolved'), found: body.optional().describe('left out: closed without a solution') }),
  ])
  .meta({ id: 'SettleDilemma' })
export type SettleDilemma = z.output<typeof SettleDilemma>

/** The party that put a dilemma says what becomes of it: nobody else can close somebody's question. */
export function settleDilemma(state: HasContributions, id: string, input: SettleDilemma, context: Context): DilemmaEvent[] {
  const { party } = guard(state, 'contribute', context)
  const { kind, partyId, withdrawn, held, resolved } = requireContribution(state, id)
  if (partyId !== party.id) refuse('not-yours', { what: 'contribution' })
  if (kind !== 'dilemma' || withdrawn) refuse('not-an-open', { what: 'dilemma' })
  if (resolved || (held && input.status === 'held')) refuse('already-done', { what: input.status })
  if (input.status === 'held') return [{ type: 'dilemma-held', data: { contributionId: id, reason: input.reason } }]
  return [{ type: 'dilemma-resolved', data: { contributionId: id, ...(input.found && { found: input.found }) } }]
}

export const dilemmaEvents = {
  'dilemma-held': (state, data: { contributionId: string; reason: string }, { at }) => ({
    contributions: patch(state.contributions, data.contributionId, { held: { at, reason: data.reason } }),
  }),
  'dilemma-resolved': (state, { contributionId, ...data }: { contributionId: string; found?: string }, { at }) => ({
    contributions: patch(state.contributions, contributionId, { resolved: { at, ...data } }),
  }),
} satisfies Evolvers<HasContributions>
export type DilemmaEvent = EventOf<typeof dilemmaEvents>
