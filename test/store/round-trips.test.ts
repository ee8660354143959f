import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgreement } from '../../src/actions/agreement.ts'
import type { Deps } from '../../src/actions/deps.ts'
import { grantMandate, grantMandates, renewMandate } from '../../src/actions/mandate.ts'
import { recordMeeting } from '../../src/actions/meeting.ts'
import { adopt, contribute, takeStance } from '../../src/actions/round.ts'
import { by } from '../../src/domain/actor.ts'
import { CreateAgreement } from '../../src/domain/agreement.ts'
import type { Identity } from '../../src/domain/identity.ts'
import { RecordMeeting } from '../../src/domain/meeting/record.ts'
import { agreementSeen, currentVersion } from '../../src/store/agreement.ts'
import { transactionsOf } from '../../src/store/answers.ts'
import { currentVersions } from '../../src/store/current-list.ts'
import { openDatabase } from '../../src/store/database.ts'
import { only } from '../support/agreement.ts'
import { asActor } from '../support/database.ts'
import { accepted, acting, aDraft, aRegistry, digestOf, mandateIdOf, prepared, type Registry, type Table } from '../support/registry.ts'
import { aMonday, aNetwork, codesOf, grantTo, identityOf, plan } from '../support/registry-actions.ts'

/** What was sent to the database, in order: one list for each time that one waits, of what was sent without waiting in between. */
const sent: string[][] = []
let registry: Registry
let deps: Deps
let reader: Identity
let closeDatabase: () => Promise<void>

beforeAll(async () => {
  registry = await aRegistry()
  registry.goTo(aMonday)
  reader = await identityOf(registry, registry.school.application)
  const counted = openDatabase(registry.fresh.url)
  // Whoever asks the pool asks one of its connections: everything goes through here once.
  counted.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown
    let waiting = 0
    const answered = () => {
      waiting -= 1
    }
    client.query = ((...parameters: unknown[]) => {
      const [first] = parameters
      if (waiting === 0) sent.push([])
      sent.at(-1)?.push(typeof first === 'string' ? first : (first as { text: string }).text)
      const answer = query(...parameters)
      if (answer instanceof Promise) {
        waiting += 1
        answer.then(answered, answered)
      }
      return answer
    }) as typeof client.query
  })
  deps = { ...registry.deps, database: { ...counted, clock: registry.deps.database.clock } }
  closeDatabase = counted.close
})
afterAll(async () => {
  await closeDatabase()
  await registry.close()
})

/** The round trips to the database that doing something takes, each with what it sends. */
async function trips(act: () => Promise<unknown>): Promise<string[][]> {
  sent.length = 0
  await act()
  return [...sent]
}

const one = (table: Table) => ({ agreementId: table.id, roundNumber: 1 })

test('reading what is in force is one statement', async () => {
  const { id } = await acting(registry)
  const now = registry.now()
  for (const who of [reader, undefined])
    for (const times of [{}, { validAt: now }, { knownAt: now }, { validAt: now, knownAt: now }]) {
      const asked = (await trips(() => currentVersion(deps.database, who, id, times).catch(() => undefined))).flat()
      expect(asked.map((text) => text.slice(0, 6))).toEqual(['select'])
      expect(asked[0]).not.toContain(';')
    }
})

test('reading everything in force, or an agreement as it is now, is one statement, sent with the begin; looking back takes one more', async () => {
  const { id } = await acting(registry)
  const { actor } = registry.school.representative
  const statements = async (read: () => Promise<unknown>) => {
    const [[begin, first] = [], ...others] = await trips(() => asActor(deps.database, actor, read))
    expect(begin).toMatch(/^begin /)
    expect(others.pop()).toEqual(['commit'])
    return [first, ...others.flat()]
  }
  expect(await statements(() => currentVersions(deps.database, actor, { kind: 'two' }, {}, { limit: 10 }))).toHaveLength(1)
  expect(await statements(() => agreementSeen(deps.database, actor, id))).toHaveLength(1)
  expect(await statements(() => agreementSeen(deps.database, actor, id, { knownAt: registry.now() }))).toHaveLength(2)
})

// Begin with lock and clock, what has to be looked up, the write, the commit. A receipt goes out with the commit.
const most = 4

const changes: [string, number, () => Promise<() => Promise<unknown>>][] = [
  [
    'a contribution',
    3,
    async () => {
      const table = await prepared(registry)
      return () => contribute(deps, registry.city.representative.actor, one(table), { kind: 'concern', text: 'The weekends' })
    },
  ],
  [
    'a stance',
    3,
    async () => {
      const table = await prepared(registry)
      const stance = { position: 'accept' as const, textDigest: digestOf(table) }
      return () => takeStance(deps, registry.city.representative.actor, one(table), stance)
    },
  ],
  [
    'an adoption',
    3,
    async () => {
      const table = await accepted(registry, await prepared(registry))
      return () => adopt(deps, registry.city.representative.actor, one(table), { textDigest: digestOf(table) })
    },
  ],
  [
    'a meeting’s record',
    4,
    async () => {
      const { table, meetingId, record } = await aMeeting()
      return () => recordMeeting(deps, registry.school.representative.actor, one(table), meetingId, record)
    },
  ],
  [
    'a renewal',
    3,
    async () => {
      const { table, meetingId, record } = await aMeeting()
      await recordMeeting(registry.deps, registry.school.representative.actor, one(table), meetingId, record)
      const mandateId = mandateIdOf(table, registry.city.representative)
      return () => renewMandate(deps, registry.city.representative.actor, one(table), mandateId, { meetingId, decision: 'confirmed' })
    },
  ],
  [
    'a grant',
    4,
    async () => {
      const table = await aDraft(registry)
      return () => grantMandate(deps, registry.city.grantor.actor, one(table), grantTo(registry, registry.city))
    },
  ],
  [
    'a grant for three agreements',
    4,
    async () => {
      const agreementIds = [await aDraft(registry), await aDraft(registry), await aDraft(registry)].map(({ id }) => id)
      const { city } = registry
      return () => grantMandates(deps, city.grantor.actor, city.id, { ...grantTo(registry, city), agreementIds })
    },
  ],
  ['creating an agreement', 4, async () => () => create({})],
]

test.each(changes)('%s takes %i round trips', async (_, count, prepare) => {
  const act = await prepare()
  const taken = await trips(act)
  expect(count).toBeLessThanOrEqual(most)
  expect(taken).toHaveLength(count)
  expect(taken[0]?.[0]).toMatch(/^begin /)
  expect(taken.at(-1)).toEqual([expect.stringMatching(/(^|;\n)commit$/)])
})

test('a request with a key takes one more: its answer goes out with the commit', async () => {
  const table = await prepared(registry)
  const { actor } = registry.city.representative
  const taken = await trips(() =>
    transactionsOf(deps.database).once(by(actor), { key: 'a key', requestDigest: '' }, async () => {
      await contribute(deps, actor, one(table), { kind: 'concern', text: 'The weekends' })
      return { status: 201, headers: {}, body: 'It’s done' }
    }),
  )
  expect(taken).toHaveLength(3 + 1)
  expect(taken.at(-1)).toEqual([expect.stringMatching(/^insert into answers [^;]*;\ncommit$/)])
})

test('creating an agreement in a network sends no more: everything that it names is looked up at once', async () => {
  const networkId = await aNetwork(registry)
  expect(await trips(() => create({ networkId }))).toHaveLength(most)
})

test('how many round trips a change takes does not grow with what is at the table', async () => {
  const table = await prepared(registry)
  const speak = (nth: number) => () =>
    contribute(deps, registry.parents.representative.actor, one(table), { kind: 'concern', text: `Concern ${nth}` })
  const counts = []
  for (let nth = 0; nth < 10; nth += 1) counts.push((await trips(speak(nth))).length)
  expect(new Set(counts)).toEqual(new Set([3]))
})

test('a change that is refused takes two: it begins, and is undone', async () => {
  const table = await prepared(registry)
  const { actor } = registry.inspectorate.representative
  const taken = await trips(() => codesOf(() => contribute(deps, actor, one(table), { kind: 'concern', text: 'No say' })))
  expect(taken).toHaveLength(2)
  expect(taken[1]).toEqual(['rollback'])
})

function create(over: object) {
  const parties = [registry.team, registry.city, registry.parents].map(({ id }) => ({ organisationId: id, involvement: 'seated' }))
  return createAgreement(
    deps,
    registry.school.representative.actor,
    CreateAgreement.parse({ kind: 'two', title: 'Another', parties, ...over }),
  )
}

async function aMeeting() {
  const { school, team, city } = registry
  const table = await prepared(registry)
  const meetingId = await plan(registry, table, school.representative)
  const record = RecordMeeting.parse({
    attendees: [school, team, city].map(({ representative }) => ({ personId: representative.actor.personId })),
    decisions: [{ what: 'Visit', why: 'It works', byPartyIds: [only(Object.keys(table.state.parties)[0])] }],
    contributions: [{ kind: 'concern', text: 'The holidays' }],
  })
  return { table, meetingId, record }
}
