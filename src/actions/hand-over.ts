import { type Actor, by } from '../domain/actor.ts'
import type { Context } from '../domain/event.ts'
import { type HandedOver, type HandOver, type HandOverPlan, holdingOf, isEmpty, type Outcome } from '../domain/hand-over.ts'
import { handOverInAgreement, handOverInNetwork, misnamed } from '../domain/hand-over-acts.ts'
import { requireAdministrator, requireOwn } from '../domain/organisation.ts'
import { settled } from '../domain/party.ts'
import { refuseAll } from '../domain/refusal.ts'
import { type Day, dayOf } from '../domain/time.ts'
import { peopleById } from '../store/directory.ts'
import { placesOfPerson, requirePersonOf, statesOf } from '../store/hand-over.ts'
import { agreementStream, type Changed, change, networkStream, type Stream } from '../store/ledger.ts'
import { recommendationsTo } from '../store/recommendation.ts'
import { within } from '../store/transaction.ts'
import { contextOf } from './change.ts'
import type { Deps } from './deps.ts'
import { refuseOthers } from './organisation.ts'
import { receiptsOf } from './receipt.ts'

type Target = { organisationId: string; personId: string }

/** Everything that a person holds or carries for their organisation, and would leave behind after a day. */
export async function handOverPlan(deps: Deps, actor: Actor, target: Target, day: Day | undefined): Promise<HandOverPlan> {
  const { organisationId, personId } = target
  requireOwn(organisationId, actor)
  await requirePersonOf(deps.database, organisationId, personId)
  const { states, now } = await statesOf(deps.database, await placesOfPerson(deps.database, organisationId, personId))
  const lastDay = day ?? dayOf(now)
  const holdings = states.map((state) => holdingOf(state, { ...target, lastDay }, now))
  const recommendations = await recommendationsTo(deps.database, actor, organisationId, personId)
  return { personId, lastDay, holdings: holdings.filter((holding) => !isEmpty(holding)), recommendations }
}

/** Hands over everything of a person at once, in every agreement and network or in none; refuses with all that would be left behind. */
export function handOver(deps: Deps, actor: Actor, target: Target, input: HandOver): Promise<HandedOver> {
  const { organisationId, personId } = target
  const { database } = deps
  return within(database.pool, by(actor), async () => {
    if (by(actor).organisationId !== organisationId) await refuseOthers(database, organisationId)
    requireAdministrator({ id: organisationId }, { actor })
    await requirePersonOf(database, organisationId, personId)
    const { agreementIds, networkIds } = await placesOfPerson(database, organisationId, personId)
    const named = [...input.roles, ...input.tasks, ...input.mandates].flatMap(({ toPersonId }) => toPersonId ?? [])
    const people = await peopleById(database, [...new Set(named)])
    const agreements = await handOverIn(deps, actor, agreementStream, agreementIds, (state, context) =>
      handOverInAgreement(settled(state, context.now), target, input, context),
    )
    const networks = await handOverIn(deps, actor, networkStream, networkIds, (state, context) =>
      handOverInNetwork(state, target, input, context),
    )
    const outcomes = [...agreements.outcomes, ...networks.outcomes]
    const holdings = outcomes.map(({ holding }) => holding).filter((holding) => !isEmpty(holding))
    // Whatever was written of some is undone with the transaction.
    refuseAll([
      ...(holdings.length === 0 ? [{ code: 'nothing-to-hand-over' } as const] : []),
      ...misnamed(input, holdings, target, people),
      ...outcomes.flatMap(({ reasons }) => reasons),
    ])
    const receipts = await receiptsOf(deps, actor, agreements.changed)
    return { personId, holdings, receipts: receipts.map(({ jws }) => jws) }
  })
}

/** What handing over does in the places of one kind, with what is wrong with it. */
async function handOverIn<State, Event extends { type: string; data: object }>(
  deps: Deps,
  actor: Actor,
  stream: Stream<State, Event>,
  ids: readonly string[],
  act: (state: State, context: Context) => Outcome<Event>,
): Promise<{ outcomes: Outcome<Event>[]; changed: Changed<State, Event>[] }> {
  const outcomes: Outcome<Event>[] = []
  const changed = await change(deps.database, stream, ids, by(actor), async (heads, { now }) => {
    const decided = new Map<string, Event[]>()
    for (const [id, { state }] of heads) {
      const outcome = act(state, contextOf(deps, actor, now))
      outcomes.push(outcome)
      if (outcome.events.length > 0) decided.set(id, outcome.events)
    }
    return decided
  })
  return { outcomes, changed }
}
