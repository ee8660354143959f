import { z } from 'zod'
import { LegalBasis } from './agreement-text.ts'
import { type ById, type EventOf, type Evolvers, inOrder, patch, put } from './event.ts'
import { type Machine, statesOf } from './machine.ts'
import type { HasParties, Party } from './party.ts'
import { refuse } from './refusal.ts'
import type { AgendaItem } from './round.ts'
import { type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'
import { annexKinds } from './version.ts'

export type AnnexState = 'proposed' | 'pending' | 'effective' | 'objected' | 'dropped'

/** An annex waits for consent, then for its day, and then takes effect by itself. */
export const annexMachine = {
  proposed: { consent: 'pending', object: 'objected', drop: 'dropped' },
  pending: { pass: 'effective', object: 'objected', drop: 'dropped' },
  effective: {},
  objected: {},
  dropped: {},
} as const satisfies Machine<AnnexState, 'consent' | 'pass' | 'object' | 'drop'>

export const annexStates = statesOf(annexMachine)

/** Why an annex is waited for no more: another version was adopted, its party left by itself, or the agreement ended. */
const dropReasons = ['adopted', 'left', 'ended'] as const
type DropReason = (typeof dropReasons)[number]

export const Annex = z
  .strictObject({
    id: uuid,
    kind: z.enum(annexKinds),
    partyId: uuid.describe('the party that it is about, or will be about once it is let in'),
    organisationId: uuid.describe('the organisation of that party'),
    name: z.string().describe('of that organisation'),
    version: z.int().describe('the version that it is an annex to'),
    byPartyId: uuid.describe('the party that asks, invites, leaves or proposes'),
    reason: z.string(),
    legalBasis: z.exactOptional(LegalBasis).describe('of who joins, where the version says that data is shared'),
    proposedAt: instantOut,
    consentedPartyIds: z.array(uuid).describe('beside the party that brought it'),
    windowEndsAt: z.exactOptional(instantOut).describe('of an invitation: the end of its objection window'),
    takesEffectAt: z.exactOptional(instantOut).describe('the end of the objection window, or of the notice'),
    objection: z.exactOptional(z.strictObject({ partyId: uuid, reason: z.string(), at: instantOut })),
    droppedBecause: z.exactOptional(z.enum(dropReasons)),
    state: z.enum(annexStates),
    revision: z.int(),
  })
  .meta({ id: 'Annex' })
export type Annex = z.output<typeof Annex>

export type HasAnnexes = HasParties & { annexes: ById<Annex> }

/** An annex as it stands at a moment: what nobody objected to takes effect by itself. */
export const viewAnnex = (annex: Annex, at: Instant): Annex => ({ ...annex, state: annexStateAt(annex, at) })

export const annexStateAt = ({ state, takesEffectAt }: Annex, at: Instant): AnnexState =>
  state === 'pending' && takesEffectAt !== undefined && takesEffectAt <= at ? annexMachine.pending.pass : state

/** Whether an annex still waits, for consent or for its day. */
export const isWaiting = (annex: Annex, at: Instant): boolean => ['proposed', 'pending'].includes(annexStateAt(annex, at))

/**
 * Whether an annex waits for a party: for an objection while silence binds, for who invited to let in, for the consent of who was
 * invited, for that of others to an expulsion; and who is to be put out sees it coming.
 */
export function waitsFor(state: HasAnnexes, annex: Annex, party: Party, at: Instant): boolean {
  const { kind, partyId, byPartyId, consentedPartyIds } = annex
  if (kind === 'withdrawal' || !isWaiting(annex, at)) return false
  const proposed = annexStateAt(annex, at) === 'proposed'
  if (partyId === party.id) return kind === 'expulsion' || proposed
  if (party.involvement !== 'seated') return false
  if (byPartyId === party.id) return isToLetIn(state, annex, at)
  if (consentedPartyIds.includes(party.id)) return false
  return !proposed || windowOpen(annex, at) || (kind === 'expulsion' && !party.leaving)
}

/** Whether the objection window of an invitation runs. */
export const windowOpen = ({ windowEndsAt }: Annex, at: Instant): boolean => windowEndsAt !== undefined && at < windowEndsAt

/** Whether an organisation without a place was invited, and nobody objected in time. */
const isToLetIn = ({ parties }: HasAnnexes, annex: Annex, at: Instant): boolean =>
  annex.kind === 'accession' && !(annex.partyId in parties) && !windowOpen(annex, at)

/** By when a party answers an annex: before it takes effect, or before the window of an invitation ends; who is invited takes its time. */
export const answerBy = (annex: Annex, party: Party, at: Instant): Instant | undefined =>
  annex.takesEffectAt ?? (windowOpen(annex, at) && annex.partyId !== party.id ? annex.windowEndsAt : undefined)

export const requireAnnex = (state: HasAnnexes, id: string): Annex => state.annexes[id] ?? refuse('not-found', { what: 'annex' })

/** Drops what still waits and is concerned: about a party that is gone, to a version that another follows, or all of it. */
export const dropped = (state: HasAnnexes, now: Instant, because: DropReason, concerns = (_: Annex): boolean => true): AnnexEvent[] =>
  inOrder(state.annexes)
    .filter((annex) => isWaiting(annex, now) && concerns(annex))
    .map(({ id }) => ({ type: 'annex-dropped', data: { annexId: id, because } }))

/** What was objected to is a matter for the next round. */
export const objectedMatters = (state: HasAnnexes): AgendaItem[] =>
  inOrder(state.annexes).flatMap(({ id, kind, objection }): AgendaItem[] =>
    objection ? [{ id, kind: 'annex', partyId: objection.partyId, text: objection.reason, outcome: kind }] : [],
  )

export type Proposed = Pick<
  Annex,
  | 'id'
  | 'kind'
  | 'partyId'
  | 'organisationId'
  | 'name'
  | 'version'
  | 'byPartyId'
  | 'reason'
  | 'legalBasis'
  | 'windowEndsAt'
  | 'takesEffectAt'
>
export type Consented = Pick<Annex, 'takesEffectAt' | 'legalBasis'> & { annexId: string; partyId: string }

/** The parties with what an annex will do to one of them, or no longer will. */
function planned(state: HasAnnexes, annex: Annex): Pick<HasAnnexes, 'annexes' | 'parties'> {
  const { partyId, kind, takesEffectAt, reason } = annex
  const at = annex.state === 'pending' ? takesEffectAt : undefined
  const party = state.parties[partyId]
  const annexes = put(state.annexes, annex)
  if (!party) return { annexes, parties: state.parties }
  const { seatedFrom, leaving, ...rest } = party
  const joining = kind === 'accession' ? at : seatedFrom
  const going = kind === 'accession' ? leaving : at === undefined ? undefined : { at, because: reason }
  return { annexes, parties: put(state.parties, { ...rest, ...(joining && { seatedFrom: joining }), ...(going && { leaving: going }) }) }
}

const changed = (state: HasAnnexes, id: string, change: (annex: Annex) => Partial<Annex>) => {
  const annex = patch(state.annexes, id, change)[id]
  return annex ? planned(state, annex) : {}
}

export const annexEvents = {
  'annex-proposed': (state, data: Proposed, { at, revision }) =>
    planned(state, { ...data, proposedAt: at, consentedPartyIds: [], state: data.takesEffectAt ? 'pending' : 'proposed', revision }),
  'annex-consented': (state, { annexId, partyId, ...then }: Consented, { revision }) =>
    changed(state, annexId, ({ consentedPartyIds, byPartyId }) => ({
      ...then,
      consentedPartyIds: [...new Set([...consentedPartyIds, partyId])].filter((id) => id !== byPartyId),
      ...(then.takesEffectAt && { state: annexMachine.proposed.consent }),
      revision,
    })),
  'annex-objected': (state, { annexId, ...objection }: { annexId: string; partyId: string; reason: string }, { at, revision }) =>
    changed(state, annexId, () => ({ state: annexMachine.pending.object, objection: { ...objection, at }, revision })),
  'annex-dropped': (state, { annexId, because }: { annexId: string; because: DropReason }, { revision }) =>
    changed(state, annexId, () => ({ state: annexMachine.pending.drop, droppedBecause: because, revision })),
} satisfies Evolvers<HasAnnexes>
export type AnnexEvent = EventOf<typeof annexEvents>
