import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRound } from '../../src/actions/round.ts'
import { later } from '../../src/domain/time.ts'
import { only } from '../support/agreement.ts'
import {
  accepted,
  acting,
  aDraft,
  aRegistry,
  type Caller,
  deliberating,
  digestOf,
  type House,
  partyIdOf,
  prepared,
  type Registry,
  refusalOf,
  type Table,
} from '../support/registry.ts'

let registry: Registry
let school: Caller
let team: Caller
let city: Caller
let stranger: Caller

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  team = registry.as(registry.team.representative)
  city = registry.as(registry.city.representative)
  stranger = registry.as(registry.stranger.representative)
})
afterAll(() => registry.close())

const at = (table: Table, rest = '') => `/agreements/${table.id}${rest}`
const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }

/** Reflections of every seated party, and what each judged of the dissent. */
async function reflected(table: Table, outcomes: [House, string][]): Promise<void> {
  const { items } = (await school.get(at(table, '/rounds/1/dissents'))).body
  for (const [house, outcome] of outcomes) {
    const answer = await registry
      .as(house.representative)
      .post(at(table, '/rounds/1/reflections'), reflectionOf(table, house, items, outcome))
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  }
}

function reflectionOf(table: Table, house: House, dissents: { id: string }[], outcome: string) {
  const { content } = only(table.state.adopted ?? undefined)
  const own = content.commitments.filter((terms) => terms.ownerPartyId === partyIdOf(table, house))
  return {
    whatWorks: 'We call each other sooner.',
    whatHappened: 'Twelve children went back.',
    whatWeLearned: `${house.name} learned that one contact person is enough.`,
    commitments: own.map(({ id }) => ({ commitmentId: id, outcome: 'kept', why: 'It was done.' })),
    dissents: dissents.map(({ id }) => ({ dissentId: id, outcome, why: 'We counted.' })),
    criteria: content.evaluationCriteria.map(({ id }) => ({ criterionId: id, met: 'met' })),
    beneficiaries: content.beneficiaries.map(({ id }) => ({ beneficiaryId: id, addedValue: 4, nuisance: 2 })),
    pulse: { atmosphere: 4, effectiveness: 3 },
    recommendations: [{ level: 'policy', text: 'One desk for all schools' }],
  }
}

describe('rounds', () => {
  test('opening the first round gives 201 with its address, and the address gives the round', async () => {
    const draft = await aDraft(registry)
    const opened = await school.post(at(draft, '/rounds'), {})
    expect([opened.status, opened.headers.location]).toEqual([201, `/v1${at(draft, '/rounds/1')}`])
    const read = await team.get(at(draft, '/rounds/1'))
    expect(read.body).toEqual(opened.body)
    expect(read.body).toMatchObject({ number: 1, state: 'deliberating', pulse: { answers: 0 } })
    expect((await team.get(at(draft, '/rounds/1'), { 'if-none-match': read.etag })).status).toBe(304)
    expect((await team.get(at(draft, '/rounds'))).body).toEqual({
      items: [{ number: 1, state: 'deliberating', openedAt: read.body.openedAt }],
    })
    expect(refusalOf(await school.post(at(draft, '/rounds'), {})).code).toBe('wrong-phase')
  })

  test('for whom is not at the table a round is not there, exactly as one that nobody has', async () => {
    const table = await deliberating(registry)
    const nowhere = await school.get(`/agreements/${randomUUID()}/rounds/1`)
    expect(refusalOf(nowhere)).toEqual(notFound)
    for (const path of ['', '/adoption', '/agenda', '/contributions', '/hearings', '/stances', '/dissents', '/impasses', '/reflections']) {
      const hidden = await stranger.get(at(table, `/rounds/1${path}`))
      expect({ ...hidden.body, instance: '' }, path).toEqual({ ...nowhere.body, instance: '' })
      expect(refusalOf(await school.get(at(table, `/rounds/2${path}`))), path).toEqual(notFound)
    }
    expect(refusalOf(await stranger.post(at(table, '/rounds/1/hearings'), { concerns: [] }))).toEqual(notFound)
    expect(refusalOf(await school.post(at(table, '/rounds/2/hearings'), { concerns: [] }))).toEqual(notFound)
  })

  test('an id in capitals is the same id', async () => {
    const table = await deliberating(registry)
    expect((await school.post(`/agreements/${table.id.toUpperCase()}/rounds/1/hearings`, { concerns: [] })).status).toBe(201)
  })

  test('an application of a party reads, and speaks for nobody', async () => {
    const table = await deliberating(registry)
    const application = registry.as({ ...registry.city.application, scopes: ['handslag:read'] })
    expect((await application.get(at(table, '/rounds/1'))).status).toBe(200)
    expect(refusalOf(await application.post(at(table, '/rounds/1/hearings'), { concerns: [] })).code).toBe('scope-missing')
  })

  test('unknown fields, unknown parameters and numbers that are none are refused, all at once', async () => {
    const table = await deliberating(registry)
    expect(
      refusalOf(await school.post(at(table, '/rounds/1/hearings'), { concerns: [1], at: '2026-01-01T00:00:00Z' })).errors.sort(),
    ).toEqual(['unknown-field /at', 'wrong-type /concerns/0'])
    expect(refusalOf(await school.get(at(table, '/rounds/first/contributions?colour=red&kind=idea'))).errors.sort()).toEqual([
      'not-in-list kind',
      'unknown-parameter colour',
      'wrong-type roundNumber',
    ])
  })
})

describe('contributions', () => {
  test('a problem without a proposal is refused, and with one it is recorded with it', async () => {
    const table = await deliberating(registry)
    const contributions = at(table, '/rounds/1/contributions')
    const problem = { kind: 'problem', text: 'Children wait for weeks.' }
    expect(refusalOf(await school.post(contributions, problem))).toEqual({
      status: 409,
      code: 'problem-needs-proposal',
      errors: ['problem-needs-proposal /proposal'],
    })
    const proposal = { text: 'The youth team calls within a day.', actingPartyIds: [partyIdOf(table, registry.team)] }
    const made = await school.post(contributions, { ...problem, proposal })
    expect(made.status).toBe(201)
    expect((await team.get(String(made.headers.location).slice(3))).body).toEqual(made.body)
    const { items } = (await team.get(`${contributions}?kind=proposal`)).body
    expect(items).toEqual([expect.objectContaining({ problemId: made.body.id, text: proposal.text, acceptedByPartyIds: [] })])

    const at1 = `${contributions}/${items[0].id}`
    expect(refusalOf(await city.post(`${at1}/acceptances`)).code).toBe('not-acting-party')
    const taken = await team.post(`${at1}/acceptances`)
    expect([taken.status, taken.body.acceptedByPartyIds]).toEqual([201, [partyIdOf(table, registry.team)]])
  })

  test('another party answers, and only its maker takes a contribution back; it stays to be seen', async () => {
    const table = await deliberating(registry)
    const { body } = await school.post(at(table, '/rounds/1/contributions'), { kind: 'concern', text: 'We are short of people.' })
    const address = at(table, `/rounds/1/contributions/${body.id}`)
    expect(refusalOf(await school.post(`${address}/answers`, { text: 'So be it.' })).code).toBe('answer-own')
    expect((await team.post(`${address}/answers`, { text: 'We lend you one.' })).body.answers).toEqual([
      expect.objectContaining({ text: 'We lend you one.', partyId: partyIdOf(table, registry.team) }),
    ])
    expect(refusalOf(await team.post(`${address}/withdrawals`, { reason: 'Solved' }))).toMatchObject({ status: 403, code: 'not-yours' })
    expect((await school.post(`${address}/withdrawals`, { reason: 'Solved' })).status).toBe(201)
    expect((await team.get(address)).body).toMatchObject({ withdrawn: { reason: 'Solved' }, answers: [{ text: 'We lend you one.' }] })
  })

  test('a list goes on page by page, also of one party or kind', async () => {
    const table = await deliberating(registry)
    for (const text of ['one', 'two', 'three']) await school.post(at(table, '/rounds/1/contributions'), { kind: 'appreciation', text })
    await team.post(at(table, '/rounds/1/contributions'), { kind: 'appreciation', text: 'other' })
    const first = await city.get(at(table, `/rounds/1/contributions?limit=2&party=${partyIdOf(table, registry.school)}`))
    expect(first.body.items.map((item: { text: string }) => item.text)).toEqual(['one', 'two'])
    const next = /<\/v1([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? ''
    const second = await city.get(next)
    expect(second.body.items.map((item: { text: string }) => item.text)).toEqual(['three'])
    expect(second.body.next).toBeUndefined()
  })
})

describe('hearings and impasses', () => {
  test('being heard records each concern as a contribution of the party', async () => {
    const table = await deliberating(registry)
    const heard = await registry.as(registry.parents.representative).post(at(table, '/rounds/1/hearings'), {
      statement: 'We like it.',
      concerns: ['Who calls us?'],
    })
    expect(heard).toMatchObject({ status: 201, body: { statement: 'We like it.', concerns: 1 } })
    expect((await school.get(at(table, '/rounds/1/hearings'))).body.items).toEqual([heard.body])
    const { items } = (await school.get(at(table, '/rounds/1/contributions?kind=concern'))).body
    expect(items).toEqual([expect.objectContaining({ text: 'Who calls us?', partyId: partyIdOf(table, registry.parents) })])
  })

  test('an impasse stops stances until a way out is chosen', async () => {
    const table = await prepared(registry)
    const called = await school.post(at(table, '/rounds/1/impasses'), { reason: 'We turn in circles.' })
    expect(called.status).toBe(201)
    const stance = { position: 'accept', textDigest: digestOf(table) }
    expect(refusalOf(await team.post(at(table, '/rounds/1/stances'), stance)).code).toBe('wrong-phase')
    expect((await team.get(at(table, '/rounds/1/adoption'))).body).toMatchObject({ state: 'impasse', possible: false })
    const exits = at(table, `/rounds/1/impasses/${called.body.id}/exits`)
    expect(refusalOf(await team.post(exits, { exit: 'park', note: 'After the holidays' })).errors).toEqual(['parking-needs-day /resumeOn'])
    const left = await team.post(exits, { exit: 'mediate', note: 'With somebody from outside' })
    expect([left.status, left.body.exit]).toEqual([201, 'mediate'])
    expect((await city.get(at(table, '/rounds/1/impasses'))).body.items).toEqual([left.body])
    expect((await team.post(at(table, '/rounds/1/stances'), stance)).status).toBe(201)
  })
})

describe('stances and adoption', () => {
  test('an edit of the text voids every stance, and a stance on another text is refused', async () => {
    const table = await prepared(registry)
    const stances = at(table, '/rounds/1/stances')
    const taken = await school.post(stances, { position: 'withhold', textDigest: digestOf(table), reason: 'Sixteen hours is too much.' })
    expect(taken).toMatchObject({ status: 201, body: { position: 'withhold', void: false } })
    await school.post(at(table, '/roles'), { name: 'minutes', purpose: 'Writes them' })
    const { receipt: _, ...shown } = taken.body
    expect((await team.get(stances)).body.items).toEqual([{ ...shown, void: true }])
    expect(refusalOf(await team.post(stances, { position: 'accept', textDigest: digestOf(table) }))).toMatchObject({
      status: 409,
      errors: ['text-changed /textDigest'],
    })
  })

  test('what is missing is told beforehand, with how many of the nine elements are filled, in the language of the reader, and a refused adoption names the same', async () => {
    const table = await deliberating(registry)
    const adoption = at(table, '/rounds/1/adoption')
    const before = await school.get(adoption, { 'accept-language': 'nl' })
    expect(before.body).toMatchObject({ state: 'deliberating', possible: false, textDigest: digestOf(table) })
    expect(before.body.missing).toContainEqual({
      code: 'element-missing',
      detail: 'Het onderdeel spelregels is leeg.',
      pointer: '/groundRules',
    })
    expect(before.body.missing.length).toBeGreaterThan(10)
    const empty = before.body.missing.filter(({ code }: { code: string }) => code === 'element-missing')
    expect(before.body.elements).toEqual({ filled: 9 - empty.length, of: 9 })
    const refused = await school.post(adoption, { textDigest: digestOf(table) })
    expect(refused.status).toBe(409)
    const codes = (reasons: { code: string; pointer?: string }[]) => reasons.map(({ code, pointer }) => `${code} ${pointer}`)
    expect(codes(refused.body.errors)).toEqual(codes(before.body.missing))
  })

  test('adopting gives the signed version, once', async () => {
    const table = await accepted(registry, await prepared(registry))
    const adoption = at(table, '/rounds/1/adoption')
    const read = await school.get(adoption)
    expect(read.body).toMatchObject({ possible: true, missing: [] })
    await team.post(at(table, '/rounds/1/contributions'), { kind: 'appreciation', text: 'Well done' })
    expect(refusalOf(await school.post(adoption, read.body, read.etag)).status).toBe(400)
    const body = { textDigest: read.body.textDigest }
    expect(refusalOf(await school.post(adoption, body, read.etag))).toMatchObject({ status: 412, code: 'stale' })
    const adopted = await school.post(adoption, body)
    expect([adopted.status, adopted.headers.location]).toEqual([201, `/v1${at(table, '/versions/1')}`])
    expect(adopted.body).toMatchObject({
      number: 1,
      textDigest: body.textDigest,
      signature: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    const { receipt: _, ...version } = adopted.body
    expect((await team.get(at(table, '/versions/1'))).body).toEqual(version)
    expect((await team.get(adoption)).body).toEqual({ roundNumber: 1, state: 'acting', possible: false, version: 1, missing: [] })
    expect((await team.get(at(table, '/rounds/1/stances'))).body.items.map((stance: { void: boolean }) => stance.void)).toEqual([
      false,
      false,
      false,
    ])
    expect(refusalOf(await school.post(adoption, body)).code).toBe('wrong-phase')
  })
})

describe('reflecting', () => {
  test('it opens by itself on the review day, or earlier when a party calls it', async () => {
    const table = await acting(registry)
    expect((await school.get(at(table, '/rounds/1'))).body.state).toBe('acting')
    const called = await city.post(at(table, '/rounds/1/reflection-calls'), { reason: 'It does not work at all.' })
    expect(called).toMatchObject({ status: 201, body: { state: 'reflecting', reflectBy: later(called.body.reflectionCalled.at, 14) } })

    const other = await acting(registry)
    registry.goTo(only(other.state.round?.reviewOn))
    const opened = (await school.get(at(other, '/rounds/1'))).body
    expect(opened).toMatchObject({ state: 'reflecting', pulse: { answers: 0 } })
    expect((await school.get(at(other, '/rounds'))).body.items[0].state).toBe('reflecting')
  })

  test('a party amends its own reflection on what it read, and nobody else sees its pulse or what it gave the norms', async () => {
    const table = await acting(registry)
    registry.goTo(only(table.state.round?.reviewOn))
    const given = reflectionOf(table, registry.city, [], 'open')
    const made = await city.post(at(table, '/rounds/1/reflections'), given)
    expect(made).toMatchObject({ status: 201, body: { pulse: given.pulse } })
    const address = String(made.headers.location).slice(3)
    expect((await city.get(address)).body).toEqual(made.body)
    const { pulse, norms, ...rest } = made.body
    expect([pulse, norms]).toEqual([{ atmosphere: 4, effectiveness: 3 }, {}])
    expect((await school.get(address)).body).toEqual(rest)
    expect((await school.get(at(table, '/rounds/1/reflections'))).body.items).toEqual([rest])
    expect((await city.get(at(table, '/rounds/1/reflections'))).body.items).toEqual([made.body])

    const better = { ...given, whatWeLearned: 'More than we thought.' }
    expect((await city.put(address, better)).status).toBe(428)
    expect((await school.put(address, better, made.etag)).status).toBe(403)
    const amended = await city.put(address, better, made.etag)
    expect(amended).toMatchObject({ status: 200, body: { whatWeLearned: better.whatWeLearned, amendedAt: expect.any(String) } })
    expect(refusalOf(await city.put(address, better, made.etag))).toMatchObject({ status: 412, code: 'stale' })
    const unknown = at(table, `/rounds/1/reflections/${randomUUID()}`)
    expect(refusalOf(await city.put(unknown, better, made.etag))).toEqual(notFound)
  })

  test('what lacks in a reflection is named with where, all at once', async () => {
    const table = await acting(registry)
    registry.goTo(only(table.state.round?.reviewOn))
    const given = { ...reflectionOf(table, registry.team, [], 'open'), commitments: [], criteria: [] }
    expect(refusalOf(await team.post(at(table, '/rounds/1/reflections'), given))).toMatchObject({
      status: 409,
      errors: ['not-judged /commitments', 'not-judged /criteria'],
    })
  })

  test('the round closes when all have reflected, practice decides on the dissent, and the next round starts from it', async () => {
    const dissent = { statement: 'It asks too much.', expectation: 'Half of the visits are late.' }
    const before = await accepted(registry, await prepared(registry), dissent)
    await school.post(at(before, '/rounds/1/adoption'), { textDigest: digestOf(before) })
    const { state } = await registry.fresh.owner
      .query('select state from streams where id = $1', [before.id])
      .then(({ rows }) => rows[0] as Table)
    const table = { id: before.id, state }
    registry.goTo(only(table.state.round?.reviewOn))
    await reflected(table, [[registry.school, 'confirmed']])
    expect(refusalOf(await school.post(at(table, '/rounds/1/closure')))).toMatchObject({
      status: 409,
      errors: ['party-not-reflected', 'party-not-reflected'],
    })
    await reflected(table, [
      [registry.team, 'confirmed'],
      [registry.city, 'confirmed'],
    ])
    const closed = await school.post(at(table, '/rounds/1/closure'), {})
    // Three answers are too few to show an average.
    expect(closed).toMatchObject({ status: 201, body: { state: 'closed', notReflected: [], pulse: { answers: 3 } } })
    expect(closed.body.pulse).toEqual({ answers: 3 })

    await openRound(registry.deps, registry.school.representative.actor, { agreementId: table.id }, {})
    const { items } = (await team.get(at(table, '/rounds/2/agenda'))).body
    expect(items.map((item: { kind: string }) => item.kind)).toEqual([
      'reflection',
      'reflection',
      'reflection',
      'dissent',
      'recommendation',
      'recommendation',
      'recommendation',
    ])
    expect(items[3]).toMatchObject({ text: dissent.expectation, outcome: 'confirmed' })
    expect((await team.get(at(table, '/rounds/2/agenda?limit=3'))).body.items).toEqual(items.slice(0, 3))

    // The first round rests in the tables, and reads as it did.
    expect((await school.get(at(table, '/rounds/1'))).body).toEqual(closed.body)
    const dissents = (await school.get(at(table, '/rounds/1/dissents'))).body.items
    expect(dissents).toEqual([expect.objectContaining({ ...dissent, outcome: 'confirmed' })])
    expect(dissents[0].judgements).toHaveLength(3)
    const stances = (await school.get(at(table, '/rounds/1/stances'))).body.items
    expect(stances.map((stance: { void: boolean }) => stance.void)).toEqual([false, false, false])
    expect((await school.get(at(table, '/rounds/1/adoption'))).body).toMatchObject({ state: 'closed', version: 1 })
    expect((await school.get(at(table, '/rounds'))).body.items.map((round: { state: string }) => round.state)).toEqual([
      'closed',
      'deliberating',
    ])
    expect(refusalOf(await school.post(at(table, '/rounds/1/hearings'), { concerns: [] })).code).toBe('wrong-state')
  })
})
