import { afterAll, beforeAll, expect, test } from 'vitest'
import { by } from '../../src/domain/actor.ts'
import { newId } from '../../src/store/new-id.ts'
import { registryItself, within } from '../../src/store/transaction.ts'
import { aRegistry, deliberating, partyIdOf, type Registry, refusalOf, type Table } from '../support/registry.ts'

let registry: Registry
let table: Table
beforeAll(async () => {
  registry = await aRegistry()
  table = await deliberating(registry)
})
afterAll(() => registry.close())

const secret = 'Three times you went without us.'
const at = (path = '') => `/agreements/${table.id}/messages${path}`
const send = (house = registry.school, to = registry.team, parts: object[] = [{ name: 'message', text: secret }]) =>
  registry.as(house.colleague).post(at(), { toPartyIds: [partyIdOf(table, to)], parts })

test('a complete message is read by the party that sent it and those that it is for', async () => {
  const sent = await send()
  expect(sent).toMatchObject({ status: 201, body: { partyId: partyIdOf(table, registry.school), parts: [{ text: secret }] } })
  const where = String(sent.headers.location).replace('/v1', '')
  for (const house of [registry.school, registry.team]) {
    expect((await registry.as(house.representative).get(where)).body).toEqual(sent.body)
    expect((await registry.as(house.application).get(at())).body.items).toEqual([sent.body])
  }
})

test('nobody else learns that it is there: not at the table, nor from the agreement’s history or what is held about its sender', async () => {
  const { body } = await send()
  for (const house of [registry.city, registry.parents, registry.inspectorate]) {
    const reader = registry.as(house.representative)
    expect((await reader.get(at())).body).toEqual({ items: [] })
    const [hidden, unknown] = [await reader.get(at(`/${body.id}`)), await reader.get(at(`/${newId()}`))]
    expect(refusalOf(hidden)).toEqual(refusalOf(unknown))
    expect((await reader.get(`/agreements/${table.id}/export`)).raw).not.toContain(secret)
  }
  expect(refusalOf(await registry.as(registry.stranger.colleague).get(at()))).toMatchObject({ status: 404 })
  expect((await registry.as(registry.team.colleague).get(`/agreements/${table.id}/export`)).raw).not.toContain(secret)
  expect((await registry.as(registry.school.colleague).get('/me/data')).raw).toContain(secret)
})

test('and the database keeps it from them by itself', async () => {
  await send()
  const { database } = registry.deps
  const seen = async (who: Parameters<typeof within>[1], text: string) => {
    const { rows } = await within(database.pool, who, async () => database.query(text))
    return JSON.stringify(rows).includes(secret)
  }
  const everywhere = [
    'select doc from messages',
    'select payload from ledger_payloads',
    'select state from streams',
    'select state from snapshots',
  ]
  for (const text of everywhere) {
    for (const house of [registry.city, registry.inspectorate, registry.stranger])
      expect(await seen(by(house.colleague.actor), text), text).toBe(false)
    expect(await seen({ kind: 'operator', actorId: 'x' }, text), text).toBe(false)
  }
  expect(await seen(by(registry.team.colleague.actor), 'select doc from messages')).toBe(true)
  expect(await seen(registryItself, 'select doc from messages')).toBe(false)
})

test('it goes to other parties of this table', async () => {
  expect(refusalOf(await send(registry.school, registry.school))).toMatchObject({ status: 409, code: 'message-to-self' })
  const parts = [{ name: 'message', text: secret }]
  const to = (id: string) => registry.as(registry.school.colleague).post(at(), { toPartyIds: [id], parts })
  expect(refusalOf(await to(newId())).errors).toEqual(['not-a-party /toPartyIds/0'])
  expect(refusalOf(await send(registry.inspectorate))).toMatchObject({ status: 403, code: 'not-seated' })
})

test('its parts are those that the ground rules name, each once, and every mistake is told', async () => {
  const school = registry.as(registry.school.representative)
  const groundRules = { messageParts: ['What I saw', 'What I ask'] }
  const changed = await school.patch(`/agreements/${table.id}`, { groundRules }, '*')
  expect(changed).toMatchObject({ status: 200, body: { rules: groundRules } })
  const wrong = [
    { name: 'What I saw', text: 'x' },
    { name: 'What I saw', text: 'y' },
    { name: 'message', text: 'z' },
  ]
  expect(refusalOf(await send(registry.school, registry.team, wrong)).errors).toEqual([
    'message-part-missing /parts',
    'message-part-unknown /parts/1/name',
    'message-part-unknown /parts/2/name',
  ])
  const parts = groundRules.messageParts.map((name) => ({ name, text: 'x' }))
  expect((await send(registry.school, registry.team, parts)).status).toBe(201)
})
