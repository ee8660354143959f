import { z } from 'zod'
import type { Actor } from './actor.ts'
import { kinds } from './adoption.ts'
import { type Agreement, missing, visibilities } from './agreement.ts'
import { AgreementText, Content, contentOf, textDigest } from './agreement-text.ts'
import { allowedActions } from './guard.ts'
import { Party, present, seated } from './party.ts'
import { notReflected, reflectBy } from './reflection.ts'
import type { Reason } from './refusal.ts'
import { agreementStatuses, Impasse, phaseAt, phases, Rules, roundStateAt, roundStates, type TableAction, tableActions } from './round.ts'
import { Origin } from './source.ts'
import { dayOut, type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'
import { AnnexInForce, inForceAt, Period, upcomingAt, Version } from './version.ts'

/** An agreement in a list: what its row in the table for reading holds. */
export type Header = Pick<
  Agreement,
  'id' | 'kind' | 'visibility' | 'networkId' | 'underId' | 'originatesFrom' | 'createdAt' | 'status' | 'round' | 'rules'
> & {
  title: string
  endedAt?: Instant
}

const heading = {
  id: uuid,
  kind: z.enum(kinds),
  title: z.string(),
  visibility: z.enum(visibilities),
  networkId: z.exactOptional(uuid),
  underId: z.exactOptional(uuid).describe('of a TWO: the covenant that it hangs under'),
  originatesFrom: z.exactOptional(Origin).describe('what it came from'),
  status: z.enum(agreementStatuses),
  phase: z.enum(phases).describe('where the cycle stands'),
  createdAt: instantOut,
  endedAt: z.exactOptional(instantOut),
}

/** An agreement in a list; where the cycle stands is computed from the clock. */
export const AgreementSummary = z
  .strictObject({ ...heading, roundNumber: z.exactOptional(z.int()), reviewOn: z.exactOptional(dayOut) })
  .meta({ id: 'AgreementSummary' })
export type AgreementSummary = z.output<typeof AgreementSummary>

export function viewSummary(header: Header, at: Instant): AgreementSummary {
  const { rules: _, round, ...rest } = header
  const reviewOn = round?.reviewOn
  return { ...rest, phase: phaseAt(header, at), ...(round && { roundNumber: round.number }), ...(reviewOn && { reviewOn }) }
}

/** An agreement as its parties see it at a moment; what depends on the clock is computed here. `missing` the door puts in words. */
export const AgreementView = z.strictObject({
  ...heading,
  rules: Rules,
  parties: z.array(Party).describe('who is at the table'),
  round: z
    .exactOptional(
      z.strictObject({
        number: z.int(),
        state: z.enum(roundStates),
        openedAt: instantOut,
        adoptedAt: z.exactOptional(instantOut),
        reviewOn: z.exactOptional(dayOut),
        reflectBy: z.exactOptional(instantOut).describe('the last moment to reflect'),
        notReflected: z.exactOptional(z.array(uuid)).describe('the parties that have not reflected'),
        impasse: z.exactOptional(Impasse),
      }),
    )
    .describe('the round that is going on, or the last one'),
  inForce: z.exactOptional(Period).describe('the version in force, and its period'),
  upcoming: z.exactOptional(Period).describe('the version that waits for its first day'),
  reviewDue: z.boolean(),
  lapsed: z.boolean().describe('a version was adopted, and none is in force or waits any more'),
  consentedToEnd: z.array(uuid).describe('the parties that consent to ending'),
  allowedActions: z
    .array(z.enum(Object.keys(tableActions) as [TableAction, ...TableAction[]]))
    .describe('what the caller may do now: what a client can show as buttons; empty when looking at another moment'),
})
export type AgreementView = z.output<typeof AgreementView> & { missing: Reason[] }

export function viewAgreement(state: Agreement, actor: Actor | undefined, at: Instant): AgreementView {
  const { id, kind, visibility, networkId, underId, originatesFrom, status, createdAt, ended, rules, round } = state
  const inForce = inForceAt(state, at)
  const upcoming = upcomingAt(state, at)
  const phase = phaseAt(state, at)
  const deadline = phase === 'reflecting' ? reflectBy(state, at) : undefined
  return {
    id,
    kind,
    title: state.text.title,
    visibility,
    ...(networkId && { networkId }),
    ...(underId && { underId }),
    ...(originatesFrom && { originatesFrom }),
    status,
    phase,
    createdAt,
    ...(ended && { endedAt: ended.at }),
    rules,
    parties: present(state),
    ...(round && {
      round: {
        number: round.number,
        state: roundStateAt(round, at),
        openedAt: round.openedAt,
        ...(round.adoptedAt && { adoptedAt: round.adoptedAt }),
        ...(round.reviewOn && { reviewOn: round.reviewOn }),
        ...(deadline && { reflectBy: deadline }),
        ...(phase === 'reflecting' && { notReflected: notReflected(state) }),
        ...(round.notReflected && { notReflected: round.notReflected }),
        ...(round.impasse && { impasse: round.impasse }),
      },
    }),
    ...(inForce && { inForce }),
    ...(upcoming && { upcoming }),
    reviewDue: phase === 'reflecting',
    lapsed: !inForce && !upcoming && state.adopted !== null && phase !== 'ended',
    consentedToEnd: Object.keys(state.endingConsents),
    allowedActions: actor ? allowedActions(state, actor, at).filter((action) => action !== 'change-founding' || state.foundingOpen) : [],
    missing: missing(state, at),
  }
}

/** How far ending is: who consents, for whom it waits, and that it has ended. */
export const Ending = z
  .strictObject({
    consents: z.array(z.strictObject({ partyId: uuid, reason: z.string() })),
    waitingForPartyIds: z.array(uuid).describe('the seated parties that have not consented'),
    ended: z.exactOptional(z.strictObject({ at: instantOut, reason: z.string() })),
  })
  .meta({ id: 'Ending' })
export type Ending = z.output<typeof Ending>

export function viewEnding({ endingConsents, ended, ...state }: Agreement): Ending {
  const waiting = ended ? [] : seated(state).filter((party) => !(party.id in endingConsents))
  return {
    consents: Object.entries(endingConsents).map(([partyId, reason]) => ({ partyId, reason })),
    waitingForPartyIds: waiting.map((party) => party.id),
    ...(ended && { ended }),
  }
}

/** The text of the next version as parties read it: what they write, what follows from parties, roles and commitments, and the digest. */
export const TextView = z.strictObject({
  text: AgreementText.describe('what is written: what PUT and PATCH change'),
  content: Content.describe('the exact text on which stances are taken'),
  textDigest: z.string().describe('the digest of `content`: what a stance and an adoption name'),
})
export type TextView = z.output<typeof TextView> & { missing: Reason[] }

export function viewText(state: Agreement, at: Instant): TextView {
  const content = contentOf(state)
  return { text: state.text, content, textDigest: textDigest(content), missing: missing(state, at) }
}

/** An adopted version as its readers get it: with the agreement that it is of. */
export const AdoptedVersion = Version.extend({ agreementId: uuid, kind: z.enum(kinds) }).meta({ id: 'AdoptedVersion' })
export type AdoptedVersion = z.output<typeof AdoptedVersion>

/** A version in force as its readers get it: what was adopted, as it was signed, and beside that who joined or left it since. */
export const CurrentVersion = AdoptedVersion.extend({
  annexes: z
    .exactOptional(z.array(AnnexInForce))
    .describe('in effect at that moment: with `content.participants`, who is bound; left out where there are none'),
}).meta({ id: 'CurrentVersion' })
export type CurrentVersion = z.output<typeof CurrentVersion>

/** An adopted version in a list: all but its content. */
export const VersionSummary = z
  .strictObject({
    number: z.int(),
    title: z.string(),
    validity: z.strictObject({ validFrom: dayOut, reviewOn: dayOut, validUntil: dayOut }),
    textDigest: z.string(),
    adoptedAt: instantOut,
    adoptedByPartyId: uuid,
  })
  .meta({ id: 'VersionSummary' })
export type VersionSummary = z.output<typeof VersionSummary>
