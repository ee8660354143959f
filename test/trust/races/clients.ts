import { randomUUID } from 'node:crypto'
import type { AgreementChange } from '../../../src/actions/change.ts'
import type { Deps } from '../../../src/actions/deps.ts'
import { by, type PersonActor } from '../../../src/domain/actor.ts'
import { unmet } from '../../../src/domain/adoption.ts'
import type { Agreement } from '../../../src/domain/agreement.ts'
import { contentOf, textDigest } from '../../../src/domain/agreement-text.ts'
import { isOver, mandateStatus } from '../../../src/domain/mandate.ts'
import { GiveReflection, notReflected } from '../../../src/domain/reflection.ts'
import { phaseAt } from '../../../src/domain/round.ts'
import type { Instant } from '../../../src/domain/time.ts'
import { agreementSeen, currentVersion } from '../../../src/store/agreement.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { listMandates } from '../../../src/store/mandate.ts'
import { listContributions } from '../../../src/store/round.ts'
import { within } from '../../../src/store/transaction.ts'
import { only } from '../../support/agreement.ts'
import { accepted, type House, type Person, prepared, type Registry, wholeText } from '../../support/registry.ts'
import { grantTo, identityOf } from '../../support/registry-actions.ts'
import { outcomeOf, perform } from './acts.ts'
import { byId, type Operation, type Outcome, type Request, shownAs } from './history.ts'

/** How much is done at once. `reads` is the share of the calls that change nothing; `overHttp` how many clients call over sockets. */
export type Run = {
  clients: number
  overHttp: number
  operations: number
  agreements: number
  reads: number
  seed: number
  /** Called when the agreements are there, and the clients begin. */
  begins?: () => void
}

/** A history, with the revision at which each agreement stood when the clients came. */
export type Ran = { history: Operation[]; baselines: ReadonlyMap<string, number> }

/** What a client knows of an agreement: the last state that it was shown. */
type Known = { state: Agreement; revision: number; at: Instant; moments: Instant[] }

/**
 * Lets clients at the same few agreements, each doing one thing after another: what moves the round on as far as it knows, or anything.
 * Half of them go through a pool of their own, as another process would.
 */
export async function clash(registry: Registry, run: Run): Promise<Ran> {
  const starts: Known[] = []
  for (let nth = 0; nth < run.agreements; nth += 1) starts.push(await started(registry))
  const other = openDatabase(registry.fresh.url)
  other.clock = registry.deps.database.clock
  const pools = [registry.deps, { ...registry.deps, database: other }]
  const doors = run.overHttp > 0 ? await openDoor(registry) : undefined
  const history: Operation[] = []
  let left = run.operations
  run.begins?.()
  const client = async (number: number): Promise<void> => {
    const chance = chanceOf(run.seed * 1000 + number)
    const known = new Map(starts.map((start) => [start.state.id, { ...start, moments: [] }]))
    const deps = only(pools[number % pools.length])
    const way = doors && number < run.overHttp ? doors : undefined
    while (left > 0) {
      left -= 1
      const { state } = only(starts[chance.below(starts.length)])
      const about = only(known.get(state.id))
      const call = chance.share(run.reads) ? await read(registry, deps, about, chance) : await write(registry, deps, about, chance, way)
      history.push({ client: number, agreementId: state.id, ...call })
    }
  }
  try {
    await Promise.all(Array.from({ length: run.clients }, (_, number) => client(number)))
  } finally {
    await other.close()
  }
  return { history, baselines: new Map(starts.map(({ state, revision }) => [state.id, revision])) }
}

async function started(registry: Registry): Promise<Known> {
  const { id } = await accepted(registry, await prepared(registry))
  const actor = registry.school.representative.actor
  const { database } = registry.deps
  const { state, revision, at } = await within(database.pool, by(actor), () => agreementSeen(database, actor, id))
  return { state, revision, at, moments: [] }
}

/** Chance that can be had again: mulberry32, 32 bits of state, from a seed. */
type Chance = { below: (count: number) => number; share: (share: number) => boolean; any: <T>(items: readonly T[]) => T | undefined }
function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  return { below, share: (share) => next() < share, any: (items) => items[below(items.length)] }
}

type Call = Pick<Operation, 'invoked' | 'answered' | 'outcome' | 'request'>

async function timed(act: () => Promise<Outcome>): Promise<Call> {
  const invoked = performance.now()
  const outcome = await act().catch(outcomeOf)
  return { invoked, answered: performance.now(), outcome }
}

const identitiesOf = new WeakMap<Person, ReturnType<typeof identityOf>>()
function identities(registry: Registry, person: Person): ReturnType<typeof identityOf> {
  const identity = identitiesOf.get(person) ?? identityOf(registry, person)
  identitiesOf.set(person, identity)
  return identity
}

async function read(registry: Registry, deps: Deps, known: Known, chance: Chance): Promise<Call> {
  const { database } = deps
  const { id } = known.state
  const { representative } = only(chance.any(housesOf(registry)))
  const { actor } = representative
  const inside = <T>(work: () => Promise<T>) => within(database.pool, by(actor), work)
  const what = chance.below(20)
  const knownAt = chance.any(known.moments)
  const whole = chance.share(0.5)
  if (what < 2 && knownAt !== undefined)
    return timed(async () => {
      const { state, revision } = await inside(() => agreementSeen(database, actor, id, { knownAt }))
      return { is: 'known', knownAt, revision, shown: shownAs(state) }
    })
  if (what < 8) {
    const identity = await identities(registry, representative)
    return timed(async () => {
      const version = await currentVersion(database, identity, id, {}).catch((error: unknown) => {
        const outcome = outcomeOf(error)
        if (outcome.is === 'refused' && outcome.codes[0] === 'nothing-in-force') return null
        throw error
      })
      return { is: 'current', version: version?.number ?? null }
    })
  }
  if (what < 11) {
    const roundNumber = known.state.round?.number ?? 1
    return timed(async () => {
      const { docs, revision } = await inside(() =>
        listContributions(database, actor, { agreementId: id, roundNumber }, { limit: Number.MAX_SAFE_INTEGER }),
      )
      return { is: 'listed', what: 'contributions', roundNumber, revision, shown: shownAs(byId(docs)) }
    })
  }
  if (what < 12)
    return timed(async () => {
      const { docs, revision } = await inside(() => listMandates(database, actor, id, {}, {}, { limit: Number.MAX_SAFE_INTEGER }))
      return { is: 'listed', what: 'mandates', roundNumber: 0, revision, shown: shownAs(byId(docs)) }
    })
  return timed(async () => {
    const { state, revision, at } = await inside(() => agreementSeen(database, actor, id))
    Object.assign(known, { state, revision, at })
    // The digest of a whole state takes longer than reading it: every other read is compared word for word, all by their revision.
    return { is: 'read', revision, ...(whole && { shown: shownAs(state) }) }
  })
}

async function write(registry: Registry, deps: Deps, known: Known, chance: Chance, door: Door | undefined): Promise<Call> {
  const request = choose(registry, known, chance)
  let changed: AgreementChange | undefined
  const call = await timed(async () => {
    const overSocket = door && (await door(request, chance.share(0.2)))
    if (overSocket) return overSocket
    const done = await perform(deps, request)
    changed = done.changed
    return done.outcome
  })
  if (changed) {
    const { state, revision, at } = changed
    Object.assign(known, { state, revision, at, moments: [...known.moments.slice(-20), at] })
  }
  return { ...call, request }
}

const housesOf = ({ school, team, city }: Registry): House[] => [school, team, city]

function choose(registry: Registry, known: Known, chance: Chance): Request {
  const wish = chance.share(0.6) ? nextStep(registry, known, chance) : anything(registry, known, chance)
  const { state } = known
  return { agreementId: state.id, roundNumber: state.round?.number ?? 1, ...wish }
}

type Wish = Pick<Request, 'kind' | 'actor'> & Partial<Pick<Request, 'ifMatch' | 'id' | 'input'>>

const houseOf = (registry: Registry, state: Agreement, partyId: string): House => {
  const organisationId = state.parties[partyId]?.organisationId
  return housesOf(registry).find((house) => house.id === organisationId) ?? registry.school
}

const digestOf = (state: Agreement): string => textDigest(contentOf(state))

/** What the round needs next, as far as a client knows. */
function nextStep(registry: Registry, known: Known, chance: Chance): Wish {
  const { state, at } = known
  const somebody = only(chance.any(housesOf(registry))).representative.actor
  switch (phaseAt(state, at)) {
    case 'draft':
    case 'closed':
      return { kind: 'open-round', actor: somebody, input: {} }
    case 'acting':
      return { kind: 'call-reflection', actor: somebody, input: { reason: `Practice has spoken, ${randomUUID()}.` } }
    case 'reflecting': {
      const silent = chance.any(notReflected(state))
      if (silent === undefined) return { kind: 'close-round', actor: somebody }
      const house = houseOf(registry, state, silent)
      return { kind: 'reflect', actor: house.representative.actor, input: reflection(state, silent) }
    }
    default: {
      const missing = chance.any(unmet(state, at))
      return missing ? remedy(registry, known, chance, missing) : { kind: 'adopt', actor: somebody, input: { textDigest: digestOf(state) } }
    }
  }
}

function remedy(registry: Registry, known: Known, chance: Chance, { code, pointer = '' }: { code: string; pointer?: string }): Wish {
  const { state } = known
  const [, , named = ''] = pointer.split('/')
  const house = houseOf(registry, state, named)
  const { actor } = house.representative
  const somebody = only(chance.any(housesOf(registry))).representative.actor
  switch (code) {
    case 'stance-missing':
    case 'party-withholds':
      return { kind: 'take-stance', actor, input: { position: 'accept', textDigest: digestOf(state) } }
    case 'party-without-mandate':
      return mandated(registry, known, house)
    case 'party-not-heard':
      return { kind: 'state-hearing', actor, input: { concerns: [] } }
    case 'concern-unanswered': {
      const other = housesOf(registry).find((one) => one.id !== state.parties[state.contributions[named]?.partyId ?? '']?.organisationId)
      return { kind: 'answer-contribution', actor: only(other).representative.actor, id: named, input: { text: `Heard, ${randomUUID()}.` } }
    }
    case 'commitment-not-accepted': {
      const id = only(Object.keys(state.commitments)[0])
      return { kind: 'answer-commitment', actor: registry.team.representative.actor, id, input: { decision: 'accepted' } }
    }
    default:
      return { kind: 'edit-text', actor: somebody, ifMatch: state.textRevision, input: wholeText(registry, { id: state.id, state }) }
  }
}

/** Sees to a mandate for a party: renews the one that waits for it, or has another granted. */
function mandated(registry: Registry, { state, at }: Known, house: House): Wish {
  const due = Object.values(state.mandates).find(
    (mandate) => mandate.organisationId === house.id && mandateStatus(mandate, at, state.mandates) === 'renewal-due',
  )
  if (due?.renewal) return renewing(house.representative.actor, due.id, due.renewal.meetingId)
  return { kind: 'grant-mandate', actor: house.grantor.actor, input: grantTo(registry, house, { basis: `Decision ${randomUUID()}` }) }
}

const renewing = (actor: PersonActor, id: string, meetingId: string): Wish => ({
  kind: 'renew-mandate',
  actor,
  id,
  input: { meetingId, decision: 'confirmed' },
})

/** Anything at all: what helps nobody, comes too late, or takes away what another counts on. */
function anything(registry: Registry, known: Known, chance: Chance): Wish {
  const { state, at } = known
  const house = only(chance.any(housesOf(registry)))
  const { actor } = house.representative
  const planned = Object.values(state.meetings).filter((meeting) => meeting.state === 'planned')
  const meeting = chance.any(planned)
  const valid = Object.values(state.mandates).filter((mandate) => !isOver(mandate, at, state.mandates))
  const mandate = chance.any(valid.filter((one) => one.organisationId === house.id))
  const attendees = housesOf(registry).map(({ representative }) => ({ personId: representative.actor.personId, presence: 'present' }))
  const stance = () => ({ textDigest: digestOf(state) })
  const wishes: (() => Wish | undefined)[] = [
    () => (Object.keys(state.contributions).length < 30 ? appreciation(actor) : undefined),
    () => (Object.keys(state.contributions).length < 30 ? appreciation(actor) : undefined),
    () => ({ kind: 'take-stance', actor, input: { position: 'accept', ...stance() } }),
    () => ({ kind: 'take-stance', actor, input: { position: 'accept', ...stance() } }),
    () => ({ kind: 'take-stance', actor, input: { position: 'withhold', reason: `Not yet, ${randomUUID()}.`, ...stance() } }),
    () => ({ kind: 'adopt', actor, input: stance() }),
    () => ({ kind: 'adopt', actor, input: stance() }),
    () => ({ kind: 'edit-text', actor, ifMatch: state.textRevision, input: { ...state.text, title: `Back to school ${randomUUID()}` } }),
    () => mandate && { kind: 'withdraw-mandate', actor: house.grantor.actor, id: mandate.id, input: { reason: 'Another job.' } },
    () => (valid.length < 8 ? { ...mandated(registry, known, house) } : undefined),
    () => mandate?.renewal && renewing(house.grantor.actor, mandate.id, mandate.renewal.meetingId),
    () => mandate?.renewal && renewing(actor, mandate.id, mandate.renewal.meetingId),
    () => (planned.length < 2 ? aMeeting(registry, actor) : undefined),
    () => meeting && attending(meeting, actor, attendees.slice(0, 1 + chance.below(3))),
    () => meeting && { kind: 'close-meeting', actor, id: meeting.id },
    () => meeting && { kind: 'close-meeting', actor, id: meeting.id, ifMatch: meeting.revision },
    () => ({ kind: 'close-round', actor }),
    () => ({ kind: 'open-round', actor, input: {} }),
  ]
  return only(chance.any(wishes))() ?? { kind: 'state-hearing', actor, input: { concerns: [] } }
}

const appreciation = (actor: PersonActor): Wish => ({
  kind: 'contribute',
  actor,
  input: { kind: 'appreciation', text: `Well done, ${randomUUID()}.` },
})

const aMeeting = (registry: Registry, actor: PersonActor): Wish => {
  // An hour ago, so that it can be closed.
  const startsAt = new Date(Date.parse(registry.now()) - 3_600_000).toISOString()
  return { kind: 'plan-meeting', actor, input: { title: `Meeting ${randomUUID()}`, startsAt, agenda: [] } }
}

const attending = ({ id, revision }: { id: string; revision: number }, actor: PersonActor, attendees: object[]): Wish => ({
  kind: 'take-attendance',
  actor,
  id,
  ifMatch: revision,
  input: { attendees },
})

/** A reflection that judges all that the version asks of a party. */
export function reflection(state: Agreement, partyId: string): GiveReflection {
  const { content, dissents } = only(state.adopted ?? undefined)
  const own = content.commitments.filter((terms) => terms.ownerPartyId === partyId)
  return GiveReflection.parse({
    whatWorks: 'We call each other sooner.',
    whatHappened: `Twelve children went back, ${randomUUID()}.`,
    whatWeLearned: 'One contact person is enough.',
    commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'refuted', why: 'We counted.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
  })
}

/** Calls over a real socket; nothing for what has no way there. `twice`: the same call, with the same key, sent two times at once. */
type Door = (request: Request, twice: boolean) => Promise<Outcome | undefined>

async function openDoor(registry: Registry): Promise<Door> {
  const address = await registry.app.listen({ host: '127.0.0.1', port: 0 })
  const people = housesOf(registry).flatMap(({ representative, grantor, colleague }) => [representative, grantor, colleague])
  const issuer = await registry.issuerFor()
  const token = async ({ subject }: Person) => issuer.issue({ subject, scopes: ['handslag:read', 'handslag:write'] })
  const tokens = new Map<string, string>()
  for (const person of people) tokens.set(person.actor.personId, await token(person))
  return async (request, twice) => {
    const way = ways[request.kind]
    if (!way) return undefined
    const { agreementId, roundNumber, id = '', ifMatch, input, actor } = request
    const { method = 'POST', path, made } = way
    const ask = async (key: string) => {
      const answer = await fetch(`${address}/v1/agreements/${agreementId}/${path({ roundNumber, id })}`, {
        method,
        headers: {
          'authorization': `Bearer ${tokens.get(actor.personId)}`,
          'content-type': 'application/json',
          'idempotency-key': key,
          ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
        },
        body: JSON.stringify(input ?? {}),
      })
      const text = await answer.text()
      return { status: answer.status, text }
    }
    const key = randomUUID()
    const [answer, again] = await Promise.all([ask(key), twice ? ask(key) : undefined])
    return told(answer, again, (body) => made(body, request))
  }
}

type Way = {
  method?: string
  path: (of: { roundNumber: number; id: string }) => string
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds differs per operation
  made: (body: any, request: Request) => { type: string; data: object }
}

const ways: Partial<Record<Request['kind'], Way>> = {
  'adopt': {
    path: ({ roundNumber }) => `rounds/${roundNumber}/adoption`,
    made: ({ number }) => ({ type: 'version-adopted', data: { version: { number } } }),
  },
  'take-stance': {
    path: ({ roundNumber }) => `rounds/${roundNumber}/stances`,
    made: ({ id }) => ({ type: 'stance-taken', data: { id } }),
  },
  'contribute': {
    path: ({ roundNumber }) => `rounds/${roundNumber}/contributions`,
    made: (_, { input }) => ({ type: 'contribution-made', data: { text: input.text } }),
  },
  'grant-mandate': { path: () => 'mandates', made: ({ id }) => ({ type: 'mandate-granted', data: { id } }) },
  'withdraw-mandate': {
    path: ({ id }) => `mandates/${id}/withdrawals`,
    made: (_, { id }) => ({ type: 'mandate-withdrawn', data: { mandateId: id } }),
  },
  'renew-mandate': {
    path: ({ id }) => `mandates/${id}/renewals`,
    made: (_, { id, input }) => ({ type: 'mandate-renewed', data: { mandateId: id, meetingId: input.meetingId } }),
  },
  'close-meeting': {
    path: ({ id }) => `meetings/${id}/closure`,
    made: (_, { id }) => ({ type: 'meeting-closed', data: { meetingId: id } }),
  },
}

type Sent = { status: number; text: string }

function told(answer: Sent, again: Sent | undefined, made: (body: object) => { type: string; data: object }): Outcome {
  const done = [answer, ...(again ? [again] : [])].filter((one) => one.status < 300)
  if (new Set(done.map((one) => `${one.status} ${one.text}`)).size > 1) return { is: 'failed', why: 'one key gave two answers' }
  // A refusal leaves its key free, so the second call is judged anew, and may find what the first did not.
  const { status, text } = done[0] ?? (again?.status === 503 ? again : answer)
  if (status === 503) return { is: 'unknown', why: text }
  const body = JSON.parse(text)
  if (status < 300) return { is: 'changed', made: [made(body)] }
  if (status >= 500) return { is: 'failed', why: text }
  const codes: string[] = (body.errors ?? []).map(({ code }: { code: string }) => code)
  return { is: 'refused', codes: codes.length > 0 ? codes : [body.code] }
}
