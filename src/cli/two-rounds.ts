import { randomUUID as id } from 'node:crypto'
import type { Teller } from './teller.ts'

const day = (instant: string, plus = 0): string => {
  const date = new Date(`${instant.slice(0, 10)}T12:00:00Z`)
  date.setUTCDate(date.getUTCDate() + plus)
  return date.toISOString().slice(0, 10)
}

type Who = { subject: string; name: string; organisation: string; organisationId: string; personId: string }

/** Two rounds of one agreement between the police, a shelter and a municipality: recorded, adopted, acted on, reflected on, and made better. Gives the id of the agreement. */
export async function twoRounds(teller: Teller): Promise<string> {
  const who = async (subject: string): Promise<Who> => {
    const { body } = await teller.look('/v1/me', subject)
    return {
      subject,
      name: body.name,
      organisation: body.organisation.name,
      organisationId: body.organisation.id,
      personId: body.id,
    }
  }
  const [lotte, wim, sanne, roel, petra, amina, daan] = await Promise.all(
    ['lotte', 'wim', 'sanne', 'roel', 'petra', 'amina', 'daan'].map(who),
  )
  if (!lotte || !wim || !sanne || !roel || !petra || !amina || !daan) throw new Error('the demonstration has other people')
  const reader = 'gemeente-zaaksysteem'
  const { body: networks } = await teller.look('/v1/networks', lotte.subject)
  let today = day(await teller.daysLater(0))

  teller.chapter('Round 1: around the table')
  const { body: agreement } = await teller.tell(
    `${lotte.name} of ${lotte.organisation} records a new TWO with the police and the shelter, and with social work to be consulted.`,
    'POST /v1/agreements',
    {
      as: lotte.subject,
      expect: 201,
      body: {
        kind: 'two',
        title: 'De eerste week na een melding',
        purpose: 'Na een melding weet het gezin binnen een week wie er komt en wat er gebeurt, omdat wachten onveilig is.',
        visibility: 'network',
        networkId: networks.items[0].id,
        parties: [
          { organisationId: sanne.organisationId, involvement: 'seated' },
          { organisationId: petra.organisationId, involvement: 'seated' },
          { organisationId: daan.organisationId, involvement: 'consulted' },
        ],
      },
    },
  )
  const at = `/v1/agreements/${agreement.id}`
  const partyOf = (person: Who): string =>
    agreement.parties.find((party: { organisationId: string }) => party.organisationId === person.organisationId).id

  const subjects = ['safety-planning', 'home-visits']
  const grant = async (grantor: Who, holder: Who, limits: { measure: string; maximum: number }[] = []) =>
    (
      await teller.tell(
        `${grantor.name} mandates ${holder.name} to represent ${holder.organisation}${limits[0] ? `, for at most ${limits[0].maximum} ${limits[0].measure}` : ''}.`,
        `POST ${at}/mandates`,
        {
          as: grantor.subject,
          expect: 201,
          body: { holderId: holder.personId, basis: 'Directiebesluit', subjects, limits, validUntil: day(today, 400) },
        },
      )
    ).body
  await teller.tell(`${sanne.name} cannot mandate herself: nobody does.`, `POST ${at}/mandates`, {
    as: sanne.subject,
    expect: 403,
    body: { holderId: sanne.personId, basis: 'Eigen besluit', subjects, validUntil: day(today, 400) },
  })
  const mandateOfLotte = await grant(wim, lotte)
  const mandateOfSanne = await grant(roel, sanne, [{ measure: 'hours-per-week', maximum: 8 }])
  const mandateOfPetra = await grant(amina, petra)

  await teller.tell('Round 1 opens.', `POST ${at}/rounds`, { as: lotte.subject, expect: 201, body: {} })
  const { body: role } = await teller.tell('They name a role, which belongs to the collaboration and not to a job.', `POST ${at}/roles`, {
    as: lotte.subject,
    expect: 201,
    body: {
      name: 'lead',
      purpose: 'Houdt de lijn met het gezin en met elkaar',
      tasks: [{ what: 'Belt binnen een dag terug' }, { what: 'Roept de tafel bijeen' }],
    },
  })
  await teller.tell(`${petra.name} takes the lead, to begin with.`, `POST ${at}/roles/${role.id}/holders`, {
    as: petra.subject,
    expect: 201,
    body: { personId: petra.personId },
  })

  const round1 = `${at}/rounds/1`
  await teller.tell(
    'Somebody only names a problem. A problem may be named, and is followed by a proposal.',
    `POST ${round1}/contributions`,
    {
      as: sanne.subject,
      expect: 409,
      body: { kind: 'problem', text: 'Gezinnen horen na een melding soms dagen niets.' },
    },
  )
  await teller.tell(`So ${sanne.name} brings both.`, `POST ${round1}/contributions`, {
    as: sanne.subject,
    expect: 201,
    body: {
      kind: 'problem',
      text: 'Gezinnen horen na een melding soms dagen niets.',
      proposal: {
        text: 'De wijkagent gaat binnen twee dagen langs, samen met de opvang.',
        actingPartyIds: [partyOf(sanne), partyOf(petra)],
      },
    },
  })
  const { body: text } = await teller.look(`${at}/text`, lotte.subject)
  const refused = await teller.tell(
    `${lotte.name} is in a hurry and tries to adopt what there is. Everything that is missing is named at once.`,
    `POST ${round1}/adoption`,
    {
      as: lotte.subject,
      expect: 409,
      body: { textDigest: text.textDigest },
    },
  )
  for (const { detail } of refused.body.errors) teller.note(`– ${detail}`)
  teller.sure('more than ten conditions are named in one answer', refused.body.errors.length > 10)

  const { body: meeting } = await teller.tell('They meet.', `POST ${at}/meetings`, {
    as: lotte.subject,
    expect: 201,
    body: {
      title: 'Eerste bijeenkomst',
      startsAt: new Date(Date.parse(await teller.now()) - 3_600_000).toISOString(),
      place: 'Buurthuis De Kogge',
    },
  })
  const everybody = [lotte, sanne, petra, daan].map(({ personId }) => ({ personId }))
  await teller.tell(
    'One call records the meeting: who was there, what was decided and why, what was said; and closes it.',
    `POST ${at}/meetings/${meeting.id}/record`,
    {
      as: lotte.subject,
      expect: 201,
      body: {
        attendees: everybody,
        decisions: [
          { what: 'Binnen twee dagen een gezamenlijk bezoek', why: 'Eén gezicht geeft rust', byPartyIds: [partyOf(sanne), partyOf(petra)] },
        ],
        contributions: [{ kind: 'appreciation', text: 'Fijn dat de politie meteen meedenkt over het tweede gesprek.' }],
      },
    },
  )
  await teller.tell(`From here every mandate waits for renewal: ${lotte.name} may speak, but not bind.`, `POST ${round1}/adoption`, {
    as: lotte.subject,
    expect: 403,
    body: { textDigest: text.textDigest },
  })
  const { body: toDo } = await teller.tell(`Back home, ${lotte.name} looks at what waits for her.`, 'GET /v1/me/to-do', {
    as: lotte.subject,
    expect: 200,
  })
  for (const item of toDo.items) teller.note(`– ${item.kind}${item.byAt ? ` by ${item.byAt.slice(0, 10)}` : ''}: ${item.title}`)
  const renew = (person: Who, mandateId: string, meetingId: string, body: object, sentence: string) =>
    teller.tell(sentence, `POST ${at}/mandates/${mandateId}/renewals`, { as: person.subject, expect: 201, body: { meetingId, ...body } })
  await renew(
    lotte,
    mandateOfLotte.id,
    meeting.id,
    { decision: 'confirmed' },
    `${lotte.organisation} carries the outcome: ${lotte.name} renews her mandate.`,
  )
  await renew(
    petra,
    mandateOfPetra.id,
    meeting.id,
    { decision: 'narrowed', limits: [{ measure: 'hours-per-week', maximum: 12 }] },
    `${petra.name} renews hers too, narrowed to twelve hours a week.`,
  )
  today = day(await teller.daysLater(15))
  const lapsed = await teller.tell(
    `${sanne.name} did not renew within fourteen days: her mandate has lapsed, by itself.`,
    `GET ${at}/mandates/${mandateOfSanne.id}`,
    {
      as: sanne.subject,
      expect: 200,
    },
  )
  teller.sure('the mandate has lapsed', lapsed.body.status === 'lapsed')
  const renewedMandate = await grant(roel, sanne, [{ measure: 'hours-per-week', maximum: 8 }])
  teller.sure('a mandate that is granted anew is effective', renewedMandate.status === 'effective')

  teller.chapter('Round 1: hearing both sides, and deciding')
  await teller.tell(`${lotte.name} says explicitly that she has no concerns.`, `POST ${round1}/hearings`, {
    as: lotte.subject,
    expect: 201,
    body: { concerns: [] },
  })
  await teller.tell(`So does ${petra.name}.`, `POST ${round1}/hearings`, { as: petra.subject, expect: 201, body: { concerns: [] } })
  await teller.tell(`${sanne.name} has one. A concern needs no proposal.`, `POST ${round1}/hearings`, {
    as: sanne.subject,
    expect: 201,
    body: { statement: 'Wij staan hierachter.', concerns: ['Twee dagen is krap als er een weekend tussen zit.'] },
  })
  const { body: concerns } = await teller.look(`${round1}/contributions?kind=concern`, petra.subject)
  await teller.tell(`${petra.name} answers it: both sides are heard.`, `POST ${round1}/contributions/${concerns.items[0].id}/answers`, {
    as: petra.subject,
    expect: 201,
    body: { text: 'In het weekend gaat de bereikbare dienst van de opvang alleen.' },
  })

  const decisionId = id()
  const criterionIds = [id(), id()]
  const beneficiaryId = id()
  const scopeId = id()
  const write = async (sentence: string, body: object) => {
    const read = await teller.look(`${at}/text`, lotte.subject)
    return (await teller.tell(sentence, `PUT ${at}/text`, { as: lotte.subject, expect: 200, ifMatch: read.etag, body })).body
  }
  const words = {
    title: 'De eerste week na een melding',
    purpose: 'Na een melding weet het gezin binnen een week wie er komt en wat er gebeurt, omdat wachten onveilig is.',
    plainSummary: 'Na een melding komt er binnen twee dagen iemand langs. Dat spreken we zo af, en we kijken of het werkt.',
    beneficiaries: [
      {
        id: beneficiaryId,
        name: 'Gezinnen na een melding',
        addedValue: 'Zij weten wie er komt',
        nuisance: 'Niet tweemaal hetzelfde verhaal',
      },
    ],
    groundRules: {},
    mandate: { needed: 'Mag uren en bezoeken toezeggen', subjects },
    inScope: [{ id: scopeId, text: 'De eerste zeven dagen na een melding' }],
    outOfScope: [{ id: id(), text: 'Strafrechtelijk onderzoek' }],
    preparation: 'Ieder leest vooraf het verslag en de openstaande afspraken.',
    routing: 'De lead roept bijeen; besluiten gaan dezelfde dag naar alle partijen.',
    processEvaluation: 'Elke ronde: werkt het, wat schuurt er, wat nemen we mee?',
    decisions: [
      {
        id: decisionId,
        what: 'Binnen twee dagen een gezamenlijk bezoek',
        why: 'Eén gezicht geeft rust',
        byPartyIds: [partyOf(sanne), partyOf(petra)],
      },
    ],
    evaluationCriteria: [
      { id: criterionIds[0], text: 'Negen van de tien gezinnen zijn binnen twee dagen bezocht', means: 'success' },
      { id: criterionIds[1], text: 'Een gezin doet vaker dan eenmaal hetzelfde verhaal', means: 'failure' },
    ],
  }
  const validity = () => ({ validFrom: today, reviewOn: day(today, 90), validUntil: day(today, 300) })
  await write(`${lotte.name} writes the nine elements down.`, { ...words, validity: validity() })

  const offer = async (sentence: string, body: object) =>
    (await teller.tell(sentence, `POST ${at}/commitments`, { as: lotte.subject, expect: 201, body: { roleId: role.id, ...body } })).body
  const visit = await offer('A commitment is offered to the police: sixteen hours a week.', {
    what: 'Wijkagent gaat binnen twee dagen mee op bezoek',
    ownerPartyId: partyOf(sanne),
    subject: 'home-visits',
    demands: [{ measure: 'hours-per-week', amount: 16 }],
    ongoing: true,
  })
  await teller.tell(`That is more than ${sanne.name} may promise.`, `POST ${at}/commitments/${visit.id}/acceptances`, {
    as: sanne.subject,
    expect: 409,
    body: { decision: 'accepted' },
  })
  await teller.tell('She returns it, and says what would make it possible.', `POST ${at}/commitments/${visit.id}/acceptances`, {
    as: sanne.subject,
    expect: 201,
    body: { decision: 'returned', reason: 'Acht uur per week kan ik toezeggen.' },
  })
  const visitRead = await teller.look(`${at}/commitments/${visit.id}`, lotte.subject)
  await teller.tell('So it is put in other words.', `PUT ${at}/commitments/${visit.id}`, {
    as: lotte.subject,
    expect: 200,
    ifMatch: visitRead.etag,
    body: {
      what: 'Wijkagent gaat binnen twee dagen mee op bezoek',
      ownerPartyId: partyOf(sanne),
      roleId: role.id,
      subject: 'home-visits',
      demands: [{ measure: 'hours-per-week', amount: 8 }],
      ongoing: true,
    },
  })
  const plan = await offer('Another is offered to the shelter.', {
    what: 'Opvang maakt met het gezin een veiligheidsplan',
    ownerPartyId: partyOf(petra),
    subject: 'safety-planning',
    dueOn: day(today, 60),
  })
  const accept = (person: Who, commitmentId: string) =>
    teller.tell(`${person.name} accepts it for ${person.organisation}.`, `POST ${at}/commitments/${commitmentId}/acceptances`, {
      as: person.subject,
      expect: 201,
      body: { decision: 'accepted' },
    })
  await accept(sanne, visit.id)
  await accept(petra, plan.id)

  const digest = async () => (await teller.look(`${at}/text`, lotte.subject)).body.textDigest
  const stance = async (person: Who, round: string, sentence: string, body: object, expect = 201) =>
    teller.tell(sentence, `POST ${round}/stances`, { as: person.subject, expect, body: { textDigest: await digest(), ...body } })
  await stance(lotte, round1, `${lotte.name} accepts the text.`, { position: 'accept' })
  await stance(petra, round1, `${petra.name} accepts it too.`, { position: 'accept' })
  await stance(sanne, round1, `${sanne.name} sees it differently, and will act on it all the same.`, {
    position: 'accept-with-dissent',
    dissent: {
      statement: 'Twee dagen is te krap in het weekend.',
      expectation: 'Een op de vijf bezoeken in het weekend lukt niet binnen twee dagen.',
    },
  })
  await teller.tell(`${lotte.name} adopts version 1.`, `POST ${round1}/adoption`, {
    as: lotte.subject,
    expect: 201,
    body: { textDigest: await digest() },
  })

  teller.chapter('Acting')
  const current = await teller.tell(
    'The case system of the municipality fetches what is in force, with a token of its own.',
    `GET ${at}/current`,
    {
      as: reader,
      expect: 200,
    },
  )
  teller.sure('version 1 is in force', current.body.number === 1)
  teller.note(
    `“${current.body.content.title}”, in force until ${current.body.content.validity.validUntil}, with ${current.body.content.commitments.length} commitments.`,
  )
  await teller.tell('It asks again with the ETag that it has: nothing changed.', `GET ${at}/current`, {
    as: reader,
    expect: 304,
    ifNoneMatch: current.etag,
  })
  const whenOneHeld = await teller.now()
  await teller.tell(`${petra.name} reports that the plan is done.`, `POST ${at}/commitments/${plan.id}/progress`, {
    as: petra.subject,
    expect: 201,
    body: { state: 'done', note: 'Met elk gezin is een plan gemaakt.' },
  })

  today = day(await teller.daysLater(91))
  teller.chapter('Reflecting')
  const seen = await teller.tell('The review day has come: reflecting has opened by itself.', `GET ${at}`, {
    as: sanne.subject,
    expect: 200,
  })
  teller.sure('the round is reflecting', seen.body.phase === 'reflecting')
  const dissents = await teller.look(`${round1}/dissents`, lotte.subject)
  const dissentId = dissents.body.items[0].id
  const reflect = (person: Who, own: string[], rest: object) =>
    teller.tell(`${person.name} reflects, beginning with what works.`, `POST ${round1}/reflections`, {
      as: person.subject,
      expect: 201,
      body: {
        whatWorks: 'We bellen elkaar gewoon.',
        whatHappened: 'Doordeweeks lukte het bezoek steeds; in het weekend vaak niet.',
        whatWeLearned: 'Het weekend vraagt een eigen afspraak.',
        commitments: own.map((commitmentId) => ({ commitmentId, outcome: 'partly', why: 'Doordeweeks wel, in het weekend niet altijd' })),
        dissents: [{ dissentId, outcome: 'confirmed', why: 'Een op de vier weekendbezoeken was te laat.' }],
        criteria: [
          { criterionId: criterionIds[0], met: 'partly' },
          { criterionId: criterionIds[1], met: 'not-met', note: 'Het eigen verhaal hoefde maar eenmaal.' },
        ],
        beneficiaries: [{ beneficiaryId, addedValue: 4, nuisance: 2 }],
        pulse: { atmosphere: 4, effectiveness: 3 },
        norms: { reachable: 4, listening: 5 },
        ...rest,
      },
    })
  await reflect(lotte, [], { recommendations: [{ level: 'policy', text: 'Regel een gezamenlijke weekenddienst.' }] })
  await teller.tell('Not everybody has reflected, and there is still time: the round cannot close yet.', `POST ${round1}/closure`, {
    as: lotte.subject,
    expect: 409,
    body: {},
  })
  await reflect(petra, [plan.id], {})
  await reflect(sanne, [visit.id], { nextRound: ['Een afspraak voor het weekend'] })
  await teller.tell('Now it can.', `POST ${round1}/closure`, { as: petra.subject, expect: 201, body: {} })
  const decided = await teller.look(`${round1}/dissents`, sanne.subject)
  teller.sure(`practice has confirmed the dissent of ${sanne.name}`, decided.body.items[0].outcome === 'confirmed')

  teller.chapter('Round 2: a better version')
  await teller.tell('Round 2 opens, with an agenda made of what was learned.', `POST ${at}/rounds`, {
    as: sanne.subject,
    expect: 201,
    body: {},
  })
  const round2 = `${at}/rounds/2`
  const { body: agenda } = await teller.look(`${round2}/agenda`, sanne.subject)
  for (const item of agenda.items) teller.note(`– ${item.kind}${item.outcome ? ` (${item.outcome})` : ''}: ${item.text}`)
  const { body: second } = await teller.tell('They meet again.', `POST ${at}/meetings`, {
    as: petra.subject,
    expect: 201,
    body: { title: 'Tweede bijeenkomst', startsAt: new Date(Date.parse(await teller.now()) - 3_600_000).toISOString() },
  })
  await teller.tell('The meeting is recorded, and closed.', `POST ${at}/meetings/${second.id}/record`, {
    as: petra.subject,
    expect: 201,
    body: {
      attendees: everybody,
      decisions: [
        {
          what: 'In het weekend gaat de opvang alleen, binnen drie dagen',
          why: 'De praktijk liet zien dat twee dagen dan niet lukt',
          byPartyIds: [partyOf(petra)],
        },
      ],
    },
  })
  for (const [person, mandate] of [
    [lotte, mandateOfLotte],
    [sanne, renewedMandate],
    [petra, mandateOfPetra],
  ] as const)
    await renew(person, mandate.id, second.id, { decision: 'confirmed' }, `${person.name} goes home, and renews the mandate.`)
  for (const person of [lotte, sanne, petra])
    await teller.tell(`${person.name} is heard, and has no concerns.`, `POST ${round2}/hearings`, {
      as: person.subject,
      expect: 201,
      body: { concerns: [] },
    })
  const offered = await teller.look(`${at}/commitments?state=offered`, sanne.subject)
  teller.sure('what was not finished is offered anew, and not silently prolonged', offered.body.items.length === 1)
  await accept(sanne, visit.id)
  const weekend = await offer('A commitment for the weekend is offered to the shelter.', {
    what: 'Opvang gaat in het weekend alleen op bezoek, binnen drie dagen',
    ownerPartyId: partyOf(petra),
    subject: 'home-visits',
    demands: [{ measure: 'hours-per-week', amount: 6 }],
    ongoing: true,
  })
  await accept(petra, weekend.id)
  const cited = agenda.items.filter((item: { kind: string }) => item.kind === 'dissent' || item.kind === 'recommendation')
  await write(`${lotte.name} writes version 2, and says what it builds on.`, {
    ...words,
    inScope: [{ id: scopeId, text: 'De eerste zeven dagen na een melding, ook in het weekend' }],
    decisions: [
      ...words.decisions,
      {
        id: id(),
        what: 'In het weekend gaat de opvang alleen, binnen drie dagen',
        why: 'De praktijk liet zien dat twee dagen dan niet lukt',
        byPartyIds: [partyOf(petra)],
      },
    ],
    validity: { validFrom: today, reviewOn: day(today, 90), validUntil: day(today, 200) },
    buildsOn: cited.map((item: { id: string }) => item.id),
  })
  for (const person of [lotte, sanne, petra]) await stance(person, round2, `${person.name} accepts.`, { position: 'accept' })
  await teller.tell('Version 2 is adopted.', `POST ${round2}/adoption`, {
    as: sanne.subject,
    expect: 201,
    body: { textDigest: await digest() },
  })

  teller.chapter('What is in force, and what was')
  const now2 = await teller.tell('The case system sees version 2.', `GET ${at}/current`, { as: reader, expect: 200 })
  teller.sure('version 2 is in force', now2.body.number === 2)
  const diff = await teller.tell('What changed from version 1 to 2?', `GET ${at}/versions/2/diff?from=1`, { as: reader, expect: 200 })
  for (const change of diff.body.changes.slice(0, 12)) teller.note(`– ${change.kind}: ${change.path}`)
  teller.sure(
    'the changed scope shows as one change of one item',
    diff.body.changes.some((change: { kind: string; path: string }) => change.kind === 'changed' && change.path.includes(scopeId)),
  )
  const then = await teller.tell(
    'And what held three months ago, as it was known then?',
    `GET ${at}/current?geldigOp=${whenOneHeld}&beschikbaarOp=${whenOneHeld}`,
    {
      as: reader,
      expect: 200,
    },
  )
  teller.sure('that was version 1', then.body.number === 1)
  const list = await teller.tell(
    'Everything in force for the police, in one list.',
    `GET /v1/current-agreements?party=${sanne.organisationId}`,
    { as: reader, expect: 200 },
  )
  teller.sure(
    'the list has it',
    list.body.items.some((item: { agreementId: string }) => item.agreementId === agreement.id),
  )
  await teller.tell('Somebody who does not sit at this table asks for it: for them it does not exist.', `GET ${at}`, {
    as: 'tineke',
    expect: 404,
  })
  return agreement.id
}
