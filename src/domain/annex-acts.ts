import { z } from 'zod'
import type { HasAdoption } from './adoption.ts'
import { LegalBasis } from './agreement-text.ts'
import {
  type Annex,
  type AnnexEvent,
  annexMachine,
  annexStateAt,
  type Consented,
  dropped,
  type HasAnnexes,
  isWaiting,
  lacksPlace,
  type Proposed,
  requireAnnex,
  windowOpen,
} from './annex.ts'
import { type Context, defined, room } from './event.ts'
import { bind, fitting, guard, type Seat } from './guard.ts'
import { move } from './machine.ts'
import { type Mandate, reason } from './mandate.ts'
import { type Party, type PartyEvent, partyOf, seated } from './party.ts'
import { refuse, refuseAll } from './refusal.ts'
import { standardObjectionDays } from './round.ts'
import { type Instant, later, latest } from './time.ts'
import { uuid } from './uuid.ts'
import type { Period } from './version.ts'

export const ProposeAccession = z
  .strictObject({
    organisationId: uuid.optional().describe('whom a seated party invites; left out by a party that asks for itself'),
    reason,
    legalBasis: LegalBasis.optional().describe('by who asks for itself, where the version says that data is shared'),
  })
  .meta({ id: 'ProposeAccession' })
export type ProposeAccession = z.output<typeof ProposeAccession>

export const ProposeExpulsion = z.strictObject({ reason }).meta({ id: 'ProposeExpulsion' })
export const ConsentToAnnex = z
  .strictObject({ legalBasis: LegalBasis.optional().describe('by who joins, where the version says that data is shared') })
  .meta({ id: 'ConsentToAnnex' })
export type ConsentToAnnex = z.output<typeof ConsentToAnnex>
export const ObjectToAnnex = z.strictObject({ reason }).meta({ id: 'ObjectToAnnex' })

/** The parties that are seated and not on their way out. */
export const staying = (state: HasAdoption): Party[] => seated(state).filter((party) => !party.leaving)

const windowEnd = ({ rules }: HasAdoption, now: Instant): Instant => later(now, rules.objectionDays ?? standardObjectionDays)

/** The version that an annex is to: the one adopted last, while it is in force or waits for its first day. Other annexes split its period. */
function versionNow({ periods }: HasAdoption, now: Instant): Pick<Period, 'version' | 'fromAt'> {
  const open = periods.filter(({ replacedAt, untilAt }) => !replacedAt && untilAt > now)
  const [first] = open.sort((a, b) => b.version - a.version || (a.fromAt < b.fromAt ? -1 : 1))
  return first ?? refuse('nothing-adopted')
}

/** When who joins is seated: not before the objection window has ended, and not before what it joins starts. */
const joinsAt = (state: HasAdoption, windowEndsAt: Instant, now: Instant): Instant =>
  latest(latest(windowEndsAt, now), versionNow(state, now).fromAt)

/** Of one kind one annex about an organisation waits at a time. */
export function onlyOne(state: HasAnnexes, kind: Annex['kind'], organisationId: string, now: Instant): void {
  if (waits(state, kind, organisationId, now)) refuse('annex-waits', { what: kind })
}

const waits = ({ annexes }: HasAnnexes, kind: Annex['kind'], organisationId: string, now: Instant): boolean =>
  Object.values(annexes).some((one) => one.kind === kind && one.organisationId === organisationId && isWaiting(one, now))

/** Nobody joins who is being put out: what waited is dropped once its expulsion has its day. */
const notJoining = (state: HasAdoption, partyId: string, now: Instant): AnnexEvent[] =>
  dropped(state, now, 'left', (annex) => annex.kind === 'accession' && annex.partyId === partyId)

/** Where the version says that data is shared, who joins says on which legal basis, and nobody says it for them. */
function requireBasis(state: HasAdoption, basis: LegalBasis | undefined, joins: boolean): void {
  if (!joins && basis) refuse('basis-of-who-joins', {}, '/legalBasis')
  if (joins && state.adopted?.content.dataShared && !basis?.processingRecord) refuse('legal-basis-needed', {}, '/legalBasis')
}

/** The mandate of who joins: it covers the subjects of what they join, as it would for a stance on it. */
function joiningUnder(state: HasAdoption, { mandate, ...seat }: Seat, now: Instant): Mandate {
  const held = { ...seat, mandate: mandate ?? refuse('mandate-missing') }
  const ask = { subjects: state.adopted?.content.mandate?.subjects ?? [], demands: [] }
  const { mandate: best, lacking } = fitting(state, held, ask, '', now)
  refuseAll(lacking)
  return best
}

/**
 * Joining what was adopted, without adopting it anew: a party that is not seated asks for it under its mandate, or a seated one invites
 * an organisation, which then consents. The others can object from now on; nothing opens to who is invited yet.
 */
export function proposeAccession(
  state: HasAdoption,
  input: ProposeAccession,
  organisations: ReadonlyMap<string, { name: string }>,
  context: Context,
): AnnexEvent[] {
  room(state.annexes)
  const seat = guard(state, 'propose-accession', context)
  const { party } = seat
  const { version } = versionNow(state, context.now)
  const asks = party.involvement !== 'seated'
  const organisationId = input.organisationId ?? party.organisationId
  if (asks && organisationId !== party.organisationId) refuse('not-seated')
  const there = partyOf(state, organisationId)
  if (there?.involvement === 'seated') refuse('already-a-party', {}, '/organisationId')
  if (there?.leaving) refuse('annex-waits', { what: 'expulsion' })
  onlyOne(state, 'accession', organisationId, context.now)
  const mandate = asks ? joiningUnder(state, seat, context.now) : seat.mandate
  requireBasis(state, input.legalBasis, asks)
  const { name } = there ?? organisations.get(organisationId) ?? refuse('not-found', { what: 'organisation' }, '/organisationId')
  const windowEndsAt = windowEnd(state, context.now)
  const proposed = defined({
    id: context.newId(),
    kind: 'accession' as const,
    partyId: there?.id ?? context.newId(),
    organisationId,
    name,
    version,
    byPartyId: party.id,
    reason: input.reason,
    legalBasis: input.legalBasis,
    windowEndsAt: asks ? undefined : windowEndsAt,
    takesEffectAt: asks ? joinsAt(state, windowEndsAt, context.now) : undefined,
  })
  return [{ type: 'annex-proposed', data: proposed as Proposed, ...(mandate && { mandateId: mandate.id }) }]
}

/** Lets in who was invited, once the window has ended and nobody objected: it reads what it is to be bound by, and then consents. */
function letIn(state: HasAdoption, annex: Annex, { party, mandate }: Seat, now: Instant): (AnnexEvent | PartyEvent)[] {
  const { id, partyId, organisationId, name, windowEndsAt } = annex
  if (windowOpen(annex, now)) refuse('objection-window', { until: windowEndsAt ?? now })
  versionNow(state, now)
  room(state.parties)
  return [
    { type: 'annex-consented', data: { annexId: id, partyId: party.id }, ...(mandate && { mandateId: mandate.id }) },
    {
      type: 'party-joined',
      data: { id: partyId, organisationId, name, involvement: 'informed', formal: true, addedByPartyId: party.id },
    },
  ]
}

/** Proposes that a party leaves: for that every other seated party has to consent, and none to object. */
export function proposeExpulsion(state: HasAdoption, partyId: string, input: { reason: string }, context: Context): AnnexEvent[] {
  room(state.annexes)
  const { party, mandate } = bind(state, 'propose-expulsion', context)
  const about = state.parties[partyId]
  if (!about || about.leftAt) refuse('not-found', { what: 'party' })
  if (about.id === party.id) refuse('about-yourself')
  onlyOne(state, 'expulsion', about.organisationId, context.now)
  // Who leaves by itself is put out only where that can be sooner.
  if (about.leaving && about.leaving.at <= windowEnd(state, context.now)) refuse('already-done', { what: 'withdrawal' })
  const { version } = versionNow(state, context.now)
  const { reason } = input
  const takesEffectAt = expelsAt(state, partyId, [party.id], context.now)
  const proposed = defined({
    id: context.newId(),
    kind: 'expulsion' as const,
    partyId,
    organisationId: about.organisationId,
    name: about.name,
    version,
    byPartyId: party.id,
    reason,
    takesEffectAt,
  })
  return [
    { type: 'annex-proposed', data: proposed as Proposed, mandateId: mandate.id },
    ...(takesEffectAt ? notJoining(state, partyId, context.now) : []),
  ]
}

/** When an expulsion takes effect: after the objection window, once every other party that stays has consented. Two stay at least. */
function expelsAt(state: HasAdoption, partyId: string, consented: readonly string[], now: Instant): Instant | undefined {
  const others = staying(state).filter(({ id }) => id !== partyId)
  if (others.length < 2) refuse('last-at-table')
  return others.every(({ id }) => consented.includes(id)) ? windowEnd(state, now) : undefined
}

/** Consents, under a mandate: a seated party to letting in who was invited, that one to joining, and every other seated party to an expulsion. */
export function consentToAnnex(state: HasAdoption, id: string, input: ConsentToAnnex, context: Context): (AnnexEvent | PartyEvent)[] {
  const invited = state.annexes[id]
  const letsIn = invited !== undefined && lacksPlace(state, invited)
  const seat = guard(state, letsIn ? 'let-in' : 'consent-to-annex', context)
  const { party } = seat
  const annex = requireAnnex(state, id)
  const joins = annex.kind === 'accession'
  if (!joins && annex.partyId === party.id) refuse('about-yourself')
  if (!joins && party.involvement !== 'seated') refuse('not-seated')
  move('annex', annexMachine, annexStateAt(annex, context.now), 'consent')
  if (joins && !letsIn && annex.partyId !== party.id) {
    if (party.involvement === 'seated' && cameWith(state, annex)) refuse('already-done', { what: 'consent' })
    refuse('not-yours', { what: 'annex' })
  }
  requireBasis(state, input.legalBasis, joins && !letsIn)
  if (letsIn) return letIn(state, annex, seat, context.now)
  const mandate = joins ? joiningUnder(state, seat, context.now) : seat.mandate
  const before = [annex.byPartyId, ...annex.consentedPartyIds]
  const takesEffectAt = joins
    ? joinsAt(state, annex.windowEndsAt ?? context.now, context.now)
    : expelsAt(state, annex.partyId, [...before, party.id], context.now)
  // Who had consented can do so again only where nobody is waited for any more: those who had not have left.
  if (!joins && !takesEffectAt && before.includes(party.id)) refuse('already-done', { what: 'consent' })
  const data = defined({ annexId: id, partyId: party.id, takesEffectAt, legalBasis: input.legalBasis })
  const consented: AnnexEvent = { type: 'annex-consented', data: data as Consented, ...(mandate && { mandateId: mandate.id }) }
  return [consented, ...(!joins && takesEffectAt ? notJoining(state, annex.partyId, context.now) : [])]
}

/**
 * Objects, with a reason, before it takes effect: then it does not, and goes to the agenda of the next round. The place of who was let in
 * by then goes with it: who is not to join does not read along either.
 */
export function objectToAnnex(state: HasAdoption, id: string, input: { reason: string }, context: Context): (AnnexEvent | PartyEvent)[] {
  const { party } = guard(state, 'object-to-annex', context)
  const annex = requireAnnex(state, id)
  if (annex.kind === 'withdrawal') refuse('nobody-is-kept')
  if (annex.partyId === party.id) refuse('about-yourself')
  move('annex', annexMachine, annexStateAt(annex, context.now), 'object')
  const { reason } = input
  const objected: AnnexEvent = { type: 'annex-objected', data: { annexId: id, partyId: party.id, reason } }
  return cameWith(state, annex) ? [objected, { type: 'party-left', data: { partyId: annex.partyId, because: reason } }] : [objected]
}

/** Whether a party has its place from being let in: who had one before was not invited without. */
function cameWith({ parties }: HasAdoption, { kind, partyId, proposedAt }: Annex): boolean {
  const place = parties[partyId]
  return kind === 'accession' && place !== undefined && !place.leftAt && place.joinedAt > proposedAt
}

/** A party leaves what was adopted: after the notice of its version, and today where there is none. It stays on record as an annex. */
export function withdrawal(
  state: HasAdoption,
  party: Party,
  because: string,
  mandateId: string,
  context: Context,
): { annex: AnnexEvent; atOnce: boolean } {
  const days = state.rules.noticeDays ?? 0
  const twice = waits(state, 'withdrawal', party.organisationId, context.now)
  if (days > 0 && party.leaving) refuse('already-done', { what: twice ? 'withdrawal' : 'expulsion' })
  const proposed: Proposed = {
    id: context.newId(),
    kind: 'withdrawal',
    partyId: party.id,
    organisationId: party.organisationId,
    name: party.name,
    version: state.adopted?.number ?? 0,
    byPartyId: party.id,
    reason: because,
    takesEffectAt: later(context.now, days),
  }
  return { annex: { type: 'annex-proposed', data: proposed, mandateId }, atOnce: days === 0 }
}
