import { z } from 'zod'
import type { Actor } from '../actor.ts'
import { type ById, keep } from '../event.ts'
import { requirePerson } from '../guard.ts'
import { refuse } from '../refusal.ts'
import { instantOut } from '../time.ts'
import { uuid } from '../uuid.ts'

/** An organisation in the circle; its id there is that of the organisation. */
export const Member = z
  .strictObject({ id: uuid, organisationId: uuid, name: z.string(), joinedAt: instantOut, leftAt: z.exactOptional(instantOut) })
  .meta({ id: 'Member' })
export type Member = z.output<typeof Member>

export type HasMembers = { members: ById<Member> }

/** Those who are in the circle now. */
export const here = (members: ById<Member>): ById<Member> => keep(members, ({ leftAt }) => !leftAt)

/** Whether an organisation is in the circle now. */
export const isMember = (state: HasMembers, organisationId: string): boolean => {
  const member = state.members[organisationId]
  return member !== undefined && !member.leftAt
}

/** The organisation of a person whose organisation is a member; for others the network does not exist. */
export function requireMember(state: HasMembers, actor: Actor): string {
  const { organisationId } = requirePerson(actor)
  return isMember(state, organisationId) ? organisationId : refuse('not-found', { what: 'network' })
}
