import { z } from 'zod'
import type { Content } from './agreement-text.ts'
import { tenths } from './pulse.ts'
import type { Reflection } from './reflection.ts'
import { uuid } from './uuid.ts'

const scored = z.strictObject({
  roundNumber: z.int(),
  answers: z.int().describe('how many parties scored'),
  addedValue: z.number().describe('the average, 1 to 5: more is better'),
  nuisance: z.number().describe('the average, 1 to 5: less is better'),
})

/** How somebody for whom an agreement is made fared, round after round. */
export const Faring = z
  .strictObject({
    id: uuid,
    name: z.string(),
    addedValue: z.exactOptional(z.string()).describe('what they were to gain, in the last version that names them'),
    nuisance: z.exactOptional(z.string()).describe('what may bother them, there'),
    rounds: z.array(scored).describe('the rounds in which they were scored, first to last'),
  })
  .meta({ id: 'BeneficiaryFaring' })
export type Faring = z.output<typeof Faring>

/** What one round knows of beneficiaries: those that its version names, and how the reflections on it scored them. */
export type RoundScores = {
  number: number
  beneficiaries: Content['beneficiaries']
  scores: readonly Reflection['beneficiaries'][number][]
}

/** How everyone named fared over some rounds, given first to last: their criteria as written last, their scores round by round. */
export function faringOver(rounds: readonly RoundScores[]): Faring[] {
  const last = new Map(rounds.flatMap(({ beneficiaries }) => beneficiaries.map((one) => [one.id, one] as const)))
  return [...last.values()].map(({ id, name, addedValue, nuisance }) => ({
    id,
    name,
    ...(addedValue && { addedValue }),
    ...(nuisance && { nuisance }),
    rounds: rounds.flatMap((round) => scoredIn(round, id)),
  }))
}

function scoredIn({ number, scores }: RoundScores, id: string): Faring['rounds'] {
  const given = scores.filter(({ beneficiaryId }) => beneficiaryId === id)
  if (given.length === 0) return []
  const average = (of: 'addedValue' | 'nuisance') => tenths(given.reduce((sum, one) => sum + one[of], 0) / given.length)
  return [{ roundNumber: number, answers: given.length, addedValue: average('addedValue'), nuisance: average('nuisance') }]
}
