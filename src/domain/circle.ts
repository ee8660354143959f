import type { Actor } from './actor.ts'

/**
 * What hangs under a network, as it is led now: by the organisation that founded it, and once that one has left the network by any
 * member. `members` are those of the network now, as far as they were looked up.
 */
export const ledBy = <State extends { organisationId: string }>(
  state: State,
  members: ReadonlyMap<string, unknown>,
  actor: Actor,
): State => (members.has(state.organisationId) || actor.kind === 'operator' ? state : { ...state, organisationId: actor.organisationId })
