import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Cursors } from '../../../src/http/cursor.ts'
import { note } from '../../support/figures.ts'
import { aRegistry, type Registry } from '../../support/registry.ts'
import { anotherDoor, bearer } from './door.ts'

let registry: Registry
let app: FastifyInstance

beforeAll(async () => {
  registry = await aRegistry()
  app = await anotherDoor(registry)
})
afterAll(async () => {
  await app?.close()
  await registry?.close()
})

const ask = async (who: { subject: string }, url: string, door = app) => {
  const answer = await door.inject({ url: `/v1${url}`, headers: await bearer(registry, who) })
  return { status: answer.statusCode, body: answer.json() }
}

const refused = { status: 400, body: { code: 'invalid-input', errors: [{ code: 'wrong-cursor', parameter: 'cursor' }] } }

test('a cursor that was altered is refused, and never an empty page', async ({ task }) => {
  const { representative } = registry.school
  const { next } = (await ask(representative, '/organisations?limit=2')).body
  expect((await ask(representative, `/organisations?limit=2&cursor=${next}`)).body.items).toHaveLength(2)
  const bytes = Buffer.from(next, 'base64url')
  const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const other = Buffer.from(bytes)
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return other.toString('base64url')
  })
  const cut = Array.from({ length: next.length }, (_, length) => next.slice(0, length))
  const more = [`${next}A`, `${next}=`, ` ${next}`, next.toLowerCase(), 'null', 'W10', Buffer.from('["a"]').toString('base64url')]
  const altered = [...flipped, ...cut, ...more].filter((cursor) => cursor !== next)
  for (const cursor of altered)
    expect(await ask(representative, `/organisations?limit=2&cursor=${encodeURIComponent(cursor)}`), cursor).toMatchObject(refused)
  note(task, { 'cursors altered': altered.length, 'refused with a code': altered.length, 'empty pages': 0 })
})

test('a cursor is for its own list, filter, order and organisation, in every process of the registry and no other', async ({ task }) => {
  const { representative, colleague } = registry.school
  const school = registry.as(representative)
  for (const title of ['a', 'b', 'c'])
    await school.post('/agreements', { kind: 'two', title, parties: [{ organisationId: registry.team.id, involvement: 'seated' }] })
  const list = '/agreements?kind=two&limit=1'
  const { next } = (await ask(representative, list)).body
  const foreign = [
    await ask(registry.team.representative, `${list}&cursor=${next}`),
    await ask(registry.stranger.representative, `${list}&cursor=${next}`),
    await ask(representative, `/agreements?limit=1&cursor=${next}`),
    await ask(representative, `/agreements?kind=covenant&limit=1&cursor=${next}`),
    await ask(representative, `${list}&status=draft&cursor=${next}`),
    await ask(representative, `${list}&sort=title&cursor=${next}`),
    await ask(representative, `/organisations?limit=1&cursor=${next}`),
    await ask(representative, `/organisations/${registry.school.id}/people?limit=1&cursor=${next}`),
    await ask(representative, `${list}&cursor=${next}`, await anotherKey()),
  ]
  for (const [index, answer] of foreign.entries()) expect([index, answer]).toMatchObject([index, refused])
  expect((await ask(colleague, `${list}&cursor=${next}`)).body.items).toHaveLength(1)
  const twin = await anotherDoor(registry)
  expect((await ask(representative, `${list}&cursor=${next}`, twin)).body.items).toHaveLength(1)
  await twin.close()
  note(task, { 'cursors of another list, filter, order, organisation or key refused': foreign.length })
})

async function anotherKey(): Promise<FastifyInstance> {
  const other = await anotherDoor(registry, { cursorKey: new Uint8Array(32).fill(1) })
  doors.push(other)
  return other
}
const doors: FastifyInstance[] = []
afterAll(() => Promise.all(doors.map((door) => door.close())))

test('what is sealed opens as it was, for its circle and place only', () => {
  const key = new Uint8Array(32).fill(7)
  const position = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      fc.integer(),
    ),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(position, fc.string(), fc.string(), fc.string(), (given, circle, place, other) => {
      const cursor = new Cursors(key, circle).seal(place, given)
      expect(new Cursors(key, circle).open(place, cursor)).toEqual(given)
      fc.pre(other !== place && other !== circle)
      expect(new Cursors(key, circle).open(other, cursor)).toBeUndefined()
      expect(new Cursors(key, other).open(place, cursor)).toBeUndefined()
    }),
  )
})
