import fc from 'fast-check'
import { changeSettings, createAgreement, endAgreement, leaveTable } from '../../src/actions/agreement.ts'
import { writeText } from '../../src/actions/agreement-text.ts'
import { consentToAnnex, objectToAnnex, proposeAccession, proposeExpulsion } from '../../src/actions/annex.ts'
import { type AgreementChange, madeId, type RoundTarget } from '../../src/actions/change.ts'
import { answerCommitment, offerCommitment, reportProgress, reviseCommitment, withdrawCommitment } from '../../src/actions/commitment.ts'
import type { Deps } from '../../src/actions/deps.ts'
import { addDesk, changeDesk, closeDesk } from '../../src/actions/desk.ts'
import { handOver, handOverPlan } from '../../src/actions/hand-over.ts'
import { linkAgreement } from '../../src/actions/link.ts'
import { grantMandate, renewMandate, withdrawMandate } from '../../src/actions/mandate.ts'
import {
  cancelMeeting,
  changeMeeting,
  givePulse,
  planMeeting,
  recordMeeting,
  takeAttendance,
  writeMinutes,
} from '../../src/actions/meeting.ts'
import { sendMessage } from '../../src/actions/message.ts'
import { foundNetwork, joinNetwork, leaveNetwork, stateIdentity } from '../../src/actions/network/network.ts'
import {
  assignNetworkRole,
  changeNetworkRole,
  createNetworkRole,
  endNetworkRole,
  releaseNetworkRole,
} from '../../src/actions/network/role.ts'
import { addPerson, changeOrganisation, changePerson, removePerson, revokeApplication } from '../../src/actions/organisation.ts'
import { acknowledgePosition, answerAcknowledgement, statePosition } from '../../src/actions/position.ts'
import { assignRole, changeRole, createRole, releaseRole } from '../../src/actions/role.ts'
import {
  acceptProposal,
  adopt,
  amendReflection,
  answerContribution,
  answerHelp,
  callImpasse,
  callReflection,
  closeRound,
  contribute,
  exploreResistance,
  leaveImpasse,
  offerHelp,
  openRound,
  reflect,
  settleDilemma,
  stateHearing,
  takeStance,
  withdrawContribution,
} from '../../src/actions/round.ts'
import { makeTemplate } from '../../src/actions/template.ts'
import { answerTransfer, offerTransfer } from '../../src/actions/transfer.ts'
import { type Actor, by } from '../../src/domain/actor.ts'
import { type Agreement, type AgreementEvent, CreateAgreement, evolve } from '../../src/domain/agreement.ts'
import type { AgreementText } from '../../src/domain/agreement-text.ts'
import { isWaiting } from '../../src/domain/annex.ts'
import { OfferCommitment } from '../../src/domain/commitment.ts'
import { Contribute } from '../../src/domain/contribution.ts'
import type { Identity } from '../../src/domain/identity.ts'
import type { Kept } from '../../src/domain/ledger.ts'
import { mandateStatus } from '../../src/domain/mandate.ts'
import { GrantMandate } from '../../src/domain/mandate-acts.ts'
import { PlanMeeting } from '../../src/domain/meeting/meeting.ts'
import { RecordMeeting } from '../../src/domain/meeting/record.ts'
import { partyOf, seated, settled } from '../../src/domain/party.ts'
import { StatePosition } from '../../src/domain/position.ts'
import { GiveReflection, notReflected } from '../../src/domain/reflection.ts'
import { type RefusalCode, Refused } from '../../src/domain/refusal.ts'
import { phaseAt } from '../../src/domain/round.ts'
import type { Origin } from '../../src/domain/source.ts'
import type { TakeStance } from '../../src/domain/stance.ts'
import { addDays, addMonths, type Instant } from '../../src/domain/time.ts'
import type { VersionReader } from '../../src/store/agreement.ts'
import type { Database } from '../../src/store/database.ts'
import { actorOf } from '../../src/store/directory.ts'
import { agreementStream, head, organisationStream } from '../../src/store/ledger.ts'
import { within } from '../../src/store/transaction.ts'
import { only } from './agreement.ts'
import { everyInquiry, stepInCircle, stepInRoles } from './circle-actions.ts'
import { asActor } from './database.ts'
import { everyExchange } from './exchange-actions.ts'
import {
  type Application,
  accepted,
  acting,
  aDraft,
  digestOf,
  type House,
  limit,
  mandateIdOf,
  type Person,
  partyIdOf,
  prepared,
  type Registry,
  subject,
  type Table,
  wholeText,
} from './registry.ts'

/** A Monday morning: tests that look at days give the same on every day that they run. */
export const aMonday: Instant = '2040-01-09T09:00:00.000Z'

/** Lets somebody do something in an agreement, through its action, and moves the table on to the state that this leads to. */
export async function does<Args extends unknown[]>(
  registry: Registry,
  table: Table,
  { actor }: { actor: Actor },
  action: (deps: Deps, actor: Actor, target: RoundTarget, ...rest: Args) => Promise<AgreementChange>,
  ...args: NoInfer<Args>
): Promise<AgreementChange> {
  const target = { agreementId: table.id, roundNumber: table.state.round?.number ?? 1 }
  const changed = await action(registry.deps, actor, target, ...args)
  table.state = changed.state
  return changed
}

/** The codes for which something is refused; throws when it is not refused. */
export async function codesOf(act: () => Promise<unknown>): Promise<RefusalCode[]> {
  try {
    await act()
  } catch (error) {
    if (error instanceof Refused) return error.reasons.map((reason) => reason.code)
    throw error
  }
  throw new Error('this was not refused')
}

/** What a checked token of somebody says. */
export async function identityOf({ fresh }: Registry, { actor }: Person | Application): Promise<Identity> {
  const id = actor.kind === 'person' ? actor.personId : actor.kind === 'application' ? actor.applicationId : ''
  const { rows } = await fresh.owner.query<{ issuer: string; subject: string }>('select issuer, subject from accounts where id = $1', [id])
  return { ...only(rows[0], 'account'), scopes: ['handslag:read'] }
}

/** Does something as the bearer of a token, as the API does: within one transaction, with whom the registry takes them for. */
export async function asBearer<T>(
  database: Database,
  identity: Identity | undefined,
  work: (reader: VersionReader) => Promise<T>,
): Promise<T> {
  const reader = identity && (await actorOf(database, identity))
  return within(database.pool, reader ? by(reader) : { kind: 'nobody', actorId: '' }, () => work(reader))
}

/** The state of an agreement after the entries that were recorded up to a moment, by the rules of the domain alone. */
export function replayed(entries: readonly Kept[], until: Instant): Agreement | undefined {
  return entries
    .filter((entry) => entry.recordedAt <= until)
    .reduce<Agreement | undefined>((state, entry) => {
      const { type, payload, recordedAt: at, actorId, organisationId, mandateId, revision } = entry
      const event = { type, data: payload, ...(mandateId && { mandateId }) } as AgreementEvent
      return evolve(state, event, { at, by: { actorId, ...(organisationId && { organisationId }) }, revision })
    }, undefined)
}

const seatedHouses = (registry: Registry, table: Table): House[] =>
  seated(table.state).map(({ organisationId }) =>
    only([registry.school, registry.team, registry.city, registry.parents, registry.stranger].find((house) => house.id === organisationId)),
  )

/** A network of the school, the team and the parents; the others are not in it. */
export async function aNetwork({ deps, school, team, parents }: Registry): Promise<string> {
  const input = { name: 'Back to school', sharedGoal: 'Every child at school', memberIds: [team.id, parents.id] }
  return (await foundNetwork(deps, school.representative.actor, input)).id
}

/** Sees to it that the representative of a house can bind: renews the mandate that waits for it, or has one granted. */
async function mandated(registry: Registry, table: Table, house: House): Promise<void> {
  const held = Object.values(table.state.mandates).filter(
    (mandate) => mandate.holderId === house.representative.actor.personId && mandate.subjects.includes(subject),
  )
  const statuses = held.map((mandate) => ({ mandate, status: mandateStatus(mandate, registry.now(), table.state.mandates) }))
  if (statuses.some(({ status }) => status === 'effective')) return
  const due = statuses.find(({ status }) => status === 'renewal-due')?.mandate
  if (due?.renewal) {
    const input = { meetingId: due.renewal.meetingId, decision: 'confirmed' as const }
    await does(registry, table, house.representative, renewMandate, due.id, input)
    return mandated(registry, table, house)
  }
  await does(registry, table, house.grantor, grantMandate, grantTo(registry, house))
}

/** A mandate for the representative of a house, for two years. */
export const grantTo = (registry: Registry, house: Pick<House, 'representative'>, over: Partial<GrantMandate> = {}): GrantMandate =>
  GrantMandate.parse({
    holderId: house.representative.actor.personId,
    basis: 'Mandate decision 2040, article 3',
    subjects: [subject],
    limits: [limit],
    validUntil: addMonths(registry.today(), 24),
    ...over,
  })

const offer = (table: Table, owner: string, over: Partial<OfferCommitment> = {}): OfferCommitment =>
  OfferCommitment.parse({
    what: 'Visit every family within a week',
    ownerPartyId: owner,
    roleId: over.roleId ?? only(Object.keys(table.state.roles)[0], 'role'),
    subject,
    demands: [{ measure: limit.measure, amount: 1 }],
    ongoing: true,
    ...over,
  })

/** Takes a round all the way to its adoption. */
export async function adoptNext(registry: Registry, table: Table, over: Partial<AgreementText> = {}): Promise<void> {
  await readyToAdopt(registry, table, over)
  const speaker = only(seatedHouses(registry, table)[0])
  await does(registry, table, speaker.representative, adopt, { textDigest: digestOf(table) })
}

/** Does everything that a round still lacks for its adoption. The text starts today unless `over` says otherwise. */
export async function readyToAdopt(registry: Registry, table: Table, over: Partial<AgreementText> = {}): Promise<void> {
  const speaker = only(seatedHouses(registry, table)[0])
  for (const house of seatedHouses(registry, table)) await mandated(registry, table, house)
  if (Object.keys(table.state.roles).length === 0)
    await does(registry, table, speaker.representative, createRole, { name: 'lead', purpose: 'Keeps us together', tasks: [] })
  await does(registry, table, speaker.representative, writeText, wholeText(registry, table, { decisions: [decided(table)], ...over }))
  for (const { id, state } of Object.values(table.state.commitments))
    if (state !== 'withdrawn') await does(registry, table, speaker.representative, withdrawCommitment, id)
  const offered = await does(registry, table, speaker.representative, offerCommitment, offer(table, partyIdOf(table, speaker)))
  const made = only(offered.events[0]?.type === 'commitment-offered' ? offered.events[0].data.terms.id : undefined)
  await does(registry, table, speaker.representative, answerCommitment, made, { decision: 'accepted' })
  for (const house of seatedHouses(registry, table)) await does(registry, table, house.representative, stateHearing, { concerns: [] })
  for (const one of Object.values(table.state.contributions)) {
    if (one.withdrawn) continue
    const other = only(seatedHouses(registry, table).find((house) => partyIdOf(table, house) !== one.partyId))
    if (one.kind === 'concern' && one.answers.length === 0)
      await does(registry, table, other.representative, answerContribution, one.id, { text: 'We heard you.' })
    const maker = seatedHouses(registry, table).find((house) => partyIdOf(table, house) === one.partyId)
    if (one.kind === 'proposal' && maker && !one.actingPartyIds?.includes(one.partyId))
      await does(registry, table, maker.representative, withdrawContribution, one.id, { reason: 'It is not ours to do.' })
  }
  const stance: TakeStance = { position: 'accept', textDigest: digestOf(table) }
  for (const house of seatedHouses(registry, table)) await does(registry, table, house.representative, takeStance, stance)
}

const decided = (table: Table) => ({
  id: '00000000-0000-4000-8000-00000000decd',
  what: 'One contact person per child',
  why: 'Parents asked for it',
  byPartyIds: seated(table.state)
    .slice(0, 1)
    .map((party) => party.id),
})

/** A reflection that judges all that the version asks of a house. */
function reflectionBy(table: Table, house: House, over: Partial<GiveReflection> = {}): GiveReflection {
  const { content, dissents } = only(table.state.adopted ?? undefined, 'adopted version')
  const own = content.commitments.filter((terms) => terms.ownerPartyId === partyOf(table.state, house.id)?.id)
  return GiveReflection.parse({
    whatWorks: 'We call each other sooner.',
    whatHappened: 'Twelve children went back.',
    whatWeLearned: `${house.name} learned that one contact person is enough.`,
    commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'confirmed', why: 'It went as was said.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
    recommendations: [{ level: 'policy', text: 'Pay for the visits.' }],
    ...over,
  })
}

/** Calls the reflection where it has not opened by itself, has everybody reflect who has not, and closes the round. */
export async function finishRound(registry: Registry, table: Table): Promise<void> {
  const houses = seatedHouses(registry, table)
  const caller = only(houses[0]).representative
  if (phaseAt(table.state, registry.now()) === 'acting') await does(registry, table, caller, callReflection, { reason: 'It asks for it.' })
  for (const house of houses)
    if (notReflected(table.state).includes(partyIdOf(table, house)))
      await does(registry, table, house.representative, reflect, reflectionBy(table, house))
  await does(registry, table, caller, closeRound)
}

/** Opens the next round, and takes it all the way to its adoption. */
export async function nextVersion(registry: Registry, table: Table, over: Partial<AgreementText> = {}): Promise<void> {
  await does(registry, table, only(seatedHouses(registry, table)[0]).representative, openRound, {})
  await adoptNext(registry, table, over)
}

/** Plans a meeting that began an hour ago; gives its id. */
export async function plan(registry: Registry, table: Table, who: Person): Promise<string> {
  const startsAt = new Date(Date.parse(registry.now()) - 3_600_000).toISOString()
  return madeId(await does(registry, table, who, planMeeting, PlanMeeting.parse({ title: 'Monthly', startsAt })), 'meeting-planned')
}

const organisations = ({ school, team, city }: Registry) => [school, team, city]

/** States the position of a house, anew where it had one; gives which statement it is. */
export async function standFor(
  { deps }: Registry,
  house: House,
  over: Partial<StatePosition> = {},
): Promise<{ organisationId: string; statementNumber: number }> {
  const input = StatePosition.parse({ weAreFor: [{ text: `What ${house.name} does`, subject }], why: 'Children need it.', ...over })
  const { state } = await statePosition(deps, house.grantor.actor, { organisationId: house.id }, input)
  return { organisationId: house.id, statementNumber: only(state.position).number }
}

/** Everything that happens in organisations and networks, moves of people and their accounts between organisations included. */
async function administered(registry: Registry): Promise<string> {
  const { deps, school, team, city, inspectorate, stranger } = registry
  for (const [index, house] of organisations(registry).entries()) {
    const target = { organisationId: house.id }
    const by = house.grantor.actor
    const open = await addDesk(deps, by, target, { name: 'Care desk', contact: 'desk@example.org' })
    const front = await addDesk(deps, by, target, { name: 'Front desk' })
    const reached = { phone: '020 555 0123', contactPersonId: by.personId }
    await changeDesk(deps, by, target, madeId(front, 'desk-opened'), { name: 'Front desk', ...reached })
    await closeDesk(deps, by, target, madeId(open, 'desk-opened'))
    const oin = { scheme: 'oin' as const, value: `00000099${String(70 + index).padStart(9, '0')}000` }
    await changeOrganisation(deps, by, target, { name: `${house.name} of the region`, identifiers: [oin], formal: true })
  }
  // Whoever changes employer takes the account along. In both directions, because streams are made anew one after the other.
  const moves = [
    [school, city],
    [city, school],
  ] as const
  for (const [from, to] of moves) {
    const account = await identityOf(registry, from.colleague)
    await removePerson(deps, from.grantor.actor, { organisationId: from.id }, from.colleague.actor.personId)
    const name = `Formerly of ${from.name}`
    await addPerson(
      deps,
      to.grantor.actor,
      { organisationId: to.id },
      { name, authorities: [], account: { issuer: account.issuer, subject: account.subject } },
    )
  }
  const renamed = { name: 'Another name', email: 'team@example.org', authorities: [] }
  await changePerson(deps, team.grantor.actor, { organisationId: team.id }, team.colleague.actor.personId, renamed)
  const { actor } = stranger.application
  if (actor.kind === 'application')
    await revokeApplication(deps, stranger.grantor.actor, { organisationId: stranger.id }, actor.applicationId)
  const theirs = await standFor(registry, school)
  await standFor(registry, team)
  const asked = await acknowledgePosition(deps, city.representative.actor, theirs, { question: 'Also in the weekend?' })
  const id = madeId(asked, 'position-acknowledged')
  await answerAcknowledgement(deps, school.representative.actor, theirs, id, { text: 'On Saturdays.' })
  await standFor(registry, school)
  const networkId = await aNetwork(registry)
  await stateIdentity(deps, team.representative.actor, { networkId }, { name: 'Back to school', sharedGoal: 'Every child learns' })
  for (const house of [city, inspectorate])
    await joinNetwork(deps, school.representative.actor, { networkId }, { organisationId: house.id })
  await leaveNetwork(deps, city.representative.actor, { networkId }, city.id)
  await everyNetworkRole(registry, networkId)
  return networkId
}

/** A role of a network that changes, goes from one organisation to another, and ends. */
async function everyNetworkRole({ deps, school, team, ...registry }: Registry, networkId: string): Promise<void> {
  const shape = { name: 'lead', purpose: 'Keeps us together', tasks: [{ what: 'Convene' }] }
  const made = await createNetworkRole(deps, school.representative.actor, { networkId }, shape)
  const roleId = madeId(made, 'role-created')
  await assignNetworkRole(deps, school.grantor.actor, { networkId }, roleId, { personId: school.representative.actor.personId })
  const given = await assignNetworkRole(deps, team.colleague.actor, { networkId }, roleId, { personId: team.colleague.actor.personId })
  const [mine, theirs] = only(given.state.roles[roleId]).holders
  await changeNetworkRole(deps, team.colleague.actor, { networkId }, roleId, {
    ...shape,
    name: 'chair',
    tasks: only(given.state.roles[roleId]).tasks.map(({ id, what }) => ({ id, what })),
  })
  const handing = { roles: [{ roleId, toPersonId: school.grantor.actor.personId }], tasks: [], mandates: [], reason: 'Retires.' }
  await handOver(deps, school.grantor.actor, { organisationId: school.id, personId: only(mine).personId }, handing)
  await releaseNetworkRole(deps, team.colleague.actor, { networkId }, roleId, only(theirs).id, { untilDate: registry.today() })
  const spare = madeId(await createNetworkRole(deps, team.colleague.actor, { networkId }, { ...shape, tasks: [] }), 'role-created')
  await endNetworkRole(deps, team.colleague.actor, { networkId }, spare)
}

/**
 * Two rounds in which everything happens at least once, until all consent to ending, beside a covenant that a party left and a draft
 * under it. Every table for reading has rows afterwards. Gives the agreement.
 */
export async function richHistory(registry: Registry): Promise<Table> {
  registry.goTo(aMonday)
  const { deps, school, team, city, parents } = registry
  const networkId = await administered(registry)
  await everyInquiry(registry, networkId)
  await everyExchange(registry, networkId, school, team)

  const covenant = await acting(registry, { kind: 'covenant', networkId, visibility: 'network', title: 'A covenant' })
  await does(registry, covenant, city.representative, leaveTable, partyIdOf(covenant, city), { reason: 'We merged.' })
  const under = CreateAgreement.parse({ kind: 'two', title: 'Under it', underId: covenant.id, networkId })
  const beneath = await createAgreement(deps, team.representative.actor, under)
  await everyAnnex(registry, covenant)
  const link = { kind: 'amends' as const, agreementId: beneath.id, reason: 'It says more of the same.' }
  await does(registry, covenant, team.representative, linkAgreement, link)
  await makeTemplate(deps, team.representative.actor, { agreementId: covenant.id, name: 'Ours', reviewAfterMonths: 6, months: 12 })

  const table = await prepared(registry, { networkId })
  const [s, t, c, p] = [school, team, city, parents].map((house) => house.representative) as [Person, Person, Person, Person]
  const seat = { s: partyIdOf(table, school), t: partyIdOf(table, team), c: partyIdOf(table, city), p: partyIdOf(table, parents) }

  await does(registry, table, s, changeSettings, { visibility: 'public' })
  await everyContribution(registry, table, seat)
  await everyRole(registry, table)

  const impasse = madeId(await does(registry, table, c, callImpasse, { reason: 'We do not get on.' }), 'impasse-called')
  await does(registry, table, p, contribute, { kind: 'appreciation', text: 'Thank you for listening.' })
  await does(registry, table, s, leaveImpasse, impasse, { exit: 'park', note: 'Until Friday.', resumeOn: addDays(registry.today(), 4) })
  await does(registry, table, s, leaveImpasse, impasse, { exit: 'mediate', note: 'Sooner after all.' })

  await everyMeeting(registry, table, seat)
  await everyMandate(registry, table)

  const role = only(Object.keys(table.state.roles)[0])
  const weekend = offer(table, seat.c, { roleId: role, dueOn: addMonths(registry.today(), 1), ongoing: false })
  await does(registry, table, s, offerCommitment, weekend)
  const offered = only(Object.values(table.state.commitments).find((one) => one.terms.ownerPartyId === seat.c)).id
  await does(registry, table, c, answerCommitment, offered, { decision: 'returned', reason: 'Rather on Fridays.' })
  await does(registry, table, s, reviseCommitment, offered, { ...weekend, what: 'Visit on Fridays' })
  await does(registry, table, c, answerCommitment, offered, { decision: 'accepted' })
  await does(registry, table, s, offerCommitment, offer(table, seat.s, { what: 'Too much' }))
  const tooMuch = only(Object.values(table.state.commitments).find((one) => one.terms.ownerPartyId === seat.s)).id
  await does(registry, table, s, answerCommitment, tooMuch, { decision: 'declined', reason: 'There is nobody.' })
  await does(registry, table, s, withdrawCommitment, tooMuch)

  for (const concern of Object.values(table.state.contributions).filter(
    ({ kind, answers }) => kind === 'concern' && answers.length === 0,
  )) {
    const other = concern.partyId === seat.s ? t : s
    await does(registry, table, other, answerContribution, concern.id, { text: 'We will see to it.' })
  }
  await does(registry, table, c, takeStance, { position: 'withhold', textDigest: digestOf(table), reason: 'Not yet.' })
  const dissent = { statement: 'A week is short.', expectation: 'One visit in five will be late.' }
  table.state = (await accepted(registry, table, dissent)).state
  await does(registry, table, s, adopt, { textDigest: digestOf(table) })

  registry.pass(20)
  await does(
    registry,
    table,
    t,
    reportProgress,
    only(Object.values(table.state.promises).find((one) => one.terms.ownerPartyId === seat.t)).id,
    {
      state: 'on-track',
      note: 'Ten families.',
    },
  )
  await does(registry, table, c, reportProgress, offered, { state: 'done' })
  await does(registry, table, c, callReflection, { reason: 'The law changes.' })
  await does(registry, table, s, reflect, reflectionBy(table, school))
  const [mine] = Object.keys(table.state.reflections)
  const amended = reflectionBy(table, school, { whatWorks: 'Still that we call.', nextRound: ['The weekends'] })
  await does(registry, table, s, amendReflection, only(mine), amended)
  await does(registry, table, t, contribute, { kind: 'concern', text: 'The weekends stay open.' })
  await finishRound(registry, table)

  registry.pass(1)
  await nextVersion(registry, table)
  registry.pass(3)
  for (const who of [s, t, c]) await does(registry, table, who, endAgreement, { reason: 'It is done.' })
  return table
}

type Seats = { s: string; t: string; c: string; p: string }

async function everyContribution(registry: Registry, table: Table, seat: Seats): Promise<void> {
  const { school, team, city, parents } = registry
  const say = (house: House, input: object) =>
    does(registry, table, house.representative, contribute, Contribute.parse({ text: 'This', ...input }))
  await say(parents, { kind: 'problem', proposal: { text: 'Visit them', actingPartyIds: [seat.p, seat.c] } })
  await say(school, { kind: 'proposal', actingPartyIds: [seat.t, seat.c] })
  const proposal = only(Object.values(table.state.contributions).find(({ kind, partyId }) => kind === 'proposal' && partyId === seat.s)).id
  for (const house of [team, city]) await does(registry, table, house.representative, acceptProposal, proposal)
  await say(team, { kind: 'problem', proposalId: proposal })
  const said = async (house: House, input: object) => madeId(await say(house, input), 'contribution-made')
  const dilemma = await said(city, { kind: 'dilemma', horns: ['Sooner', 'Better'], toPartyIds: [seat.p] })
  await does(registry, table, city.representative, settleDilemma, dilemma, { status: 'held', reason: 'Both stay needed.' })
  await does(registry, table, city.representative, settleDilemma, dilemma, { status: 'resolved', found: 'Sooner where it is safe.' })
  const resistance = await said(team, { kind: 'resistance' })
  await does(registry, table, city.representative, exploreResistance, resistance, { note: 'They were not asked.' })
  const request = await said(team, { kind: 'help-request' })
  const offered = await does(registry, table, school.representative, offerHelp, request, { text: 'We have a room.' })
  const offer = only(offered.state.contributions[request]?.offers?.[0]).id
  await does(registry, table, team.representative, answerHelp, request, offer, { decision: 'accepted' })
  const parts = [{ name: 'message', text: 'You went three times without us.' }]
  await sendMessage(registry.deps, city.representative.actor, { agreementId: table.id }, { toPartyIds: [seat.t], parts })
  const regretted = madeId(await say(city, { kind: 'appreciation' }), 'contribution-made')
  await does(registry, table, city.representative, withdrawContribution, regretted, { reason: 'Too soon.' })
  await does(registry, table, parents.representative, stateHearing, { statement: 'We are glad.', concerns: ['Weekends', 'Holidays'] })
}

async function everyRole(registry: Registry, table: Table): Promise<void> {
  const { school, team, city } = registry
  const shape = { name: 'Desk', purpose: 'Answers the telephone', tasks: [{ what: 'Call back' }, { what: 'Write it down' }] }
  const roleId = madeId(await does(registry, table, school.representative, createRole, shape), 'role-created')
  const role = () => only(table.state.roles[roleId])
  const from = school.representative
  await does(registry, table, from, assignRole, roleId, { personId: from.actor.personId })
  for (const [index, decision] of (['accepted', 'declined'] as const).entries()) {
    const to = [team, city][index]?.representative ?? from
    const taskIds = [only(role().tasks[index]).id]
    const input = { taskIds, toPersonId: to.actor.personId, note: 'Yours', openPoints: ['One call'] }
    const transfer = madeId(await does(registry, table, from, offerTransfer, roleId, input), 'transfer-offered')
    const answer = decision === 'accepted' ? { decision } : { decision, reason: 'No time.' }
    await does(registry, table, to, answerTransfer, roleId, transfer, answer)
  }
  const tasks = role().tasks.map(({ id, what }) => ({ id, what: `${what} soon` }))
  await does(registry, table, team.representative, changeRole, roleId, { ...shape, tasks })
  const holding = only(role().holders.find((holder) => holder.personId === from.actor.personId)).id
  await does(registry, table, from, releaseRole, roleId, holding, { untilDate: addDays(registry.today(), 3) })
}

async function everyMeeting(registry: Registry, table: Table, seat: Seats): Promise<void> {
  const { school, team, city, parents } = registry
  const s = school.representative
  const cancelled = await plan(registry, table, s)
  const moved = PlanMeeting.parse({ title: 'Extra', startsAt: registry.now(), agenda: ['Weekends'] })
  await does(registry, table, s, changeMeeting, cancelled, moved)
  await does(registry, table, s, cancelMeeting, cancelled, { reason: 'Snow.' })
  const held = await plan(registry, table, team.representative)
  const everybody = [school, team, city, parents].map(({ representative }) => ({ personId: representative.actor.personId }))
  await does(registry, table, s, takeAttendance, held, {
    attendees: everybody.slice(0, 2).map((one) => ({ ...one, presence: 'present' as const })),
  })
  await does(registry, table, s, writeMinutes, held, { decisions: [{ what: 'Visit', why: 'It works', byPartyIds: [seat.s] }] })
  const record = RecordMeeting.parse({
    attendees: everybody,
    decisions: [{ what: 'Visit twice', why: 'It works better', byPartyIds: [seat.s, seat.t] }],
    contributions: [{ kind: 'concern', text: 'The holidays' }],
  })
  await does(registry, table, s, recordMeeting, held, record)
  for (const house of [school, team, city, parents])
    await does(registry, table, house.representative, givePulse, held, { atmosphere: 4, effectiveness: 3 })
}

/** A party that is consulted joins a covenant, and others object to who was invited, also once it was let in, and to putting somebody out. */
async function everyAnnex(registry: Registry, table: Table): Promise<void> {
  const { school, team, city, parents, inspectorate } = registry
  const [s, t, p] = [school.representative, team.representative, parents.representative]
  const reason = 'We work with the same families.'
  await does(registry, table, parents.grantor, grantMandate, grantTo(registry, parents))
  const joining = madeId(await does(registry, table, s, proposeAccession, { organisationId: parents.id, reason }), 'annex-proposed')
  await does(registry, table, p, consentToAnnex, joining, {})
  const invited = madeId(await does(registry, table, t, proposeAccession, { organisationId: inspectorate.id, reason }), 'annex-proposed')
  await does(registry, table, s, objectToAnnex, invited, { reason: 'Not yet.' })
  const letIn = madeId(await does(registry, table, t, proposeAccession, { organisationId: city.id, reason }), 'annex-proposed')
  registry.pass(14)
  await does(registry, table, s, consentToAnnex, letIn, {})
  await does(registry, table, t, objectToAnnex, letIn, { reason: 'Not any more.' })
  const out = madeId(await does(registry, table, s, proposeExpulsion, partyIdOf(table, parents), { reason }), 'annex-proposed')
  await does(registry, table, t, consentToAnnex, out, {})
  await does(registry, table, t, objectToAnnex, out, { reason: 'On second thoughts.' })
}

async function everyMandate(registry: Registry, table: Table): Promise<void> {
  const { school, team, city } = registry
  const meetingId = only(Object.values(table.state.mandates).find((mandate) => mandate.renewal)?.renewal).meetingId
  const renew = (house: House, input: object) =>
    does(registry, table, house.representative, renewMandate, mandateIdOf(table, house.representative), {
      meetingId,
      decision: 'confirmed',
      ...input,
    })
  await renew(school, {})
  await renew(team, { decision: 'narrowed', limits: [{ ...limit, maximum: 12 }] })
  await renew(city, { decision: 'withdrawn', concern: 'We do not carry this outcome.' })
  await does(registry, table, city.grantor, grantMandate, grantTo(registry, city))
  const sourceId = mandateIdOf(table, school.representative)
  const below = grantTo(registry, school, { sourceId, validUntil: addMonths(registry.today(), 6) })
  const newcomer = only(
    (
      await addPerson(registry.deps, school.grantor.actor, { organisationId: school.id }, { name: 'Newcomer', authorities: [] })
    ).events.flatMap((event) => (event.type === 'person-added' ? [event.data.id] : []))[0],
  )
  await does(registry, table, school.representative, grantMandate, { ...below, holderId: newcomer, substituteForId: sourceId })
  const extra = madeId(
    await does(registry, table, team.grantor, grantMandate, grantTo(registry, team, { holderId: team.colleague.actor.personId })),
    'mandate-granted',
  )
  await does(registry, table, team.grantor, withdrawMandate, extra, { reason: 'Another job.' })
}

// The id of nothing.
const nobody = '00000000-0000-4000-8000-000000000000'

/** One step of a walk: who does what, with a number to choose by. */
type Step = { who: number; what: number; pick: number }

// Each number as often as another: by itself fast-check prefers small ones, and with them what happens to come first.
const steps = fc.noBias(fc.record({ who: fc.nat(99), what: fc.nat(99), pick: fc.nat(99) }))

/** What a walk goes through: an agreement, and a network of some who sit there, in which an exchange had an outcome. */
type Walk = { registry: Registry; table: Table; networkId: string; outcome: Origin }

/**
 * Walks at random through the actions of one agreement and one network, from a seed: whoever may not do something is refused, and the walk
 * goes on. Gives the agreement, how many steps were taken and refused, and how often each thing was recorded on the way.
 */
export async function randomWalk(
  registry: Registry,
  seed: number,
  length: number,
): Promise<{ table: Table; taken: number; refused: number; recorded: Map<string, number> }> {
  const networkId = await aNetwork(registry)
  const { programmeId, outcomeId } = await everyExchange(registry, networkId, registry.school, registry.team)
  const table = await aDraft(registry)
  const walk: Walk = { registry, table, networkId, outcome: { kind: 'exchange-outcome', programmeId, outcomeId } }
  const before = await recordedIn(registry)
  let taken = 0
  let refused = 0
  for (const step of fc.sample(steps, { seed, numRuns: length })) {
    try {
      await take(walk, step)
      taken += 1
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused += 1
    }
  }
  const recorded = new Map([...(await recordedIn(registry))].map(([what, count]) => [what, count - (before.get(what) ?? 0)]))
  return { table, taken, refused, recorded }
}

/** How often each thing is recorded: `network role-assigned`, and of what originates from something, from what. */
async function recordedIn({ fresh }: Registry): Promise<Map<string, number>> {
  const { rows } = await fresh.owner.query<{ what: string; count: number }>(
    `select concat_ws(' ', stream_type, type, 'from ' || (payload->'originatesFrom'->>'kind')) as what, count(*)::int as count
      from ledger join ledger_payloads using (stream_id, revision) group by 1`,
  )
  return new Map(rows.map(({ what, count }) => [what, count]))
}

/** Has a stranger join what was adopted: invites them and waits until nobody can object in time, then lets them in, and has them consent. */
async function letJoin({ registry, table }: Walk): Promise<unknown> {
  const { stranger } = registry
  const now = registry.now()
  const seat = only(seatedHouses(registry, table)[0])
  await mandated(registry, table, seat)
  const annex = Object.values(table.state.annexes).find((one) => one.organisationId === stranger.id && isWaiting(one, now))
  if (!annex) {
    await does(registry, table, seat.representative, proposeAccession, { organisationId: stranger.id, reason: 'Join us' })
    // 14: the days that an objection window lasts where no ground rule says otherwise.
    return registry.pass(14)
  }
  if (!(annex.partyId in table.state.parties)) return does(registry, table, seat.representative, consentToAnnex, annex.id, {})
  await mandated(registry, table, stranger)
  return does(registry, table, stranger.representative, consentToAnnex, annex.id, {})
}

/** Somebody comes, who may bind their organisation and leads the network; or who came so hands everything over to a colleague, and leaves. */
async function comeOrGo({ registry, table, networkId }: Walk, { id, grantor, representative }: House): Promise<void> {
  const { deps, fresh } = registry
  const { actor } = grantor
  const organisation = { organisationId: id }
  const { state } = only(await head(fresh.owner, organisationStream, id))
  const there = Object.values(state.people).find(({ name, leftAt }) => name === 'Temporary' && leftAt === undefined)
  if (!there) {
    const personId = madeId(await addPerson(deps, actor, organisation, { name: 'Temporary', authorities: [] }), 'person-added')
    const lead = { name: 'lead', purpose: 'Keeps us together', tasks: [{ what: 'Convene' }] }
    const roleId = madeId(await createNetworkRole(deps, actor, { networkId }, lead), 'role-created')
    await assignNetworkRole(deps, actor, { networkId }, roleId, { personId })
    await does(registry, table, grantor, grantMandate, grantTo(registry, { representative }, { holderId: personId }))
    return
  }
  const target = { ...organisation, personId: there.id }
  const { holdings } = await asActor(deps.database, actor, () => handOverPlan(deps, actor, target, undefined))
  const toPersonId = representative.actor.personId
  const roles = holdings.flatMap((one) => one.roles.map((role) => ({ roleId: role.id, toPersonId })))
  const mandates = holdings.flatMap((one) => one.mandates.map((mandate) => ({ mandateId: mandate.id, toPersonId })))
  if (holdings.length > 0) await handOver(deps, actor, target, { reason: 'Retires.', roles, tasks: [], mandates })
  await removePerson(deps, actor, organisation, there.id)
  table.state = only(await head(fresh.owner, agreementStream, table.id)).state
}

async function take(walk: Walk, { who, what, pick }: Step): Promise<void> {
  const { registry, table, networkId } = walk
  table.state = settled(table.state, registry.now())
  const { school, team, city, parents, inspectorate, stranger } = registry
  const house = only([school, team, city, school, team, city, parents, inspectorate, stranger][who % 9])
  const person = who % 10 === 9 ? house.colleague : house.representative
  const { state } = table
  const any = (items: Readonly<Record<string, unknown>>) => Object.keys(items)[pick % Math.max(1, Object.keys(items).length)] ?? nobody
  const parties = Object.keys(state.parties)
  const party = only(parties[pick % parties.length])
  const phase = phaseAt(state, registry.now())
  // What moves the round on comes often enough to get into the second and third.
  if (what < 9) {
    if (phase === 'draft' || phase === 'closed') await does(registry, table, person, openRound, {})
    else if (phase === 'deliberating') await adoptNext(registry, table, { title: `Version ${pick}` })
    else if (phase === 'acting' || phase === 'reflecting') await finishRound(registry, table)
    else await does(registry, table, person, leaveImpasse, state.round?.impasse?.id ?? nobody, { exit: 'escalate', note: 'Higher up.' })
    return
  }
  // And so does what takes several steps, or has many.
  if (what < 19) return void (await letJoin(walk))
  if (what < 24) return comeOrGo(walk, only([school, team][pick % 2]))
  const member = only([school, team, school, house][who % 4]).representative
  if (what < 34) return void (await stepInRoles(registry, member, networkId, pick))
  if (what < 60) return void (await stepInCircle(registry, member, networkId, pick))
  const acts: (() => Promise<unknown>)[] = [
    async () => registry.pass(pick % 10),
    () => does(registry, table, person, contribute, { kind: 'concern', text: `Concern ${pick}` }),
    () => does(registry, table, person, contribute, { kind: 'proposal', text: 'Do it', actingPartyIds: [party] }),
    () =>
      does(registry, table, person, contribute, { kind: 'proposal', text: 'So', actingPartyIds: [party], originatesFrom: walk.outcome }),
    () => does(registry, table, person, answerContribution, any(state.contributions), { text: 'Heard' }),
    () => does(registry, table, person, withdrawContribution, any(state.contributions), { reason: 'No' }),
    () => does(registry, table, person, acceptProposal, any(state.contributions)),
    () => does(registry, table, person, contribute, { kind: pick % 2 ? 'resistance' : 'help-request', text: `Hard ${pick}` }),
    () => does(registry, table, person, contribute, { kind: 'dilemma', text: `Hard ${pick}`, horns: ['Sooner', 'Better'] }),
    () => does(registry, table, person, settleDilemma, any(state.contributions), { status: 'resolved' }),
    () => does(registry, table, person, exploreResistance, any(state.contributions), { note: 'They were not asked.' }),
    () => does(registry, table, person, offerHelp, any(state.contributions), { text: 'Ours' }),
    () => {
      const asked = Object.values(state.contributions).find(({ offers }) => offers?.some(({ answer }) => !answer))
      const offerId = asked?.offers?.find(({ answer }) => !answer)?.id ?? nobody
      return does(registry, table, person, answerHelp, asked?.id ?? nobody, offerId, { decision: 'accepted' })
    },
    () => does(registry, table, person, givePulse, any(state.meetings), { atmosphere: 1 + (pick % 5), effectiveness: 3 }),
    () => {
      const parts = [{ name: 'message', text: `Between us ${pick}` }]
      return sendMessage(registry.deps, person.actor, { agreementId: table.id }, { toPartyIds: [party], parts })
    },
    () => does(registry, table, person, stateHearing, { concerns: pick % 2 ? [] : ['One'] }),
    () => does(registry, table, person, createRole, { name: `Role ${pick}`, purpose: 'Any', tasks: [{ what: 'Call' }] }),
    () => does(registry, table, person, assignRole, any(state.roles), { personId: person.actor.personId }),
    () => does(registry, table, person, offerCommitment, offer(table, party, { roleId: any(state.roles) })),
    () => does(registry, table, person, answerCommitment, any(state.commitments), { decision: 'accepted' }),
    () => does(registry, table, person, reportProgress, any(state.promises), { state: 'at-risk' }),
    () => does(registry, table, person, takeStance, { position: 'accept', textDigest: digestOf(table) } satisfies TakeStance),
    () => does(registry, table, person, writeText, wholeText(registry, table, { title: `Title ${pick}` })),
    () => does(registry, table, person, callImpasse, { reason: 'Stuck' }),
    () => does(registry, table, person, proposeAccession, { organisationId: parents.id, reason: 'Join us' }),
    () => does(registry, table, person, proposeExpulsion, party, { reason: 'Go' }),
    () => does(registry, table, person, consentToAnnex, any(state.annexes), {}),
    () => does(registry, table, person, objectToAnnex, any(state.annexes), { reason: 'No' }),
    () => does(registry, table, person, linkAgreement, { kind: 'ends', agreementId: table.id, reason: 'Itself' }),
    () => does(registry, table, house.grantor, grantMandate, grantTo(registry, house)),
    () => does(registry, table, house.grantor, withdrawMandate, any(state.mandates), { reason: 'Enough' }),
    () => does(registry, table, person, renewMandate, any(state.mandates), renewal(state, any(state.mandates))),
    async () => state.adopted && does(registry, table, person, reflect, reflectionBy(table, house)),
    async () => {
      const meeting = await plan(registry, table, person)
      const attendees = [school, team, city]
        .slice(0, 1 + (pick % 3))
        .map(({ representative }) => ({ personId: representative.actor.personId }))
      await does(registry, table, person, recordMeeting, meeting, RecordMeeting.parse({ attendees }))
    },
    () => standFor(registry, house),
    () => acknowledgePosition(registry.deps, person.actor, { organisationId: city.id, statementNumber: 1 + (pick % 2) }, { example: 'So' }),
  ]
  await only(acts[(what + pick) % acts.length])()
}

const renewal = (state: Agreement, id: string) => ({
  meetingId: state.mandates[id]?.renewal?.meetingId ?? nobody,
  decision: 'confirmed' as const,
})
