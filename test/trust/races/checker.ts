import { adopt } from '../../../src/domain/adoption.ts'
import { type Agreement, type AgreementEvent, evolve, openRound } from '../../../src/domain/agreement.ts'
import { type Content, contentOf, editText, textDigest } from '../../../src/domain/agreement-text.ts'
import { answerCommitment } from '../../../src/domain/commitment.ts'
import { answer, type Contribution, contribute } from '../../../src/domain/contribution.ts'
import { canonical } from '../../../src/domain/digest.ts'
import type { Context } from '../../../src/domain/event.ts'
import { stateHearing } from '../../../src/domain/hearing.ts'
import { brokenEntry, type Kept } from '../../../src/domain/ledger.ts'
import { effectiveMandates, isOver, type Mandate, mandateStatus } from '../../../src/domain/mandate.ts'
import { grantMandate, renewMandate, withdrawMandate } from '../../../src/domain/mandate-acts.ts'
import { closeMeeting, planMeeting, takeAttendance } from '../../../src/domain/meeting/meeting.ts'
import { seated } from '../../../src/domain/party.ts'
import { callReflection, closeRound, reflect } from '../../../src/domain/reflection.ts'
import { Refused } from '../../../src/domain/refusal.ts'
import { type Phase, phaseAt, requireRound } from '../../../src/domain/round.ts'
import { type Stance, takeStance } from '../../../src/domain/stance.ts'
import type { Instant } from '../../../src/domain/time.ts'
import { inForceAt, type Version } from '../../../src/domain/version.ts'
import { type AgreementEvidence, byId, type Evidence, type Operation, type Request, type RequestKind, shownAs } from './history.ts'

/** Everything that must hold, whoever does what at the same instant. */
export const invariants = {
  'chain': 'the chain of every agreement verifies: revisions 1 to n without a gap, each entry on the one before, moments rising',
  'rising': 'each change is recorded later than the one before it, by at least a millisecond',
  'moment': 'a change that waited for a lock is recorded after it got it',
  'acknowledged': 'what was acknowledged is in the ledger exactly once, as it was told',
  'sent': 'nothing is in the ledger that nobody sent',
  'answers': 'every call ends in a change, a refusal by the rules, or "try again"',
  'allowed': 'what was done was allowed in the state just before it, and what was refused was refused by a state of that time',
  'if-match': 'what was changed on a revision was changed on that revision',
  'mandate': 'whoever binds does so under a mandate of their own that is effective at the moment of record',
  'digest': 'a stance and an adoption are on the exact text as it was',
  'stances': 'no party is bound without its own stance on that text',
  'one-stance': 'a party has one stance per round: the last that it took',
  'closed': 'nothing is done to a round, a meeting or an agreement after it closed',
  'renewal': 'closing a meeting makes the mandates of all who represented there due for renewal',
  'versions': 'versions are numbered 1 to n, and the tables hold those that the ledger adopted',
  'one-open-round': 'at most one round is open',
  'in-force': 'no two versions are in force for the same moment, as known at the same moment',
  'head': 'the kept state is what the ledger adds up to',
  'tables': 'the tables for reading equal those made anew from the ledger',
  'state-read': 'whoever reads sees exactly what the ledger says at that revision, never half a change',
  'list-read': 'a list shows what the state of that revision holds',
  'known-read': 'looking back shows what was known at that moment',
  'current-read': 'what is in force is never older than what was acknowledged before the read began',
  'monotonic-reads': 'a client never reads an older state than it read before',
  'read-your-writes': 'a client reads what it wrote',
  'real-time': 'what began after another call was answered comes after it',
} as const
export type Invariant = keyof typeof invariants
export type Violation = { invariant: Invariant; agreementId: string; what: string }

/** One entry, with the state before and after it. */
type Step = { entry: Kept; before: Agreement | undefined; after: Agreement }

/** One change: the entries that were recorded together. Between these there is nothing to see. */
type Point = {
  revision: number
  at: Instant
  before: Agreement | undefined
  state: Agreement
  steps: Step[]
  mandates: Readonly<Record<string, Mandate>>
}

/** Every violation in a history, given what the database holds at the end. None: it is what some order of the calls would have given. */
export function check(history: readonly Operation[], { agreements, rebuilt, people }: Evidence): Violation[] {
  const found = agreements.flatMap((evidence) => {
    const own = history.filter((operation) => operation.agreementId === evidence.id)
    return checkAgreement(own, evidence, people)
  })
  return [...found, ...rebuilt.map((what): Violation => ({ invariant: 'tables', agreementId: '', what }))]
}

function checkAgreement(history: readonly Operation[], evidence: AgreementEvidence, people: Evidence['people']): Violation[] {
  const violations: Violation[] = []
  const say = (invariant: Invariant, what: string) => void violations.push({ invariant, agreementId: evidence.id, what })
  const broken = brokenEntry(evidence.entries)
  if (broken) say('chain', `entry ${broken.revision} does not fit: ${broken.why}`)
  const points = pointsOf(evidence.entries, say)
  const claims = claimsOf(history, evidence, points, say)
  for (const point of points) if (point.revision > evidence.baseline) checkPoint(point, say)
  checkTables(evidence, points, say)
  checkAnswers(history, claims, points, evidence.baseline, people, say)
  checkOrder(history, claims, points, evidence.baseline, say)
  return violations
}

type Say = (invariant: Invariant, what: string) => void

function pointsOf(entries: readonly Kept[], say: Say): Point[] {
  const points: Point[] = []
  const rounds = new Map<number, unknown>()
  let state: Agreement | undefined
  for (const entry of entries) {
    const before = state
    const { recordedAt: at, actorId, organisationId, mandateId, revision } = entry
    const event = { type: entry.type, data: entry.payload, ...(mandateId && { mandateId }) } as AgreementEvent
    try {
      const by = { actorId, ...(organisationId && { organisationId }), ...(mandateId && { mandateId }) }
      state = evolve(before, event, { at, by, revision })
    } catch (error) {
      say('chain', `entry ${revision} cannot be replayed: ${error}`)
      return points
    }
    const last = points.at(-1)
    const step = { entry, before, after: state }
    if (state.round) rounds.set(state.round.number, state.contributions)
    const mandates = before?.mandates === state.mandates ? (last?.mandates ?? {}) : { ...last?.mandates, ...state.mandates }
    if (last?.at === at) Object.assign(last, { revision, state, mandates, steps: [...last.steps, step] })
    else points.push({ revision, at, before, state, mandates, steps: [step] })
  }
  return points
}

/** Which call made which change. */
type Claims = ReadonlyMap<Operation, Point>

const includes = (whole: unknown, part: unknown): boolean =>
  typeof part === 'object' && part !== null && !Array.isArray(part)
    ? typeof whole === 'object' &&
      whole !== null &&
      Object.entries(part).every(([key, value]) => includes((whole as Record<string, unknown>)[key], value))
    : canonical(whole ?? null) === canonical(part ?? null)

const tells = (point: Point, made: readonly { type: string; data: object }[]): boolean =>
  made.every(({ type, data }) => point.steps.some(({ entry }) => entry.type === type && includes(entry.payload, data)))

/** Every acknowledged change is one point, and every point one call: unknown calls may have made what nobody was told of. */
function claimsOf(history: readonly Operation[], { baseline }: AgreementEvidence, points: readonly Point[], say: Say): Claims {
  const claims = new Map<Operation, Point>()
  const taken = new Map<Point, Operation>()
  const late = points.filter((point) => point.revision > baseline)
  for (const operation of history) {
    const { outcome, request, client } = operation
    if (outcome.is !== 'changed') continue
    const { made, revision, at } = outcome
    const fits = (point: Point) =>
      revision === undefined || (point.revision === revision && point.at === at && point.steps.length === made.length)
    const mine = late.filter((point) => fits(point) && tells(point, made))
    const name = `${request?.kind} of client ${client}${revision === undefined ? '' : ` at revision ${revision}`}`
    const [point] = mine
    if (!point || mine.length > 1) {
      say('acknowledged', `${name} is in the ledger ${mine.length} times`)
      continue
    }
    if (taken.has(point)) say('acknowledged', `${name} was told that it made what another call made too`)
    claims.set(operation, point)
    taken.set(point, operation)
  }
  const unknown = new Set(history.filter(({ outcome, request }) => outcome.is === 'unknown' && request))
  for (const point of late) {
    if (taken.has(point)) continue
    const maker = [...unknown].find((operation) => operation.request && couldHaveMade(operation.request, point))
    if (!maker) say('sent', `nobody sent ${point.steps.map(({ entry }) => entry.type).join(' and ')} at revision ${point.revision}`)
    else {
      unknown.delete(maker)
      claims.set(maker, point)
    }
  }
  const told = [...claims].filter(([{ outcome }]) => outcome.is === 'changed').map(([{ outcome }]) => outcome)
  const moments = told
    .flatMap((outcome) => (outcome.is === 'changed' && outcome.revision !== undefined ? [{ ...outcome }] : []))
    .sort((a, b) => (a.revision ?? 0) - (b.revision ?? 0))
  moments.forEach(({ at = '', revision }, index) => {
    const before = moments[index - 1]
    if (before?.at !== undefined && at <= before.at) say('rising', `revision ${revision} is recorded at ${at}, not after ${before.at}`)
  })
  return claims
}

const eventOf: Record<RequestKind, AgreementEvent['type']> = {
  'adopt': 'version-adopted',
  'take-stance': 'stance-taken',
  'grant-mandate': 'mandate-granted',
  'withdraw-mandate': 'mandate-withdrawn',
  'renew-mandate': 'mandate-renewed',
  'plan-meeting': 'meeting-planned',
  'take-attendance': 'attendance-taken',
  'close-meeting': 'meeting-closed',
  'edit-text': 'text-edited',
  'contribute': 'contribution-made',
  'answer-contribution': 'contribution-answered',
  'answer-commitment': 'commitment-answered',
  'state-hearing': 'party-heard',
  'call-reflection': 'reflection-called',
  'reflect': 'reflection-given',
  'close-round': 'round-closed',
  'open-round': 'round-opened',
}

const couldHaveMade = ({ kind, actor }: Request, { steps }: Point): boolean =>
  steps.some(({ entry }) => entry.type === eventOf[kind] && entry.actorId === actor.personId)

/** What must hold of each change by itself, in the state before it. */
function checkPoint(point: Point, say: Say): void {
  for (const { entry, before } of point.steps) {
    if (!before) continue
    const name = `${entry.type} at revision ${entry.revision}`
    const phase = phaseAt(before, entry.recordedAt)
    const within = rounds[entry.type]
    if (within && !within.includes(phase)) say(entry.type === 'round-opened' ? 'one-open-round' : 'closed', `${name} while ${phase}`)
    if (before.status === 'ended') say('closed', `${name} after the agreement ended`)
    const payload = entry.payload as Record<string, unknown>
    if (typeof payload.meetingId === 'string' && entry.type in meetings && before.meetings[payload.meetingId]?.state !== 'planned')
      say('closed', `${name} after the meeting closed`)
    rules[entry.type]?.(entry, before, (invariant, what) => say(invariant, `${name}: ${what}`))
  }
  const closing = point.steps.find(({ entry }) => entry.type === 'meeting-closed')
  if (closing) renewals(closing.entry, point, say)
}

// In which phases an entry belongs; what is not named here can come in any.
const rounds: Record<string, readonly Phase[]> = {
  'stance-taken': ['deliberating'],
  'version-adopted': ['deliberating'],
  'text-edited': ['draft', 'deliberating'],
  'party-heard': ['deliberating', 'impasse'],
  'contribution-answered': ['deliberating', 'impasse', 'acting', 'reflecting'],
  'commitment-answered': ['deliberating'],
  'reflection-called': ['acting'],
  'reflection-given': ['reflecting'],
  'round-closed': ['reflecting'],
  'round-opened': ['draft', 'closed'],
}
const meetings = { 'meeting-closed': true, 'attendance-taken': true, 'minutes-written': true, 'meeting-cancelled': true }

/** Whether an act that binds was under a mandate of whoever acted, which was effective at that moment and covers the subjects. */
function underMandate({ mandateId, recordedAt, actorId }: Kept, before: Agreement, say: Say, subjects: readonly string[] = []): void {
  const mandate = before.mandates[mandateId ?? '']
  if (!mandate) {
    say('mandate', 'without a mandate')
    return
  }
  const status = mandateStatus(mandate, recordedAt, before.mandates)
  if (status !== 'effective') say('mandate', `under a mandate that is ${status}`)
  if (mandate.holderId !== actorId) say('mandate', 'under the mandate of somebody else')
  if (!subjects.every((subject) => mandate.subjects.includes(subject))) say('mandate', 'outside the subjects of its mandate')
}

const rules: Record<string, (entry: Kept, before: Agreement, say: Say) => void> = {
  'stance-taken': (entry, before, say) => {
    const stance = entry.payload as Stance
    const content = contentOf(before)
    underMandate(entry, before, say, content.mandate?.subjects)
    if (stance.textDigest !== textDigest(content)) say('digest', 'on another text')
  },
  'version-adopted': (entry, before, say) => {
    const { version } = entry.payload as { version: Version }
    const content = contentOf(before)
    const digest = textDigest(content)
    underMandate(entry, before, say)
    represented(content, before, entry.recordedAt, say)
    if (version.textDigest !== digest || textDigest(version.content) !== digest) say('digest', 'another text than was deliberated on')
    for (const party of seated(before)) {
      const own = Object.values(before.stances).find((stance) => stance.partyId === party.id)
      const bound = version.stances.find((stance) => stance.partyId === party.id)
      if (!own || !bound || own.position !== bound.position) say('stances', `${party.name} has taken no stance`)
      else if (own.position === 'withhold') say('stances', `${party.name} withholds`)
      else if (own.textDigest !== digest) say('digest', `${party.name} took its stance on another text`)
    }
    const last = before.versions.at(-1)?.number ?? 0
    if (version.number !== last + 1) say('versions', `number ${version.number} follows ${last}`)
  },
  'commitment-answered': (entry, before, say) => underMandate(entry, before, say),
  'mandate-granted': (entry, _before, say) => {
    const { holderId, grantorId } = entry.payload as Mandate
    if (holderId === grantorId) say('mandate', 'granted to its grantor')
  },
  'mandate-renewed': (entry, before, say) => {
    const mandate = before.mandates[(entry.payload as { mandateId: string }).mandateId]
    const status = mandate && mandateStatus(mandate, entry.recordedAt, before.mandates)
    if (status !== 'renewal-due') say('mandate', `renewed while ${status}`)
  },
  'round-opened': (entry, before, say) => {
    const { number } = entry.payload as { number: number }
    if (number !== (before.round?.number ?? 0) + 1) say('one-open-round', `round ${number} follows ${before.round?.number}`)
  },
}

function represented(content: Content, before: Agreement, at: Instant, say: Say): void {
  const subjects = content.mandate?.subjects ?? []
  for (const party of seated(before)) {
    const covers = effectiveMandates(before, party.id, at).some((mandate) => subjects.every((one) => mandate.subjects.includes(one)))
    if (!covers) say('mandate', `${party.name} has nobody who may bind it`)
  }
}

function renewals(entry: Kept, { state, at }: Point, say: Say): void {
  const attendance = state.meetings[(entry.payload as { meetingId: string }).meetingId]?.attendance ?? []
  for (const { mandateId, presence } of attendance) {
    const mandate = state.mandates[mandateId ?? '']
    if (presence !== 'present' || !mandate || isOver(mandate, at, state.mandates)) continue
    if (!mandate.renewal) say('renewal', `mandate ${mandateId} is not due after the meeting at revision ${entry.revision}`)
  }
}

/** What the tables show at the end, beside what the ledger adds up to. */
function checkTables(evidence: AgreementEvidence, points: readonly Point[], say: Say): void {
  const last = points.at(-1)
  const { head, entries, versions, rounds, stances, inForce, mandates } = evidence
  const tail = entries.at(-1)
  if (!head || head.revision !== tail?.revision || head.hash !== tail.hash || head.recordedAt !== tail.recordedAt)
    say('head', `the head stands at revision ${head?.revision}, the ledger at ${tail?.revision}`)
  if (!last) return
  if (head && canonical(head.state) !== canonical(last.state)) say('head', 'the kept state is not what the ledger adds up to')

  const steps = points.flatMap((point) => point.steps)
  const adopted = steps.flatMap(({ entry }) =>
    entry.type === 'version-adopted' ? [{ at: entry.recordedAt, version: (entry.payload as { version: Version }).version }] : [],
  )
  const said = adopted.map(({ at, version }) => `${version.number} ${version.textDigest} ${at}`)
  const shown = versions.map(({ number, textDigest, adoptedAt }) => `${number} ${textDigest} ${adoptedAt}`)
  if (said.join() !== shown.join()) say('versions', `the ledger adopted ${said.length} versions, the table holds ${shown.length} others`)
  if (versions.some(({ number }, index) => number !== index + 1)) say('versions', `numbered ${versions.map(({ number }) => number)}`)

  const open = rounds.filter(({ state }) => state !== 'closed')
  if (open.length > 1) say('one-open-round', `rounds ${open.map(({ number }) => number).join(' and ')} are open`)

  const taken = new Map<string, Stance>()
  for (const { after, entry } of steps)
    if (entry.type === 'stance-taken') for (const stance of Object.values(after.stances)) taken.set(keyOf(stance), stance)
  const keys = stances.map(keyOf)
  if (new Set(keys).size < keys.length) say('one-stance', `${keys.length - new Set(keys).size} stances beside another of the same party`)
  if (canonical(byId(stances)) !== canonical(byId(taken.values()))) say('one-stance', 'not the last that each party took')

  for (const [index, one] of inForce.entries())
    for (const other of inForce.slice(index + 1))
      if (overlap([one.fromAt, one.untilAt], [other.fromAt, other.untilAt]) && overlap(knownIn(one), knownIn(other)))
        say('in-force', `periods ${one.id} and ${other.id} overlap`)
  if (canonical(byId(mandates)) !== canonical(byId(Object.values(last.mandates)))) say('tables', 'mandates differ from the ledger')
}

const keyOf = ({ roundNumber, partyId }: Stance) => `${roundNumber} ${partyId}`
type Span = readonly [Instant, Instant]
// After every moment that there is.
const forever = '9999'
const knownIn = ({ knownAt, replacedAt }: { knownAt: Instant; replacedAt?: Instant }): Span => [knownAt, replacedAt ?? forever]
const overlap = ([from, until]: Span, [otherFrom, otherUntil]: Span) => from < otherUntil && otherFrom < until && from < until

/** Whether each change was allowed on the state before it, and each refusal right in a state that the caller could have met. */
function checkAnswers(
  history: readonly Operation[],
  claims: Claims,
  points: readonly Point[],
  baseline: number,
  people: Evidence['people'],
  say: Say,
): void {
  const seen = floors(history, claims, points, baseline)
  const invoked = [...claims].map(([operation, point]) => ({ invoked: operation.invoked, revision: point.revision }))
  for (const operation of history) {
    const { request, outcome, client, notBefore } = operation
    if (outcome.is === 'failed') say('answers', `client ${client} was told: ${outcome.why}`)
    if (!request) continue
    const point = claims.get(operation)
    if (outcome.is === 'changed' && point?.before) {
      const name = `${request.kind} at revision ${point.revision}`
      if (notBefore && point.at < notBefore) say('moment', `${name} is recorded at ${point.at}, but waited until ${notBefore}`)
      if (
        request.ifMatch !== undefined &&
        partRevision(point.before, request, (point.steps[0]?.entry.revision ?? 0) - 1) !== request.ifMatch
      )
        say('if-match', `${name} was on revision ${request.ifMatch} of what it changes`)
      const told = decided({ ...request, ifMatch: undefined }, point, point.at, people)
      const done = point.steps.map(({ entry }) => entry.type).join()
      if (told !== done) say('allowed', `${name} did ${done}, and the rules say ${told}`)
    }
    if (outcome.is === 'refused') {
      const floor = seen.get(operation) ?? 0
      const ceiling = Math.max(floor, ...invoked.filter((one) => one.invoked < operation.answered).map((one) => one.revision))
      const codes = [...new Set(outcome.codes)].sort().join()
      const candidates = points.filter((point) => point.revision >= floor && point.revision <= ceiling)
      const right = candidates.some((candidate) => refusalAfter(request, candidate, people) === codes)
      if (!right) say('allowed', `${request.kind} of client ${client} was refused with ${codes}, which no state of that time gives`)
    }
  }
}

/** The revision of the part that a request changes, of the agreement where it has none of its own; none of what is not there. */
function partRevision(state: Agreement, { kind, id = '' }: Request, revision: number): number | undefined {
  if (kind === 'edit-text') return state.textRevision
  return kind === 'close-meeting' || kind === 'take-attendance' ? state.meetings[id]?.revision : revision
}

const anId = '00000000-0000-4000-8000-000000000000'

function decided(
  request: Omit<Request, 'ifMatch'> & { ifMatch?: number | undefined },
  { before }: Point,
  now: Instant,
  people: Evidence['people'],
): string {
  if (!before) return 'nothing'
  try {
    const context = { actor: request.actor, now, newId: () => anId }
    return decide(before, request, context, people)
      .map((event) => event.type)
      .join()
  } catch (error) {
    return error instanceof Refused ? `refused: ${codesOf(error)}` : String(error)
  }
}

function refusalAfter(request: Request, { state, at, revision }: Point, people: Evidence['people']): string | undefined {
  const { ifMatch } = request
  const part = partRevision(state, request, revision)
  if (ifMatch !== undefined && part !== undefined && part !== ifMatch) return 'stale'
  try {
    decide(state, request, { actor: request.actor, now: at, newId: () => anId }, people)
    return undefined
  } catch (error) {
    return error instanceof Refused ? codesOf(error) : String(error)
  }
}

const codesOf = (refused: Refused) => [...new Set(refused.reasons.map(({ code }) => code))].sort().join()

/** What the rules say of a request in a state. */
function decide(state: Agreement, request: Omit<Request, 'ifMatch'>, context: Context, people: Evidence['people']): AgreementEvent[] {
  const { kind, id = '', input, roundNumber } = request
  if (inRound.has(kind)) requireRound(state, roundNumber, kind)
  const decisions: Record<RequestKind, () => AgreementEvent[]> = {
    'adopt': () => adopt(state, input, context),
    'take-stance': () => takeStance(state, input, context),
    'grant-mandate': () => grantMandate(state, input, people.get(input.holderId), context),
    'withdraw-mandate': () => withdrawMandate(state, id, input, context),
    'renew-mandate': () => renewMandate(state, id, input, context),
    'plan-meeting': () => planMeeting(state, input, context),
    'take-attendance': () => takeAttendance(state, id, input, people, context),
    'close-meeting': () => closeMeeting(state, id, context),
    'edit-text': () => editText(state, input, context),
    'contribute': () => contribute(state, input, context),
    'answer-contribution': () => answer(state, id, input, context),
    'answer-commitment': () => answerCommitment(state, id, input, state.text.validity?.validUntil, context),
    'state-hearing': () => stateHearing(state, input, context),
    'call-reflection': () => callReflection(state, input, context),
    'reflect': () => reflect(state, input, context),
    'close-round': () => closeRound(state, context),
    'open-round': () => openRound(state, input, context),
  }
  return decisions[kind]()
}

const inRound: ReadonlySet<RequestKind> = new Set<RequestKind>([
  'adopt',
  'take-stance',
  'contribute',
  'answer-contribution',
  'state-hearing',
  'call-reflection',
  'reflect',
  'close-round',
])

/** The revision that a call shows to have been reached when it was answered. */
function reached(operation: Operation, claims: Claims, points: readonly Point[]): number | undefined {
  const { outcome } = operation
  if (outcome.is === 'changed') return claims.get(operation)?.revision
  if (outcome.is === 'read' || outcome.is === 'listed') return outcome.revision
  if (outcome.is === 'current') return adoptionOf(outcome.version, points)?.revision
  return undefined
}

const adoptionOf = (version: number | null, points: readonly Point[]): Point | undefined =>
  points.find(({ steps }) =>
    steps.some(({ entry }) => entry.type === 'version-adopted' && (entry.payload as { version: Version }).version.number === version),
  )

/** For each call: the highest revision that any client had been shown when it began. */
function floors(history: readonly Operation[], claims: Claims, points: readonly Point[], baseline: number): Map<Operation, number> {
  const moments = history.flatMap((operation) => [
    { at: operation.invoked, operation, answered: false },
    { at: operation.answered, operation, answered: true },
  ])
  // What began at the instant at which another was answered counts as at the same time.
  moments.sort((a, b) => a.at - b.at || Number(a.answered) - Number(b.answered))
  const floor = new Map<Operation, number>()
  let highest = baseline
  for (const { operation, answered } of moments) {
    if (answered) highest = Math.max(highest, reached(operation, claims, points) ?? 0)
    else floor.set(operation, highest)
  }
  return floor
}

/** Session guarantees, the order of real time, and what each read shows. */
function checkOrder(history: readonly Operation[], claims: Claims, points: readonly Point[], baseline: number, say: Say): void {
  const floor = floors(history, claims, points, baseline)
  const sessions = new Map<number, { read: number; wrote: number }>()
  const at = new Map(points.map((point) => [point.revision, point]))
  const memo = new Map<string, string>()
  const shownAt = (point: Point, what: string, value: () => unknown): string => {
    const key = `${what} ${point.revision}`
    const shown = memo.get(key) ?? shownAs(value())
    memo.set(key, shown)
    return shown
  }
  const listed = listsOf(points)
  for (const operation of [...history].sort((a, b) => a.invoked - b.invoked)) {
    const { client, outcome, request } = operation
    const before = floor.get(operation) ?? 0
    const session = sessions.get(client) ?? { read: 0, wrote: 0 }
    sessions.set(client, session)
    const revision = reached(operation, claims, points)
    const name = `client ${client}`
    if (outcome.is === 'changed' && revision !== undefined) {
      if (revision <= before) say('real-time', `${request?.kind} of ${name} made revision ${revision}, but ${before} had been answered`)
      session.wrote = Math.max(session.wrote, revision)
    } else if (outcome.is === 'current') currentRead(operation, before, claims, points, say)
    else if (outcome.is === 'known') {
      const point = points.findLast((one) => one.at <= outcome.knownAt)
      if (!point || point.revision !== outcome.revision || shownAt(point, 'state', () => point.state) !== outcome.shown)
        say('known-read', `${name} looked back to ${outcome.knownAt}, and saw revision ${outcome.revision}, not ${point?.revision}`)
    } else if (revision !== undefined && (outcome.is === 'read' || outcome.is === 'listed')) {
      if (revision < session.read) say('monotonic-reads', `${name} read revision ${revision} after ${session.read}`)
      if (revision < session.wrote) say('read-your-writes', `${name} read revision ${revision} after writing ${session.wrote}`)
      if (revision < before) say('real-time', `${name} read revision ${revision}, but ${before} had been answered`)
      session.read = Math.max(session.read, revision)
      const point = at.get(revision)
      if (!point) say('state-read', `${name} read revision ${revision}, which is in the midst of a change or nowhere`)
      else if (outcome.is === 'read' && outcome.shown !== undefined && shownAt(point, 'state', () => point.state) !== outcome.shown)
        say('state-read', `${name} read another state at revision ${revision} than the ledger has`)
      else if (outcome.is === 'listed') {
        const { what, roundNumber, shown } = outcome
        if (shownAt(point, `${what} ${roundNumber}`, () => listed(point, what, roundNumber)) !== shown)
          say('list-read', `${name} was shown other ${what} at revision ${revision} than the state holds`)
      }
    }
  }
}

/** What a list shows at a point: mandates of all rounds, contributions of one. */
function listsOf(points: readonly Point[]) {
  const lasting = new Map<number, readonly Contribution[]>()
  for (const { state } of points) if (state.round) lasting.set(state.round.number, byId(Object.values(state.contributions)))
  return ({ state, mandates }: Point, what: 'contributions' | 'mandates', roundNumber: number): readonly unknown[] => {
    if (what === 'mandates') return byId(Object.values(mandates))
    // What is said in a round is not changed after it: an earlier one is as it was last.
    return state.round?.number === roundNumber ? byId(Object.values(state.contributions)) : (lasting.get(roundNumber) ?? [])
  }
}

function currentRead(operation: Operation, before: number, claims: Claims, points: readonly Point[], say: Say): void {
  const { outcome, client, answered } = operation
  if (outcome.is !== 'current') return
  const { version } = outcome
  const floor = points.findLast((point) => point.revision <= before)
  const oldest = floor ? (inForceAt(floor.state, floor.at)?.version ?? null) : null
  if ((version ?? 0) < (oldest ?? 0)) say('current-read', `client ${client} was shown version ${version}, but ${oldest} had been answered`)
  const adoption = version === null ? undefined : adoptionOf(version, points)
  if (version !== null && !adoption) say('current-read', `client ${client} was shown version ${version}, which was never adopted`)
  const maker = [...claims].find(([, point]) => point === adoption)?.[0]
  if (maker && maker.invoked > answered) say('current-read', `client ${client} was shown version ${version} before anybody adopted it`)
}
