import type { Teller, Told } from '../../teller.ts'
import { Table } from '../table.ts'
import { meetAndSayHow } from './meeting.ts'
import { type People, purpose, type Story, subjects, title, validity } from './words.ts'

export async function aroundTheTable(teller: Teller, people: People, network: string) {
  const { anouk, corrie, mila, gerard, pieter, fatima } = people
  const sentence = `${anouk.name} of ${anouk.organisation} records a TWO with ${mila.organisation}; the two schools are to be consulted.`
  const table = await Table.start(teller, sentence, anouk, subjects, {
    kind: 'two',
    title,
    purpose,
    visibility: 'network',
    networkId: network,
    parties: [
      { organisationId: mila.organisationId, involvement: 'seated' },
      { organisationId: pieter.organisationId, involvement: 'consulted' },
      { organisationId: fatima.organisationId, involvement: 'consulted' },
    ],
  })
  const [ofAnouk, ofMila] = [await table.grant(corrie, anouk), await table.grant(gerard, mila)]
  await table.openRound('Round 1 opens.', mila)
  const role = await table.does('They name a role.', anouk, '/roles', {
    name: 'schoolcontact',
    purpose: 'Neemt op als een school belt',
    tasks: [{ what: 'Neemt het nummer op' }, { what: 'Zoekt uit van wie een vraag is' }],
  })
  await table.does(`${mila.name} takes it, to begin with.`, mila, `/roles/${role.id}/holders`, { personId: mila.personId })
  return { table, roleId: role.id, mandateIds: { anouk: ofAnouk.id, mila: ofMila.id } }
}

/** The recommendation becomes a proposal, and answers what a school brings in. */
export async function propose({ table, people: { anouk, mila, pieter }, recommendationId }: Story): Promise<string> {
  const proposal = await table.inRound(`${mila.name} makes a proposal of what was recommended.`, mila, '/contributions', {
    kind: 'proposal',
    text: 'Eén nummer voor alle scholen: de ene week neemt Oost op, de andere West.',
    actingPartyIds: [table.partyOf(anouk), table.partyOf(mila)],
    originatesFrom: { kind: 'recommendation', recommendationId },
  })
  await table.inRound(`${pieter.name} names the problem that it answers.`, pieter, '/contributions', {
    kind: 'problem',
    text: 'Wij weten nooit wie we moeten bellen.',
    proposalId: proposal.id,
  })
  await table.inRound(`${anouk.name} takes it on as well.`, anouk, `/contributions/${proposal.id}/acceptances`, {})
  return proposal.id
}

/** A dilemma, something that feels wrong, and help. */
export async function difficultThings({ teller, table, people: { anouk, mila, pieter, fatima } }: Story): Promise<void> {
  const dilemma = await table.inRound(`${mila.name} puts a dilemma to the schools.`, mila, '/contributions', {
    kind: 'dilemma',
    text: 'Wie komt er naar school?',
    horns: ['Steeds dezelfde jeugdarts, die iedereen kent', 'Altijd iemand binnen een week, wie dan ook'],
    toPartyIds: [table.partyOf(pieter), table.partyOf(fatima)],
  })
  await table.inRound(`${pieter.name} gives an idea back.`, pieter, `/contributions/${dilemma.id}/answers`, {
    text: 'Voor een vraag maakt het niet uit wie. Voor een gesprek met ouders wel.',
  })
  await table.inRound(
    `${pieter.name} cannot close it: it is not his dilemma.`,
    pieter,
    `/contributions/${dilemma.id}/outcomes`,
    { status: 'resolved' },
    403,
  )
  await table.inRound(`${mila.name} holds it open, on purpose.`, mila, `/contributions/${dilemma.id}/outcomes`, {
    status: 'held',
    reason: 'Beide blijven nodig; we wegen het per vraag, en kijken in ronde 2 opnieuw.',
  })
  const resistance = await table.inRound(`${mila.name} says what she feels resistance to.`, mila, '/contributions', {
    kind: 'resistance',
    text: 'Eén nummer voelt alsof ons eigen nummer niet goed genoeg was.',
  })
  await table.inRound('Nobody refutes that.', anouk, `/contributions/${resistance.id}/answers`, { text: 'Zo is het niet bedoeld.' }, 409)
  await table.inRound(
    `${anouk.name} explores it with her, and notes what is behind it.`,
    anouk,
    `/contributions/${resistance.id}/explorations`,
    {
      note: 'Erachter zit dat West jaren aan zijn bereikbaarheid heeft gewerkt. Het nieuwe nummer begint daarom bij West.',
    },
  )
  const help = await table.inRound(`${fatima.name} asks for help.`, fatima, '/contributions', {
    kind: 'help-request',
    text: 'Onze leraren weten niet waar ze op letten moeten.',
  })
  const offered = await table.inRound(`${anouk.name} offers it.`, anouk, `/contributions/${help.id}/offers`, {
    text: 'Ik kom een keer mee in de koffiekamer.',
  })
  const answers = `/contributions/${help.id}/offers/${offered.offers[0].id}/answers`
  const given = await table.inRound(`${fatima.name} accepts.`, fatima, answers, { decision: 'accepted' })
  teller.sure('help was given, and nothing was promised', given.offers[0].answer.decision === 'accepted')
}

/** They get on well, and it does not bring them much yet. */
const firstScores = [
  { atmosphere: 4, effectiveness: 3 },
  { atmosphere: 4, effectiveness: 3 },
  { atmosphere: 3, effectiveness: 2 },
  { atmosphere: 5, effectiveness: 3 },
  { atmosphere: 3, effectiveness: 3 },
  { atmosphere: 4, effectiveness: 2 },
]

export const meetFirst = (story: Story): Promise<void> =>
  meetAndSayHow(
    story,
    'Eerste bijeenkomst',
    story.text.decisions.map(({ id: _, ...decision }) => decision),
    firstScores,
  )

/** Hearing, text, promises, stances; and how far they are with the fence. */
export async function adoptFirst(story: Story, proposalId: string): Promise<{ desk: string; days: string }> {
  const { teller, table, people, roleId, text } = story
  const { anouk, mila, pieter, fatima } = people
  await table.hear(`${anouk.name} is heard.`, anouk)
  await table.hear(`${mila.name} is heard, and has a concern.`, mila, ['Als iedereen mij belt, kom ik niet meer op scholen.'])
  await table.hear(`${pieter.name} is heard too: consulted parties are.`, pieter)
  await table.hear(`${fatima.name} as well.`, fatima)
  const { body: concerns } = await teller.look(`${table.round}/contributions?kind=concern`, anouk.subject)
  await table.inRound(`${anouk.name} answers the concern.`, anouk, `/contributions/${concerns.items[0].id}/answers`, {
    text: 'Om de week neemt Oost het nummer op.',
  })
  await moved(story, 'acknowledge', 'Where are the two of them with the fence?')
  await table.write(`${anouk.name} writes the nine elements down, with the schools as those who must fare better.`, anouk, {
    ...text,
    validity: await validity(teller, 200),
  })
  const desk = await table.offer('A commitment is offered to West: it carries the proposal out.', anouk, {
    proposalId,
    what: 'Het nummer wordt elke schooldag van acht tot tien opgenomen',
    ownerPartyId: table.partyOf(mila),
    roleId,
    subject: 'health-checks',
    ongoing: true,
  })
  await table.accept(mila, desk.id)
  const days = await table.offer('Another is offered to Oost.', mila, {
    what: 'Op elke school is er een vaste dag per maand',
    ownerPartyId: table.partyOf(anouk),
    roleId,
    subject: 'absence',
    dueOn: await teller.day(60),
  })
  await table.accept(anouk, days.id)
  await table.stance(`${anouk.name} accepts the text.`, anouk)
  await table.stance(`${mila.name} sees it differently, and will act on it all the same.`, mila, {
    position: 'accept-with-dissent',
    dissent: { statement: 'Eén nummer is te weinig.', expectation: 'Scholen bellen binnen een maand weer rechtstreeks.' },
  })
  await table.adopt(`${mila.name} adopts version 1.`, mila)
  await moved(story, 'make-transparent', 'And with the fence?')
  await table.does(`${anouk.name} reports that the days are there.`, anouk, `/commitments/${days.id}/progress`, { state: 'done' })
  return { desk: desk.id, days: days.id }
}

/** Asks for the phase: nobody sets it, it follows from what is recorded. */
export async function moved({ teller, table, people: { mila } }: Story, phase: string, sentence: string): Promise<void> {
  const { body } = await teller.tell(sentence, `GET ${table.at}/phase`, { as: mila.subject, expect: 200 })
  const waits = body.criteria.flatMap(({ criterion, phase: of, met }: Told['body']) => (of === body.next && !met ? [criterion] : []))
  teller.note(body.next ? `For ${body.next} it waits for ${waits.join(', ')}.` : 'There is no phase after it.')
  teller.sure(`the phase is ${phase}`, body.phase === phase)
}
