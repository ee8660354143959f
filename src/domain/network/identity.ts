import { z } from 'zod'
import { defined, type Recorded } from '../event.ts'
import { NormWords } from '../norm.ts'
import { claims } from '../position.ts'
import { text } from '../text.ts'
import { instantOut } from '../time.ts'

const words = text(200).optional()

/** Who a network is, in the words of its members (docs/domain.md#networks). */
export const identityFields = {
  name: text(200),
  sharedGoal: text(2000).describe('the ambition that its members share'),
  weAreFor: claims.default([]).describe('what belongs to the network'),
  weAreNotFor: claims.default([]).describe('what does not: its boundary'),
  norms: NormWords.prefault({}),
  region: words.describe('the region that it is of, where it is of one'),
  chain: words.describe('the chain (keten) that it is part of'),
  programme: words.describe('the programme that it is part of'),
  steeringRegime: words.describe('how it is steered (besturingsregime), in its own words'),
}
export const StateIdentity = z.strictObject(identityFields).meta({ id: 'StateIdentity' })
export type StateIdentity = z.input<typeof StateIdentity>

/** An identity as it was stated: numbered from 1, never changed; the last one counts. */
export const NetworkIdentity = StateIdentity.extend({
  number: z.int(),
  at: instantOut,
  personId: z.string().describe('who stated it'),
}).meta({
  id: 'NetworkIdentity',
})
export type NetworkIdentity = z.output<typeof NetworkIdentity>

/** The last identity: deciding needs no more, and the table has all of them. */
export type HasIdentity = { identity: NetworkIdentity }

/** The identity after it was stated anew. */
export const evolveIdentity = (
  { name, sharedGoal, weAreFor = [], weAreNotFor = [], norms = {}, region, chain, programme, steeringRegime }: StateIdentity,
  number: number,
  { at, by }: Recorded,
): HasIdentity => ({
  identity: {
    name,
    sharedGoal,
    weAreFor,
    weAreNotFor,
    norms,
    ...defined({ region, chain, programme, steeringRegime }),
    number,
    at,
    personId: by.actorId,
  },
})
