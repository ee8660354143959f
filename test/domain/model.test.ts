import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/actor.ts'
import { adopt } from '../../src/domain/adoption.ts'
import {
  type Agreement,
  type AgreementEvent,
  addParty,
  callImpasse,
  changeAgreement,
  endAgreement,
  evolve,
  leaveImpasse,
  leaveTable,
  openRound,
} from '../../src/domain/agreement.ts'
import { contentOf, editText, GroundRules } from '../../src/domain/agreement-text.ts'
import { AgreementView, viewAgreement } from '../../src/domain/agreement-view.ts'
import { Annex, viewAnnex } from '../../src/domain/annex.ts'
import { consentToAnnex, objectToAnnex, proposeAccession, proposeExpulsion } from '../../src/domain/annex-acts.ts'
import {
  answerCommitment,
  CommitmentView,
  liveCommitments,
  OfferCommitment,
  offerCommitment,
  offered,
  reportProgress,
  reviseCommitment,
  viewCommitment,
  withdrawCommitment,
} from '../../src/domain/commitment.ts'
import { Compliance, compliance } from '../../src/domain/compliance.ts'
import {
  acceptProposal,
  answer,
  Contribute,
  Contribution,
  ContributionView,
  contribute,
  isOurs,
  openOf,
  unansweredConcerns,
  viewContribution,
  withdrawContribution,
} from '../../src/domain/contribution.ts'
import { settleDilemma } from '../../src/domain/dilemma.ts'
import type { Context } from '../../src/domain/event.ts'
import { Explanation, explain } from '../../src/domain/explanation.ts'
import { Hearing, stateHearing } from '../../src/domain/hearing.ts'
import { answerHelp, offerHelp } from '../../src/domain/help.ts'
import { Link, linkAgreement } from '../../src/domain/link.ts'
import { type Mandate, MandateView, viewMandate } from '../../src/domain/mandate.ts'
import { GrantMandate, grantMandate, RenewMandate, renewalDecisions, renewMandate, withdrawMandate } from '../../src/domain/mandate-acts.ts'
import {
  cancelMeeting,
  closeMeeting,
  Meeting,
  PlanMeeting,
  planMeeting,
  takeAttendance,
  writeMinutes,
} from '../../src/domain/meeting/meeting.ts'
import { givePulse } from '../../src/domain/meeting/pulse.ts'
import { RecordMeeting, recordMeeting } from '../../src/domain/meeting/record.ts'
import { Party, settled } from '../../src/domain/party.ts'
import { PulsePoint } from '../../src/domain/pulse.ts'
import { pulsesTaken } from '../../src/domain/pulse-taken.ts'
import { amendReflection, callReflection, closeRound, Reflection, reflect } from '../../src/domain/reflection.ts'
import { Refused, refusals } from '../../src/domain/refusal.ts'
import { exploreResistance } from '../../src/domain/resistance.ts'
import { assignRole, createRole, Role, releaseRole } from '../../src/domain/role.ts'
import { type Phase, phaseAt, Round } from '../../src/domain/round.ts'
import { stepsOf } from '../../src/domain/round-history.ts'
import { Stance, type TakeStance, takeStance } from '../../src/domain/stance.ts'
import { addDays, addMonths, dayOf, type Instant, later } from '../../src/domain/time.ts'
import { answerTransfer, offerTransfer, Transfer } from '../../src/domain/transfer.ts'
import { Period, Version } from '../../src/domain/version.ts'
import {
  aTable,
  bound,
  contextOf,
  digestOf,
  directory,
  expectWhole,
  goTo,
  historyOf,
  houses,
  limit,
  operator,
  parents,
  people,
  record,
  reflectionBy,
  school,
  seatedHouses,
  stranger,
  subject,
  type Table,
  team,
  uuid,
  wholeText,
} from '../support/agreement.ts'

/** Who may turn up: everybody of every organisation, at the table or not, their applications, and the operator. */
const comers: Actor[] = [...houses.flatMap((house) => [house.representative, house.grantor, house.colleague, house.application]), operator]

type Draw = <T>(items: readonly T[]) => T | undefined
type Decide = (state: Agreement, context: Context) => AgreementEvent[]
const nowhere = uuid(404)
const keys = (items: object): string[] => Object.keys(items)

/** Every command there is, on things that are there (mostly), in words that hardly matter. */
const commands: Record<string, (table: Table, draw: Draw) => Decide> = {
  edit: (table, draw) => {
    const change = draw([{}, { title: 'Other' }, { inScope: [] }, { decisions: [] }, { preparation: undefined }]) ?? {}
    return (state, context) => editText(state, wholeText(table, change), context)
  },
  change: (_table, draw) => {
    const adoption = draw([{ kind: 'quorum' as const, accepting: 1 }, { kind: 'nobody-withholds' as const }])
    const change = draw([{ visibility: 'public' as const }, { groundRules: GroundRules.parse({ adoption }) }, {}]) ?? {}
    return (state, context) => changeAgreement(state, change, context)
  },
  seat: (_table, draw) => {
    const organisationId = draw(houses)?.id ?? stranger.id
    const involvement = draw(['seated', 'consulted', 'informed'] as const) ?? 'seated'
    return (state, context) => addParty(state, { organisationId, involvement, formal: true }, directory, context)
  },
  leave: (table, draw) => {
    const id = draw(keys(table.state.parties)) ?? nowhere
    return (state, context) => leaveTable(state, id, { reason: 'x' }, context)
  },
  annex: (table, draw) => {
    const id = draw(keys(table.state.annexes)) ?? nowhere
    const partyId = draw(keys(table.state.parties)) ?? nowhere
    const organisationId = draw([stranger.id, parents.id]) ?? stranger.id
    const acts: Decide[] = [
      (state, context) => proposeAccession(state, { organisationId, reason: 'x' }, directory, context),
      (state, context) => proposeExpulsion(state, partyId, { reason: 'x' }, context),
      (state, context) => consentToAnnex(state, id, {}, context),
      (state, context) => objectToAnnex(state, id, { reason: 'x' }, context),
      (state, context) => linkAgreement(state, { kind: 'amends', agreementId: nowhere, reason: 'x' }, { sits: true, back: [] }, context),
    ]
    return draw(acts) ?? (() => [])
  },
  open: () => (state, context) => openRound(state, {}, context),
  stick: () => (state, context) => callImpasse(state, { reason: 'x' }, context),
  unstick: (table, draw) => {
    const resumeOn = addDays(dayOf(table.now), 3)
    const input = draw([{ exit: 'mediate' as const }, { exit: 'park' as const, resumeOn }, { exit: 'park' as const }]) ?? {
      exit: 'escalate' as const,
    }
    const id = table.state.round?.impasse?.id ?? nowhere
    return (state, context) => leaveImpasse(state, id, { note: 'x', ...input }, context)
  },
  end: () => (state, context) => endAgreement(state, { reason: 'x' }, context),
  hear: (_table, draw) => {
    const concerns = draw([[], ['Who pays?']]) ?? []
    return (state, context) => stateHearing(state, { concerns }, context)
  },
  bring: (table, draw) => {
    const actingPartyIds = [draw(keys(table.state.parties)) ?? nowhere]
    const input = draw([
      { kind: 'concern' },
      { kind: 'appreciation' },
      { kind: 'dilemma', horns: ['x', 'y'] },
      { kind: 'resistance' },
      { kind: 'help-request' },
      { kind: 'proposal', actingPartyIds },
      { kind: 'problem' },
      { kind: 'problem', proposal: { text: 'So', actingPartyIds } },
      { kind: 'problem', proposalId: draw(openOf(table.state, 'proposal'))?.id ?? nowhere },
    ])
    return (state, context) => contribute(state, Contribute.parse({ text: 'x', ...input }), context)
  },
  answer: (table, draw) => {
    const id = draw(keys(table.state.contributions)) ?? nowhere
    return (state, context) => answer(state, id, { text: 'x' }, context)
  },
  converse: (table, draw) => {
    const one = draw(Object.values(table.state.contributions))
    const id = one?.id ?? nowhere
    const offerId = draw(one?.offers ?? [])?.id ?? nowhere
    const act = draw<Decide>([
      (state, context) => settleDilemma(state, id, { status: 'held', reason: 'x' }, context),
      (state, context) => settleDilemma(state, id, { status: 'resolved' }, context),
      (state, context) => exploreResistance(state, id, { note: 'x' }, context),
      (state, context) => offerHelp(state, id, { text: 'x' }, context),
      (state, context) => answerHelp(state, id, offerId, { decision: 'declined', reason: 'x' }, context),
    ])
    return act ?? (() => [])
  },
  feel: (table, draw) => {
    const id = draw(keys(table.state.meetings)) ?? nowhere
    const atmosphere = draw([1, 3, 5]) ?? 1
    return (state, context) => givePulse(state, id, { atmosphere, effectiveness: 4 }, context)
  },
  take: (table, draw) => {
    const id = draw(keys(table.state.contributions)) ?? nowhere
    return (state, context) => acceptProposal(state, id, context)
  },
  unsay: (table, draw) => {
    const id = draw(keys(table.state.contributions)) ?? nowhere
    return (state, context) => withdrawContribution(state, id, { reason: 'x' }, context)
  },
  offer: (table, draw) => {
    const input = OfferCommitment.parse({
      what: 'x',
      ownerPartyId: draw(keys(table.state.parties)) ?? nowhere,
      roleId: draw(keys(table.state.roles)) ?? nowhere,
      subject: draw([subject, 'housing']) ?? subject,
      demands: [{ measure: limit.measure, amount: draw([1, 16, 17]) ?? 1 }],
      ongoing: true,
    })
    const id = draw([undefined, ...keys(table.state.commitments)])
    return (state, context) => (id ? reviseCommitment(state, id, input, context) : offerCommitment(state, input, context))
  },
  unoffer: (table, draw) => {
    const id = draw(keys(table.state.commitments)) ?? nowhere
    return (state, context) => withdrawCommitment(state, id, context)
  },
  promise: (table, draw) => {
    const id = draw(keys(table.state.commitments)) ?? nowhere
    const decision = draw(['accepted', 'declined', 'returned'] as const) ?? 'accepted'
    return (state, context) => answerCommitment(state, id, { decision, reason: 'x' }, state.text.validity?.validUntil, context)
  },
  report: (table, draw) => {
    const id = draw(keys(table.state.promises)) ?? nowhere
    const progress = draw(['on-track', 'done', 'stopped'] as const) ?? 'done'
    return (state, context) => reportProgress(state, id, { state: progress }, context)
  },
  stand: (table, draw) => {
    const textDigest = draw([digestOf(table), digestOf(table), '0'.repeat(64)]) ?? ''
    const say: TakeStance = draw([
      { position: 'accept', textDigest },
      { position: 'accept-with-dissent', textDigest, dissent: { statement: 'x', expectation: 'y' } },
      { position: 'withhold', textDigest, reason: 'x' },
    ] as const) ?? { position: 'accept', textDigest }
    return (state, context) => takeStance(state, say, context)
  },
  adopt: (table) => {
    const textDigest = digestOf(table)
    return (state, context) => adopt(state, { textDigest }, context)
  },
  grant: (table, draw) => {
    const today = dayOf(table.now)
    const input = GrantMandate.parse({
      holderId: draw([...people.keys()]) ?? nowhere,
      basis: 'x',
      subjects: [subject],
      limits: draw([[], [limit], [{ ...limit, maximum: 99 }]]),
      validFrom: draw([undefined, today, addDays(today, 5), addDays(today, -1)]),
      validUntil: addDays(today, draw([3, 60, 600]) ?? 60),
      sourceId: draw([undefined, undefined, ...keys(table.state.mandates)]),
      substituteForId: draw([undefined, undefined, undefined, ...keys(table.state.mandates)]),
    })
    return (state, context) => grantMandate(state, input, people.get(input.holderId), context)
  },
  renew: (table, draw) => {
    const mandate = draw(Object.values(table.state.mandates))
    const decision = draw(renewalDecisions) ?? 'confirmed'
    const input = RenewMandate.parse({
      meetingId: mandate?.renewal?.meetingId ?? nowhere,
      decision,
      concern: draw([undefined, 'We do not carry this']),
      ...(decision === 'narrowed' && { limits: [{ ...limit, maximum: 4 }] }),
    })
    return (state, context) => renewMandate(state, mandate?.id ?? nowhere, input, context)
  },
  unmandate: (table, draw) => {
    const id = draw(keys(table.state.mandates)) ?? nowhere
    return (state, context) => withdrawMandate(state, id, { reason: 'x' }, context)
  },
  plan: (table, draw) => {
    const input = PlanMeeting.parse({ title: 'x', startsAt: later(table.now, draw([0, 0, 2]) ?? 0) })
    return (state, context) => planMeeting(state, input, context)
  },
  meet: (table, draw) => {
    const id = draw(keys(table.state.meetings)) ?? nowhere
    const attendees = [draw([...people.keys()]) ?? nowhere, school.representative.personId].map((personId) => ({
      personId,
      presence: 'present' as const,
    }))
    const decisions = [{ what: 'x', why: 'y', byPartyIds: [draw(keys(table.state.parties)) ?? nowhere] }]
    const whole = RecordMeeting.parse({ attendees, decisions, contributions: [{ kind: 'concern', text: 'x' }] })
    const act = draw<Decide>([
      (state, context) => takeAttendance(state, id, { attendees }, people, context),
      (state, context) => writeMinutes(state, id, { decisions }, context),
      (state, context) => closeMeeting(state, id, context),
      (state, context) => cancelMeeting(state, id, { reason: 'x' }, context),
      (state, context) => recordMeeting(state, id, whole, people, context),
    ])
    return act ?? (() => [])
  },
  shape: () => (state, context) => createRole(state, { name: 'x', purpose: 'y', tasks: [{ what: 'z' }] }, context),
  hold: (table, draw) => {
    const id = draw(keys(table.state.roles)) ?? nowhere
    const personId = draw([...people.keys()]) ?? nowhere
    const holder = table.state.roles[id]?.holders.at(-1)?.id ?? nowhere
    const on = addDays(dayOf(table.now), draw([0, 9]) ?? 0)
    const act = draw<Decide>([
      (state, context) => assignRole(state, id, { personId, untilDate: on }, people.get(personId), context),
      (state, context) => releaseRole(state, id, holder, on, context),
    ])
    return act ?? (() => [])
  },
  hand: (table, draw) => {
    const role = draw(Object.values(table.state.roles))
    const toPersonId = draw([...people.keys()]) ?? nowhere
    const input = { taskIds: [role?.tasks[0]?.id ?? nowhere], toPersonId, note: 'x', openPoints: [] }
    const transfer = draw(Object.values(table.state.transfers))
    const act = draw<Decide>([
      (state, context) => offerTransfer(state, role?.id ?? nowhere, input, people.get(toPersonId), context),
      (state, context) => answerTransfer(state, transfer?.roleId ?? nowhere, transfer?.id ?? nowhere, { decision: 'accepted' }, context),
    ])
    return act ?? (() => [])
  },
  callOff: () => (state, context) => callReflection(state, { reason: 'x' }, context),
  reflect: (table, draw) => {
    if (!table.state.adopted) return (state, context) => closeRound(state, context)
    const house = draw(seatedHouses) ?? school
    const input = safely(() => reflectionBy(table, house)) ?? safely(() => reflectionBy(table, school))
    const id = draw([undefined, ...keys(table.state.reflections)])
    if (!input) return () => []
    return (state, context) => (id ? amendReflection(state, id, input, context) : reflect(state, input, context))
  },
  close: () => (state, context) => closeRound(state, context),
}

const safely = <T>(make: () => T): T | undefined => {
  try {
    return make()
  } catch {
    return undefined
  }
}

/** Tries something, and checks what must hold whether it was accepted or refused. */
function tries(table: Table, actor: Actor, decide: Decide, seen: Map<string, number>): boolean {
  const recorded = table.state
  // Time passes by itself: who joins or leaves on a day has done so.
  const before = settled(recorded, table.now)
  let events: AgreementEvent[]
  try {
    events = decide(before, contextOf(table, actor))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    expect(error.reasons.length).toBeGreaterThan(0)
    for (const reason of error.reasons) {
      expect(refusals).toHaveProperty(reason.code)
      expectWhole(reason)
    }
    expect(table.state).toBe(recorded)
    return false
  }
  const known = mandatesKnown(table)
  record(table, actor, events)
  for (const event of events) seen.set(event.type, (seen.get(event.type) ?? 0) + 1)
  if (events.length > 0) holds(before, table, actor, events, known)
  return true
}

/** What binds a party, and so asks for a mandate that is effective at that instant. */
const binding = new Set<string>([
  'stance-taken',
  'commitment-answered',
  'proposal-accepted',
  'version-adopted',
  'visibility-set',
  'party-left',
  'ending-consented',
  'annex-proposed',
  'annex-consented',
  'agreement-linked',
])

/** Where an event leads, from where: the round's machine, written out once more. */
const leads: Partial<Record<AgreementEvent['type'], [from: Phase[], to: Phase[]]>> = {
  'round-opened': [['draft', 'closed'], ['deliberating']],
  'impasse-called': [['deliberating'], ['impasse']],
  'impasse-left': [['impasse'], ['deliberating', 'impasse']],
  'version-adopted': [['deliberating'], ['acting']],
  'reflection-called': [['acting'], ['reflecting']],
  'round-closed': [['reflecting'], ['closed']],
  'agreement-ended': [['draft', 'deliberating', 'impasse', 'acting', 'reflecting', 'closed'], ['ended']],
}

/** Mandates as a reader of the ledger would know them, in another way than the rules do. */
function mandatesKnown({ ledger }: Table) {
  const found = new Map<string, Mandate & { due?: Instant; over?: true }>()
  for (const { event } of ledger) {
    if (event.type === 'mandate-granted') found.set(event.data.id, { ...event.data })
    if (event.type !== 'mandate-renewal-due' && event.type !== 'mandate-renewed' && event.type !== 'mandate-withdrawn') continue
    const mandate = found.get(event.data.mandateId)
    if (!mandate) throw new Error('a mandate was changed before it was granted')
    if (event.type === 'mandate-renewal-due') mandate.due ??= event.data.renewByAt
    else if (event.type === 'mandate-withdrawn' || event.data.decision === 'withdrawn') mandate.over = true
    else delete mandate.due
  }
  const works = (id: string | undefined, at: Instant): boolean => {
    const mandate = found.get(id ?? '')
    if (!mandate || mandate.over || mandate.due || at < mandate.fromAt || at >= mandate.untilAt) return false
    return mandate.sourceId === undefined || works(mandate.sourceId, at)
  }
  return { found, works }
}

function holds(
  before: Agreement,
  table: Table,
  actor: Actor,
  events: AgreementEvent[],
  { found, works }: ReturnType<typeof mandatesKnown>,
): void {
  const { state, now, ledger } = table

  // Only people act, for their own organisation; what binds is under a mandate of theirs that works at this instant.
  expect(actor.kind).toBe('person')
  for (const event of events.filter(({ type }) => binding.has(type))) {
    if (event.type === 'party-left') {
      // Who was consulted or informed bound nothing, and leaves without a mandate; a place that was not taken goes back without one.
      const left = before.parties[event.data.partyId]
      const own = Object.values(before.parties).find(
        (party) => !party.leftAt && actor.kind === 'person' && party.organisationId === actor.organisationId,
      )
      if (left?.involvement !== 'seated' || (left.addedByPartyId !== undefined && left.addedByPartyId === own?.id)) continue
    }
    expect(works(event.mandateId, now), `${event.type} under an effective mandate`).toBe(true)
    const mandate = found.get(event.mandateId ?? '')
    expect(actor).toMatchObject({ personId: mandate?.holderId, organisationId: mandate?.organisationId })
  }

  // No move beyond the machine.
  const [from, to] = [phaseAt(before, now), phaseAt(state, now)]
  const moves = events.flatMap(({ type }) => leads[type] ?? [])
  if (moves.length === 0) expect(to).toBe(from)
  else {
    expect(moves).toHaveLength(2)
    expect(moves[0]).toContain(from)
    expect(moves[1]).toContain(to)
  }

  // Rounds and versions count on, without a gap; a version is never of another round.
  const numbers = (type: 'round-opened' | 'version-adopted') =>
    ledger.flatMap(({ event }) =>
      event.type !== type
        ? []
        : event.type === 'round-opened'
          ? [event.data.number]
          : event.type === 'version-adopted'
            ? [event.data.version.number]
            : [],
    )
  const counted = (list: number[]) => list.map((_, index) => index + 1)
  expect(numbers('round-opened')).toEqual(counted(numbers('round-opened')))
  expect(numbers('version-adopted')).toEqual(counted(numbers('version-adopted')))

  // What is known now never overlaps, and nothing holds before it was recorded.
  const periods = state.periods.filter((period) => !period.replacedAt).sort((a, b) => (a.fromAt < b.fromAt ? -1 : 1))
  periods.forEach((period, index) => {
    expect(period.fromAt < period.untilAt).toBe(true)
    expect((periods[index - 1]?.untilAt ?? '') <= period.fromAt).toBe(true)
  })
  // What was known stays known, and who is bound now and at every turn to come is who has a seat then.
  for (const period of before.periods.filter((one) => !one.replacedAt && one.untilAt > now)) {
    const since = state.periods.find(({ id }) => id === period.id)
    expect(since).toEqual(since?.replacedAt ? { ...period, replacedAt: now } : period)
  }
  for (const at of [now, ...periods.map(({ fromAt }) => fromAt).filter((turn) => turn > now)]) {
    const { told, expected } = bound(state, at)
    expect(told).toEqual(expected)
  }

  for (const event of events) {
    if (event.type !== 'version-adopted') continue
    const { fromAt, untilAt, version } = event.data
    expect(fromAt >= now).toBe(true)
    expect(dayOf(untilAt) <= addMonths(dayOf(fromAt), 12)).toBe(true)
    expect(version.content).toEqual(contentOf(before))
    // Everybody who has a say took a stance on exactly this, and nobody was passed over unless the rules before it said so.
    const seats = Object.values(before.parties).filter((party) => !party.leftAt && party.involvement === 'seated')
    expect(new Set(version.stances.map(({ partyId }) => partyId))).toEqual(expect.objectContaining({ size: version.stances.length }))
    for (const { id } of seats) expect(version.stances.map(({ partyId }) => partyId)).toContain(id)
    if (before.rules.adoption.kind === 'nobody-withholds')
      expect(seats.filter(({ id }) => version.stances.find(({ partyId }) => partyId === id)?.position === 'withhold')).toEqual([])
    expect(before.foundingOpen).toBe(false)
  }
}

/** Everybody who should, does what comes next: so that random walks get somewhere. */
function hurry(table: Table, seen: Map<string, number>): void {
  const everybody = (decide: Decide) => seatedHouses.some((house) => tries(table, house.representative, decide, seen))
  const each = (decide: Decide) => {
    for (const house of houses) tries(table, house.representative, decide, seen)
  }
  const phase = phaseAt(table.state, table.now)
  if (phase === 'draft' || phase === 'closed') everybody((state, context) => openRound(state, {}, context))
  if (phase === 'impasse')
    everybody((state, context) => leaveImpasse(state, state.round?.impasse?.id ?? nowhere, { exit: 'mediate', note: 'x' }, context))
  if (phase === 'acting' && keys(table.state.annexes).length === 0)
    everybody((state, context) => proposeAccession(state, { organisationId: stranger.id, reason: 'x' }, directory, context))
  if (phase === 'acting' && table.state.round?.reviewOn) goTo(table, table.state.round.reviewOn)
  if (phase === 'reflecting') {
    for (const house of seatedHouses) {
      const input = safely(() => reflectionBy(table, house))
      if (input) tries(table, house.representative, (state, context) => reflect(state, input, context), seen)
    }
    everybody(closeRound)
  }
  if (phase !== 'deliberating') return
  for (const house of houses) {
    const input = GrantMandate.parse({
      holderId: house.representative.personId,
      basis: 'x',
      subjects: [subject],
      validUntil: addDays(dayOf(table.now), 20),
    })
    tries(table, house.grantor, (state, context) => grantMandate(state, input, people.get(input.holderId), context), seen)
  }
  const text = safely(() => wholeText(table, { decisions: [{ id: uuid(3, 80), what: 'x', why: 'y', byPartyIds: [] }] }))
  if (text) everybody((state, context) => editText(state, text, context))
  if (keys(table.state.roles).length === 0)
    everybody((state, context) => createRole(state, { name: 'lead', purpose: 'x', tasks: [] }, context))
  const owner = Object.values(table.state.parties).find((party) => party.organisationId === team.id && !party.leftAt)
  if (owner && offered(table.state).length === 0)
    everybody((state, context) => {
      const roleId = keys(state.roles)[0] ?? nowhere
      return offerCommitment(
        state,
        OfferCommitment.parse({ what: 'x', ownerPartyId: owner.id, roleId, subject, dueOn: addDays(dayOf(context.now), 5) }),
        context,
      )
    })
  for (const { id } of offered(table.state)) {
    const taken = everybody((state, context) =>
      answerCommitment(state, id, { decision: 'accepted' }, state.text.validity?.validUntil, context),
    )
    if (!taken && table.state.commitments[id]?.state !== 'accepted') everybody((state, context) => withdrawCommitment(state, id, context))
  }
  each((state, context) => stateHearing(state, { concerns: [] }, context))
  // Too early: not everybody has taken a stance.
  everybody((state, context) => adopt(state, { textDigest: digestOf(table) }, context))
  for (const { id } of unansweredConcerns(table.state)) everybody((state, context) => answer(state, id, { text: 'x' }, context))
  for (const kind of ['proposal', 'problem'] as const)
    for (const { id, ...one } of openOf(table.state, kind))
      if (kind === 'problem' || !isOurs(table.state, { id, ...one }))
        each((state, context) => withdrawContribution(state, id, { reason: 'x' }, context))
  each((state, context) => takeStance(state, { position: 'accept', textDigest: digestOf(table) }, context))
  everybody((state, context) => adopt(state, { textDigest: digestOf(table) }, context))
}

/** Takes a stranger in by an annex, as far as that goes now: invited, let in once nobody can object any more, and bound. */
function join(table: Table, seen: Map<string, number>): void {
  const invite: Decide = (state, context) => proposeAccession(state, { organisationId: stranger.id, reason: 'x' }, directory, context)
  const annexId = () => Object.values(table.state.annexes).findLast((one) => one.organisationId === stranger.id)?.id ?? nowhere
  const consent: Decide = (state, context) => consentToAnnex(state, annexId(), {}, context)
  const mandate = (house: typeof school): void => {
    const validUntil = addDays(dayOf(table.now), 60)
    const input = GrantMandate.parse({ holderId: house.representative.personId, basis: 'x', subjects: [subject], validUntil })
    tries(table, house.grantor, (state, context) => grantMandate(state, input, people.get(input.holderId), context), seen)
  }
  mandate(school)
  tries(table, school.representative, invite, seen)
  table.now = later(table.now, 14)
  if (tries(table, school.representative, consent, seen)) seen.set('let in', (seen.get('let in') ?? 0) + 1)
  mandate(stranger)
  if (tries(table, stranger.representative, consent, seen)) seen.set('joined', (seen.get('joined') ?? 0) + 1)
}

/** A whole meeting, with those of the seated parties who represent them. */
function gather(table: Table, seen: Map<string, number>): void {
  const { personId } = school.representative
  tries(
    table,
    school.representative,
    (state, context) => planMeeting(state, PlanMeeting.parse({ title: 'x', startsAt: context.now }), context),
    seen,
  )
  const id = keys(table.state.meetings).at(-1) ?? nowhere
  const whole = RecordMeeting.parse({ attendees: [{ personId }, { personId: team.representative.personId }] })
  tries(table, school.representative, (state, context) => recordMeeting(state, id, whole, people, context), seen)
}

const step = fc.record({
  command: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...Object.keys(commands)) },
    { weight: 3, arbitrary: fc.constant('hurry') },
    { weight: 1, arbitrary: fc.constant('gather') },
    { weight: 1, arbitrary: fc.constant('join') },
  ),
  // Mostly those who can do something, and everybody else as well.
  actor: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<Actor>(...seatedHouses.map((house) => house.representative)) },
    { weight: 1, arbitrary: fc.constantFrom<Actor>(...seatedHouses.map((house) => house.grantor)) },
    { weight: 1, arbitrary: fc.constantFrom(...comers) },
  ),
  draws: fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 }),
  days: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.integer({ min: 13, max: 120 }) },
  ),
})

/** Whatever is in the state is what the published schemas say. */
function described({ state, now }: Table): void {
  const { missing, ...view } = viewAgreement(state, school.representative, now)
  expect(missing).toBeInstanceOf(Array)
  const all: [{ parse: (value: unknown) => unknown }, readonly unknown[]][] = [
    [AgreementView, [view]],
    [Party, Object.values(state.parties)],
    [MandateView, Object.values(state.mandates).map((mandate) => viewMandate(mandate, now, state.mandates))],
    [Role, Object.values(state.roles)],
    [Transfer, Object.values(state.transfers)],
    [Contribution, Object.values(state.contributions)],
    [ContributionView, Object.values(state.contributions).map(viewContribution)],
    [Annex, Object.values(state.annexes).map((annex) => viewAnnex(annex, now))],
    [Link, Object.values(state.links)],
    [PulsePoint, Object.values(pulsesTaken(state))],
    [Hearing, Object.values(state.hearings)],
    [Stance, Object.values(state.stances)],
    [Meeting, Object.values(state.meetings)],
    [CommitmentView, liveCommitments(state).map((one) => viewCommitment(one, now))],
    [Reflection, Object.values(state.reflections)],
    [Version, state.versions],
    [Period, state.periods],
    [Round, state.round ? [state.round] : []],
  ]
  for (const [schema, items] of all) for (const item of items) expect(schema.parse(item)).toEqual(item)
}

/** The reports on each round can be made, and what the rules allow breaks no rule that adopting asks for, nor binds without a mandate. */
function reported(table: Table): void {
  for (const { number } of table.ledger.flatMap(({ event }) => (event.type === 'round-opened' ? [event.data] : []))) {
    const history = historyOf(table, number)
    const { rules, ...report } = compliance(history, table.now)
    expect(Compliance.parse({ ...report, rules })).toEqual({ ...report, rules })
    const outcomes = Object.fromEntries(rules.map(({ rule, outcome }) => [rule, outcome]))
    expect(outcomes[3]).not.toBe('fail')
    if (!stepsOf(history.steps, 'version-adopted')[0]) continue
    for (const rule of [1, 5]) expect([rule, outcomes[rule]]).not.toEqual([rule, 'fail'])
    const { adoption, stances, commitments, ...explained } = explain(history)
    const bindings = [adoption, ...stances.map(({ binding }) => binding), ...commitments.map(({ binding }) => binding)]
    expect(bindings.filter(({ mandate }) => mandate.status !== 'effective')).toEqual([])
    expect(stances.length).toBeGreaterThan(0)
    expect(commitments).toHaveLength(history.end.versions.at(-1)?.content.commitments.length ?? 0)
    Explanation.omit({ periods: true, annexes: true, proof: true }).parse({ adoption, stances, commitments, ...explained })
  }
}

describe('whatever anybody does at whatever moment', () => {
  test('the rules hold, and telling the ledger again from the start gives the same state', () => {
    const seen = new Map<string, number>()
    let rounds = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 45 }), (steps) => {
        const table = aTable({ mandates: false })
        for (const { command, actor, draws, days } of steps) {
          if (days > 0) table.now = later(table.now, days)
          let drawn = 0
          const draw: Draw = (items) => {
            drawn += 1
            return items[(draws[drawn % draws.length] ?? 0) % Math.max(items.length, 1)]
          }
          if (command === 'hurry') hurry(table, seen)
          else if (command === 'gather') gather(table, seen)
          else if (command === 'join') join(table, seen)
          else tries(table, actor, (state, context) => (commands[command]?.(table, draw) ?? (() => []))(state, context), seen)
        }
        const again = table.ledger.reduce<Agreement | undefined>((state, { event, recorded }) => evolve(state, event, recorded), undefined)
        expect(again).toEqual(table.state)
        described(table)
        reported(table)
        rounds = Math.max(rounds, table.state.round?.number ?? 0)
      }),
      { numRuns: 120 },
    )
    // The walks get somewhere: else the properties above would say nothing.
    expect(rounds).toBeGreaterThan(1)
    for (const type of ['version-adopted', 'round-closed', 'stance-taken', 'mandate-renewal-due', 'reflection-given', 'let in', 'joined'])
      expect(seen.get(type) ?? 0, type).toBeGreaterThan(0)
  }, 60_000)

  test('parents may speak, and never bind: a consulted party has no mandate that counts', () => {
    const table = aTable()
    const seen = new Map<string, number>()
    hurry(table, seen)
    const holder = parents.representative
    const input = GrantMandate.parse({ holderId: holder.personId, basis: 'x', subjects: [subject], validUntil: '2026-12-31' })
    expect(tries(table, parents.grantor, (state, context) => grantMandate(state, input, people.get(holder.personId), context), seen)).toBe(
      true,
    )
    const stand: Decide = (state, context) => takeStance(state, { position: 'accept', textDigest: digestOf(table) }, context)
    expect(tries(table, holder, stand, seen)).toBe(false)
    expect(tries(table, holder, (state, context) => stateHearing(state, { concerns: [] }, context), seen)).toBe(true)
  })
})
