import type { Actor } from '../../domain/actor.ts'
import * as rules from '../../domain/exchange/programme.ts'
import type { CancelExchangeRound, PlanExchangeRound } from '../../domain/exchange/round.ts'
import { requirePerson } from '../../domain/guard.ts'
import { membersAmong } from '../../store/circle.ts'
import { type Changed, programmeStream } from '../../store/ledger.ts'
import { beginInCircle, type CircleTarget, changeInCircle } from '../circle.ts'
import type { Deps } from '../deps.ts'

export type ProgrammeChange = Changed<rules.Programme, rules.ProgrammeEvent>

/** Founds an exchange programme in a network of the caller, led by their organisation. */
export const foundProgramme = (deps: Deps, actor: Actor, input: rules.FoundProgramme): Promise<ProgrammeChange> =>
  beginInCircle(deps, actor, programmeStream, async (context) => {
    const { organisationId } = requirePerson(actor)
    return rules.foundProgramme(input, await membersAmong(deps.database, actor, input.networkId, [organisationId]), context)
  })

export const changeProgramme = (deps: Deps, actor: Actor, target: CircleTarget, input: rules.ChangeProgramme): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, (state, context) => rules.changeProgramme(state, input, context))

export const addExchangeRound = (deps: Deps, actor: Actor, target: CircleTarget, input: PlanExchangeRound): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, (state, context) => rules.addExchangeRound(state, input, context))

export const changeExchangeRound = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  roundNumber: number,
  input: PlanExchangeRound,
): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, (state, context) => rules.changeExchangeRound(state, roundNumber, input, context))

export const cancelExchangeRound = (
  deps: Deps,
  actor: Actor,
  target: CircleTarget,
  roundNumber: number,
  input: CancelExchangeRound,
): Promise<ProgrammeChange> =>
  changeInCircle(deps, actor, programmeStream, target, (state, context) => rules.cancelExchangeRound(state, roundNumber, input, context))
