import { z } from 'zod'
import { tenths } from './pulse.ts'
import { text } from './text.ts'

/** The nine norms of a working community. */
export const norms = [
  'keeping-agreements',
  'reliable',
  'reachable',
  'open',
  'sharing-information',
  'helpful',
  'taking-responsibility',
  'flexible',
  'listening',
] as const
export type Norm = (typeof norms)[number]

const words = text(1000).optional()

/** What a network means by a norm, in its own words; a norm without them is what it says. */
export const NormWords = z
  .strictObject(Object.fromEntries(norms.map((norm) => [norm, words])) as Record<Norm, typeof words>)
  .meta({ id: 'NormWords' })
export type NormWords = z.output<typeof NormWords>

/**
 * From how many scores in one round on an average is shown: as with the pulse, whoever knows their own still cannot tell who gave what. A
 * network adds up such rounds alone: when one closes, how its average moves would show what a few gave.
 */
export const normMinimum = 5

/** What reflections say of one norm together. */
export type NormSum = { norm: string; answers: number; sum: number }

const shown = { norm: z.enum(norms), answers: z.int(), average: z.exactOptional(z.number()).describe('1 to 5, to one decimal') }

/** One norm, as a round shows it once it has closed. */
export const NormAverage = z.strictObject(shown).meta({ id: 'NormAverage' })
export type NormAverage = z.output<typeof NormAverage>

const averageOf = ({ answers, sum }: Omit<NormSum, 'norm'>) => ({
  answers,
  ...(answers >= normMinimum && { average: tenths(sum / answers) }),
})

/** The norms that somebody scored, each with its average from the minimum on. */
export const normAverages = (scores: readonly Partial<Record<Norm, number | undefined>>[]): NormAverage[] =>
  norms.flatMap((norm) => {
    const given = scores.flatMap((one) => one[norm] ?? [])
    return given.length === 0 ? [] : [{ norm, ...averageOf({ answers: given.length, sum: given.reduce((sum, one) => sum + one, 0) }) }]
  })

/** How the norms are lived up to, out of closed rounds in the agreements of a network at whose table the reader is. */
export const NormReport = z
  .strictObject({
    minimum: z.int().describe('from how many answers in a round on these are counted'),
    norms: z.array(z.strictObject({ ...shown, words: z.exactOptional(z.string()).describe('what the network means by it') })),
  })
  .meta({ id: 'NormReport' })
export type NormReport = z.output<typeof NormReport>

/** All nine norms, each with the words of the network, and its average from the minimum on. */
export const normReport = (words: NormWords, sums: readonly NormSum[]): NormReport => ({
  minimum: normMinimum,
  norms: norms.map((norm) => {
    const { answers, sum } = sums.find((one) => one.norm === norm) ?? { answers: 0, sum: 0 }
    const said = words[norm]
    return { norm, ...(said && { words: said }), ...averageOf({ answers, sum }) }
  }),
})
