import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { Me } from '../../domain/actor.ts'
import { requirePerson } from '../../domain/guard.ts'
import { PersonData } from '../../domain/person-data.ts'
import { answerRecommendation, meetAgain, ToDo, toDo } from '../../domain/to-do.ts'
import { profileOf } from '../../store/directory.ts'
import { followUpsFor } from '../../store/exchange/placement.ts'
import { dataOf } from '../../store/person-data.ts'
import { recommendationsFor } from '../../store/recommendation.ts'
import { statesOfHolder } from '../../store/to-do.ts'
import { operation } from '../operation.ts'

/** The caller, and what waits for them. */
export function meRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/me',
    id: 'getMe',
    tag: 'Me',
    summary: { en: 'Who you are here, and what you may do at all', nl: 'Wie u hier bent, en wat u in het algemeen mag' },
    access: 'known',
    answer: { status: 200, schema: Me },
    handle: async ({ actor, identity }) => ({ body: await profileOf(deps.database, await actor(), identity?.scopes ?? []) }),
  })

  operation(app, {
    method: 'GET',
    path: '/me/to-do',
    id: 'listToDo',
    tag: 'Me',
    summary: {
      en: 'What waits for you, across agreements and networks',
      nl: 'Wat op u wacht, over alle overeenstemmingen en samenwerkingsverbanden',
    },
    description: {
      en: 'Renewals, hearings, concerns, stances, commitments, transfers, annexes, reflections, recommendations and whom to meet again; what has to be done first comes first.',
      nl: 'Vernieuwingen, hoor en wederhoor, zorgen, opstellingen, afspraken, overdrachten, aanhangsels, reflecties, aanbevelingen en wie u weer ontmoet; wat het eerst moet, staat bovenaan.',
    },
    access: 'person',
    answer: { status: 200, schema: z.strictObject({ items: z.array(ToDo) }).meta({ id: 'ToDoList' }) },
    handle: async ({ actor }) => {
      const person = requirePerson(await actor())
      const { states, now } = await statesOfHolder(deps.database, person)
      const recommended = await recommendationsFor(deps.database, person)
      const followUps = await followUpsFor(deps.database, person)
      const items = [
        ...states.flatMap((state) => toDo(state, person, now)),
        ...recommended.map(({ recommendation, network }) => answerRecommendation(recommendation, network)),
        ...followUps.flatMap((one) => meetAgain(one, one.now)),
      ]
      return { body: { items: inTurn(items) } }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/me/data',
    id: 'getMyData',
    tag: 'Me',
    summary: { en: 'Everything the registry holds about you', nl: 'Alles wat het register over u bewaart' },
    description: {
      en: 'What you acknowledged as a guest is with the parties of that agreement, and not in it.',
      nl: 'Wat u als gast erkende, ligt bij de partijen van die overeenstemming en staat er niet in.',
    },
    access: 'person',
    answer: { status: 200, schema: PersonData },
    handle: async ({ actor }) => {
      const person = requirePerson(await actor())
      return { body: await dataOf(deps.database, person, person.organisationId, person.personId) }
    },
  })
}

/** Those with a moment first, the earliest of them on top; the others stay in their order. */
const inTurn = (items: readonly ToDo[]): ToDo[] =>
  items.toSorted((a, b) => {
    if (a.byAt === b.byAt) return 0
    return a.byAt !== undefined && (b.byAt === undefined || a.byAt < b.byAt) ? -1 : 1
  })
