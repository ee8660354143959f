import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordMeeting } from '../../src/actions/meeting.ts'
import { GroundRules } from '../../src/domain/agreement-text.ts'
import { RecordMeeting } from '../../src/domain/meeting/record.ts'
import { acting, aRegistry, deliberating, type Person, type Registry, refusalOf, type Table } from '../support/registry.ts'
import { aNetwork, does, finishRound, nextVersion, plan } from '../support/registry-actions.ts'
import { verifyExport } from '../support/verifier.ts'

let registry: Registry
let networkId: string
beforeAll(async () => {
  registry = await aRegistry()
  networkId = await aNetwork(registry)
})
afterAll(() => registry.close())

const at = ({ id }: Table, path = '') => `/agreements/${id}${path}`
const crowd = (): Person[] =>
  [registry.school, registry.team, registry.city].flatMap(({ representative, colleague }) => [representative, colleague])

/** A meeting that just closed, at which these were. */
async function met(table: Table, present = crowd()): Promise<string> {
  const id = await plan(registry, table, registry.school.representative)
  const attendees = present.map(({ actor }) => ({ personId: actor.personId }))
  await does(registry, table, registry.school.representative, recordMeeting, id, RecordMeeting.parse({ attendees }))
  return id
}

const gives = (table: Table, meeting: string, person: Person, atmosphere = 4, effectiveness = 3) =>
  registry.as(person).post(at(table, `/meetings/${meeting}/pulses`), { atmosphere, effectiveness })
const trend = async (table: Table, person = registry.city.colleague) => (await registry.as(person).get(at(table, '/pulse'))).body

describe('the pulse of meetings', () => {
  test('shows once no answer can come any more, from five answers on, with a signal where it drops', async () => {
    const table = await deliberating(registry, { networkId })
    const first = await met(table)
    for (const person of crowd()) expect((await gives(table, first, person)).status).toBe(204)
    expect(await trend(table)).toEqual({
      sharedGoal: 'Every child at school again, because home alone nobody learns.',
      minimum: 5,
      rounds: [],
      meetings: [],
    })
    registry.pass(8)
    const second = await met(table, crowd().slice(0, 4))
    for (const person of crowd().slice(0, 4)) await gives(table, second, person, 1, 1)
    const third = await met(table)
    for (const person of crowd().slice(0, 5)) await gives(table, third, person, 3, 3)
    registry.pass(8)
    const { meetings } = await trend(table)
    expect(meetings).toMatchObject([
      { meetingId: first, roundNumber: 1, answers: 6, atmosphere: 4, effectiveness: 3 },
      { meetingId: second, answers: 4 },
      { meetingId: third, answers: 5, atmosphere: 3, effectiveness: 3, signal: 'dropped' },
    ])
    expect(meetings[1]).not.toHaveProperty('atmosphere')
    expect(meetings[1]).not.toHaveProperty('signal')
  })

  test('is given once, by who was there, in the week after', async () => {
    const table = await deliberating(registry)
    const meeting = await met(table, crowd().slice(0, 2))
    const [one, other, absent] = crowd() as [Person, Person, Person]
    await gives(table, meeting, one)
    expect(refusalOf(await gives(table, meeting, one, 5))).toMatchObject({ status: 409, code: 'already-done' })
    expect(refusalOf(await gives(table, meeting, absent))).toMatchObject({ status: 409, code: 'was-not-there' })
    expect(refusalOf(await gives(table, meeting, registry.stranger.colleague))).toMatchObject({ status: 404 })
    registry.pass(8)
    expect(refusalOf(await gives(table, meeting, other))).toMatchObject({ status: 409, code: 'pulse-closed' })
  })

  test('is told to nobody but who gave it: not in the export of a colleague, nor in what is held about somebody', async () => {
    const table = await deliberating(registry)
    const meeting = await met(table)
    const [one, colleague] = crowd() as [Person, Person]
    await gives(table, meeting, one, 1, 5)
    for (const person of [one, colleague, registry.city.representative]) {
      const { body } = await registry.as(person).get(at(table, '/export'))
      const entry = body.entries.find(({ type }: { type: string }) => type === 'pulse-given')
      expect(entry.payload).toEqual(person === one ? { meetingId: meeting, atmosphere: 1, effectiveness: 5 } : undefined)
      expect(verifyExport(body, { keys: { keys: registry.key.jwks().keys } }).problems).toEqual([])
    }
    const held = `/organisations/${registry.school.id}/people/${one.actor.personId}/data`
    const { raw } = await registry.as(registry.school.grantor).get(held)
    expect(raw).toContain('pulse-given')
    expect(raw).not.toContain('atmosphere')
    const read = [at(table, '/meetings'), at(table, '/receipts'), at(table, '/rounds/1')]
    for (const path of read) expect((await registry.as(colleague).get(path)).raw).not.toContain('"atmosphere":1')
  })
})

describe('the pulse of rounds', () => {
  test('shows when the round closed, from as many answers on as its rules said, also after later rules say fewer', async () => {
    const table = await acting(registry)
    await finishRound(registry, table)
    expect((await trend(table)).rounds).toMatchObject([{ roundNumber: 1, answers: 3 }])
    await nextVersion(registry, table, { groundRules: GroundRules.parse({ pulseMinimum: 3 }) })
    await finishRound(registry, table)
    const { minimum, rounds } = await trend(table)
    expect(minimum).toBe(3)
    expect(rounds).toMatchObject([
      { roundNumber: 1, answers: 3 },
      { roundNumber: 2, answers: 3, atmosphere: 4 },
    ])
    expect(rounds[0]).not.toHaveProperty('atmosphere')
    const round = (number: number) => registry.as(registry.city.colleague).get(at(table, `/rounds/${number}`))
    expect((await round(1)).body.pulse).toEqual({ answers: 3 })
    expect((await round(2)).body.pulse).toMatchObject({ answers: 3, atmosphere: 4 })
  })
})

describe('the pulse of a network', () => {
  test('is made of what its agreements show, by month, for a member that sits at their tables', async () => {
    const where = `/networks/${networkId}/pulse`
    const { body } = await registry.as(registry.school.colleague).get(where)
    expect(body.meetings.at(-1)).toMatchObject({ agreements: 1 })
    expect(body.meetings.reduce((sum: number, { answers }: { answers: number }) => sum + answers, 0)).toBe(11)
    expect(refusalOf(await registry.as(registry.stranger.colleague).get(where))).toMatchObject({ status: 404 })
  })
})
