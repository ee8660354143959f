import { atomizeChangeset, diff as changesOf } from 'json-diff-ts'
import { z } from 'zod'
import { Content, LegalBasis } from './agreement-text.ts'
import { Dissent, positions } from './stance.ts'
import { type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** What changes who takes part in a version, without adopting it anew (docs/domain.md#annexes). */
export const annexKinds = ['accession', 'withdrawal', 'expulsion'] as const

/** An annex that is in effect: who is bound since, or takes part no longer. */
export const AnnexInForce = z
  .strictObject({
    id: uuid,
    kind: z.enum(annexKinds),
    partyId: uuid,
    organisationId: uuid,
    name: z.string().describe('of the organisation'),
    takesEffectAt: instantOut,
    legalBasis: z.exactOptional(LegalBasis).describe('of who joined, where the version says that data is shared'),
  })
  .meta({ id: 'AnnexInForce' })
export type AnnexInForce = z.output<typeof AnnexInForce>

/** When a version holds, and since (and until) when the registry knew it to: the two times of docs/domain.md#two-times. */
export const Period = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    fromAt: instantOut,
    untilAt: instantOut,
    knownAt: instantOut,
    replacedAt: z.exactOptional(instantOut),
    annexes: z.exactOptional(z.array(AnnexInForce)).describe('those in effect in it, in the order in which they took effect'),
  })
  .meta({ id: 'Period' })
export type Period = z.output<typeof Period>

/** An adopted version: immutable, numbered, signed by the registry over its digest. */
export const Version = z
  .strictObject({
    number: z.int(),
    content: Content,
    textDigest: z
      .string()
      .describe(
        'SHA-256 in hex over `handslag-text`, a NUL character and the canonical JSON (RFC 8785) of `content`; anybody can recompute it',
      ),
    adoptedAt: instantOut,
    adoptedByPartyId: uuid,
    stances: z.array(z.strictObject({ partyId: uuid, position: z.enum(positions), mandateId: uuid })),
    dissents: z.array(Dissent),
    signature: z.string().describe('a JWS (RFC 7515) of the registry over agreement, number, digest, period and moment'),
  })
  .meta({ id: 'Version' })
export type Version = z.output<typeof Version>

export type HasPeriods = { periods: readonly Period[] }

/** The number of the version in force at a moment, by what is known now; none before the first, after the last, or once ended. */
export const inForceAt = (state: HasPeriods, at: Instant): Period | undefined =>
  state.periods.find((period) => !period.replacedAt && period.fromAt <= at && at < period.untilAt)

/** The first period of the version that waits for its day, by what is known now; a later period of the version in force is none. */
export const upcomingAt = (state: HasPeriods, at: Instant): Period | undefined =>
  state.periods
    .filter((period) => !period.replacedAt && period.fromAt > at && period.version !== inForceAt(state, at)?.version)
    .reduce<Period | undefined>((first, period) => (first && first.fromAt < period.fromAt ? first : period), undefined)

/** The periods with a new one in: what was known of others from its start on is replaced. Nothing known before is forgotten. */
export function succeed(periods: readonly Period[], next: Omit<Period, 'id' | 'knownAt'>, at: Instant): Period[] {
  const id = (version: number) => `${version}@${at}`
  return [...endFrom(periods, next.fromAt, at), { ...next, id: id(next.version), knownAt: at }]
}

/** The periods when nothing holds any more from a moment on. */
export function endFrom(periods: readonly Period[], from: Instant, at: Instant): Period[] {
  return periods.flatMap((period) => {
    if (period.replacedAt || period.untilAt <= from) return [period]
    const replaced = { ...period, replacedAt: at }
    return period.fromAt < from ? [replaced, { ...period, id: `${period.version}@${at}`, untilAt: from, knownAt: at }] : [replaced]
  })
}

export const Change = z
  .strictObject({
    kind: z.enum(['added', 'removed', 'changed']),
    path: z.string().describe('JSONPath from the root of the content; items of a list by their id'),
    from: z.exactOptional(z.unknown()),
    to: z.exactOptional(z.unknown()),
  })
  .meta({ id: 'Change' })
export type Change = z.output<typeof Change>

// Every list of a text whose items have ids is matched by id: moving an item is no change, changing one shows only what changed in it.
const byId = new Map<string | RegExp, string>([
  [
    /(^|\.)(additional|beneficiaries|inScope|outOfScope|decisions|evaluationCriteria|legalBasis|attachments|participants|roles|tasks|commitments)$/,
    'id',
  ],
])

/** What changed between two texts, field by field, as JSONPath from the root of the text. */
export function difference(from: Content, to: Content): Change[] {
  return atomizeChangeset(changesOf(from, to, { embeddedObjKeys: byId as never })).map((change) => {
    const kind = change.type === 'ADD' ? 'added' : change.type === 'REMOVE' ? 'removed' : 'changed'
    return {
      kind,
      path: change.path,
      ...(kind === 'changed' && { from: change.oldValue }),
      ...(kind === 'removed' && { from: change.value ?? change.oldValue }),
      ...(kind !== 'removed' && { to: change.value }),
    }
  })
}
