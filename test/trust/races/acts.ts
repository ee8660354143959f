import { writeText } from '../../../src/actions/agreement-text.ts'
import type { AgreementChange } from '../../../src/actions/change.ts'
import { answerCommitment } from '../../../src/actions/commitment.ts'
import type { Deps } from '../../../src/actions/deps.ts'
import { grantMandate, renewMandate, withdrawMandate } from '../../../src/actions/mandate.ts'
import { closeMeeting, planMeeting, takeAttendance } from '../../../src/actions/meeting.ts'
import {
  adopt,
  answerContribution,
  callReflection,
  closeRound,
  contribute,
  openRound,
  reflect,
  stateHearing,
  takeStance,
} from '../../../src/actions/round.ts'
import { Refused } from '../../../src/domain/refusal.ts'
import { databaseProblem } from '../../../src/store/database.ts'
import type { Outcome, Request, RequestKind } from './history.ts'

type Act = (deps: Deps, request: Request & { id: string }) => Promise<AgreementChange>

const acts: Record<RequestKind, Act> = {
  'adopt': (deps, { actor, input, ...target }) => adopt(deps, actor, target, input),
  'take-stance': (deps, { actor, input, ...target }) => takeStance(deps, actor, target, input),
  'grant-mandate': (deps, { actor, input, ...target }) => grantMandate(deps, actor, target, input),
  'withdraw-mandate': (deps, { actor, id, input, ...target }) => withdrawMandate(deps, actor, target, id, input),
  'renew-mandate': (deps, { actor, id, input, ...target }) => renewMandate(deps, actor, target, id, input),
  'plan-meeting': (deps, { actor, input, ...target }) => planMeeting(deps, actor, target, input),
  'take-attendance': (deps, { actor, id, input, ...target }) => takeAttendance(deps, actor, target, id, input),
  'close-meeting': (deps, { actor, id, ...target }) => closeMeeting(deps, actor, target, id),
  'edit-text': (deps, { actor, input, ...target }) => writeText(deps, actor, target, input),
  'contribute': (deps, { actor, input, ...target }) => contribute(deps, actor, target, input),
  'answer-contribution': (deps, { actor, id, input, ...target }) => answerContribution(deps, actor, target, id, input),
  'answer-commitment': (deps, { actor, id, input, ...target }) => answerCommitment(deps, actor, target, id, input),
  'state-hearing': (deps, { actor, input, ...target }) => stateHearing(deps, actor, target, input),
  'call-reflection': (deps, { actor, input, ...target }) => callReflection(deps, actor, target, input),
  'reflect': (deps, { actor, input, ...target }) => reflect(deps, actor, target, input),
  'close-round': (deps, { actor, ...target }) => closeRound(deps, actor, target),
  'open-round': (deps, { actor, input, ...target }) => openRound(deps, actor, target, input),
}

/** Does what is asked, through its action; gives what the caller was told, and the change where there is one. */
export async function perform(deps: Deps, request: Request): Promise<{ outcome: Outcome; changed?: AgreementChange }> {
  try {
    const changed = await acts[request.kind](deps, { ...request, id: request.id ?? '' })
    const made = changed.events.map(({ type, data }) => ({ type, data }))
    return { outcome: { is: 'changed', made, revision: changed.revision, at: changed.at }, changed }
  } catch (error) {
    return { outcome: outcomeOf(error) }
  }
}

/** What an error tells the caller. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Refused) return { is: 'refused', codes: error.reasons.map(({ code }) => code) }
  return { is: databaseProblem(error) === 'unavailable' ? 'unknown' : 'failed', why: String(error) }
}
