import { afterAll, beforeAll, expect, test } from 'vitest'
import { removePerson } from '../../src/actions/organisation.ts'
import { accepted, aRegistry, digestOf, prepared, type Registry, refusalOf } from '../support/registry.ts'
import { anotherDoor, bearer } from '../trust/limits/door.ts'

let registry: Registry
beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(() => registry?.close())

test('who calls is in the token alone: no header, query or field makes anybody somebody else', async () => {
  const headers = await bearer(registry, registry.school.colleague)
  const { id } = registry.stranger
  const { personId } = registry.stranger.representative.actor
  const asOthers = {
    'x-organisation-id': id,
    'x-user-id': personId,
    'x-forwarded-user': personId,
    'from': personId,
    'cookie': `sub=${personId}`,
  }
  const ask = (url: string, more: object = {}) => registry.app.inject({ url: `/v1${url}`, headers: { ...headers, ...asOthers }, ...more })
  expect((await ask('/me')).json()).toMatchObject({
    id: registry.school.colleague.actor.personId,
    organisation: { id: registry.school.id },
  })
  for (const query of [`organisationId=${id}`, `actor=${personId}`, `organisation=${id}`])
    expect((await ask(`/me?${query}`)).json()).toMatchObject({ status: 400, errors: [{ code: 'unknown-parameter' }] })
  const payload = { kind: 'two', title: 'Ours', parties: [{ organisationId: registry.team.id, involvement: 'seated' }] }
  for (const field of ['organisationId', 'createdBy', 'actorId'])
    expect((await ask('/agreements', { method: 'POST', payload: { ...payload, [field]: id } })).json()).toMatchObject({
      status: 400,
      errors: [{ code: 'unknown-field', pointer: `/${field}` }],
    })
  const created = (await ask('/agreements', { method: 'POST', payload })).json()
  const entry = await registry.fresh.owner.query('select distinct actor_id, organisation_id from ledger where stream_id = $1', [created.id])
  expect(entry.rows).toEqual([{ actor_id: registry.school.colleague.actor.personId, organisation_id: registry.school.id }])
})

test('the log says by ids who called, also where they were refused, and of a token that is none nothing', async () => {
  const lines: string[] = []
  const app = await anotherDoor(registry, { log: { level: 'info', stream: { write: (line) => void lines.push(line) } } })
  const { colleague, id } = registry.school
  const headers = await bearer(registry, colleague)
  await app.inject({ url: '/v1/me', headers })
  await app.inject({ url: '/v1/agreements/00000000-0000-4000-8000-000000000000', headers })
  await app.inject({ url: '/v1/organisations', method: 'POST', headers, payload: {} })
  await app.inject({ url: '/v1/me', headers: { authorization: `${headers.authorization}x` } })
  await app.close()
  const actor = { kind: 'person', actorId: colleague.actor.personId, organisationId: id }
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { route: '/v1/me', status: 200, actor },
    { route: '/v1/agreements/:agreementId', status: 404, problem: 'not-found', actor },
    { route: '/v1/organisations', status: 403, problem: 'scope-missing' },
    { route: '/v1/me', status: 401, problem: 'token-invalid' },
  ])
  expect(lines.slice(2).join('')).not.toContain('"actor"')
})

// Last: the party has no representative after it.
test('who left their organisation represents it no more, whatever mandate they still hold on paper, and every reading says so', async () => {
  const { team, school, deps } = registry
  const table = await accepted(registry, await prepared(registry))
  const round = `/agreements/${table.id}/rounds/1`
  const reader = registry.as(school.representative)
  const codes = (reasons: { code: string }[]) => reasons.map(({ code }) => code)
  const readings = async (when = '') => {
    const adoption = (await reader.get(`${round}/adoption`)).body
    const { missing } = (await reader.get(`/agreements/${table.id}`)).body
    const coverage = (await reader.get(`/agreements/${table.id}/coverage${when}`)).body
    const mandates = (await reader.get(`/agreements/${table.id}/mandates${when}`)).body.items
    const theirs = mandates.find(({ holderId }: { holderId: string }) => holderId === team.representative.actor.personId)
    const one = (await reader.get(`/agreements/${table.id}/mandates/${theirs.id}${when}`)).body
    expect(one).toEqual(theirs)
    return { possible: adoption.possible, missing: codes(adoption.missing), same: codes(missing), coverage, status: theirs.status }
  }
  const before = registry.now()
  expect(await readings()).toMatchObject({ possible: true, missing: [], same: [], coverage: { covered: true }, status: 'effective' })
  registry.pass(1)
  await removePerson(deps, team.grantor.actor, { organisationId: team.id }, team.representative.actor.personId)
  const stance = { position: 'accept', textDigest: digestOf(table) }
  expect(refusalOf(await registry.as(team.representative).post(`${round}/stances`, stance))).toMatchObject({
    status: 403,
    code: 'caller-unknown',
  })
  const adoption = await reader.post(`${round}/adoption`, { textDigest: digestOf(table) })
  expect(refusalOf(adoption)).toMatchObject({ status: 409 })
  const refused = codes(adoption.body.errors)
  expect(refused).toContain('party-without-mandate')
  expect(adoption.body.errors[0].detail).toContain('left the organisation')
  expect(await readings()).toMatchObject({ possible: false, missing: refused, same: refused, status: 'holder-left' })
  expect((await readings()).coverage.items.flatMap(({ gaps }: { gaps: { code: string }[] }) => codes(gaps))).toEqual(
    refused.filter((code) => code === 'owner-without-mandate'),
  )
  // What is answered to a change is what a reading says after it.
  const { etag, body } = await reader.get(`/agreements/${table.id}/text`)
  const written = await reader.patch(`/agreements/${table.id}/text`, { title: 'Another' }, etag)
  expect(written.body.missing.filter(({ code }: { code: string }) => code === 'party-without-mandate')).toHaveLength(1)
  expect((await reader.get(`/agreements/${table.id}/text`)).body).toEqual(written.body)
  expect(body.text.title).not.toBe('Another')
  // Looking back, they were there.
  expect(await readings(`?validAt=${before}`)).toMatchObject({ coverage: { covered: true }, status: 'effective' })
})
