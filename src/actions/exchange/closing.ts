import type { Actor } from '../../domain/actor.ts'
import * as rules from '../../domain/exchange/closing.ts'
import { insightsAmong } from '../../store/exchange/closing.ts'
import { programmeStream } from '../../store/ledger.ts'
import { type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'
import type { ProgrammeChange } from './programme.ts'

/** Records the closing meeting of a round, with what came of it. */
export const closeExchangeRound = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  input: rules.CloseExchangeRound,
): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, async (state, context, lookup) => {
    const named = input.outcomes.flatMap(({ insightIds }) => insightIds)
    return rules.closeExchangeRound(state, input, await insightsAmong(lookup, target.id, named), context)
  })
