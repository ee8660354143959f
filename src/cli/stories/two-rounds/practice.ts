import type { Person } from '../cast.ts'
import { reader, type Story } from './words.ts'

export async function act({ teller, table, people: { petra } }: Story, plan: string): Promise<string> {
  const current = await teller.tell(
    'The case system of the municipality fetches what is in force, with a token of its own.',
    `GET ${table.at}/current`,
    { as: reader, expect: 200 },
  )
  teller.sure('version 1 is in force', current.body.number === 1)
  const { content } = current.body
  teller.note(`“${content.title}”, in force until ${content.validity.validUntil}, with ${content.commitments.length} commitments.`)
  await teller.tell('It asks again with the ETag that it has: nothing changed.', `GET ${table.at}/current`, {
    as: reader,
    expect: 304,
    ifNoneMatch: current.etag,
  })
  const whenOneHeld = await teller.now()
  await table.does(`${petra.name} reports that the plan is done.`, petra, `/commitments/${plan}/progress`, {
    state: 'done',
    note: 'Met elk gezin is een plan gemaakt.',
  })
  return whenOneHeld
}

export async function reflect({ teller, table, people, text }: Story, promises: { visit: string; plan: string }): Promise<void> {
  const { lotte, sanne, petra } = people
  const seen = await teller.tell('The review day has come: reflecting has opened by itself.', `GET ${table.at}`, {
    as: sanne.subject,
    expect: 200,
  })
  teller.sure('the round is reflecting', seen.body.phase === 'reflecting')
  const dissents = await teller.look(`${table.round}/dissents`, lotte.subject)
  const reflection = experience(text, dissents.body.items[0].id)
  const say = (by: Person, own: string[], rest: object) =>
    table.inRound(`${by.name} reflects, beginning with what works.`, by, '/reflections', { ...reflection(own), ...rest })
  await say(lotte, [], { recommendations: [{ level: 'policy', text: 'Regel een gezamenlijke weekenddienst.' }] })
  await table.inRound('Not everybody has reflected, and there is still time: the round cannot close yet.', lotte, '/closure', {}, 409)
  await say(petra, [promises.plan], {})
  await say(sanne, [promises.visit], { nextRound: ['Een afspraak voor het weekend'] })
  await table.inRound('Now it can.', petra, '/closure', {})
  const decided = await teller.look(`${table.round}/dissents`, sanne.subject)
  teller.sure(`practice has confirmed the dissent of ${sanne.name}`, decided.body.items[0].outcome === 'confirmed')
}

const experience = (text: Story['text'], dissentId: string) => (own: string[]) => ({
  whatWorks: 'We bellen elkaar gewoon.',
  whatHappened: 'Doordeweeks lukte het bezoek steeds; in het weekend vaak niet.',
  whatWeLearned: 'Het weekend vraagt een eigen afspraak.',
  commitments: own.map((commitmentId) => ({ commitmentId, outcome: 'partly', why: 'Doordeweeks wel, in het weekend niet altijd' })),
  dissents: [{ dissentId, outcome: 'confirmed', why: 'Een op de vier weekendbezoeken was te laat.' }],
  criteria: text.evaluationCriteria.map(({ id, means }) =>
    means === 'success'
      ? { criterionId: id, met: 'partly' }
      : { criterionId: id, met: 'not-met', note: 'Het eigen verhaal hoefde maar eenmaal.' },
  ),
  beneficiaries: text.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
  pulse: { atmosphere: 4, effectiveness: 3 },
  norms: { reachable: 4, listening: 5 },
})
