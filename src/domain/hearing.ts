import { z } from 'zod'
import { type ContributionEvent, concernOf, type HasContributions, openOf, roundNumber } from './contribution.ts'
import { type ById, type Context, type EventOf, type Evolvers, put, room } from './event.ts'
import { guard } from './guard.ts'
import { type Party, seated } from './party.ts'
import { text } from './text.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** A party's say on the text. No concerns is an answer too, when it is given explicitly (ground rule 5). */
export const Hearing = z
  .strictObject({
    id: uuid,
    roundNumber: z.int(),
    partyId: uuid,
    personId: uuid,
    statement: z.exactOptional(z.string()),
    concerns: z.int().describe('how many concerns it had: each is a contribution; 0 is an explicit "none"'),
    at: instantOut,
  })
  .meta({ id: 'Hearing' })
export type Hearing = z.output<typeof Hearing>

export type HasHearings = HasContributions & { hearings: ById<Hearing> }

export const StateHearing = z
  .strictObject({
    statement: text(4000).optional(),
    concerns: z.array(text(4000)).max(20).describe('every concern; an empty list says explicitly that there is none'),
  })
  .meta({ id: 'StateHearing' })
export type StateHearing = z.output<typeof StateHearing>

/** Records that a party was heard, and each concern as a contribution that another party answers. */
export function stateHearing(state: HasHearings, input: StateHearing, context: Context): (HearingEvent | ContributionEvent)[] {
  room(state.hearings)
  const { party, person } = guard(state, 'state-hearing', context)
  const speaker = { partyId: party.id, personId: person.personId }
  const hearing = {
    id: context.newId(),
    roundNumber: roundNumber(state),
    ...speaker,
    ...(input.statement && { statement: input.statement }),
    concerns: input.concerns.length,
  }
  return [{ type: 'party-heard', data: hearing }, ...input.concerns.map((words) => concernOf(state, speaker, words, context))]
}

/** Whether a party was heard this round: a hearing, or a concern of theirs brought in otherwise. */
export const isHeard = (state: HasHearings, partyId: string): boolean =>
  Object.values(state.hearings).some((hearing) => hearing.partyId === partyId && hearing.roundNumber === roundNumber(state)) ||
  openOf(state, 'concern').some((concern) => concern.partyId === partyId)

/** The seated parties that have not been heard yet. */
export const unheard = (state: HasHearings): Party[] => seated(state).filter((party) => !isHeard(state, party.id))

export const hearingEvents = {
  // The first hearing closes the founding: from here the rules of adoption are not for this text to change.
  'party-heard': (state, data: Omit<Hearing, 'at'>, { at }) => ({ hearings: put(state.hearings, { ...data, at }), foundingOpen: false }),
} satisfies Evolvers<HasHearings>
export type HearingEvent = EventOf<typeof hearingEvents>
