import { z } from 'zod'
import { type ById, type Context, type EventOf, type Evolvers, patch, put, room } from './event.ts'
import { guard } from './guard.ts'
import type { HasMandates } from './mandate.ts'
import { type HasMembers, requireMember } from './network/member.ts'
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
    partyId: uuid.describe('whose person it is: the party, or in a network the organisation'),
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

export type HasRoles = { roles: ById<Role> }

/** Where roles are: at the table of an agreement, or in a network. */
type Circle = HasRoles & ((HasRound & HasMandates) | HasMembers)

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

/** Who a person is to this circle, looked up before deciding. */
export type Colleague = { personId: string; organisationId: string }

/** For whom somebody shapes roles: their party, seated at the table, or their organisation, a member of the network. */
function shaper(state: Circle, context: Context): { id: string; organisationId: string } {
  if (!('members' in state)) return guard(state, 'shape-role', context).party
  const organisationId = requireMember(state, context.actor)
  return { id: organisationId, organisationId }
}

/** A role by id; refuses with `not-found`. */
export function requireRole(state: HasRoles, roleId: string, pointer?: string): Role {
  const role = state.roles[roleId]
  return role && !role.endedAt ? role : refuse('not-found', { what: 'role' }, pointer)
}

/** Adds a role with its tasks; roles are part of the text, so stances before it are void. */
export function createRole(state: Circle, input: ShapeRole, context: Context): RoleEvent[] {
  room(state.roles)
  shaper(state, context)
  const tasks = input.tasks.map(({ id, what }, index) => {
    // A new role replaces no task of another.
    if (id !== undefined) refuse('not-found', { what: 'task' }, `/tasks/${index}/id`)
    return { id: context.newId(), what }
  })
  return [{ type: 'role-created', data: { id: context.newId(), name: input.name, purpose: input.purpose, tasks } }]
}

/** Changes name, purpose and tasks. A task that somebody still holds cannot silently disappear. */
export function changeRole(state: Circle, roleId: string, input: ShapeRole, context: Context): RoleEvent[] {
  shaper(state, context)
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
export function endRole(state: Circle, roleId: string, context: Context): RoleEvent[] {
  shaper(state, context)
  const role = requireRole(state, roleId)
  const orphaned = orphanedTasks(role, dayOf(context.now))
  const held = role.tasks.find((task) => !orphaned.includes(task))
  if (held) refuse('task-held', { task: held.what })
  return [{ type: 'role-ended', data: { roleId } }]
}

/** Gives the role to a person of the actor's own organisation; its tasks without a holder become theirs. */
export function assignRole(
  state: Circle,
  roleId: string,
  input: AssignRole,
  colleague: Colleague | undefined,
  context: Context,
): RoleEvent[] {
  const place = shaper(state, context)
  const role = requireRole(state, roleId)
  if (colleague?.organisationId !== place.organisationId) refuse('holder-not-of-organisation', {}, '/personId')
  const today = dayOf(context.now)
  const fromDate = input.fromDate ?? today
  if (fromDate < today) refuse('backdated', { today }, '/fromDate')
  if (input.untilDate && input.untilDate < fromDate) refuse('period-empty', {}, '/untilDate')
  if (holdersOn(role, fromDate).some((holder) => holder.personId === input.personId)) refuse('already-done', { what: 'assignment' })
  const holder = {
    id: context.newId(),
    personId: input.personId,
    partyId: place.id,
    fromDate,
    ...(input.untilDate && { untilDate: input.untilDate }),
  }
  return [{ type: 'role-assigned', data: { roleId, holder } }]
}

/** Ends somebody's holding of a role, by their own organisation, today at the earliest: their open tasks then have no holder, and show as such. */
export function releaseRole(state: Circle, roleId: string, holderId: string, untilDate: Day, context: Context): RoleEvent[] {
  const place = shaper(state, context)
  const holder = requireRole(state, roleId).holders.find((held) => held.id === holderId) ?? refuse('not-found', { what: 'role holder' })
  if (holder.partyId !== place.id) refuse('not-yours', { what: 'role holder' })
  const today = dayOf(context.now)
  if (untilDate < today || untilDate < holder.fromDate) refuse('backdated', { today }, '/untilDate')
  if (holder.untilDate !== undefined && untilDate > holder.untilDate) refuse('release-lengthens', { until: holder.untilDate }, '/untilDate')
  return [{ type: 'role-released', data: { roleId, holderId, untilDate } }]
}

/** What becomes of somebody's part in a role: their last day in it, who has which of their tasks now, and who joins them as holders. */
export type RoleHandedOver = {
  roleId: string
  personId: string
  untilDate: Day
  tasks: { id: string; holderId: string }[]
  holders: RoleHolder[]
  reason: string
}

/** Hands what a person of the actor's own organisation has in a role to colleagues, from today; they hold it until their last day. */
export function handOverRole(
  state: Circle,
  { roleId, personId, untilDate, tasks, reason }: Omit<RoleHandedOver, 'holders'>,
  successorId: string | undefined,
  context: Context,
): RoleEvent[] {
  const place = shaper(state, context)
  const role = requireRole(state, roleId)
  const today = dayOf(context.now)
  if (untilDate < today) refuse('backdated', { today }, '/lastDay')
  const holding = new Set(holdersOn(role, today).map((holder) => holder.personId))
  const takers = new Set([...(successorId ? [successorId] : []), ...tasks.map((task) => task.holderId)])
  const holders = [...takers]
    .filter((taker) => !holding.has(taker))
    .map((taker) => ({ id: context.newId(), personId: taker, partyId: place.id, fromDate: today }))
  return [{ type: 'role-handed-over', data: { roleId, personId, untilDate, tasks, holders, reason } }]
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

export const assigned = (tasks: readonly Task[], personId: string, which: (task: Task) => boolean): Task[] =>
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
  'role-handed-over': (state, { roleId, personId, untilDate, tasks, holders }: RoleHandedOver, { revision }) => ({
    roles: patch(state.roles, roleId, (role) => ({
      tasks: role.tasks.map((task) => ({ ...task, ...tasks.find(({ id }) => id === task.id) })),
      holders: [
        ...role.holders.map((holder) =>
          holder.personId === personId && (holder.untilDate === undefined || holder.untilDate > untilDate)
            ? { ...holder, untilDate }
            : holder,
        ),
        ...holders,
      ],
      revision,
    })),
  }),
} satisfies Evolvers<HasRoles>
export type RoleEvent = EventOf<typeof roleEvents>
