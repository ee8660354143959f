import { z } from 'zod'
import { type AdoptionEvent, adoptionEvents, type HasAdoption, kinds, unmet } from './adoption.ts'
import {
  AgreementText,
  changeFounding,
  checkText,
  GroundRules,
  rulesOf,
  standardGroundRules,
  type TextEvent,
  textEvents,
} from './agreement-text.ts'
import { type AnnexEvent, annexEvents, dropped, isWaiting, objectedMatters } from './annex.ts'
import { onlyOne, staying, withdrawal } from './annex-acts.ts'
import { annexed } from './annexed.ts'
import { type CommitmentEvent, commitmentEvents, isUnfinished } from './commitment.ts'
import { type ContributionEvent, contributionEvents } from './contribution.ts'
import { type DilemmaEvent, dilemmaEvents } from './dilemma.ts'
import { type Context, type EventOf, type Evolvers, keep, type Recorded, room } from './event.ts'
import { bind, guard, requirePerson } from './guard.ts'
import { type HearingEvent, hearingEvents, isHeard } from './hearing.ts'
import { type HelpEvent, helpEvents } from './help.ts'
import { type HasLinks, type LinkEvent, linkEvents } from './link.ts'
import { move } from './machine.ts'
import { isOver, reason } from './mandate.ts'
import { type MandateEvent, mandateEvents } from './mandate-acts.ts'
import { type MeetingEvent, meetingEvents } from './meeting/meeting.ts'
import { type HasPulses, meetingPulseEvents, type PulseEvent } from './meeting/pulse.ts'
import { AddParty, type PartyEvent, partyEvents, partyOf, partyOfActor, seated, settled } from './party.ts'
import { nextAgenda, type ReflectionEvent, reflectionEvents } from './reflection.ts'
import { type Reason, refuse } from './refusal.ts'
import { type ResistanceEvent, resistanceEvents } from './resistance.ts'
import { type RoleEvent, roleEvents, withoutFormerHolders } from './role.ts'
import { type AgendaItem, agreementMachine, type Impasse, impasseExits, phaseAt, roundMachine } from './round.ts'
import { Origin } from './source.ts'
import { type StanceEvent, stanceEvents } from './stance.ts'
import { startFrom, type Template } from './template.ts'
import { text } from './text.ts'
import { day, dayOf, type Instant } from './time.ts'
import { type HasTransfers, type TransferEvent, transferEvents } from './transfer.ts'
import { uuid } from './uuid.ts'
import { endFrom } from './version.ts'

/** Who may read the adopted versions: the parties, also the members of the network, or everybody. Never the drafts of others. */
export const visibilities = ['parties', 'network', 'public'] as const
export type Visibility = (typeof visibilities)[number]

/**
 * All that deciding on an agreement needs: bounded, because what a closed round held leaves it when the next one opens.
 * The whole history is in the ledger and in the tables for reading.
 */
export type Agreement = HasAdoption &
  HasLinks &
  HasPulses &
  HasTransfers & {
    id: string
    networkId?: string
    underId?: string
    originatesFrom?: Origin
    visibility: Visibility
    createdAt: Instant
    endingConsents: Readonly<Record<string, string>>
    /** Who agrees to show the versions to more readers, and to whom; it happens once every seated party does. */
    opening: { visibility: Visibility; partyIds: readonly string[] } | null
    ended?: { at: Instant; reason: string }
  }

export const CreateAgreement = z
  .strictObject({
    kind: z.enum(kinds),
    title: text(200),
    purpose: text(4000).optional(),
    networkId: uuid.optional(),
    underId: uuid.optional().describe('for a TWO: the covenant that it hangs under'),
    originatesFrom: Origin.optional().describe('what it comes from, which the caller may read'),
    visibility: z.enum(visibilities).default('parties'),
    templateId: uuid.optional().describe('a template that the text and its period start from'),
    groundRules: GroundRules.optional().describe('the founding setup: holds from the start, until an adopted version sets other rules'),
    parties: z.array(AddParty).max(100).default([]).describe('beside the organisation of the caller, which is seated'),
  })
  .meta({ id: 'CreateAgreement' })
export type CreateAgreement = z.output<typeof CreateAgreement>

/** The ground rules with which a table starts; rules of its own it writes in the text. */
export const FoundingRules = GroundRules.omit({ additional: true }).meta({ id: 'FoundingRules' })

export const ChangeAgreement = z
  .strictObject({
    visibility: z.enum(visibilities).optional(),
    groundRules: FoundingRules.optional().describe('until the first hearing, concern or stance'),
  })
  .meta({ id: 'ChangeAgreement' })
export type ChangeAgreement = z.output<typeof ChangeAgreement>

export const LeaveTable = z.strictObject({ reason }).meta({ id: 'LeaveTable' })
export const OpenRound = z.strictObject({ reason: reason.optional() }).meta({ id: 'OpenRound' })
export const CallImpasse = z.strictObject({ reason }).meta({ id: 'CallImpasse' })
export const LeaveImpasse = z
  .strictObject({
    exit: z.enum(impasseExits),
    note: text(2000),
    resumeOn: day.optional().describe('with `park`, and required there: the day on which deliberating resumes by itself'),
  })
  .meta({ id: 'LeaveImpasse' })
export const EndAgreement = z.strictObject({ reason }).meta({ id: 'EndAgreement' })

/** What is known of the organisations that take part, looked up before deciding. */
export type Organisations = ReadonlyMap<string, { name: string }>

/** Starts an agreement: the caller's organisation is seated, and the others named take their places. */
export function createAgreement(
  input: CreateAgreement,
  organisations: Organisations,
  context: Context,
  template?: Template,
): AgreementEvent[] {
  const person = requirePerson(context.actor)
  const { kind, title, purpose, networkId, underId, originatesFrom, visibility, parties } = input
  if (underId && kind !== 'two') refuse('covenant-under-covenant', {}, '/underId')
  if (template && template.kind !== kind) refuse('template-of-other-kind', { kind: template.kind }, '/templateId')
  const started = template && startFrom(template, dayOf(context.now))
  const rules = input.groundRules ?? started?.groundRules ?? standardGroundRules
  const places = [{ organisationId: person.organisationId, involvement: 'seated' as const, formal: true }, ...parties]
  if (visibility === 'network' && !networkId) refuse('network-needed', {}, '/visibility')
  const founderId = context.newId()
  const joined = places.map((place, index): AgreementEvent => {
    const pointer = `/parties/${index - 1}/organisationId`
    if (places.findIndex((other) => other.organisationId === place.organisationId) < index) refuse('already-a-party', {}, pointer)
    const { name } = organisations.get(place.organisationId) ?? refuse('not-found', { what: 'organisation' }, pointer)
    const founder = index === 0
    return {
      type: 'party-joined',
      data: { ...place, id: founder ? founderId : context.newId(), name, ...(!founder && { addedByPartyId: founderId }) },
    }
  })
  const written = AgreementText.parse({
    ...started,
    title,
    ...(purpose && { purpose }),
    ...(input.groundRules && { groundRules: input.groundRules }),
  })
  const created = {
    id: context.newId(),
    kind,
    visibility,
    text: written,
    rules: rulesOf(rules),
    ...(networkId && { networkId }),
    ...(underId && { underId }),
    ...(originatesFrom && { originatesFrom }),
  }
  const events: AgreementEvent[] = [{ type: 'agreement-created', data: created }, ...joined]
  checkText(replay(undefined, events, { at: context.now, by: { actorId: person.personId }, revision: 0 }), written)
  return events
}

/** Changes who may read, or the founding ground rules. */
export function changeAgreement(state: Agreement, input: ChangeAgreement, context: Context): AgreementEvent[] {
  const { visibility, groundRules } = input
  partyOfActor(state, context.actor)
  return [
    ...(visibility ? setVisibility(state, visibility, context) : []),
    ...(groundRules ? changeFounding(state, { ...groundRules, additional: [] }, context) : []),
  ]
}

/** Any seated party may show the versions to fewer readers. Showing them to more takes the consent of every one, but in a draft. */
function setVisibility(state: Agreement, visibility: Visibility, context: Context): AgreementEvent[] {
  const { party, mandate } = bind(state, 'set-visibility', context)
  if (visibility === 'network' && !state.networkId) refuse('network-needed', {}, '/visibility')
  const wider = visibilities.indexOf(visibility) > visibilities.indexOf(state.visibility)
  const agreed = new Set([party.id, ...(state.opening?.visibility === visibility ? state.opening.partyIds : [])])
  const all = seated(state).every((other) => agreed.has(other.id))
  if (!wider || all || state.status === 'draft') return [{ type: 'visibility-set', data: { visibility }, mandateId: mandate.id }]
  return [{ type: 'opening-consented', data: { visibility, partyIds: [...agreed] }, mandateId: mandate.id }]
}

/** Gives another organisation a place, unless it waits to be let in. Participants are part of the text, so stances before it are void. */
export function addParty(state: Agreement, input: AddParty, organisations: Organisations, context: Context): AgreementEvent[] {
  room(state.parties)
  const { party } = guard(state, 'add-party', context)
  if (partyOf(state, input.organisationId)) refuse('already-a-party', {}, '/organisationId')
  onlyOne(state, 'accession', input.organisationId, context.now)
  const { name } = organisations.get(input.organisationId) ?? refuse('not-found', { what: 'organisation' }, '/organisationId')
  return [{ type: 'party-joined', data: { ...input, id: context.newId(), name, addedByPartyId: party.id } }]
}

/** A party leaves the table: a seated one under its mandate, another as it likes. What it promised while it sat there stays on record. */
export function leaveTable(state: Agreement, partyId: string, input: z.output<typeof LeaveTable>, context: Context): AgreementEvent[] {
  const { reason } = input
  const gone: AgreementEvent = { type: 'party-left', data: { partyId, because: reason } }
  const waiting = dropped(state, context.now, 'left', (annex) => annex.partyId === partyId)
  if (givenUp(state, partyId, context)) return [...waiting, gone]
  const { party, mandate } = guard(state, 'leave', context)
  if (party.id !== partyId) refuse(state.parties[partyId] ? 'not-yours' : 'not-found', { what: 'party' })
  const bound = party.involvement === 'seated' && mandate
  if (!bound) return [...waiting, gone]
  const others = seated(state).filter((other) => other.id !== partyId)
  // Who leaves last of those awaited leaves a table on which everybody consents to ending.
  const ends = others.length > 0 && others.every((other) => other.id in state.endingConsents)
  const left = { ...gone, mandateId: bound.id }
  if (ends) return [left, { type: 'agreement-ended', data: { reason } }, ...dropped(state, context.now, 'ended')]
  // A table that has agreed on something is ended together; one that has not can still be joined by others.
  if (staying(state).filter((other) => other.id !== partyId).length < (state.adopted ? 2 : 1)) refuse('last-at-table')
  if (!state.adopted) return [...waiting, left]
  const { annex, atOnce } = withdrawal(state, party, reason, bound.id, context)
  return atOnce ? [...waiting, annex, left] : [annex]
}

/** Whether somebody takes back a place that their party gave, before the other took it: by a mandate, by being heard, or by being bound. */
function givenUp(state: Agreement, partyId: string, context: Context): boolean {
  const own = partyOfActor(state, context.actor)
  const other = state.parties[partyId]
  if (!other || other.leftAt || other.addedByPartyId !== own.id || other.id === own.id) return false
  const bound = state.versions.some(({ content }) =>
    content.participants.some(({ id, involvement }) => id === partyId && involvement === 'seated'),
  )
  const represented = Object.values(state.mandates).some((mandate) => mandate.partyId === partyId)
  const taken = bound || other.seatedFrom !== undefined || represented || isHeard(state, partyId)
  if (!taken) guard(state, 'add-party', context)
  return !taken
}

/** Opens the first round, or the next one once the round before has closed; that one begins with the agenda that reflecting made. */
export function openRound(state: Agreement, input: z.output<typeof OpenRound>, context: Context): AgreementEvent[] {
  guard(state, 'open-round', context)
  move('agreement', agreementMachine, state.status, 'open-round')
  if (seated(state).length < 2) refuse('two-parties-needed')
  const agenda = state.round ? [...nextAgenda(state), ...objectedMatters(state)] : []
  return [
    { type: 'round-opened', data: { number: (state.round?.number ?? 0) + 1, agenda, ...(input.reason && { because: input.reason }) } },
  ]
}

/** Says that deliberating is stuck; nobody takes a stance or adopts until a way out is chosen. */
export function callImpasse(state: Agreement, input: z.output<typeof CallImpasse>, context: Context): AgreementEvent[] {
  const { party } = guard(state, 'call-impasse', context)
  return [{ type: 'impasse-called', data: { id: context.newId(), partyId: party.id, reason: input.reason } }]
}

/** Chooses a way out of the impasse. Parking waits until a day and then resumes by itself. */
export function leaveImpasse(
  state: Agreement,
  impasseId: string,
  input: z.output<typeof LeaveImpasse>,
  context: Context,
): AgreementEvent[] {
  guard(state, 'leave-impasse', context)
  if (state.round?.impasse?.id !== impasseId) refuse('not-found', { what: 'impasse' })
  const { exit, note, resumeOn } = input
  if (exit === 'park' && (resumeOn === undefined || resumeOn <= dayOf(context.now))) refuse('parking-needs-day', {}, '/resumeOn')
  if (exit !== 'park' && resumeOn !== undefined) refuse('only-parking-has-day', {}, '/resumeOn')
  return [{ type: 'impasse-left', data: { exit, note, ...(resumeOn && { resumeOn }) } }]
}

/** A party consents to ending; the agreement ends when every seated party has. A draft ends at once. */
export function endAgreement(state: Agreement, input: z.output<typeof EndAgreement>, context: Context): AgreementEvent[] {
  const { party, mandate } = bind(state, 'end', context)
  move('agreement', agreementMachine, state.status, 'end')
  const others = seated(state).filter((other) => other.id !== party.id && !(other.id in state.endingConsents))
  const consent: AgreementEvent = { type: 'ending-consented', data: { partyId: party.id, reason: input.reason }, mandateId: mandate.id }
  const ends = others.length === 0 || state.status === 'draft'
  const ended: AgreementEvent = { type: 'agreement-ended', data: { reason: input.reason }, mandateId: mandate.id }
  return ends ? [consent, ended, ...dropped(state, context.now, 'ended')] : [consent]
}

type Created = Pick<Agreement, 'id' | 'kind' | 'visibility' | 'text' | 'rules' | 'networkId' | 'underId' | 'originatesFrom'>

const ownEvents = {
  'visibility-set': (_state, data: { visibility: Visibility }) => ({
    visibility: data.visibility,
    opening: null,
  }),
  'opening-consented': (_state, data: { visibility: Visibility; partyIds: string[] }) => ({ opening: data }),
  'round-opened': (state, data: { number: number; agenda: AgendaItem[]; because?: string }, { at, revision }) => ({
    ...(state.round && carriedOver(state, data.number, at, revision)),
    status: agreementMachine.draft['open-round'],
    round: {
      number: data.number,
      state: 'deliberating' as const,
      openedAt: at,
      agenda: data.agenda,
      ...(data.because && { openedBecause: data.because }),
    },
  }),
  'impasse-called': (state, data: { id: string; partyId: string; reason: string }, { at }) => ({
    round: state.round && {
      ...state.round,
      state: roundMachine.deliberating['call-impasse'],
      impasse: { ...data, roundNumber: state.round.number, calledAt: at },
    },
  }),
  'impasse-left': (state, data: Pick<Impasse, 'exit' | 'note' | 'resumeOn'>, { at }) => {
    if (!state.round?.impasse) return {}
    // Another way out after parking forgets the day of parking.
    const { resumeOn: _, ...impasse } = state.round.impasse
    return {
      round: {
        ...state.round,
        // A parked round stays where it is until its day.
        state: data.exit === 'park' ? ('impasse' as const) : roundMachine.impasse['leave-impasse'],
        impasse: { ...impasse, ...data, exitAt: at },
      },
    }
  },
  'ending-consented': (state, data: { partyId: string; reason: string }) => ({
    endingConsents: { ...state.endingConsents, [data.partyId]: data.reason },
  }),
  'agreement-ended': (state, data: { reason: string }, { at }) => ({
    status: agreementMachine.active.end,
    ended: { at, reason: data.reason },
    periods: endFrom(state.periods, at, at),
  }),
} satisfies Evolvers<Agreement>

type OwnEvent = EventOf<typeof ownEvents>

/** What goes along into the next round; the rest stays in the tables and the ledger. Unfinished promises are offered anew, never prolonged. */
function carriedOver(state: Agreement, number: number, at: Instant, revision: number): Partial<Agreement> {
  const open = Object.values(state.promises).filter((one) => one.version === state.adopted?.number && isUnfinished(one))
  const { validity: _, ...text } = state.text
  const periods = state.periods.filter((period) => !period.replacedAt && period.untilAt > at)
  return {
    contributions: {},
    hearings: {},
    stances: {},
    dissents: {},
    reflections: {},
    pulses: {},
    endingConsents: {},
    opening: null,
    meetings: Object.fromEntries(
      Object.values(state.meetings)
        .filter((meeting) => meeting.state === 'planned')
        .map((meeting) => [meeting.id, { ...meeting, roundNumber: number, revision }]),
    ),
    roles: Object.fromEntries(
      Object.values(state.roles)
        .filter((role) => !role.endedAt)
        .map((role) => [role.id, withoutFormerHolders(role, dayOf(at), revision)]),
    ),
    transfers: keep(state.transfers, (transfer) => transfer.state === 'offered'),
    annexes: keep(state.annexes, (annex) => isWaiting(annex, at)),
    mandates: keep(state.mandates, (mandate) => !isOver(mandate, at, state.mandates)),
    parties: keep(state.parties, (party) => !party.leftAt),
    periods,
    // Beside the last one those that still hold: who takes part in them can change.
    versions: state.versions.filter((one, nth, all) => nth === all.length - 1 || periods.some(({ version }) => version === one.number)),
    promises: keep(state.promises, (one) => one.version === state.adopted?.number),
    commitments: Object.fromEntries(
      open.map(({ id, terms: { coResponsiblePartyIds: _, ...terms } }) => [
        id,
        { id, version: number, terms, state: 'offered' as const, revision },
      ]),
    ),
    text: { ...text, buildsOn: [] },
    textRevision: revision,
  }
}

const evolvers: Evolvers<Agreement> = {
  ...partyEvents,
  ...mandateEvents,
  ...roleEvents,
  ...transferEvents,
  ...contributionEvents,
  ...dilemmaEvents,
  ...resistanceEvents,
  ...helpEvents,
  ...hearingEvents,
  ...stanceEvents,
  ...meetingEvents,
  ...meetingPulseEvents,
  ...textEvents,
  ...commitmentEvents,
  ...reflectionEvents,
  ...adoptionEvents,
  ...annexEvents,
  ...linkEvents,
  ...ownEvents,
}

export type AgreementEvent =
  | { type: 'agreement-created'; data: Created; mandateId?: string }
  | PartyEvent
  | MandateEvent
  | RoleEvent
  | TransferEvent
  | ContributionEvent
  | DilemmaEvent
  | ResistanceEvent
  | HelpEvent
  | HearingEvent
  | StanceEvent
  | MeetingEvent
  | PulseEvent
  | TextEvent
  | CommitmentEvent
  | ReflectionEvent
  | AdoptionEvent
  | AnnexEvent
  | LinkEvent
  | OwnEvent

const founded = (data: Created, { at, revision }: Recorded): Agreement => ({
  ...data,
  status: 'draft',
  round: null,
  parties: {},
  mandates: {},
  roles: {},
  transfers: {},
  contributions: {},
  hearings: {},
  stances: {},
  dissents: {},
  meetings: {},
  pulses: {},
  annexes: {},
  links: {},
  commitments: {},
  promises: {},
  reflections: {},
  versions: [],
  adopted: null,
  periods: [],
  textRevision: revision,
  foundingOpen: true,
  endingConsents: {},
  opening: null,
  createdAt: at,
})

/** The state after an event: pure, and the only way in which an agreement changes. */
export function evolve(state: Agreement | undefined, event: AgreementEvent, recorded: Recorded): Agreement {
  if (event.type === 'agreement-created') return founded(event.data, recorded)
  if (!state) throw new Error(`an agreement begins with agreement-created, not with ${event.type}`)
  // Time passes by itself: what came of it by this moment comes first.
  const now = settled(state, recorded.at)
  const next = { ...now, ...evolvers[event.type]?.(now, event.data, recorded) }
  const same = next.annexes === now.annexes && next.periods === now.periods
  return same ? next : { ...next, periods: annexed(next, recorded.at) }
}

/** The state after several events that are recorded together. */
export const replay = (state: Agreement | undefined, events: readonly AgreementEvent[], recorded: Recorded): Agreement =>
  events.reduce<Agreement | undefined>(
    (next, event, index) => evolve(next, event, { ...recorded, revision: recorded.revision + index }),
    state,
  ) ?? refuse('not-found', { what: 'agreement' })

/** What is wrong with the text for adoption now, while it is being deliberated on. */
export const missing = (state: Agreement, at: Instant): Reason[] => (phaseAt(state, at) === 'deliberating' ? unmet(state, at) : [])
