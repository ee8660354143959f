import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDays } from '../../src/domain/time.ts'
import { aRegistry, type Caller, deliberating, type Person, type Registry, refusalOf, type Table } from '../support/registry.ts'

let registry: Registry
let school: Caller
let team: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  team = registry.as(registry.team.representative)
  stranger = registry.as(registry.stranger.representative)
})
afterAll(() => registry.close())

const at = (table: Table, rest = '') => `/agreements/${table.id}/roles${rest}`
const idOf = (person: Person) => person.actor.personId
const lead = { name: 'lead', purpose: 'Keeps us together', tasks: [{ what: 'Call the parents' }, { what: 'Book the room' }] }

describe('shaping', () => {
  test('a role has an address, and changes on the revision that was read', async () => {
    const table = await deliberating(registry)
    const made = await school.post(at(table), lead)
    expect(made).toMatchObject({ status: 201, body: { name: 'lead', holders: [], tasks: [{ orphaned: true }, { orphaned: true }] } })
    const address = String(made.headers.location).slice(3)
    const read = await team.get(address)
    expect([read.body, read.etag]).toEqual([made.body, made.etag])
    expect((await team.get(address, { 'if-none-match': read.etag })).status).toBe(304)
    expect((await team.get(at(table))).body.items).toEqual([made.body])

    const [task] = made.body.tasks
    const change = { ...lead, tasks: [{ id: task.id, what: 'Call the parents on Monday' }] }
    expect((await team.put(address, change)).status).toBe(428)
    const changed = await team.put(address, change, read.etag)
    expect(changed.body.tasks).toEqual([{ ...task, what: 'Call the parents on Monday' }])
    expect(refusalOf(await team.put(address, change, read.etag))).toMatchObject({ status: 412, code: 'stale' })
    expect(refusalOf(await team.put(at(table, `/${randomUUID()}`), change, read.etag))).toMatchObject({ status: 404 })
    const foreign = { ...lead, tasks: [{ id: randomUUID(), what: 'Nothing' }], holders: [] }
    expect(refusalOf(await team.put(address, foreign, '*')).errors).toEqual(['unknown-field /holders'])
  })

  test('for others it is not there', async () => {
    const table = await deliberating(registry)
    const { id } = (await school.post(at(table), lead)).body
    for (const path of ['', `/${id}`, `/${id}/tasks`, `/${id}/transfers`])
      expect((await stranger.get(at(table, path))).status, path).toBe(404)
    for (const path of [`/${randomUUID()}`, `/${randomUUID()}/tasks`, `/${randomUUID()}/transfers`])
      expect((await school.get(at(table, path))).status, path).toBe(404)
  })
})

describe('holding', () => {
  test('a holder takes the tasks that nobody has, and after the last day nobody has them', async () => {
    const table = await deliberating(registry)
    const { id } = (await school.post(at(table), lead)).body
    const personId = idOf(registry.school.representative)
    const assigned = await school.post(at(table, `/${id}/holders`), { personId })
    expect(assigned).toMatchObject({ status: 201, body: { holders: [{ personId, holds: true }] } })
    expect(assigned.body.tasks).toMatchObject([
      { holderId: personId, orphaned: false },
      { holderId: personId, orphaned: false },
    ])
    expect(refusalOf(await team.post(at(table, `/${id}/holders`), { personId })).errors).toEqual(['holder-not-of-organisation /personId'])

    const [holder] = assigned.body.holders
    const untilDate = addDays(registry.today(), 3)
    expect(refusalOf(await team.post(at(table, `/${id}/holders/${holder.id}/releases`), { untilDate })).code).toBe('not-yours')
    const released = await school.post(at(table, `/${id}/holders/${holder.id}/releases`), { untilDate })
    expect(released.body.holders).toEqual([{ ...holder, untilDate }])
    const then = addDays(untilDate, 1)
    expect((await school.get(at(table, `/${id}?validAt=${then}`))).body).toMatchObject({ holders: [{ holds: false }] })
    const { items } = (await school.get(at(table, `/${id}/tasks?geldigOp=${then}`))).body
    expect(items.map((task: { orphaned: boolean }) => task.orphaned)).toEqual([true, true])
  })

  test('as it was known before, a role is without what came later', async () => {
    const table = await deliberating(registry)
    const made = await school.post(at(table), lead)
    const { id } = made.body
    const { rows } = await registry.fresh.owner.query('select recorded_at as at from streams where id = $1', [table.id])
    const before = rows[0].at
    registry.pass(1)
    await school.post(at(table, `/${id}/holders`), { personId: idOf(registry.school.representative) })
    expect((await school.get(at(table, `/${id}`))).body.holders).toHaveLength(1)
    expect((await school.get(at(table, `/${id}?knownAt=${before}`))).body).toEqual(made.body)
    expect((await school.get(at(table, `?beschikbaarOp=${before}`))).body.items).toEqual([made.body])
    expect(refusalOf(await school.get(at(table, `/${id}?knownAt=${before}&beschikbaarOp=${before}`)))).toMatchObject({ status: 400 })
    expect(refusalOf(await school.get(at(table, `/${id}?knownAt=2001-01-01`))).code).toBe('not-yet-known')
  })
})

describe('transferring', () => {
  test('tasks change hands when the receiver accepts, and not before', async () => {
    const table = await deliberating(registry)
    const { id } = (await school.post(at(table), lead)).body
    const { tasks } = (await school.post(at(table, `/${id}/holders`), { personId: idOf(registry.school.representative) })).body
    const transfers = at(table, `/${id}/transfers`)
    const receiver = idOf(registry.team.representative)
    const offer = { taskIds: [tasks[0].id], toPersonId: receiver, note: 'On leave until May', openPoints: ['Ring back on Monday'] }
    expect(refusalOf(await school.post(transfers, { ...offer, taskIds: [randomUUID()] })).errors).toEqual(['not-found /taskIds/0'])
    const offered = await school.post(transfers, offer)
    expect(offered).toMatchObject({ status: 201, body: { state: 'offered', note: offer.note } })
    const address = String(offered.headers.location).slice(3)
    expect((await team.get(address)).body).toEqual(offered.body)
    expect((await school.get(at(table, `/${id}`))).body.tasks[0].holderId).toBe(idOf(registry.school.representative))

    expect(refusalOf(await school.post(`${address}/answers`, { decision: 'accepted' })).code).toBe('not-yours')
    const accepted = await team.post(`${address}/answers`, { decision: 'accepted' })
    expect(accepted).toMatchObject({ status: 201, body: { state: 'accepted' } })
    const role = (await school.get(at(table, `/${id}`))).body
    expect(role.tasks.map((task: { holderId: string }) => task.holderId)).toEqual([receiver, idOf(registry.school.representative)])
    expect((await team.get(`${transfers}?state=accepted`)).body.items).toEqual([accepted.body])
    expect((await team.get(`${transfers}?state=offered`)).body.items).toEqual([])
    expect(refusalOf(await team.post(`${address}/answers`, { decision: 'declined', reason: 'No' })).code).toBe('wrong-state')
  })
})
