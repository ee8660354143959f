import { randomUUID as id } from 'node:crypto'
import type { Told } from '../../teller.ts'
import type { Person } from '../cast.ts'
import { moved } from './first-round.ts'
import { meetAndSayHow } from './meeting.ts'
import { type Story, validity } from './words.ts'

type Promises = { desk: string; days: string }

export async function reflect({ teller, table, people: { anouk, mila }, text }: Story, promises: Promises): Promise<void> {
  const { body: dissents } = await teller.look(`${table.round}/dissents`, anouk.subject)
  const say = (by: Person, own: string, rest: object) =>
    table.inRound(`${by.name} reflects, beginning with what works.`, by, '/reflections', {
      whatWorks: 'De scholen bellen, en er wordt opgenomen.',
      whatHappened: 'Drie van de vier vragen hadden dezelfde week antwoord.',
      whatWeLearned: 'De vragen komen op maandag, alle tegelijk.',
      commitments: [{ commitmentId: own, outcome: 'kept', why: 'Elke schooldag, en elke maand' }],
      dissents: [{ dissentId: dissents.items[0].id, outcome: 'refuted', why: 'Geen school belde nog rechtstreeks.' }],
      criteria: text.evaluationCriteria.map(({ id, means }) => ({ criterionId: id, met: means === 'success' ? 'partly' : 'not-met' })),
      beneficiaries: text.beneficiaries.map(({ id }) => ({
        beneficiaryId: id,
        addedValue: 4,
        nuisance: 2,
        note: 'Op maandag is het wachten.',
      })),
      pulse: { atmosphere: 4, effectiveness: 4 },
      norms: { reachable: 4, helpful: 5, 'keeping-agreements': 4 },
      ...rest,
    })
  await say(anouk, promises.days, {
    recommendations: [
      { level: 'direct', text: 'Op maandag nemen we met twee mensen op.' },
      { level: 'tactical', text: 'Geef het nummer een plek in beide roosters.' },
      { level: 'policy', text: 'Laat de grens tussen Oost en West niet door een schoolplein lopen.' },
    ],
  })
  await say(mila, promises.desk, { nextRound: ['De maandag'] })
  await table.inRound('Both have reflected: the round closes.', anouk, '/closure', {})
  const { body: decided } = await teller.look(`${table.round}/dissents`, mila.subject)
  teller.sure(`practice has refuted what ${mila.name} expected`, decided.items[0].outcome === 'refuted')
}

const mondayDecision = ({ table, people: { anouk, mila } }: Story) => ({
  what: 'Op maandag nemen er twee op',
  why: 'De praktijk liet zien dat de vragen dan tegelijk komen',
  byPartyIds: [table.partyOf(anouk), table.partyOf(mila)],
})

/** Practice helped: those who said least of it say more. */
const secondScores = [
  { atmosphere: 4, effectiveness: 4 },
  { atmosphere: 5, effectiveness: 4 },
  { atmosphere: 4, effectiveness: 4 },
  { atmosphere: 4, effectiveness: 3 },
  { atmosphere: 4, effectiveness: 4 },
  { atmosphere: 5, effectiveness: 4 },
]

export async function meetAgain(story: Story): Promise<Told['body'][]> {
  const { teller, table, people } = story
  const { anouk, mila } = people
  await table.openRound('Round 2 opens, with an agenda made of what was learned.', anouk)
  const { body: agenda } = await teller.look(`${table.round}/agenda`, mila.subject)
  for (const { kind, outcome, text } of agenda.items) teller.note(`– ${kind}${outcome ? ` (${outcome})` : ''}: ${text}`)
  teller.sure(
    'the dilemma that was held open is on it',
    agenda.items.some(({ kind }: { kind: string }) => kind === 'dilemma'),
  )
  await moved(story, 'widen', 'They opened the next round: and the fence?')
  await meetAndSayHow(story, 'Tweede bijeenkomst', [mondayDecision(story)], secondScores)
  return agenda.items
}

export async function adoptSecond(story: Story, promises: Promises, agenda: Told['body'][]): Promise<void> {
  const { teller, table, people, text } = story
  const { anouk, mila } = people
  for (const person of [anouk, mila]) await table.hear(`${person.name} is heard, and has no concerns.`, person)
  await table.write(`${mila.name} writes version 2, and says what it builds on.`, mila, {
    ...text,
    decisions: [...text.decisions, { id: id(), ...mondayDecision(story) }],
    validity: await validity(teller, 180),
    buildsOn: agenda.filter(({ kind }: { kind: string }) => kind !== 'reflection').map((item: { id: string }) => item.id),
  })
  await table.accept(mila, promises.desk)
  for (const person of [anouk, mila]) await table.stance(`${person.name} accepts.`, person)
  await table.adopt('Version 2 is adopted.', anouk)
}

export async function whatShows({ teller, table, people: { fatima, anouk, mila }, network, recommendationId }: Story): Promise<void> {
  const read = async (sentence: string, path: string) =>
    (await teller.tell(sentence, `GET ${path}`, { as: fatima.subject, expect: 200 })).body
  const { rules } = await read(
    `${fatima.name}, of a school, looks whether they kept to their rules in round 1.`,
    `${table.at}/rounds/1/compliance`,
  )
  for (const { rule, text, outcome } of rules) teller.note(`${rule}. ${text} ${outcome}`)
  teller.sure(
    'no rule was broken',
    rules.every(({ outcome }: { outcome: string }) => outcome !== 'fail'),
  )
  const { items } = await read('And what became of who saw it differently?', `${table.at}/dissents`)
  for (const { roundNumber, expectation, outcome } of items) teller.note(`– round ${roundNumber}, ${outcome}: ${expectation}`)
  const { items: schools } = await read('And do the schools fare better by it?', `${table.at}/beneficiaries`)
  for (const { name, addedValue, nuisance, rounds } of schools) {
    teller.note(`– ${name}: “${addedValue}”, “${nuisance}”`)
    for (const one of rounds) teller.note(`  round ${one.roundNumber}: added value ${one.addedValue}, nuisance ${one.nuisance}, of 5`)
  }
  teller.sure('they gain more than it bothers them', schools[0].rounds[0].addedValue > schools[0].rounds[0].nuisance)
  const recommendation = `/v1/recommendations/${recommendationId}`
  await teller.tell(`${mila.name} says that what was recommended is done.`, `POST ${recommendation}/follow-ups`, {
    as: mila.subject,
    expect: 201,
    body: { status: 'done' },
  })
  const lineage = await read(`${fatima.name} looks what came of the session that they began with.`, `${recommendation}/lineage`)
  for (const { text } of lineage.basedOn) teller.note(`found: ${text}`)
  teller.note(`recommended: ${lineage.recommendation.text}`)
  for (const { text, commitments } of lineage.proposals) {
    teller.note(`proposed: ${text}`)
    for (const { what, version, state } of commitments) teller.note(`promised in version ${version}: ${what} (${state})`)
  }
  teller.sure('what was found has become a promise', lineage.proposals[0]?.commitments[0]?.state === 'accepted')
  const { body: fence } = await teller.tell('The network as a whole:', `GET /v1/networks/${network}/phase`, {
    as: anouk.subject,
    expect: 200,
  })
  teller.sure('they have widened the fence between them', fence.phase === 'widen')
}
