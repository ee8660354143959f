import type { Teller } from '../teller.ts'
import { covenant } from './covenant.ts'
import { exchange } from './exchange.ts'
import { twoInstitutions } from './two-institutions.ts'
import { twoRounds } from './two-rounds.ts'

/** The stories that can be told, by the name after `npm run story --`. */
export const stories: Readonly<Record<string, { title: string; tell: (teller: Teller) => Promise<unknown> }>> = {
  'two-rounds': { title: 'A story in two rounds', tell: twoRounds },
  covenant: { title: 'A story of a covenant', tell: covenant },
  exchange: { title: 'A story of thirteen organisations that visit each other', tell: exchange },
  'two-institutions': { title: 'A story of two institutions and the schools they serve', tell: twoInstitutions },
}
