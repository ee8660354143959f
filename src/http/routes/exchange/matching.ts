import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../../actions/deps.ts'
import { makeMatching } from '../../../actions/exchange/matching.ts'
import { MakeMatching, type Matching, matchingView } from '../../../domain/exchange/matching.ts'
import { refuse } from '../../../domain/refusal.ts'
import { findMatching } from '../../../store/exchange/matching.ts'
import type { Language } from '../../negotiate.ts'
import { operation } from '../../operation.ts'
import { number, ofProgramme } from '../../params.ts'
import { describeReasons, Missing } from '../../reasons.ts'

const tag = 'Exchanges'
const params = z.strictObject(ofProgramme)
const MatchingView = matchingView(Missing)

/** A matching with its reasons in the language of the reader. */
const inWords = ({ unplaced, ...matching }: Matching, language: Language): z.output<typeof MatchingView> => ({
  ...matching,
  unplaced: unplaced.flatMap(({ reason, ...one }) => describeReasons([reason], language).map((said) => ({ ...one, reason: said }))),
  wishes: matching.pairs.reduce((all, { wishes }) => all + wishes, 0),
})

/** Who visits whom. */
export function matchingRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/exchange-programmes/:programmeId/matching',
    id: 'getMatching',
    tag,
    summary: {
      en: 'Who visits whom in a round, and why who is left over is',
      nl: 'Wie bij wie op bezoek gaat, en waarom wie overblijft, overblijft',
    },
    description: {
      en: 'As it was worked out last; a proposal until the placements of the round are made. Without `round` that of the last round that has one and was not cancelled.',
      nl: 'Zoals het laatst is uitgezocht; een voorstel totdat de bezoeken van de ronde zijn gemaakt. Zonder `round` die van de laatste ronde die er een heeft en niet is afgelast.',
    },
    access: 'member',
    params,
    query: z.strictObject({ round: number.optional() }),
    answer: { status: 200, schema: MatchingView },
    handle: async ({ actor, params, query, language }) => ({
      body: inWords(await findMatching(deps.database, await actor(), params.programmeId, query.round), language),
    }),
  })

  operation(app, {
    method: 'POST',
    path: '/exchange-programmes/:programmeId/matching',
    id: 'makeMatching',
    tag,
    summary: { en: 'Work out who visits whom in a round', nl: 'Zoek uit wie bij wie op bezoek gaat' },
    description: {
      en: 'By the leading organisation, once enrolling is over; again as often as needed. As many people as possible get a place, and of all ways to do so this fulfils the most wishes. Nobody is paired with their own organisation, or with one that either side excludes.',
      nl: 'Door de leidende organisatie, na het uiterste moment van aanmelden; zo vaak als nodig. Zo veel mogelijk mensen krijgen een plaats, en van alle manieren waarop dat kan, vervult deze de meeste wensen. Niemand wordt aan de eigen organisatie gekoppeld, of aan een die een van beide uitsluit.',
    },
    access: 'person',
    params,
    body: MakeMatching,
    example: { roundNumber: 1 },
    answer: { status: 201, schema: MatchingView },
    handle: async ({ actor, params, ifMatch, body, language }) => {
      const { state } = await makeMatching(deps, await actor(), { id: params.programmeId, ifMatch }, body)
      return { body: inWords(state.matchings[body.roundNumber] ?? refuse('not-found', { what: 'matching' }), language) }
    },
  })
}
