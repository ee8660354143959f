import { z } from 'zod'
import { type ContributionEvent, concernOf, type HasContributions } from './contribution.ts'
import { type Context, type EventOf, type Evolvers, patch, put, room } from './event.ts'
import { requirePerson } from './guard.ts'
import {
  type HasMandates,
  isOver,
  type Limit,
  limits,
  type Mandate,
  mandateForms,
  mandateStatus,
  notBefore,
  reason,
  subjects,
  within,
} from './mandate.ts'
import { partyOfActor } from './party.ts'
import { type Reason, refuse, refuseAll } from './refusal.ts'
import { phaseAt, ruleHolds } from './round.ts'
import { text } from './text.ts'
import { addMonths, day, dayOf, endOf, type Instant, later, startOf } from './time.ts'
import { uuid } from './uuid.ts'

/** Six years: five of a covenant, the longest that a version can run, and up to one before it begins. */
const longestMonths = 72

export const GrantMandate = z
  .strictObject({
    holderId: uuid.describe('the person who will represent; never the grantor'),
    form: z.enum(mandateForms).default('mandate'),
    basis: text(500).describe('on whose authority: the decision, regulation or function it rests on'),
    subjects,
    limits: limits.default([]),
    validFrom: day.optional().describe('the first day; today when left out'),
    validUntil: day.describe('the last day'),
    sourceId: uuid.optional().describe('for a sub-mandate: the mandate that it is drawn from, held by the grantor'),
    substituteForId: uuid.optional().describe('for a substitute: the mandate of the person they stand in for'),
  })
  .meta({ id: 'GrantMandate' })
export type GrantMandate = z.output<typeof GrantMandate>

// 50: more agreements than anybody represents one organisation in; all of them are locked while the call runs.
const agreementIds = z
  .array(uuid)
  .min(1)
  .max(50)
  .refine((ids) => new Set(ids).size === ids.length, {
    error: 'name each agreement once',
    params: { nl: 'noem elke overeenstemming één keer' },
  })

/** A mandate for several agreements at once: one is granted in each. */
export const GrantMandates = GrantMandate.extend({ agreementIds }).meta({ id: 'GrantMandates' })
export type GrantMandates = z.output<typeof GrantMandates>

export const renewalDecisions = ['confirmed', 'narrowed', 'withdrawn'] as const

export const RenewMandate = z
  .strictObject({
    meetingId: uuid.describe('the meeting whose outcome was taken home'),
    decision: z.enum(renewalDecisions),
    subjects: subjects.optional().describe('with `narrowed`: what is left'),
    limits: limits.optional().describe('with `narrowed`: the new limits'),
    concern: text(4000).optional().describe('what the organisation does not carry of this outcome; required with `withdrawn`'),
  })
  .meta({ id: 'RenewMandate' })
export type RenewMandate = z.output<typeof RenewMandate>

export const WithdrawMandate = z.strictObject({ reason }).meta({ id: 'WithdrawMandate' })

/** What the registry knows of the people in a grant: where they work, looked up before deciding. */
export type Holder = { personId: string; organisationId: string }

/**
 * Grants a mandate to another person of the grantor's organisation (docs/domain.md#mandates): by somebody who may grant there,
 * or as a sub-mandate by the holder of its source, within its subjects, limits and period.
 */
export function grantMandate(
  state: HasContributions,
  input: GrantMandate,
  holder: Holder | undefined,
  { actor, now, newId }: Context,
): MandateEvent[] {
  room(state.mandates)
  const party = partyOfActor(state, actor)
  const grantor = requirePerson(actor)
  if (phaseAt(state, now) === 'ended') refuse('agreement-ended')
  const source = input.sourceId === undefined ? undefined : state.mandates[input.sourceId]
  const today = dayOf(now)
  const from = input.validFrom ?? today
  const mandate: Mandate = {
    id: newId(),
    partyId: party.id,
    organisationId: party.organisationId,
    holderId: input.holderId,
    grantorId: grantor.personId,
    form: input.form,
    basis: input.basis,
    ...(input.sourceId && { sourceId: input.sourceId }),
    ...(input.substituteForId && { substituteForId: input.substituteForId }),
    subjects: input.subjects,
    limits: input.limits,
    fromAt: notBefore(startOf(from), now),
    untilAt: endOf(input.validUntil),
    grantedAt: now,
  }
  refuseAll([
    ...when(input.holderId === grantor.personId, 'mandate-to-self', '/holderId'),
    ...when(holder?.organisationId !== party.organisationId, 'holder-not-of-organisation', '/holderId'),
    ...when(from < today, 'backdated', '/validFrom', { today }),
    ...when(input.validUntil < from, 'period-empty', '/validUntil'),
    ...when(input.validUntil > addMonths(from, longestMonths), 'period-too-long', '/validUntil', { months: longestMonths }),
    ...(input.sourceId ? subMandate(state, mandate, source, now) : when(!grantor.authorities.includes('grant-mandates'), 'may-not-grant')),
    ...substitute(state, mandate),
  ])
  return [{ type: 'mandate-granted', data: mandate, ...(source && { mandateId: source.id }) }]
}

const when = (unmet: boolean, code: Reason['code'], pointer?: string, params?: Reason['params']): Reason[] =>
  unmet ? [{ code, ...(pointer && { pointer }), ...(params && { params }) }] : []

function subMandate(state: HasMandates, mandate: Mandate, source: Mandate | undefined, now: Instant): Reason[] {
  if (!source || source.partyId !== mandate.partyId || source.holderId !== mandate.grantorId)
    return [{ code: 'source-not-yours', pointer: '/sourceId' }]
  const holders = new Set<string>()
  for (let above: Mandate | undefined = source; above; above = above.sourceId === undefined ? undefined : state.mandates[above.sourceId])
    holders.add(above.holderId).add(above.grantorId)
  return [
    ...when(mandateStatus(source, now, state.mandates) !== 'effective', 'source-not-effective', '/sourceId'),
    ...when(!within(mandate, source), 'exceeds-source', '/subjects'),
    ...when(mandate.untilAt > source.untilAt || mandate.fromAt < source.fromAt, 'exceeds-source-period', '/validUntil'),
    ...when(holders.has(mandate.holderId), 'mandate-ring', '/holderId'),
  ]
}

function substitute(state: HasMandates, mandate: Mandate): Reason[] {
  if (mandate.substituteForId === undefined) return []
  const principal = state.mandates[mandate.substituteForId]
  return when(
    !principal || principal.partyId !== mandate.partyId || principal.holderId === mandate.holderId,
    'not-a-substitute',
    '/substituteForId',
  )
}

function ownMandate(state: HasMandates, mandateId: string, { actor }: Context): Mandate {
  const party = partyOfActor(state, actor)
  const mandate = state.mandates[mandateId]
  if (!mandate) refuse('not-found', { what: 'mandate' })
  return mandate.partyId === party.id ? mandate : refuse('not-yours', { what: 'mandate' })
}

/**
 * Renews a mandate after a meeting, by its holder or by somebody who may grant, citing that meeting's outcome (ground rule 4):
 * confirmed, narrowed or withdrawn, never wider. What the organisation does not carry enters the round as its concern.
 */
export function renewMandate(
  state: HasContributions,
  mandateId: string,
  input: RenewMandate,
  context: Context,
): (MandateEvent | ContributionEvent)[] {
  const { now } = context
  const person = requirePerson(context.actor)
  const mandate = ownMandate(state, mandateId, context)
  if (mandate.holderId !== person.personId && !person.authorities.includes('grant-mandates')) refuse('not-yours', { what: 'mandate' })
  if (phaseAt(state, now) === 'ended') refuse('agreement-ended')
  const status = mandateStatus(mandate, now, state.mandates)
  if (status !== 'renewal-due') refuse('nothing-to-renew', { status })
  const terms = { subjects: input.subjects ?? mandate.subjects, limits: input.limits ?? mandate.limits }
  refuseAll([
    ...when(input.meetingId !== mandate.renewal?.meetingId, 'other-meeting', '/meetingId', { meeting: mandate.renewal?.meetingId ?? '' }),
    ...when(input.decision === 'narrowed' && !input.subjects && !input.limits, 'narrowing-needs-terms', '/subjects'),
    ...when(input.decision === 'narrowed' && !within(terms, mandate), 'narrowing-widens', '/subjects'),
    ...when(input.decision !== 'narrowed' && Boolean(input.subjects ?? input.limits), 'terms-without-narrowing', '/subjects'),
    ...when(input.decision === 'withdrawn' && !input.concern, 'withdrawal-needs-concern', '/concern'),
  ])
  const renewal: MandateEvent = {
    type: 'mandate-renewed',
    data: { mandateId, meetingId: input.meetingId, decision: input.decision, ...terms, ...(input.concern && { concern: input.concern }) },
    mandateId,
  }
  // Also once the round has closed: the agenda of the next one is made when that opens.
  const speaker = { partyId: mandate.partyId, personId: person.personId, meetingId: input.meetingId }
  return input.concern ? [renewal, concernOf(state, speaker, input.concern, context)] : [renewal]
}

/** Withdraws a mandate from now on, by its grantor or by somebody who may grant there. What was promised under it stays. */
export function withdrawMandate(
  state: HasContributions,
  mandateId: string,
  input: z.output<typeof WithdrawMandate>,
  context: Context,
): MandateEvent[] {
  const person = requirePerson(context.actor)
  const mandate = ownMandate(state, mandateId, context)
  if (mandate.grantorId !== person.personId && !person.authorities.includes('grant-mandates')) refuse('may-not-grant')
  if (isOver(mandate, context.now, state.mandates))
    refuse('nothing-to-withdraw', { status: mandateStatus(mandate, context.now, state.mandates) })
  return [{ type: 'mandate-withdrawn', data: { mandateId, reason: input.reason } }]
}

/** What closing a meeting does to the mandates of the representatives who attended: renewal due, by the end of the grace period. */
export function renewalsDue(state: HasContributions, meetingId: string, mandateIds: readonly string[], now: Instant): MandateEvent[] {
  if (!ruleHolds(state, 4)) return []
  const open = mandateIds.filter((id) => {
    const mandate = state.mandates[id]
    return mandate && !isOver(mandate, now, state.mandates)
  })
  const renewByAt = later(now, state.rules.renewalGraceDays)
  return open.map((mandateId) => ({ type: 'mandate-renewal-due', data: { mandateId, meetingId, renewByAt } }))
}

type Renewed = {
  mandateId: string
  meetingId: string
  decision: (typeof renewalDecisions)[number]
  subjects: string[]
  limits: Limit[]
  concern?: string
}

export const mandateEvents = {
  'mandate-granted': (state, data: Mandate) => ({ mandates: put(state.mandates, data) }),
  // A second meeting before the renewal moves what has to be cited, never the deadline: nobody gains time by meeting again.
  'mandate-renewal-due': (state, data: { mandateId: string; meetingId: string; renewByAt: Instant }, { at }) => ({
    mandates: patch(state.mandates, data.mandateId, ({ renewal }) => ({
      renewal: { dueAt: renewal?.dueAt ?? at, renewByAt: renewal?.renewByAt ?? data.renewByAt, meetingId: data.meetingId },
    })),
  }),
  'mandate-renewed': (state, data: Renewed, { at }) => {
    const mandate = state.mandates[data.mandateId]
    if (!mandate) return {}
    const { renewal, ...rest } = mandate
    const renewed: Mandate =
      data.decision === 'withdrawn'
        ? { ...rest, withdrawn: { at, reason: data.concern ?? '', meetingId: data.meetingId } }
        : { ...rest, subjects: data.subjects, limits: data.limits, renewedAt: at }
    return { mandates: put(state.mandates, renewed) }
  },
  'mandate-withdrawn': (state, data: { mandateId: string; reason: string }, { at }) => ({
    mandates: patch(state.mandates, data.mandateId, { withdrawn: { at, reason: data.reason } }),
  }),
} satisfies Evolvers<HasMandates>
export type MandateEvent = EventOf<typeof mandateEvents>
