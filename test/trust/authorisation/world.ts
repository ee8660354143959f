import { addParty, endAgreement, leaveTable } from '../../../src/actions/agreement.ts'
import { writeText } from '../../../src/actions/agreement-text.ts'
import { proposeAccession } from '../../../src/actions/annex.ts'
import { type AgreementChange, madeId } from '../../../src/actions/change.ts'
import { answerCommitment, offerCommitment } from '../../../src/actions/commitment.ts'
import { addDesk } from '../../../src/actions/desk.ts'
import { addFinding, callInquiry, takeSeat } from '../../../src/actions/inquiry.ts'
import { grantMandate, withdrawMandate } from '../../../src/actions/mandate.ts'
import { recordMeeting } from '../../../src/actions/meeting.ts'
import { foundNetwork, joinNetwork, leaveNetwork } from '../../../src/actions/network/network.ts'
import { assignNetworkRole, createNetworkRole } from '../../../src/actions/network/role.ts'
import { addPerson, removePerson } from '../../../src/actions/organisation.ts'
import { acknowledgePosition, statePosition } from '../../../src/actions/position.ts'
import { recommend } from '../../../src/actions/recommendation.ts'
import { assignRole, createRole } from '../../../src/actions/role.ts'
import {
  adopt,
  callImpasse,
  callReflection,
  contribute,
  leaveImpasse,
  openRound,
  reflect,
  stateDissent,
  stateHearing,
} from '../../../src/actions/round.ts'
import { offerTransfer } from '../../../src/actions/transfer.ts'
import { checkpointSigning } from '../../../src/auth/registry-key.ts'
import { OfferCommitment } from '../../../src/domain/commitment.ts'
import { CallInquiry } from '../../../src/domain/inquiry.ts'
import { RecordMeeting } from '../../../src/domain/meeting/record.ts'
import { AddPerson } from '../../../src/domain/organisation.ts'
import { StatePosition } from '../../../src/domain/position.ts'
import { Recommend } from '../../../src/domain/recommendation.ts'
import { GiveReflection } from '../../../src/domain/reflection.ts'
import { addDays } from '../../../src/domain/time.ts'
import { extendLog } from '../../../src/store/log.ts'
import { only } from '../../support/agreement.ts'
import { type Exchanged, everyExchange } from '../../support/exchange-actions.ts'
import {
  accepted,
  aDraft,
  aHouse,
  digestOf,
  type House,
  mandateIdOf,
  type Person,
  partyIdOf,
  type Registry,
  subject,
  type Table,
  wholeText,
} from '../../support/registry.ts'
import { does, finishRound, grantTo, plan } from '../../support/registry-actions.ts'

/** The agreements of this world: every phase, and every visibility with and without an adopted version. */
const setups = {
  'draft': { phase: 'draft', visibility: 'parties' },
  'public draft': { phase: 'draft', visibility: 'public' },
  'deliberating': { phase: 'deliberating', visibility: 'parties' },
  'in impasse, for the network': { phase: 'impasse', visibility: 'network' },
  'acting, for the network': { phase: 'acting', visibility: 'network' },
  'reflecting, public': { phase: 'reflecting', visibility: 'public' },
  'closed': { phase: 'closed', visibility: 'parties' },
  'ended': { phase: 'ended', visibility: 'parties' },
} as const

type PlaceName = keyof typeof setups
type Phase = (typeof setups)[PlaceName]['phase']

/** An agreement of the world. `ids` are what its nested paths take; one that is missing is nowhere in it. */
export type Place = {
  name: PlaceName
  id: string
  phase: Phase
  visibility: 'parties' | 'network' | 'public'
  adopted: boolean
  ids: Readonly<Record<string, string>>
  /** What requests to it say, beside ids. */
  textDigest: string
  tasks: readonly string[]
  reflection: object
}

/** Whose mandate stands how, all for the school, in every agreement; a draft has no meetings, so none wait for renewal there. */
export const standings = ['renewal-due', 'lapsed', 'withdrawn', 'not-yet-effective', 'other-subject'] as const
export type Standing = (typeof standings)[number]

/** What hangs under a network, by the names of path parameters. */
type Circle = Exchanged & { inquiryId: string; recommendationId: string }

type RoleIds = { networkRoleId: string; holderId: string }

/** Of the position of the one whose they are, another said something back. */
type Belongings = Circle & RoleIds & { networkId: string; deskId: string; acknowledgementId: string }

export type World = {
  registry: Registry
  places: Readonly<Record<PlaceName, Place>>
  /** Who has a mandate of the school that stands so. */
  holders: Readonly<Record<Standing, Person>>
  /** A party that has left every table, and its network; a member of the network that sits at no table; a person who left the school. */
  leaver: House
  neighbour: House
  former: Person
  networkId: string
  /** What the school has in and beside its network, and the stranger in and beside one of its own, by the names of path parameters. */
  ours: Belongings
  theirs: Belongings
}

/** Builds the world by actions alone, so that every state in it came about by the rules. */
export async function aWorld(registry: Registry): Promise<World> {
  const { deps, school, team, parents, stranger } = registry
  // The houses of every registry have the numbers 1 to 6.
  const leaver = await aHouse(deps, 'leaver', 'Leaver', 7)
  const neighbour = await aHouse(deps, 'neighbour', 'Neighbour', 8)
  const holders = {} as Record<Standing, Person>
  for (const standing of standings) holders[standing] = await hired(registry, school, standing)
  const former = await hired(registry, school, 'former')
  await removePerson(deps, school.grantor.actor, { organisationId: school.id }, former.actor.personId)

  const founder = school.representative.actor
  const goal = { name: 'Back to school', sharedGoal: 'Every child at school' }
  const networkId = (await foundNetwork(deps, founder, { ...goal, memberIds: [team.id, parents.id, neighbour.id] })).id
  await joinNetwork(deps, founder, { networkId }, { organisationId: leaver.id })
  await leaveNetwork(deps, leaver.representative.actor, { networkId }, leaver.id)
  const otherNetworkId = (await foundNetwork(deps, stranger.representative.actor, { ...goal, memberIds: [] })).id
  const ours: Belongings = {
    networkId,
    ...(await aCircle(registry, networkId, [school, neighbour], [team.id, parents.id, neighbour.id])),
    ...(await aNetworkRole(registry, networkId, school)),
    deskId: await aDesk(registry, school),
    acknowledgementId: await anAcknowledgement(registry, school, team),
  }
  // Somebody has to be visited: the leaver is there as long as that takes.
  await joinNetwork(deps, stranger.representative.actor, { networkId: otherNetworkId }, { organisationId: leaver.id })
  const theirs: Belongings = {
    networkId: otherNetworkId,
    ...(await aCircle(registry, otherNetworkId, [stranger, leaver])),
    ...(await aNetworkRole(registry, otherNetworkId, stranger)),
    deskId: await aDesk(registry, stranger),
    acknowledgementId: await anAcknowledgement(registry, stranger, neighbour),
  }
  await leaveNetwork(deps, leaver.representative.actor, { networkId: otherNetworkId }, leaver.id)

  const cast: Cast = { registry, holders, leaver, networkId }
  const names = Object.keys(setups) as PlaceName[]
  const begun: [PlaceName, Table][] = []
  for (const name of names) begun.push([name, await begin(cast, name)])
  // Longer than the 14 days in which a mandate is renewed, and shorter than anything else here lasts.
  registry.pass(20)
  const places = {} as Record<PlaceName, Place>
  for (const [name, table] of begun) places[name] = await goOn(cast, name, table)
  // What the log has of all this, so that there is something to prove.
  await extendLog(deps.database, checkpointSigning(registry.key))
  return { registry, places, holders, leaver, neighbour, former, networkId, ours, theirs }
}

type Cast = Pick<World, 'registry' | 'holders' | 'leaver' | 'networkId'>

async function hired({ deps, ...registry }: Registry, house: House, role: string): Promise<Person> {
  const { issuer } = await registry.issuerFor()
  const account = { issuer, subject: `hired-${role}` }
  const input = AddPerson.parse({ name: `Somebody ${role}`, authorities: [], account })
  const added = await addPerson(deps, house.grantor.actor, { organisationId: house.id }, input)
  const personId = madeId(added, 'person-added')
  return { subject: account.subject, actor: { kind: 'person', personId, organisationId: house.id, authorities: [] } }
}

/** What hangs under a network: an inquiry of all its members, called by a house that sits there, a recommendation to that house, and its exchange with another. */
async function aCircle(
  registry: Registry,
  networkId: string,
  [house, visited]: [House, House],
  organisationIds: string[] = [],
): Promise<Circle> {
  const { deps } = registry
  const { actor } = house.colleague
  const asked = CallInquiry.parse({ networkId, title: 'What works', question: 'When did it go well?', organisationIds })
  const inquiryId = (await callInquiry(deps, actor, asked)).id
  await takeSeat(deps, actor, { id: inquiryId }, {})
  await addFinding(deps, actor, { id: inquiryId }, { kind: 'success', text: 'They called back.' })
  const addressee = { organisationId: house.id }
  const advice = Recommend.parse({ networkId, level: 'direct', text: 'Call back', why: 'It worked', addressee })
  const exchanged = await everyExchange(registry, networkId, house, visited)
  return { ...exchanged, inquiryId, recommendationId: (await recommend(deps, actor, advice)).id }
}

const aDesk = async ({ deps }: Registry, house: House): Promise<string> =>
  madeId(await addDesk(deps, house.grantor.actor, { organisationId: house.id }, { name: 'Care desk' }), 'desk-opened')

/** A role of a network that somebody of a house holds, without tasks, so that it can be ended. */
async function aNetworkRole({ deps }: Registry, networkId: string, { colleague }: House): Promise<RoleIds> {
  const shape = { name: 'lead', purpose: 'Keeps us together', tasks: [] }
  const networkRoleId = madeId(await createNetworkRole(deps, colleague.actor, { networkId }, shape), 'role-created')
  const holder = { personId: colleague.actor.personId }
  const { state } = await assignNetworkRole(deps, colleague.actor, { networkId }, networkRoleId, holder)
  return { networkRoleId, holderId: only(state.roles[networkRoleId]?.holders[0]).id }
}

/** A first position of a house, and what another asks about it. */
async function anAcknowledgement({ deps }: Registry, house: House, other: House): Promise<string> {
  const input = StatePosition.parse({ weAreFor: [{ text: 'Children' }], why: 'They need it.' })
  const { state } = await statePosition(deps, house.grantor.actor, { organisationId: house.id }, input)
  const target = { organisationId: house.id, statementNumber: only(state.position).number }
  return madeId(await acknowledgePosition(deps, other.colleague.actor, target, { question: 'Which?' }), 'position-acknowledged')
}

/** A draft with everybody in it, and what a draft can have; a round with its first meeting where it goes that far. */
async function begin({ registry, holders, leaver, networkId }: Cast, name: PlaceName): Promise<Table> {
  const { school, team } = registry
  const { phase, visibility } = setups[name]
  const table = await aDraft(registry, { networkId, visibility, title: `World: ${name}` })
  const act = doing(registry, table)
  const speaker = school.representative
  await act(speaker, addParty, { organisationId: leaver.id, involvement: 'consulted', formal: true })
  for (const standing of standings) {
    const over = {
      holderId: holders[standing].actor.personId,
      ...(standing === 'not-yet-effective' && { validFrom: addDays(registry.today(), 60) }),
      ...(standing === 'other-subject' && { subjects: ['other-subject'] }),
    }
    const id = madeId(await act(school.grantor, grantMandate, grantTo(registry, school, over)), 'mandate-granted')
    if (standing === 'withdrawn') await act(school.grantor, withdrawMandate, id, { reason: 'Another job.' })
  }
  const shape = { name: 'lead', purpose: 'Keeps us together', tasks: [{ what: 'Call back' }, { what: 'Write it down' }] }
  const roleId = madeId(await act(speaker, createRole, shape), 'role-created')
  await act(speaker, assignRole, roleId, { personId: speaker.actor.personId })
  const taskIds = only(table.state.roles[roleId])
    .tasks.slice(0, 1)
    .map(({ id }) => id)
  await act(speaker, offerTransfer, roleId, { taskIds, toPersonId: team.representative.actor.personId, note: 'Yours', openPoints: [] })
  const offer = { what: 'Visit', ownerPartyId: partyIdOf(table, school), roleId, subject, ongoing: true }
  await act(speaker, offerCommitment, OfferCommitment.parse(offer))
  if (phase === 'draft') return table
  await act(speaker, openRound, {})
  await meet(registry, table, holders.lapsed)
  return table
}

type Doing = <Args extends unknown[]>(
  who: Person,
  action: Parameters<typeof does<Args>>[3],
  ...args: NoInfer<Args>
) => Promise<AgreementChange>
const doing =
  (registry: Registry, table: Table): Doing =>
  (who, action, ...args) =>
    does(registry, table, who, action, ...args)

/** A meeting that somebody attends for the school: their mandate then waits for renewal. */
async function meet(registry: Registry, table: Table, who: Person): Promise<void> {
  const meeting = await plan(registry, table, registry.school.representative)
  const record = RecordMeeting.parse({ attendees: [{ personId: who.actor.personId }] })
  await does(registry, table, registry.school.representative, recordMeeting, meeting, record)
}

/** Takes an agreement to its phase, and says where everything in it is. */
async function goOn(cast: Cast, name: PlaceName, table: Table): Promise<Place> {
  const { registry, holders, leaver } = cast
  const { school, team, city } = registry
  const { phase } = setups[name]
  const act = doing(registry, table)
  const speaker = school.representative
  const seated = [school, team, city]
  const ids: Record<string, string> = {
    partyId: partyIdOf(table, school),
    mandateId: mandateIdOf(table, holders['renewal-due']),
    roleId: only(Object.keys(table.state.roles)[0]),
    transferId: only(Object.keys(table.state.transfers)[0]),
    commitmentId: only(Object.keys(table.state.commitments)[0]),
  }
  const roleId = only(ids.roleId)
  const commitmentId = only(ids.commitmentId)
  ids.holderId = only(table.state.roles[roleId]?.holders[0]).id
  if (phase !== 'draft') {
    ids.roundNumber = '1'
    await act(speaker, writeText, wholeText(registry, table))
    await meet(registry, table, holders['renewal-due'])
    ids.meetingId = await plan(registry, table, speaker)
    const proposal = { kind: 'proposal' as const, text: 'Visit them', actingPartyIds: [only(ids.partyId)] }
    ids.contributionId = madeId(await act(speaker, contribute, proposal), 'contribution-made')
    ids.impasseId = madeId(await act(speaker, callImpasse, { reason: 'We do not get on.' }), 'impasse-called')
    if (phase !== 'impasse') await act(speaker, leaveImpasse, ids.impasseId, { exit: 'mediate', note: 'With help.' })
  }
  let reflection: object = {}
  if (['acting', 'reflecting', 'closed', 'ended'].includes(phase)) {
    await act(speaker, answerCommitment, commitmentId, { decision: 'accepted' })
    for (const house of seated) await act(house.representative, stateHearing, { concerns: [] })
    await act(speaker, stateDissent, { statement: 'A week is short.', expectation: 'One visit in five is late.' })
    table.state = (await accepted(registry, table)).state
    await act(speaker, adopt, { textDigest: digestOf(table) })
    ids.versionNumber = '1'
    const invited = { organisationId: registry.parents.id, reason: 'They know the families.' }
    ids.annexId = madeId(await act(speaker, proposeAccession, invited), 'annex-proposed')
    reflection = reflectionOn(table)
  }
  if (phase === 'reflecting' || phase === 'closed') {
    await act(speaker, callReflection, { reason: 'Practice has spoken.' })
    ids.reflectionId = madeId(await act(speaker, reflect, GiveReflection.parse(reflection)), 'reflection-given')
  }
  if (phase === 'closed') await finishRound(registry, table)
  await act(leaver.representative, leaveTable, partyIdOf(table, leaver), { reason: 'We merged.' })
  if (phase === 'ended') for (const house of seated) await act(house.representative, endAgreement, { reason: 'It is done.' })
  const { visibility } = setups[name]
  const tasks = only(table.state.roles[roleId]).tasks.map(({ id }) => id)
  return { name, id: table.id, phase, visibility, adopted: 'versionNumber' in ids, ids, textDigest: digestOf(table), tasks, reflection }
}

/** What the school reflects: it judges everything that the version asks it to. */
function reflectionOn({ state }: Table): object {
  const { content, dissents } = only(state.adopted ?? undefined)
  return {
    whatWorks: 'We call each other sooner.',
    whatHappened: 'Twelve children went back.',
    whatWeLearned: 'One contact person is enough.',
    commitments: content.commitments.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'confirmed', why: 'It went as was said.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
  }
}
