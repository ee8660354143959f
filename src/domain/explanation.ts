import { z } from 'zod'
import { Annex, type AnnexEvent } from './annex.ts'
import { Commitment } from './commitment.ts'
import type { ById } from './event.ts'
import { Hearing } from './hearing.ts'
import { type Mandate, MandateView, viewMandate } from './mandate.ts'
import { renewalDecisions } from './mandate-acts.ts'
import { Meeting } from './meeting/meeting.ts'
import { jwsOut, sha256Out } from './proof.ts'
import { refuse } from './refusal.ts'
import { type RoundHistory, type Step, stepsOf } from './round-history.ts'
import { Dissent, Stance, standing } from './stance.ts'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'
import { Period, Version } from './version.ts'

const entry = z.int().describe('the revision of its entry in the history of the agreement: `proof` has the proof of it')

/** An act that bound a party: by whom, and under which mandate as that was worth then, with those that it was drawn from. */
const Binding = z
  .strictObject({
    revision: entry,
    at: instantOut,
    personId: uuid,
    partyId: uuid,
    mandate: MandateView.describe('as it was at that moment'),
    sources: z.array(MandateView).describe('the mandates that it was drawn from at that moment, the nearest first'),
  })
  .meta({ id: 'Binding' })
type Binding = z.output<typeof Binding>

const Renewal = z
  .strictObject({
    mandateId: uuid,
    partyId: uuid,
    holderId: uuid,
    renewByAt: instantOut,
    renewed: z.exactOptional(z.strictObject({ revision: entry, at: instantOut, personId: uuid, decision: z.enum(renewalDecisions) })),
  })
  .meta({ id: 'Renewal' })
type Renewal = z.output<typeof Renewal>

/** A meeting that came before adopting: who was there, and what it decided. */
const MeetingHeld = Meeting.pick({ id: true, title: true, startsAt: true, attendance: true, minutes: true, closedAt: true }).meta({
  id: 'MeetingHeld',
})

/** What is done about an annex: `annex-proposed` and so on in the history. */
export const annexActs = ['proposed', 'consented', 'objected', 'dropped'] as const satisfies ActOf<AnnexEvent['type']>[]
type ActOf<Type> = Type extends `annex-${infer Act}` ? Act : never

/** An act about an annex: by whom, for which party, and under which mandate. */
const AnnexAct = z
  .strictObject({
    act: z.enum(annexActs),
    revision: entry,
    at: instantOut,
    personId: uuid,
    partyId: z.exactOptional(uuid),
    mandateId: z.exactOptional(uuid),
  })
  .meta({ id: 'AnnexAct' })

/** An annex with what was done about it, in order: why a party that joined later is bound, and who left is no longer. */
export const AnnexExplained = z.strictObject({ annex: Annex, acts: z.array(AnnexAct) }).meta({ id: 'AnnexExplained' })
export type AnnexExplained = z.output<typeof AnnexExplained>

/** What proves that something was recorded: its entry, the receipt that was given of it, and its place in the log once it is there. */
export const EntryProof = z
  .strictObject({
    revision: z.int(),
    type: z.string(),
    recordedAt: instantOut,
    hash: sha256Out,
    receipt: z.exactOptional(jwsOut),
    position: z.exactOptional(z.int()).describe('its place in the log: `/log/entries/{position}/inclusion` proves it'),
  })
  .meta({ id: 'EntryProof' })
export type EntryProof = z.output<typeof EntryProof>

/** Why a version was binding: everything that it rests on, in one bundle. */
export const Explanation = z
  .strictObject({
    agreementId: uuid,
    version: Version.omit({ content: true, stances: true, dissents: true }).extend({ title: z.string() }),
    periods: z.array(Period).describe('when it holds, and since and until when that was known'),
    adoption: Binding,
    stances: z.array(z.strictObject({ stance: Stance, binding: Binding })),
    commitments: z.array(z.strictObject({ commitment: Commitment, binding: Binding })).describe('with how each was accepted by its owner'),
    hearings: z.array(Hearing),
    meetings: z
      .array(z.strictObject({ meeting: MeetingHeld, renewals: z.array(Renewal) }))
      .describe('those of the round before it adopted'),
    dissents: z.array(Dissent),
    annexes: z.array(AnnexExplained).describe('to this version, and those that were in effect in it: who joined or left it, and how'),
    proof: z.array(EntryProof).describe('of each act above, and of the granting of the mandates'),
  })
  .meta({ id: 'Explanation' })
export type Explanation = z.output<typeof Explanation>

/** What follows from the round that adopted a version. */
type Explained = Omit<Explanation, 'periods' | 'annexes' | 'proof'>

/** Explains a version from the round that adopted it (docs/domain.md#explanation); refuses with `not-found` where it adopted none. */
export function explain(history: RoundHistory): Explained {
  const [adoption] = stepsOf(history.steps, 'version-adopted')
  if (!adoption) refuse('not-found', { what: 'version' })
  const { before, event, recorded } = adoption
  const { content, stances: _, dissents, ...version } = event.data.version
  const sooner = history.steps.filter((step) => step.recorded.revision < recorded.revision)
  const taken = stepsOf(sooner, 'stance-taken')
  const answered = stepsOf(sooner, 'commitment-answered')
  return {
    agreementId: before.id,
    version: { ...version, title: content.title, adoptedAt: recorded.at },
    adoption: bindingOf(adoption),
    stances: [...standing(before, version.textDigest).values()].flatMap((stance) => {
      const step = taken.find(({ event: { data } }) => data.id === stance.id)
      return step ? [{ stance, binding: bindingOf(step) }] : []
    }),
    commitments: content.commitments.flatMap((terms) => {
      const commitment = before.commitments[terms.id]
      const step = answered.findLast(({ event: { data } }) => data.commitmentId === terms.id && data.state === 'accepted')
      return commitment && step ? [{ commitment: { ...commitment, terms }, binding: bindingOf(step) }] : []
    }),
    hearings: Object.values(before.hearings),
    meetings: stepsOf(sooner, 'meeting-closed').flatMap(({ event: { data } }) => {
      const meeting = before.meetings[data.meetingId]
      return meeting ? [{ meeting: held(meeting), renewals: renewalsAfter(history, meeting.id) }] : []
    }),
    dissents,
  }
}

/** Every entry and every mandate that an explanation rests on: what has to be proven. */
export function provenBy({ adoption, stances, commitments, meetings, annexes }: Explained & Pick<Explanation, 'annexes'>) {
  const bindings = [adoption, ...stances.map(({ binding }) => binding), ...commitments.map(({ binding }) => binding)]
  const renewed = meetings.flatMap(({ renewals }) => renewals.flatMap((one) => one.renewed ?? []))
  const acts = annexes.flatMap((one) => one.acts)
  const mandates = bindings.flatMap(({ mandate, sources }) => [mandate, ...sources].map(({ id }) => id))
  return {
    revisions: [...new Set([...bindings, ...renewed, ...acts].map(({ revision }) => revision))],
    mandateIds: [...new Set([...mandates, ...acts.flatMap(({ mandateId }) => mandateId ?? [])])],
  }
}

function bindingOf({ event, recorded: { revision, at, by }, before }: Step): Binding {
  const mandate = before.mandates[event.mandateId ?? by.mandateId ?? ''] ?? refuse('not-found', { what: 'mandate' })
  const view = (one: Mandate) => viewMandate(one, at, before.mandates)
  const sources = sourcesOf(mandate, before.mandates).map(view)
  return { revision, at, personId: by.actorId, partyId: mandate.partyId, mandate: view(mandate), sources }
}

/** The mandates that one is drawn from, the nearest first. */
function sourcesOf({ sourceId }: Mandate, mandates: ById<Mandate>): Mandate[] {
  const source = sourceId === undefined ? undefined : mandates[sourceId]
  return source ? [source, ...sourcesOf(source, mandates)] : []
}

const held = ({ id, title, startsAt, attendance, minutes, closedAt }: Meeting) => ({
  id,
  title,
  startsAt,
  attendance,
  minutes,
  ...(closedAt && { closedAt }),
})

/** The mandates that a meeting made due, and what their organisations decided. */
function renewalsAfter({ steps, afterwards }: RoundHistory, meetingId: string): Renewal[] {
  const renewed = stepsOf([...steps, ...afterwards], 'mandate-renewed')
  return stepsOf(steps, 'mandate-renewal-due').flatMap(({ event: { data }, recorded, before }) => {
    const mandate = before.mandates[data.mandateId]
    if (data.meetingId !== meetingId || !mandate) return []
    const next = renewed.find((step) => step.event.data.mandateId === mandate.id && step.recorded.revision > recorded.revision)
    const { revision, at, by } = next?.recorded ?? {}
    return [
      {
        mandateId: mandate.id,
        partyId: mandate.partyId,
        holderId: mandate.holderId,
        renewByAt: mandate.renewal?.renewByAt ?? data.renewByAt,
        ...(next && revision && at && by && { renewed: { revision, at, personId: by.actorId, decision: next.event.data.decision } }),
      },
    ]
  })
}
