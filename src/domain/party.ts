import { z } from 'zod'
import type { Actor } from './actor.ts'
import { type ById, type EventOf, type Evolvers, inOrder, patch, put } from './event.ts'
import { refuse } from './refusal.ts'
import { type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** `seated` is bound and has a say, `consulted` is heard, `informed` reads along (docs/domain.md#parties). */
export const involvements = ['seated', 'consulted', 'informed'] as const
export type Involvement = (typeof involvements)[number]

export const Party = z
  .strictObject({
    id: uuid,
    organisationId: uuid,
    name: z.string(),
    involvement: z.enum(involvements),
    formal: z.boolean(),
    addedByPartyId: z.exactOptional(uuid).describe('the party that gave the place, and can take it back until it is taken'),
    joinedAt: instantOut,
    seatedFrom: z.exactOptional(instantOut).describe('when its accession takes effect, or did: from then on it is seated'),
    leaving: z
      .exactOptional(z.strictObject({ at: instantOut, because: z.string() }))
      .describe('when it leaves, after its notice or because the others put it out'),
    leftAt: z.exactOptional(instantOut),
    leftBecause: z.exactOptional(z.string()),
  })
  .meta({ id: 'Party' })
export type Party = z.output<typeof Party>

export type HasParties = { parties: ById<Party> }

export const AddParty = z
  .strictObject({
    organisationId: uuid,
    involvement: z.enum(involvements),
    formal: z.boolean().default(true).describe('false for volunteers, residents and other informal partners'),
  })
  .meta({ id: 'AddParty' })
export type AddParty = z.output<typeof AddParty>

/** A party as it stands at a moment: what was to happen to its place by then has happened. */
export function partyAt(party: Party, at: Instant): Party {
  const { seatedFrom, leaving } = party
  const joined = seatedFrom !== undefined && seatedFrom <= at && !party.leftAt && party.involvement !== 'seated'
  const now = joined ? { ...party, involvement: 'seated' as const } : party
  return leaving && leaving.at <= at && !now.leftAt ? { ...now, leftAt: leaving.at, leftBecause: leaving.because } : now
}

/** The state with every party as it stands at a moment: the same one where time has changed none. */
export function settled<State extends HasParties>(state: State, at: Instant): State {
  const changed = Object.values(state.parties).filter((party) => partyAt(party, at) !== party)
  const parties = changed.reduce((all, party) => put(all, partyAt(party, at)), state.parties)
  return changed.length === 0 ? state : { ...state, parties }
}

/** The parties that are at the table now. */
export const present = (state: HasParties): Party[] => inOrder(state.parties).filter((party) => !party.leftAt)

/** The parties that are bound and have a say. */
export const seated = (state: HasParties): Party[] => present(state).filter((party) => party.involvement === 'seated')

/** The party of an organisation in this agreement, when it is at the table. */
export const partyOf = (state: HasParties, organisationId: string): Party | undefined =>
  present(state).find((party) => party.organisationId === organisationId)

/** The party for which this actor comes; an agreement in which they have none does not exist for them. */
export function partyOfActor(state: HasParties, actor: Actor): Party {
  const party = actor.kind === 'operator' ? undefined : partyOf(state, actor.organisationId)
  return party ?? refuse('not-found', { what: 'agreement' })
}

/** A party here by id; refuses with `not-a-party` (ground rule 1: we discuss only what we can bring about ourselves). */
export function requireParty(state: HasParties, partyId: string, pointer: string): Party {
  const party = state.parties[partyId]
  return party && !party.leftAt ? party : refuse('not-a-party', {}, pointer)
}

export const partyEvents = {
  'party-joined': (
    state,
    data: { id: string; organisationId: string; name: string; involvement: Involvement; formal: boolean; addedByPartyId?: string },
    { at },
  ) => ({
    parties: put(state.parties, { ...data, joinedAt: at }),
  }),
  'party-left': (state, data: { partyId: string; because: string }, { at }) => ({
    parties: patch(state.parties, data.partyId, { leftAt: at, leftBecause: data.because }),
  }),
} satisfies Evolvers<HasParties>
export type PartyEvent = EventOf<typeof partyEvents>
