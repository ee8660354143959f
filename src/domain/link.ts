import { z } from 'zod'
import { type ById, type Context, type EventOf, type Evolvers, put, room } from './event.ts'
import { bind } from './guard.ts'
import { type HasMandates, reason } from './mandate.ts'
import { refuse } from './refusal.ts'
import type { HasRound } from './round.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** What one agreement does to another. It is said, and does nothing by itself: every agreement is changed and ended at its own table. */
export const linkKinds = ['amends', 'supersedes', 'ends'] as const

export const Link = z
  .strictObject({
    id: uuid,
    kind: z.enum(linkKinds),
    fromAgreementId: uuid,
    toAgreementId: uuid,
    byPartyId: uuid,
    reason: z.string(),
    at: instantOut,
  })
  .meta({ id: 'Link' })
export type Link = z.output<typeof Link>

export type HasLinks = HasRound & HasMandates & { id: string; links: ById<Link> }

export const LinkAgreement = z
  .strictObject({
    kind: z.enum(linkKinds),
    agreementId: uuid.describe('the other agreement, at whose table your organisation sits too'),
    reason,
  })
  .meta({ id: 'LinkAgreement' })
export type LinkAgreement = z.output<typeof LinkAgreement>

/** The other agreement, looked up: whether one sits there, and what it says that it does to this one. */
export type Linked = { sits: boolean; back: readonly Link['kind'][] }

/** What leaves nothing of the other: two agreements cannot do so to each other. */
const replaces = (kind: Link['kind']): boolean => kind === 'supersedes' || kind === 'ends'

/** Says what this agreement does to another, under a mandate here, by who sits at the table of both. */
export function linkAgreement(state: HasLinks, input: LinkAgreement, other: Linked, context: Context): LinkEvent[] {
  room(state.links)
  const { party, mandate } = bind(state, 'link', context)
  const { kind, agreementId: toAgreementId, reason } = input
  if (toAgreementId === state.id) refuse('link-to-itself', {}, '/agreementId')
  if (!other.sits) refuse('not-found', { what: 'agreement' }, '/agreementId')
  const same = Object.values(state.links).some((link) => link.kind === kind && link.toAgreementId === toAgreementId)
  if (same) refuse('already-done', { what: kind }, '/agreementId')
  if (replaces(kind) && other.back.some(replaces)) refuse('linked-back', {}, '/agreementId')
  const data = { id: context.newId(), kind, fromAgreementId: state.id, toAgreementId, byPartyId: party.id, reason }
  return [{ type: 'agreement-linked', data, mandateId: mandate.id }]
}

export const linkEvents = {
  'agreement-linked': (state, data: Omit<Link, 'at'>, { at }) => ({ links: put(state.links, { ...data, at }) }),
} satisfies Evolvers<HasLinks>
export type LinkEvent = EventOf<typeof linkEvents>
