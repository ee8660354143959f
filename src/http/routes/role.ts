import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type AgreementChange, madeId } from '../../actions/change.ts'
import type { Deps } from '../../actions/deps.ts'
import { assignRole, changeRole, createRole, endRole, releaseRole } from '../../actions/role.ts'
import { refuse } from '../../domain/refusal.ts'
import { AssignRole, ReleaseRole, type Role, RoleView, ShapeRole, TaskView, viewRole } from '../../domain/role.ts'
import type { Instant } from '../../domain/time.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { etagOfBody } from '../etag.ts'
import { operation } from '../operation.ts'
import { pageOf, pageOfAll, pageQuery } from '../page.ts'
import { anId, id, ofAgreement } from '../params.ts'
import { times, timesOf } from '../times.ts'

const tag = 'Roles'
const ofRole = { ...ofAgreement, roleId: id }
const one = z.strictObject(ofRole)

const seen = (role: Role | undefined, at: Instant) => {
  const body = viewRole(role ?? refuse('not-found', { what: 'role' }), at)
  return { body, etag: etagOfBody(body.revision, body) }
}
const changedRole = ({ state, at }: AgreementChange, roleId: string) => seen(state.roles[roleId], at)

const shape: z.input<typeof ShapeRole> = {
  name: 'lead',
  purpose: 'Houdt de lijn met het gezin en met elkaar',
  tasks: [{ what: 'Belt binnen een dag terug' }],
}

/** Roles belong to the collaboration, not to a job. */
export function roleRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/roles',
    id: 'listRoles',
    tag,
    summary: { en: 'The roles, with who holds them', nl: 'De rollen, met wie ze heeft' },
    access: 'member',
    params: z.strictObject(ofAgreement),
    query: z.strictObject({ ...pageQuery(), ...times }),
    answer: { status: 200, schema: pageOf(RoleView, 'RolePage') },
    handle: async (call) => {
      const { state, at } = await agreementSeen(database, await call.actor(), call.params.agreementId, timesOf(call.query))
      return pageOfAll(call, Object.values(state.roles), { key: (role) => role.id, item: (role) => viewRole(role, at) })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/roles',
    id: 'createRole',
    tag,
    summary: { en: 'Add a role with its tasks', nl: 'Een rol met taken toevoegen' },
    description: {
      en: 'Roles are part of the text, so stances before it are void. `lead` is a role like any other.',
      nl: 'Rollen horen bij de tekst, dus eerdere opstellingen vervallen. `lead` is een rol als elke andere.',
    },
    access: 'person',
    params: z.strictObject(ofAgreement),
    body: ShapeRole,
    example: shape,
    answer: { status: 201, schema: RoleView, etag: true, location: true },
    handle: async ({ actor, params, body, ifMatch }) => {
      const changed = await createRole(deps, await actor(), { ...params, ifMatch }, body)
      const made = changedRole(changed, madeId(changed, 'role-created'))
      return { ...made, location: `/agreements/${params.agreementId}/roles/${made.body.id}` }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/roles/:roleId',
    id: 'getRole',
    tag,
    summary: { en: 'A role with its tasks and who holds it', nl: 'Een rol met de taken en wie haar heeft' },
    access: 'member',
    params: one,
    query: z.strictObject(times),
    answer: { status: 200, schema: RoleView, etag: true },
    handle: async ({ actor, params, query }) => {
      const { state, at } = await agreementSeen(database, await actor(), params.agreementId, timesOf(query))
      return seen(state.roles[params.roleId], at)
    },
  })

  operation(app, {
    method: 'PUT',
    path: '/agreements/:agreementId/roles/:roleId',
    id: 'changeRole',
    tag,
    summary: { en: 'Change the name, purpose and tasks of a role', nl: 'Naam, doel en taken van een rol wijzigen' },
    description: {
      en: 'A task with an `id` stays the task it was. One that somebody still holds cannot be left out.',
      nl: 'Een taak met een `id` blijft de taak die zij was. Een taak die iemand nog heeft, kan niet weg.',
    },
    access: 'person',
    params: one,
    body: ShapeRole,
    example: { ...shape, tasks: [{ id: anId, what: 'Belt binnen een dag terug' }, { what: 'Roept de tafel bijeen' }] },
    answer: { status: 200, schema: RoleView, etag: true },
    handle: async ({ actor, params: { agreementId, roleId }, body, ifMatch }) =>
      changedRole(await changeRole(deps, await actor(), { agreementId, ifMatch }, roleId, body), roleId),
  })

  operation(app, {
    method: 'DELETE',
    path: '/agreements/:agreementId/roles/:roleId',
    id: 'endRole',
    tag,
    summary: { en: 'End a role in which nobody has a task', nl: 'Een rol beëindigen waarin niemand een taak heeft' },
    description: {
      en: 'It stays on record as ended. A commitment that names it stops adoption until it names another.',
      nl: 'De rol blijft bewaard, als beëindigd. Een afspraak die de rol noemt, houdt vaststelling tegen tot zij een andere noemt.',
    },
    access: 'person',
    params: one,
    answer: { status: 204 },
    handle: async ({ actor, params: { agreementId, roleId }, ifMatch }) => {
      await endRole(deps, await actor(), { agreementId, ifMatch }, roleId)
      return {}
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/roles/:roleId/tasks',
    id: 'listTasks',
    tag,
    summary: { en: 'The tasks of a role, and which nobody has', nl: 'De taken van een rol, en welke niemand heeft' },
    access: 'member',
    params: one,
    query: z.strictObject({ ...pageQuery(), ...times }),
    answer: { status: 200, schema: pageOf(TaskView, 'TaskPage') },
    handle: async (call) => {
      const { state, at } = await agreementSeen(database, await call.actor(), call.params.agreementId, timesOf(call.query))
      const { body } = seen(state.roles[call.params.roleId], at)
      return pageOfAll(call, body.tasks, { key: (task) => task.id, item: (task) => task })
    },
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/roles/:roleId/holders',
    id: 'assignRole',
    tag,
    summary: { en: 'Give the role to a person of your organisation', nl: 'De rol aan iemand van uw organisatie geven' },
    description: { en: 'Tasks that nobody has become theirs.', nl: 'Taken die niemand heeft, worden van diegene.' },
    access: 'person',
    params: one,
    body: AssignRole,
    example: { personId: anId, untilDate: '2026-12-31' },
    answer: { status: 201, schema: RoleView, etag: true },
    handle: async ({ actor, params: { agreementId, roleId }, body, ifMatch }) =>
      changedRole(await assignRole(deps, await actor(), { agreementId, ifMatch }, roleId, body), roleId),
  })

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/roles/:roleId/holders/:holderId/releases',
    id: 'releaseRole',
    tag,
    summary: { en: 'End somebody’s holding of the role', nl: 'Iemand de rol laten neerleggen' },
    description: {
      en: 'By their own organisation. Their open tasks then have no holder, and show as such.',
      nl: 'Door de eigen organisatie. De open taken hebben dan niemand, en dat is te zien.',
    },
    access: 'person',
    params: z.strictObject({ ...ofRole, holderId: id }),
    body: ReleaseRole,
    example: { untilDate: '2026-11-30' },
    answer: { status: 201, schema: RoleView, etag: true },
    handle: async ({ actor, params: { agreementId, roleId, holderId }, body, ifMatch }) =>
      changedRole(await releaseRole(deps, await actor(), { agreementId, ifMatch }, roleId, holderId, body), roleId),
  })
}
