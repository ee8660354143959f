import type { Actor } from '../../domain/actor.ts'
import { type HasEnrolments, ofRound, type People } from '../../domain/exchange/enrolment.ts'
import * as rules from '../../domain/exchange/matching.ts'
import type { Members } from '../../domain/exchange/round.ts'
import { membersAmong } from '../../store/circle.ts'
import { peopleById } from '../../store/directory.ts'
import { programmeStream } from '../../store/ledger.ts'
import type { Lookup } from '../change.ts'
import { type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'
import type { ProgrammeChange } from './programme.ts'

/** The members and the people of those who are enrolled in a round, who are still there; and those who prepare their visits. */
export async function stillThere(
  deps: Deps,
  actor: Actor,
  lookup: Lookup,
  state: HasEnrolments,
  roundNumber: number,
): Promise<[Members, People]> {
  const enrolled = Object.values(ofRound(state.enrolments, roundNumber))
  const organisationIds = [...new Set(enrolled.map((one) => one.organisationId))]
  const members = await membersAmong(deps.database, actor, state.networkId, organisationIds, programmeStream.type)
  const ids = enrolled.flatMap((one) => [one.personId, one.hostContactId])
  return [members, await peopleById(lookup, ids)]
}

/** Works out who visits whom in a round, of those who are still there. */
export const makeMatching = (deps: Deps, actor: Actor, target: CircleTarget, input: { roundNumber: number }): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, async (state, context, lookup) => {
    const [members, people] = await stillThere(deps, actor, lookup, state, input.roundNumber)
    return rules.makeMatching(state, input, members, people, context)
  })
