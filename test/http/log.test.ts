import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { takeStance } from '../../src/actions/round.ts'
import { checkpointSigning } from '../../src/auth/registry-key.ts'
import { extendLog } from '../../src/store/log.ts'
import { only } from '../support/agreement.ts'
import {
  accepted,
  acting,
  aRegistry,
  type Caller,
  deliberating,
  digestOf,
  limit,
  mandateIdOf,
  prepared,
  type Registry,
  refusalOf,
  subject,
  type Table,
} from '../support/registry.ts'
import { isConsistent, isIncluded, leafOf, verifyExport } from '../support/verifier.ts'

let registry: Registry
let school: Caller
let nobody: Caller
let stranger: Caller
let table: Table

const extend = () => extendLog(registry.deps.database, checkpointSigning(registry.key))
const at = ({ id }: Table, rest = '') => `/agreements/${id}${rest}`
const checkpoint = async () => (await nobody.get('/log/checkpoint')).body

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  stranger = registry.as(registry.stranger.representative)
  nobody = registry.as()
})
afterAll(() => registry.close())

describe('the log', () => {
  test('has no checkpoint before the first', async () => {
    expect(refusalOf(await nobody.get('/log/checkpoint'))).toMatchObject({ status: 404, code: 'not-found' })
    expect(refusalOf(await nobody.get('/log/consistency?from=1'))).toMatchObject({ status: 404 })
    table = await acting(registry)
  })

  test('takes what was recorded, once', async () => {
    const taken = await extend()
    expect(taken).toBeGreaterThan(20)
    expect(await extend()).toBe(0)
    const answer = await nobody.get('/log/checkpoint')
    expect(answer).toMatchObject({ status: 200, etag: `"${taken}"`, body: { size: taken, registry: registry.key.kid } })
    const { jws, ...parts } = answer.body
    expect(await registry.key.verify(jws, 'checkpoint')).toEqual(parts)
    await expect(registry.key.verify(jws)).rejects.toThrow(/not over a version/)
  })

  test('proves to anybody that each entry is in it, and shows a hash of it only', async () => {
    const { size, root } = await checkpoint()
    const inExport = (await school.get(at(table, '/export'))).body.log.inclusions
    for (const { position, hash } of inExport) {
      const { body } = await nobody.get(`/log/entries/${position}/inclusion`)
      expect(Object.keys(body).sort()).toEqual(['hash', 'path', 'position', 'size'])
      expect(body).toMatchObject({ position, hash, size })
      expect(isIncluded({ leaf: leafOf(hash), position, size, path: body.path, root })).toBe(true)
    }
  })

  test('proves to anybody that it was only added to', async () => {
    const before = await checkpoint()
    await deliberating(registry)
    await extend()
    const after = await checkpoint()
    const { body } = await nobody.get(`/log/consistency?from=${before.size}`)
    expect(body).toMatchObject({ from: before.size, to: after.size })
    expect(isConsistent({ ...body, fromRoot: before.root, toRoot: after.root })).toBe(true)
    const smaller = await nobody.get(`/log/consistency?from=3&to=${before.size}`)
    expect(smaller.body.to).toBe(before.size)
    const then = (await nobody.get(`/log/entries/3/inclusion?size=${before.size}`)).body
    expect(isIncluded({ ...then, leaf: leafOf(then.hash), root: before.root })).toBe(true)
  })

  test('knows nothing beyond its last checkpoint', async () => {
    const { size } = await checkpoint()
    for (const path of [
      `/log/entries/${size}/inclusion`,
      `/log/entries/0/inclusion?size=${size + 1}`,
      '/log/entries/5/inclusion?size=5',
      `/log/consistency?from=1&to=${size + 1}`,
      '/log/consistency?from=3&to=2',
    ])
      expect(refusalOf(await nobody.get(path)), path).toMatchObject({ status: 404, code: 'not-found' })
    for (const path of ['/log/entries/-1/inclusion', '/log/entries/x/inclusion', '/log/consistency', '/log/consistency?from=0'])
      expect((await nobody.get(path)).status, path).toBe(400)
  })

  test('is added to by the registry itself only: no request can', async () => {
    await expect(registry.deps.database.query(`insert into log_nodes values (0, 9999, 'x')`)).rejects.toThrow(/row-level security/)
    await expect(registry.deps.database.query(`update checkpoints set root = ''`)).rejects.toThrow(/permission denied/)
    await expect(registry.deps.database.query('delete from log_entries')).rejects.toThrow(/permission denied/)
    expect((await registry.deps.database.query('delete from log_queue')).rowCount).toBe(0)
  })
})

describe('a receipt', () => {
  test('comes with a stance, a version and each act on a mandate, and is kept for those at the table', async () => {
    const table = await prepared(registry)
    const { grantor, representative, colleague } = registry.city
    const byGrantor = registry.as(grantor)
    const city = registry.as(representative)
    const granted = await byGrantor.post(at(table, '/mandates'), {
      holderId: colleague.actor.personId,
      basis: 'Mandate decision 2025, article 3',
      subjects: [subject],
      limits: [limit],
      validUntil: registry.today(),
    })
    expect(granted.etag).toBe((await byGrantor.get(at(table, `/mandates/${granted.body.id}`))).etag)
    const withdrawn = await byGrantor.post(at(table, `/mandates/${granted.body.id}/withdrawals`), { reason: 'Another job.' })
    const stance = await city.post(at(table, '/rounds/1/stances'), { position: 'accept', textDigest: digestOf(table) })
    for (const house of [registry.school, registry.team])
      await takeStance(
        registry.deps,
        house.representative.actor,
        { agreementId: table.id, roundNumber: 1 },
        { position: 'accept', textDigest: digestOf(table) },
      )
    const adopted = await city.post(at(table, '/rounds/1/adoption'), { textDigest: digestOf(table) })
    const given = [granted, withdrawn, stance, adopted].map(({ body }) => body.receipt)

    const says = await Promise.all(given.map((jws) => registry.key.verify(jws, 'receipt')))
    const mandateId = mandateIdOf(table, representative)
    const acted = { agreementId: table.id, registry: registry.key.kid, organisationId: registry.city.id }
    expect(says).toMatchObject([
      { ...acted, type: 'mandate-granted', actorId: grantor.actor.personId, mandateId: null, about: { id: granted.body.id } },
      { ...acted, type: 'mandate-withdrawn', about: { mandateId: granted.body.id } },
      {
        ...acted,
        type: 'stance-taken',
        actorId: representative.actor.personId,
        mandateId,
        about: { textDigest: digestOf(table), position: 'accept' },
      },
      { ...acted, type: 'version-adopted', mandateId, about: { number: 1, textDigest: digestOf(table) } },
    ])
    const kept = await school.get(at(table, '/receipts'))
    expect(kept.body.items.map(({ jws }: { jws: string }) => jws)).toEqual(expect.arrayContaining(given))
    const first = await school.get(at(table, '/receipts?limit=3'))
    const rest = await school.get(at(table, `/receipts?limit=100&cursor=${first.body.next}`))
    expect([...first.body.items, ...rest.body.items]).toEqual(kept.body.items)
  })

  test('comes with each mandate of a grant in several agreements', async () => {
    const two = [await deliberating(registry), await deliberating(registry)]
    const { grantor, colleague, id } = registry.team
    const { status, body } = await registry.as(grantor).post(`/organisations/${id}/mandate-grants`, {
      agreementIds: two.map((table) => table.id),
      holderId: colleague.actor.personId,
      basis: 'Mandate decision 2025, article 3',
      subjects: [subject],
      validUntil: registry.today(),
    })
    expect(status).toBe(201)
    const says = await Promise.all(body.items.map(({ receipt }: { receipt: string }) => registry.key.verify(receipt, 'receipt')))
    expect(says).toMatchObject(two.map((table) => ({ agreementId: table.id, type: 'mandate-granted' })))
  })

  test('is not given for an act that was refused', async () => {
    const table = await prepared(registry)
    const before = (await school.get(at(table, '/receipts'))).body.items.length
    expect((await school.post(at(table, '/rounds/1/stances'), { position: 'accept', textDigest: 'ab'.repeat(32) })).status).toBe(409)
    expect((await school.get(at(table, '/receipts'))).body.items).toHaveLength(before)
    await accepted(registry, table)
    expect((await school.get(at(table, '/receipts'))).body.items).toHaveLength(before + 3)
  })
})

test('the history tells everybody at the table who did what, when and under which mandate, and not what was said', async () => {
  const table = await accepted(registry, await prepared(registry))
  const history = at(table, '/history')
  const team = registry.as(registry.team.representative)
  const { entries } = (await school.get(at(table, '/export'))).body
  const whole = await team.get(`${history}?sort=revision&limit=100`)
  expect(whole.body.items.map(({ hash }: { hash: string }) => hash)).toEqual(entries.map(({ hash }: { hash: string }) => hash))
  expect(Object.keys(whole.body.items[0]).sort()).toEqual(['actorId', 'at', 'hash', 'organisationId', 'revision', 'type'])
  const first = await team.get(`${history}?limit=2`)
  const rest = await team.get(`${history}?limit=100&cursor=${first.body.next}`)
  expect([...first.body.items, ...rest.body.items]).toEqual(whole.body.items.toReversed())
  const { representative, id } = registry.team
  expect(whole.body.items).toContainEqual(
    expect.objectContaining({
      type: 'stance-taken',
      actorId: representative.actor.personId,
      organisationId: id,
      mandateId: mandateIdOf(table, representative),
    }),
  )
})

test('receipts, history and exports are for those at the table: for others the agreement is not there', async () => {
  for (const what of ['/receipts', '/history', '/export'])
    for (const caller of [stranger, registry.operator]) {
      const [foreign, unknown] = [await caller.get(at(table, what)), await caller.get(`/agreements/${registry.school.id}${what}`)]
      expect(refusalOf(foreign)).toEqual(refusalOf(unknown))
    }
  expect((await nobody.get(at(table, '/export'))).status).toBe(401)
  expect((await stranger.get(at(table, '/export'))).status).toBe(404)
})

test('an export says what somebody felt to their own party alone, and verifies for all', async () => {
  const table = await acting(registry)
  registry.goTo(only(table.state.round?.reviewOn))
  const { content } = only(table.state.adopted ?? undefined)
  const mine = Object.values(table.state.parties).find(({ organisationId }) => organisationId === registry.city.id)
  const given = await registry.as(registry.city.representative).post(at(table, '/rounds/1/reflections'), {
    whatWorks: 'We call each other sooner.',
    whatHappened: 'Twelve children went back.',
    whatWeLearned: 'One contact person is enough.',
    commitments: content.commitments
      .filter((terms) => terms.ownerPartyId === mine?.id)
      .map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 1, effectiveness: 5 },
  })
  expect(given.status, given.raw).toBe(201)
  while ((await extend()) > 0);
  const keys = { keys: registry.key.jwks().keys }
  for (const house of [registry.city, registry.school, registry.inspectorate]) {
    const { raw, body } = await registry.as(house.application).get(at(table, '/export'))
    expect(raw.includes('"pulse"'), house.name).toBe(house === registry.city)
    const { problems, notes } = verifyExport(body, { keys })
    expect(problems).toEqual([])
    expect(notes.some((line) => line.startsWith('what others say in these reflections and pulses'))).toBe(house !== registry.city)
  }
})
