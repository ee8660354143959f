import { leaveTable } from '../../../src/actions/agreement.ts'
import { consentToAnnex, objectToAnnex } from '../../../src/actions/annex.ts'
import { madeId, type RoundTarget } from '../../../src/actions/change.ts'
import { enrol, withdrawEnrolment } from '../../../src/actions/exchange/enrolment.ts'
import { makeMatching } from '../../../src/actions/exchange/matching.ts'
import { makePlacements } from '../../../src/actions/exchange/placement.ts'
import { cancelExchangeRound, changeExchangeRound, foundProgramme } from '../../../src/actions/exchange/programme.ts'
import { addFinding, callInquiry, closeInquiry, takeSeat } from '../../../src/actions/inquiry.ts'
import { grantMandate } from '../../../src/actions/mandate.ts'
import { leaveNetwork } from '../../../src/actions/network/network.ts'
import { assignNetworkRole, createNetworkRole } from '../../../src/actions/network/role.ts'
import { addPerson, removePerson } from '../../../src/actions/organisation.ts'
import { followUp, recommend } from '../../../src/actions/recommendation.ts'
import { adopt } from '../../../src/actions/round.ts'
import type { PersonActor } from '../../../src/domain/actor.ts'
import type { Agreement } from '../../../src/domain/agreement.ts'
import { Enrol } from '../../../src/domain/exchange/enrolment.ts'
import { FoundProgramme, type Programme } from '../../../src/domain/exchange/programme.ts'
import type { Inquiry } from '../../../src/domain/inquiry.ts'
import type { Kept } from '../../../src/domain/ledger.ts'
import type { Network } from '../../../src/domain/network/network.ts'
import { seated, settled } from '../../../src/domain/party.ts'
import type { Recommendation } from '../../../src/domain/recommendation.ts'
import { only } from '../../support/agreement.ts'
import { advice, asked } from '../../support/circle-actions.ts'
import { about, roundOf } from '../../support/exchange-actions.ts'
import { digestOf, partyIdOf } from '../../support/registry.ts'
import { aNetwork, grantTo } from '../../support/registry-actions.ts'
import type { Ground, Meeting, Start, TableName } from './ground.ts'
import type { Call } from './interleave.ts'
import { copyOf } from './worlds.ts'

type Who = 'school' | 'team' | 'city' | 'stranger'
type AtTable = (ground: Ground, start: Start, target: RoundTarget) => Call<unknown>

/** Acts that meet at a copy of one of the tables. */
const atTable =
  (name: TableName, one: AtTable, other: AtTable): Meeting<Agreement>['ready'] =>
  async (ground) => {
    const start = ground.tables[name]
    const { id } = await copyOf(ground.registry, start)
    const target = { agreementId: id, roundNumber: only(start.table.state.round ?? undefined).number }
    return { id, calls: [one(ground, start, target), other(ground, start, target)] }
  }
const actorOf = ({ registry }: Ground, who: Who): PersonActor => registry[who].representative.actor
const consents =
  (who: Who): AtTable =>
  (ground, { annexId }, target) =>
  (deps) =>
    consentToAnnex(deps, actorOf(ground, who), target, annexId, {})
const objects =
  (who: Who): AtTable =>
  (ground, { annexId }, target) =>
  (deps) =>
    objectToAnnex(deps, actorOf(ground, who), target, annexId, { reason: 'Not them.' })
const adopts: AtTable =
  (ground, { table }, target) =>
  (deps) =>
    adopt(deps, actorOf(ground, 'team'), target, { textDigest: digestOf(table) })
const leaves: AtTable =
  (ground, { table }, target) =>
  (deps) =>
    leaveTable(deps, actorOf(ground, 'city'), target, partyIdOf(table, ground.registry.city), { reason: 'We merged.' })

/** The one annex that a table started with. */
const first = ({ annexes }: Agreement) => only(Object.values(annexes)[0])
/** Whether a party has a place, seated or not. */
const has = (state: Agreement, partyId: string): boolean => state.parties[partyId] !== undefined && !state.parties[partyId].leftAt
const onlyOne = (told: readonly string[]): boolean => told.filter((one) => one === 'changed').length === 1
const count = (recorded: readonly Kept[], type: string): number => recorded.filter((entry) => entry.type === type).length

/** A programme whose enrolment is over or goes on, with a school and a team in its one round. */
async function aProgramme({ registry, networkId }: Ground, over: boolean) {
  const { deps, school, team } = registry
  const s = school.representative.actor
  const rounds = [roundOf(registry)]
  const { id } = await foundProgramme(deps, s, FoundProgramme.parse({ networkId, ...about, rounds }))
  const at = { id }
  const ends: Call<unknown> = (by) => changeExchangeRound(by, s, at, 1, roundOf(registry, registry.now()))
  const matches: Call<unknown> = (by) => makeMatching(by, s, at, { roundNumber: 1 })
  const enrols =
    ({ actor }: { actor: PersonActor }): Call<{ state: Programme }> =>
    (by) =>
      enrol(by, actor, at, Enrol.parse({ roundNumber: 1, personId: actor.personId }))
  await enrols(school.representative)(deps)
  const { state } = await enrols(team.representative)(deps)
  const theirs = only(Object.values(state.enrolments).find(({ organisationId }) => organisationId === team.id)).id
  if (over) await ends(deps)
  const withdraws: Call<unknown> = (by) => withdrawEnrolment(by, team.representative.actor, at, theirs)
  const cancels: Call<unknown> = (by) => cancelExchangeRound(by, s, at, 1, { reason: 'No time.' })
  const places: Call<unknown> = (by) => makePlacements(by, s, at, { roundNumber: 1 })
  return { id, ends, matches, withdraws, cancels, places, enrols: enrols(registry.parents.representative), matched: () => matches(deps) }
}

/** Whether the matching of the round, where it stands, leaves out somebody who is enrolled, or names somebody who is not. */
function mismatched({ enrolments, matchings }: Programme): boolean {
  const made = matchings[1]
  if (!made || made.voidAt) return false
  const named = [...made.pairs.flatMap(({ first, second }) => [first, second]), ...made.unplaced].map(({ enrolmentId }) => enrolmentId)
  return named.sort().join() !== Object.keys(enrolments).sort().join()
}

const annexMeetings: Meeting<Agreement>[] = [
  {
    name: 'objecting and letting in',
    never: 'who was objected to keeps a place',
    ready: atTable('invited', objects('team'), consents('city')),
    broken: ({ state }) => first(state).state === 'objected' && has(state, first(state).partyId),
  },
  {
    name: 'letting in and letting in, by two parties',
    never: 'who is invited gets other than one place',
    ready: atTable('invited', consents('team'), consents('city')),
    broken: ({ recorded }) => count(recorded, 'party-joined') !== 1,
  },
  {
    name: 'consenting to join and objecting to it',
    never: 'who was objected to is seated, or who is seated was objected to in the end',
    ready: atTable('let in', consents('stranger'), objects('team')),
    broken: ({ state, told }) => !onlyOne(told) || (first(state).state === 'objected') === has(state, first(state).partyId),
  },
  {
    name: 'consenting to join and adopting a new version',
    never: 'somebody is seated twice, or by an annex to a version that another follows, or is not asked for the version that is adopted',
    ready: atTable('ready to adopt', consents('stranger'), adopts),
    broken: ({ state, recorded, told }) => {
      const now = only(recorded.at(-1)).recordedAt
      const seats = seated(settled(state, now)).map(({ organisationId }) => organisationId)
      const twice = new Set(seats).size !== seats.length
      const joined = seats.includes(first(state).organisationId)
      return twice || !onlyOne(told) || joined === count(recorded, 'version-adopted') > 0
    },
  },
  {
    name: 'withdrawing and being put out, of the same party',
    never: 'who left leaves once more, or is still waited for to be put out',
    ready: atTable('to be put out', leaves, consents('team')),
    broken: ({ state, recorded }) => {
      const { partyId } = first(state)
      const waiting = Object.values(state.annexes).some((one) => one.kind === 'expulsion' && ['proposed', 'pending'].includes(one.state))
      return count(recorded, 'party-left') !== 1 || has(state, partyId) || waiting
    },
  },
  {
    // Leaving is recorded in another stream, which the act does not lock. What holds: whoever had left before an act looked binds nobody.
    // An act that overlaps with the leaving counts as before it, though the moment of record may be later by as long as both took.
    name: 'leaving one’s organisation and binding it',
    never: 'somebody binds who had left before, or somebody who had not is refused',
    ready: async (ground) => {
      const { registry, tables } = ground
      const { deps, team } = registry
      const start = tables['to be put out']
      const { id } = await copyOf(registry, start)
      const organisation = { organisationId: team.id }
      const added = await addPerson(deps, team.grantor.actor, organisation, { name: 'Newcomer', authorities: [] })
      const personId = madeId(added, 'person-added')
      await grantMandate(deps, team.grantor.actor, { agreementId: id }, grantTo(registry, team, { holderId: personId }))
      const newcomer: PersonActor = { kind: 'person', personId, organisationId: team.id, authorities: [] }
      return {
        id,
        calls: [
          (by) => removePerson(by, team.grantor.actor, organisation, personId),
          (by) => consentToAnnex(by, newcomer, { agreementId: id }, start.annexId, {}),
        ],
      }
    },
    broken: ({ told, answers: [left, bound] }) =>
      told[0] !== 'changed' || told[1] !== (left && bound && left.answered < bound.invoked ? 'mandate-holder-left' : 'changed'),
  },
]

const exchangeMeetings: Meeting<Programme>[] = [
  {
    name: 'enrolling, and ending enrolment to match',
    never: 'a matching leaves out somebody who was enrolled in time',
    ready: async (ground) => {
      const { id, enrols, ends, matches } = await aProgramme(ground, false)
      return { id, calls: [enrols, (by) => ends(by).then(() => matches(by))] }
    },
    broken: ({ state }) => mismatched(state),
  },
  {
    name: 'withdrawing an enrolment and matching',
    never: 'a matching that stands names somebody who withdrew',
    ready: async (ground) => {
      const { id, withdraws, matches } = await aProgramme(ground, true)
      return { id, calls: [withdraws, matches] }
    },
    broken: ({ state }) => mismatched(state),
  },
  {
    name: 'matching and matching',
    never: 'other than one matching of everybody stands',
    ready: async (ground) => {
      const { id, matches } = await aProgramme(ground, true)
      return { id, calls: [matches, matches] }
    },
    broken: ({ state, recorded }) =>
      Object.keys(state.matchings).length !== 1 || mismatched(state) || count(recorded, 'matching-made') !== 2,
  },
  {
    name: 'withdrawing an enrolment and placing',
    never: 'a placement is made of somebody who withdrew',
    ready: async (ground) => {
      const { id, withdraws, places, matched } = await aProgramme(ground, true)
      await matched()
      return { id, calls: [withdraws, places] }
    },
    broken: ({ recorded }) => recorded.length !== 1,
  },
  {
    name: 'cancelling a round and placing',
    never: 'a round that is cancelled has placements',
    ready: async (ground) => {
      const { id, cancels, places, matched } = await aProgramme(ground, true)
      await matched()
      return { id, calls: [cancels, places] }
    },
    broken: ({ state, recorded }) =>
      recorded.length !== 1 || (only(state.rounds[0]).cancelledBecause === undefined) === (Object.keys(state.placements).length === 0),
  },
]

const inquiryMeeting: Meeting<Inquiry> = {
  name: 'closing an inquiry and adding a finding',
  never: 'something is found in an inquiry that is closed',
  ready: async ({ registry, networkId }) => {
    const { deps, school, team } = registry
    const [s, t] = [school.representative.actor, team.representative.actor]
    const { id } = await callInquiry(deps, s, asked(networkId, [team.id]))
    await takeSeat(deps, t, { id }, {})
    const finds: Call<unknown> = (by) => addFinding(by, t, { id }, { kind: 'success', text: 'We call first.' })
    return { id, calls: [(by) => closeInquiry(by, s, { id }), finds] }
  },
  broken: ({ state, recorded }) => recorded.at(-1)?.type !== 'inquiry-closed' || state.found !== count(recorded, 'finding-added'),
}

const recommendationMeeting: Meeting<Recommendation> = {
  name: 'answering a recommendation and answering it otherwise',
  never: 'it is both done and declined',
  ready: async ({ registry, networkId }) => {
    const { deps, school, team } = registry
    const { id } = await recommend(deps, school.representative.actor, advice(networkId, team.id))
    const declines: Call<unknown> = (by) => followUp(by, team.colleague.actor, { id }, { status: 'declined', note: 'Not ours.' })
    return { id, calls: [(by) => followUp(by, team.representative.actor, { id }, { status: 'done' }), declines] }
  },
  broken: ({ state, recorded }) => recorded.length !== 1 || state.followUps.length !== 1,
}

const networkMeeting: Meeting<Network> = {
  name: 'leaving a network and giving a role of it to a colleague',
  never: 'somebody of an organisation that left holds a role',
  ready: async ({ registry }) => {
    const { deps, team } = registry
    const networkId = await aNetwork(registry)
    const t = team.representative.actor
    const roleId = madeId(
      await createNetworkRole(deps, t, { networkId }, { name: 'lead', purpose: 'Keeps us together', tasks: [] }),
      'role-created',
    )
    const gives: Call<unknown> = (by) => assignNetworkRole(by, t, { networkId }, roleId, { personId: team.colleague.actor.personId })
    return { id: networkId, calls: [(by) => leaveNetwork(by, t, { networkId }, team.id), gives] }
  },
  broken: ({ state, recorded }) =>
    recorded.at(-1)?.type !== 'member-left' ||
    Object.values(state.roles).some(({ holders }) => holders.some(({ untilDate }) => untilDate === undefined)),
}

/** Everything of the collaboration that meets. What each state is, its stream says. */
export const meetings = [...annexMeetings, ...exchangeMeetings, inquiryMeeting, recommendationMeeting, networkMeeting] as Meeting<unknown>[]
