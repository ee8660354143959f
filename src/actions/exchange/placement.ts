import type { Actor } from '../../domain/actor.ts'
import type { Context } from '../../domain/event.ts'
import * as rules from '../../domain/exchange/placement.ts'
import type { Programme, ProgrammeEvent } from '../../domain/exchange/programme.ts'
import { type ReflectOnPlacement, reflectOnPlacement as reflectRule } from '../../domain/exchange/reflection.ts'
import { requireRound } from '../../domain/exchange/round.ts'
import { peopleById } from '../../store/directory.ts'
import { findPlacement } from '../../store/exchange/placement.ts'
import { programmeStream } from '../../store/ledger.ts'
import type { Lookup } from '../change.ts'
import { type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'
import { stillThere } from './matching.ts'
import type { ProgrammeChange } from './programme.ts'

/** Makes the placements of a round out of its matching. */
export const makePlacements = (deps: Deps, actor: Actor, target: CircleTarget, input: { roundNumber: number }): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, async (state, context, lookup) => {
    const [members, people] = await stillThere(deps, actor, lookup, state, input.roundNumber)
    return rules.makePlacements(state, input, members, people, context)
  })

/** Changes one visit. One that left the working state can be read still: its round is closed, which is what is wrong then. */
const changePlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  decide: (state: Programme, context: Context, lookup: Lookup) => ProgrammeEvent[] | Promise<ProgrammeEvent[]>,
): Promise<ProgrammeChange> =>
  changeInCircle(
    deps,
    actor,
    programmeStream,
    target,
    async (state, context, lookup) => {
      if (!state.placements[placementId]) {
        const { roundNumber } = await findPlacement(deps.database, actor, target.id, placementId)
        requireRound(state, roundNumber, ['placing'], 'change', context)
      }
      return decide(state, context, lookup)
    },
    (state) => state.placements[placementId]?.revision,
  )

export const preparePlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  input: rules.PreparePlacement,
): Promise<ProgrammeChange> =>
  changePlacement(deps, actor, target, placementId, async (state, context, lookup) => {
    const people = await peopleById(lookup, input.contactId ? [input.contactId] : [])
    return rules.preparePlacement(state, placementId, input, people, context)
  })

export const settlePlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  input: rules.PlacementOutcome,
): Promise<ProgrammeChange> =>
  changePlacement(deps, actor, target, placementId, (state, context) => rules.settlePlacement(state, placementId, input, context))

export const reflectOnPlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  input: ReflectOnPlacement,
): Promise<ProgrammeChange> =>
  changePlacement(deps, actor, target, placementId, async (state, context, lookup) => {
    const people = await peopleById(lookup, input.followUp ? [input.followUp.withPersonId] : [])
    return reflectRule(state, placementId, input, people, context)
  })
