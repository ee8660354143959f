import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeSettings } from '../../src/actions/agreement.ts'
import { foundNetwork } from '../../src/actions/network/network.ts'
import { addMonths, startOf } from '../../src/domain/time.ts'
import { newId } from '../../src/store/new-id.ts'
import {
  acting,
  aDraft,
  aRegistry,
  type Caller,
  deliberating,
  type Registry,
  refusalOf,
  renewed,
  statementsDuring,
  subject,
  type Table,
} from '../support/registry.ts'

let registry: Registry
let school: Caller
let stranger: Caller
let nobody: Caller
/** Adopted for the parties only, and renewed once. */
let table: Table
/** Just the first version, for everybody. */
let open: Table

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  stranger = registry.as(registry.stranger.representative)
  nobody = registry.as()
  open = await acting(registry, { visibility: 'public', title: 'Open to all' })
  const first = await acting(registry)
  registry.pass(7)
  table = await renewed(registry, first, { routing: 'Through the front desk.' })
})
afterAll(() => registry.close())

const at = ({ id }: Table, rest = '') => `/agreements/${id}${rest}`
const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }

describe('what is in force', () => {
  test('is the last version whose period holds, as it was adopted', async () => {
    const answer = await school.get(at(table, '/current'))
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      agreementId: table.id,
      kind: 'two',
      number: 2,
      textDigest: table.state.versions.at(-1)?.textDigest,
    })
    expect(answer.body.content.routing).toBe('Through the front desk.')
    expect(await registry.key.verify(answer.body.signature)).toMatchObject({ agreementId: table.id, version: 2 })
  })

  test('is the same JSON as the version by its number', async () => {
    const current = await school.get(at(table, '/current'))
    expect(current.body).toEqual((await school.get(at(table, '/versions/2'))).body)
  })

  test('is read in one SQL statement, with and without a token', async () => {
    for (const [caller, of] of [
      [school, table],
      [nobody, open],
    ] as const) {
      let status = 0
      const sent = await statementsDuring(registry, async () => {
        status = (await caller.get(at(of, '/current'))).status
      })
      expect([status, sent]).toEqual([200, [expect.stringMatching(/^select/)]])
    }
  })

  test('is 304 for who has it', async () => {
    const { etag } = await school.get(at(table, '/current'))
    expect((await school.get(at(table, '/current'), { 'if-none-match': etag })).status).toBe(304)
    // What names this version otherwise than its tag does, names it not.
    for (const other of ['"1"', '"02"', '"2.x"', '"2", "x'])
      expect(await school.get(at(table, '/current'), { 'if-none-match': other })).toMatchObject({ status: 200, body: { number: 2 } })
  })

  test('needs no token where it is public, and is unknown to strangers where it is not', async () => {
    expect((await nobody.get(at(open, '/current'))).status).toBe(200)
    const unknown = await nobody.get(`/agreements/${newId()}/current`)
    expect(refusalOf(unknown)).toEqual(notFound)
    for (const caller of [nobody, stranger]) {
      const refused = await caller.get(at(table, '/current'))
      expect({ ...refused.body, instance: '' }).toEqual({ ...unknown.body, instance: '' })
    }
  })

  test('shows to the members of the network where the table wants that', async () => {
    const { deps, school: founder, stranger: member } = registry
    const input = { name: 'Circle', sharedGoal: 'Everybody at school', memberIds: [member.id] }
    const { id: networkId } = await foundNetwork(deps, founder.representative.actor, input)
    const ours = await acting(registry, { networkId, visibility: 'network' })
    expect((await stranger.get(at(ours, '/current'))).status).toBe(200)
    expect(refusalOf(await nobody.get(at(ours, '/current')))).toEqual(notFound)
    const items = (await stranger.get(`/current-agreements?network=${networkId}`)).body.items
    expect(items.map(({ agreementId }: { agreementId: string }) => agreementId)).toEqual([ours.id])
    await changeSettings(deps, founder.representative.actor, { agreementId: ours.id }, { visibility: 'parties' })
    expect(refusalOf(await stranger.get(at(ours, '/current')))).toEqual(notFound)
  })

  test('is nothing before the first version, and those who may read hear so', async () => {
    const draft = await deliberating(registry)
    expect(refusalOf(await school.get(at(draft, '/current')))).toMatchObject({ status: 404, code: 'nothing-in-force' })
    expect(refusalOf(await stranger.get(at(draft, '/current')))).toEqual(notFound)
  })

  test('was the first version a week ago, and nothing before that was known', async () => {
    const [first, second] = table.state.periods.filter(({ replacedAt }) => !replacedAt)
    const at1 = first?.fromAt ?? ''
    const at2 = second?.fromAt ?? ''
    const current = async (query: string) => (await school.get(at(table, `/current?${query}`))).body
    expect(await current(`validAt=${at1}`)).toMatchObject({ number: 1 })
    expect(await current(`geldigOp=${at2}`)).toMatchObject({ number: 2 })
    expect(await current(`knownAt=${at1}`)).toMatchObject({ number: 1 })
    // What would hold now, as it was known before the second version was adopted.
    expect(await current(`validAt=${at2}&beschikbaarOp=${at1}`)).toMatchObject({ number: 1 })
    expect(await current('validAt=2020-01-01')).toMatchObject({ code: 'nothing-in-force' })
    expect(await current(`validAt=${at2}&knownAt=2020-01-01`)).toMatchObject({ code: 'nothing-in-force' })
  })

  test('takes each moment in one language', async () => {
    expect(refusalOf(await school.get(at(table, '/current?validAt=2026-01-01&geldigOp=2026-01-01')))).toEqual({
      status: 400,
      code: 'invalid-input',
      errors: ['repeated-parameter geldigOp'],
    })
    expect(refusalOf(await school.get(at(table, '/current?knownAt=yesterday'))).errors).toEqual(['wrong-format knownAt'])
    expect(refusalOf(await school.get(at(table, '/current?at=2026-01-01'))).errors).toEqual(['unknown-parameter at'])
  })

  test('a day stands for its first moment', async () => {
    const day = addMonths(registry.today(), 1)
    const byDay = await school.get(at(table, `/current?validAt=${day}`))
    expect(byDay.body).toEqual((await school.get(at(table, `/current?validAt=${startOf(day)}`))).body)
  })
})

describe('every version in force', () => {
  const ids = async (caller: Caller, query: string): Promise<string[]> =>
    (await caller.get(`/current-agreements?${query}`)).body.items.map(({ agreementId }: { agreementId: string }) => agreementId)

  test('is listed as far as the reader may read it', async () => {
    expect(await ids(nobody, '')).toEqual([open.id])
    expect(await ids(stranger, '')).toEqual([open.id])
    expect(await ids(school, '')).toEqual(expect.arrayContaining([open.id, table.id]))
  })

  test('is filtered by party, kind and subject', async () => {
    expect(await ids(nobody, `party=${registry.team.id}`)).toEqual([open.id])
    expect(await ids(nobody, `party=${registry.stranger.id}`)).toEqual([])
    expect(await ids(nobody, 'kind=covenant')).toEqual([])
    expect(await ids(nobody, `kind=two&subject=${subject}`)).toEqual([open.id])
    expect(await ids(nobody, 'subject=money')).toEqual([])
    expect(await ids(nobody, 'validAt=2020-01-01')).toEqual([])
  })

  test('comes in pages that a link leads through', async () => {
    const all = await ids(school, '')
    const found: string[] = []
    let next = '/current-agreements?limit=1'
    for (let pages = 0; next !== '' && pages < 10; pages += 1) {
      const answer = await school.get(next)
      found.push(...answer.body.items.map(({ agreementId }: { agreementId: string }) => agreementId))
      next = /<\/v1([^>]+)>; rel="next"/.exec(String(answer.headers.link ?? ''))?.[1] ?? ''
    }
    expect(found).toEqual(all)
    expect(all.length).toBeGreaterThan(1)
  })
})

describe('adopted versions', () => {
  test('are listed in order, without their content', async () => {
    const { body } = await school.get(at(table, '/versions'))
    expect(body.items.map(({ number }: { number: number }) => number)).toEqual([1, 2])
    expect(body.items[1]).toMatchObject({ title: 'Back to school', validity: { validFrom: registry.today() } })
    const first = await school.get(at(table, '/versions?limit=1'))
    expect(first.body.items).toHaveLength(1)
    const second = await school.get(at(table, `/versions?limit=1&cursor=${first.body.next}`))
    expect(second.body).toEqual({ items: [body.items[1]] })
  })

  test('are there for good: an unknown number is 404', async () => {
    expect((await school.get(at(table, '/versions/1'))).body).toMatchObject({ number: 1, agreementId: table.id })
    expect(refusalOf(await school.get(at(table, '/versions/3')))).toEqual(notFound)
    expect(refusalOf(await school.get(at(table, '/versions/0')))).toMatchObject({ status: 400 })
    expect(refusalOf(await stranger.get(at(table, '/versions/1')))).toEqual(notFound)
    const draft = await aDraft(registry)
    expect((await school.get(at(draft, '/versions'))).body).toEqual({ items: [] })
    expect(refusalOf(await stranger.get(at(draft, '/versions')))).toEqual(notFound)
  })

  test('differ field by field', async () => {
    const { body } = await school.get(at(table, '/versions/2/diff?from=1'))
    expect(body).toMatchObject({ agreementId: table.id, from: 1, to: 2 })
    expect(body.changes).toContainEqual({
      kind: 'changed',
      path: '$.routing',
      from: 'Through the care desk.',
      to: 'Through the front desk.',
    })
    expect((await school.get(at(table, '/versions/2/diff'))).body).toEqual(body)
    expect((await school.get(at(table, '/versions/1/diff?from=2'))).body.changes).toContainEqual({
      kind: 'changed',
      path: '$.routing',
      from: 'Through the front desk.',
      to: 'Through the care desk.',
    })
    expect(refusalOf(await school.get(at(table, '/versions/1/diff')))).toEqual(notFound)
    expect(refusalOf(await school.get(at(table, '/versions/2/diff?from=9')))).toEqual(notFound)
  })
})

test('a version that ran out is in force no more, and an agreement can be looked at as it was', async () => {
  const short = await acting(registry, { title: 'Short' })
  const until = short.state.text.validity?.validUntil ?? ''
  const then = registry.now()
  registry.goTo(addMonths(until, 1))
  expect(refusalOf(await school.get(at(short, '/current')))).toMatchObject({ code: 'nothing-in-force' })
  expect((await school.get(at(short, `/current?validAt=${then}`))).body).toMatchObject({ number: 1 })
  const now = (await school.get(at(short))).body
  expect([now.lapsed, now.inForce, now.phase]).toEqual([true, undefined, 'reflecting'])
  const before = (await school.get(at(short, `?geldigOp=${then}`))).body
  expect([before.lapsed, before.inForce.version, before.phase]).toEqual([false, 1, 'acting'])
  expect(before.allowedActions).toEqual([])
})
