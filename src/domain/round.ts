import { z } from 'zod'
import { type Machine, statesOf } from './machine.ts'
import { refuse } from './refusal.ts'
import { dayOut, type Instant, instantOut, startOf } from './time.ts'
import { uuid } from './uuid.ts'

export type RoundState = 'deliberating' | 'impasse' | 'acting' | 'reflecting' | 'closed'
export type RoundMove = 'call-impasse' | 'leave-impasse' | 'adopt' | 'open-reflection' | 'close'

/** One turn of the cycle (docs/domain.md#the-cycle). */
export const roundMachine = {
  deliberating: { 'call-impasse': 'impasse', adopt: 'acting' },
  impasse: { 'leave-impasse': 'deliberating' },
  acting: { 'open-reflection': 'reflecting' },
  reflecting: { close: 'closed' },
  closed: {},
} as const satisfies Machine<RoundState, RoundMove>
export const roundStates = statesOf(roundMachine)

export type AgreementStatus = 'draft' | 'active' | 'ended'
export type AgreementMove = 'open-round' | 'end'

/** An agreement is set up, goes round, and ends. */
export const agreementMachine = {
  draft: { 'open-round': 'active', end: 'ended' },
  active: { 'open-round': 'active', end: 'ended' },
  ended: {},
} as const satisfies Machine<AgreementStatus, AgreementMove>
export const agreementStatuses = statesOf(agreementMachine)

/** The ways out of an impasse; parking waits for a day. */
export const impasseExits = ['mediate', 'park', 'escalate', 'new-proposal'] as const

export const Impasse = z
  .strictObject({
    id: uuid,
    roundNumber: z.int(),
    partyId: uuid,
    reason: z.string(),
    calledAt: instantOut,
    exit: z.exactOptional(z.enum(impasseExits)).describe('the way out that was chosen'),
    note: z.exactOptional(z.string()),
    exitAt: z.exactOptional(instantOut),
    resumeOn: z.exactOptional(dayOut).describe('the day on which a parked round resumes by itself'),
  })
  .meta({ id: 'Impasse' })
export type Impasse = z.output<typeof Impasse>

/** What the next round starts from: every item comes from the round before and can be cited by its id. */
const agendaKinds = ['reflection', 'concern', 'dilemma', 'dissent', 'recommendation', 'next-round', 'annex'] as const
export const AgendaItem = z
  .strictObject({
    id: uuid.describe('what `buildsOn` in the text cites'),
    kind: z.enum(agendaKinds),
    partyId: uuid,
    text: z.string(),
    outcome: z
      .exactOptional(z.string())
      .describe(
        'what practice showed of a dissent, the level of a recommendation, the kind of an annex, or whether a dilemma is held open',
      ),
  })
  .meta({ id: 'AgendaItem' })
export type AgendaItem = z.output<typeof AgendaItem>

export const Round = z
  .strictObject({
    number: z.int(),
    state: z.enum(roundStates),
    openedAt: instantOut,
    openedBecause: z.exactOptional(z.string()),
    agenda: z.array(AgendaItem),
    impasse: z.exactOptional(Impasse).describe('the last one that was called'),
    adoptedAt: z.exactOptional(instantOut),
    reviewOn: z.exactOptional(dayOut).describe('the day on which reflecting opens by itself'),
    reflectionCalled: z.exactOptional(z.strictObject({ at: instantOut, partyId: uuid, reason: z.string() })),
    closedAt: z.exactOptional(instantOut),
    notReflected: z.exactOptional(z.array(uuid)).describe('the parties that had not reflected when the round closed'),
  })
  .meta({ id: 'Round' })
export type Round = z.output<typeof Round>

/** A round as it stands at a moment. Its agenda is read by itself. */
export const RoundView = Round.omit({ agenda: true }).meta({ id: 'RoundView' })
export type RoundView = z.output<typeof RoundView>

export function viewRound({ agenda: _, ...round }: Round, at: Instant): RoundView {
  return { ...round, state: roundStateAt({ ...round, agenda: [] }, at) }
}

export type HasRound = { status: AgreementStatus; round: Round | null; rules: Rules }

/** When a text can be adopted: when nobody withholds, or when so many accept. */
export const AdoptionRule = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('nobody-withholds') }),
    z.strictObject({ kind: z.literal('quorum'), accepting: z.int().min(1).max(1000).describe('how many seated parties must accept') }),
  ])
  .meta({ id: 'AdoptionRule' })

/** What governs the table now: set when the agreement is founded, and after that only by an adopted version (docs/domain.md#adoption). */
export const Rules = z
  .strictObject({
    standard: z.array(z.int()).describe('which of the seven ground rules hold'),
    renewalGraceDays: z.int(),
    reflectionDays: z.int(),
    impasseDays: z.exactOptional(z.int()),
    pulseMinimum: z.exactOptional(z.int()),
    messageParts: z.exactOptional(z.array(z.string())),
    objectionDays: z.exactOptional(z.int()),
    noticeDays: z.exactOptional(z.int()),
    adoption: AdoptionRule,
  })
  .meta({ id: 'Rules' })
export type Rules = z.output<typeof Rules>

/** How long parties can object to an annex: as long as they have to renew a mandate, unless the ground rules say otherwise. */
export const standardObjectionDays = 14

/** How long an impasse may last before representatives are reminded of it: a week, unless the ground rules say otherwise. */
export const impasseDays = ({ rules }: HasRound): number => rules.impasseDays ?? 7

/** Whether one of the seven ground rules holds at this table. */
export const ruleHolds = (state: HasRound, rule: number): boolean => state.rules.standard.includes(rule)

/** Where the cycle stands: the state of the round, or that there is none. */
export type Phase = 'draft' | RoundState | 'ended'
export const phases = ['draft', ...roundStates, 'ended'] as const satisfies readonly Phase[]

/** The state of a round at a moment: reflecting opens by itself on the review day, and a parked round resumes on its day. */
export function roundStateAt(round: Round, at: Instant): RoundState {
  if (round.state === 'acting' && round.reviewOn && startOf(round.reviewOn) <= at) return 'reflecting'
  if (round.state === 'impasse' && round.impasse?.resumeOn && startOf(round.impasse.resumeOn) <= at) return 'deliberating'
  return round.state
}

/** Where the cycle stands at a moment. Time passes by itself: nothing needs to have run. */
export function phaseAt(state: HasRound, at: Instant): Phase {
  if (state.status !== 'active' || !state.round) return state.status === 'ended' ? 'ended' : 'draft'
  return roundStateAt(state.round, at)
}

/** The round that is going on; refuses an earlier one, which is closed, and one that is not there. */
export function requireRound(state: HasRound, number: number, action: string): Round {
  const { round } = state
  if (!round || number > round.number || number < 1) refuse('not-found', { what: 'round' })
  return number === round.number ? round : refuse('wrong-state', { what: 'round', state: 'closed', action })
}

/** When the reflection of a round opened, as far as it has at this moment. */
export function reflectionOpenedAt(round: Round, at: Instant): Instant | undefined {
  if (round.reflectionCalled) return round.reflectionCalled.at
  const planned = round.reviewOn && startOf(round.reviewOn)
  return planned && planned <= at ? planned : undefined
}

/** Who may do something: `speak` for a party that is seated or consulted, `seat` for a seated one, `bind` a
 * seated one under its mandate, `pledge` any party under its mandate, and `part` any party: a seated one under its mandate, another as
 * it is. */
export type Standing = 'speak' | 'seat' | 'bind' | 'pledge' | 'part'

const begun = ['deliberating', 'impasse', 'acting', 'reflecting', 'closed'] as const
const open = ['draft', ...begun] as const

/**
 * Everything that can be done at the table: in which phases, and with which standing. One table for the guard, its tests,
 * the document's enum and the `allowedActions` that a client shows as buttons.
 */
export const tableActions = {
  'edit-text': { in: ['draft', 'deliberating'], standing: 'seat' },
  'change-founding': { in: ['draft', 'deliberating'], standing: 'bind' },
  'set-visibility': { in: open, standing: 'bind' },
  'add-party': { in: ['draft', 'deliberating'], standing: 'seat' },
  'leave': { in: open, standing: 'part' },
  'open-round': { in: ['draft', 'closed'], standing: 'seat' },
  'contribute': { in: ['deliberating', 'impasse', 'acting', 'reflecting'], standing: 'speak' },
  'state-hearing': { in: ['deliberating', 'impasse'], standing: 'speak' },
  'accept-proposal': { in: ['deliberating'], standing: 'bind' },
  'state-dissent': { in: ['deliberating', 'impasse'], standing: 'seat' },
  'take-stance': { in: ['deliberating'], standing: 'bind' },
  'offer-commitment': { in: ['draft', 'deliberating'], standing: 'seat' },
  'answer-commitment': { in: ['deliberating'], standing: 'bind' },
  'report-progress': { in: ['deliberating', 'impasse', 'acting', 'reflecting', 'closed'], standing: 'seat' },
  'adopt': { in: ['deliberating'], standing: 'bind' },
  'call-impasse': { in: ['deliberating'], standing: 'seat' },
  'leave-impasse': { in: ['impasse'], standing: 'seat' },
  'plan-meeting': { in: ['deliberating', 'impasse', 'acting', 'reflecting'], standing: 'seat' },
  'send-message': { in: begun, standing: 'speak' },
  'give-pulse': { in: begun, standing: 'speak' },
  'hold-meeting': { in: ['deliberating', 'impasse', 'acting', 'reflecting'], standing: 'seat' },
  'shape-role': { in: open, standing: 'seat' },
  'transfer-tasks': { in: open, standing: 'seat' },
  'call-reflection': { in: ['acting'], standing: 'seat' },
  'reflect': { in: ['reflecting'], standing: 'seat' },
  'close-round': { in: ['reflecting'], standing: 'seat' },
  'propose-accession': { in: begun, standing: 'pledge' },
  'propose-expulsion': { in: begun, standing: 'bind' },
  'consent-to-annex': { in: begun, standing: 'pledge' },
  // A place is in the text: to let somebody in while that is deliberated on would void every stance on it.
  'let-in': { in: ['acting', 'reflecting', 'closed'], standing: 'bind' },
  'object-to-annex': { in: begun, standing: 'seat' },
  'link': { in: open, standing: 'bind' },
  'end': { in: open, standing: 'bind' },
} as const satisfies Record<string, { in: readonly Phase[]; standing: Standing }>
export type TableAction = keyof typeof tableActions

/** Whether something can be done in a phase, whoever does it. */
export const isDoneIn = (action: TableAction, phase: Phase): boolean => (tableActions[action].in as readonly Phase[]).includes(phase)
