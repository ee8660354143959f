import { type Agreement, type AgreementEvent, replay } from './agreement.ts'
import type { Context } from './event.ts'
import { type HandOver, type Holding, holdingOf, type Leaver, type Leaving, leftBehind, type Outcome } from './hand-over.ts'
import { grantMandate, withdrawMandate } from './mandate-acts.ts'
import { evolve, type Network, type NetworkEvent } from './network/network.ts'
import { type Reason, Refused } from './refusal.ts'
import { type Colleague, handOverRole, type RoleEvent } from './role.ts'
import { addDays, dayOf } from './time.ts'

const leavingOf = (leaver: Leaver, { lastDay }: HandOver, { now }: Context): Leaving => ({ ...leaver, lastDay: lastDay ?? dayOf(now) })

/** Hands over in a network: roles and tasks. */
export function handOverInNetwork(state: Network, leaver: Leaver, input: HandOver, context: Context): Outcome<NetworkEvent> {
  const leaving = leavingOf(leaver, input, context)
  const holding = holdingOf(state, leaving, context.now)
  const { events, reasons } = handOverRoles(state, holding, leaving, input, context)
  const after = events.reduce((next, event) => evolve(next, event, recorded(context)), state)
  return { holding, events, reasons: [...reasons, ...leftBehind(after, holding, leaving, context.now)] }
}

/**
 * Hands over in an agreement: roles and tasks, mandates, and offers that wait for an answer, which are declined. The rules of each part
 * hold as if it were done by itself. What was promised stays: it is their organisation's.
 */
export function handOverInAgreement(state: Agreement, leaver: Leaver, input: HandOver, context: Context): Outcome<AgreementEvent> {
  const leaving = leavingOf(leaver, input, context)
  const holding = holdingOf(state, leaving, context.now)
  const roles = handOverRoles(state, holding, leaving, input, context)
  const mandates = holding.mandates.flatMap(({ id }) => {
    const nth = input.mandates.findIndex((one) => one.mandateId === id)
    const toPersonId = input.mandates[nth]?.toPersonId
    if (nth < 0) return []
    const withdrawn = attempt<AgreementEvent>(`/mandates/${nth}`, () => withdrawMandate(state, id, { reason: input.reason }, context))
    if (!toPersonId || withdrawn.reasons.length > 0) return [{ id, ...withdrawn }]
    // What a rule says of the grant, it says of whom it is granted to: the request names nothing else of it. Who leaves is misnamed.
    const to = { personId: toPersonId, organisationId: leaving.organisationId }
    const granted = attempt('', () => (toPersonId === leaving.personId ? [] : grantSame(state, id, to, context)))
    const reasons = granted.reasons.map((reason) => ({ ...reason, pointer: `/mandates/${nth}/toPersonId` }))
    return [{ id, events: granted.events.length > 0 ? [...withdrawn.events, ...granted.events] : [], reasons }]
  })
  const refused = new Set(mandates.flatMap(({ id, events }) => (events.length > 0 ? [] : [id])))
  const declined = holding.transfers.map(
    ({ id }): AgreementEvent => ({ type: 'transfer-declined', data: { transferId: id, reason: input.reason } }),
  )
  const events = [...roles.events, ...mandates.flatMap((one) => one.events), ...declined]
  const after = events.length === 0 ? state : replay(state, events, recorded(context))
  const reasons = [
    ...roles.reasons,
    ...mandates.flatMap((one) => one.reasons),
    ...leftBehind(after, holding, leaving, context.now, refused),
  ]
  return { holding, events, reasons }
}

/** What is wrong with who and what a hand-over names: people of another organisation, or who leave; and what the person does not have. */
export function misnamed(input: HandOver, had: readonly Holding[], leaver: Leaver, people: ReadonlyMap<string, Colleague>): Reason[] {
  const idsOf = (of: (holding: Holding) => { id: string }[]) => new Set(had.flatMap(of).map(({ id }) => id))
  const check = (
    list: string,
    key: string,
    what: string,
    known: ReadonlySet<string>,
    given: readonly { id: string; to?: string | undefined }[],
  ) =>
    given.flatMap(({ id, to }, nth): Reason[] => [
      ...(known.has(id) ? [] : [{ code: 'not-found' as const, params: { what }, pointer: `/${list}/${nth}/${key}` }]),
      ...(given.findIndex((one) => one.id === id) < nth ? [{ code: 'id-twice' as const, pointer: `/${list}/${nth}/${key}` }] : []),
      ...(to === undefined ? [] : receiver(to, `/${list}/${nth}/toPersonId`)),
    ])
  const receiver = (to: string, pointer: string): Reason[] => {
    if (to === leaver.personId) return [{ code: 'transfer-to-self', pointer }]
    return people.get(to)?.organisationId === leaver.organisationId ? [] : [{ code: 'holder-not-of-organisation', pointer }]
  }
  const { roles, tasks, mandates } = input
  return [
    ...check(
      'roles',
      'roleId',
      'role',
      idsOf((holding) => holding.roles),
      roles.map(({ roleId, toPersonId }) => ({ id: roleId, to: toPersonId })),
    ),
    ...check(
      'tasks',
      'taskId',
      'task',
      idsOf((holding) => holding.roles.flatMap((role) => role.tasks)),
      tasks.map(({ taskId, toPersonId }) => ({ id: taskId, to: toPersonId })),
    ),
    ...check(
      'mandates',
      'mandateId',
      'mandate',
      idsOf((holding) => holding.mandates),
      mandates.map(({ mandateId, toPersonId }) => ({ id: mandateId, to: toPersonId })),
    ),
  ]
}

function handOverRoles(
  state: Agreement | Network,
  holding: Holding,
  { personId, lastDay }: Leaving,
  input: HandOver,
  context: Context,
): Omit<Outcome<RoleEvent>, 'holding'> {
  const moved = holding.roles.map((role) => {
    const nth = input.roles.findIndex((one) => one.roleId === role.id)
    const successorId = input.roles[nth]?.toPersonId
    const tasks = role.tasks.flatMap(({ id }) => {
      const holderId = input.tasks.find((one) => one.taskId === id)?.toPersonId ?? successorId
      return holderId ? [{ id, holderId }] : []
    })
    const move = { roleId: role.id, personId, untilDate: lastDay, tasks, reason: input.reason }
    return attempt('', () => handOverRole(state, move, successorId, context))
  })
  return { events: moved.flatMap((one) => one.events), reasons: moved.flatMap((one) => one.reasons) }
}

/** Grants a colleague what a mandate still allows, on the authority of who hands over. */
function grantSame(state: Agreement, mandateId: string, holder: Colleague, context: Context): AgreementEvent[] {
  const mandate = state.mandates[mandateId]
  if (!mandate) return []
  const { form, basis, subjects, limits, fromAt, untilAt } = mandate
  const validFrom = fromAt > context.now ? dayOf(fromAt) : undefined
  const grant = { holderId: holder.personId, form, basis, subjects, limits, validFrom, validUntil: addDays(dayOf(untilAt), -1) }
  return grantMandate(state, grant, holder, context)
}

function attempt<Event>(pointer: string, act: () => Event[]): { events: Event[]; reasons: Reason[] } {
  try {
    return { events: act(), reasons: [] }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { events: [], reasons: [...(pointer ? error.at(pointer) : error).reasons] }
  }
}

const recorded = ({ now, actor }: Context) => ({ at: now, by: { actorId: actor.kind }, revision: 0 })
