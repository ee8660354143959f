import { z } from 'zod'
import { LegalBasis } from './agreement-text.ts'
import { type ById, type EventOf, type Evolvers, inOrder, patch, put } from './event.ts'
import { type Machine, statesOf } from './machine.ts'
import { type HasParties, type Party, present } from './party.ts'
import { refuse } from './refusal.ts'
import { type AgendaItem, type HasRound, isDoneIn, phaseAt } from './round.ts'
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

/** Why an annex is waited for no more: another version was adopted, its party left or is to, or the agreement ended. */
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
    dropsAt: z.exactOptional(instantOut).describe('when the party leaves by another annex, before this one takes effect'),
    objection: z.exactOptional(z.strictObject({ partyId: uuid, reason: z.string(), at: instantOut })),
    droppedBecause: z.exactOptional(z.enum(dropReasons)),
    state: z.enum(annexStates),
    revision: z.int(),
  })
  .meta({ id: 'Annex' })
export type Annex = z.output<typeof Annex>

export type HasAnnexes = HasParties & { annexes: ById<Annex> }

/** An annex as it stands at a moment: what nobody objected to takes effect by itself. */
export function viewAnnex(annex: Annex, at: Instant): Annex {
  const state = annexStateAt(annex, at)
  return { ...annex, state, ...(state === 'dropped' && { droppedBecause: annex.droppedBecause ?? 'left' }) }
}

/** How an annex stands at a moment: its party leaves once, by whichever comes first. */
export function annexStateAt({ state, takesEffectAt, dropsAt }: Annex, at: Instant): AnnexState {
  if (state !== 'proposed' && state !== 'pending') return state
  if (dropsAt !== undefined && dropsAt <= at) return annexMachine[state].drop
  return state === 'pending' && takesEffectAt !== undefined && takesEffectAt <= at ? annexMachine.pending.pass : state
}

/** Whether an annex still waits, for consent or for its day. */
export const isWaiting = (annex: Annex, at: Instant): boolean => ['proposed', 'pending'].includes(annexStateAt(annex, at))

/**
 * Whether an annex waits for a party: for an objection while silence binds, for who invited (any, where that party has left) to let in,
 * for the consent of who was invited, for that of others to an expulsion; and who is to be put out sees it coming.
 */
export function waitsFor(state: HasAnnexes & HasRound, annex: Annex, party: Party, at: Instant): boolean {
  const { kind, partyId, byPartyId, consentedPartyIds } = annex
  if (kind === 'withdrawal' || !isWaiting(annex, at)) return false
  const proposed = annexStateAt(annex, at) === 'proposed'
  if (partyId === party.id) return kind === 'expulsion' || proposed
  if (party.involvement !== 'seated') return false
  if (lacksPlace(state, annex) && !windowOpen(annex, at)) {
    const isHere = present(state).some(({ id }) => id === byPartyId)
    return isDoneIn('let-in', phaseAt(state, at)) && (byPartyId === party.id || !isHere)
  }
  if (byPartyId === party.id) return false
  if (consentedPartyIds.includes(party.id)) return false
  return !proposed || windowOpen(annex, at) || (kind === 'expulsion' && !party.leaving)
}

/** Whether the objection window of an invitation runs. */
export const windowOpen = ({ windowEndsAt }: Annex, at: Instant): boolean => windowEndsAt !== undefined && at < windowEndsAt

/** Whether an organisation was invited that has no place: somebody lets it in. */
export const lacksPlace = ({ parties }: HasAnnexes, { kind, partyId }: Annex): boolean => kind === 'accession' && !(partyId in parties)

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

/** The parties with what an annex will do to one of them, or no longer will, and the other annexes about that one: it leaves once. */
function planned(state: HasAnnexes, annex: Annex, now: Instant): Pick<HasAnnexes, 'annexes' | 'parties'> {
  const { partyId, kind } = annex
  const party = state.parties[partyId]
  const annexes = put(state.annexes, annex)
  if (!party) return { annexes, parties: state.parties }
  const { seatedFrom, leaving, ...rest } = party
  const joining = kind === 'accession' ? dayOfPending(annex) : seatedFrom
  const first = firstToGo(annexes, partyId)
  const at = first && dayOfPending(first)
  const parties = { ...rest, ...(joining && { seatedFrom: joining }), ...(first && at && { leaving: { at, because: first.reason } }) }
  const others = Object.values(annexes).filter((one) => one.partyId === partyId && one.kind !== 'accession' && isWaiting(one, now))
  const told = others.map(({ dropsAt, ...one }): Annex => ({ ...one, ...(at && one.id !== first?.id && { dropsAt: at }) }))
  return { annexes: told.reduce<ById<Annex>>(put, annexes), parties: put(state.parties, parties) }
}

const dayOfPending = ({ state, takesEffectAt }: Annex): Instant | undefined => (state === 'pending' ? takesEffectAt : undefined)

/** The annex by which a party leaves: of a withdrawal and an expulsion the one whose day comes first. */
const firstToGo = (annexes: ById<Annex>, partyId: string): Annex | undefined =>
  inOrder(annexes)
    .filter((one) => one.partyId === partyId && one.kind !== 'accession' && dayOfPending(one))
    .reduce<Annex | undefined>((first, one) => (first && (dayOfPending(first) ?? '') <= (dayOfPending(one) ?? '') ? first : one), undefined)

const changed = (state: HasAnnexes, id: string, now: Instant, change: (annex: Annex) => Partial<Annex>) => {
  const annex = patch(state.annexes, id, change)[id]
  return annex ? planned(state, annex, now) : {}
}

export const annexEvents = {
  'annex-proposed': (state, data: Proposed, { at, revision }) =>
    planned(state, { ...data, proposedAt: at, consentedPartyIds: [], state: data.takesEffectAt ? 'pending' : 'proposed', revision }, at),
  'annex-consented': (state, { annexId, partyId, ...then }: Consented, { at, revision }) =>
    changed(state, annexId, at, ({ consentedPartyIds, byPartyId }) => ({
      ...then,
      consentedPartyIds: [...new Set([...consentedPartyIds, partyId])].filter((id) => id !== byPartyId),
      ...(then.takesEffectAt && { state: annexMachine.proposed.consent }),
      revision,
    })),
  'annex-objected': (state, { annexId, ...objection }: { annexId: string; partyId: string; reason: string }, { at, revision }) =>
    changed(state, annexId, at, () => ({ state: annexMachine.pending.object, objection: { ...objection, at }, revision })),
  'annex-dropped': (state, { annexId, because }: { annexId: string; because: DropReason }, { at, revision }) =>
    changed(state, annexId, at, () => ({ state: annexMachine.pending.drop, droppedBecause: because, revision })),
} satisfies Evolvers<HasAnnexes>
export type AnnexEvent = EventOf<typeof annexEvents>
