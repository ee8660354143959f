import { describe, expect, test } from 'vitest'
import { unmet } from '../../src/domain/adoption.ts'
import { contentOf } from '../../src/domain/agreement-text.ts'
import {
  assignRole,
  changeRole,
  createRole,
  endRole,
  holdersOn,
  orphanedTasks,
  RoleView,
  releaseRole,
  requireRole,
  ShapeRole,
  viewRole,
} from '../../src/domain/role.ts'
import { dayOf } from '../../src/domain/time.ts'
import { type AnswerTransfer, answerTransfer, OfferTransfer, offerTransfer, withdrawTransfer } from '../../src/domain/transfer.ts'
import {
  addRole,
  adoptable,
  city,
  codes,
  dataOf,
  deliberating,
  does,
  goTo,
  only,
  partyIdOf,
  people,
  reasons,
  school,
  stranger,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const role = (table: Table, id: string) => only(table.state.roles[id])
const tasksOf = (table: Table, id: string) => role(table, id).tasks
const assign = (table: Table, id: string, house = school, over: { fromDate?: string; untilDate?: string; personId?: string } = {}) => {
  const personId = over.personId ?? house.colleague.personId
  return does(table, house.representative, assignRole, id, { ...over, personId }, people.get(personId))
}
const reshape = (table: Table, id: string, tasks: ShapeRole['tasks']) =>
  does(table, school.representative, changeRole, id, { name: 'lead', purpose: 'Keeps us together', tasks })

describe('a role belongs to the collaboration', () => {
  test('any seated party makes one, with its tasks', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call', 'Write'])
    expect(role(table, id)).toMatchObject({ name: 'lead', tasks: [{ what: 'Call' }, { what: 'Write' }], holders: [] })
    expect(ShapeRole.parse({ name: 'lead', purpose: 'x' }).tasks).toEqual([])
  })

  test('a new role replaces no task of another', () => {
    const table = deliberating()
    const [task] = tasksOf(table, addRole(table, 'lead', ['Call']))
    const input = { name: 'chair', purpose: 'Leads', tasks: [{ id: task?.id, what: 'Call' }] }
    expect(reasons(() => does(table, school.representative, createRole, input))).toMatchObject([
      { code: 'not-found', pointer: '/tasks/0/id' },
    ])
  })

  test('it changes: a task keeps its id and its holder in other words, and may be added or dropped', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call', 'Write'])
    const [call, write] = tasksOf(table, id)
    reshape(table, id, [{ id: call?.id, what: 'Call first' }, { what: 'Visit' }])
    expect(tasksOf(table, id)).toMatchObject([{ id: call?.id, what: 'Call first' }, { what: 'Visit' }])
    expect(tasksOf(table, id).map((task) => task.id)).not.toContain(write?.id)
    assign(table, id)
    reshape(
      table,
      id,
      tasksOf(table, id).map((task) => ({ id: task.id, what: 'Other words' })),
    )
    expect(tasksOf(table, id)[0]).toEqual({ id: call?.id, what: 'Other words', holderId: school.colleague.personId })
  })

  test('a task that somebody holds does not silently disappear', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call'])
    assign(table, id)
    expect(reasons(() => reshape(table, id, []))).toEqual([{ code: 'task-held', params: { task: 'Call' }, pointer: '/tasks' }])
  })

  test('a role ends once nobody has a task in it, and is then no part of the text', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call'])
    const holder = assign(table, id, school, { untilDate: '2026-01-31' })
    expect(holder).toBeDefined()
    expect(codes(() => does(table, school.colleague, endRole, id))).toEqual(['task-held'])
    goTo(table, '2026-02-01')
    does(table, school.colleague, endRole, id)
    expect(contentOf(table.state).roles.map((role) => role.id)).not.toContain(id)
    expect(codes(() => does(table, school.colleague, endRole, id))).toEqual(['not-found'])
  })

  test('a commitment in a role that has ended stops adoption until it names another', () => {
    const table = adoptable()
    const roleId = only(Object.values(table.state.commitments)[0]).terms.roleId
    does(table, school.colleague, endRole, roleId)
    expect(unmet(table.state, table.now).map(({ code }) => code)).toContain('role-gone')
  })

  test('one whose holder has gone is held by nobody, and may', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call'])
    assign(table, id, school, { untilDate: '2026-01-31' })
    goTo(table, '2026-02-01')
    reshape(table, id, [])
    expect(tasksOf(table, id)).toEqual([])
  })

  test('a task that is not there cannot be kept, and none is kept twice', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call'])
    const call = only(tasksOf(table, id)[0]).id
    expect(reasons(() => reshape(table, id, [{ id: uuid(404), what: 'x' }]))).toMatchObject([{ code: 'not-found', pointer: '/tasks/0/id' }])
    expect(
      reasons(() =>
        reshape(table, id, [
          { id: call, what: 'x' },
          { id: call, what: 'y' },
        ]),
      ),
    ).toMatchObject([{ code: 'id-twice', pointer: '/tasks/1/id' }])
    expect(codes(() => reshape(table, uuid(404), []))).toEqual(['not-found'])
    expect(reasons(() => requireRole(table.state, uuid(404), '/roleId'))).toMatchObject([{ code: 'not-found', pointer: '/roleId' }])
  })
})

describe('holding a role', () => {
  test('is given by one’s own organisation, from today unless told otherwise, and brings the tasks without a holder', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call', 'Write'])
    assign(table, id)
    expect(role(table, id).holders).toMatchObject([
      { personId: school.colleague.personId, partyId: partyIdOf(table, school), fromDate: '2026-01-05' },
    ])
    expect(tasksOf(table, id).map(({ holderId }) => holderId)).toEqual([school.colleague.personId, school.colleague.personId])
    assign(table, id, team)
    expect(new Set(tasksOf(table, id).map(({ holderId }) => holderId))).toEqual(new Set([school.colleague.personId]))
  })

  test('only to people of that organisation', () => {
    const table = deliberating()
    const id = addRole(table)
    expect(codes(() => assign(table, id, school, { personId: team.colleague.personId }))).toEqual(['holder-not-of-organisation'])
    expect(codes(() => assign(table, id, school, { personId: uuid(404) }))).toEqual(['holder-not-of-organisation'])
  })

  test('not from before today, not for no time at all, and not twice at once', () => {
    const table = deliberating()
    const id = addRole(table)
    expect(codes(() => assign(table, id, school, { fromDate: '2026-01-04' }))).toEqual(['backdated'])
    expect(codes(() => assign(table, id, school, { fromDate: '2026-02-02', untilDate: '2026-02-01' }))).toEqual(['period-empty'])
    assign(table, id, school, { untilDate: '2026-02-01' })
    expect(codes(() => assign(table, id, school, { fromDate: '2026-02-01' }))).toEqual(['already-done'])
    assign(table, id, school, { fromDate: '2026-02-02' })
  })

  test('lasts from its first day until and including its last', () => {
    const table = deliberating()
    const id = addRole(table)
    assign(table, id, school, { fromDate: '2026-02-01', untilDate: '2026-02-10' })
    const held = (on: string) => holdersOn(role(table, id), on).length
    expect(['2026-01-31', '2026-02-01', '2026-02-10', '2026-02-11'].map(held)).toEqual([0, 1, 1, 0])
  })

  test('ends by their own organisation, today at the earliest', () => {
    const table = deliberating()
    const id = addRole(table)
    assign(table, id)
    const holderId = only(role(table, id).holders[0]).id
    const release = (untilDate: string, by = school, which = holderId) => does(table, by.representative, releaseRole, id, which, untilDate)
    expect(codes(() => release('2026-02-01', team))).toEqual(['not-yours'])
    expect(codes(() => release('2026-02-01', school, uuid(404)))).toEqual(['not-found'])
    expect(codes(() => release('2026-01-04'))).toEqual(['backdated'])
    release('2026-02-01')
    expect(role(table, id).holders).toMatchObject([{ untilDate: '2026-02-01' }])
  })

  test('one that has not begun does not end before it begins', () => {
    const table = deliberating()
    const id = addRole(table)
    assign(table, id, school, { fromDate: '2026-03-01' })
    const holderId = only(role(table, id).holders[0]).id
    expect(codes(() => does(table, school.representative, releaseRole, id, holderId, '2026-02-01'))).toEqual(['backdated'])
  })
})

describe('nothing stays orphaned unseen', () => {
  test('a task without a holder shows, and so does one whose holder has gone', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call', 'Write'])
    const orphans = (on = dayOf(table.now)) => orphanedTasks(role(table, id), on).length
    expect(orphans()).toBe(2)
    assign(table, id, school, { untilDate: '2026-01-31' })
    expect([orphans(), orphans('2026-02-01')]).toEqual([0, 2])
  })

  test('whoever gets the role next takes over what is orphaned by then', () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call'])
    assign(table, id, school, { untilDate: '2026-01-31' })
    goTo(table, '2026-02-01')
    assign(table, id, team)
    expect(tasksOf(table, id)).toMatchObject([{ holderId: team.colleague.personId }])
    expect(orphanedTasks(role(table, id), '2026-02-01')).toEqual([])
  })
})

describe('a transfer of tasks', () => {
  const offers = (table: Table, id: string, over: object = {}, to = team, by = school.colleague) => {
    const input = OfferTransfer.parse({
      taskIds: [only(tasksOf(table, id)[0]).id],
      toPersonId: to.colleague.personId,
      note: 'I am leaving',
      openPoints: ['Family B'],
      ...over,
    })
    return dataOf(does(table, by, offerTransfer, id, input, people.get(input.toPersonId)), 'transfer-offered').id
  }
  const answers = (table: Table, id: string, transferId: string, input: AnswerTransfer, by = team.colleague) =>
    does(table, by, answerTransfer, id, transferId, input)
  const held = () => {
    const table = deliberating()
    const id = addRole(table, 'lead', ['Call', 'Write'])
    assign(table, id)
    return { table, id }
  }

  test('names the tasks, a note and what is open, and takes effect when the receiver accepts', () => {
    const { table, id } = held()
    const transferId = offers(table, id)
    expect(table.state.transfers[transferId]).toMatchObject({
      state: 'offered',
      openPoints: ['Family B'],
      toPartyId: partyIdOf(table, team),
      offeredAt: table.now,
    })
    expect(tasksOf(table, id).map(({ holderId }) => holderId)).toEqual([school.colleague.personId, school.colleague.personId])
    answers(table, id, transferId, { decision: 'accepted', reason: 'Gladly' })
    expect(tasksOf(table, id).map(({ holderId }) => holderId)).toEqual([team.colleague.personId, school.colleague.personId])
    expect(table.state.transfers[transferId]).toMatchObject({ state: 'accepted', answeredAt: table.now, reason: 'Gladly' })
    expect(holdersOn(role(table, id), '2026-01-05').map(({ personId }) => personId)).toEqual([
      school.colleague.personId,
      team.colleague.personId,
    ])
  })

  test('makes the receiver a holder of the role once', () => {
    const { table, id } = held()
    assign(table, id, team)
    answers(table, id, offers(table, id), { decision: 'accepted' })
    expect(role(table, id).holders).toHaveLength(2)
  })

  test('can be taken back by the offering party until it is answered, and then be offered anew', () => {
    const { table, id } = held()
    const transferId = offers(table, id)
    expect(codes(() => offers(table, id, {}, city))).toEqual(['already-done'])
    expect(codes(() => does(table, team.colleague, withdrawTransfer, id, transferId, { reason: 'x' }))).toEqual(['not-yours'])
    does(table, school.representative, withdrawTransfer, id, transferId, { reason: 'Somebody else takes it' })
    expect(table.state.transfers[transferId]).toMatchObject({ state: 'withdrawn', reason: 'Somebody else takes it' })
    expect(codes(() => answers(table, id, transferId, { decision: 'accepted' }))).toEqual(['wrong-state'])
    expect(offers(table, id, {}, city)).not.toBe(transferId)
  })

  test('can be declined with a reason, and then nothing moves', () => {
    const { table, id } = held()
    const transferId = offers(table, id)
    expect(codes(() => answers(table, id, transferId, { decision: 'declined' }))).toEqual(['reason-required'])
    answers(table, id, transferId, { decision: 'declined', reason: 'No time' })
    expect(table.state.transfers[transferId]).toMatchObject({ state: 'declined', reason: 'No time' })
    expect(tasksOf(table, id)[0]?.holderId).toBe(school.colleague.personId)
  })

  test.each(['accepted', 'declined'] as const)('is answered once: it was %s', (decision) => {
    const { table, id } = held()
    const transferId = offers(table, id)
    answers(table, id, transferId, { decision, reason: 'x' })
    expect(reasons(() => answers(table, id, transferId, { decision: 'accepted' }))).toEqual([
      { code: 'wrong-state', params: { what: 'transfer', state: decision, action: 'accepted' } },
    ])
  })

  test('is answered by its receiver, and in its role', () => {
    const { table, id } = held()
    const transferId = offers(table, id)
    expect(codes(() => answers(table, id, transferId, { decision: 'accepted' }, school.colleague))).toEqual(['not-yours'])
    expect(codes(() => answers(table, id, uuid(404), { decision: 'accepted' }))).toEqual(['not-found'])
    expect(codes(() => answers(table, addRole(table, 'driver'), transferId, { decision: 'accepted' }))).toEqual(['not-found'])
  })

  test('goes to somebody else at the table', () => {
    const { table, id } = held()
    expect(codes(() => offers(table, id, {}, stranger))).toEqual(['not-a-party'])
    expect(codes(() => offers(table, id, { toPersonId: uuid(404) }))).toEqual(['not-a-party'])
    expect(codes(() => offers(table, id, {}, school))).toEqual(['transfer-to-self'])
    offers(table, id, { toPersonId: school.grantor.personId })
  })

  test('is of tasks that are there, and that one’s own organisation or nobody holds', () => {
    const { table, id } = held()
    expect(reasons(() => offers(table, id, { taskIds: [uuid(404)] }))).toMatchObject([{ code: 'not-found', pointer: '/taskIds/0' }])
    expect(reasons(() => offers(table, id, {}, school, team.colleague))).toMatchObject([{ code: 'not-yours', pointer: '/taskIds/0' }])
    offers(table, addRole(table, 'driver'))
  })
})

test('a role is shown as it stands on a day: who holds it, and which tasks nobody has', () => {
  const table = deliberating()
  const id = addRole(table, 'lead', ['Call'])
  assign(table, id, school, { untilDate: '2026-01-31' })
  const view = (at: string) => viewRole(role(table, id), at)
  expect(RoleView.parse(view(table.now))).toMatchObject({ tasks: [{ orphaned: false }], holders: [{ holds: true }] })
  expect(view('2026-02-01T12:00:00.000Z')).toMatchObject({ tasks: [{ orphaned: true }], holders: [{ holds: false }] })
})
