import type { Teller } from '../../teller.ts'
import { Table } from '../table.ts'
import { type People, purpose, type Story, subjects, title, validity, visitDecision } from './words.ts'

const atMostEight = [{ measure: 'hours-per-week', maximum: 8 }]

export async function start(teller: Teller, { lotte, sanne, petra, daan }: People): Promise<Table> {
  const { body: networks } = await teller.look('/v1/networks', lotte.subject)
  return Table.start(
    teller,
    `${lotte.name} of ${lotte.organisation} records a new TWO with the police and the shelter, and with social work to be consulted.`,
    lotte,
    subjects,
    {
      kind: 'two',
      title,
      purpose,
      visibility: 'network',
      networkId: networks.items[0].id,
      parties: [
        { organisationId: sanne.organisationId, involvement: 'seated' },
        { organisationId: petra.organisationId, involvement: 'seated' },
        { organisationId: daan.organisationId, involvement: 'consulted' },
      ],
    },
  )
}

export async function mandates(table: Table, { lotte, wim, sanne, roel, petra, amina }: People): Promise<Story['mandateIds']> {
  await table.does(`${sanne.name} cannot mandate herself: nobody does.`, sanne, '/mandates', await table.mandateFor(sanne), 403)
  const ofLotte = await table.grant(wim, lotte)
  const ofSanne = await table.grant(roel, sanne, atMostEight)
  const ofPetra = await table.grant(amina, petra)
  return { lotte: ofLotte.id, sanne: ofSanne.id, petra: ofPetra.id }
}

export async function openRound(table: Table, { lotte, petra }: People): Promise<string> {
  await table.openRound('Round 1 opens.', lotte)
  const role = await table.does('They name a role, which belongs to the collaboration and not to a job.', lotte, '/roles', {
    name: 'lead',
    purpose: 'Houdt de lijn met het gezin en met elkaar',
    tasks: [{ what: 'Belt binnen een dag terug' }, { what: 'Roept de tafel bijeen' }],
  })
  await table.does(`${petra.name} takes the lead, to begin with.`, petra, `/roles/${role.id}/holders`, { personId: petra.personId })
  return role.id
}

export async function problem({ teller, table, people: { lotte, sanne, petra } }: Story): Promise<void> {
  const named = { kind: 'problem', text: 'Gezinnen horen na een melding soms dagen niets.' }
  const alone = 'Somebody only names a problem. A problem may be named, and is followed by a proposal.'
  await table.inRound(alone, sanne, '/contributions', named, 409)
  await table.inRound(`So ${sanne.name} brings both.`, sanne, '/contributions', {
    ...named,
    proposal: {
      text: 'De wijkagent gaat binnen twee dagen langs, samen met de opvang.',
      actingPartyIds: [table.partyOf(sanne), table.partyOf(petra)],
    },
  })
  const inHaste = `${lotte.name} is in a hurry and tries to adopt what there is. Everything that is missing is named at once.`
  const refused = await table.adopt(inHaste, lotte, 409)
  for (const { detail } of refused.errors) teller.note(`– ${detail}`)
  teller.sure('more than ten conditions are named in one answer', refused.errors.length > 10)
}

export async function meetAndRenew({ teller, table, people, mandateIds }: Story): Promise<void> {
  const { lotte, sanne, petra, daan, roel } = people
  const meeting = await table.meet('They meet.', lotte, { title: 'Eerste bijeenkomst', place: 'Buurthuis De Kogge' })
  const recorded = 'One call records the meeting: who was there, what was decided and why, what was said; and closes it.'
  await table.record(recorded, lotte, meeting.id, [lotte, sanne, petra, daan], {
    decisions: [visitDecision(table, people)],
    contributions: [{ kind: 'appreciation', text: 'Fijn dat de politie meteen meedenkt over het tweede gesprek.' }],
  })
  await table.adopt(`From here every mandate waits for renewal: ${lotte.name} may speak, but not bind.`, lotte, 403)
  const { body: toDo } = await teller.tell(`Back home, ${lotte.name} looks at what waits for her.`, 'GET /v1/me/to-do', {
    as: lotte.subject,
    expect: 200,
  })
  for (const item of toDo.items) teller.note(`– ${item.kind}${item.byAt ? ` by ${item.byAt.slice(0, 10)}` : ''}: ${item.title}`)
  await table.renew(`${lotte.organisation} carries the outcome: ${lotte.name} renews her mandate.`, lotte, mandateIds.lotte, meeting.id)
  await table.renew(`${petra.name} renews hers too, narrowed to twelve hours a week.`, petra, mandateIds.petra, meeting.id, {
    decision: 'narrowed',
    limits: [{ measure: 'hours-per-week', maximum: 12 }],
  })
  await teller.daysLater(15)
  const lapsed = await teller.tell(
    `${sanne.name} did not renew within fourteen days: her mandate has lapsed, by itself.`,
    `GET ${table.at}/mandates/${mandateIds.sanne}`,
    { as: sanne.subject, expect: 200 },
  )
  teller.sure('the mandate has lapsed', lapsed.body.status === 'lapsed')
  const anew = await table.grant(roel, sanne, atMostEight)
  teller.sure('a mandate that is granted anew is effective', anew.status === 'effective')
  mandateIds.sanne = anew.id
}

export async function hearBothSides({ teller, table, people: { lotte, sanne, petra } }: Story): Promise<void> {
  await table.hear(`${lotte.name} says explicitly that she has no concerns.`, lotte)
  await table.hear(`So does ${petra.name}.`, petra)
  const concern = 'Twee dagen is krap als er een weekend tussen zit.'
  await table.hear(`${sanne.name} has one. A concern needs no proposal.`, sanne, [concern], { statement: 'Wij staan hierachter.' })
  const { body: concerns } = await teller.look(`${table.round}/contributions?kind=concern`, petra.subject)
  const path = `/contributions/${concerns.items[0].id}/answers`
  await table.inRound(`${petra.name} answers it: both sides are heard.`, petra, path, {
    text: 'In het weekend gaat de bereikbare dienst van de opvang alleen.',
  })
}

export async function writeAndPromise({ teller, table, people, roleId, text: words }: Story): Promise<{ visit: string; plan: string }> {
  const { lotte, sanne, petra } = people
  const text = { ...words, validity: await validity(teller, 300) }
  await table.write(`${lotte.name} writes the nine elements down.`, lotte, text)
  const visit = {
    what: 'Wijkagent gaat binnen twee dagen mee op bezoek',
    ownerPartyId: table.partyOf(sanne),
    roleId,
    subject: 'home-visits',
    demands: [{ measure: 'hours-per-week', amount: 16 }],
    ongoing: true,
  }
  const { id: visitId } = await table.offer('A commitment is offered to the police: sixteen hours a week.', lotte, visit)
  const answers = `/commitments/${visitId}/acceptances`
  await table.does(`That is more than ${sanne.name} may promise.`, sanne, answers, { decision: 'accepted' }, 409)
  await table.does('She returns it, and says what would make it possible.', sanne, answers, {
    decision: 'returned',
    reason: 'Acht uur per week kan ik toezeggen.',
  })
  const read = await teller.look(`${table.at}/commitments/${visitId}`, lotte.subject)
  await teller.tell('So it is put in other words.', `PUT ${table.at}/commitments/${visitId}`, {
    as: lotte.subject,
    expect: 200,
    ifMatch: read.etag,
    body: { ...visit, demands: [{ measure: 'hours-per-week', amount: 8 }] },
  })
  const plan = await table.offer('Another is offered to the shelter.', lotte, {
    what: 'Opvang maakt met het gezin een veiligheidsplan',
    ownerPartyId: table.partyOf(petra),
    roleId,
    subject: 'safety-planning',
    dueOn: await teller.day(60),
  })
  await table.accept(sanne, visitId)
  await table.accept(petra, plan.id)
  return { visit: visitId, plan: plan.id }
}

export async function decide({ table, people: { lotte, sanne, petra } }: Story): Promise<void> {
  await table.stance(`${lotte.name} accepts the text.`, lotte)
  await table.stance(`${petra.name} accepts it too.`, petra)
  await table.stance(`${sanne.name} sees it differently, and will act on it all the same.`, sanne, {
    position: 'accept-with-dissent',
    dissent: {
      statement: 'Twee dagen is te krap in het weekend.',
      expectation: 'Een op de vijf bezoeken in het weekend lukt niet binnen twee dagen.',
    },
  })
  await table.adopt(`${lotte.name} adopts version 1.`, lotte)
}
