import { type Actor, by } from '../domain/actor.ts'
import { ledBy } from '../domain/circle.ts'
import type { Context } from '../domain/event.ts'
import { refuse } from '../domain/refusal.ts'
import { membersAmong } from '../store/circle.ts'
import { type AnyEvent, type Changed, change, type Stream } from '../store/ledger.ts'
import { changeOne, contextOf, type Lookup } from './change.ts'
import type { Deps } from './deps.ts'

type InCircle = { networkId: string; organisationId: string; revision: number }

/** Which stream that hangs under a network, and the revision at which the caller read it. */
export type CircleTarget = { id: string; ifMatch?: number | undefined }

/** Begins a stream that hangs under a network, for a member of it; the first event says which id it has. */
export async function beginInCircle<State, Event extends AnyEvent>(
  deps: Deps,
  actor: Actor,
  stream: Stream<State, Event>,
  decide: (context: Context, lookup: Lookup) => Promise<Event[]>,
): Promise<Changed<State, Event>> {
  const [changed] = await change(deps.database, stream, [], by(actor), async (_, { client, now }) => {
    const events = await decide(contextOf(deps, actor, now), client)
    const made = events[0]?.data
    return new Map([[made && 'id' in made ? String(made.id) : '', events]])
  })
  return changed ?? refuse('not-found', { what: stream.type })
}

/** Changes a stream that hangs under a network, for those who are in that network now; for others it is not there. */
export function changeInCircle<State extends InCircle, Event extends AnyEvent>(
  deps: Deps,
  actor: Actor,
  stream: Stream<State, Event>,
  { id, ifMatch }: CircleTarget,
  decide: (state: State, context: Context, lookup: Lookup) => Event[] | Promise<Event[]>,
  revisionOf: (state: State) => number | undefined = (state) => state.revision,
): Promise<Changed<State, Event>> {
  const seen = async (state: State): Promise<State> => {
    const members = await membersAmong(deps.database, actor, state.networkId, [state.organisationId], stream.type)
    return ledBy(state, members, actor)
  }
  return changeOne(deps, actor, stream, { id, ifMatch, seen, revisionOf }, decide)
}
