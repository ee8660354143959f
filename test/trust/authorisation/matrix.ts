import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LightMyRequestResponse } from 'fastify'
import pg from 'pg'
import { builtIn } from '../../../src/domain/template-built-in.ts'
import { addMonths } from '../../../src/domain/time.ts'
import { only } from '../../support/agreement.ts'
import { aRegistry, type Registry, subject } from '../../support/registry.ts'
import { type CallerKind, callersOf } from './callers.ts'
import { type Authorization, type Described, expected, policy, type Target, type Verdict } from './policy.ts'
import { aWorld, standings, type World } from './world.ts'

/** What a run counted, and what was not as the policy has it: a line per cell. */
export type Outcome = {
  operations: number
  callers: number
  cells: number
  denied: number
  compared: number
  through: number
  leaks: number
  wrong: string[]
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Operation = Described & { method: Method; path: string; example?: unknown }
type Cell = { caller: CallerKind; target: Target; verdict: Verdict }

/** An id of nothing. */
const unknownId = '00000000-0000-4000-8000-000000000000'

/** How many requests are under way at once: more than the two cores, fewer than the ten connections. */
const abreast = 6

/**
 * How to run: `before` is done to the database first, as its owner; `stubbed` says that the application's own check is; `wallsOnly`
 * leaves out what neither wall decides: tokens, scopes and mandates; and `only` leaves out all operations but these.
 */
export type Run = { before?: string; stubbed?: boolean; wallsOnly?: boolean; only?: readonly string[] }

/**
 * Runs every operation of the description, as every kind of caller, on every kind of object. A cell that is to be let through is rehearsed (its transaction is rolled back at the end), so that the world stays as it is;
 * a cell that is to be denied runs for real, and nothing may have been written after it.
 */
export async function runMatrix({ before = '', stubbed = false, wallsOnly = false, only }: Run = {}): Promise<Outcome> {
  const registry = await aRegistry()
  const owner = new pg.Client(registry.fresh.url)
  try {
    await owner.connect()
    const world = await aWorld(registry)
    await owner.query(before)
    const callers = (await callersOf(world)).filter((caller) => !wallsOnly || isBehindDoor(caller))
    const stage = await rehearsing(registry)
    const outcome: Outcome = {
      operations: 0,
      callers: callers.length,
      cells: 0,
      denied: 0,
      compared: 0,
      through: 0,
      leaks: 0,
      wrong: [],
    }
    try {
      const whole = await fingerprint(owner)
      for (const operation of operationsOf())
        if (!only || only.includes(operation.id)) {
          const cells = cellsOf(operation, world, callers, stubbed).filter(({ verdict }) => !wallsOnly || !atDoor.includes(verdict.is))
          await runOperation(operation, cells, world, stage, owner, outcome)
        }
      if ((await fingerprint(owner)) !== whole) outcome.wrong.push('the database is not what it was before')
    } finally {
      stage.end()
    }
    return outcome
  } finally {
    await owner.end()
    await registry.close()
  }
}

/** An outcome as the figures of a run. */
export const figuresOf = (mode: string, { operations, callers, cells, denied, compared, through, leaks, wrong }: Outcome) => ({
  'mode (walls that stand)': mode,
  'operations': operations,
  'kinds of caller': callers,
  'cells run': cells,
  'cells let through': through,
  'cells denied': denied,
  'denied cells compared byte for byte with what is unknown': compared,
  'leaks': leaks,
  'cells not as expected': wrong.length,
})

/** Every operation of the description, as the registry serves it. */
export function operationsOf(): Operation[] {
  type Json = Record<string, unknown>
  const file = join(import.meta.dirname, '..', '..', '..', 'openapi', 'openapi.json')
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, Json>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, described]) => {
      const method = verb.toUpperCase() as Method
      const body = described.requestBody as { content: Record<string, { example: unknown }> } | undefined
      return {
        id: String(described.operationId),
        method,
        path,
        parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
        changes: method !== 'GET',
        authorization: described['x-authorization'] as Authorization,
        ...(body && { example: Object.values(body.content)[0]?.example }),
      }
    }),
  )
}

/** What a path begins with where it is about a network, or about what hangs under one. */
const ofNetworks = ['networkId', 'inquiryId', 'recommendationId', 'programmeId'] as const

/** What an operation is aimed at, by what its path names. The unknown one comes first: what is hidden is compared with it. */
function targetsOf({ parameters }: Operation, { places }: World): Target[] {
  const [noun] = parameters
  const nested = parameters.length > 1
  const others: Target[] = [{ kind: 'unknown' }, { kind: 'malformed' }]
  if (noun === 'agreementId') {
    const all = Object.values(places).map((place): Target => ({ kind: 'place', place }))
    // Of a place where most can be done, and of one that has what is adopted.
    const lost = [places.deliberating, places['reflecting, public']].flatMap((place): Target[] => [
      { kind: 'place', place, last: 'unknown' },
      { kind: 'place', place, last: 'mismatch' },
    ])
    return [...others, ...(nested ? lost : []), ...all]
  }
  const kind = noun === 'organisationId' ? 'organisation' : ofNetworks.some((one) => one === noun) ? 'network' : undefined
  if (kind) {
    const both = [true, false].map((ours): Target => ({ kind, ours }))
    const lost = [true, false].flatMap((ours): Target[] => [
      { kind, ours, last: 'unknown' },
      { kind, ours, last: 'mismatch' },
    ])
    return [...others, ...(nested ? lost : []), ...both]
  }
  return [{ kind: 'none' }]
}

/** Whether what a caller may do depends on which organisation they are of, and on nothing else that another caller does not have too. */
const isBehindDoor = ({ token, known, scopes, mandate }: CallerKind): boolean =>
  (token === undefined || known !== undefined) &&
  known !== 'nobody' &&
  (!known || scopes.length > 1) &&
  !standings.some((one) => one === mandate)

/** What is decided from the token and the address alone. */
const atDoor: readonly string[] = ['unauthenticated', 'barred', 'malformed']

/** Every caller on every target. A cell without an expectation fails the run: an operation cannot be forgotten. */
const cellsOf = (operation: Operation, world: World, callers: readonly CallerKind[], stubbed: boolean): Cell[] =>
  targetsOf(operation, world).flatMap((target) =>
    callers.map((caller): Cell => {
      const verdict = expected(operation, caller, target, stubbed)
      if (!verdict) throw new Error(`${operation.id} has no line in the policy: nothing is expected of its cells`)
      return { caller, target, verdict }
    }),
  )

async function runOperation(
  operation: Operation,
  cells: readonly Cell[],
  world: World,
  stage: Stage,
  owner: pg.Client,
  outcome: Outcome,
): Promise<void> {
  outcome.operations += 1
  outcome.cells += cells.length
  const likeUnknown = new Map<string, string>()
  const run = async (cell: Cell): Promise<void> => {
    const request = requestOf(operation, world, cell)
    const answer = await world.registry.app.inject(request)
    const fault = faultOf(cell.verdict, answer) ?? unlike(operation, cell, answer, likeUnknown, outcome)
    if (fault === undefined) return
    if (answer.statusCode < 300 && cell.verdict.is !== 'through') outcome.leaks += 1
    const where = `${operation.id} as ${cell.caller.name} on ${nameOf(cell.target)}`
    outcome.wrong.push(`${where}: ${fault}; ${answer.statusCode} ${answer.body.slice(0, 300)}`)
  }
  const denied = cells.filter(({ verdict }) => verdict.is !== 'through')
  outcome.denied += denied.length
  outcome.through += cells.length - denied.length
  const entries = await entriesIn(owner)
  // What is compared with comes first: what is unknown, then what is unknown beneath.
  const turnOf = ({ target }: Cell) => (target.kind === 'unknown' ? 0 : 'last' in target && target.last === 'unknown' ? 1 : 2)
  for (const turn of [0, 1, 2])
    await each(
      denied.filter((cell) => turnOf(cell) === turn),
      run,
    )
  if ((await entriesIn(owner)) !== entries) outcome.wrong.push(`${operation.id}: something was written that had to be denied`)
  await stage.rehearse(() =>
    each(
      cells.filter(({ verdict }) => verdict.is === 'through'),
      run,
    ),
  )
}

async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: abreast }, work))
}

const statusOf = { hidden: 404, absent: 404, forbidden: 403, barred: 403, refused: 409, unauthenticated: 401, malformed: 400 } as const

/** Why an answer is not what was expected; nothing when it is. */
function faultOf(verdict: Verdict, { statusCode, json }: LightMyRequestResponse): string | undefined {
  if (verdict.is === 'through') {
    // What the rules of state then say (409), or a request that does not fit them, is no business of authorisation.
    return statusCode < 400 || statusCode === 409 ? undefined : 'expected to get through'
  }
  if (verdict.is === 'kept-out') {
    const empty = statusCode === 200 && json().items?.length === 0
    return statusCode === 403 || statusCode === 404 || empty ? undefined : 'expected to be kept out'
  }
  const status = statusOf[verdict.is]
  if (statusCode !== status) return `expected ${verdict.is}, ${status}`
  if (verdict.is === 'barred' && json().code !== verdict.code) return `expected the code ${verdict.code}`
  return undefined
}

/** Whether what may not show answers otherwise than what is not there: byte for byte, in body and headers, but the number of the request. */
function unlike(
  { id, parameters }: Operation,
  { caller, target, verdict }: Cell,
  answer: LightMyRequestResponse,
  known: Map<string, string>,
  outcome: Outcome,
): string | undefined {
  if (!['hidden', 'absent', 'forbidden'].includes(verdict.is)) return undefined
  const said = whatItSays(answer)
  if (target.kind === 'unknown') {
    known.set(`${caller.name} unknown`, said)
    return undefined
  }
  if ('last' in target && target.last === 'unknown') known.set(`${caller.name} ${nameOf({ ...target, last: 'mismatch' })}`, said)
  // A stranger hears the same of an agreement that is there as of one that is not.
  if (verdict.is === 'hidden') {
    outcome.compared += 1
    if (said !== known.get(`${caller.name} unknown`)) {
      outcome.leaks += 1
      return `not what an unknown one answers: ${known.get(`${caller.name} unknown`)}`
    }
  }
  // And of something of another agreement beneath an own one, or of something beneath what is not theirs, as of nothing.
  const beneath = 'last' in target && target.last === 'mismatch' ? target : undefined
  // Who works where is no secret to those whom the registry knows, so a person whose data are asked for may be told from nobody.
  const secret = verdict.is === 'forbidden' && policy[id]?.about !== 'person'
  const theirs = secret && target.kind === 'organisation' && !target.last ? { ...target, last: 'mismatch' as const } : undefined
  const compared = parameters.length > 1 ? (beneath ?? theirs) : undefined
  const unknown = compared && known.get(`${caller.name} ${nameOf(compared)}`)
  if (unknown !== undefined) {
    outcome.compared += 1
    if (said !== unknown) {
      outcome.leaks += 1
      return `not what an unknown one beneath it answers: ${unknown}`
    }
  }
  return undefined
}

/** What tells one request from another, or changes with every one: not what the answer says. */
const passing = [
  'date',
  'x-request-id',
  'ratelimit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
]

/** An answer in full, but for what tells one request from another. */
export function whatItSays({ statusCode, headers, body }: LightMyRequestResponse): string {
  const kept = Object.entries(headers).filter(([name]) => !passing.includes(name))
  return JSON.stringify([statusCode, kept.sort(), body.replace(/"instance":"urn:uuid:[0-9a-f-]{36}"/, '')])
}

function nameOf(target: Target): string {
  const last =
    'last' in target && target.last ? `, with ${target.last === 'mismatch' ? 'something of another' : 'something unknown'} beneath` : ''
  if (target.kind === 'place') return `"${target.place.name}"${last}`
  if (target.kind === 'organisation' || target.kind === 'network') return `${target.ours ? 'our' : 'another'} ${target.kind}${last}`
  return target.kind
}

/** The request of a cell: the ids of its target in the path, a body that the rules could take, and the conditions that it needs. */
function requestOf(operation: Operation, world: World, { caller, target, verdict }: Cell) {
  const { method, path, id, example } = operation
  const names = namesOf(target, world)
  const ids = idsOf(operation, target, names, world)
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? unknownId)
  const body = example === undefined ? undefined : (bodies[id]?.(world, names) ?? example)
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  // To an outsider even a condition that no revision meets may tell nothing: what is there would be 412.
  const outside = verdict.is === 'hidden' || (verdict.is === 'forbidden' && target.kind === 'organisation' && !isIn(caller, target, world))
  return {
    method,
    url: `/v1${url}${['getDifference', 'getConsistencyProof'].includes(id) ? '?from=1' : ''}`,
    headers: {
      ...(caller.token !== undefined && { authorization: `Bearer ${caller.token}` }),
      ...(operation.changes && { 'if-match': outside ? '"999999999"' : '*' }),
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  }
}

/** What is known of the target: ids by the names of path parameters, and what bodies say beside. */
type Names = { ids: Readonly<Record<string, string>>; textDigest: string; tasks: readonly string[]; reflection: object }

function namesOf(target: Target, world: World): Names {
  const { registry, places } = world
  const { deliberating } = places
  const { school, stranger } = registry
  const place = target.kind === 'place' ? target.place : deliberating
  const ours = !('ours' in target) || target.ours
  const house = ours ? school : stranger
  const ids = {
    ...place.ids,
    agreementId: place.id,
    organisationId: house.id,
    personId: house.colleague.actor.personId,
    serviceId: world.ours.deskId,
    statementNumber: '1',
    applicationId: house.application.actor.kind === 'application' ? house.application.actor.applicationId : unknownId,
    ...(ours ? world.ours : world.theirs),
    // Whoever holds a role there, and not one of the network.
    ...(target.kind === 'place' && target.place.ids),
    seatId: house.colleague.actor.personId,
    memberId: house.id,
    templateId: only(builtIn[0]).id,
  }
  return { ...place, ids }
}

function idsOf({ parameters }: Operation, target: Target, names: Names, world: World): Record<string, string> {
  const [noun = ''] = parameters
  const last = parameters.at(-1) ?? ''
  const there = { roundNumber: '1', versionNumber: '1', position: '0', ...names.ids }
  if (target.kind === 'malformed') return { ...there, [noun]: 'not-an-id' }
  if (target.kind === 'unknown') return { ...there, [noun]: unknownId }
  const nothing = /Number$/.test(last) ? '99' : unknownId
  if (!('last' in target) || !target.last) return there
  if (target.last === 'unknown') return { ...there, [last]: nothing }
  // Something of another agreement, organisation or network, which is there.
  const elsewhere: Target =
    target.kind === 'place'
      ? { kind: 'place', place: world.places[target.place.name === 'closed' ? 'reflecting, public' : 'closed'] }
      : { ...target, ours: !target.ours }
  return { ...there, [last]: /Number$/.test(last) ? nothing : (namesOf(elsewhere, world).ids[last] ?? nothing) }
}

const isIn = ({ house }: CallerKind, { ours }: { ours: boolean }, { registry }: World): boolean =>
  house?.id === (ours ? registry.school : registry.stranger).id

type Body = (world: World, names: Names) => unknown

const reason = { reason: 'It is needed.' }
const aGrant: Body = ({ registry }) => ({
  holderId: registry.school.colleague.actor.personId,
  basis: 'Mandate decision 2025, article 3',
  subjects: [subject],
  validUntil: addMonths(registry.today(), 6),
})
const aCommitment: Body = (_, { ids }) => ({
  what: 'Visit every family',
  ownerPartyId: ids.partyId,
  roleId: ids.roleId,
  subject,
  ongoing: true,
})
const aRole: Body = (_, { tasks }) => ({
  name: 'lead',
  purpose: 'Keeps us together',
  tasks: tasks.map((id) => ({ id, what: 'Call' })),
})
const attendance: Body = ({ registry }) => ({ attendees: [{ personId: registry.school.colleague.actor.personId }] })
const decisions: Body = (_, { ids }) => ({ decisions: [{ what: 'Visit', why: 'It works', byPartyIds: [ids.partyId] }] })

/** Bodies that name what is there; other operations send the example of the description. */
const bodies: Readonly<Record<string, Body>> = {
  grantMandates: (world, names) => ({ ...(aGrant(world, names) as object), agreementIds: [world.places.deliberating.id] }),
  openDesk: (_, { ids }) => ({ name: 'Care desk', contactPersonId: ids.personId }),
  changeDesk: (_, { ids }) => ({ name: 'Care desk', contactPersonId: ids.personId }),
  foundNetwork: ({ registry }) => ({ name: 'Another', sharedGoal: 'The same', memberIds: [registry.team.id] }),
  joinNetwork: ({ registry }) => ({ organisationId: registry.city.id }),
  changeNetworkRole: () => ({ name: 'lead', purpose: 'Keeps us together' }),
  assignNetworkRole: ({ registry }) => ({ personId: registry.school.representative.actor.personId }),
  releaseNetworkRole: ({ registry }) => ({ untilDate: addMonths(registry.today(), 1) }),
  handOver: () => reason,
  createAgreement: ({ registry }) => ({
    kind: 'two',
    title: 'Another',
    parties: [{ organisationId: registry.inspectorate.id, involvement: 'informed' }],
  }),
  callInquiry: ({ networkId }) => ({ networkId, title: 'What works', question: 'When did it go well?' }),
  takeInquirySeat: () => ({}),
  foundExchangeProgramme: ({ networkId }) => ({ networkId, title: 'Along', purpose: 'To see' }),
  enrol: ({ registry }) => ({ roundNumber: 2, personId: registry.school.colleague.actor.personId }),
  recommend: ({ registry, networkId }) => ({
    networkId,
    level: 'direct',
    text: 'Call each other',
    why: 'It worked',
    addressee: { organisationId: registry.school.id },
  }),
  changeSettings: () => ({ visibility: 'parties' }),
  addParty: ({ neighbour }) => ({ organisationId: neighbour.id, involvement: 'informed' }),
  leaveTable: () => reason,
  proposeAccession: ({ neighbour }) => ({ organisationId: neighbour.id, ...reason }),
  proposeExpulsion: () => reason,
  consentToAnnex: () => ({}),
  linkAgreement: ({ places }) => ({ kind: 'amends', agreementId: places.closed.id, ...reason }),
  makeTemplate: ({ places }) => ({ agreementId: places.deliberating.id, name: 'Ours', reviewAfterMonths: 2, months: 4 }),
  grantMandate: aGrant,
  renewMandate: (_, { ids }) => ({ meetingId: ids.meetingId ?? unknownId, decision: 'confirmed' }),
  changeRole: aRole,
  assignRole: ({ registry }) => ({ personId: registry.school.colleague.actor.personId }),
  releaseRole: ({ registry }) => ({ untilDate: addMonths(registry.today(), 1) }),
  offerTransfer: ({ registry }, { tasks }) => ({
    taskIds: tasks.slice(1),
    toPersonId: registry.city.representative.actor.personId,
    note: 'Yours',
  }),
  adopt: (_, { textDigest }) => ({ textDigest }),
  contribute: () => ({ kind: 'concern', text: 'The weekends.' }),
  takeStance: (_, { textDigest }) => ({ position: 'accept', textDigest }),
  reflect: (_, { reflection }) => ({ ...shortReflection, ...reflection }),
  amendReflection: (_, { reflection }) => ({ ...shortReflection, ...reflection }),
  noteGuests: ({ registry }) => ({ guests: [{ personId: registry.stranger.colleague.actor.personId, statement: 'It stays here.' }] }),
  takeAttendance: attendance,
  writeMinutes: decisions,
  recordMeeting: (world, names) => ({ ...(attendance(world, names) as object), ...(decisions(world, names) as object) }),
  offerCommitment: aCommitment,
  reviseCommitment: aCommitment,
  answerCommitment: () => ({ decision: 'accepted' }),
  reportProgress: () => ({ state: 'on-track' }),
}

const shortReflection = {
  whatWorks: 'Calling.',
  whatHappened: 'We called.',
  whatWeLearned: 'To call.',
  pulse: { atmosphere: 4, effectiveness: 3 },
}

type Stage = { rehearse: (act: () => Promise<void>) => Promise<void>; end: () => void }

/** Lets whatever is done be undone: while rehearsing, every commit of the application becomes a rollback. */
async function rehearsing({ deps }: Registry): Promise<Stage> {
  let rehearsal = false
  const client = await deps.database.pool.connect()
  const every = Object.getPrototypeOf(client) as { query: (this: unknown, query: unknown, ...rest: unknown[]) => unknown }
  client.release()
  const plain = every.query
  every.query = function (query, ...rest) {
    const text = typeof query === 'string' ? query : (query as { text?: string } | undefined)?.text
    // COMMIT comes last in its message, behind what is said with it.
    if (!rehearsal || !/\bcommit\s*$/i.test(text ?? '')) return plain.call(this, query, ...rest)
    const ended = plain.call(this, (text ?? '').replace(/commit\s*$/i, 'rollback'), ...rest) as Promise<pg.QueryResult | pg.QueryResult[]>
    return ended.then((results) => ({ ...[results].flat().at(-1), command: 'COMMIT' }))
  }
  return {
    rehearse: async (act) => {
      rehearsal = true
      try {
        await act()
      } finally {
        rehearsal = false
      }
    },
    end: () => {
      every.query = plain
    },
  }
}

/** How many entries the ledger has: nothing can be done without one more. */
async function entriesIn(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ count: string }>('select count(*) from ledger')
  return Number(rows[0]?.count)
}

/** A digest of everything in every table. */
async function fingerprint(owner: pg.Client): Promise<string> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  )
  const digests: string[] = []
  for (const { name } of tables) {
    const { rows } = await owner.query(`select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as digest from "${name}" t`)
    digests.push(`${name} ${rows[0].digest}`)
  }
  return digests.join('\n')
}
