import { type Actor, by } from '../domain/actor.ts'
import type { Agreement, AgreementEvent } from '../domain/agreement.ts'
import type { Context } from '../domain/event.ts'
import { partyOfActor, settled } from '../domain/party.ts'
import { refuse } from '../domain/refusal.ts'
import { requireRound } from '../domain/round.ts'
import { withCovenant } from '../store/agreement.ts'
import { type AnyEvent, agreementStream, type Changed, change, type Deciding, type Stream } from '../store/ledger.ts'
import type { Deps } from './deps.ts'

/** The context in which the rules decide. */
export const contextOf = ({ newId }: Deps, actor: Actor, now: string): Context => ({ actor, now, newId })

/** Which agreement, and what the caller read of it: the revision (of the part that changes) that `If-Match` named. */
export type Target = { agreementId: string; ifMatch?: number | undefined }
export type RoundTarget = Target & { roundNumber: number }

/** What a decision may look up beside the agreement. */
export type Lookup = Deciding['client']

export type AgreementChange = Changed<Agreement, AgreementEvent>

/** One stream that is changed: by its id, on the revision (of the part that changes) that `If-Match` named. */
type One<State> = {
  id: string
  ifMatch?: number | undefined
  /** What is decided on: refuses those who have no part in it, before anything of it is told. */
  seen: (state: State, context: Context, lookup: Lookup) => State | Promise<State>
  /** The revision of the part that changes; of the whole where it is left out. Of what is not there no revision was seen: deciding says so. */
  revisionOf?: ((state: State) => number | undefined) | undefined
  /** Refuses what is not there, where that takes more than saying so. */
  absent?: (lookup: Lookup) => Promise<never>
}

/** Changes one stream on the state that the caller has seen: `not-found` where it is not there, `stale` where it is no longer what it was. */
export async function changeOne<State, Event extends AnyEvent>(
  deps: Deps,
  actor: Actor,
  stream: Stream<State, Event>,
  { id, ifMatch, seen, revisionOf, absent }: One<State>,
  decide: (state: State, context: Context, lookup: Lookup) => Event[] | Promise<Event[]>,
): Promise<Changed<State, Event>> {
  const [changed] = await change(deps.database, stream, [id], by(actor), async (heads, { client, now }) => {
    const head = heads.get(id) ?? (await absent?.(client)) ?? refuse('not-found', { what: stream.type })
    const context = contextOf(deps, actor, now)
    const state = await seen(head.state, context, client)
    const revision = revisionOf ? revisionOf(state) : head.revision
    if (ifMatch !== undefined && revision !== undefined && ifMatch !== revision) refuse('stale')
    return new Map([[id, await decide(state, context, client)]])
  })
  return changed ?? refuse('not-found', { what: stream.type })
}

/**
 * Changes one agreement: for those at its table, on the state that the caller has seen. Refuses with `not-found` for everybody
 * else, and with `stale` when the part that changes is no longer what it was.
 */
export async function changeAgreement(
  deps: Deps,
  actor: Actor,
  { agreementId, ifMatch }: Target,
  decide: (state: Agreement, context: Context, lookup: Lookup) => AgreementEvent[] | Promise<AgreementEvent[]>,
  revisionOf?: (state: Agreement) => number | undefined,
): Promise<AgreementChange> {
  let above: Pick<Agreement, 'covenant'> = {}
  const seen = async (before: Agreement, { now }: Context, lookup: Lookup): Promise<Agreement> => {
    const state = await withCovenant(lookup, settled(before, now), now)
    partyOfActor(state, actor)
    if (state.covenant !== undefined) above = { covenant: state.covenant }
    return state
  }
  const changed = await changeOne(deps, actor, agreementStream, { id: agreementId, ifMatch, seen, revisionOf }, decide)
  return { ...changed, state: { ...changed.state, ...above } }
}

/** Changes one agreement in the round that is going on. */
export const changeRound = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  action: string,
  decide: (state: Agreement, context: Context, lookup: Lookup) => AgreementEvent[] | Promise<AgreementEvent[]>,
  revisionOf?: (state: Agreement) => number | undefined,
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    (state, context, lookup) => {
      requireRound(state, target.roundNumber, action)
      return decide(state, context, lookup)
    },
    revisionOf,
  )

/** The id that an event of this type gave to what it made. */
export function madeId<Event extends { type: string; data: object }>(changed: { events: readonly Event[] }, type: Event['type']): string {
  const data = changed.events.find((event) => event.type === type)?.data
  if (!data || !('id' in data) || typeof data.id !== 'string') throw new Error(`nothing was made by ${type}`)
  return data.id
}
