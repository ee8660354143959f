import type { z } from 'zod'
import { type Context, defined } from './event.ts'
import { requirePerson } from './guard.ts'
import { type Organisation, requireAdministrator, requireOwn } from './organisation.ts'
import type { Acknowledgement, AcknowledgePosition, AnswerPosition, PositionEvent, PositionStatement, StatePosition } from './position.ts'
import { type Reason, refuse, refuseAll } from './refusal.ts'

/** States where the organisation stands, anew: the statement before it stays on record, and counts no more. */
export function statePosition(state: Organisation, input: StatePosition, context: Context): PositionEvent[] {
  requireAdministrator(state, context)
  const { personId } = requirePerson(context.actor)
  refuseAll(contradictions(input))
  const number = (state.position?.number ?? 0) + 1
  return [{ type: 'position-stated', data: { ...input, organisationId: state.id, number, personId } }]
}

/** A subject that one is for and not for tells others nothing: how far one goes in it is a limit. */
const contradictions = ({ weAreFor, weAreNotFor }: StatePosition): Reason[] =>
  weAreNotFor.flatMap(({ subject }, nth) =>
    subject !== undefined && weAreFor.some((claim) => claim.subject === subject)
      ? [{ code: 'for-and-not-for' as const, params: { subject }, pointer: `/weAreNotFor/${nth}/subject` }]
      : [],
  )

/** Says of another organisation's statement that one understands it, in the stream of one's own. Any of its people may: it binds to nothing. */
export function acknowledgePosition(
  statement: PositionStatement,
  input: z.output<typeof AcknowledgePosition>,
  { actor, newId }: Context,
): PositionEvent[] {
  const { organisationId, personId } = requirePerson(actor)
  const { organisationId: aboutId, number } = statement
  if (organisationId === aboutId) refuse('acknowledge-own')
  return [{ type: 'position-acknowledged', data: { id: newId(), organisationId, aboutId, number, personId, ...defined(input) } }]
}

/** Answers what another organisation asked about one's own position; once, because the question does not change. */
export function answerAcknowledgement(
  state: Organisation,
  acknowledgement: Acknowledgement & { answer?: unknown },
  { text }: z.output<typeof AnswerPosition>,
  { actor }: Context,
): PositionEvent[] {
  const { personId } = requirePerson(actor)
  requireOwn(state.id, actor)
  const { id, organisationId, aboutId, answer } = acknowledgement
  if (aboutId !== state.id) refuse('not-found', { what: 'acknowledgement' })
  if (answer) refuse('already-done', { what: 'answer' })
  return [{ type: 'position-answered', data: { acknowledgementId: id, toId: organisationId, personId, text } }]
}
