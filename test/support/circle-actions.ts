import { addFinding, callInquiry, closeInquiry, leaveSeat, takeSeat } from '../../src/actions/inquiry.ts'
import {
  assignNetworkRole,
  changeNetworkRole,
  createNetworkRole,
  endNetworkRole,
  releaseNetworkRole,
} from '../../src/actions/network/role.ts'
import { followUp, recommend } from '../../src/actions/recommendation.ts'
import { CallInquiry, findingKinds } from '../../src/domain/inquiry.ts'
import { Recommend } from '../../src/domain/recommendation.ts'
import { recommendationLevels } from '../../src/domain/reflection.ts'
import type { RoleHolder } from '../../src/domain/role.ts'
import { listInquiries, listSeats } from '../../src/store/inquiry.ts'
import { head, networkStream } from '../../src/store/ledger.ts'
import { listRecommendations } from '../../src/store/recommendation.ts'
import { only } from './agreement.ts'
import { asActor } from './database.ts'
import { stepInExchange } from './exchange-actions.ts'
import type { Person, Registry } from './registry.ts'

/** An inquiry in a network, and a recommendation to a member of it. */
export const asked = (networkId: string, organisationIds: string[] = []) =>
  CallInquiry.parse({ networkId, title: 'What works', question: 'When did it go well?', seatsPerOrganisation: 2, organisationIds })
export const advice = (networkId: string, organisationId: string, over: object = {}) =>
  Recommend.parse({ networkId, level: 'direct', text: 'Call back', why: 'It worked', addressee: { organisationId }, ...over })

/** An inquiry in which everything happens, until it is closed, and a recommendation that comes from it and is done. */
export async function everyInquiry({ deps, school, team }: Registry, networkId: string): Promise<void> {
  const [s, t] = [school.representative.actor, team.representative.actor]
  const { id } = await callInquiry(deps, s, asked(networkId, [team.id]))
  for (const actor of [s, t]) await takeSeat(deps, actor, { id }, {})
  await takeSeat(deps, t, { id }, { personId: team.grantor.actor.personId })
  await leaveSeat(deps, t, { id }, team.grantor.actor.personId)
  for (const kind of findingKinds) await addFinding(deps, t, { id }, { kind, text: `A ${kind}` })
  const { state } = await closeInquiry(deps, s, { id })
  const basedOn = [state.finding].flatMap((found) => (found ? { kind: 'finding', inquiryId: id, findingId: found.id } : []))
  const made = await recommend(deps, s, advice(networkId, team.id, { basedOn }))
  await followUp(deps, t, { id: made.id }, { status: 'taken-up', note: 'In January' })
  await followUp(deps, t, { id: made.id }, { status: 'done' })
}

// The id of nothing.
const nobody = '00000000-0000-4000-8000-000000000000'

/** A step at random in the roles of a network, by a member: with the last, or with one that is theirs. */
export async function stepInRoles({ deps, fresh, today }: Registry, { actor }: Person, networkId: string, pick: number): Promise<unknown> {
  const { state } = only(await head(fresh.owner, networkStream, networkId))
  const roles = Object.values(state.roles).filter(({ endedAt }) => endedAt === undefined)
  const roleId = roles.at(-1)?.id ?? nobody
  const isMine = ({ partyId, untilDate }: RoleHolder) => partyId === actor.organisationId && untilDate === undefined
  const mine = roles.find(({ holders }) => holders.some(isMine))
  const at = { networkId }
  const shape = { name: 'lead', purpose: `Keeps us together ${pick}`, tasks: [] }
  const acts = [
    () => createNetworkRole(deps, actor, at, shape),
    () => changeNetworkRole(deps, actor, at, roleId, shape),
    () => assignNetworkRole(deps, actor, at, roleId, { personId: actor.personId }),
    () => releaseNetworkRole(deps, actor, at, mine?.id ?? nobody, mine?.holders.find(isMine)?.id ?? nobody, { untilDate: today() }),
    () => endNetworkRole(deps, actor, at, roleId),
  ]
  return only(acts[pick % acts.length])()
}

/** A step at random in what hangs under a network, by somebody who may be in it. */
export async function stepInCircle(registry: Registry, who: Person, networkId: string, pick: number): Promise<unknown> {
  const { deps } = registry
  const { actor } = who
  const { database } = deps
  const last = async <T>(list: () => Promise<T[]>): Promise<T | undefined> => (await asActor(database, actor, list)).at(-1)
  const id = (await last(() => listInquiries(database, actor, { networkId, limit: 100 })))?.id ?? nobody
  const seat = await last(async () => (id === nobody ? [] : listSeats(database, actor, id, { limit: 1 })))
  const recommendation = await last(() => listRecommendations(database, actor, { networkId }, { limit: 100 }))
  const acts = [
    ...[1, 2, 3, 4, 5, 6, 7].map((nth) => () => stepInExchange(registry, who, networkId, pick + nth)),
    () => callInquiry(deps, actor, asked(networkId)),
    () => takeSeat(deps, actor, { id }, {}),
    () => leaveSeat(deps, actor, { id }, seat?.id ?? nobody),
    () => addFinding(deps, actor, { id }, { kind: only(findingKinds[pick % 4]), text: `Found ${pick}` }),
    () => closeInquiry(deps, actor, { id }),
    () => recommend(deps, actor, advice(networkId, actor.organisationId, { level: recommendationLevels[pick % 3] })),
    () => followUp(deps, actor, { id: recommendation?.id ?? nobody }, { status: 'declined', note: 'Not ours' }),
  ]
  return only(acts[pick % acts.length])()
}
