import { z } from 'zod'
import { LegalGround } from './agreement-text.ts'
import {
  type Annex,
  type AnnexEvent,
  annexMachine,
  annexStateAt,
  type Consented,
  type HasAnnexes,
  isWaiting,
  type Proposed,
  requireAnnex,
} from './annex.ts'
import { type Context, defined, room } from './event.ts'
import { bind, guard } from './guard.ts'
import { move } from './machine.ts'
import { reason } from './mandate.ts'
import { type Party, type PartyEvent, partyOf, seated } from './party.ts'
import { refuse } from './refusal.ts'
import { standardObjectionDays } from './round.ts'
import { type Instant, later } from './time.ts'
import { uuid } from './uuid.ts'
import { inForceAt } from './version.ts'

export const ProposeAccession = z
  .strictObject({
    organisationId: uuid.optional().describe('whom a seated party invites; left out by a party that asks for itself'),
    reason,
    legalBasis: LegalGround.optional().describe('by who asks for itself, where the version says that data is shared'),
  })
  .meta({ id: 'ProposeAccession' })
export type ProposeAccession = z.output<typeof ProposeAccession>

export const ProposeExpulsion = z.strictObject({ reason }).meta({ id: 'ProposeExpulsion' })
export const ConsentToAnnex = z
  .strictObject({ legalBasis: LegalGround.optional().describe('by who joins, where the version says that data is shared') })
  .meta({ id: 'ConsentToAnnex' })
export type ConsentToAnnex = z.output<typeof ConsentToAnnex>
export const ObjectToAnnex = z.strictObject({ reason }).meta({ id: 'ObjectToAnnex' })

/** The parties that are seated and not on their way out. */
export const staying = (state: HasAnnexes): Party[] => seated(state).filter((party) => !party.leaving)

const windowEnd = ({ rules }: HasAnnexes, now: Instant): Instant => later(now, rules.objectionDays ?? standardObjectionDays)

/** The version that an annex is to: the one in force, or the one that waits for its first day. */
function versionNow({ periods }: HasAnnexes, now: Instant): number {
  const held = inForceAt({ periods }, now) ?? periods.find((period) => !period.replacedAt && period.untilAt > now)
  return held?.version ?? refuse('nothing-adopted')
}

function onlyOne(state: HasAnnexes, kind: Annex['kind'], partyId: string, now: Instant): void {
  const same = Object.values(state.annexes).some((one) => one.kind === kind && one.partyId === partyId && isWaiting(one, now))
  if (same) refuse('already-done', { what: kind })
}

/** Where the version says that data is shared, who joins says on which ground, and nobody says it for them. */
function requireGround(state: HasAnnexes, ground: LegalGround | undefined, joins: boolean): void {
  if (!joins && ground) refuse('ground-of-who-joins', {}, '/legalBasis')
  if (joins && state.adopted?.content.dataShared && !ground?.processingRecord) refuse('legal-ground-needed', {}, '/legalBasis')
}

/**
 * Joining what was adopted, without adopting it anew: a party that is not seated asks for it under its mandate, or a seated one invites
 * an organisation, which then consents. An organisation without a place gets one to read along.
 */
export function proposeAccession(
  state: HasAnnexes,
  input: ProposeAccession,
  organisations: ReadonlyMap<string, { name: string }>,
  context: Context,
): (AnnexEvent | PartyEvent)[] {
  room(state.annexes)
  const { party, mandate } = guard(state, 'propose-accession', context)
  const version = versionNow(state, context.now)
  const asks = party.involvement !== 'seated'
  const organisationId = input.organisationId ?? party.organisationId
  if (asks && organisationId !== party.organisationId) refuse('not-seated')
  const there = partyOf(state, organisationId)
  if (there?.involvement === 'seated') refuse('already-a-party', {}, '/organisationId')
  if (there) onlyOne(state, 'accession', there.id, context.now)
  requireGround(state, input.legalBasis, asks)
  const partyId = there?.id ?? context.newId()
  const proposed = defined({
    id: context.newId(),
    kind: 'accession' as const,
    partyId,
    organisationId,
    version,
    byPartyId: party.id,
    reason: input.reason,
    legalBasis: input.legalBasis,
    takesEffectAt: asks ? windowEnd(state, context.now) : undefined,
  })
  return [
    ...(there ? [] : [placeFor(state, organisationId, organisations, partyId, party.id)]),
    { type: 'annex-proposed', data: proposed as Proposed, ...(mandate && { mandateId: mandate.id }) },
  ]
}

function placeFor(
  state: HasAnnexes,
  organisationId: string,
  organisations: ReadonlyMap<string, { name: string }>,
  id: string,
  addedByPartyId: string,
): PartyEvent {
  room(state.parties)
  const { name } = organisations.get(organisationId) ?? refuse('not-found', { what: 'organisation' }, '/organisationId')
  return { type: 'party-joined', data: { id, organisationId, name, involvement: 'informed', formal: true, addedByPartyId } }
}

/** Proposes that a party leaves: for that every other seated party has to consent, and none to object. */
export function proposeExpulsion(state: HasAnnexes, partyId: string, input: { reason: string }, context: Context): AnnexEvent[] {
  room(state.annexes)
  const { party, mandate } = bind(state, 'propose-expulsion', context)
  const about = state.parties[partyId]
  if (!about || about.leftAt) refuse('not-found', { what: 'party' })
  if (about.id === party.id) refuse('about-yourself')
  if (about.leaving) refuse('already-done', { what: 'withdrawal' })
  onlyOne(state, 'expulsion', partyId, context.now)
  const version = versionNow(state, context.now)
  const { reason } = input
  const takesEffectAt = expelsAt(state, partyId, [party.id], context.now)
  const proposed = defined({
    id: context.newId(),
    kind: 'expulsion' as const,
    partyId,
    organisationId: about.organisationId,
    version,
    byPartyId: party.id,
    reason,
    takesEffectAt,
  })
  return [{ type: 'annex-proposed', data: proposed as Proposed, mandateId: mandate.id }]
}

/** When an expulsion takes effect: after the objection window, once every other party that stays has consented. Two stay at least. */
function expelsAt(state: HasAnnexes, partyId: string, consented: readonly string[], now: Instant): Instant | undefined {
  const others = staying(state).filter(({ id }) => id !== partyId)
  if (others.length < 2) refuse('last-at-table')
  return others.every(({ id }) => consented.includes(id)) ? windowEnd(state, now) : undefined
}

/** Consents, under a mandate: who was invited, to joining; or another seated party, to an expulsion. */
export function consentToAnnex(state: HasAnnexes, id: string, input: ConsentToAnnex, context: Context): AnnexEvent[] {
  const { party, mandate } = guard(state, 'consent-to-annex', context)
  const annex = requireAnnex(state, id)
  const joins = annex.kind === 'accession'
  if (joins && annex.partyId !== party.id) refuse('not-yours', { what: 'annex' })
  if (!joins && annex.partyId === party.id) refuse('about-yourself')
  if (!joins && party.involvement !== 'seated') refuse('not-seated')
  move('annex', annexMachine, annexStateAt(annex, context.now), 'consent')
  requireGround(state, input.legalBasis, joins)
  const consented = [annex.byPartyId, ...annex.consentedPartyIds, party.id]
  const takesEffectAt = joins ? windowEnd(state, context.now) : expelsAt(state, annex.partyId, consented, context.now)
  const data = defined({ annexId: id, partyId: party.id, takesEffectAt, legalBasis: input.legalBasis })
  return [{ type: 'annex-consented', data: data as Consented, ...(mandate && { mandateId: mandate.id }) }]
}

/** Objects, with a reason, before it takes effect: then it does not, and goes to the agenda of the next round. */
export function objectToAnnex(state: HasAnnexes, id: string, input: { reason: string }, context: Context): AnnexEvent[] {
  const { party } = guard(state, 'object-to-annex', context)
  const annex = requireAnnex(state, id)
  if (annex.kind === 'withdrawal') refuse('nobody-is-kept')
  if (annex.partyId === party.id) refuse('about-yourself')
  move('annex', annexMachine, annexStateAt(annex, context.now), 'object')
  return [{ type: 'annex-objected', data: { annexId: id, partyId: party.id, reason: input.reason } }]
}

/** A party leaves what was adopted: after the notice of its version, and today where there is none. It stays on record as an annex. */
export function withdrawal(
  state: HasAnnexes,
  party: Party,
  because: string,
  mandateId: string,
  context: Context,
): { annex: AnnexEvent; atOnce: boolean } {
  const days = state.rules.noticeDays ?? 0
  if (days > 0 && party.leaving) refuse('already-done', { what: 'withdrawal' })
  const proposed: Proposed = {
    id: context.newId(),
    kind: 'withdrawal',
    partyId: party.id,
    organisationId: party.organisationId,
    version: state.adopted?.number ?? 0,
    byPartyId: party.id,
    reason: because,
    takesEffectAt: later(context.now, days),
  }
  return { annex: { type: 'annex-proposed', data: proposed, mandateId }, atOnce: days === 0 }
}
