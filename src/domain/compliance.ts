import { z } from 'zod'
import { standardRules } from './agreement-text.ts'
import { isOverdue, offered } from './commitment.ts'
import { isOurs, openOf, proposalsFor } from './contribution.ts'
import { isHeard } from './hearing.ts'
import { type Mandate, mandateStatus } from './mandate.ts'
import { minutesLength, minutesLimit } from './meeting/meeting.ts'
import { partyOf, seated } from './party.ts'
import { phaseAt, roundStateAt, roundStates, ruleHolds } from './round.ts'
import { type RoundHistory, type Step, stepsOf } from './round-history.ts'
import { earliest, type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** The seven ground rules as a table reads them (docs/domain.md#ground-rules). */
export const groundRuleWords: Readonly<Record<(typeof standardRules)[number], { en: string; nl: string }>> = {
  1: { en: 'We discuss only what we can bring about ourselves.', nl: 'We bespreken alleen wat we zelf kunnen inzetten.' },
  2: { en: 'A problem may be named, and is followed by a proposal.', nl: 'Een probleem benoemen mag, en wordt gevolgd door een voorstel.' },
  3: { en: 'Everyone sits for their organisation, with a mandate.', nl: 'Ieder zit namens de eigen organisatie aan tafel, met mandaat.' },
  4: { en: 'The mandate is renewed after every meeting.', nl: 'Na elke bijeenkomst vernieuwt ieder het mandaat.' },
  5: { en: 'Everyone speaks their concerns.', nl: 'Ieder spreekt zorgen en bedenkingen uit.' },
  6: {
    en: 'Minutes are short and concrete: what was agreed and chosen, and why.',
    nl: 'Verslagen zijn kort en concreet: wat is afgesproken en gekozen, en waarom.',
  },
  7: { en: 'Who carries a part carries the whole.', nl: 'Wie een deel draagt, draagt het geheel.' },
}

const outcomes = ['pass', 'fail', 'open', 'not-applicable'] as const
const evidenceKinds = ['problem', 'proposal', 'concern', 'hearing', 'party', 'stance', 'commitment', 'mandate', 'meeting'] as const

/** What a judgement rests on: something that is recorded, by its id. */
const Evidence = z
  .strictObject({
    kind: z.enum(evidenceKinds),
    id: uuid,
    partyId: z.exactOptional(uuid).describe('the party whose it is'),
    personId: z.exactOptional(uuid).describe('who did it, or holds it'),
    mandateId: z.exactOptional(uuid).describe('the mandate under which it was done'),
    meetingId: z.exactOptional(uuid).describe('of a mandate: the meeting after which it was to be renewed'),
    byAt: z.exactOptional(instantOut).describe('of a mandate: until when it can be, or could have been, renewed'),
    coResponsiblePartyIds: z.exactOptional(z.array(uuid)).describe('of a commitment: who answers for it beside its owner'),
  })
  .meta({ id: 'Evidence' })
type Evidence = z.output<typeof Evidence>

/** What became of one rule, and what shows it. */
export const RuleCompliance = z.strictObject({
  rule: z.literal(standardRules),
  outcome: z
    .enum(outcomes)
    .describe('`open`: not yet, and it still can be; `not-applicable`: the table dropped the rule, or nothing happened that it is about'),
  met: z.array(Evidence).describe('where the rule was kept'),
  unmet: z.array(Evidence).describe('where it was not, or not yet'),
})

/** Whether the seven ground rules were kept in a round. */
export const Compliance = z.strictObject({
  roundNumber: z.int(),
  state: z.enum(roundStates),
  overAt: z.exactOptional(instantOut).describe('when the next round opened or the agreement ended: the round is judged as it stood then'),
  rules: z.array(RuleCompliance),
})
export type Compliance = z.output<typeof Compliance>

/** What was found of one rule: where it was kept, where it was broken for good, and where it still waits. */
type Found = { met: Evidence[]; broken: Evidence[]; waiting: Evidence[] }

/** A round with what judging it takes: now, when it was over, whether it goes on, and how the table stood when it adopted, or stands. */
type Judged = RoundHistory & { now: Instant; at: Instant; goesOn: boolean; adopted: boolean; weighed: RoundHistory['end'] }

const rules: Readonly<Record<(typeof standardRules)[number], (round: Judged) => Found>> = {
  1: ({ weighed, ...round }) => {
    const here = new Set(seated(weighed).map((party) => party.id))
    const proposals = openOf(weighed, 'proposal').map((one): [boolean, Evidence] => [isOurs(weighed, one), saidIn('proposal', one)])
    const commitments = offered(weighed).map(({ id, terms: { ownerPartyId } }): [boolean, Evidence] => [
      here.has(ownerPartyId),
      { kind: 'commitment', id, partyId: ownerPartyId },
    ])
    return found([...proposals, ...commitments], round.goesOn && !round.adopted)
  },
  2: ({ end, goesOn }) =>
    found(
      openOf(end, 'problem').flatMap((problem): [boolean, Evidence][] => {
        const proposals = proposalsFor(end, problem)
        return [
          [proposals.length > 0, saidIn('problem', problem)],
          ...proposals.map((one): [boolean, Evidence] => [true, saidIn('proposal', one)]),
        ]
      }),
      goesOn,
    ),
  3: ({ steps }) => found(steps.flatMap(boundAct), false),
  4: renewals,
  5: ({ weighed, ...round }) =>
    found(
      seated(weighed).flatMap(({ id }): [boolean, Evidence][] => {
        if (!isHeard(weighed, id)) return [[false, { kind: 'party', id }]]
        const hearings = Object.values(weighed.hearings).filter((hearing) => hearing.partyId === id)
        const concerns = openOf(weighed, 'concern').filter((concern) => concern.partyId === id)
        return [
          ...hearings.map((one): [boolean, Evidence] => [true, saidIn('hearing', one)]),
          ...concerns.map((one): [boolean, Evidence] => [true, saidIn('concern', one)]),
        ]
      }),
      round.goesOn && !round.adopted,
    ),
  6: ({ steps }) =>
    found(
      stepsOf(steps, 'meeting-closed').flatMap(({ event: { data }, before }): [boolean, Evidence][] => {
        const decisions = before.meetings[data.meetingId]?.minutes.decisions ?? []
        // What a table allowed itself while it had dropped the rule breaks nothing.
        if (!ruleHolds(before, 6)) return []
        return [[decisions.length > 0 && minutesLength(decisions) <= minutesLimit, { kind: 'meeting', id: data.meetingId }]]
      }),
      false,
    ),
  7: ({ end, at }) =>
    found(
      Object.values(end.promises)
        // Until the round adopts a version, that of the round before is what parties act on.
        .filter(({ version }) => version === end.adopted?.number)
        .map((one): [boolean, Evidence] => {
          const { ownerPartyId, coResponsiblePartyIds } = one.terms
          return [!isOverdue(one, at), { kind: 'commitment', id: one.id, partyId: ownerPartyId, coResponsiblePartyIds }]
        }),
      false,
    ),
}

/** What was kept, and what was not: for good, or not yet while it `canStill`. */
const found = (judged: readonly (readonly [boolean, Evidence])[], canStill: boolean): Found => {
  const that = (kept: boolean) => judged.flatMap(([one, evidence]) => (one === kept ? [evidence] : []))
  return { met: that(true), broken: canStill ? [] : that(false), waiting: canStill ? that(false) : [] }
}

const saidIn = (kind: Evidence['kind'], { id, partyId, personId }: { id: string; partyId: string; personId: string }): Evidence => ({
  kind,
  id,
  partyId,
  personId,
})

/** An act that bound a party: whether it was done under a mandate that was effective at that moment. */
function boundAct({ event, recorded: { at, by }, before }: Step): [boolean, Evidence][] {
  const about = boundBy(event)
  if (!about) return []
  const { mandateId } = by
  const mandate = mandateId === undefined ? undefined : before.mandates[mandateId]
  const partyId = mandate?.partyId ?? partyOf(before, by.organisationId ?? '')?.id
  return [
    [
      mandate !== undefined && mandateStatus(mandate, at, before.mandates) === 'effective',
      { ...about, ...(partyId && { partyId }), personId: by.actorId, ...(mandateId && { mandateId }) },
    ],
  ]
}

/** What an act that binds is about; of adopting, ending and opening up it is the mandate itself. Nothing for an act that binds nobody. */
function boundBy({ type, data, mandateId }: Step['event']): Pick<Evidence, 'kind' | 'id'> | undefined {
  switch (type) {
    case 'stance-taken':
      return { kind: 'stance', id: data.id }
    case 'commitment-answered':
      return { kind: 'commitment', id: data.commitmentId }
    case 'proposal-accepted':
      return { kind: 'proposal', id: data.contributionId }
    case 'version-adopted':
      return { kind: 'mandate', id: mandateId ?? data.version.adoptedByPartyId }
    case 'visibility-set':
    case 'opening-consented':
    case 'ending-consented':
    case 'founding-changed':
    case 'annex-proposed':
    case 'annex-consented':
      return mandateId === undefined ? undefined : { kind: 'mandate', id: mandateId }
    default:
      return undefined
  }
}

/** Ground rule 4: each mandate that a meeting of this round made due, and whether it was renewed in time. */
function renewals({ steps, afterwards, since, now }: Judged): Found {
  const renewed = stepsOf([...steps, ...afterwards], 'mandate-renewed')
  const due = stepsOf(steps, 'mandate-renewal-due').flatMap(({ event: { data }, recorded, before }) => {
    const mandate = before.mandates[data.mandateId]
    if (!mandate) return []
    // A second meeting before the renewal does not move the deadline.
    const byAt = mandate.renewal?.renewByAt ?? data.renewByAt
    const { id, partyId, holderId } = mandate
    const evidence: Evidence = { kind: 'mandate', id, partyId, personId: holderId, meetingId: data.meetingId, byAt }
    const kept = renewed.some((step) => step.event.data.mandateId === id && step.recorded.revision > recorded.revision)
    const overAt = endOfMandate(since, since.mandates[id] ?? mandate)
    // A mandate that ended before its deadline left nothing to renew.
    return kept || overAt > now || overAt >= byAt ? [{ evidence, kept, byAt }] : []
  })
  const that = (test: (one: (typeof due)[number]) => boolean) => due.flatMap((one) => (test(one) ? [one.evidence] : []))
  return {
    met: that(({ kept }) => kept),
    broken: that(({ kept, byAt }) => !kept && byAt <= now),
    waiting: that(({ kept, byAt }) => !kept && byAt > now),
  }
}

/** When a mandate was over, or will be: it ran out or was withdrawn, its party left, or the agreement ended. */
const endOfMandate = ({ parties, ended }: RoundHistory['since'], { untilAt, withdrawn, partyId, holderLeftAt }: Mandate): Instant =>
  [withdrawn?.at, holderLeftAt, parties[partyId]?.leftAt, ended?.at].reduce<Instant>(
    (first, at) => (at ? earliest(first, at) : first),
    untilAt,
  )

/** The seven ground rules of a round, judged as it stood when it was over, or stands now (docs/domain.md#compliance). */
export function compliance(history: RoundHistory, now: Instant): Compliance {
  const { opened, steps, end } = history
  const overAt = history.overAt ?? end.ended?.at
  const at = overAt ?? now
  const phase = phaseAt(end, now)
  const goesOn = overAt === undefined && phase !== 'closed'
  const [adoption] = stepsOf(steps, 'version-adopted')
  const judged = { ...history, now, at, goesOn, adopted: adoption !== undefined, weighed: adoption?.before ?? end }
  const held = (rule: number) => [opened, end, ...steps.map(({ before }) => before)].some((state) => ruleHolds(state, rule))
  return {
    roundNumber: end.round?.number ?? 0,
    state: end.round ? roundStateAt(end.round, at) : 'closed',
    ...(overAt && { overAt }),
    rules: standardRules.map((rule) => {
      if (!held(rule)) return { rule, outcome: 'not-applicable', met: [], unmet: [] }
      const { met, broken, waiting } = rules[rule](judged)
      const nothing = goesOn ? 'open' : 'not-applicable'
      const outcome = broken.length > 0 ? 'fail' : waiting.length > 0 ? 'open' : met.length > 0 ? 'pass' : nothing
      return { rule, outcome, met, unmet: [...broken, ...waiting] }
    }),
  }
}
