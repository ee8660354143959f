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

/** From how many reflections on an average says something of a network, and not of the few who answered: as with the pulse. */
export const normMinimum = 5

/** What reflections say of one norm together. */
export type NormSum = { norm: string; answers: number; sum: number }

/** How the norms are lived up to, out of the reflections in the agreements of a network that the reader may read. */
export const NormReport = z
  .strictObject({
    minimum: z.int().describe('from how many answers on an average is shown'),
    norms: z.array(
      z.strictObject({
        norm: z.enum(norms),
        words: z.exactOptional(z.string()).describe('what the network means by it'),
        answers: z.int(),
        average: z.exactOptional(z.number()).describe('1 to 5, to one decimal'),
      }),
    ),
  })
  .meta({ id: 'NormReport' })
export type NormReport = z.output<typeof NormReport>

/** All nine norms, each with the words of the network, and its average from the minimum on. */
export const normReport = (words: NormWords, sums: readonly NormSum[]): NormReport => ({
  minimum: normMinimum,
  norms: norms.map((norm) => {
    const { answers, sum } = sums.find((one) => one.norm === norm) ?? { answers: 0, sum: 0 }
    const said = words[norm]
    return { norm, ...(said && { words: said }), answers, ...(answers >= normMinimum && { average: tenths(sum / answers) }) }
  }),
})
