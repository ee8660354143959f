import { z } from 'zod'
import { day, type Instant, instant, startOf } from '../domain/time.ts'
import { invalidInput, type Mistake } from './problem.ts'

const moment = z.union([day, instant]).optional()

/**
 * The query parameters of looking at another moment, to spread into a strictObject (docs/domain.md#two-times), with their Dutch names.
 * A day stands for its first moment, in Europe/Amsterdam.
 */
export const times = {
  validAt: moment.describe('what held at this moment; a day means its first moment'),
  knownAt: moment.describe('as the registry knew it at this moment; a day means its first moment'),
  geldigOp: moment.describe('`validAt` in Dutch: one of both'),
  beschikbaarOp: moment.describe('`knownAt` in Dutch: one of both'),
}

type TimesQuery = { [Name in keyof typeof times]?: string | undefined }

/** The moments that a query asks for; left out where it asks for none. Throws 400 where a moment is given in both languages. */
export function timesOf({ validAt, knownAt, geldigOp, beschikbaarOp }: TimesQuery): { validAt?: Instant; knownAt?: Instant } {
  const twice = [
    ...(validAt !== undefined && geldigOp !== undefined ? ['geldigOp'] : []),
    ...(knownAt !== undefined && beschikbaarOp !== undefined ? ['beschikbaarOp'] : []),
  ]
  if (twice.length > 0) throw invalidInput(twice.map((parameter): Mistake => ({ code: 'repeated-parameter', parameter })))
  const valid = momentOf(validAt ?? geldigOp)
  const known = momentOf(knownAt ?? beschikbaarOp)
  return { ...(valid && { validAt: valid }), ...(known && { knownAt: known }) }
}

// 10 characters: YYYY-MM-DD.
const momentOf = (value: string | undefined): Instant | undefined => (value?.length === 10 ? startOf(value) : value)
