import type { Actor } from '../../domain/actor.ts'
import * as rules from '../../domain/exchange/placement.ts'
import { type ReflectOnPlacement, reflectOnPlacement as reflectRule } from '../../domain/exchange/reflection.ts'
import { peopleById } from '../../store/directory.ts'
import { programmeStream } from '../../store/ledger.ts'
import { type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'
import type { ProgrammeChange } from './programme.ts'

/** Makes the placements of a round out of its matching. */
export const makePlacements = (deps: Deps, actor: Actor, target: CircleTarget, input: { roundNumber: number }): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, (state, context) => rules.makePlacements(state, input, context))

const revisionOf = (placementId: string) => (state: rules.HasPlacements) => state.placements[placementId]?.revision

export const preparePlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  input: rules.PreparePlacement,
): Promise<ProgrammeChange> =>
  changeInCircle(
    deps,
    actor,
    programmeStream,
    target,
    (state, context) => rules.preparePlacement(state, placementId, input, context),
    revisionOf(placementId),
  )

export const settlePlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  input: rules.PlacementOutcome,
): Promise<ProgrammeChange> =>
  changeInCircle(
    deps,
    actor,
    programmeStream,
    target,
    (state, context) => rules.settlePlacement(state, placementId, input, context),
    revisionOf(placementId),
  )

export const reflectOnPlacement = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  placementId: string,
  input: ReflectOnPlacement,
): Promise<ProgrammeChange> =>
  changeInCircle(
    deps,
    actor,
    programmeStream,
    target,
    async (state, context, lookup) => {
      const people = await peopleById(lookup, input.followUp ? [input.followUp.withPersonId] : [])
      return reflectRule(state, placementId, input, people, context)
    },
    revisionOf(placementId),
  )
