import { z } from 'zod'
import { body, type Exploration, type HasContributions, requireOpen } from './contribution.ts'
import { type Context, type EventOf, type Evolvers, patch } from './event.ts'
import { guard } from './guard.ts'
import { refuse } from './refusal.ts'

export const ExploreResistance = z
  .strictObject({ note: body.describe('what came of exploring it together: what is behind it') })
  .meta({ id: 'ExploreResistance' })

/** Another party notes what it found when it explored resistance with the party that feels it; a later note of it replaces the one before. */
export function exploreResistance(
  state: HasContributions,
  id: string,
  { note }: z.output<typeof ExploreResistance>,
  context: Context,
): ResistanceEvent[] {
  const { party, person } = guard(state, 'contribute', context)
  const { partyId } = requireOpen(state, id, 'resistance')
  if (partyId === party.id) refuse('answer-own')
  return [{ type: 'resistance-explored', data: { contributionId: id, partyId: party.id, personId: person.personId, note } }]
}

export const resistanceEvents = {
  'resistance-explored': (state, { contributionId, ...data }: Omit<Exploration, 'at'> & { contributionId: string }, { at }) => ({
    contributions: patch(state.contributions, contributionId, ({ explored = [] }) => ({
      explored: [...explored.filter(({ partyId }) => partyId !== data.partyId), { ...data, at }],
    })),
  }),
} satisfies Evolvers<HasContributions>
export type ResistanceEvent = EventOf<typeof resistanceEvents>
