import type { Actor } from '../../domain/actor.ts'
import * as rules from '../../domain/exchange/enrolment.ts'
import { enrolTogether as rule } from '../../domain/exchange/programme.ts'
import { requireRound } from '../../domain/exchange/round.ts'
import { membersAmong } from '../../store/circle.ts'
import { peopleById } from '../../store/directory.ts'
import { findEnrolment } from '../../store/exchange/enrolment.ts'
import { programmeStream } from '../../store/ledger.ts'
import { type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'
import type { ProgrammeChange } from './programme.ts'

/** Enrols somebody of the caller's organisation in a round. */
export const enrol = (deps: Deps, actor: Actor, target: CircleTarget, input: rules.Enrol): Promise<ProgrammeChange> =>
  enrolTogether(deps, actor, target, [input])

/** Enrols several people of the caller's organisation at once: all of them or none. */
export const enrolTogether = (deps: Deps, actor: Actor, target: CircleTarget, inputs: readonly rules.Enrol[]): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, async (state, context, lookup) => {
    const named = inputs.flatMap(({ wishes, notWith }) => [...wishes, ...notWith])
    const members = await membersAmong(deps.database, actor, state.networkId, named, programmeStream.type)
    const ids = inputs.flatMap(({ personId, hostContactId = personId }) => [personId, hostContactId])
    const people = await peopleById(lookup, ids)
    return rule(state, inputs, members, people, context)
  })

/** Takes an enrolment back. One that left the working state can be read still: what is wrong then is that its round is over. */
export const withdrawEnrolment = (deps: Deps, actor: Actor, target: CircleTarget, enrolmentId: string): Promise<ProgrammeChange> =>
  changeInCircle(
    deps,
    actor,
    programmeStream,
    target,
    async (state, context) => {
      if (!state.enrolments[enrolmentId]) {
        const { roundNumber } = await findEnrolment(deps.database, actor, target.id, enrolmentId)
        requireRound(state, roundNumber, ['enrolling', 'matching'], 'withdraw', context)
      }
      return rules.withdrawEnrolment(state, enrolmentId, context)
    },
    (state) => state.enrolments[enrolmentId]?.revision,
  )
