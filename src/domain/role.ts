import { z } from 'zod'
import { type ById, type Context, type EventOf, type Evolvers, patch, put, room } from './event.ts'
import { guard } from './guard.ts'
import type { HasMandates } from './mandate.ts'
import { partyOf } from './party.ts'
import { refuse } from './refusal.ts'
import type { HasRound } from './round.ts'
import { text } from './text.ts'
import { type Day, day, dayOf, dayOut, type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

export const Task = z
  .strictObject({ id: uuid, what: z.string(), holderId: z.exactOptional(uuid).describe('the person whose task it is') })
  .meta({ id: 'Task' })
export type Task = z.output<typeof Task>

export const RoleHolder = z
  .strictObject({
    id: uuid,
    personId: uuid,
    partyId: uuid,
    fromDate: dayOut,
    untilDate: z.exactOptional(dayOut).describe('the last day'),
  })
  .meta({ id: 'RoleHolder' })
export type RoleHolder = z.output<typeof RoleHolder>

/** A role belongs to the collaboration, not to a job: its tasks can change hands (docs/domain.md#roles). */
export const Role = z
  .strictObject({
    id: uuid,
    name: z.string(),
    purpose: z.string(),
    tasks: z.array(Task),
    holders: z.array(RoleHolder),
    revision: z.int(),
    endedAt: z.exactOptional(instantOut),
  })
  .meta({ id: 'Role' })
export type Role = z.output<typeof Role>

export const TaskView = Task.extend({ orphaned: z.boolean().describe('nobody who holds the role has it') }).meta({ id: 'TaskView' })
export type TaskView = z.output<typeof TaskView>

/** A role as it stands on a day: who holds it, and which tasks nobody has. */
export const RoleView = Role.extend({
  tasks: z.array(TaskView),
  holders: z.array(RoleHolder.extend({ holds: z.boolean().describe('on this day') }).meta({ id: 'RoleHolderView' })),
}).meta({ id: 'RoleView' })
export type RoleView = z.output<typeof RoleView>

export function viewRole(role: Role, at: Instant): RoleView {
  const on = dayOf(at)
  const holding = holdersOn(role, on)
  const orphaned = orphanedTasks(role, on)
  return {
    ...role,
    tasks: role.tasks.map((task) => ({ ...task, orphaned: orphaned.includes(task) })),
    holders: role.holders.map((holder) => ({ ...holder, holds: holding.includes(holder) })),
  }
}

export const transferStates = ['offered', 'accepted', 'declined', 'withdrawn'] as const
export const Transfer = z
  .strictObject({
    id: uuid,
    roleId: uuid,
    taskIds: z.array(uuid),
    fromPersonId: uuid,
    fromPartyId: uuid,
    toPersonId: uuid,
    toPartyId: uuid,
    note: z.string(),
    openPoints: z.array(z.string()),
    state: z.enum(transferStates),
    offeredAt: instantOut,
    answeredAt: z.exactOptional(instantOut),
    reason: z.exactOptional(z.string()).describe('why it was accepted, declined, or taken back'),
  })
  .meta({ id: 'Transfer' })
export type Transfer = z.output<typeof Transfer>

export type HasRoles = HasRound & HasMandates & { roles: ById<Role>; transfers: ById<Transfer> }

const tasks = z
  .array(z.strictObject({ id: uuid.optional().describe('the task it replaces; a new task when left out'), what: text(1000) }))
  .max(50)

export const ShapeRole = z
  .strictObject({ name: text(100).describe('`lead` is a role like any other, and rotates'), purpose: text(1000), tasks: tasks.default([]) })
  .meta({ id: 'ShapeRole' })
export type ShapeRole = z.output<typeof ShapeRole>

export const AssignRole = z
  .strictObject({ personId: uuid, fromDate: day.optional().describe('today when left out'), untilDate: day.optional() })
  .meta({ id: 'AssignRole' })
export type AssignRole = z.output<typeof AssignRole>

export const ReleaseRole = z.strictObject({ untilDate: day.describe('the last day') }).meta({ id: 'ReleaseRole' })

export const OfferTransfer = z
  .strictObject({
    taskIds: z.array(uuid).min(1).max(50),
    toPersonId: uuid,
    note: text(2000),
    openPoints: z.array(text(1000)).max(50).default([]),
  })
  .meta({ id: 'OfferTransfer' })
export type OfferTransfer = z.output<typeof OfferTransfer>

export const AnswerTransfer = z
  .strictObject({ decision: z.enum(['accepted', 'declined']), reason: text(1000).optional().describe('required when declined') })
  .meta({ id: 'AnswerTransfer' })
export type AnswerTransfer = z.output<typeof AnswerTransfer>

/** Who a person is to this table, looked up before deciding. */
export type Colleague = { personId: string; organisationId: string }

/** A role by id; refuses with `not-found`. */
export function requireRole(state: HasRoles, roleId: string, pointer?: string): Role {
  const role = state.roles[roleId]
  return role && !role.endedAt ? role : refuse('not-found', { what: 'role' }, pointer)
}

/** Adds a role with its tasks; roles are part of the text, so stances before it are void. */
export function createRole(state: HasRoles, input: ShapeRole, context: Context): RoleEvent[] {
  room(state.roles)
  guard(state, 'shape-role', context)
  const tasks = input.tasks.map(({ id, what }, index) => {
    // A new role replaces no task of another.
    if (id !== undefined) refuse('not-found', { what: 'task' }, `/tasks/${index}/id`)
    return { id: context.newId(), what }
  })
  return [{ type: 'role-created', data: { id: context.newId(), name: input.name, purpose: input.purpose, tasks } }]
}

/** Changes name, purpose and tasks. A task that somebody still holds cannot silently disappear. */
export function changeRole(state: HasRoles, roleId: string, input: ShapeRole, context: Context): RoleEvent[] {
  guard(state, 'shape-role', context)
  const role = requireRole(state, roleId)
  const tasks = input.tasks.map(({ id, what }, index) => {
    if (id !== undefined && !role.tasks.some((task) => task.id === id)) refuse('not-found', { what: 'task' }, `/tasks/${index}/id`)
    if (id !== undefined && input.tasks.findIndex((other) => other.id === id) < index) refuse('id-twice', {}, `/tasks/${index}/id`)
    return { id: id ?? context.newId(), what }
  })
  const orphaned = orphanedTasks(role, dayOf(context.now))
  const gone = role.tasks.find((task) => !orphaned.includes(task) && !tasks.some((kept) => kept.id === task.id))
  if (gone) refuse('task-held', { task: gone.what }, '/tasks')
  return [{ type: 'role-changed', data: { roleId, name: input.name, purpose: input.purpose, tasks } }]
}

/** Ends a role that nobody holds a task in; commitments that name it stop adoption until they name another. */
export function endRole(state: HasRoles, roleId: string, context: Context): RoleEvent[] {
  guard(state, 'shape-role', context)
  const role = requireRole(state, roleId)
  const orphaned = orphanedTasks(role, dayOf(context.now))
  const held = role.tasks.find((task) => !orphaned.includes(task))
  if (held) refuse('task-held', { task: held.what })
  return [{ type: 'role-ended', data: { roleId } }]
}

/** Gives the role to a person of the actor's own organisation; its tasks without a holder become theirs. */
export function assignRole(
  state: HasRoles,
  roleId: string,
  input: AssignRole,
  colleague: Colleague | undefined,
  context: Context,
): RoleEvent[] {
  const { party } = guard(state, 'shape-role', context)
  const role = requireRole(state, roleId)
  if (colleague?.organisationId !== party.organisationId) refuse('holder-not-of-organisation', {}, '/personId')
  const today = dayOf(context.now)
  const fromDate = input.fromDate ?? today
  if (fromDate < today) refuse('backdated', { today }, '/fromDate')
  if (input.untilDate && input.untilDate < fromDate) refuse('period-empty', {}, '/untilDate')
  if (holdersOn(role, fromDate).some((holder) => holder.personId === input.personId)) refuse('already-done', { what: 'assignment' })
  const holder = {
    id: context.newId(),
    personId: input.personId,
    partyId: party.id,
    fromDate,
    ...(input.untilDate && { untilDate: input.untilDate }),
  }
  return [{ type: 'role-assigned', data: { roleId, holder } }]
}

/** Ends somebody's holding of a role, by their own organisation, today at the earliest: their open tasks then have no holder, and show as such. */
export function releaseRole(state: HasRoles, roleId: string, holderId: string, untilDate: Day, context: Context): RoleEvent[] {
  const { party } = guard(state, 'shape-role', context)
  const holder = requireRole(state, roleId).holders.find((held) => held.id === holderId) ?? refuse('not-found', { what: 'role holder' })
  if (holder.partyId !== party.id) refuse('not-yours', { what: 'role holder' })
  const today = dayOf(context.now)
  if (untilDate < today || untilDate < holder.fromDate) refuse('backdated', { today }, '/untilDate')
  if (holder.untilDate !== undefined && untilDate > holder.untilDate) refuse('release-lengthens', { until: holder.untilDate }, '/untilDate')
  return [{ type: 'role-released', data: { roleId, holderId, untilDate } }]
}

/** Who holds a role on a day. */
export const holdersOn = (role: Role, on: Day): RoleHolder[] =>
  role.holders.filter((holder) => holder.fromDate <= on && (holder.untilDate === undefined || on <= holder.untilDate))

/** A role without the people who held it before a day; looking back at an earlier moment still shows them. */
export function withoutFormerHolders(role: Role, day: Day, revision: number): Role {
  const holders = role.holders.filter((holder) => holder.untilDate === undefined || day <= holder.untilDate)
  return holders.length === role.holders.length ? role : { ...role, holders, revision }
}

/** Tasks that nobody holds on a day: nothing stays orphaned unseen. */
export const orphanedTasks = (role: Role, on: Day): Task[] => {
  const holding = new Set(holdersOn(role, on).map((holder) => holder.personId))
  return role.tasks.filter((task) => !task.holderId || !holding.has(task.holderId))
}

/** Offers chosen tasks to somebody else at the table, with a note and what is still open. It takes effect when they accept. */
export function offerTransfer(
  state: HasRoles,
  roleId: string,
  input: OfferTransfer,
  receiver: Colleague | undefined,
  context: Context,
): RoleEvent[] {
  room(state.transfers)
  const { person, party } = guard(state, 'transfer-tasks', context)
  const role = requireRole(state, roleId)
  const toParty = receiver && partyOf(state, receiver.organisationId)
  if (toParty?.involvement !== 'seated') refuse('not-a-party', {}, '/toPersonId')
  if (input.toPersonId === person.personId) refuse('transfer-to-self', {}, '/toPersonId')
  const offered = new Set(
    Object.values(state.transfers).flatMap((transfer) =>
      transfer.roleId === roleId && transfer.state === 'offered' ? transfer.taskIds : [],
    ),
  )
  input.taskIds.forEach((id, index) => {
    if (offered.has(id)) refuse('already-done', { what: 'offer' }, `/taskIds/${index}`)
    const task = role.tasks.find((task) => task.id === id) ?? refuse('not-found', { what: 'task' }, `/taskIds/${index}`)
    const holder = role.holders.find((held) => held.personId === task.holderId)
    if (holder && holder.partyId !== party.id) refuse('not-yours', { what: 'task' }, `/taskIds/${index}`)
  })
  const { taskIds, toPersonId, note, openPoints } = input
  const transfer = {
    id: context.newId(),
    roleId,
    taskIds,
    fromPersonId: person.personId,
    fromPartyId: party.id,
    toPersonId,
    toPartyId: toParty.id,
    note,
    openPoints,
  }
  return [{ type: 'transfer-offered', data: transfer }]
}

/** A transfer of a role that waits for an answer. */
function requireOffered(state: HasRoles, roleId: string, transferId: string, action: string): Transfer {
  requireRole(state, roleId)
  const transfer = state.transfers[transferId]
  if (!transfer || transfer.roleId !== roleId) refuse('not-found', { what: 'transfer' })
  return transfer.state === 'offered' ? transfer : refuse('wrong-state', { what: 'transfer', state: transfer.state, action })
}

export const WithdrawTransfer = z.strictObject({ reason: text(1000) }).meta({ id: 'WithdrawTransfer' })

/** The offering party takes an offer back that was not answered: its tasks can then be offered to somebody else. */
export function withdrawTransfer(
  state: HasRoles,
  roleId: string,
  transferId: string,
  input: z.output<typeof WithdrawTransfer>,
  context: Context,
): RoleEvent[] {
  const { party } = guard(state, 'transfer-tasks', context)
  const transfer = requireOffered(state, roleId, transferId, 'withdraw')
  if (transfer.fromPartyId !== party.id) refuse('not-yours', { what: 'transfer' })
  return [{ type: 'transfer-withdrawn', data: { transferId, reason: input.reason } }]
}

/** The receiver accepts or declines. Accepting moves the tasks, and makes them a holder of the role where they were none. */
export function answerTransfer(state: HasRoles, roleId: string, transferId: string, input: AnswerTransfer, context: Context): RoleEvent[] {
  const { person } = guard(state, 'transfer-tasks', context)
  const role = requireRole(state, roleId)
  const transfer = requireOffered(state, roleId, transferId, input.decision)
  if (transfer.toPersonId !== person.personId) refuse('not-yours', { what: 'transfer' })
  if (input.decision === 'declined') {
    const reason = input.reason ?? refuse('reason-required', {}, '/reason')
    return [{ type: 'transfer-declined', data: { transferId, reason } }]
  }
  const today = dayOf(context.now)
  const holds = holdersOn(role, today).some((holder) => holder.personId === person.personId)
  const holder = holds ? undefined : { id: context.newId(), personId: person.personId, partyId: transfer.toPartyId, fromDate: today }
  return [
    {
      type: 'transfer-accepted',
      data: { transferId, roleId, taskIds: transfer.taskIds, ...(holder && { holder }), ...(input.reason && { reason: input.reason }) },
    },
  ]
}

const assigned = (tasks: readonly Task[], personId: string, which: (task: Task) => boolean): Task[] =>
  tasks.map((task) => (which(task) ? { ...task, holderId: personId } : task))

export const roleEvents = {
  'role-created': (state, data: Pick<Role, 'id' | 'name' | 'purpose' | 'tasks'>, { revision }) => ({
    roles: put(state.roles, { ...data, holders: [], revision }),
  }),
  'role-changed': (
    state,
    data: { roleId: string; name: string; purpose: string; tasks: { id: string; what: string }[] },
    { revision },
  ) => ({
    roles: patch(state.roles, data.roleId, (role) => ({
      name: data.name,
      purpose: data.purpose,
      tasks: data.tasks.map((task) => ({ ...role.tasks.find((before) => before.id === task.id), ...task })),
      revision,
    })),
  }),
  'role-ended': (state, data: { roleId: string }, { at, revision }) => ({
    roles: patch(state.roles, data.roleId, { endedAt: at, revision }),
  }),
  'role-assigned': (state, data: { roleId: string; holder: RoleHolder }, { at, revision }) => ({
    roles: patch(state.roles, data.roleId, (role) => {
      const orphaned = orphanedTasks(role, dayOf(at))
      return {
        holders: [...role.holders, data.holder],
        tasks: assigned(role.tasks, data.holder.personId, (task) => orphaned.includes(task)),
        revision,
      }
    }),
  }),
  'role-released': (state, data: { roleId: string; holderId: string; untilDate: Day }, { revision }) => ({
    roles: patch(state.roles, data.roleId, (role) => ({
      holders: role.holders.map((holder) => (holder.id === data.holderId ? { ...holder, untilDate: data.untilDate } : holder)),
      revision,
    })),
  }),
  'transfer-offered': (state, data: Omit<Transfer, 'state' | 'offeredAt'>, { at }) => ({
    transfers: put(state.transfers, { ...data, state: 'offered', offeredAt: at }),
  }),
  'transfer-accepted': (
    state,
    data: { transferId: string; roleId: string; taskIds: string[]; holder?: RoleHolder; reason?: string },
    { at, revision },
  ) => {
    const to = state.transfers[data.transferId]?.toPersonId ?? ''
    return {
      transfers: patch(state.transfers, data.transferId, {
        state: 'accepted',
        answeredAt: at,
        ...(data.reason && { reason: data.reason }),
      }),
      roles: patch(state.roles, data.roleId, (role) => ({
        tasks: assigned(role.tasks, to, (task) => data.taskIds.includes(task.id)),
        holders: data.holder ? [...role.holders, data.holder] : role.holders,
        revision,
      })),
    }
  },
  'transfer-withdrawn': (state, data: { transferId: string; reason: string }, { at }) => ({
    transfers: patch(state.transfers, data.transferId, { state: 'withdrawn', answeredAt: at, reason: data.reason }),
  }),
  'transfer-declined': (state, data: { transferId: string; reason: string }, { at }) => ({
    transfers: patch(state.transfers, data.transferId, { state: 'declined', answeredAt: at, reason: data.reason }),
  }),
} satisfies Evolvers<HasRoles>
export type RoleEvent = EventOf<typeof roleEvents>
