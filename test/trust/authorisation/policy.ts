import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CallerKind } from './callers.ts'
import type { Place } from './world.ts'

/**
 * What an operation is about. `register`: what all whom the registry knows may see or do; `own`: the caller's organisation alone;
 * `administered`: changed by those who administer it; `person`: somebody's data, for themself and those who administer; `circle`: a network, for its members; `table`: an agreement, for the parties at its
 * table; `versions`: what it adopted, as its visibility says.
 */
type About = 'register' | 'own' | 'administered' | 'person' | 'circle' | 'table' | 'versions'

/** Whose something is where not everybody with the standing may do it. */
type Whose = 'the pair’s' | 'the school’s' | 'the parents’' | 'the member’s' | 'the receiver’s' | 'the renewer’s' | 'the grantor’s'

export type Rule = {
  about: About
  /** The act in the table "what can be done when" of docs/domain.md, which says in which phases and with which standing. */
  act?: string
  whose?: Whose
  /** A mandate for another subject does not cover it. */
  covers?: true
  /** It takes a mandate that has begun and is not over, also one that waits for renewal; asked before or after what it is about is found. */
  represents?: 'first' | 'last'
  /** It has no phase of its own but ends with the agreement: such as granting. */
  untilEnded?: true
  /** What it is about is there only in these phases, whatever the ids say. */
  only?: readonly string[]
  /** The token of nobody counts as none while there is something for everybody. */
  nobodyReads?: true
  /** What its body names is a table of ours. */
  ofOurTable?: true
  /** What its body names is a network of ours. */
  ofOurNetwork?: true
  /** The operator may as well, for every organisation. */
  operator?: true
}

const table: Rule = { about: 'table' }
const versions: Rule = { about: 'versions' }
const register: Rule = { about: 'register' }
const own: Rule = { about: 'own' }
const administered: Rule = { about: 'administered' }
const circle: Rule = { about: 'circle' }
const act = (name: string, more: Partial<Rule> = {}): Rule => ({ about: 'table', act: name, ...more })

const adopted = ['acting', 'reflecting', 'closed', 'ended']

/** Who may do what, by operation: every operation has its line here, or its cells have no expectation and fail. */
export const policy: Readonly<Record<string, Rule>> = {
  getDescription: { ...register, nobodyReads: true },
  getLiveness: { ...register, nobodyReads: true },
  getReadiness: { ...register, nobodyReads: true },
  getSigningKeys: { ...register, nobodyReads: true },
  getCheckpoint: register,
  getInclusionProof: register,
  getConsistencyProof: register,
  getMe: register,
  getMyData: register,
  listToDo: register,

  listOrganisations: register,
  registerOrganisation: register,
  getOrganisation: register,
  listPeople: register,
  getPerson: register,
  listDesks: register,
  getDesk: register,
  changeOrganisation: administered,
  addPerson: administered,
  changePerson: administered,
  removePerson: administered,
  getPersonData: { about: 'person' },
  erasePerson: { ...administered, operator: true },
  openDesk: administered,
  changeDesk: administered,
  closeDesk: administered,
  listApplications: own,
  getApplication: own,
  addApplication: administered,
  revokeApplication: administered,
  getHandOverPlan: own,
  handOver: administered,
  getContinuity: own,
  grantMandates: { ...own, whose: 'the grantor’s' },

  listPositionStatements: register,
  statePosition: administered,
  getPositionStatement: register,
  listAcknowledgements: register,
  acknowledgePosition: register,
  answerAcknowledgement: own,

  listSocialMap: register,
  getSocialMapEntry: register,
  getHsds: register,
  listHsdsOrganizations: register,
  getHsdsOrganization: register,
  listHsdsServices: register,
  getHsdsService: register,

  listNetworks: register,
  foundNetwork: register,
  getNetwork: circle,
  getNetworkPulse: circle,
  getNetworkGraph: circle,
  listMembers: circle,
  getMember: circle,
  joinNetwork: circle,
  leaveNetwork: { ...circle, whose: 'the member’s' },
  getIdentity: circle,
  stateIdentity: circle,
  listIdentities: circle,
  getNorms: circle,
  listNetworkRoles: circle,
  createNetworkRole: circle,
  getNetworkRole: circle,
  changeNetworkRole: circle,
  endNetworkRole: circle,
  listTurns: circle,
  assignNetworkRole: circle,
  releaseNetworkRole: { ...circle, whose: 'the member’s' },
  getNetworkContinuity: circle,
  getNetworkLeadTimes: circle,
  getNetworkPhase: circle,

  listInquiries: register,
  callInquiry: { ...register, ofOurNetwork: true },
  getInquiry: circle,
  closeInquiry: { ...circle, whose: 'the member’s' },
  listInquirySeats: circle,
  takeInquirySeat: circle,
  leaveInquirySeat: { ...circle, whose: 'the member’s' },
  listFindings: circle,
  addFinding: circle,
  listRecommendations: register,
  recommend: { ...register, ofOurNetwork: true },
  getRecommendation: circle,
  followUpRecommendation: { ...circle, whose: 'the member’s' },
  getLineage: circle,
  listScopeOverlaps: circle,

  listExchangeProgrammes: register,
  foundExchangeProgramme: { ...register, ofOurNetwork: true },
  getExchangeProgramme: circle,
  changeExchangeProgramme: { ...circle, whose: 'the member’s' },
  addExchangeRound: { ...circle, whose: 'the member’s' },
  getExchangeRound: circle,
  changeExchangeRound: { ...circle, whose: 'the member’s' },
  cancelExchangeRound: { ...circle, whose: 'the member’s' },
  listEnrolments: circle,
  enrol: circle,
  getEnrolment: circle,
  withdrawEnrolment: { ...circle, whose: 'the member’s' },
  getMatching: circle,
  makeMatching: { ...circle, whose: 'the member’s' },
  listPlacements: circle,
  makePlacements: { ...circle, whose: 'the member’s' },
  getPlacement: circle,
  listUnreciprocated: circle,
  preparePlacement: { ...circle, whose: 'the member’s' },
  settlePlacement: { ...circle, whose: 'the pair’s' },
  listPlacementReflections: circle,
  reflectOnPlacement: circle,
  getClosingMeeting: circle,
  closeExchangeRound: { ...circle, whose: 'the member’s' },

  listAgreements: register,
  createAgreement: register,
  getAgreement: table,
  getPhase: table,
  changeSettings: act('set-visibility'),
  getEnding: table,
  getCoverage: table,
  listRecordedDissents: table,
  getPulse: table,
  listBeneficiaries: table,
  listReceipts: table,
  listHistory: table,
  exportAgreement: table,
  endAgreement: act('end'),
  getText: table,
  writeText: act('edit-text'),
  patchText: act('edit-text'),

  getCurrent: { ...versions, only: ['acting', 'reflecting', 'closed'], nobodyReads: true },
  listCurrentAgreements: register,
  listVersions: versions,
  getVersion: versions,
  getDifference: versions,
  getExplanation: table,

  listParties: table,
  addParty: act('add-party'),
  getParty: table,
  leaveTable: act('leave', { whose: 'the school’s' }),

  listAnnexes: table,
  getAnnex: table,
  proposeAccession: act('propose-accession'),
  proposeExpulsion: act('propose-expulsion'),
  consentToAnnex: act('consent-to-annex', { whose: 'the parents’' }),
  objectToAnnex: act('object-to-annex'),
  listLinks: table,
  linkAgreement: act('link'),

  listTemplates: register,
  getTemplate: register,
  makeTemplate: { ...register, ofOurTable: true },
  withdrawTemplate: register,

  listMessages: table,
  sendMessage: act('send-message'),
  getMessage: table,

  listMandates: table,
  getMandate: table,
  grantMandate: { ...table, untilEnded: true, whose: 'the grantor’s' },
  renewMandate: { ...table, untilEnded: true, whose: 'the renewer’s' },
  withdrawMandate: { ...table, whose: 'the grantor’s' },

  listRoles: table,
  createRole: act('shape-role'),
  getRole: table,
  changeRole: act('shape-role'),
  endRole: act('shape-role'),
  listTasks: table,
  assignRole: act('shape-role'),
  releaseRole: act('shape-role', { whose: 'the school’s' }),
  listTransfers: table,
  offerTransfer: act('transfer-tasks', { whose: 'the school’s' }),
  getTransfer: table,
  answerTransfer: act('transfer-tasks', { whose: 'the receiver’s' }),
  withdrawTransfer: act('transfer-tasks', { whose: 'the school’s' }),

  listRounds: table,
  listLeadTimes: table,
  openRound: act('open-round'),
  getRound: table,
  getAgenda: table,
  getAdoption: table,
  adopt: act('adopt'),
  closeRound: act('close-round'),
  listImpasses: table,
  callImpasse: act('call-impasse'),
  leaveImpasse: act('leave-impasse'),
  listContributions: table,
  contribute: act('contribute'),
  getContribution: table,
  answerContribution: act('contribute'),
  acceptProposal: act('accept-proposal'),
  settleDilemma: act('contribute', { whose: 'the school’s' }),
  exploreResistance: act('contribute'),
  offerHelp: act('contribute'),
  answerHelp: act('contribute', { whose: 'the school’s' }),
  withdrawContribution: act('contribute', { whose: 'the school’s' }),
  getCompliance: table,
  listHearings: table,
  stateHearing: act('state-hearing'),
  listStances: table,
  takeStance: act('take-stance', { covers: true }),
  listDissents: table,
  stateDissent: act('state-dissent'),
  callReflection: act('call-reflection'),
  listReflections: table,
  reflect: act('reflect'),
  getReflection: table,
  amendReflection: act('reflect', { whose: 'the school’s' }),

  listMeetings: table,
  planMeeting: act('plan-meeting'),
  getMeeting: table,
  changeMeeting: act('plan-meeting'),
  noteGuests: act('hold-meeting'),
  takeAttendance: act('hold-meeting'),
  writeMinutes: act('hold-meeting'),
  closeMeeting: act('hold-meeting', { represents: 'first' }),
  cancelMeeting: act('plan-meeting'),
  givePulse: act('give-pulse'),
  recordMeeting: act('hold-meeting', { represents: 'last' }),

  listCommitments: table,
  offerCommitment: act('offer-commitment'),
  getCommitment: table,
  reviseCommitment: act('offer-commitment'),
  withdrawCommitment: act('offer-commitment'),
  answerCommitment: act('answer-commitment', { whose: 'the school’s', covers: true }),
  listProgress: table,
  reportProgress: act('report-progress', { whose: 'the school’s', only: adopted }),
}

type When = { phases: readonly string[]; standing: string }

/** "What can be done when" as docs/domain.md has it: what people were promised, not what the code happens to say. */
const acts: ReadonlyMap<string, When> = readActs()

function readActs(): Map<string, When> {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'domain.md'), 'utf8')
  const [, section = ''] = text.split('### What can be done when')
  const rows = (section.split('\n### ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  const cells = (row: string) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const [, ...phases] = cells(rows[0] ?? '')
  return new Map(
    rows.slice(2).flatMap((row) => {
      const [names = '', ...marks] = cells(row)
      const when = { phases: phases.filter((_, index) => marks[index] === '●'), standing: (marks.at(-1) ?? '').replaceAll('`', '') }
      return [...names.replace(/\(.*\)/, '').matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => [name, when] as const)
    }),
  )
}

/** Who may call an operation, as its `x-authorization` says. */
export type Authorization = { access: 'anyone' | 'known' | 'member' | 'person' | 'operator'; scope?: string }

/** What a request is aimed at. `mismatch`: its last id is one of another agreement, organisation or network. */
export type Target =
  | { kind: 'none' | 'unknown' | 'malformed' }
  | { kind: 'place'; place: Place; last?: 'unknown' | 'mismatch' }
  | { kind: 'organisation' | 'network'; ours: boolean; last?: 'unknown' | 'mismatch' }

/**
 * What must come of a cell. `through`: authorisation lets it by, whatever the rules of state then say; `hidden`: as if it were not there;
 * `absent`: at an open table, but there is nothing by that id; `barred`: stopped at the door, with this code; `forbidden`: seen, not allowed;
 * `refused`: allowed to somebody, not in this state; `kept-out`: whatever it is called, nothing of it shows or changes.
 */
export type Verdict =
  | { is: 'through' | 'hidden' | 'absent' | 'forbidden' | 'refused' | 'unauthenticated' | 'malformed' | 'kept-out' }
  | { is: 'barred'; code: string }

const barred = (code: string): Verdict => ({ is: 'barred', code })

/** An operation of the description: its path parameters in order, and whether it changes anything. */
export type Described = { id: string; authorization: Authorization; parameters: readonly string[]; changes: boolean }

/**
 * What the policy expects; undefined where it has no line for the operation. With the application's check stubbed, an organisation
 * need not say that it is another's to keep everything of it in.
 */
export function expected(operation: Described, caller: CallerKind, target: Target, stubbed: boolean): Verdict | undefined {
  const rule = policy[operation.id]
  if (!rule) return undefined
  const door = atDoor(rule, operation.authorization, caller, target)
  if (door) return door
  const entitled = target.kind === 'malformed' || isTheirOwn(caller, target) || (rule.operator && caller.known === 'operator')
  const others = ['own', 'administered'].includes(rule.about) && !entitled
  if (!stubbed || !others) return inside(rule, operation, caller, target)
  // The agreement that these grants name is ours, whatever organisation the path does: it is that which the database keeps.
  if (rule.whose === 'the grantor’s' && sits(caller)) return { is: caller.grants ? 'through' : 'forbidden' }
  return { is: 'kept-out' }
}

function atDoor(rule: Rule, { access, scope }: Authorization, caller: CallerKind, target: Target): Verdict | undefined {
  const { token, known, scopes } = caller
  if (token !== undefined && !known) return { is: 'unauthenticated' }
  if (access === 'anyone') {
    if (known && !scopes.includes('handslag:read')) return barred('scope-missing')
    // Where no token is needed, who calls is looked up once the request has been read.
    return known === 'nobody' && !rule.nobodyReads && target.kind !== 'malformed' ? barred('caller-unknown') : undefined
  }
  if (!known) return { is: 'unauthenticated' }
  if (!scopes.some((one) => one === scope)) return barred('scope-missing')
  if (known === 'nobody') return barred('caller-unknown')
  if (access === 'operator' && known !== 'operator') return barred('for-operators')
  if (access === 'person' && known !== 'person') return barred('for-people')
  if (access === 'member' && known === 'operator') return barred('for-members')
  return undefined
}

function inside(rule: Rule, operation: Described, caller: CallerKind, target: Target): Verdict {
  if (target.kind === 'malformed') return { is: 'malformed' }
  switch (rule.about) {
    case 'register':
      if (rule.ofOurTable && !sits(caller)) return { is: 'absent' }
      if (rule.ofOurNetwork && !isMember(caller, { kind: 'network', ours: true })) return { is: 'absent' }
      return target.kind === 'unknown' || isLost(target) ? { is: 'absent' } : { is: 'through' }
    case 'person': {
      if (target.kind === 'unknown' || isLost(target)) return { is: 'absent' }
      return { is: isTheirOwn(caller, target) && (caller.grants || caller.isColleague) ? 'through' : 'forbidden' }
    }
    case 'own':
    case 'administered':
      if (rule.operator && caller.known === 'operator') return { is: target.kind === 'unknown' || isLost(target) ? 'absent' : 'through' }
      return ofOrganisation(rule, caller, target)
    case 'circle':
      if (target.kind === 'unknown' || !isMember(caller, target)) return { is: 'hidden' }
      if (isLost(target)) return { is: 'absent' }
      if (rule.whose === 'the pair’s' && isOf(caller, 'neighbour')) return { is: 'through' }
      return { is: rule.whose && !isTheirOwn(caller, target) ? 'forbidden' : 'through' }
    case 'versions':
      return ofVersions(rule, operation, caller, target)
    case 'table':
      return ofTable(rule, operation, caller, target)
  }
}

const isLost = (target: Target): boolean => 'last' in target && target.last !== undefined

function ofOrganisation(rule: Rule, caller: CallerKind, target: Target): Verdict {
  if (target.kind === 'unknown') return { is: rule.about === 'own' ? 'forbidden' : 'absent' }
  // Whoever the other organisation is of: each administers itself.
  if (target.kind !== 'organisation' || !isTheirOwn(caller, target)) return { is: 'forbidden' }
  // The agreement that these grants name is one of ours.
  if (rule.whose === 'the grantor’s' && !target.ours) return { is: 'absent' }
  if ((rule.about === 'administered' || rule.whose === 'the grantor’s') && !caller.grants) return { is: 'forbidden' }
  return { is: isLost(target) ? 'absent' : 'through' }
}

const isTheirOwn = (caller: CallerKind, target: Target): boolean => 'ours' in target && isOf(caller, target.ours ? 'school' : 'stranger')

const isOf = ({ house }: CallerKind, key: string): boolean => houseKey(house?.name) === key
const houseKey = (name: string | undefined): string | undefined => (name === 'Youth team' ? 'team' : name?.toLowerCase())

const seated = ['school', 'team', 'city']
const atTables = [...seated, 'parents', 'inspectorate']
const inNetwork = ['school', 'team', 'parents', 'neighbour']

const sits = (caller: CallerKind): boolean => atTables.includes(houseKey(caller.house?.name) ?? '')
const isMember = (caller: CallerKind, target: Target): boolean =>
  target.kind === 'network' && (target.ours ? inNetwork : ['stranger']).includes(houseKey(caller.house?.name) ?? '')

function isTheirs({ whose }: Rule, caller: CallerKind): boolean {
  if (whose === undefined) return true
  if (whose === 'the school’s') return isOf(caller, 'school')
  if (whose === 'the parents’') return isOf(caller, 'parents')
  if (whose === 'the receiver’s') return caller.receives === true
  const grants = caller.grants === true && isOf(caller, 'school')
  return grants || (whose === 'the renewer’s' && caller.renews === true)
}

function ofVersions(rule: Rule, { parameters }: Described, caller: CallerKind, target: Target): Verdict {
  const hidden: Verdict = caller.known === 'nobody' ? barred('caller-unknown') : { is: 'hidden' }
  if (target.kind !== 'place') return hidden
  const { adopted: any, visibility, phase } = target.place
  const inCircle = inNetwork.includes(houseKey(caller.house?.name) ?? '')
  const shown = any && (visibility === 'public' || (visibility === 'network' && inCircle))
  if (!sits(caller) && !shown) return hidden
  // Who is nobody here gets no further than what needs no token.
  if (isLost(target) || (parameters.includes('versionNumber') && !any)) return { is: 'absent' }
  return rule.only && !rule.only.includes(phase) ? { is: 'absent' } : { is: 'through' }
}

function ofTable(rule: Rule, { changes, parameters }: Described, caller: CallerKind, target: Target): Verdict {
  if (target.kind !== 'place' || !sits(caller)) return { is: 'hidden' }
  const { place } = target
  const lost = isLost(target) || parameters.some((name) => name !== 'agreementId' && !(name in place.ids))
  if (!changes) return { is: lost ? 'absent' : 'through' }
  // A round that is not there has no phase.
  const noRound = parameters.includes('roundNumber') && (!('roundNumber' in place.ids) || (lost && parameters.at(-1) === 'roundNumber'))
  if (noRound) return { is: 'absent' }
  if (rule.act === undefined) {
    if (lost) return { is: 'absent' }
    if (rule.whose === 'the grantor’s' && rule.untilEnded && place.phase === 'ended') return { is: 'refused' }
    if (!isTheirs(rule, caller)) return { is: 'forbidden' }
    return { is: rule.untilEnded && place.phase === 'ended' ? 'refused' : 'through' }
  }
  const when = acts.get(rule.act)
  if (!when) throw new Error(`docs/domain.md does not know ${rule.act}`)
  if (!when.phases.includes(place.phase)) return { is: 'refused' }
  if (!stands(when.standing, caller, place)) return { is: 'forbidden' }
  if (rule.represents === 'first' && !represents(caller)) return { is: 'forbidden' }
  if (lost || (rule.only && !rule.only.includes(place.phase))) return { is: 'absent' }
  if (rule.represents === 'last' && !represents(caller)) return { is: 'forbidden' }
  if (!isTheirs(rule, caller)) return { is: 'forbidden' }
  return rule.covers && caller.mandate === 'other-subject' ? { is: 'refused' } : { is: 'through' }
}

/** Whether a caller has a standing (docs/domain.md#standing). */
function stands(standing: string, caller: CallerKind, place: Place): boolean {
  const key = houseKey(caller.house?.name) ?? ''
  const hasMandate = ['effective', 'other-subject', ...(place.phase === 'draft' ? ['renewal-due', 'lapsed'] : [])].includes(caller.mandate)
  if (standing === 'part') return !seated.includes(key) || hasMandate
  if (standing === 'pledge') return hasMandate
  if (standing === 'speak') return seated.includes(key) || key === 'parents'
  if (standing === 'seat') return seated.includes(key)
  return seated.includes(key) && hasMandate
}

const represents = ({ mandate }: CallerKind): boolean => ['effective', 'other-subject', 'renewal-due'].includes(mandate)
