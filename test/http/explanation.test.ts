import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renewMandate, withdrawMandate } from '../../src/actions/mandate.ts'
import { recordMeeting } from '../../src/actions/meeting.ts'
import { adopt, stateDissent } from '../../src/actions/round.ts'
import { checkpointSigning } from '../../src/auth/registry-key.ts'
import { RecordMeeting } from '../../src/domain/meeting/record.ts'
import { extendLog } from '../../src/store/log.ts'
import { only } from '../support/agreement.ts'
import {
  accepted,
  acting,
  aDraft,
  aRegistry,
  type Caller,
  deliberating,
  digestOf,
  mandateIdOf,
  partyIdOf,
  prepared,
  type Registry,
  refusalOf,
  renewed,
  type Table,
} from '../support/registry.ts'
import { does, plan } from '../support/registry-actions.ts'

let registry: Registry
let school: Caller
let stranger: Caller
/** A first version adopted after a meeting, with two dissents; a second one a week later. */
let table: Table
let meetingId: string

const at = ({ id }: Table, rest = '') => `/agreements/${id}${rest}`
const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }
const dissent = { statement: 'A week is short', expectation: 'One in five is late' }

beforeAll(async () => {
  registry = await aRegistry()
  school = registry.as(registry.school.representative)
  stranger = registry.as(registry.stranger.representative)
  const first = await prepared(registry)
  const { representative } = registry.school
  meetingId = await plan(registry, first, representative)
  const attendees = [{ personId: representative.actor.personId }]
  const decisions = [{ what: 'We call', why: 'It helps', byPartyIds: [partyIdOf(first, registry.school)] }]
  await does(registry, first, representative, recordMeeting, meetingId, RecordMeeting.parse({ attendees, decisions }))
  const mandateId = mandateIdOf(first, representative)
  await does(registry, first, representative, renewMandate, mandateId, { meetingId, decision: 'confirmed' })
  await does(registry, first, representative, stateDissent, { ...dissent, statement: 'Two is few' })
  const agreed = await accepted(registry, first, dissent)
  await does(registry, agreed, representative, adopt, { textDigest: digestOf(agreed) })
  await extendLog(registry.deps.database, checkpointSigning(registry.key))
  registry.pass(7)
  table = await renewed(registry, agreed)
})
afterAll(() => registry.close())

test('for whom is not at the table none of this is there, nor is a round or version that nobody has', async () => {
  for (const path of ['/coverage', '/rounds/1/compliance', '/versions/1/explanation', '/dissents'])
    expect(refusalOf(await stranger.get(at(table, path))), path).toEqual(notFound)
  for (const path of ['/rounds/3/compliance', '/versions/3/explanation'])
    expect(refusalOf(await school.get(at(table, path))), path).toEqual(notFound)
  const open = await deliberating(registry)
  expect(refusalOf(await school.get(at(open, '/versions/1/explanation')))).toEqual(notFound)
  expect(refusalOf(await school.get(at(await aDraft(registry), '/rounds/1/compliance')))).toEqual(notFound)
  const application = registry.as({ ...registry.city.application, scopes: ['handslag:read'] })
  expect((await application.get(at(table, '/versions/1/explanation'))).status).toBe(200)
})

describe('an explanation', () => {
  test('holds what the version rests on, with receipts and places in the log that prove it', async () => {
    const { body, etag } = await school.get(at(table, '/versions/1/explanation'))
    const version = (await school.get(at(table, '/versions/1'))).body
    expect(body.version).toMatchObject({ number: 1, textDigest: version.textDigest, signature: version.signature })
    expect(body.stances).toHaveLength(3)
    expect(body.commitments).toMatchObject([
      { binding: { mandate: { status: 'effective' }, personId: registry.team.representative.actor.personId } },
    ])
    expect(body.meetings).toMatchObject([
      { meeting: { id: meetingId, minutes: { decisions: [{ what: 'We call' }] } }, renewals: [{ renewed: { decision: 'confirmed' } }] },
    ])
    expect(body.dissents.map(({ statement }: { statement: string }) => statement).sort()).toEqual([dissent.statement, 'Two is few'].sort())
    // The second version took over a week later: since then it is known that the first held until then.
    expect(body.periods).toMatchObject([{ version: 1, replacedAt: expect.any(String) }, { version: 1 }])
    const receipts = (await school.get(at(table, '/receipts'))).body.items
    for (const { revision, type, receipt, position, hash } of body.proof) {
      const kept = receipts.find((one: { revision: number }) => one.revision === revision)
      expect([type, receipt]).toEqual([type, kept?.jws])
      expect((await school.get(`/log/entries/${position}/inclusion`)).body.hash).toBe(hash)
    }
    const types = body.proof.map(({ type }: { type: string }) => type)
    expect(types.filter((type: string) => type === 'mandate-granted')).toHaveLength(3)
    expect(types).toEqual(expect.arrayContaining(['stance-taken', 'commitment-answered', 'mandate-renewed', 'version-adopted']))
    expect((await school.get(at(table, '/versions/1/explanation'), { 'if-none-match': etag })).status).toBe(304)
  })
})

describe('compliance', () => {
  test('judges the round that goes on and those before it, in the language of the reader', async () => {
    const first = (await school.get(at(table, '/rounds/1/compliance'), { 'accept-language': 'en' })).body
    const outcomes = first.rules.map(({ outcome }: { outcome: string }) => outcome)
    expect(outcomes).toEqual(['pass', 'not-applicable', 'pass', 'pass', 'pass', 'pass', 'pass'])
    expect(first).toMatchObject({ roundNumber: 1, state: 'closed', overAt: table.state.round?.openedAt })
    expect(first.rules[3].text).toBe('The mandate is renewed after every meeting.')
    expect(first.rules[3].met).toMatchObject([{ kind: 'mandate', meetingId, personId: registry.school.representative.actor.personId }])
    const second = await school.get(at(table, '/rounds/2/compliance'), { 'accept-language': 'nl' })
    expect(second.body).toMatchObject({
      roundNumber: 2,
      state: 'acting',
      rules: { 6: { text: 'Wie een deel draagt, draagt het geheel.' } },
    })
    const again = { 'accept-language': 'nl', 'if-none-match': second.etag }
    expect((await school.get(at(table, '/rounds/2/compliance'), again)).status).toBe(304)
  })
})

describe('the dissent ledger', () => {
  test('goes over all rounds, page by page, with what practice showed; also of the round that goes on', async () => {
    const all = (await school.get(at(table, '/dissents'))).body.items
    expect(all).toMatchObject([
      { roundNumber: 1, version: 1, outcome: 'refuted', judgements: [{ why: 'We counted.' }, {}, {}] },
      { roundNumber: 1, version: 1, outcome: 'refuted' },
    ])
    const first = await school.get(at(table, '/dissents?limit=1'))
    expect(first.body.items).toEqual(all.slice(0, 1))
    const second = await school.get(at(table, `/dissents?limit=1&cursor=${first.body.next}`))
    expect([second.body.items, second.body.next]).toEqual([all.slice(1), undefined])

    const going = await prepared(registry)
    await does(registry, going, registry.team.representative, stateDissent, dissent)
    await does(registry, going, registry.team.representative, stateDissent, dissent)
    const page = await school.get(at(going, '/dissents?limit=1'))
    expect(page.body.items).toMatchObject([{ ...dissent, roundNumber: 1, outcome: 'open' }])
    const rest = await school.get(at(going, `/dissents?limit=1&cursor=${page.body.next}`))
    expect([rest.body.items.length, rest.body.next]).toEqual([1, undefined])
  })
})

describe('coverage', () => {
  test('names what covers each commitment, and the gaps; also at another moment', async () => {
    const here = await acting(registry)
    const id = only(Object.keys(here.state.promises)[0])
    const before = registry.now()
    const mandateId = mandateIdOf(here, registry.team.representative)
    const covered = await school.get(at(here, '/coverage'))
    expect(covered.body).toMatchObject({
      covered: true,
      items: [{ commitmentId: id, standing: 'promised', mandateIds: [mandateId], gaps: [], whenAccepted: { covered: true, mandateId } }],
    })
    registry.pass(1)
    await does(registry, here, registry.team.grantor, withdrawMandate, mandateId, { reason: 'Another job' })
    const gap = await school.get(at(here, '/coverage'), { 'accept-language': 'en' })
    expect(gap.body).toMatchObject({
      covered: false,
      items: [
        { covered: false, gaps: [{ code: 'owner-without-mandate', pointer: `/commitments/${id}` }], whenAccepted: { covered: true } },
      ],
    })
    for (const query of [`validAt=${before}`, `beschikbaarOp=${before}`])
      expect((await school.get(at(here, `/coverage?${query}`))).body, query).toEqual(covered.body)
  })
})

test('who carries an offered commitment along follows the table, in every answer', async () => {
  const here = await prepared(registry)
  const id = only(Object.keys(here.state.commitments)[0])
  const joined = await school.post(at(here, '/parties'), { organisationId: registry.stranger.id, involvement: 'seated' })
  const carriers = [partyIdOf(here, registry.school), partyIdOf(here, registry.city), joined.body.id].sort()
  for (const path of ['/commitments', '/commitments?version=1'])
    expect((await school.get(at(here, path))).body.items[0].terms.coResponsiblePartyIds, path).toEqual(carriers)
  expect((await school.get(at(here, `/commitments/${id}`))).body.terms.coResponsiblePartyIds).toEqual(carriers)
})
