import type { Actor } from '../domain/actor.ts'
import * as rules from '../domain/recommendation.ts'
import { membersAmong } from '../store/circle.ts'
import { peopleById } from '../store/directory.ts'
import { type Changed, recommendationStream } from '../store/ledger.ts'
import { sourcesSeen } from '../store/source.ts'
import { beginInCircle, type CircleTarget, changeInCircle } from './circle.ts'
import type { Deps } from './deps.ts'

export type RecommendationChange = Changed<rules.Recommendation, rules.RecommendationEvent>

/** Makes a recommendation in a network of the caller, to a member of it. */
export const recommend = (deps: Deps, actor: Actor, input: rules.Recommend): Promise<RecommendationChange> =>
  beginInCircle(deps, actor, recommendationStream, async (context, lookup) => {
    const { networkId, addressee, basedOn } = input
    const known = {
      members: await membersAmong(deps.database, actor, networkId, [addressee.organisationId]),
      people: await peopleById(lookup, addressee.personId ? [addressee.personId] : []),
      seen: await sourcesSeen(deps.database, actor, basedOn),
    }
    return rules.recommend(input, known, context)
  })

/** Says what becomes of a recommendation, for its addressee. */
export const followUp = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  input: rules.FollowUpRecommendation,
): Promise<RecommendationChange> =>
  changeInCircle(deps, actor, recommendationStream, target, (state, context) => rules.followUp(state, input, context))
