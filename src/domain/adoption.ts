import { z } from 'zod'
import { type Content, contentOf, elements, rulesOf, textDigest } from './agreement-text.ts'
import { type AnnexEvent, dropped, type HasAnnexes } from './annex.ts'
import { coverageGaps, offered } from './commitment.ts'
import { isOurs, openOf, proposalsFor, unansweredConcerns } from './contribution.ts'
import type { Context, EventOf, Evolvers } from './event.ts'
import { formed } from './format.ts'
import { bind } from './guard.ts'
import { type HasHearings, unheard } from './hearing.ts'
import { effectiveMandates, notBefore, whyNotEffective } from './mandate.ts'
import { present, seated } from './party.ts'
import type { HasReflections } from './reflection.ts'
import { type Reason, refuse, refuseAll } from './refusal.ts'
import { type AgreementStatus, roundMachine, roundStateAt } from './round.ts'
import { dissentsOn, standing } from './stance.ts'
import { addDays, addMonths, type Day, dayOf, endOf, type Instant, startOf } from './time.ts'
import { type HasPeriods, succeed, type Version } from './version.ts'

export const kinds = ['two', 'covenant'] as const
export type Kind = (typeof kinds)[number]

/** Temporary means temporary: the longest a version may hold, in months. */
export const longestMonths = { two: 12, covenant: 60 } as const satisfies Record<Kind, number>

/** What a covenant lets the agreements under it be about, and until when. */
export type CovenantBounds = { subjects: readonly string[]; untilAt: Instant }

export type HasAdoption = HasReflections &
  HasHearings &
  HasPeriods &
  HasAnnexes & {
    kind: Kind
    status: AgreementStatus
    versions: readonly Version[]
    /** Of a TWO under a covenant, where it was looked up: null where no version of it is in force. Never recorded. */
    covenant?: CovenantBounds | null
  }

export const Adopt = z
  .strictObject({
    textDigest: formed('digest', /^[0-9a-f]{64}$/).describe('the text that is adopted, exactly'),
  })
  .meta({ id: 'Adopt' })

/**
 * Every condition of adoption that is not met at this moment; none means that the text can be adopted (docs/domain.md#adoption).
 * Pointers lead into the text as `GET …/text` gives it.
 */
export function unmet(state: HasAdoption, at: Instant): Reason[] {
  const content = contentOf(state)
  return [
    ...incomplete(content),
    ...unmeasured(content),
    ...unrepresented(state, content, at),
    ...notHeard(state),
    ...unanswered(state),
    ...unfounded(state, content, at),
    ...unwilling(state, content),
    ...untimely(state, content, at),
    ...unlearned(state, content),
    ...withoutBasis(state, content),
    ...outsideCovenant(state, content),
  ]
}

/** How far a round is from adoption at a moment: what is not met, while something can still be done about it. */
export function viewAdoption(state: HasAdoption, number: number, at: Instant) {
  const { round } = state
  const now = round?.number === number ? roundStateAt(round, at) : 'closed'
  const open = state.status === 'active' && (now === 'deliberating' || now === 'impasse')
  const missing = open ? unmet(state, at) : []
  const content = contentOf(state)
  return {
    roundNumber: number,
    state: now,
    possible: open && now === 'deliberating' && missing.length === 0,
    ...(open && { textDigest: textDigest(content), elements: { filled: filled(content), of: Object.keys(elements).length } }),
    ...(now !== 'deliberating' && now !== 'impasse' && { version: number }),
    missing,
  }
}

/** How many of the nine elements of a text are filled. */
const filled = (content: Content): number => Object.values(elements).filter((test) => test(content)).length

/** Condition 1: the nine elements are filled, and something is decided and promised. */
function incomplete(content: Content): Reason[] {
  return [
    ...Object.entries(elements)
      .filter(([, filled]) => !filled(content))
      .map(([element]): Reason => ({ code: 'element-missing', params: { element }, pointer: `/${element}` })),
    ...(content.decisions.length === 0 ? [{ code: 'decision-missing', pointer: '/decisions' } as const] : []),
    ...(content.commitments.length === 0 ? [{ code: 'commitment-missing', pointer: '/commitments' } as const] : []),
  ]
}

/** Of everyone whom it is for, the text says what they gain and what may bother them: each reflection scores both. */
const unmeasured = ({ beneficiaries }: Content): Reason[] =>
  beneficiaries.flatMap((beneficiary, index) =>
    (['addedValue', 'nuisance'] as const)
      .filter((criterion) => beneficiary[criterion] === undefined)
      .map(
        (criterion): Reason => ({
          code: 'beneficiary-without-criterion',
          params: { beneficiary: beneficiary.name, criterion },
          pointer: `/beneficiaries/${index}/${criterion}`,
        }),
      ),
  )

/** Condition 2: every seated party has a representative whose mandate is effective now and covers the subjects of the agreement. */
function unrepresented(state: HasAdoption, content: Content, at: Instant): Reason[] {
  const subjects = content.mandate?.subjects ?? []
  return seated(state).flatMap((party): Reason[] => {
    const effective = effectiveMandates(state, party.id, at)
    if (effective.some((mandate) => subjects.every((subject) => mandate.subjects.includes(subject)))) return []
    const pointer = `/participants/${party.id}`
    if (effective.length > 0) return [{ code: 'mandate-does-not-cover', params: { party: party.name }, pointer }]
    const candidates = Object.values(state.mandates).filter((mandate) => mandate.partyId === party.id)
    return [{ code: 'party-without-mandate', params: { party: party.name, why: whyNotEffective(candidates, at, state.mandates) }, pointer }]
  })
}

/** Condition 3: every seated party was heard, and every concern was answered by another party. */
function notHeard(state: HasAdoption): Reason[] {
  return [
    ...unheard(state).map(
      (party): Reason => ({ code: 'party-not-heard', params: { party: party.name }, pointer: `/participants/${party.id}` }),
    ),
    ...unansweredConcerns(state).map(
      (concern): Reason => ({
        code: 'concern-unanswered',
        params: { party: state.parties[concern.partyId]?.name ?? '' },
        pointer: `/contributions/${concern.id}`,
      }),
    ),
  ]
}

/** Condition 4: every problem carries a proposal, and every proposal is ours to do. */
function unanswered(state: HasAdoption): Reason[] {
  return [
    ...openOf(state, 'problem')
      .filter((problem) => proposalsFor(state, problem).length === 0)
      .map((problem): Reason => ({ code: 'problem-without-proposal', pointer: `/contributions/${problem.id}` })),
    ...openOf(state, 'proposal')
      .filter((proposal) => !isOurs(state, proposal))
      .map((proposal): Reason => ({ code: 'proposal-not-ours', pointer: `/contributions/${proposal.id}` })),
  ]
}

/** Condition 5: decisions have reasons; commitments have owners here who accepted them, within an effective mandate. */
function unfounded(state: HasAdoption, content: Content, at: Instant): Reason[] {
  const here = new Set(seated(state).map((party) => party.id))
  const gone = (id: string, pointer: string): Reason[] =>
    present(state).some((party) => party.id === id) ? [] : [{ code: 'not-a-party', pointer }]
  return [
    ...content.decisions.flatMap((decision, index): Reason[] => [
      ...(decision.why ? [] : [{ code: 'decision-without-reason', pointer: `/decisions/${index}/why` } as const]),
      ...decision.byPartyIds.flatMap((id, nth) => gone(id, `/decisions/${index}/byPartyIds/${nth}`)),
    ]),
    ...content.legalBasis.flatMap((basis, index) => gone(basis.partyId, `/legalBasis/${index}/partyId`)),
    ...offered(state).flatMap((commitment, index): Reason[] => {
      const pointer = `/commitments/${index}`
      const { terms } = commitment
      if (!here.has(terms.ownerPartyId)) return [{ code: 'owner-not-a-party', params: { commitment: terms.what }, pointer }]
      if (!state.roles[terms.roleId] || state.roles[terms.roleId]?.endedAt)
        return [{ code: 'role-gone', params: { commitment: terms.what }, pointer }]
      if (commitment.state !== 'accepted')
        return [{ code: 'commitment-not-accepted', params: { commitment: terms.what, state: commitment.state }, pointer }]
      const { dueOn } = terms
      const last = content.validity?.validUntil
      if (dueOn !== undefined && (dueOn < dayOf(at) || (last !== undefined && dueOn > last)))
        return [{ code: 'due-outside-validity', params: { commitment: terms.what, due: dueOn }, pointer }]
      return coverageGaps(state, terms, last, at, pointer)
    }),
  ]
}

/** Condition 6: all have taken a stance on this exact text and nobody withholds, or the quorum that was set before it accepts. */
function unwilling(state: HasAdoption, content: Content): Reason[] {
  const stances = standing(state, textDigest(content))
  const parties = seated(state)
  const silent = parties
    .filter((party) => !stances.has(party.id))
    .map((party): Reason => ({ code: 'stance-missing', params: { party: party.name }, pointer: `/participants/${party.id}` }))
  const withholding = parties.filter((party) => stances.get(party.id)?.position === 'withhold')
  const rule = state.rules.adoption
  if (rule.kind === 'quorum') {
    const accepting = parties.length - silent.length - withholding.length
    // More than all cannot be asked for: a table that has shrunk can still adopt.
    const needed = Math.min(rule.accepting, parties.length)
    return accepting >= needed ? silent : [...silent, { code: 'quorum-not-reached', params: { accepting, needed } }]
  }
  return [
    ...silent,
    ...withholding.map(
      (party): Reason => ({
        code: 'party-withholds',
        params: { party: party.name, reason: stances.get(party.id)?.reason ?? '' },
        pointer: `/participants/${party.id}`,
      }),
    ),
  ]
}

/** Condition 7: it is temporary. */
function untimely(state: HasAdoption, { validity }: Content, at: Instant): Reason[] {
  if (!validity) return [{ code: 'validity-missing', pointer: '/validity' }]
  const { validFrom, reviewOn, validUntil } = validity
  const today = dayOf(at)
  const limit = lastDay(state.kind, validFrom)
  return [
    ...(validFrom < today ? [{ code: 'backdated', params: { today }, pointer: '/validity/validFrom' } as const] : []),
    ...(reviewOn <= validFrom ? [{ code: 'review-not-after-start', pointer: '/validity/reviewOn' } as const] : []),
    ...(validUntil < reviewOn ? [{ code: 'review-after-end', pointer: '/validity/reviewOn' } as const] : []),
    ...(validUntil > limit
      ? [{ code: 'too-long', params: { months: longestMonths[state.kind], limit }, pointer: '/validity/validUntil' } as const]
      : []),
  ]
}

/** The last day that a version starting on a day may hold. */
export const lastDay = (kind: Kind, validFrom: Day): Day => addDays(addMonths(validFrom, longestMonths[kind]), -1)

/** From round 2 on, where the round before left an agenda: the version cites what it builds on, and nothing else. */
function unlearned(state: HasAdoption, content: Content): Reason[] {
  const agenda = state.round?.agenda ?? []
  if (agenda.length > 0 && content.buildsOn.length === 0) return [{ code: 'builds-on-missing', pointer: '/buildsOn' }]
  return content.buildsOn.flatMap((id, index): Reason[] =>
    agenda.some((item) => item.id === id) ? [] : [{ code: 'not-on-agenda', pointer: `/buildsOn/${index}` }],
  )
}

/** Where data is shared, every seated party says on which legal basis, and where its register of processing activities says so. */
function withoutBasis(state: HasAdoption, { dataShared, legalBasis }: Content): Reason[] {
  if (!dataShared) return []
  return seated(state).flatMap(({ id, name }): Reason[] => {
    const index = legalBasis.findIndex(({ partyId }) => partyId === id)
    if (index < 0) return [{ code: 'legal-basis-missing', params: { party: name }, pointer: '/legalBasis' }]
    const pointer = `/legalBasis/${index}/processingRecord`
    return legalBasis[index]?.processingRecord ? [] : [{ code: 'processing-record-missing', params: { party: name }, pointer }]
  })
}

/** A TWO under a covenant stays within its subjects and its term. */
function outsideCovenant({ covenant }: HasAdoption, { mandate, validity }: Content): Reason[] {
  if (covenant === undefined) return []
  if (covenant === null) return [{ code: 'covenant-not-in-force', pointer: '/validity' }]
  const { subjects, untilAt } = covenant
  const last = addDays(dayOf(untilAt), -1)
  return [
    ...(validity && validity.validUntil > last
      ? [{ code: 'outside-covenant-term', params: { last }, pointer: '/validity/validUntil' } as const]
      : []),
    ...(mandate?.subjects ?? []).flatMap((subject, index): Reason[] =>
      subjects.length === 0 || subjects.includes(subject)
        ? []
        : [{ code: 'outside-covenant-subject', params: { subject }, pointer: `/mandate/subjects/${index}` }],
    ),
  ]
}

type AdoptedNow = { version: Omit<Version, 'adoptedAt'>; fromAt: Instant; untilAt: Instant }

/**
 * Adopts the text as the next version. Refused with every unmet condition at once; any edit after reading is refused too. Who was to join
 * the version before does not join this one unseen: that is dropped.
 */
export function adopt(state: HasAdoption, input: z.output<typeof Adopt>, context: Context): (AdoptionEvent | AnnexEvent)[] {
  const { party, mandate } = bind(state, 'adopt', context)
  const content = contentOf(state)
  const digest = textDigest(content)
  if (digest !== input.textDigest) refuse('text-changed', {}, '/textDigest')
  refuseAll(unmet(state, context.now))
  const stances = [...standing(state, digest).values()]
  const validity = content.validity ?? refuse('validity-missing')
  const version = {
    number: state.round?.number ?? 0,
    content,
    textDigest: digest,
    adoptedByPartyId: party.id,
    stances: stances.map(({ partyId, position, mandateId }) => ({ partyId, position, mandateId })),
    dissents: dissentsOn(state, digest),
    signature: '',
  }
  const fromAt = notBefore(startOf(validity.validFrom), context.now)
  return [
    { type: 'version-adopted', data: { version, fromAt, untilAt: endOf(validity.validUntil) }, mandateId: mandate.id },
    ...dropped(state, context.now, 'adopted', ({ kind }) => kind === 'accession'),
  ]
}

export const adoptionEvents = {
  'version-adopted': (state, { version, fromAt, untilAt }: AdoptedNow, { at, revision }) => {
    const { number, content, dissents } = version
    return {
      round: state.round && { ...state.round, state: roundMachine.deliberating.adopt, adoptedAt: at, ...review(content) },
      versions: [...state.versions, { ...version, adoptedAt: at }],
      adopted: { number, content, dissents },
      periods: succeed(state.periods, { version: number, fromAt, untilAt }, at),
      rules: content.groundRules ? rulesOf(content.groundRules) : state.rules,
      // What was promised before stays open beside it: the version before may hold until this one starts.
      promises: {
        ...state.promises,
        ...Object.fromEntries(
          offered(state).map((one) => [
            one.id,
            { ...one, terms: content.commitments.find(({ id }) => id === one.id) ?? one.terms, reports: 0, revision },
          ]),
        ),
      },
      commitments: {},
    }
  },
} satisfies Evolvers<HasAdoption>
export type AdoptionEvent = EventOf<typeof adoptionEvents>

const review = ({ validity }: Content) => (validity ? { reviewOn: validity.reviewOn } : {})
