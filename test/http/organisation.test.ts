import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/store/new-id.ts'
import { aRegistry, type Caller, type Registry, refusalOf } from '../support/registry.ts'

let registry: Registry
let admin: Caller
let colleague: Caller
let stranger: Caller
let path: string

beforeAll(async () => {
  registry = await aRegistry()
  admin = registry.as(registry.school.grantor)
  colleague = registry.as(registry.school.colleague)
  stranger = registry.as(registry.stranger.grantor)
  path = `/organisations/${registry.school.id}`
})
afterAll(() => registry.close())

const notFound = { status: 404, code: 'not-found', errors: ['not-found'] }
const organisation = (nth: number) => ({
  name: `Organisation ${nth}`,
  identifiers: [{ scheme: 'oin', value: `00000099${String(nth).padStart(9, '0')}000` }],
})
const administrator = { name: 'Hanna Terpstra', account: { issuer: 'http://127.0.0.1:8080/local', subject: 'hanna' } }

describe('registering an organisation', () => {
  test('is done by the operator, and its first person administers it from then on', async () => {
    const created = await registry.operator.post('/organisations', { ...organisation(100), administrator })
    expect(created.status).toBe(201)
    expect(created.headers.location).toBe(`/v1/organisations/${created.body.id}`)
    expect((await stranger.get(`/organisations/${created.body.id}`)).body).toEqual(created.body)
    const hanna = registry.as({ subject: 'hanna' })
    expect((await hanna.get('/me')).body).toMatchObject({ name: 'Hanna Terpstra', authorities: ['administer'] })
    const { etag } = await hanna.get(`/organisations/${created.body.id}`)
    const renamed = { ...organisation(100), name: 'Veilig Thuis Waterland' }
    const changed = await hanna.put(`/organisations/${created.body.id}`, renamed, etag)
    expect(changed.body.name).toBe('Veilig Thuis Waterland')
    expect(refusalOf(await hanna.put(`/organisations/${created.body.id}`, renamed, etag))).toMatchObject({ status: 412, code: 'stale' })
  })

  test('is for nobody else', async () => {
    const body = { ...organisation(101), administrator }
    expect(refusalOf(await admin.post('/organisations', body))).toMatchObject({ status: 403, code: 'scope-missing' })
    expect(refusalOf(await registry.as().post('/organisations', body))).toMatchObject({ status: 401, code: 'token-missing' })
  })

  test('is refused with an identifier that is none, or that another organisation has', async () => {
    const identifiers = [
      { scheme: 'oin', value: '123' },
      { scheme: 'rsin', value: '123456789' },
      { scheme: 'iban', value: 'x' },
    ]
    const wrong = await registry.operator.post('/organisations', { name: ' ', identifiers, administrator })
    expect(refusalOf(wrong)).toMatchObject({ status: 400, code: 'invalid-input' })
    expect(refusalOf(wrong).errors).toEqual(
      expect.arrayContaining([
        'text-too-short /name',
        'wrong-format /identifiers/0/value',
        'not-allowed /identifiers/1/value',
        'not-in-list /identifiers/2/scheme',
      ]),
    )
    const twice = await registry.operator.post('/organisations', { ...organisation(1), administrator: { name: 'Somebody' } })
    expect(refusalOf(twice)).toMatchObject({ status: 409, code: 'identifier-taken' })
  })
})

describe('organisations', () => {
  test('are listed by name in pages, and found by an identifier', async () => {
    const names: string[] = []
    let next = '/organisations?limit=2'
    for (let pages = 0; next !== '' && pages < 10; pages += 1) {
      const { body } = await registry.as(registry.school.application).get(next)
      names.push(...body.items.map(({ name }: { name: string }) => name))
      next = body.next ? `/organisations?limit=2&cursor=${body.next}` : ''
    }
    expect(names).toEqual(expect.arrayContaining(['City', 'School', 'Stranger']))
    expect(names.filter((name) => name === 'School')).toHaveLength(1)
    const found = await stranger.get('/organisations?identifier=oin:00000099000000001000')
    expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual([registry.school.id])
    expect(refusalOf(await stranger.get('/organisations?identifier=school')).errors).toEqual(['not-allowed identifier'])
    expect(refusalOf(await stranger.get(`/organisations/${newId()}`))).toEqual(notFound)
  })

  test('administer themselves: others and who may not administer change nothing', async () => {
    for (const [method, where, body] of [
      ['put', path, organisation(1)],
      ['post', `${path}/people`, { name: 'x' }],
      ['post', `${path}/desks`, { name: 'x' }],
      ['post', `${path}/applications`, { name: 'x', issuer: 'https://x', subject: 'x', scopes: ['handslag:read'] }],
    ] as const) {
      expect(refusalOf(await stranger[method](where, body, '*')), where).toMatchObject({ status: 403, code: 'other-organisation' })
      expect(refusalOf(await colleague[method](where, body, '*')), where).toMatchObject({ status: 403, code: 'may-not-administer' })
    }
  })
})

describe('people', () => {
  test('show to others by name and job only', async () => {
    const person = { name: 'Sanne Vink', email: 'sanne@example.nl', jobTitle: 'Teacher', authorities: [] }
    const added = await admin.post(`${path}/people`, { ...person, account: { issuer: 'http://127.0.0.1:8080/local', subject: 'sanne' } })
    expect(added.status).toBe(201)
    const where = String(added.headers.location).replace('/v1', '')
    expect((await colleague.get(where)).body).toEqual(added.body)
    expect(added.body).toMatchObject({ ...person, account: { subject: 'sanne' } })
    const known = {
      id: added.body.id,
      organisationId: registry.school.id,
      name: 'Sanne Vink',
      jobTitle: 'Teacher',
      revision: added.body.revision,
    }
    expect((await stranger.get(where)).body).toEqual(known)
    expect((await stranger.get(`${path}/people`)).body.items).toContainEqual(known)
    expect(JSON.stringify((await stranger.get(`${path}/people`)).body)).not.toMatch(/example\.nl|subject|authorities/)
    expect(refusalOf(await registry.operator.get(`${path}/people`))).toMatchObject({ status: 403, code: 'for-members' })
  })

  test('change and leave, on what was read of them', async () => {
    const account = { issuer: 'http://127.0.0.1:8080/local', subject: 'leaver' }
    const added = await admin.post(`${path}/people`, { name: 'Leaver', account })
    const where = `${path}/people/${added.body.id}`
    const leaver = registry.as({ subject: 'leaver' })
    expect((await leaver.get('/me')).status).toBe(200)
    expect(refusalOf(await admin.put(where, { name: 'Other' }))).toMatchObject({ status: 428 })
    const changed = await admin.put(where, { name: 'Other', account }, added.etag)
    expect(changed.body.name).toBe('Other')
    expect(refusalOf(await admin.del(where, added.etag))).toMatchObject({ status: 412 })
    expect((await admin.del(where, changed.etag)).status).toBe(204)
    expect(refusalOf(await leaver.get('/me'))).toMatchObject({ status: 403, code: 'caller-unknown' })
    expect((await colleague.get(where)).body.leftAt).toBeDefined()
    const listed = (await colleague.get(`${path}/people?limit=100`)).body.items
    expect(listed.map(({ id }: { id: string }) => id)).not.toContain(added.body.id)
  })

  test('keep at least one who administers', async () => {
    const last = `${path}/people/${registry.school.grantor.actor.personId}`
    expect(refusalOf(await admin.del(last, '*'))).toMatchObject({ status: 409, code: 'last-administrator' })
    expect(refusalOf(await admin.put(last, { name: 'Me' }, '*'))).toMatchObject({ status: 409, code: 'last-administrator' })
  })

  test('belong to one organisation: at another they are not found', async () => {
    const elsewhere = `/organisations/${registry.team.id}/people/${registry.school.colleague.actor.personId}`
    expect(refusalOf(await admin.get(elsewhere))).toEqual(notFound)
    expect(refusalOf(await admin.get(`/organisations/${newId()}/people`))).toEqual(notFound)
  })
})

test('desks open for all to see, and close', async () => {
  const opened = await admin.post(`${path}/desks`, { name: 'Care desk', contact: 'desk@example.nl' })
  expect(opened.status).toBe(201)
  const where = `${path}/desks/${opened.body.id}`
  expect((await stranger.get(where)).body).toEqual(opened.body)
  expect((await stranger.get(`${path}/desks`)).body.items).toEqual([opened.body])
  expect((await admin.del(where, opened.etag)).status).toBe(204)
  expect((await stranger.get(`${path}/desks`)).body.items).toEqual([])
  expect((await stranger.get(where)).body.closedAt).toBeDefined()
})

test('applications are seen by their own organisation, act within their scopes, and stop when revoked', async () => {
  const body = { name: 'Dashboard', issuer: 'http://127.0.0.1:8080/local', subject: 'dashboard', scopes: ['handslag:read'] }
  const added = await admin.post(`${path}/applications`, body)
  expect(added.status).toBe(201)
  const where = `${path}/applications/${added.body.id}`
  expect((await colleague.get(where)).body).toEqual(added.body)
  expect((await colleague.get(`${path}/applications`)).body.items).toHaveLength(2)
  expect(refusalOf(await stranger.get(`${path}/applications`))).toMatchObject({ status: 403, code: 'other-organisation' })
  expect(refusalOf(await stranger.get(where))).toMatchObject({ status: 403, code: 'other-organisation' })
  const dashboard = registry.as({ subject: 'dashboard', scopes: ['handslag:read'] })
  expect((await dashboard.get('/me')).body).toMatchObject({ kind: 'application', name: 'Dashboard', organisation: { name: 'School' } })
  expect((await admin.del(where, added.etag)).status).toBe(204)
  expect(refusalOf(await dashboard.get('/me'))).toMatchObject({ status: 403, code: 'caller-unknown' })
})
