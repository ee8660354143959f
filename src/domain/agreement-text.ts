import { z } from 'zod'
import { CommitmentTerms, type HasCommitments, offered } from './commitment.ts'
import { canonical, digest } from './digest.ts'
import { type Context, defined, type EventOf, type Evolvers, inOrder } from './event.ts'
import { formed } from './format.ts'
import { bind, guard } from './guard.ts'
import { subject, subjects } from './mandate.ts'
import { Party, present, requireParty } from './party.ts'
import { refuse, refuseAll } from './refusal.ts'
import type { HasRoles } from './role.ts'
import { AdoptionRule, type Rules } from './round.ts'
import { text } from './text.ts'
import { day } from './time.ts'
import { uuid } from './uuid.ts'

/** The seven ground rules (docs/domain.md#ground-rules), by number. */
export const standardRules = [1, 2, 3, 4, 5, 6, 7] as const

/** Ground rules that no table may drop: everyone sits with a mandate, and everyone speaks their concerns. */
export const fixedRules = [3, 5] as const

/** The ground rules of a table: which of the seven hold, its own, and how long renewing and reflecting may take. */
export const GroundRules = z
  .strictObject({
    standard: z
      .array(z.int().min(1).max(7))
      .max(7)
      .default([...standardRules]),
    additional: z
      .array(z.strictObject({ id: uuid, text: text(1000) }))
      .max(50)
      .default([]),
    renewalGraceDays: z.int().min(1).max(90).default(14).describe('days to renew a mandate after a meeting'),
    reflectionDays: z.int().min(1).max(90).default(14).describe('days to reflect once reflecting has opened'),
    impasseDays: z.int().min(1).max(90).optional().describe('days after which an impasse is brought to mind; 7 when left out'),
    pulseMinimum: z
      .int()
      .min(3)
      .max(100)
      .optional()
      .describe('from how many answers on the averages of a pulse are shown; 5 when left out, and never fewer than 3'),
    objectionDays: z.int().min(1).max(90).optional().describe('days to object to an annex before it takes effect; 14 when left out'),
    noticeDays: z.int().min(0).max(365).optional().describe('days between withdrawing and leaving; none when left out'),
    messageParts: z
      .array(text(100))
      .min(1)
      .max(10)
      .optional()
      .describe('the parts of a complete message; one part `message` when left out'),
    adoption: AdoptionRule.default({ kind: 'nobody-withholds' }),
  })
  .meta({ id: 'GroundRules' })

/** What governs a table, out of the ground rules that it wrote: all but the rules of its own, which are for people. */
export const rulesOf = ({ additional: _, ...rules }: z.output<typeof GroundRules>): Rules => defined(rules)

/** The rules of a table that has set none of its own. */
export const standardGroundRules = GroundRules.parse({})

/** On which legal basis a party shares data, and where its register of processing activities (GDPR, article 30) says so. */
const legalBasis = {
  basis: text(2000),
  processingRecord: text(500).optional().describe('the entry in its register of processing activities; required where data is shared'),
}
export const LegalBasis = z.strictObject(legalBasis).meta({ id: 'LegalBasis' })
export type LegalBasis = z.output<typeof LegalBasis>

const item = z
  .strictObject({ id: uuid, text: text(2000), subject: subject.optional().describe('by it overlaps and gaps in a network are found') })
  .meta({ id: 'TextItem' })
const items = z.array(item).max(100).default([])
const maybe = (max: number) => text(max).optional()

/**
 * What parties write: the editable part of the text of the next version (docs/domain.md#text). Participants come from the parties,
 * roles from the roles and commitments from the commitments; together they are the text on which stances are taken.
 */
export const AgreementText = z
  .strictObject({
    title: text(200),
    purpose: maybe(4000).describe('the shared goal, and the reason why'),
    plainSummary: maybe(4000).describe('the agreement in plain language (B1)'),
    beneficiaries: z
      .array(z.strictObject({ id: uuid, name: text(200), addedValue: maybe(1000), nuisance: maybe(1000) }))
      .max(50)
      .default([]),
    groundRules: GroundRules.optional(),
    mandate: z
      .strictObject({ needed: text(2000), subjects })
      .optional()
      .describe('what a representative needs a mandate for'),
    inScope: items,
    outOfScope: items,
    preparation: maybe(4000),
    routing: maybe(4000),
    processEvaluation: maybe(4000),
    decisions: z
      .array(z.strictObject({ id: uuid, what: text(2000), why: maybe(2000), byPartyIds: z.array(uuid).max(100).default([]) }))
      .max(200)
      .default([]),
    evaluationCriteria: z
      .array(z.strictObject({ id: uuid, text: text(1000), means: z.enum(['success', 'failure']) }))
      .max(50)
      .default([]),
    validity: z
      .strictObject({ validFrom: day, reviewOn: day, validUntil: day })
      .optional()
      .describe('in force from, reviewed on, and until and including; never silently prolonged'),
    legalBasis: z
      .array(z.strictObject({ id: uuid, partyId: uuid, ...legalBasis }))
      .max(100)
      .default([])
      .describe('for a covenant: per party'),
    dataShared: z.boolean().optional().describe('whether the parties share data: each of them then says on which legal basis'),
    attachments: z
      .array(
        z.strictObject({
          id: uuid,
          title: text(200),
          url: z.url({ protocol: /^https$/ }).max(2000),
          sha256: formed('digest', /^[0-9a-f]{64}$/),
        }),
      )
      .max(50)
      .default([])
      .describe('for a covenant: references with the SHA-256 of the file'),
    buildsOn: z.array(uuid).max(200).default([]).describe('from round 2: the agenda items that this version builds on'),
  })
  .meta({ id: 'AgreementText' })
export type AgreementText = z.output<typeof AgreementText>

const Participant = Party.pick({ id: true, organisationId: true, name: true, involvement: true, formal: true }).meta({ id: 'Participant' })
const RoleTerms = z
  .strictObject({
    id: uuid,
    name: z.string(),
    purpose: z.string(),
    tasks: z.array(z.strictObject({ id: uuid, what: z.string() })),
  })
  .meta({ id: 'RoleTerms' })

/** The exact text of a version: what is written, who takes part, in which roles, with which commitments. */
export const Content = AgreementText.extend({
  participants: z.array(Participant),
  roles: z.array(RoleTerms),
  commitments: z.array(CommitmentTerms),
}).meta({ id: 'Content' })
export type Content = z.output<typeof Content>

export type HasText = HasRoles & HasCommitments & { text: AgreementText; textRevision: number; foundingOpen: boolean }

/** The text as it would be adopted now. */
export function contentOf(state: HasText): Content {
  return {
    ...state.text,
    participants: present(state).map(({ id, organisationId, name, involvement, formal }) => ({
      id,
      organisationId,
      name,
      involvement,
      formal,
    })),
    roles: inOrder(state.roles)
      .filter((role) => !role.endedAt)
      .map(({ id, name, purpose, tasks }) => ({ id, name, purpose, tasks: tasks.map(({ id, what }) => ({ id, what })) })),
    commitments: offered(state).map(({ terms }) => terms),
  }
}

/** The digest of the exact text: what a stance is bound to, so that any edit voids it. */
export const textDigest = (content: Content): string => digest('handslag-text', canonical(content))

/** The nine elements of consensus, and whether each is filled (docs/domain.md#text). */
export const elements: Record<string, (content: Content) => boolean> = {
  groundRules: (content) => content.groundRules !== undefined,
  participants: (content) => content.participants.filter((participant) => participant.involvement === 'seated').length >= 2,
  mandate: (content) => content.mandate !== undefined,
  inScope: (content) => content.inScope.length > 0,
  outOfScope: (content) => content.outOfScope.length > 0,
  roles: (content) => content.roles.length > 0,
  preparation: (content) => content.preparation !== undefined,
  routing: (content) => content.routing !== undefined,
  processEvaluation: (content) => content.processEvaluation !== undefined,
}

/** Replaces the written text. Every stance on the text before it is void; parties that it names must be at the table. */
export function editText(state: HasText, input: AgreementText, context: Context): TextEvent[] {
  guard(state, 'edit-text', context)
  checkText(state, input)
  return [{ type: 'text-edited', data: { text: input } }]
}

/** Refuses a text that names parties who are not here, uses an id twice, or drops a rule that may not be dropped. */
export function checkText(state: HasText, input: AgreementText): void {
  input.decisions.forEach((decision, index) => {
    decision.byPartyIds.forEach((id, nth) => void requireParty(state, id, `/decisions/${index}/byPartyIds/${nth}`))
  })
  input.legalBasis.forEach((basis, index) => void requireParty(state, basis.partyId, `/legalBasis/${index}/partyId`))
  refuseAll([
    ...fixedRules
      .filter((rule) => input.groundRules && !input.groundRules.standard.includes(rule))
      .map((rule) => ({ code: 'rule-fixed' as const, params: { rule }, pointer: '/groundRules/standard' })),
    ...(['inScope', 'outOfScope', 'beneficiaries', 'decisions', 'evaluationCriteria', 'legalBasis', 'attachments'] as const).flatMap(
      (list) => doubles(input[list]).map((index) => ({ code: 'id-twice' as const, pointer: `/${list}/${index}/id` })),
    ),
    ...doubles(input.groundRules?.additional ?? []).map((index) => ({
      code: 'id-twice' as const,
      pointer: `/groundRules/additional/${index}/id`,
    })),
  ])
}

const doubles = (items: readonly { id: string }[]): number[] =>
  items.flatMap((item, index) => (items.findIndex((other) => other.id === item.id) < index ? [index] : []))

/** Sets the ground rules with which the table starts. Possible until the first hearing, concern or stance: after that only an adopted version changes them. */
export function changeFounding(state: HasText, input: z.output<typeof GroundRules>, context: Context): TextEvent[] {
  const { mandate } = bind(state, 'change-founding', context)
  if (!state.foundingOpen) refuse('founding-closed')
  checkText(state, { ...state.text, groundRules: input })
  return [{ type: 'founding-changed', data: rulesOf(input), mandateId: mandate.id }]
}

export const textEvents = {
  'text-edited': (_state, data: { text: AgreementText }, { revision }) => ({ text: data.text, textRevision: revision }),
  'founding-changed': (_state, data: HasText['rules']) => ({ rules: data }),
} satisfies Evolvers<HasText>
export type TextEvent = EventOf<typeof textEvents>
