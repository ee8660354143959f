import { expect } from 'vitest'
import type { Actor, ApplicationActor, Authority, OperatorActor, PersonActor } from '../../src/domain/actor.ts'
import { adopt, type Kind } from '../../src/domain/adoption.ts'
import {
  type Agreement,
  type AgreementEvent,
  CreateAgreement,
  createAgreement,
  endAgreement,
  evolve,
  openRound,
} from '../../src/domain/agreement.ts'
import { AgreementText, contentOf, editText, textDigest } from '../../src/domain/agreement-text.ts'
import { participantsIn } from '../../src/domain/annexed.ts'
import { answerCommitment, OfferCommitment, offerCommitment } from '../../src/domain/commitment.ts'
import { Contribute, contribute } from '../../src/domain/contribution.ts'
import type { Context, Recorded } from '../../src/domain/event.ts'
import { stateHearing } from '../../src/domain/hearing.ts'
import { GrantMandate, grantMandate, RenewMandate, renewMandate } from '../../src/domain/mandate-acts.ts'
import { closeMeeting, PlanMeeting, planMeeting, takeAttendance } from '../../src/domain/meeting/meeting.ts'
import { seated, settled } from '../../src/domain/party.ts'
import { closeRound, GiveReflection, reflect } from '../../src/domain/reflection.ts'
import { type Reason, type RefusalCode, Refused, refusals, sentence } from '../../src/domain/refusal.ts'
import { createRole } from '../../src/domain/role.ts'
import { type RoundHistory, retell } from '../../src/domain/round-history.ts'
import { type TakeStance, takeStance } from '../../src/domain/stance.ts'
import { addDays, addMonths, type Day, dayOf, type Instant, later, startOf } from '../../src/domain/time.ts'
import { inForceAt } from '../../src/domain/version.ts'

/** An organisation with the people that the tests need: who represents it, who grants its mandates, and a colleague. */
export type House = {
  id: string
  name: string
  representative: PersonActor
  grantor: PersonActor
  colleague: PersonActor
  application: ApplicationActor
}

/** The nth made-up uuid of a family: version 4 and a valid variant, so that it passes for a real one. */
export const uuid = (n: number, family = 0): string => `${String(family).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

function house(n: number, name: string): House {
  const id = uuid(0, n)
  const person = (nth: number, authorities: Authority[] = []): PersonActor => ({
    kind: 'person',
    personId: uuid(nth, n),
    organisationId: id,
    authorities,
  })
  return {
    id,
    name,
    representative: person(1),
    grantor: person(2, ['administer', 'grant-mandates']),
    colleague: person(3),
    application: { kind: 'application', applicationId: uuid(4, n), organisationId: id },
  }
}

export const school = house(1, 'School')
export const team = house(2, 'Youth team')
export const city = house(3, 'City')
/** Consulted at every table of these tests. */
export const parents = house(4, 'Parents')
/** Informed at every table of these tests. */
export const inspectorate = house(5, 'Inspectorate')
/** Not at the table. */
export const stranger = house(6, 'Stranger')
export const operator: OperatorActor = { kind: 'operator', subject: 'operator' }

export const seatedHouses = [school, team, city] as const
export const houses = [...seatedHouses, parents, inspectorate, stranger] as const

/** Who is who, as it would be looked up before deciding. */
export const directory = new Map(houses.map(({ id, name }) => [id, { name }]))
export const people = new Map(
  houses.flatMap(({ representative, grantor, colleague }) =>
    [representative, grantor, colleague].map(({ personId, organisationId }) => [personId, { personId, organisationId }] as const),
  ),
)

/** An agreement that a test moves on: its state, its clock, its source of ids and all that was recorded. */
export type Table = { state: Agreement; now: Instant; newId: () => string; ledger: { event: AgreementEvent; recorded: Recorded }[] }

/** Ids that count: the same run gives the same ids. */
export function countingIds(): () => string {
  let last = 0
  return () => {
    last += 1
    return uuid(last, 90_000_000)
  }
}

export const contextOf = ({ now, newId }: Pick<Table, 'now' | 'newId'>, actor: Actor): Context => ({ actor, now, newId })

/** Freezes a value all the way down, so that whatever changes it throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) frozen(one)
  }
  return value
}

/** Records events as the ledger would: one revision each, at the time of the table's clock. */
export function record(table: Table, actor: Actor, events: readonly AgreementEvent[]): void {
  const actorId = actor.kind === 'person' ? actor.personId : actor.kind === 'application' ? actor.applicationId : actor.subject
  for (const event of events) {
    const by = { actorId, ...(event.mandateId && { mandateId: event.mandateId }) }
    const recorded = frozen({ at: table.now, by, revision: table.ledger.length + 1 })
    table.state = frozen(evolve(table.state, frozen(event), recorded))
    table.ledger.push({ event, recorded })
  }
}

/** Lets somebody do something at the table, and records what happened. The state is frozen: deciding changes nothing by itself. */
export function does<Args extends unknown[]>(
  table: Table,
  actor: Actor,
  decide: (state: Agreement, ...rest: [...Args, Context]) => AgreementEvent[],
  ...args: NoInfer<Args>
): AgreementEvent[] {
  const events = decide(settled(table.state, table.now), ...args, contextOf(table, actor))
  record(table, actor, events)
  return events
}

/** A table of its own at the same point, to try something at. */
export const fork = (table: Table): Table => ({ ...table, ledger: [...table.ledger] })

/** Every reason for which something is refused; each of them makes whole sentences in both languages. */
export function reasons(act: () => unknown): Reason[] {
  try {
    act()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    for (const reason of error.reasons) expectWhole(reason)
    return [...error.reasons]
  }
  throw new Error('this was not refused')
}

/** Every code for which something is refused. */
export const codes = (act: () => unknown): RefusalCode[] => reasons(act).map((reason) => reason.code)

/** The sentences of a reason name no parameter that the reason does not bring. */
export function expectWhole(reason: Reason): void {
  const { en, nl } = refusals[reason.code]
  const named = new Set([...`${en} ${nl}`.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
  expect(Object.keys(reason.params ?? {}), `the parameters of ${reason.code}`).toEqual(expect.arrayContaining([...named]))
  expect(sentence(reason, 'en')).not.toMatch(/[{}]|undefined/)
  expect(sentence(reason, 'nl')).not.toMatch(/[{}]|undefined/)
}

/** Something that must be there. */
export function only<T>(found: T | null | undefined, what = 'item'): T {
  if (found === undefined || found === null) throw new Error(`there is no ${what}`)
  return found
}

type DataOf<Type extends AgreementEvent['type']> = Extract<AgreementEvent, { type: Type }>['data']

/** The data of the first event of a type. */
export const dataOf = <Type extends AgreementEvent['type']>(events: readonly AgreementEvent[], type: Type): DataOf<Type> =>
  only(
    events.find((event) => event.type === type),
    type,
  ).data as DataOf<Type>

export const partyIdOf = (table: Table, { id }: House): string =>
  only(
    Object.values(table.state.parties).find((party) => party.organisationId === id && !party.leftAt),
    'party',
  ).id

/** The mandate that was granted last to a person. */
export const mandateIdOf = (table: Table, { personId }: PersonActor): string =>
  only(
    Object.values(table.state.mandates)
      .filter((mandate) => mandate.holderId === personId)
      .at(-1),
    'mandate',
  ).id

export const digestOf = (table: Table): string => textDigest(contentOf(table.state))

/** Moves the clock to the first moment of a day, or to a moment. */
export function goTo(table: Table, when: Day | Instant): void {
  table.now = when.length === 10 ? startOf(when) : when
}

/** Moves the clock on by days. */
export function pass(table: Table, days: number): void {
  table.now = later(table.now, days)
}

/** Monday morning, ten o'clock in Amsterdam. */
export const monday: Instant = '2026-01-05T09:00:00.000Z'

/** The subject of every agreement and mandate here, and the limit of the mandates. */
export const subject = 'safety-planning'
export const limit = { measure: 'hours-per-week', maximum: 16 }

type Setup = {
  kind?: Kind
  at?: Instant
  groundRules?: NonNullable<CreateAgreement['groundRules']>
  mandates?: boolean
  networkId?: string
}

/** A draft: three organisations seated with a mandate each, the parents consulted, the inspectorate informed. */
export function aTable({ kind = 'two', at = monday, groundRules, mandates = true, networkId }: Setup = {}): Table {
  const table: Table = { state: undefined as unknown as Agreement, now: at, newId: countingIds(), ledger: [] }
  const input = CreateAgreement.parse({
    kind,
    ...(networkId && { networkId }),
    title: 'Back to school',
    purpose: 'Every child at school again, because home alone nobody learns.',
    parties: [
      { organisationId: team.id, involvement: 'seated' },
      { organisationId: city.id, involvement: 'seated' },
      { organisationId: parents.id, involvement: 'consulted', formal: false },
      { organisationId: inspectorate.id, involvement: 'informed' },
    ],
    ...(groundRules && { groundRules }),
  })
  record(table, school.grantor, createAgreement(input, directory, contextOf(table, school.grantor)))
  if (mandates) for (const house of seatedHouses) grant(table, house)
  return table
}

/** Grants a mandate in a house, to its representative unless told otherwise; gives its id. */
export function grant(table: Table, house: House, terms: Partial<GrantMandate> = {}, by: PersonActor = house.grantor): string {
  const input = GrantMandate.parse({
    holderId: house.representative.personId,
    basis: 'Mandate decision 2025, article 3',
    subjects: [subject],
    limits: [limit],
    validUntil: addMonths(terms.validFrom ?? dayOf(table.now), 60), // the longest there is
    ...terms,
  })
  return dataOf(does(table, by, grantMandate, input, people.get(input.holderId)), 'mandate-granted').id
}

/** A text in which every element is filled, from tomorrow for three months, reviewed after two. */
export function wholeText(table: Table, over: Partial<AgreementText> = {}): AgreementText {
  const from = addDays(dayOf(table.now), 1)
  const agenda = table.state.round?.agenda ?? []
  const byPartyIds = seated(table.state).flatMap(({ id }, index) => (index === 0 ? [id] : []))
  return AgreementText.parse({
    ...table.state.text,
    plainSummary: 'We help each child back to school together.',
    groundRules: table.state.text.groundRules ?? {},
    mandate: { needed: 'Promise hours of your own people.', subjects: [subject] },
    inScope: [{ id: uuid(1, 80), text: 'Children between 4 and 18' }],
    outOfScope: [{ id: uuid(2, 80), text: 'Transport' }],
    preparation: 'Every organisation reads the text beforehand.',
    routing: 'Through the care desk.',
    processEvaluation: 'At every meeting we ask how it goes.',
    decisions: [{ id: uuid(3, 80), what: 'One contact person per child', why: 'Parents asked for it', byPartyIds }],
    evaluationCriteria: [
      { id: uuid(4, 80), text: 'Fewer children at home', means: 'success' },
      { id: uuid(5, 80), text: 'More calls to the desk', means: 'failure' },
    ],
    beneficiaries: [{ id: uuid(6, 80), name: 'Children at home', addedValue: 'They know who comes', nuisance: 'They tell it once' }],
    validity: { validFrom: from, reviewOn: addMonths(from, 2), validUntil: addMonths(from, 3) },
    buildsOn: agenda.slice(0, 1).map((item) => item.id),
    ...over,
  })
}

export const writes = (table: Table, over: Partial<AgreementText> = {}, by: House = school): AgreementEvent[] =>
  does(table, by.representative, editText, wholeText(table, over))

/** A role, made by the school; gives its id. */
export const addRole = (table: Table, name = 'lead', tasks: string[] = ['Call the parents']): string =>
  dataOf(
    does(table, school.representative, createRole, { name, purpose: 'Keeps us together', tasks: tasks.map((what) => ({ what })) }),
    'role-created',
  ).id

/** Offers a commitment to a house in the first role there is; gives its id. */
export function offer(table: Table, owner: House, over: Partial<OfferCommitment> = {}): string {
  const input = OfferCommitment.parse({
    what: 'Visit every family within a week',
    ownerPartyId: partyIdOf(table, owner),
    roleId: Object.keys(table.state.roles)[0] ?? addRole(table),
    subject,
    demands: [{ measure: limit.measure, amount: 8 }],
    ...(over.dueOn ? {} : { ongoing: true }),
    ...over,
  })
  return dataOf(does(table, school.representative, offerCommitment, input), 'commitment-offered').terms.id
}

export const acceptCommitment = (table: Table, owner: House, id: string): AgreementEvent[] =>
  does(table, owner.representative, answerCommitment, id, { decision: 'accepted' }, table.state.text.validity?.validUntil)

export const hears = (table: Table, house: House, ...concerns: string[]): AgreementEvent[] =>
  does(table, house.representative, stateHearing, { concerns })

/** Brings something in, with some words where the input has none. */
export const brings = (table: Table, by: Actor, input: object): AgreementEvent[] =>
  does(table, by, (state: Agreement, context: Context) => contribute(state, Contribute.parse({ text: 'This', ...input }), context))

type Say = TakeStance extends infer One ? (One extends unknown ? Omit<One, 'textDigest'> : never) : never

/** A house takes a stance on the text as it is now. */
export const stands = (table: Table, house: House, say: Say = { position: 'accept' }): AgreementEvent[] =>
  does(table, house.representative, takeStance, { ...say, textDigest: digestOf(table) } as TakeStance)

export const adopts = (table: Table, by: House = school): AgreementEvent[] =>
  does(table, by.representative, adopt, { textDigest: digestOf(table) })

/** The first round, just opened. */
export function deliberating(setup: Setup = {}): Table {
  const table = aTable(setup)
  does(table, school.representative, openRound, {})
  return table
}

/** Does everything that adopting asks for, but for the stances. */
export function prepare(table: Table, over: Partial<AgreementText> = {}): void {
  writes(table, over)
  if (Object.keys(table.state.commitments).length === 0) offer(table, team)
  for (const { id, state, terms } of Object.values(table.state.commitments)) {
    const owner = only(
      seatedHouses.find((house) => partyIdOf(table, house) === terms.ownerPartyId),
      'owner',
    )
    if (state === 'offered') acceptCommitment(table, owner, id)
  }
  for (const house of seatedHouses) hears(table, house)
}

/** A round in which only the adoption is left to do. */
export function adoptable(setup: Setup = {}, over: Partial<AgreementText> = {}): Table {
  const table = deliberating(setup)
  prepare(table, over)
  for (const house of seatedHouses) stands(table, house)
  return table
}

/** A version just adopted, in force from tomorrow. */
export function acting(setup: Setup = {}, over: Partial<AgreementText> = {}): Table {
  const table = adoptable(setup, over)
  adopts(table)
  return table
}

/** The review day of the first version. */
export function reflecting(setup: Setup = {}): Table {
  const table = acting(setup)
  goTo(table, only(table.state.round?.reviewOn, 'review day'))
  return table
}

/** A reflection that judges all that the version asks of a house. */
export function reflectionBy(table: Table, house: House, over: Partial<GiveReflection> = {}): GiveReflection {
  const { content, dissents } = only(table.state.adopted, 'adopted version')
  const own = content.commitments.filter((terms) => terms.ownerPartyId === partyIdOf(table, house))
  return GiveReflection.parse({
    whatWorks: 'We call each other sooner.',
    whatHappened: 'Twelve children went back.',
    whatWeLearned: `${house.name} learned that one contact person is enough.`,
    commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'open', why: 'Too early to say.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
    ...over,
  })
}

export const reflects = (table: Table, house: House, over: Partial<GiveReflection> = {}): AgreementEvent[] =>
  does(table, house.representative, reflect, reflectionBy(table, house, over))

/** Has every seated house reflect, and closes the round. */
export function finish(table: Table): void {
  for (const house of seatedHouses) reflects(table, house)
  does(table, school.representative, closeRound)
}

/** The first round, closed. */
export function closed(setup: Setup = {}): Table {
  const table = reflecting(setup)
  finish(table)
  return table
}

/** The second round, just opened. */
export function secondRound(setup: Setup = {}): Table {
  const table = closed(setup)
  does(table, school.representative, openRound, {})
  return table
}

/** A meeting, planned by the school for this very moment; gives its id. */
export const planned = (table: Table): string =>
  dataOf(does(table, school.representative, planMeeting, PlanMeeting.parse({ title: 'Monthly', startsAt: table.now })), 'meeting-planned')
    .id

/** Plans, attends and closes a meeting now, with these people present; gives its id. */
export function meets(table: Table, ...present: PersonActor[]): string {
  const id = planned(table)
  const attendees = present.map(({ personId }) => ({ personId, presence: 'present' as const }))
  does(table, school.representative, takeAttendance, id, { attendees }, people)
  does(table, school.representative, closeMeeting, id)
  return id
}

/** Renews the mandate of a representative, citing the meeting that asks for it. */
export function renews(table: Table, house: House, over: Partial<RenewMandate> = {}): AgreementEvent[] {
  const mandate = only(table.state.mandates[mandateIdOf(table, house.representative)], 'mandate')
  const input = RenewMandate.parse({ meetingId: mandate.renewal?.meetingId ?? uuid(404), decision: 'confirmed', ...over })
  return does(table, house.representative, renewMandate, mandate.id, input)
}

/** A round as it went, told again from what the table recorded. */
export function historyOf({ ledger, now }: Table, number = 1): RoundHistory {
  const opened = ledger.filter(({ event }) => event.type === 'round-opened')[number - 1]
  const start = ledger.indexOf(only(opened, 'round')) + 1
  const state = ledger
    .slice(0, start)
    .reduce<Agreement | undefined>((state, { event, recorded }) => evolve(state, event, recorded), undefined)
  return retell(only(state), ledger.slice(start), now)
}

/** Ends the agreement: every seated house consents, by its representative unless told otherwise. */
export function ends(table: Table, by: readonly PersonActor[] = seatedHouses.map((house) => house.representative)): void {
  for (const person of by) does(table, person, endAgreement, { reason: 'It is done.' })
}

/**
 * Who is bound by the version in force at a moment: as its period tells, and as the table does, of whom the version or an annex to it names
 * (who got a seat since, for the next version, is bound by that).
 */
export function bound(state: Agreement, at: Instant): { told: string[]; expected: string[] } {
  const period = inForceAt(state, at)
  if (!period) return { told: [], expected: [] }
  const { participants } = only(state.versions.find(({ number }) => number === period.version)).content
  const named = new Set([
    ...participants.flatMap(({ id, involvement }) => (involvement === 'seated' ? [id] : [])),
    ...Object.values(state.annexes).flatMap(({ kind, partyId }) => (kind === 'accession' ? [partyId] : [])),
    ...(period.annexes ?? []).map(({ partyId }) => partyId),
  ])
  const seats = participantsIn(state, period).flatMap(({ id, involvement }) => (involvement === 'seated' ? [id] : []))
  const atTable = seated(settled(state, at)).flatMap(({ id }) => (named.has(id) ? [id] : []))
  return { told: seats.sort(), expected: atTable.sort() }
}
