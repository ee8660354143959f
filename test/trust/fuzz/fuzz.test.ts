import fc from 'fast-check'
import { expect, test } from 'vitest'
import { note } from '../../support/figures.ts'
import { type Mutation, mutated, mutations, type Sent } from './mutations.ts'
import { type Contract, contractOf } from './operations.ts'
import { faultsOf, mayBeGone, missingFrom, notShown, operationFor, placeOf, type Received, readJson, writtenIn } from './oracle.ts'
import { type Draft, draftOf } from './values.ts'
import { aWorld, type View, type Who, type World } from './world.ts'

// 20,000: what each check runs. The long run: FUZZ_REQUESTS=500000 npm run fuzz.
const total = Number(process.env.FUZZ_REQUESTS ?? 20_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000)
// After so many sequences a registry is a battlefield, in which most is refused for its state: a fresh one shows more.
const sequencesPerWorld = 1500

type Step = Draft & { mutations: readonly Mutation[] }
type Sequence = { table: number; who: Who; steps: readonly Step[] }

type Tally = {
  requests: number
  statuses: Map<number, number>
  operations: Set<string>
  accepted: Set<string>
  readBack: number
  values: number
  serverErrors: number
  undocumented: number
}

test(
  'whatever is sent, no answer is a 5xx, undocumented or in another form, and what is accepted is read back as it was sent',
  async ({ task }) => {
    const tally: Tally = {
      requests: 0,
      statuses: new Map(),
      operations: new Set(),
      accepted: new Set(),
      readBack: 0,
      values: 0,
      serverErrors: 0,
      undocumented: 0,
    }
    let documented = 0
    let rounds = 0
    const lane = async () => {
      while (tally.requests < total) {
        const round = rounds
        rounds += 1
        const world = await aWorld()
        try {
          const contract = contractOf(world.registry.app)
          documented = contract.operations.length
          await fc.assert(
            fc.asyncProperty(sequencesOf(contract), (sequence) => play(world, contract, sequence, tally)),
            // Two lanes, and sequences of two or three requests: five at a time.
            { seed: seed + round, numRuns: Math.min(sequencesPerWorld, Math.max(1, Math.ceil((total - tally.requests) / 5))) },
          )
        } finally {
          await world.close()
          note(task, figuresOf(tally, documented))
        }
      }
    }
    // Two at once: while the database works for one, the other makes its next request.
    await Promise.all([lane(), lane()])
    expect(tally.operations.size).toBe(documented)
    expect(tally.readBack).toBeGreaterThan(0)
    // 4 ms per request is what a slow machine takes; a world is made anew for every few thousand.
  },
  60_000 + total * 20,
)

test('the judge finds what is wrong: a control', async () => {
  const world = await aWorld()
  try {
    const contract = contractOf(world.registry.app)
    const operation = contract.operationOf('GET', '/v1/health/live')
    if (!operation) throw new Error('the document has no liveness')
    const sent: Sent = { operation, method: 'GET', path: '/v1/health/live', query: [], headers: {} }
    const right = await send(world, sent)
    expect(faultsOf(contract, sent, right)).toEqual([])
    const wrong: Partial<Received>[] = [
      { status: 500 },
      { status: 202 },
      { status: 418 },
      { text: '{"status":"ok","more":1}' },
      { text: '{"status":"well"}' },
      { text: '{' },
      { headers: { ...right.headers, 'content-type': 'text/html' } },
      { headers: {} },
      { status: 400, text: '{"type":"/problems/x"}' },
    ]
    for (const change of wrong) expect(faultsOf(contract, sent, { ...right, ...change }), JSON.stringify(change)).not.toEqual([])
    expect(missingFrom({ a: ['x', 1], b: '2026-01-31T23:00:00.000Z' }, ['x', 1, '2026-01-31', 'y'])).toEqual(['y'])
  } finally {
    await world.close()
  }
})

const figuresOf = (
  { requests, statuses, operations, accepted, readBack, values, serverErrors, undocumented }: Tally,
  documented: number,
) => {
  const ofClass = (first: number) =>
    [...statuses].reduce((sum, [status, count]) => sum + (Math.floor(status / 100) === first ? count : 0), 0)
  return {
    seed,
    'requests fuzzed': requests,
    'answers of 2xx': ofClass(2),
    'answers of 3xx': ofClass(3),
    'answers of 4xx': ofClass(4),
    'by status': [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
    'operations covered': `${operations.size} of ${documented}`,
    'operations that accepted something': accepted.size,
    'accepted and read back': readBack,
    'values read back identical': values,
    '5xx': serverErrors,
    'undocumented statuses': undocumented,
  }
}

const callers: fc.Arbitrary<Who> = fc.record(
  {
    // School, team and city sit at the tables; parents, inspectorate and stranger do not.
    house: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5),
    role: fc.oneof(
      { weight: 10, arbitrary: fc.constant('representative' as const) },
      { weight: 4, arbitrary: fc.constant('grantor' as const) },
      { weight: 2, arbitrary: fc.constant('colleague' as const) },
      { weight: 1, arbitrary: fc.constant('application' as const) },
      { weight: 1, arbitrary: fc.constant('nobody' as const) },
    ),
  },
  { noNullPrototype: true },
)

/** Requests that follow each other, of one caller at one table: what the first made, the next can name. */
function sequencesOf(contract: Contract): fc.Arbitrary<Sequence> {
  const steps = contract.operations.map((operation) => ({
    // What takes a body has more that can go wrong.
    weight: operation.body ? 3 : 1,
    arbitrary: fc
      .tuple(draftOf(contract, operation), fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: mutations }))
      .map(([draft, mutations]): Step => ({ ...draft, mutations })),
  }))
  return fc.record(
    { table: fc.nat(30), who: callers, steps: fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 4 }) },
    { noNullPrototype: true },
  )
}

async function play(world: World, contract: Contract, { table, who, steps }: Sequence, tally: Tally): Promise<void> {
  for (const step of steps) {
    const caller: Who = step.operation.forOperators ? { ...who, role: 'operator' } : who
    const view = await world.lookAt(table)
    const sent = mutated(contract, await requestOf(world, view, caller, step), step.mutations)
    const received = await send(world, sent)
    count(tally, contract, sent, received)
    const faults = faultsOf(contract, sent, received)
    if (faults.some((fault) => fault.endsWith('not documented'))) tally.undocumented += 1
    if (received.status < 300 && sent.method !== 'GET') world.changed()
    if (received.status < 300 && ['POST', 'PUT', 'PATCH'].includes(sent.method)) {
      world.learn(sent.path, readJson(received.text)?.value)
      faults.push(...(await readBack(world, contract, sent, received, tally)))
    } else if (received.status === 200) world.learn(sent.path, readJson(received.text)?.value)
    if (faults.length > 0) throw new Error(report(sent, received, faults))
  }
}

/** The request that a step asks for, before anything is done to it. */
async function requestOf(world: World, view: View, who: Who, step: Step): Promise<Sent> {
  const { operation } = step
  const given = view.fill(step.params, who) as Record<string, unknown>
  const params = view.fill(step.params, who, given) as Record<string, unknown>
  const path = `/v1${operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))}`
  const query = Object.entries(view.fill(step.query, who, params) as Record<string, unknown>).map(
    ([name, value]) => [name, String(value)] as const,
  )
  const token = await world.tokenOf(who)
  const headers: Record<string, string> = { ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  if (operation.body) headers['content-type'] = operation.body.type
  const matches = operation.parameters.some(({ name }) => name === 'If-Match')
  if (matches && step.ifMatch === 'read')
    headers['if-match'] = String((await send(world, { operation, method: 'GET', path, query: [], headers })).headers.etag ?? '*')
  else if (matches && step.ifMatch === 'any') headers['if-match'] = '*'
  return { operation, method: operation.method, path, query, headers, ...(operation.body && { body: view.fill(step.body, who, params) }) }
}

async function send({ registry }: World, { method, path, query, headers, body, bytes }: Sent): Promise<Received> {
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')
  const payload = bytes ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body) ?? ''))
  const answer = await registry.app.inject({
    method: method as 'GET',
    // No request line is without a path: what a mutation emptied goes to the root.
    url: search === '' ? path || '/' : `${path || '/'}?${search}`,
    headers,
    ...(payload && { payload }),
  })
  return { status: answer.statusCode, headers: answer.headers, text: answer.body }
}

// A lone surrogate has no UTF-8: it goes out as the bytes that some encoders make of it.
const encoded = (text: string) => (text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80')

function count(tally: Tally, contract: Contract, sent: Sent, { status }: Received): void {
  tally.requests += 1
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1)
  if (status >= 500) tally.serverErrors += 1
  const operation = operationFor(contract, sent)
  if (operation) tally.operations.add(operation.id)
  if (operation && status < 300) tally.accepted.add(operation.id)
}

/** Reads an accepted change back, as its caller: everything that was written must be there as it was written. */
async function readBack(world: World, contract: Contract, sent: Sent, received: Received, tally: Tally): Promise<string[]> {
  const operation = operationFor(contract, sent)
  const place = placeOf(contract, sent, received)
  if (!operation?.body || !place) return []
  const body = (sent.bytes ? readJson(sent.bytes.toString())?.value : sent.body) as object | null | undefined
  const hidden = notShown[operation.id]?.fields ?? []
  const shown = Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => !hidden.includes(name)))
  const written = writtenIn(contract, shown, operation.body.schema)
  const { authorization } = sent.headers
  const look = async (path: string, query: Sent['query']) => {
    const answer = await send(world, {
      operation,
      method: 'GET',
      path,
      query,
      headers: { ...(authorization !== undefined && { authorization }) },
    })
    return { ...answer, body: (readJson(answer.text)?.value ?? {}) as { items?: { id?: string }[]; next?: string } }
  }
  const listed = (path: string) => contract.operationOf('GET', path)?.parameters.some(({ name }) => name === 'limit')
  // 100: the largest page. What may be on a later one is not looked for.
  const all = [['limit', '100']] as const
  const again = await look(place.path, place.id === undefined ? [] : all)
  const also = place.also === undefined ? undefined : await look(place.also, listed(place.also) ? all : [])
  const failed = [again, ...(also ? [also] : [])].find(({ status }) => status !== 200)
  if ((failed?.status === 404 || failed?.status === 403) && mayBeGone.has(operation.id)) return []
  if (failed) return [`is not there: ${place.path} is ${failed.status} ${failed.text}`]
  const item = place.id === undefined ? again.body : again.body.items?.find(({ id }) => id === place.id)
  if ((!item && again.body.next !== undefined) || also?.body.next !== undefined) return []
  const missing = missingFrom([item, also?.body], written)
  tally.readBack += 1
  tally.values += written.length - missing.length
  return missing.length === 0
    ? []
    : [`is read back without ${JSON.stringify(missing).slice(0, 300)} from ${place.path}: ${JSON.stringify(item)?.slice(0, 1500)}`]
}

/** A fault as somebody who has to mend it wants to see it; what was sent is cut off where it is long. */
function report(sent: Sent, received: Received, faults: readonly string[]): string {
  const { authorization, ...headers } = sent.headers
  const body = sent.bytes?.toString('latin1') ?? JSON.stringify(sent.body)
  return [
    `${sent.operation.id}: ${sent.method} ${sent.path} ${JSON.stringify(sent.query).slice(0, 400)}`,
    `${JSON.stringify(headers).slice(0, 400)} ${authorization === undefined ? 'without a token' : ''}`,
    `${body?.slice(0, 1500)}`,
    `→ ${received.status} ${received.text.slice(0, 1000)}`,
    ...faults.map((fault) => `  ✗ ${fault}`),
  ].join('\n')
}
