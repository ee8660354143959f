import { randomUUID as newId } from 'node:crypto'
import { addDays, type Day, dayOf, endOf } from '../src/domain/time.ts'
import type { Sent } from './client.ts'

// biome-ignore lint/suspicious/noExplicitAny: a walk reads any answer of the API, as a person with curl would
type Body = any

/** How a walk speaks: it sends a change, named by its operationId, until that is done, and reads. */
export type Voice = {
  write(operationId: string, sent: Sent): Promise<Body>
  read(as: string, path: string): Promise<Body>
}

const inDays = (days: number): Day => addDays(dayOf(new Date().toISOString()), days)

type Who = { subject: string; personId: string; organisationId: string }

/** Does every change that the API knows at least once, in an order in which each is possible: from registering to ending. */
export async function walk({ write, read }: Voice): Promise<void> {
  const who = async (subject: string): Promise<Who> => {
    const me = await read(subject, '/v1/me')
    return { subject, personId: me.id, organisationId: me.organisation.id }
  }
  const [lotte, wim, sanne, roel, petra, amina, daan] = await Promise.all(
    ['lotte', 'wim', 'sanne', 'roel', 'petra', 'amina', 'daan'].map(who),
  )
  if (!lotte || !wim || !sanne || !roel || !petra || !amina || !daan) throw new Error('the demonstration has other people')
  const post = (id: string, { subject }: Pick<Who, 'subject'>, path: string, body?: unknown) =>
    write(id, { as: subject, method: 'POST', path, ...(body !== undefined && { body }) })
  // Whatever the revision: here nobody else writes.
  const over = (id: string, method: 'PUT' | 'PATCH' | 'DELETE', { subject }: Pick<Who, 'subject'>, path: string, body?: unknown) =>
    write(id, { as: subject, method, path, ifMatch: '*', ...(body !== undefined && { body }) })

  await administer()
  const { at, partyOf } = await setTheTable()
  const mandates = await mandate()
  await post('openRound', lotte, `${at}/rounds`, { reason: 'To begin' })
  const round = `${at}/rounds/1`
  const roleId = await shapeRoles()
  const commitmentId = await deliberate()
  await adoptAndReflect()

  async function administer(): Promise<void> {
    const [lottes, wims] = [lotte as Who, wim as Who]
    const home = `/v1/organisations/${wims.organisationId}`
    // 00000099 is the prefix for tests in the OIN system.
    const value = `00000099${String(Date.now()).slice(-9)}000`
    await post('registerOrganisation', { subject: 'operator' }, '/v1/organisations', {
      name: 'Stichting Nieuwkomer',
      identifiers: [{ scheme: 'oin', value }],
      administrator: { name: 'Jo Beheerder', authorities: ['administer'] },
    })
    const { name, identifiers, formal } = await read(wims.subject, home)
    await over('changeOrganisation', 'PUT', wims, home, { name, identifiers, formal })
    const person = await post('addPerson', wims, `${home}/people`, { name: 'Nico Nieuw', authorities: [] })
    await over('changePerson', 'PUT', wims, `${home}/people/${person.id}`, { name: 'Nico de Nieuwe', authorities: [] })
    await over('removePerson', 'DELETE', wims, `${home}/people/${person.id}`)
    await post('erasePerson', wims, `${home}/people/${person.id}/erasure`)
    const desk = await post('openDesk', wims, `${home}/desks`, { name: 'Zorgloket' })
    const reached = { phone: '020 555 0123', contactPersonId: wims.personId }
    await over('changeDesk', 'PUT', wims, `${home}/desks/${desk.id}`, { name: 'Zorgloket', ...reached })
    await over('closeDesk', 'DELETE', wims, `${home}/desks/${desk.id}`)
    const application = { name: 'Dashboard', issuer: 'https://login.example.org', subject: newId(), scopes: ['handslag:read'] }
    const { id } = await post('addApplication', wims, `${home}/applications`, application)
    await over('revokeApplication', 'DELETE', wims, `${home}/applications/${id}`)
    await takePositions(home)
    const goal = { name: `Keten ${newId()}`, sharedGoal: 'Elk kind naar school' }
    const memberIds = [sanne, petra].map((one) => one?.organisationId)
    const network = await post('foundNetwork', lottes, '/v1/networks', { ...goal, memberIds })
    await over('stateIdentity', 'PUT', lottes, `/v1/networks/${network.id}/identity`, { ...goal, sharedGoal: 'Elk kind leert' })
    await handRolesOver(`/v1/networks/${network.id}/roles`, home)
    const joined = await post('joinNetwork', lottes, `/v1/networks/${network.id}/members`, { organisationId: daan?.organisationId })
    await over('leaveNetwork', 'DELETE', daan as Who, `/v1/networks/${network.id}/members/${joined.id}`)
    await inquire(network.id)
    await exchange(network.id)
  }

  async function exchange(networkId: string): Promise<void> {
    const [lottes, sannes] = [lotte as Who, sanne as Who]
    const about = { title: 'Wisselstage', purpose: 'Korte lijnen', checklist: ['Een plek om mee te werken'] }
    const round = (enrolBeforeAt: string) => ({
      name: 'Najaar',
      enrolBeforeAt,
      week: { from: inDays(0), until: inDays(1) },
      reverseWeek: { from: inDays(2), until: inDays(3) },
      closingMeetingOn: inDays(4),
    })
    // A visit can be on the day of the deadline, so that all of it fits in one day.
    const tonight = new Date(Date.parse(endOf(inDays(0))) - 1).toISOString()
    const { id } = await post('foundExchangeProgramme', lottes, '/v1/exchange-programmes', { networkId, ...about })
    const path = `/v1/exchange-programmes/${id}`
    await over('changeExchangeProgramme', 'PUT', lottes, path, about)
    for (const _ of [1, 2]) await post('addExchangeRound', lottes, `${path}/rounds`, round(tonight))
    await post('cancelExchangeRound', lottes, `${path}/rounds/2/cancellation`, { reason: 'Niemand meldde zich aan' })
    const enrol = (one: Who) => post('enrol', one, `${path}/enrolments`, { roundNumber: 1, personId: one.personId })
    const regretted = await enrol(sannes)
    await post('withdrawEnrolment', sannes, `${path}/enrolments/${regretted.id}/withdrawals`)
    for (const one of [lottes, sannes]) await enrol(one)
    await over('changeExchangeRound', 'PUT', lottes, `${path}/rounds/1`, round(new Date(Date.now() - 1000).toISOString()))
    for (const [operation, part] of [
      ['makeMatching', 'matching'],
      ['makePlacements', 'placements'],
    ] as const)
      await post(operation, lottes, `${path}/${part}`, { roundNumber: 1 })
    const visits: { id: string; guest: { personId: string }; week: { from: string } }[] = (await read('lotte', `${path}/placements`)).items
    const first = visits.find(({ week }) => week.from === inDays(0))
    const at = `${path}/placements/${first?.id}`
    const [guest, host] = first?.guest.personId === lottes.personId ? [lottes, sannes] : [sannes, lottes]
    await over('preparePlacement', 'PUT', host, `${at}/preparation`, { items: [{ text: 'Een plek om mee te werken', done: true }] })
    await post('settlePlacement', guest, `${at}/outcomes`, { outcome: 'held', heldOn: inDays(0) })
    const second = visits.find(({ week }) => week.from !== inDays(0))
    await post('settlePlacement', guest, `${path}/placements/${second?.id}/outcomes`, { outcome: 'cancelled', reason: 'Lotte is ziek' })
    const themes = [{ theme: 'welcome', text: 'Er stond koffie klaar', score: 5 }]
    const said = await post('reflectOnPlacement', guest, `${at}/reflections`, { themes, insights: ['Bel voor elf uur'] })
    const outcomes = [{ text: 'Eén belmoment voor alle partners', insightIds: [said.insights[0].id] }]
    await post('closeExchangeRound', lottes, `${path}/closing-meeting`, { roundNumber: 1, heldOn: inDays(0), outcomes })
  }

  async function inquire(networkId: string): Promise<void> {
    const [lottes, sannes] = [lotte as Who, sanne as Who]
    const question = 'Wanneer ging het samen goed?'
    const organisationIds = [sannes.organisationId]
    const { id } = await post('callInquiry', lottes, '/v1/inquiries', { networkId, title: 'Wat werkt', question, organisationIds })
    const path = `/v1/inquiries/${id}`
    await post('takeInquirySeat', lottes, `${path}/seats`, {})
    await post('takeInquirySeat', sannes, `${path}/seats`, {})
    await post('leaveInquirySeat', sannes, `${path}/seats/${sannes.personId}/withdrawals`)
    const finding = await post('addFinding', lottes, `${path}/findings`, { kind: 'success', text: 'Dezelfde dag teruggebeld' })
    await post('closeInquiry', lottes, `${path}/closure`)
    const advice = { networkId, level: 'tactical', text: 'Een vast aanspreekpunt', why: 'Dat werkte' }
    const basedOn = [{ kind: 'finding', inquiryId: id, findingId: finding.id }]
    const addressee = { organisationId: sannes.organisationId }
    const made = await post('recommend', lottes, '/v1/recommendations', { ...advice, basedOn, addressee })
    await post('followUpRecommendation', sannes, `/v1/recommendations/${made.id}/follow-ups`, { status: 'taken-up', note: 'In januari' })
  }

  async function handRolesOver(roles: string, home: string): Promise<void> {
    const [lottes, wims, sannes] = [lotte as Who, wim as Who, sanne as Who]
    const shape = { name: 'lead', purpose: 'Houdt de lijn', tasks: [] }
    const made = await post('createNetworkRole', lottes, roles, shape)
    const role = `${roles}/${made.id}`
    await over('changeNetworkRole', 'PUT', lottes, role, { ...shape, name: 'voorzitter' })
    const given = await post('assignNetworkRole', sannes, `${role}/holders`, { personId: sannes.personId })
    await post('releaseNetworkRole', sannes, `${role}/holders/${given.holders[0].id}/releases`, { untilDate: inDays(1) })
    const leaver = await post('addPerson', wims, `${home}/people`, { name: 'Vera Vertrekt', authorities: [] })
    await post('assignNetworkRole', lottes, `${role}/holders`, { personId: leaver.id })
    const successor = { roles: [{ roleId: made.id, toPersonId: lottes.personId }], reason: 'Vera gaat weg' }
    await post('handOver', wims, `${home}/people/${leaver.id}/hand-over`, successor)
    const spare = await post('createNetworkRole', lottes, roles, shape)
    await over('endNetworkRole', 'DELETE', lottes, `${roles}/${spare.id}`)
  }

  async function takePositions(home: string): Promise<void> {
    const [lottes, wims, roels, sannes] = [lotte as Who, wim as Who, roel as Who, sanne as Who]
    const stand = { weAreFor: [{ text: 'Veilig wonen', subject: 'home-visits' }], weAreNotFor: [], limits: [], why: 'Elk kind telt' }
    const ours = await post('statePosition', wims, `${home}/position-statements`, stand)
    const theirs = `/v1/organisations/${roels.organisationId}/position-statements`
    const others = await post('statePosition', roels, theirs, { ...stand, weAreNotFor: [{ text: 'Opvang', subject: 'shelter' }] })
    await post('acknowledgePosition', lottes, `${theirs}/${others.number}/acknowledgements`, { example: 'Vorige week' })
    const asking = `${home}/position-statements/${ours.number}/acknowledgements`
    const { id } = await post('acknowledgePosition', sannes, asking, { question: 'Ook in het weekend?' })
    await post('answerAcknowledgement', lottes, `${asking}/${id}/answers`, { text: 'Ook dan' })
  }

  async function setTheTable() {
    const seated = [sanne, petra].map((one) => ({ organisationId: one?.organisationId, involvement: 'seated' }))
    const made = await post('createAgreement', lotte as Who, '/v1/agreements', { kind: 'two', title: 'De eerste week', parties: seated })
    const path = `/v1/agreements/${made.id}`
    const guest = await post('addParty', lotte as Who, `${path}/parties`, { organisationId: daan?.organisationId, involvement: 'informed' })
    await post('leaveTable', daan as Who, `${path}/parties/${guest.id}/withdrawals`, { reason: 'Toch niet voor ons' })
    const parties: { id: string; organisationId: string }[] = (await read('lotte', path)).parties
    const find = (one: Who): string => parties.find(({ organisationId }) => organisationId === one.organisationId)?.id ?? ''
    return { at: path, partyOf: find }
  }

  async function mandate(): Promise<{ of: Who; id: string }[]> {
    const grant = (holder: Who) => ({
      holderId: holder.personId,
      basis: 'Directiebesluit',
      subjects: ['home-visits'],
      limits: [{ measure: 'hours-per-week', maximum: 8 }],
      validUntil: inDays(300),
    })
    const [lottes, sannes, petras] = [lotte as Who, sanne as Who, petra as Who]
    const home = `/v1/organisations/${lottes.organisationId}/mandate-grants`
    await post('grantMandates', wim as Who, home, { ...grant(lottes), agreementIds: [at.split('/').at(-1)] })
    const extra = await post('grantMandate', roel as Who, `${at}/mandates`, grant(sannes))
    await post('withdrawMandate', roel as Who, `${at}/mandates/${extra.id}/withdrawals`, { reason: 'Opnieuw' })
    const ofSanne = await post('grantMandate', roel as Who, `${at}/mandates`, grant(sannes))
    const ofPetra = await post('grantMandate', amina as Who, `${at}/mandates`, grant(petras))
    const all: { id: string; holderId: string }[] = (await read('lotte', `${at}/mandates`)).items
    const ofLotte = all.find(({ holderId }) => holderId === lottes.personId)?.id ?? ''
    await over('changeSettings', 'PATCH', lottes, at, { visibility: 'public' })
    return [
      { of: lottes, id: ofLotte },
      { of: sannes, id: ofSanne.id },
      { of: petras, id: ofPetra.id },
    ]
  }

  async function shapeRoles(): Promise<string> {
    const [lottes, sannes, petras] = [lotte as Who, sanne as Who, petra as Who]
    const tasks = [{ what: 'Belt terug' }, { what: 'Roept bijeen' }]
    const role = await post('createRole', lottes, `${at}/roles`, { name: 'lead', purpose: 'Houdt de lijn', tasks })
    const path = `${at}/roles/${role.id}`
    const kept = role.tasks.map(({ id, what }: { id: string; what: string }) => ({ id, what: `${what} dezelfde dag` }))
    await over('changeRole', 'PUT', lottes, path, { name: 'lead', purpose: 'Houdt de lijn', tasks: kept })
    const held = await post('assignRole', petras, `${path}/holders`, { personId: petras.personId })
    const holderId = held.holders.find((one: { personId: string }) => one.personId === petras.personId).id
    const offer = (task: number) => ({ taskIds: [kept[task].id], toPersonId: sannes.personId, note: 'Aan jou', openPoints: [] })
    const moved = await post('offerTransfer', petras, `${path}/transfers`, offer(0))
    await post('answerTransfer', sannes, `${path}/transfers/${moved.id}/answers`, { decision: 'accepted' })
    const regretted = await post('offerTransfer', petras, `${path}/transfers`, offer(1))
    await post('withdrawTransfer', petras, `${path}/transfers/${regretted.id}/withdrawals`, { reason: 'Toch zelf' })
    await post('releaseRole', petras, `${path}/holders/${holderId}/releases`, { untilDate: inDays(30) })
    const spare = await post('createRole', lottes, `${at}/roles`, { name: 'spare', purpose: 'Voor niets', tasks: [] })
    await over('endRole', 'DELETE', lottes, `${at}/roles/${spare.id}`)
    return role.id
  }

  async function meet(): Promise<void> {
    const [lottes, petras] = [lotte as Who, petra as Who]
    const plan = (title: string) => ({ title, startsAt: new Date(Date.now() - 3_600_000).toISOString() })
    const decisions = [{ what: 'Binnen twee dagen langs', why: 'Eén gezicht geeft rust', byPartyIds: [partyOf(petras)] }]
    const attendees = mandates.map(({ of }) => ({ personId: of.personId }))
    const cancelled = await post('planMeeting', lottes, `${at}/meetings`, plan('Eerste'))
    await over('changeMeeting', 'PUT', lottes, `${at}/meetings/${cancelled.id}`, plan('Eerste, verzet'))
    await post('cancelMeeting', lottes, `${at}/meetings/${cancelled.id}/cancellation`, { reason: 'Sneeuw' })
    const held = await post('planMeeting', lottes, `${at}/meetings`, plan('Tweede'))
    const path = `${at}/meetings/${held.id}`
    const guests = [{ personId: daan?.personId, statement: 'Wat hier gezegd wordt, blijft hier' }]
    await over('noteGuests', 'PUT', lottes, `${path}/guests`, { guests })
    await over('takeAttendance', 'PUT', lottes, `${path}/attendance`, { attendees })
    await over('writeMinutes', 'PUT', lottes, `${path}/minutes`, { decisions })
    await post('recordMeeting', petras, `${path}/record`, { attendees, decisions, close: false })
    await post('closeMeeting', lottes, `${path}/closure`)
    await post('givePulse', lottes, `${path}/pulses`, { atmosphere: 4, effectiveness: 3 })
    for (const { of, id } of mandates)
      await post('renewMandate', of, `${at}/mandates/${id}/renewals`, { meetingId: held.id, decision: 'confirmed' })
  }

  async function deliberate(): Promise<string> {
    const [lottes, sannes, petras] = [lotte as Who, sanne as Who, petra as Who]
    const contribute = (one: Who, body: object) => post('contribute', one, `${round}/contributions`, body)
    await contribute(sannes, { kind: 'proposal', text: 'Samen langsgaan', actingPartyIds: [partyOf(sannes), partyOf(petras)] })
    const proposals = await read('lotte', `${round}/contributions?kind=proposal`)
    await post('acceptProposal', petras, `${round}/contributions/${proposals.items[0].id}/acceptances`)
    const regretted = await contribute(petras, { kind: 'appreciation', text: 'Dank' })
    await post('withdrawContribution', petras, `${round}/contributions/${regretted.id}/withdrawals`, { reason: 'Te vroeg' })
    const dilemma = await contribute(lottes, { kind: 'dilemma', text: 'Snel of zorgvuldig', horns: ['Snel', 'Zorgvuldig'] })
    await post('settleDilemma', lottes, `${round}/contributions/${dilemma.id}/outcomes`, { status: 'resolved' })
    const resistance = await contribute(sannes, { kind: 'resistance', text: 'Weer een overleg erbij' })
    await post('exploreResistance', petras, `${round}/contributions/${resistance.id}/explorations`, { note: 'Het gaat om de reistijd' })
    const request = `${round}/contributions/${(await contribute(petras, { kind: 'help-request', text: 'Wie heeft een zaal?' })).id}`
    const { offers } = await post('offerHelp', lottes, `${request}/offers`, { text: 'Wij hebben er een' })
    await post('answerHelp', petras, `${request}/offers/${offers[0].id}/answers`, { decision: 'accepted' })
    const parts = [{ name: 'message', text: 'Bel ons voortaan vooraf' }]
    await post('sendMessage', lottes, `${at}/messages`, { toPartyIds: [partyOf(petras)], parts })
    for (const one of [lottes, petras]) await post('stateHearing', one, `${round}/hearings`, { concerns: [] })
    await post('stateHearing', sannes, `${round}/hearings`, { concerns: ['Het weekend is krap'] })
    const concerns = await read('lotte', `${round}/contributions?kind=concern`)
    await post('answerContribution', petras, `${round}/contributions/${concerns.items[0].id}/answers`, { text: 'Dan gaan wij alleen' })
    await post('stateDissent', sannes, `${round}/dissents`, { statement: 'Te krap', expectation: 'Een op de vijf is te laat' })
    const impasse = await post('callImpasse', petras, `${round}/impasses`, { reason: 'We komen er niet uit' })
    const impasseId = impasse.impasse?.id ?? impasse.id
    await post('leaveImpasse', lottes, `${round}/impasses/${impasseId}/exits`, { exit: 'mediate', note: 'Met hulp' })
    await meet()
    const terms = { what: 'Gaat mee', ownerPartyId: partyOf(sannes), roleId, subject: 'home-visits', ongoing: true }
    const offer = (hours: number) => ({ ...terms, demands: [{ measure: 'hours-per-week', amount: hours }] })
    const unwanted = await post('offerCommitment', lottes, `${at}/commitments`, offer(1))
    await over('withdrawCommitment', 'DELETE', lottes, `${at}/commitments/${unwanted.id}`)
    const { id } = await post('offerCommitment', lottes, `${at}/commitments`, offer(16))
    await over('reviseCommitment', 'PUT', lottes, `${at}/commitments/${id}`, offer(4))
    await post('answerCommitment', sannes, `${at}/commitments/${id}/acceptances`, { decision: 'accepted' })
    return id
  }

  async function annex(): Promise<void> {
    const [lottes, sannes, petras] = [lotte as Who, sanne as Who, petra as Who]
    const reason = 'Wij begeleiden dezelfde gezinnen'
    await post('proposeAccession', lottes, `${at}/accessions`, { organisationId: daan?.organisationId, reason })
    const out = await post('proposeExpulsion', petras, `${at}/parties/${partyOf(lottes)}/expulsions`, { reason: 'Geen afspraak nagekomen' })
    await post('consentToAnnex', sannes, `${at}/annexes/${out.id}/consents`, {})
    await post('objectToAnnex', petras, `${at}/annexes/${out.id}/objections`, { reason: 'Bij nader inzien' })
    const made = { agreementId: at.split('/').at(-1), name: 'De eerste week', reviewAfterMonths: 3, months: 6 }
    const template = await post('makeTemplate', lottes, '/v1/templates', made)
    const parties = [{ organisationId: sannes.organisationId, involvement: 'seated' }]
    const started = { kind: 'two', title: 'De tweede week', parties, templateId: template.id }
    const other = await post('createAgreement', lottes, '/v1/agreements', started)
    await post('linkAgreement', lottes, `${at}/links`, { kind: 'amends', agreementId: other.id, reason: 'De week erna' })
    await over('withdrawTemplate', 'DELETE', lottes, `/v1/templates/${template.id}`)
  }

  async function adoptAndReflect(): Promise<void> {
    const [lottes, sannes, petras] = [lotte as Who, sanne as Who, petra as Who]
    const [criterionId, beneficiaryId] = [newId(), newId()]
    await over('writeText', 'PUT', lottes, `${at}/text`, {
      title: 'De eerste week na een melding',
      purpose: 'Het gezin weet wie er komt',
      plainSummary: 'Binnen twee dagen komt er iemand langs.',
      beneficiaries: [{ id: beneficiaryId, name: 'Gezinnen', addedValue: 'Weten wie er komt', nuisance: 'Een verhaal' }],
      groundRules: {},
      mandate: { needed: 'Mag uren toezeggen', subjects: ['home-visits'] },
      inScope: [{ id: newId(), text: 'De eerste zeven dagen' }],
      outOfScope: [{ id: newId(), text: 'Strafrechtelijk onderzoek' }],
      preparation: 'Ieder leest het verslag.',
      routing: 'De lead roept bijeen.',
      processEvaluation: 'Elke ronde: werkt het?',
      decisions: [{ id: newId(), what: 'Samen op bezoek', why: 'Eén gezicht geeft rust', byPartyIds: [partyOf(sannes)] }],
      evaluationCriteria: [{ id: criterionId, text: 'Binnen twee dagen bezocht', means: 'success' }],
      validity: { validFrom: inDays(0), reviewOn: inDays(90), validUntil: inDays(200) },
    })
    await over('patchText', 'PATCH', lottes, `${at}/text`, { preparation: 'Ieder leest vooraf het verslag.' })
    const { textDigest } = await read('lotte', `${at}/text`)
    for (const one of [lottes, sannes, petras]) await post('takeStance', one, `${round}/stances`, { position: 'accept', textDigest })
    await post('adopt', lottes, `${round}/adoption`, { textDigest })
    await annex()
    await post('reportProgress', sannes, `${at}/commitments/${commitmentId}/progress`, { state: 'on-track', note: 'Tien gezinnen' })
    await post('callReflection', petras, `${round}/reflection-calls`, { reason: 'De wet verandert' })
    const dissents: { id: string }[] = (await read('lotte', `${round}/dissents`)).items
    const reflection = (one: Who) => ({
      whatWorks: 'We bellen elkaar',
      whatHappened: 'Het lukte vaak',
      whatWeLearned: 'Het weekend vraagt iets eigens',
      commitments: one === sannes ? [{ commitmentId, outcome: 'partly', why: 'Doordeweeks wel' }] : [],
      dissents: dissents.map(({ id }) => ({ dissentId: id, outcome: 'confirmed', why: 'Een op de vier' })),
      criteria: [{ criterionId, met: 'partly' }],
      beneficiaries: [{ beneficiaryId, addedValue: 4, nuisance: 2 }],
      pulse: { atmosphere: 4, effectiveness: 3 },
    })
    const made = await post('reflect', lottes, `${round}/reflections`, reflection(lottes))
    for (const one of [sannes, petras]) await post('reflect', one, `${round}/reflections`, reflection(one))
    await over('amendReflection', 'PUT', lottes, `${round}/reflections/${made.id}`, {
      ...reflection(lottes),
      whatWorks: 'We bellen sneller',
    })
    await post('closeRound', petras, `${round}/closure`)
    for (const one of [lottes, sannes, petras]) await post('endAgreement', one, `${at}/ending`, { reason: 'Klaar' })
  }
}
