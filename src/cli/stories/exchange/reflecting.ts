import type { Told } from '../../teller.ts'
import { houseOf, type Story } from './houses.ts'
import type { Seen } from './visiting.ts'

/** Guest and host each say how it was. Gives the ids of what the guest saw. */
export async function reflect({ teller, houses, at }: Story, { placement, guest, host }: Seen): Promise<string[]> {
  const path = `POST ${at}/placements/${placement.id}/reflections`
  const outsider = houses.map(({ professional }) => professional).find((one) => one !== guest && one !== host) ?? host
  const themes = [
    { theme: 'welcome', text: 'Er stond een kop koffie met mijn naam erop.', score: 5 },
    { theme: 'taking-part', text: 'Ik zat bij het gesprek, en niet ernaast.', score: 5 },
    { theme: 'depth', text: 'We spraken over wat niet lukt.', score: 4 },
    { theme: 'understanding', text: 'Nu snap ik waarom er niet meteen wordt teruggebeld.', score: 5 },
    { theme: 'knowledge', text: 'Ik weet wie ik voor wat bel.', score: 4 },
    { theme: 'wider-view', text: 'Wij zien een avond; zij zien een jaar.', score: 5 },
    { theme: 'more-coffee', text: 'Over een maand komt het vervolg.' },
  ]
  await teller.tell(`${outsider.name} was not there, and has nothing to say about it.`, path, {
    as: outsider.subject,
    expect: 409,
    body: { themes },
  })
  const { body: said } = await teller.tell(`${guest.name} says how it was: welcome, deep, and with coffee to follow.`, path, {
    as: guest.subject,
    expect: 201,
    body: {
      themes,
      boundaryPoints: [
        { point: 'differences-and-similarities', text: 'Wij rekenen in diensten, zij in gesprekken.' },
        { point: 'others-eyes', text: 'Zij vroegen waarom wij buiten kantooruren niemand bellen.' },
      ],
      insights: ['Wie buiten kantooruren belt, krijgt pas na het weekend antwoord: niemand had dat zo bedoeld.'],
      followUp: { withPersonId: host.personId, on: await teller.day(30) },
    },
  })
  await teller.tell(`${host.name} says it from the other side.`, path, {
    as: host.subject,
    expect: 201,
    body: { themes: [{ theme: 'wider-view', text: 'Een gast stelt de vraag die wij niet meer stellen.', score: 5 }] },
  })
  return said.insights.map(({ id }: { id: string }) => id)
}

/** A visit that was received and not returned is still owed. */
export async function whatIsOwed({ teller, houses, at, lead }: Story): Promise<void> {
  const { body: owed } = await teller.tell('Which visits were not returned yet?', `GET ${at}/unreciprocated`, {
    as: lead.professional.subject,
    expect: 200,
  })
  const nameOf = ({ organisationId }: { organisationId: string }) => houseOf(houses, organisationId).professional.organisation
  for (const { guest, host } of owed.items) teller.note(`– ${nameOf(guest)} was at ${nameOf(host)}, which has still to come.`)
  teller.sure('one visit is owed', owed.items.length === 1)
}

/** What was cancelled can be made up for, also when its round has closed. */
export async function makeUp({ teller, at, lead }: Story, { placement, guest }: Seen): Promise<void> {
  const heldOn = await teller.day()
  await teller.tell(`Who was ill comes after all, says ${guest.name}.`, `POST ${at}/placements/${placement.id}/outcomes`, {
    as: guest.subject,
    expect: 201,
    body: { outcome: 'held', heldOn },
  })
  const { body: owed } = await teller.look(`${at}/unreciprocated`, lead.professional.subject)
  teller.sure('nothing is owed any more', owed.items.length === 0)
}

/** The closing meeting, where new things start. Gives the id of its outcome. */
export async function close({ teller, at, lead, houses }: Story, insightIds: string[]): Promise<string> {
  await teller.daysLater(5)
  const { body: closing } = await teller.tell(
    'They come together to close the round, and name what follows from it.',
    `POST ${at}/closing-meeting`,
    {
      as: lead.professional.subject,
      expect: 201,
      body: {
        roundNumber: 1,
        heldOn: await teller.day(),
        outcomes: [{ text: 'Wie buiten kantooruren belt, hoort de volgende ochtend wie het oppakt.', insightIds }],
      },
    },
  )
  const { body: programme } = await teller.look(at, houses[1]?.professional.subject)
  teller.sure('the round is closed', programme.rounds.find(({ number }: Told['body']) => number === 1).state === 'closed')
  return closing.outcomes[0].id
}
