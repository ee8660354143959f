import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HandOver, Holding, holdingOf, isEmpty, leftBehind } from '../../src/domain/hand-over.ts'
import { handOverInAgreement, handOverInNetwork, misnamed } from '../../src/domain/hand-over-acts.ts'
import { mandateStatus } from '../../src/domain/mandate.ts'
import { withdrawMandate } from '../../src/domain/mandate-acts.ts'
import { evolve as evolveNetwork, FoundNetwork, foundNetwork, type Network, type NetworkEvent } from '../../src/domain/network/network.ts'
import { assignRole, createRole, holdersOn, orphanedTasks } from '../../src/domain/role.ts'
import { addDays, dayOf, type Instant, startOf } from '../../src/domain/time.ts'
import { offerTransfer } from '../../src/domain/transfer.ts'
import {
  addRole,
  adopts,
  contextOf,
  deliberating,
  directory,
  does,
  goTo,
  grant,
  mandateIdOf,
  monday,
  offer,
  only,
  partyIdOf,
  people,
  prepare,
  school,
  seatedHouses,
  stands,
  stranger,
  type Table,
  team,
  uuid,
} from '../support/agreement.ts'

const { representative: leaver, colleague, grantor } = school
const who = { personId: leaver.personId, organisationId: school.id }
const lastDay = dayOf(monday)

/** A version just adopted, in which the school promised something. */
function promised(): Table {
  const table = deliberating()
  offer(table, school)
  prepare(table)
  for (const house of seatedHouses) stands(table, house)
  adopts(table)
  return table
}

/** A table at which the representative of the school holds a role with two tasks, beside the mandate that they have there. */
function aTable(make: () => Table = deliberating) {
  const table = make()
  const roleId = addRole(table, 'lead', ['Call', 'Write'])
  does(table, leaver, assignRole, roleId, { personId: leaver.personId }, people.get(leaver.personId))
  return { table, roleId, tasks: only(table.state.roles[roleId]).tasks, mandateId: mandateIdOf(table, leaver) }
}
const holding = ({ state, now }: Table, day = dayOf(now)) => holdingOf(state, { ...who, lastDay: day }, now)
const hand = (table: Table, input: object, by = grantor) =>
  handOverInAgreement(table.state, who, HandOver.parse({ reason: 'Retires', ...input }), contextOf(table, by))
const done = (table: Table, input: object, by = grantor) => {
  const { events, reasons } = hand(table, input, by)
  expect(reasons).toEqual([])
  does(table, by, () => events)
  return events
}
const left = (table: Table, input: object) =>
  hand(table, input).reasons.map(({ code, params, pointer }) => `${code} ${params?.what} ${pointer}`)

describe('what somebody has', () => {
  test('are the roles and tasks, the mandates, the commitments and the offers that are theirs, and nobody else’s', () => {
    const { table, roleId, mandateId } = aTable(promised)
    const sub = grant(table, school, { holderId: colleague.personId, sourceId: mandateId }, leaver)
    const has = holding(table)
    expect(Holding.parse(has)).toEqual(has)
    expect(has.roles.map(({ id, holds, others, tasks }) => [id, holds, others, tasks.length])).toEqual([[roleId, true, 0, 2]])
    expect(has.mandates).toMatchObject([{ id: mandateId, status: 'effective', subMandateIds: [sub] }])
    expect(has.commitments.length).toBeGreaterThan(0)
    const theirs = Object.values(table.state.promises).filter((one) => one.terms.ownerPartyId === partyIdOf(table, school))
    expect(has.commitments.map(({ id }) => id)).toEqual(theirs.map(({ id }) => id))
    expect(holdingOf(table.state, { personId: stranger.colleague.personId, organisationId: stranger.id, lastDay }, table.now)).toSatisfy(
      isEmpty,
    )
  })

  test('are also tasks that they kept when they laid down the role', () => {
    const { table } = aTable()
    goTo(table, '2026-02-01')
    const state = {
      ...table.state,
      roles: Object.fromEntries(
        Object.values(table.state.roles).map((role) => [
          role.id,
          { ...role, holders: role.holders.map((one) => ({ ...one, untilDate: '2026-01-10' })) },
        ]),
      ),
    }
    const [role] = holdingOf(state, { ...who, lastDay: '2026-02-01' }, table.now).roles
    expect(role).toMatchObject({ holds: false, tasks: [{ what: 'Call' }, { what: 'Write' }] })
  })
})

describe('handing over', () => {
  test('gives the role with its tasks to a colleague, and the mandate too where that is asked', () => {
    const { table, roleId, mandateId } = aTable(promised)
    const to = { toPersonId: colleague.personId }
    done(table, { roles: [{ roleId, ...to }], mandates: [{ mandateId, ...to }] })
    const role = only(table.state.roles[roleId])
    expect(role.tasks.map(({ holderId }) => holderId)).toEqual([colleague.personId, colleague.personId])
    expect(holdersOn(role, addDays(dayOf(table.now), 1)).map(({ personId }) => personId)).toEqual([colleague.personId])
    const before = only(table.state.mandates[mandateId])
    expect(before.withdrawn).toMatchObject({ reason: 'Retires' })
    const after = only(Object.values(table.state.mandates).find((one) => one.holderId === colleague.personId))
    expect(after).toMatchObject({ subjects: before.subjects, limits: before.limits, untilAt: before.untilAt, grantorId: grantor.personId })
    expect(mandateStatus(after, table.now, table.state.mandates)).toBe('effective')
    expect(holding(table)).toSatisfy(isEmpty)
  })

  test('a mandate that begins later is granted from that day on, and not from today', () => {
    const table = deliberating()
    const now = mandateIdOf(table, leaver)
    const later = grant(table, school, { holderId: leaver.personId, validFrom: '2026-02-01' })
    done(table, { mandates: [{ mandateId: now }, { mandateId: later, toPersonId: colleague.personId }] })
    const after = only(Object.values(table.state.mandates).find((one) => one.holderId === colleague.personId))
    expect(after).toMatchObject({ fromAt: startOf('2026-02-01'), untilAt: only(table.state.mandates[later]).untilAt })
  })

  test('names everything that would be left behind', () => {
    const { table } = aTable(promised)
    expect(left(table, {})).toEqual([
      'left-behind role /roles',
      'left-behind task /tasks',
      'left-behind task /tasks',
      'left-behind mandate /mandates',
    ])
  })

  test('tasks may go to several; each of them then holds the role', () => {
    const { table, roleId, tasks, mandateId } = aTable()
    const [call, write] = tasks.map(({ id }) => id)
    const some = [{ taskId: call, toPersonId: colleague.personId }]
    expect(left(table, { tasks: some, mandates: [{ mandateId }] })).toEqual(['left-behind task /tasks'])
    done(table, { tasks: [...some, { taskId: write, toPersonId: grantor.personId }], mandates: [{ mandateId }] })
    const role = only(table.state.roles[roleId])
    expect(role.tasks.map(({ holderId }) => holderId)).toEqual([colleague.personId, grantor.personId])
    expect(new Set(holdersOn(role, '2026-01-06').map(({ personId }) => personId))).toEqual(new Set([colleague.personId, grantor.personId]))
  })

  test('a role that another party holds as well needs no successor; its tasks do', () => {
    const { table, roleId, tasks, mandateId } = aTable()
    does(table, team.colleague, assignRole, roleId, { personId: team.colleague.personId }, people.get(team.colleague.personId))
    expect(left(table, { mandates: [{ mandateId }] })).toEqual(['left-behind task /tasks', 'left-behind task /tasks'])
    expect(
      left(table, { tasks: tasks.map(({ id }) => ({ taskId: id, toPersonId: colleague.personId })), mandates: [{ mandateId }] }),
    ).toEqual([])
  })

  test('until their last day they hold the role beside their successor, and not after it', () => {
    const { table, roleId, mandateId } = aTable()
    const input = { lastDay: '2026-01-31', roles: [{ roleId, toPersonId: colleague.personId }], mandates: [{ mandateId }] }
    done(table, input)
    const held = (on: string) => holdersOn(only(table.state.roles[roleId]), on).length
    expect(['2026-01-05', '2026-01-31', '2026-02-01'].map(held)).toEqual([2, 2, 1])
    expect(holding(table, '2026-01-31')).toSatisfy(isEmpty)
    expect(hand(table, { ...input, lastDay: '2026-01-04' }).reasons).toContainEqual(
      expect.objectContaining({ code: 'backdated', pointer: '/lastDay' }),
    )
  })

  test('what the organisation promised is left behind where nobody can answer for it', () => {
    const { table, roleId, mandateId } = aTable(promised)
    const roles = [{ roleId, toPersonId: colleague.personId }]
    const without = left(table, { roles, mandates: [{ mandateId }] })
    expect(new Set(without)).toEqual(new Set(['left-behind commitment /mandates']))
    grant(table, school, { holderId: colleague.personId })
    expect(left(table, { roles, mandates: [{ mandateId }] })).toEqual([])
  })

  test('a mandate takes who may grant it, and a successor never grants to themself', () => {
    const { table, roleId, mandateId } = aTable()
    const input = { roles: [{ roleId, toPersonId: colleague.personId }], mandates: [{ mandateId }] }
    expect(
      hand(table, HandOver.parse({ reason: 'x', ...input }), colleague).reasons.map(({ code, pointer }) => `${code} ${pointer}`),
    ).toEqual(['may-not-grant /mandates/0'])
    const toSelf = { ...input, mandates: [{ mandateId, toPersonId: grantor.personId }] }
    expect(hand(table, toSelf).reasons).toEqual([{ code: 'mandate-to-self', pointer: '/mandates/0/toPersonId' }])
    const toLeaver = { ...input, mandates: [{ mandateId, toPersonId: leaver.personId }] }
    expect(hand(table, toLeaver).reasons).toEqual([])
  })

  test('declines what was offered to them', () => {
    const { table } = aTable()
    const roleId = addRole(table, 'scribe', ['Note'])
    does(table, team.colleague, assignRole, roleId, { personId: team.colleague.personId }, people.get(team.colleague.personId))
    const [task] = only(table.state.roles[roleId]).tasks
    const offer = { taskIds: [only(task).id], toPersonId: leaver.personId, note: 'Yours', openPoints: [] }
    does(table, team.colleague, offerTransfer, roleId, offer, people.get(leaver.personId))
    expect(holding(table).transfers).toMatchObject([{ roleId, note: 'Yours' }])
    const { events } = hand(table, {})
    expect(events).toContainEqual({ type: 'transfer-declined', data: { transferId: expect.any(String), reason: 'Retires' } })
  })

  test('names who and what is there, each once, and never who leaves', () => {
    const { table, roleId, mandateId, tasks } = aTable()
    const input = HandOver.parse({
      reason: 'x',
      roles: [
        { roleId, toPersonId: leaver.personId },
        { roleId, toPersonId: colleague.personId },
        { roleId: uuid(404), toPersonId: colleague.personId },
      ],
      tasks: [{ taskId: only(tasks[0]).id, toPersonId: team.colleague.personId }],
      mandates: [{ mandateId }, { mandateId: uuid(404), toPersonId: uuid(405) }],
    })
    expect(misnamed(input, [holding(table)], who, people).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'transfer-to-self /roles/0/toPersonId',
      'id-twice /roles/1/roleId',
      'not-found /roles/2/roleId',
      'holder-not-of-organisation /tasks/0/toPersonId',
      'not-found /mandates/1/mandateId',
      'holder-not-of-organisation /mandates/1/toPersonId',
    ])
  })

  test('somebody whose mandate is gone already leaves none behind', () => {
    const { table, roleId, mandateId } = aTable()
    does(table, grantor, withdrawMandate, mandateId, { reason: 'Gone' })
    done(table, { roles: [{ roleId, toPersonId: colleague.personId }] })
    expect(holding(table)).toSatisfy(isEmpty)
  })

  test('is accepted exactly when after it nothing of theirs is without somebody', () => {
    const chosen = fc.tuple(...Array.from({ length: 7 }, () => fc.boolean()))
    fc.assert(
      fc.property(chosen, ([role, call, write, mandate, replaced, twice, other]) => {
        const { table, roleId, tasks, mandateId } = aTable(promised)
        if (other)
          does(table, team.colleague, assignRole, roleId, { personId: team.colleague.personId }, people.get(team.colleague.personId))
        const toPersonId = colleague.personId
        const input = {
          roles: role ? [{ roleId, toPersonId }] : [],
          tasks: [...(call ? [tasks[0]] : []), ...(write ? [tasks[1]] : [])].map((task) => ({
            taskId: only(task).id,
            toPersonId: twice ? grantor.personId : toPersonId,
          })),
          mandates: mandate ? [{ mandateId, ...(replaced && { toPersonId }) }] : [],
        }
        const { events, reasons } = hand(table, input)
        const had = holding(table)
        does(table, grantor, () => events)
        const next = addDays(dayOf(table.now), 1)
        const after = only(table.state.roles[roleId])
        const orphaned = holdersOn(after, next).length === 0 || orphanedTasks(after, next).length > 0
        const mandated = Object.values(table.state.mandates).filter(
          (one) => one.organisationId === school.id && mandateStatus(one, table.now, table.state.mandates) === 'effective',
        )
        const held = mandated.some((one) => one.holderId === leaver.personId)
        expect(reasons.length === 0).toBe(!orphaned && !held && mandated.length > 0)
        expect(leftBehind(table.state, had, { ...who, lastDay: dayOf(table.now) }, table.now)).toEqual(reasons)
      }),
    )
  })
})

test('in a network a role is handed over by the same rule', () => {
  const newId = () => uuid(Math.floor(Math.random() * 1e9), 91_000_000)
  const context = { actor: grantor, now: monday as Instant, newId }
  const recorded = { at: monday, by: { actorId: grantor.personId }, revision: 1 }
  const go = (state: Network | undefined, events: NetworkEvent[]) =>
    events.reduce<Network | undefined>((next, event) => evolveNetwork(next, event, recorded), state) as Network
  let state = go(undefined, foundNetwork(FoundNetwork.parse({ name: 'Chain', sharedGoal: 'x' }), directory, context))
  state = go(state, createRole(state, { name: 'lead', purpose: 'x', tasks: [{ what: 'Convene' }] }, context))
  const roleId = only(Object.keys(state.roles)[0])
  state = go(state, assignRole(state, roleId, { personId: leaver.personId }, people.get(leaver.personId), context))
  const input = (over: object) => HandOver.parse({ reason: 'x', ...over })
  expect(handOverInNetwork(state, who, input({}), context).reasons.map(({ params }) => params?.what)).toEqual(['role', 'task'])
  const { events, reasons, holding } = handOverInNetwork(
    state,
    who,
    input({ roles: [{ roleId, toPersonId: colleague.personId }] }),
    context,
  )
  expect([reasons, holding.kind, holding.title]).toEqual([[], 'network', 'Chain'])
  state = go(state, events)
  expect(holdingOf(state, { ...who, lastDay }, monday)).toSatisfy(isEmpty)
})
