import { z } from 'zod'
import type { Agreement } from './agreement.ts'
import { isUnfinished, liveCommitments } from './commitment.ts'
import { isOver, mandateStatus, mandateStatuses } from './mandate.ts'
import type { Network } from './network/network.ts'
import { partyOf } from './party.ts'
import type { Reason } from './refusal.ts'
import { holdersOn, orphanedTasks, type Role, Task } from './role.ts'
import { text } from './text.ts'
import { addDays, type Day, day, dayOut, type Instant, instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/** What one person has in an agreement or a network: all that would be left behind when they go. */
export const Holding = z
  .strictObject({
    kind: z.enum(['agreement', 'network']),
    id: uuid,
    title: z.string().describe('of the agreement, or the name of the network'),
    roles: z.array(
      z.strictObject({
        id: uuid,
        name: z.string(),
        holds: z.boolean().describe('false: they no longer hold it, and still have tasks in it'),
        others: z.int().describe('how many others hold it after their last day'),
        tasks: z.array(Task.pick({ id: true, what: true })).describe('that are theirs'),
      }),
    ),
    mandates: z.array(
      z.strictObject({
        id: uuid,
        subjects: z.array(z.string()),
        status: z.enum(mandateStatuses),
        untilAt: instantOut,
        subMandateIds: z.array(uuid).describe('drawn from it: worth nothing without it'),
      }),
    ),
    commitments: z
      .array(z.strictObject({ id: uuid, version: z.int(), what: z.string(), roleId: uuid, dueOn: z.exactOptional(dayOut) }))
      .describe('of their organisation, unfinished, that they accepted or that lie in a role of theirs'),
    transfers: z.array(z.strictObject({ id: uuid, roleId: uuid, note: z.string() })).describe('offered to them, and not answered'),
  })
  .meta({ id: 'Holding' })
export type Holding = z.output<typeof Holding>

export const HandOverPlan = z
  .strictObject({
    personId: uuid,
    lastDay: dayOut,
    holdings: z.array(Holding),
    recommendations: z
      .array(z.strictObject({ id: uuid, networkId: uuid, text: z.string() }))
      .describe('open, and addressed to them: they are not handed over, and wait for who administers once the person has left'),
  })
  .meta({ id: 'HandOverPlan' })
export type HandOverPlan = z.output<typeof HandOverPlan>

// 500 of each: as many as one agreement can hold of a kind; all that they are in is locked while the call runs.
const most = 500
export const HandOver = z
  .strictObject({
    lastDay: day.optional().describe('until and including this day they hold their roles; today when left out'),
    reason: text(1000).describe('why, as the history, the withdrawn mandates and the declined offers will say'),
    roles: z
      .array(z.strictObject({ roleId: uuid, toPersonId: uuid }))
      .max(most)
      .default([])
      .describe('the role with the tasks in it'),
    tasks: z
      .array(z.strictObject({ taskId: uuid, toPersonId: uuid }))
      .max(most)
      .default([])
      .describe('a task to somebody else than its role'),
    mandates: z
      .array(z.strictObject({ mandateId: uuid, toPersonId: uuid.optional().describe('who is granted the same; nobody when left out') }))
      .max(most)
      .default([])
      .describe('each is withdrawn'),
  })
  .meta({ id: 'HandOver' })
export type HandOver = z.output<typeof HandOver>

/** What was handed over, and the receipts of the mandates that were withdrawn and granted. */
export const HandedOver = z
  .strictObject({ personId: uuid, holdings: z.array(Holding), receipts: z.array(z.string()) })
  .meta({ id: 'HandedOver' })
export type HandedOver = z.output<typeof HandedOver>

/** What handing over does in one place, and what is wrong with it: what a rule refuses, and what would be left behind. */
export type Outcome<Event> = { holding: Holding; events: Event[]; reasons: Reason[] }

/** Who leaves, and for which organisation it is handed over. */
export type Leaver = { personId: string; organisationId: string }
/** The same with the last day on which they hold their roles. */
export type Leaving = Leaver & { lastDay: Day }

/** An agreement or a network, as a place where somebody can have something to hand over. */
type Place = Agreement | Network
const isNetwork = (place: Place): place is Network => 'members' in place

/** What a person has in a place after their last day, if nothing is done. */
export function holdingOf(place: Place, { personId, organisationId, lastDay }: Leaving, at: Instant): Holding {
  const roles = Object.values(place.roles)
    .filter((role) => !role.endedAt)
    .flatMap((role) => {
      const holds = stays(role, personId, lastDay)
      const tasks = role.tasks.filter((task) => task.holderId === personId).map(({ id, what }) => ({ id, what }))
      const others = holdersOn(role, addDays(lastDay, 1)).filter((holder) => holder.personId !== personId).length
      return holds || tasks.length > 0 ? [{ id: role.id, name: role.name, holds, others, tasks }] : []
    })
  if (isNetwork(place))
    return { kind: 'network', id: place.id, title: place.identity.name, roles, mandates: [], commitments: [], transfers: [] }
  const party = partyOf(place, organisationId)
  const open = Object.values(place.mandates).filter((mandate) => !isOver(mandate, at, place.mandates))
  const mandates = open.filter((mandate) => mandate.holderId === personId)
  const answering = mandates.length > 0 || !isRepresented(place, organisationId, at)
  const commitments = liveCommitments(place).filter(
    (one) =>
      one.terms.ownerPartyId === party?.id &&
      ('reports' in one ? isUnfinished(one) : one.state === 'offered' || one.state === 'accepted') &&
      ((answering && one.answer?.personId === personId) || roles.some((role) => role.id === one.terms.roleId)),
  )
  return {
    kind: 'agreement',
    id: place.id,
    title: place.text.title,
    roles,
    mandates: mandates.map((mandate) => ({
      id: mandate.id,
      subjects: mandate.subjects,
      status: mandateStatus(mandate, at, place.mandates),
      untilAt: mandate.untilAt,
      subMandateIds: open.flatMap((other) => (other.sourceId === mandate.id ? [other.id] : [])),
    })),
    commitments: commitments.map(({ id, version, terms: { what, roleId, dueOn } }) => ({
      id,
      version,
      what,
      roleId,
      ...(dueOn && { dueOn }),
    })),
    transfers: Object.values(place.transfers)
      .filter((transfer) => transfer.state === 'offered' && transfer.toPersonId === personId)
      .map(({ id, roleId, note }) => ({ id, roleId, note })),
  }
}

/** Whether somebody would hold a role beyond a day. */
const stays = (role: Role, personId: string, lastDay: Day): boolean =>
  role.holders.some((holder) => holder.personId === personId && (holder.untilDate === undefined || holder.untilDate > lastDay))

/** Whether anybody can answer for what an organisation promised: has a mandate that is, or can again be, worth something. */
const isRepresented = (place: Agreement, organisationId: string, at: Instant): boolean =>
  Object.values(place.mandates).some(
    (mandate) =>
      mandate.organisationId === organisationId &&
      ['effective', 'not-yet-effective', 'renewal-due'].includes(mandateStatus(mandate, at, place.mandates)),
  )

export const isEmpty = ({ roles, mandates, commitments, transfers }: Holding): boolean =>
  roles.length + mandates.length + commitments.length + transfers.length === 0

/**
 * What would be left behind in a place as it stands now, of what somebody had there: what nobody has after their last day. Of a mandate
 * that was named and refused it is said why, and nothing more.
 */
export function leftBehind(after: Place, had: Holding, leaving: Leaving, at: Instant, refused: ReadonlySet<string> = new Set()): Reason[] {
  const next = addDays(leaving.lastDay, 1)
  const left = (what: string, name: string, pointer: string): Reason => ({
    code: 'left-behind',
    params: { what, name, where: had.title },
    pointer,
  })
  const now = holdingOf(after, leaving, at)
  return [
    ...had.roles.flatMap(({ id, name, tasks }) => {
      const role = after.roles[id]
      if (!role) return []
      const orphaned = new Set(orphanedTasks(role, next).map((task) => task.id))
      return [
        ...(holdersOn(role, next).length === 0 ? [left('role', name, '/roles')] : []),
        ...tasks.filter((task) => orphaned.has(task.id)).map((task) => left('task', task.what, '/tasks')),
      ]
    }),
    ...now.mandates.filter(({ id }) => !refused.has(id)).map(({ subjects }) => left('mandate', subjects.join(', '), '/mandates')),
    ...(isNetwork(after) || isRepresented(after, leaving.organisationId, at)
      ? []
      : had.commitments.map(({ what }) => left('commitment', what, '/mandates'))),
  ]
}
