import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/store/new-id.ts'
import schemas from '../support/hsds/schemas.json' with { type: 'json' }
import { aRegistry, type Caller, type Registry, refusalOf } from '../support/registry.ts'
import { standFor } from '../support/registry-actions.ts'

let registry: Registry
let reader: Caller
let wholeId: string
let bareId: string
let closedId: string
const at = '/social-map/hsds'

const ajv = new Ajv.default({ allErrors: true })
addFormats.default(ajv)
ajv.addSchema(schemas)
/** What of a value is not as the specification asks: a line for each. */
const faults = (name: keyof typeof schemas.$defs, value: unknown): string[] => {
  const validate = ajv.getSchema(`${schemas.$id}#/$defs/${name}`)
  if (!validate) throw new Error(`no schema ${name}`)
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

beforeAll(async () => {
  registry = await aRegistry()
  reader = registry.as(registry.stranger.application)
  const { school, city } = registry
  await standFor(registry, school, { weAreFor: [{ text: 'Every child at school' }, { text: 'Being heard' }] })
  const opened = async ({ id, grantor }: typeof school, body: object) =>
    (await registry.as(grantor).post(`/organisations/${id}/desks`, body)).body.id
  wholeId = await opened(school, {
    name: 'Zorgloket',
    what: 'Vragen over verzuim',
    contact: 'Bel gerust.',
    contactPersonId: school.colleague.actor.personId,
    phone: '020 555 0123',
    email: 'zorgloket@example.nl',
    url: 'https://example.nl/zorg',
    openingHours: 'Op werkdagen',
    area: 'Kogerveen',
    address: { street: 'Dijkstraat 1', postalCode: '1234 AB', city: 'Kogerveen', province: 'Noord-Holland' },
  })
  bareId = await opened(city, { name: 'Balie' })
  closedId = await opened(city, { name: 'Oude balie' })
  await registry.as(city.grantor).del(`/organisations/${city.id}/desks/${closedId}`, '*')
  const identifiers = [
    { scheme: 'oin', value: '00000099000000001000' },
    { scheme: 'kvk', value: '12345678' },
  ]
  await registry.as(school.grantor).put(`/organisations/${school.id}`, { name: 'School', identifiers }, '*')
})
afterAll(() => registry.close())

describe('the export in the shape of HSDS', () => {
  test.each([
    ['organizations', 'organization'],
    ['services', 'service'],
  ] as const)('has %s as the specification asks, in short, in full and one by one', async (list, name) => {
    for (const full of ['false', 'true']) {
      const { body } = await reader.get(`${at}/${list}?full=${full}`)
      expect(faults('page', body)).toEqual([])
      expect([body.empty, body.last_page, body.contents.length > 2, body.size]).toEqual([false, true, true, body.contents.length])
      expect(body.contents.flatMap((one: unknown) => faults(name, one))).toEqual([])
      for (const one of body.contents) {
        const alone = (await reader.get(`${at}/${list}/${one.id}`)).body
        expect(faults(name, alone)).toEqual([])
        expect(alone).toMatchObject(one)
      }
    }
  })

  test('is held to the required fields: without one of them it does not pass', async () => {
    const service = (await reader.get(`${at}/services/${wholeId}`)).body
    const { status: _, ...withoutStatus } = service
    expect(faults('service', withoutStatus)).toEqual([" must have required property 'status'"])
    const [place] = service.service_at_locations
    const { state_province: __, ...address } = place.location.addresses[0]
    expect(faults('location', { ...place.location, addresses: [address] })).toEqual([
      "/addresses/0 must have required property 'state_province'",
    ])
    expect(faults('phone', { ...service.phones[0], id: 'x' })).toEqual(['/id must match format "uuid"'])
  })

  test('has all that is known of a desk', async () => {
    const { body } = await reader.get(`${at}/services/${wholeId}`)
    expect(body).toMatchObject({
      organization_id: registry.school.id,
      name: 'Zorgloket',
      description: 'Vragen over verzuim',
      status: 'active',
      email: 'zorgloket@example.nl',
      url: 'https://example.nl/zorg',
      application_process: 'Bel gerust.',
      organization: { id: registry.school.id, name: 'School', description: 'Every child at school\nBeing heard' },
      phones: [{ number: '020 555 0123', service_id: wholeId }],
      schedules: [{ description: 'Op werkdagen' }],
      service_areas: [{ name: 'Kogerveen' }],
      contacts: [{ name: 'School colleague', title: 'colleague' }],
    })
    const [{ location, location_id }] = body.service_at_locations
    expect(location).toMatchObject({
      id: location_id,
      location_type: 'physical',
      addresses: [{ address_1: 'Dijkstraat 1', country: 'NL' }],
    })
    const organisation = (await reader.get(`${at}/organizations/${registry.school.id}`)).body
    expect(organisation.locations).toEqual([location])
    expect(organisation.organization_identifiers).toMatchObject([
      { identifier_type: 'oin', identifier: '00000099000000001000' },
      { identifier_type: 'kvk', identifier_scheme: 'NL-KVK', identifier: '12345678' },
    ])
  })

  test('gives parts the same id whenever they are asked, and no two of them one', async () => {
    const [one, again] = [await reader.get(`${at}/services?full=true`), await reader.get(`${at}/services?full=true`)]
    expect(again.raw).toBe(one.raw)
    const ids = [...one.raw.matchAll(/"id":"([0-9a-f-]{36})"/g)]
      .map(([, id]) => id)
      .filter((id) => id !== registry.school.id && id !== registry.city.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('keeps desks that closed in their place, as defunct and without a person', async () => {
    const page = (await reader.get(`${at}/services?organization_id=${registry.city.id}`)).body
    expect(page.contents.map(({ id, status }: Record<string, string>) => [id, status])).toEqual([
      [bareId, 'active'],
      [closedId, 'defunct'],
    ])
  })

  test('comes in numbered pages, and is searched', async () => {
    const ids: string[] = []
    for (let page = 1; ; page += 1) {
      const { body } = await reader.get(`${at}/organizations?per_page=4&page=${page}`)
      expect([body.page_number, body.first_page]).toEqual([page, page === 1])
      ids.push(...body.contents.map(({ id }: { id: string }) => id))
      if (body.last_page) break
    }
    expect(ids).toEqual([...new Set(ids)])
    expect(ids.length).toBe(6)
    const beyond = (await reader.get(`${at}/organizations?page=99`)).body
    expect([beyond.empty, beyond.last_page, beyond.size]).toEqual([true, true, 0])
    const found = (await reader.get(`${at}/organizations?search=zorgloket`)).body
    expect(found.contents.map(({ name }: { name: string }) => name)).toEqual(['School'])
    expect(refusalOf(await reader.get(`${at}/organizations?page=101`)).status).toBe(400)
    expect((await reader.get(at)).body).toEqual({ version: '3.1', profile: 'https://docs.openreferral.org/' })
    expect(refusalOf(await reader.get(`${at}/services/${newId()}`)).status).toBe(404)
  })
})
