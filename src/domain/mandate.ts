import { z } from 'zod'
import type { ById } from './event.ts'
import { formed } from './format.ts'
import type { HasParties } from './party.ts'
import type { Reason, RefusalCode } from './refusal.ts'
import { text } from './text.ts'
import { type Instant, instantOut, latest } from './time.ts'
import { uuid } from './uuid.ts'

/** A subject on which something can be agreed, such as `safety-planning`: what mandates, texts and commitments have in common. */
export const subject = formed('subject', /^[a-z0-9]+(-[a-z0-9]+)*$/)
  .max(60)
  .meta({ example: 'safety-planning' })

/** A bound on what one commitment may promise: at most so much of a measure, such as 16 `hours-per-week` or 5000 `euro`. */
export const Limit = z.strictObject({ measure: subject, maximum: z.number().nonnegative().max(1e12) }).meta({ id: 'Limit' })
export type Limit = z.output<typeof Limit>

/** What a commitment asks of its owner, in the measures of limits. */
export const Demand = z.strictObject({ measure: subject, amount: z.number().nonnegative().max(1e12) }).meta({ id: 'Demand' })
export type Demand = z.output<typeof Demand>

// More subjects or limits than these no longer fit one mandate; the bounds keep documents small.
export const subjects = z
  .array(subject)
  .min(1)
  .max(50)
  .refine((list) => new Set(list).size === list.length, { error: 'each subject once', params: { nl: 'elk onderwerp één keer' } })
export const limits = z
  .array(Limit)
  .max(20)
  .refine((list) => new Set(list.map(({ measure }) => measure)).size === list.length, {
    error: 'each measure once',
    params: { nl: 'elke maat één keer' },
  })

/** The legal forms of representation in Dutch administrative and civil law: mandaat, volmacht, machtiging. */
export const mandateForms = ['mandate', 'power-of-attorney', 'authorisation'] as const

export const Mandate = z
  .strictObject({
    id: uuid,
    partyId: uuid,
    organisationId: uuid,
    holderId: uuid.describe('the person who represents'),
    grantorId: uuid.describe('the person on whose authority'),
    form: z.enum(mandateForms),
    basis: z.string(),
    sourceId: z.exactOptional(uuid).describe('of a sub-mandate: the mandate that it is drawn from'),
    substituteForId: z.exactOptional(uuid).describe('of a substitute: the mandate of the person they stand in for'),
    subjects: z.array(z.string()),
    limits: z.array(Limit),
    fromAt: instantOut,
    untilAt: instantOut.describe('the first moment at which it is no longer worth anything'),
    grantedAt: instantOut,
    renewal: z
      .exactOptional(z.strictObject({ meetingId: uuid, dueAt: instantOut, renewByAt: instantOut }))
      .describe('while it waits for renewal: after which meeting, and the moment at which it lapses'),
    renewedAt: z.exactOptional(instantOut),
    withdrawn: z.exactOptional(z.strictObject({ at: instantOut, reason: z.string(), meetingId: z.exactOptional(uuid) })),
    holderLeftAt: z.exactOptional(instantOut).describe('when its holder left the organisation: looked up, and never recorded'),
  })
  .meta({ id: 'Mandate' })
export type Mandate = z.output<typeof Mandate>

export type HasMandates = HasParties & { mandates: ById<Mandate> }

export const mandateStatuses = [
  'not-yet-effective',
  'effective',
  'renewal-due',
  'lapsed',
  'expired',
  'withdrawn',
  'suspended',
  'holder-left',
] as const
export type MandateStatus = (typeof mandateStatuses)[number]

/** When people left their organisation, by their ids. */
export type Leavers = Readonly<Record<string, Instant>>

/** A table whose mandates tell which of their holders have left: what was looked up beside it, and is never recorded. */
export const withLeavers = <T extends Pick<HasMandates, 'mandates'>>(state: T, left: Leavers): T => ({
  ...state,
  mandates: Object.fromEntries(
    Object.entries(state.mandates).map(([id, mandate]) => {
      const holderLeftAt = left[mandate.holderId]
      return [id, holderLeftAt === undefined ? mandate : { ...mandate, holderLeftAt }]
    }),
  ),
})

/**
 * What a mandate is worth at a moment (docs/domain.md#mandates). Computed from the clock, never stored. A sub-mandate is worth
 * nothing (`suspended`) while its source is not effective, or was narrowed to less: it can never exceed it.
 */
export function mandateStatus(mandate: Mandate, at: Instant, mandates: ById<Mandate>): MandateStatus {
  if (mandate.withdrawn) return 'withdrawn'
  if (at >= mandate.untilAt) return 'expired'
  if (mandate.renewal && at >= mandate.renewal.renewByAt) return 'lapsed'
  if (mandate.holderLeftAt !== undefined && at >= mandate.holderLeftAt) return 'holder-left'
  if (mandate.renewal) return 'renewal-due'
  if (at < mandate.fromAt) return 'not-yet-effective'
  const source = mandate.sourceId === undefined ? undefined : mandates[mandate.sourceId]
  const backed = source && mandateStatus(source, at, mandates) === 'effective' && within(mandate, source)
  if (mandate.sourceId !== undefined && !backed) return 'suspended'
  return 'effective'
}

/** A mandate as its readers see it: with what it is worth at this moment. */
export const MandateView = Mandate.extend({ status: z.enum(mandateStatuses) }).meta({ id: 'MandateView' })
export type MandateView = z.output<typeof MandateView>

export const viewMandate = (mandate: Mandate, at: Instant, mandates: ById<Mandate>): MandateView => ({
  ...mandate,
  status: mandateStatus(mandate, at, mandates),
})

/** Whether nothing can make this mandate effective again. */
export const isOver = (mandate: Mandate, at: Instant, mandates: ById<Mandate>): boolean =>
  ['lapsed', 'expired', 'withdrawn'].includes(mandateStatus(mandate, at, mandates))

const refusalOf = {
  'not-yet-effective': 'mandate-not-yet-effective',
  'renewal-due': 'mandate-renewal-due',
  lapsed: 'mandate-lapsed',
  expired: 'mandate-expired',
  withdrawn: 'mandate-withdrawn',
  suspended: 'mandate-suspended',
  'holder-left': 'mandate-holder-left',
} as const satisfies Record<Exclude<MandateStatus, 'effective'>, RefusalCode>

/** Mandates with the most useful first: effective ones, then those that lack least. */
function ranked(found: readonly Mandate[], at: Instant, mandates: ById<Mandate>): Mandate[] {
  const rank = (mandate: Mandate) =>
    ['effective', 'renewal-due', 'suspended', 'not-yet-effective', 'holder-left', 'lapsed', 'expired', 'withdrawn'].indexOf(
      mandateStatus(mandate, at, mandates),
    )
  return [...found].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
}

/** The mandates of a person for a party, the most useful first. */
export const mandatesOf = (state: HasMandates, partyId: string, personId: string, at: Instant): Mandate[] =>
  ranked(
    Object.values(state.mandates).filter((mandate) => mandate.partyId === partyId && mandate.holderId === personId),
    at,
    state.mandates,
  )

/** The effective mandates of a party at a moment, whoever holds them. */
export const effectiveMandates = (state: HasMandates, partyId: string, at: Instant): Mandate[] =>
  Object.values(state.mandates).filter(
    (mandate) => mandate.partyId === partyId && mandateStatus(mandate, at, state.mandates) === 'effective',
  )

/** Why nobody of these mandates can bind: the reason of the one that lacks least. */
export function whyNotEffective(candidates: readonly Mandate[], at: Instant, mandates: ById<Mandate>): RefusalCode {
  const [best] = ranked(candidates, at, mandates)
  const status = best && mandateStatus(best, at, mandates)
  return status === undefined || status === 'effective' ? 'mandate-missing' : refusalOf[status]
}

/** What is asked of a mandate: subjects, amounts, and until when. */
export type Ask = { subjects: readonly string[]; demands: readonly Demand[]; untilAt?: Instant }

/** Where an ask falls outside a mandate: no reasons means covered. A measure without a limit is not limited. */
export function gaps(mandate: Mandate, ask: Ask, pointer: string): Reason[] {
  const missing = ask.subjects.filter((subject) => !mandate.subjects.includes(subject))
  // Every limit binds and every demand counts, also where a measure is named twice.
  const over = mandate.limits.flatMap(({ measure, maximum }) => {
    const amount = ask.demands.reduce((sum, demand) => (demand.measure === measure ? sum + demand.amount : sum), 0)
    return amount > maximum ? [{ measure, amount, maximum }] : []
  })
  return [
    ...missing.map((subject): Reason => ({ code: 'outside-mandate-subject', params: { subject }, pointer })),
    ...over.map(
      ({ measure, amount, maximum }): Reason => ({ code: 'outside-mandate-limit', params: { measure, amount, maximum }, pointer }),
    ),
    ...(ask.untilAt && ask.untilAt > mandate.untilAt
      ? [{ code: 'outside-mandate-period', params: { until: mandate.untilAt }, pointer } satisfies Reason]
      : []),
  ]
}

/** Whether subjects and limits stay within others: what a narrowing or a sub-mandate must do. */
export const within = (inner: { subjects: readonly string[]; limits: readonly Limit[] }, outer: Mandate): boolean =>
  inner.subjects.every((subject) => outer.subjects.includes(subject)) &&
  outer.limits.every((bound) => inner.limits.some((limit) => limit.measure === bound.measure && limit.maximum <= bound.maximum))

/** The moment from which something can hold: never before it was recorded. */
export const notBefore = (start: Instant, recorded: Instant): Instant => latest(start, recorded)

/** A line or two that says why; what is written here others at the table read. */
export const reason = text(2000)
