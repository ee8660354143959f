import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOwn } from '../../src/cli/own-registry.ts'
import { twoRounds } from '../../src/cli/stories/two-rounds.ts'
import { Teller } from '../../src/cli/teller.ts'
import { forgetAnswers } from '../../src/store/answers.ts'
import { applicationLogin } from '../../src/store/login.ts'
import { registryItself, within } from '../../src/store/transaction.ts'
import { only } from '../support/agreement.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { note } from '../support/figures.ts'
import { type Answer, aRegistry, deliberating, type Person, type Registry, type Table } from '../support/registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(() => registry.close())

const concern = (text: string) => ({ kind: 'concern', text })
const contributions = (table: Table) => `/agreements/${table.id}/rounds/1/contributions`
const post = (who: Person, path: string, body: object, key?: string) =>
  registry.as(who).send('POST', path, key === undefined ? {} : { 'idempotency-key': key }, body)

/** What a caller gets of an answer, but for what every answer has of its own. */
const sent = ({ status, raw, headers: { location, etag, link } }: Answer) => ({ status, raw, location, etag, link })

const entries = async () => (await registry.fresh.owner.query<{ count: number }>('select count(*) from ledger')).rows[0]?.count

describe('a request that is sent again with its key', () => {
  test('is done once, and answered the same: status, body, ETag, Location and Link', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    const first = await post(registry.city.representative, contributions(table), concern('The weekends'), key)
    expect(first.status).toBe(201)
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    const before = await entries()
    const again = await post(registry.city.representative, contributions(table), concern('The weekends'), key)
    expect(sent(again)).toEqual(sent(first))
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(await entries()).toBe(before)
  })

  test('is the same request however its JSON is spelled', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    const first = await post(registry.city.representative, contributions(table), { kind: 'concern', text: 'Spelled' }, key)
    const again = await post(registry.city.representative, contributions(table), { text: 'Spelled', kind: 'concern' }, key)
    expect(sent(again)).toEqual(sent(first))
  })

  test('is done once when ten of it come at the same moment', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    const before = Number(await entries())
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(registry.city.representative, contributions(table), concern('Ten times'), key)),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(sent(answer)))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(9)
    expect(Number(await entries())).toBe(before + 1)
  })

  test('is not answered again to somebody who left the table since', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    const { city } = registry
    const party = only(Object.values(table.state.parties).find(({ organisationId }) => organisationId === city.id))
    await post(city.representative, contributions(table), concern('Before we left'), key)
    const left = await post(city.representative, `/agreements/${table.id}/parties/${party.id}/withdrawals`, { reason: 'We merged.' })
    expect(left.status).toBeLessThan(300)
    const again = await post(city.representative, contributions(table), concern('Before we left'), key)
    expect(again).toMatchObject({ status: 404, body: { code: 'not-found' } })
  })

  test('is answered again to who left by it, and to the operator who is at no table', async () => {
    const { id, state } = await deliberating(registry)
    const { city } = registry
    const party = only(Object.values(state.parties).find(({ organisationId }) => organisationId === city.id))
    const leave = () => registry.as(city.representative).send('POST', `/agreements/${id}/parties/${party.id}/withdrawals`, key, reason)
    const reason = { reason: 'We merged.' }
    const key = { 'idempotency-key': randomUUID() }
    const left = await leave()
    expect(left.status).toBeLessThan(300)
    expect(sent(await leave())).toEqual(sent(left))
    const administrator = { name: 'Anna', authorities: [], account: { issuer: 'https://issuer.example', subject: 'anna' } }
    const added = { name: 'Another', identifiers: [{ scheme: 'other', value: 'another' }], formal: true, administrator }
    const register = () => registry.operator.send('POST', '/organisations', key, added)
    const registered = await register()
    expect(registered.status).toBe(201)
    expect(sent(await register())).toEqual(sent(registered))
  })

  test('is forgotten after seven days, and then is a new request', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    await post(registry.city.representative, contributions(table), concern('Long ago'), key)
    const age = (hours: number) =>
      registry.fresh.owner.query(`update answers set at = at - $2 * interval '1 hour' where key = $1`, [key, hours])
    await age(7 * 24 - 1)
    const late = await post(registry.city.representative, contributions(table), concern('Long ago'), key)
    expect(late.headers['idempotency-replayed']).toBe('true')
    await age(2)
    const tooLate = await post(registry.city.representative, contributions(table), concern('Long ago'), key)
    expect(tooLate).toMatchObject({ status: 201 })
    expect(tooLate.headers['idempotency-replayed']).toBeUndefined()
    await age(7 * 24 + 1)
    const { database } = registry.deps
    expect(await within(database.pool, registryItself, () => forgetAnswers(database))).toBe(1)
  })
})

describe('a key', () => {
  test.each([
    ['another body', (table: Table) => [contributions(table), concern('Other words')] as const, {}],
    ['another path', (table: Table) => [`/agreements/${table.id}/rounds/1/dissents`, concern('The weekends')] as const, {}],
    ['another If-Match', (table: Table) => [contributions(table), concern('The weekends')] as const, { 'if-match': '*' }],
  ])('of another request is refused, and nothing is done: %s', async (_, other, headers) => {
    const table = await deliberating(registry)
    const key = randomUUID()
    await post(registry.city.representative, contributions(table), concern('The weekends'), key)
    const before = await entries()
    const [path, body] = other(table)
    const answer = await registry.as(registry.city.representative).send('POST', path, { 'idempotency-key': key, ...headers }, body)
    // A body that does not fit where it is sent is refused for that first.
    expect([422, 400]).toContain(answer.status)
    if (answer.status === 422) expect(answer.body).toMatchObject({ code: 'idempotency-key-reused' })
    expect(await entries()).toBe(before)
  })

  test('is its caller’s own: another with the same key does something else', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    const ours = await post(registry.city.representative, contributions(table), concern('The same words'), key)
    const theirs = await post(registry.school.representative, contributions(table), concern('The same words'), key)
    expect(theirs.status).toBe(201)
    expect(theirs.body.id).not.toBe(ours.body.id)
  })

  test('of a request that was refused may try again: nothing was done under it', async () => {
    const table = await deliberating(registry)
    const key = randomUUID()
    const before = await entries()
    const refused = await post(registry.inspectorate.representative, contributions(table), concern('No say'), key)
    expect(refused.status).toBe(403)
    expect(await entries()).toBe(before)
    const { rows } = await registry.fresh.owner.query('select 1 from answers where key = $1', [key])
    expect(rows).toEqual([])
  })

  test.each([[''], ['with space'], ['é'], ['x'.repeat(256)]])('has 1 to 255 printable characters of ASCII: not %j', async (key) => {
    const table = await deliberating(registry)
    const answer = await post(registry.city.representative, contributions(table), concern('A bad key'), key)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'wrong-format', parameter: 'Idempotency-Key' }] } })
  })
})

test('every operation that changes something takes a key, as its description says', () => {
  const { paths } = registry.app.swagger() as unknown as {
    paths: Record<string, Record<string, { parameters?: { name: string }[]; 'x-authorization': { access: string } }>>
  }
  const changes = Object.values(paths).flatMap((path) => Object.entries(path).flatMap(([method, one]) => (method === 'get' ? [] : [one])))
  expect(changes.length).toBeGreaterThan(40)
  for (const { parameters = [], 'x-authorization': authorization } of changes) {
    expect(authorization.access).not.toBe('anyone')
    expect(parameters.map(({ name }) => name)).toContain('Idempotency-Key')
  }
})

describe('the whole story, with every change sent three times: two at once, and once more', () => {
  let fresh: FreshDatabase
  let own: Awaited<ReturnType<typeof startOwn>>
  beforeAll(async () => {
    fresh = await freshDatabase()
    own = await startOwn(await applicationLogin(fresh.url), fresh.url)
  })
  afterAll(async () => {
    await own?.stop()
    await fresh?.drop()
  })

  test('goes as told, and each change is in the ledger once', async ({ task }) => {
    const figures = { 'changes sent': 0, 'answered again': 0, 'answered otherwise': 0 }
    const thrice: typeof fetch = async (url, init) => {
      if (init?.method === 'GET' || String(url).includes('/local/')) return fetch(url, init)
      const answers = [...(await Promise.all([fetch(url, init), fetch(url, init)])), await fetch(url, init)]
      const [first, ...others] = answers
      if (!first) throw new Error('nothing was answered')
      const text = async (answer: Response) => (await answer.clone().text()).replace(/"instance":"[^"]*"/, '')
      const expected = `${first.status} ${first.headers.get('etag')} ${await text(first)}`
      for (const other of others)
        if (`${other.status} ${other.headers.get('etag')} ${await text(other)}` !== expected) figures['answered otherwise'] += 1
      figures['changes sent'] += answers.length
      figures['answered again'] += answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true').length
      return first
    }
    const once = new Teller(own.url, () => undefined)
    const counted = async () => Number((await fresh.owner.query<{ count: number }>('select count(*) from ledger')).rows[0]?.count)
    const start = await counted()
    await twoRounds(once)
    const middle = await counted()
    await twoRounds(new Teller(own.url, () => undefined, thrice))
    // Everything twice over wrote what it writes once.
    expect((await counted()) - middle).toBe(middle - start)
    expect(figures['answered otherwise']).toBe(0)
    expect(figures['answered again']).toBeGreaterThan(60)
    note(task, { ...figures, 'entries written': (await counted()) - middle, 'entries of one telling': middle - start })
  })
})

describe('what was answered about a person who was erased since', () => {
  test('is gone, and is not done again: the person does not come back with a retry', async () => {
    const { grantor, id } = registry.city
    const people = `/organisations/${id}/people`
    const person = { name: 'Xandra de Wit', authorities: [], account: { issuer: 'https://issuer.example', subject: 'xandra' } }
    const [ofPerson, ofDesk] = [randomUUID(), randomUUID()]
    const added = await post(grantor, people, person, ofPerson)
    expect(added.status).toBe(201)
    const desk = { name: 'Loket Q', what: 'Questions of schools', contact: 'q@city.example' }
    const opened = await post(grantor, `/organisations/${id}/desks`, desk, ofDesk)
    expect(opened.status).toBe(201)
    expect((await post(grantor, `${people}/${added.body.id}/erasure`, {})).status).toBeLessThan(300)
    const before = await entries()
    const again = await post(grantor, people, person, ofPerson)
    expect(again).toMatchObject({ status: 410, body: { code: 'answer-erased' } })
    // Whatever it asks for: the key was used.
    expect((await post(grantor, people, { ...person, name: 'Another' }, ofPerson)).status).toBe(410)
    // What was answered about something else is answered again.
    expect(sent(await post(grantor, `/organisations/${id}/desks`, desk, ofDesk))).toEqual(sent(opened))
    expect(await entries()).toBe(before)
  })
})
