import type { Actor } from '../../domain/actor.ts'
import { ofRound } from '../../domain/exchange/enrolment.ts'
import * as rules from '../../domain/exchange/matching.ts'
import { membersAmong } from '../../store/circle.ts'
import { peopleById } from '../../store/directory.ts'
import { programmeStream } from '../../store/ledger.ts'
import { type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'
import type { ProgrammeChange } from './programme.ts'

/** Works out who visits whom in a round, of those who are still there. */
export const makeMatching = (deps: Deps, actor: Actor, target: CircleTarget, input: { roundNumber: number }): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, async (state, context, lookup) => {
    const enrolled = Object.values(ofRound(state.enrolments, input.roundNumber))
    const organisationIds = [...new Set(enrolled.map((one) => one.organisationId))]
    const members = await membersAmong(deps.database, actor, state.networkId, organisationIds, programmeStream.type)
    const people = await peopleById(
      lookup,
      enrolled.map((one) => one.personId),
    )
    return rules.makeMatching(state, input, members, people, context)
  })
