import type { Registry } from '../../support/registry.ts'
import { perform } from './acts.ts'
import { evidenceOf, peopleOf, type Witness } from './evidence.ts'
import type { AgreementEvidence, Evidence, Operation } from './history.ts'
import { inEveryOrder, type Order } from './interleave.ts'
import { type Act, copyOf, inWords, type World } from './worlds.ts'

/** What came of one order of the messages: the answers and the state, in words that two runs can share. */
export type Ending = Order & { operations: Operation[]; evidence: AgreementEvidence; words: string }

/** Does several acts at one instant on copies of one agreement, in every order of their messages to the database. */
export async function everyOrder(
  registry: Registry,
  witness: Witness,
  world: World,
  together: readonly Act[],
): Promise<{ endings: Ending[]; people: Evidence['people'] }> {
  const ready = async () => {
    const { id, baseline } = await copyOf(registry, world)
    // Twice the same act is done by two different people.
    const requests = together.map((act, nth) => ({ ...world.requests[act][together.indexOf(act) === nth ? 0 : 1], agreementId: id }))
    const calls = requests.map((request) => async (deps: Registry['deps']) => ({ request, ...(await perform(deps, request)) }))
    return { id, baseline, calls }
  }
  const endings = await inEveryOrder(registry, witness, together.length, ready, async ({ id, baseline }, answers) => {
    const operations = answers.map(
      ({ told: { request, outcome }, ...times }, client): Operation => ({ client, agreementId: id, request, outcome, ...times }),
    )
    const evidence = await evidenceOf(witness, id, baseline)
    const words = `${operations.map(answerOf).join(' | ')} | ${inWords(evidence.head?.state, world.entries)}`
    return { operations, evidence, words }
  })
  return { endings, people: await peopleOf(witness) }
}

/** What somebody was told, in words that two runs can share. */
export function answerOf({ request, outcome }: Operation): string {
  const told = outcome.is === 'refused' ? outcome.codes.join() : outcome.is === 'changed' ? 'done' : outcome.is
  return `${request?.kind}: ${told}`
}
