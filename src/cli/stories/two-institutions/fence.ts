import type { Teller, Told } from '../../teller.ts'
import type { Person } from '../cast.ts'
import { type People, positions } from './words.ts'

const statementsOf = ({ organisationId }: Person) => `/v1/organisations/${organisationId}/position-statements`

/** Each says what it is for, and what it is not for. */
export async function statePositions(teller: Teller, people: People, network: string): Promise<void> {
  const { corrie } = people
  const { weAreFor, ...rest } = positions.corrie
  const torn = { ...rest, weAreFor: [...weAreFor, { text: 'Behandelen, als het niet anders kan', subject: 'treatment' }] }
  const state = (sentence: string, by: Person, body: object, expect = 201) =>
    teller.tell(sentence, `POST ${statementsOf(by)}`, { as: by.subject, expect, body })
  await state(
    `${corrie.name} wants ${corrie.organisation} to be for treating and not for it: that is a limit, and no position.`,
    corrie,
    torn,
    409,
  )
  await state('She says it again: what they are for, are not for, how far they can go, and why.', corrie, positions.corrie)
  for (const name of ['gerard', 'tineke', 'jan'] as const)
    await state(`${people[name].name} does the same for ${people[name].organisation}.`, people[name], positions[name])
  const { body: overlaps } = await teller.tell(
    'Next to each other it shows where they meet, and what nobody does.',
    `GET /v1/networks/${network}/scope-overlaps`,
    {
      as: corrie.subject,
      expect: 200,
    },
  )
  for (const { subject, kinds } of overlaps.items) teller.note(`– ${subject}: ${kinds.join(', ')}`)
  const gap = overlaps.items.find(({ subject }: Told['body']) => subject === 'treatment')
  teller.sure('for treatment the schools have to go elsewhere', gap?.kinds.includes('gap') === true)
}

/** To understand is not to agree. */
export async function acknowledgeEachOther(teller: Teller, people: People, network: string): Promise<void> {
  const { anouk, mila, gerard, pieter, fatima } = people
  const before = await phaseOf(teller, anouk, network, `Is the fence between them acknowledged? ${anouk.name} asks what is missing.`)
  for (const { criterion, phase, met, missing } of before.criteria)
    if (phase === before.next && !met) teller.note(`– ${criterion}: ${missing.length} to go`)
  teller.sure('they know where each stands, and not whether it is understood', before.phase === undefined)
  const asked = await understand(
    teller,
    `${anouk.name} says that she understands ${gerard.organisation}, and asks something.`,
    anouk,
    mila,
    {
      question: 'Zien jullie een kind dat vaak ziek is, ook als de school niet belt?',
      example: 'Bij ons op school miste een jongen elke maandag.',
    },
  )
  await teller.tell(`${gerard.name} answers.`, `POST ${asked.path}/${asked.id}/answers`, {
    as: gerard.subject,
    expect: 201,
    body: { text: 'Nee. Wij weten het pas als de school het meldt.' },
  })
  const four = [anouk, mila, pieter, fatima]
  for (const by of four)
    for (const about of four)
      if (by !== about && !(by === anouk && about === mila))
        await understand(teller, `${by.name} understands where ${about.organisation} stands.`, by, about, {})
  const after = await phaseOf(teller, anouk, network, 'And now?')
  teller.note(`The phase of the network: ${after.phase}.`)
  teller.sure('the fence is acknowledged', after.phase !== undefined)
}

async function understand(
  teller: Teller,
  sentence: string,
  by: Person,
  about: Person,
  body: object,
): Promise<{ path: string; id: string }> {
  const { body: statements } = await teller.look(statementsOf(about), by.subject)
  const last = Math.max(...statements.items.map(({ number }: { number: number }) => number))
  const path = `${statementsOf(about)}/${last}/acknowledgements`
  const { body: said } = await teller.tell(sentence, `POST ${path}`, { as: by.subject, expect: 201, body })
  return { path, id: said.id }
}

const phaseOf = async (teller: Teller, by: Person, network: string, sentence: string): Promise<Told['body']> =>
  (await teller.tell(sentence, `GET /v1/networks/${network}/phase`, { as: by.subject, expect: 200 })).body
