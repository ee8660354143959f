import { randomUUID as id } from 'node:crypto'
import { Table } from '../table.ts'
import { houseOf, type Story } from './houses.ts'
import type { Seen } from './visiting.ts'

const subjects = ['calling-back']
const title = 'De ochtend erna'

/** What they closed with is recommended to who can do something about it. */
export async function becomesARecommendation(
  { teller, networkId, programmeId }: Story,
  { guest, host }: Seen,
  outcomeId: string,
): Promise<string> {
  const sentence = `${guest.name} makes a recommendation of it, to where the visit was.`
  const { body } = await teller.tell(sentence, 'POST /v1/recommendations', {
    as: guest.subject,
    expect: 201,
    body: {
      networkId,
      level: 'direct',
      text: 'Laat één van beide de volgende ochtend terugbellen.',
      why: 'Nu hoort wie buiten kantooruren belt niets tot na het weekend.',
      basedOn: [{ kind: 'exchange-outcome', programmeId, outcomeId }],
      addressee: { organisationId: host.organisationId, personId: host.personId },
    },
  })
  await teller.tell(`${host.name} takes it up.`, `POST /v1/recommendations/${body.id}/follow-ups`, {
    as: host.subject,
    expect: 201,
    body: { status: 'taken-up', note: 'Wij maken er een TWO van.' },
  })
  return body.id
}

/** A TWO of the two who visited each other. Gives its id. */
export async function becomesAPromise(
  { teller, houses, networkId }: Story,
  { guest, host }: Seen,
  recommendationId: string,
): Promise<string> {
  const table = await Table.start(
    teller,
    `${host.name} records a TWO with ${guest.organisation}, out of the recommendation.`,
    host,
    subjects,
    {
      kind: 'two',
      title,
      networkId,
      visibility: 'network',
      originatesFrom: { kind: 'recommendation', recommendationId },
      parties: [{ organisationId: guest.organisationId, involvement: 'seated' }],
    },
  )
  for (const person of [host, guest]) await table.grant(houseOf(houses, person.organisationId).director, person)
  await table.openRound('Round 1 opens.', host)
  const role = await table.does('They name a role.', host, '/roles', { name: 'ochtendbeller', purpose: 'Belt terug', tasks: [] })
  const proposal = await table.inRound(`${guest.name} makes a proposal of what was recommended.`, guest, '/contributions', {
    kind: 'proposal',
    text: 'Om negen uur belt de een, om de week de ander.',
    actingPartyIds: [table.partyOf(guest), table.partyOf(host)],
    originatesFrom: { kind: 'recommendation', recommendationId },
  })
  for (const person of [host, guest]) await table.hear(`${person.name} is heard, and has no concerns.`, person)
  await table.write(`${host.name} writes the nine elements down.`, host, {
    title,
    purpose: 'Wie om hulp belt als er niemand is, weet de volgende ochtend wie er komt.',
    groundRules: {},
    mandate: { needed: 'Mag terugbellen toezeggen', subjects },
    inScope: [{ id: id(), text: 'Vragen die buiten kantooruren binnenkomen' }],
    outOfScope: [{ id: id(), text: 'Spoed: die blijft 112' }],
    preparation: 'Wie dienst had, laat een lijst zonder namen achter.',
    routing: 'De ochtendbeller belt, en zegt wie het oppakt.',
    processEvaluation: 'Na drie maanden: wie werd gebeld, en wie niet?',
    decisions: [
      {
        id: id(),
        what: 'Om negen uur wordt teruggebeld',
        why: 'Een wisselstage liet zien dat niemand het deed',
        byPartyIds: [table.partyOf(guest), table.partyOf(host)],
      },
    ],
    validity: { validFrom: await teller.day(), reviewOn: await teller.day(90), validUntil: await teller.day(180) },
  })
  const promise = await table.offer('A commitment carries the proposal out.', host, {
    what: 'Elke ochtend om negen uur terugbellen',
    ownerPartyId: table.partyOf(guest),
    roleId: role.id,
    subject: 'calling-back',
    proposalId: proposal.id,
    ongoing: true,
  })
  await table.accept(guest, promise.id)
  for (const person of [host, guest]) await table.stance(`${person.name} accepts the text.`, person)
  await table.adopt('The TWO is adopted.', host)
  await whereItCameFrom({ teller }, host.subject, recommendationId)
  return table.id
}

async function whereItCameFrom({ teller }: Pick<Story, 'teller'>, reader: string, recommendationId: string): Promise<void> {
  const path = `/v1/recommendations/${recommendationId}/lineage`
  const { body: lineage } = await teller.tell('Where did that promise come from?', `GET ${path}`, { as: reader, expect: 200 })
  for (const { text } of lineage.basedOn) teller.note(`the exchange: ${text}`)
  teller.note(`recommended: ${lineage.recommendation.text}`)
  const [proposal] = lineage.proposals
  teller.note(`proposed: ${proposal.text}`, `promised: ${proposal.commitments[0].what}`)
  teller.sure('an insight of one visit has become a promise', proposal.commitments[0].state === 'accepted')
}
