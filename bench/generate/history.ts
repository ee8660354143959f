import type { PersonActor } from '../../src/domain/actor.ts'
import { adopt } from '../../src/domain/adoption.ts'
import type { Visibility } from '../../src/domain/agreement.ts'
import { type Agreement, type AgreementEvent, CreateAgreement, createAgreement, evolve, openRound } from '../../src/domain/agreement.ts'
import { AgreementText, contentOf, editText, GroundRules, textDigest } from '../../src/domain/agreement-text.ts'
import { answerCommitment, OfferCommitment, offerCommitment } from '../../src/domain/commitment.ts'
import { answer } from '../../src/domain/contribution.ts'
import type { Context, Recorded } from '../../src/domain/event.ts'
import { stateHearing } from '../../src/domain/hearing.ts'
import { GrantMandate, grantMandate } from '../../src/domain/mandate-acts.ts'
import { planMeeting } from '../../src/domain/meeting/meeting.ts'
import { RecordMeeting, recordMeeting } from '../../src/domain/meeting/record.ts'
import { callReflection, closeRound, GiveReflection, reflect } from '../../src/domain/reflection.ts'
import { createRole } from '../../src/domain/role.ts'
import { takeStance } from '../../src/domain/stance.ts'
import { addDays, addMonths, type Day, dayOf, endOf, startOf } from '../../src/domain/time.ts'
import { idOf } from './cast.ts'

/** What happened in one stream, in order. */
export type Act<Event> = { event: Event; recorded: Recorded }

/** An organisation at the table, by its ids and name, or by what stands for these. */
export type Seat = { organisationId: string; directorId: string; representativeId: string; name: string }

/** What a history is about. Ids end in `suffix`; `every` is the number of days between the openings of two rounds. */
export type Plot = {
  seats: readonly Seat[]
  rounds: number
  createdOn: Day
  every: number
  visibility: Visibility
  networkId: string
  title: string
  suffix: string
}

export type Told = { id: string; acts: readonly Act<AgreementEvent>[]; state: Agreement }

const subject = 'samenwerken'

/** The moment of a day at which the acts of that day begin: in the morning, also in summer. */
export const morning = (day: Day): number => Date.parse(`${day}T08:00:00.000Z`)

/** What stands where the signature of a version would: these were adopted by no registry. */
const unsigned = 'generated, and not signed'

/** Tells a history: whoever acts decides on the state that there is by then, and what follows is the state that the next one sees. */
function teller({ seats, createdOn, suffix }: Plot) {
  const acts: Act<AgreementEvent>[] = []
  const created = morning(createdOn)
  let at = created
  let state: Agreement | undefined
  let nth = seats.length
  const newId = (): string => {
    nth += 1
    return idOf(created, nth, suffix)
  }
  const actorAt = (seat: number, as: 'director' | 'representative'): PersonActor => {
    const { organisationId, directorId, representativeId } = seats[seat] as Seat
    return as === 'director'
      ? { kind: 'person', personId: directorId, organisationId, authorities: ['administer', 'grant-mandates'] }
      : { kind: 'person', personId: representativeId, organisationId, authorities: [] }
  }
  const tell = (seat: number, decide: (context: Context) => AgreementEvent[], as: 'director' | 'representative' = 'representative') => {
    // Acts of one day follow each other by a second: histories of a hundred parties stay within the day.
    at += 1000
    const actor = actorAt(seat, as)
    const now = new Date(at).toISOString()
    for (const event of decide({ actor, now, newId })) {
      const { mandateId } = event
      const by = { actorId: actor.personId, organisationId: actor.organisationId, ...(mandateId && { mandateId }) }
      const recorded = { at: now, by, revision: acts.length + 1 }
      state = evolve(state, event, recorded)
      acts.push({ event, recorded })
    }
  }
  return {
    tell,
    newId,
    now: () => new Date(at).toISOString(),
    wait: (days: number) => {
      at = morning(addDays(dayOf(new Date(at).toISOString()), days))
    },
    state: () => state as Agreement,
    told: (): Told => ({ id: (state as Agreement).id, acts, state: state as Agreement }),
    found: ({ title, networkId, visibility, seats }: Plot) => {
      // The parties get the first ids after that of the agreement, which is asked for last.
      let asked = 0
      const ids = () => {
        asked += 1
        return idOf(created, asked <= seats.length ? asked : 0, suffix)
      }
      const [, ...others] = seats.map(({ organisationId }) => ({ organisationId, involvement: 'seated' as const, formal: true }))
      const input = { ...CreateAgreement.parse({ kind: 'two', title, purpose, networkId, visibility }), groundRules, parties: others }
      const names = new Map(seats.map(({ organisationId, name }) => [organisationId, { name }]))
      tell(0, (context) => createAgreement(input, names, { ...context, newId: ids }))
    },
  }
}

// 90 days, the longest there is: whoever measures renewals next month still finds them due.
const groundRules = GroundRules.parse({ renewalGraceDays: 90 })

/** The last day of a year from a day on: the longest that a version may hold. */
const yearFrom = (day: Day): Day => addDays(addMonths(day, 12), -1)

/** A text in which each of the elements that are written is filled, from the one day until and including the other, on which it is reviewed. */
function textOf(state: Agreement, validFrom: Day, validUntil: Day, newId: () => string): AgreementText {
  const item = (text: string) => ({ id: newId(), text })
  return AgreementText.parse({
    title: state.text.title,
    purpose,
    groundRules,
    mandate: { needed: 'Uren van eigen mensen toezeggen', subjects: [subject] },
    inScope: [item('Gezinnen met meer dan een vraag')],
    outOfScope: [item('Vervoer')],
    preparation: 'Ieder leest de tekst vooraf.',
    routing: 'Via het loket dat het gezin kent.',
    processEvaluation: 'Op iedere bijeenkomst vragen wij hoe het gaat.',
    decisions: [{ id: newId(), what: 'Een vast gezicht voor ieder gezin', why: 'Gezinnen vroegen erom' }],
    validity: { validFrom, reviewOn: validUntil, validUntil },
  })
}

/** The same as it is where people deliberated: with who decided, for whom, what tells success, and what the round before left. */
function wholeText(state: Agreement, today: Day, newId: () => string): AgreementText {
  const text = textOf(state, today, yearFrom(today), newId)
  return {
    ...text,
    plainSummary: summary,
    decisions: text.decisions.map((decision) => ({ ...decision, byPartyIds: Object.keys(state.parties).slice(0, 1) })),
    evaluationCriteria: [{ id: newId(), text: 'Een gezin vertelt zijn verhaal een keer', means: 'success' }],
    beneficiaries: [{ id: newId(), name: 'Gezinnen in de wijk', addedValue: 'Weten wie er komt', nuisance: 'Eén verhaal' }],
    buildsOn: (state.round?.agenda ?? []).slice(0, 1).map(({ id }) => id),
  }
}

const purpose = 'Ieder gezin in de wijk vertelt zijn verhaal een keer, en krijgt een antwoord dat klopt.'
const summary =
  'Wij werken samen voor gezinnen die bij meer dan een van ons komen. Wie iets toezegt, doet het, en zegt het op tijd als het niet lukt.'

/**
 * A history in which versions are adopted and nothing else happens: what makes them, without the deliberation. Each entry is one that the
 * program could read; nobody was heard, so the rules of adoption would not have let it pass. It is what a million agreements are made of.
 */
export function thinHistory(plot: Plot): Told {
  const { tell, wait, now, state, newId, found, told } = teller(plot)
  found(plot)
  for (let number = 1; number <= plot.rounds; number += 1) {
    if (number > 1) tell(0, () => [{ type: 'round-closed', data: { notReflected: Object.keys(state().parties) } }])
    wait(plot.every)
    tell(0, () => [{ type: 'round-opened', data: { number, agenda: [] } }])
    // Each version follows the one before without a gap, from the day after its adoption; the last holds for a year.
    const from = addDays(dayOf(now()), 1)
    const until = number < plot.rounds ? addDays(from, plot.every - 1) : yearFrom(from)
    const text = textOf(state(), from, until, newId)
    tell(0, () => {
      const content = contentOf({ ...state(), text })
      const digest = textDigest(content)
      const adoptedByPartyId = Object.keys(state().parties)[0] ?? ''
      const rest = { adoptedByPartyId, stances: [], dissents: [], signature: unsigned }
      const version = { number, content, textDigest: digest, ...rest }
      return [{ type: 'version-adopted', data: { version, fromAt: startOf(from), untilAt: endOf(until) } }]
    })
  }
  return told()
}

/**
 * A history by the rules from beginning to end: mandates, a text, a role, a commitment, hearings, a concern with its answer, stances,
 * adoption, reflections, closing. Its last round is in deliberation, with everybody heard; with `meeting` one was held in it, after
 * which every mandate waits for its renewal.
 */
export function richHistory(plot: Plot, meeting = false): Told {
  const story = teller(plot)
  const { tell, wait, state, found, told } = story
  found(plot)
  for (const [seat, { representativeId }] of plot.seats.entries())
    tell(seat, (context) => grant(state(), representativeId, context), 'director')
  for (let number = 1; number <= plot.rounds; number += 1) {
    wait(plot.every)
    deliberate(story, plot, number)
    if (number === plot.rounds) break
    const digest = textDigest(contentOf(state()))
    for (const seat of plot.seats.keys()) tell(seat, (context) => takeStance(state(), { position: 'accept', textDigest: digest }, context))
    tell(0, (context) => adopt(state(), { textDigest: digest }, context).map(signed))
    tell(0, (context) => callReflection(state(), { reason: 'De praktijk heeft gesproken.' }, context))
    for (const seat of plot.seats.keys()) tell(seat, (context) => reflect(state(), reflection(state()), context))
    tell(0, (context) => closeRound(state(), context))
  }
  if (meeting) meet(story, plot)
  return told()
}

type Story = ReturnType<typeof teller>

const grant = (state: Agreement, holderId: string, context: Context): AgreementEvent[] => {
  const basis = 'Mandaatbesluit, artikel 3'
  const input = GrantMandate.parse({ holderId, basis, subjects: [subject], validUntil: addMonths(dayOf(context.now), 60) })
  const { organisationId } = context.actor as PersonActor
  return grantMandate(state, input, { personId: holderId, organisationId }, context)
}

function deliberate({ tell, state, newId, now }: Story, { seats }: Plot, number: number): void {
  tell(0, (context) => openRound(state(), {}, context))
  tell(0, (context) => editText(state(), wholeText(state(), dayOf(now()), newId), context))
  const other = 1
  const partyId = Object.keys(state().parties).sort()[other] ?? ''
  if (number === 1) {
    const role = { name: 'trekker', purpose: 'Houdt ons bij elkaar', tasks: [{ what: 'Belt de ouders' }] }
    tell(0, (context) => createRole(state(), role, context))
    const [roleId = ''] = Object.keys(state().roles)
    const what = 'Gaat binnen een week bij ieder gezin langs'
    tell(0, (context) =>
      offerCommitment(state(), OfferCommitment.parse({ what, ownerPartyId: partyId, roleId, subject, ongoing: true }), context),
    )
  }
  // What was promised before is offered anew, and takes an answer anew.
  for (const id of Object.keys(state().commitments))
    tell(other, (context) => answerCommitment(state(), id, { decision: 'accepted' }, state().text.validity?.validUntil, context))
  for (const seat of seats.keys())
    tell(seat, (context) => stateHearing(state(), { concerns: seat === other ? ['Wie belt er in het weekend?'] : [] }, context))
  for (const id of Object.keys(state().contributions))
    tell(0, (context) => answer(state(), id, { text: 'De wijkverpleging is er ook dan.' }, context))
}

const signed = (event: AgreementEvent): AgreementEvent => {
  if (event.type !== 'version-adopted') return event
  const { version } = event.data
  return { ...event, data: { ...event.data, version: { ...version, signature: unsigned } } }
}

function reflection({ adopted }: Agreement): GiveReflection {
  const { commitments = [], evaluationCriteria = [], beneficiaries = [] } = adopted?.content ?? {}
  return GiveReflection.parse({
    whatWorks: 'Wij bellen elkaar eerder.',
    whatHappened: 'Twaalf gezinnen hoefden hun verhaal maar een keer te doen.',
    whatWeLearned: 'Een vast gezicht is genoeg.',
    commitments: commitments.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'Het is gedaan.' })),
    criteria: evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
  })
}

function meet({ tell, state, now }: Story, { seats }: Plot): void {
  const people = new Map(seats.map(({ representativeId, organisationId }) => [representativeId, { organisationId }]))
  const attendees = seats.map(({ representativeId }) => ({ personId: representativeId }))
  tell(0, (context) => planMeeting(state(), { title: 'Tafel van deze ronde', startsAt: now(), agenda: [] }, context))
  const [id = ''] = Object.keys(state().meetings)
  tell(0, (context) => recordMeeting(state(), id, RecordMeeting.parse({ attendees }), people, context))
}
