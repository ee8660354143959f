import { z } from 'zod'
import type { Agreement } from './agreement.ts'
import { contentOf, textDigest } from './agreement-text.ts'
import { DissentView, type Judging, viewDissent } from './reflection.ts'
import { type Dissent, dissentsOn } from './stance.ts'

/** A dissent over the rounds: where it was stated, which version carries it, and what practice showed of it. */
export const RecordedDissent = DissentView.extend({
  roundNumber: z.int(),
  version: z.exactOptional(z.int()).describe('the version that carries it, once its round has adopted one'),
}).meta({ id: 'RecordedDissent' })
export type RecordedDissent = z.output<typeof RecordedDissent>

/** The dissents of the round that is going on, while it has adopted nothing: those that a version on the text as it is would carry. */
export function dissentsInRound(state: Agreement): RecordedDissent[] {
  const { round, adopted } = state
  if (!round || adopted?.number === round.number) return []
  return dissentsOn(state, textDigest(contentOf(state))).map((one) => ({ ...viewDissent(one, []), roundNumber: round.number }))
}

/** A dissent of an adopted version, as the reflections on that version judged it. */
export const viewRecorded = (number: number, dissent: Dissent, reflections: readonly Judging[]): RecordedDissent => ({
  ...viewDissent(dissent, reflections),
  roundNumber: number,
  version: number,
})
