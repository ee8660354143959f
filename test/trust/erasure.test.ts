import { getTableName } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenEntry } from '../../src/domain/ledger.ts'
import { chain, rebuildTables } from '../../src/store/ledger.ts'
import { rebuilt } from '../../src/store/projections/rebuilt.ts'
import { only } from '../support/agreement.ts'
import { note } from '../support/figures.ts'
import { aRegistry, type Caller, type Registry, refusalOf, type Table } from '../support/registry.ts'
import { richHistory } from '../support/registry-actions.ts'

const issuer = 'http://127.0.0.1:8080/local'
const xanthippe = {
  name: 'Xanthippe Quellenborg',
  email: 'x.quellenborg@wissen.example',
  jobTitle: 'Kwartiermaker onderwijs-jeugd',
  account: { issuer, subject: 'xq-7f3a91-login' },
}

let registry: Registry
let table: Table
/** The person who is erased, who took part in nearly everything; and who administers their organisation. */
let personId: string
/** A desk that has that person as its contact. */
let deskId: string
let path: string
let administrator: Caller
let person: Caller

const owner = <T extends object>(sql: string, values: unknown[] = []) => registry.fresh.owner.query<T>(sql, values).then(({ rows }) => rows)

/** Changes a person as a client does that sends a key: the answer, with their name, is then kept. */
async function rename(body: object): Promise<void> {
  const { etag } = await administrator.get(path)
  const { issue } = await registry.issuerFor()
  const token = await issue({ subject: registry.school.grantor.subject, scopes: ['handslag:read', 'handslag:write'] })
  const headers = { 'authorization': `Bearer ${token}`, 'if-match': etag, 'idempotency-key': 'rename-1' }
  const answer = await registry.app.inject({ method: 'PUT', url: `/v1${path}`, headers, payload: body })
  expect(answer.statusCode).toBe(200)
}

beforeAll(async () => {
  registry = await aRegistry()
  const { school } = registry
  personId = school.representative.actor.personId
  path = `/organisations/${school.id}/people/${personId}`
  administrator = registry.as(school.grantor)
  await rename({ ...xanthippe, jobTitle: 'Hulpkwartiermaker' })
  table = await richHistory(registry)
  const desk = await administrator.post(`/organisations/${school.id}/desks`, { name: 'Balie', contactPersonId: personId })
  expect(desk.status).toBe(201)
  deskId = desk.body.id
  const { etag } = await administrator.get(path)
  expect((await administrator.put(path, xanthippe, etag)).status).toBe(200)
  person = registry.as({ subject: xanthippe.account.subject })
})
afterAll(() => registry.close())

/** Every column of every table that is not PostgreSQL's own, from its catalog: also of tables that nobody thought of. */
const columns = () =>
  owner<{ table: string; column: string }>(
    `select format('%I.%I', n.nspname, c.relname) as table, a.attname as column
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
        and a.attnum > 0 and not a.attisdropped order by 1, a.attnum`,
  )

/** Where each of some values stands anywhere in the database: column by column, how many rows hold it in their text. */
async function search(values: readonly string[]): Promise<{ tables: number; columns: number; found: Record<string, string[]> }> {
  const every = await columns()
  const found: Record<string, string[]> = {}
  for (const { table, column } of every) {
    const rows = await owner<{ value: string }>(
      `select distinct wanted.value from ${table} t cross join unnest($1::text[]) as wanted (value)
        where position(lower(wanted.value) in lower(t."${column}"::text)) > 0`,
      [values],
    )
    for (const { value } of rows) found[value] = [...(found[value] ?? []), `${table}.${column}`]
  }
  return { tables: new Set(every.map(({ table }) => table)).size, columns: every.length, found }
}

/** Every text in a value, at any depth. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** What was ever recorded of the person and of nobody else, and the salts under which it was. */
async function theirs(): Promise<{ values: string[]; salts: string[] }> {
  const rows = await owner<{ payload: { id?: string }; salt: string; type: string }>(
    'select payload, salt, type from ledger_payloads join ledger using (stream_id, revision)',
  )
  const own = rows.filter(({ payload, type }) => type.startsWith('person-') && payload.id === personId)
  const others = new Set(rows.filter((row) => !own.includes(row)).flatMap(({ payload }) => textsIn(payload)))
  const values = new Set(own.flatMap(({ payload }) => textsIn(payload)).filter((text) => !others.has(text) && text !== personId))
  return { values: [...values], salts: own.map(({ salt }) => salt) }
}

/** Every row of every table that is made from the ledger, as PostgreSQL writes it. */
async function dump(): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {}
  for (const name of rebuilt.map(getTableName))
    tables[name] = (await owner<{ row: string }>(`select t::text as row from ${name} t order by t::text`)).map(({ row }) => row)
  return tables
}

/** How many streams verify, and which do not. */
async function verified(): Promise<{ chains: number; broken: object[]; gone: number }> {
  const streams = await owner<{ id: string }>('select distinct stream_id as id from ledger')
  const chains = await Promise.all(streams.map(({ id }) => chain(registry.fresh.owner, id)))
  const broken = chains.flatMap((entries) => brokenEntry(entries) ?? [])
  return { chains: chains.length, broken, gone: chains.flat().filter(({ salt }) => salt === undefined).length }
}

describe('everything that is held about a person', () => {
  test('is shown to them: who they are, whatever names them, and what they did', async () => {
    const { status, body } = await person.get('/me/data')
    expect(status).toBe(200)
    expect(body.person).toMatchObject({ ...xanthippe, id: personId })
    const naming = await owner<{ table: string }>(
      `select c.relname as table from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_attribute d on d.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attname = 'agreement_id' and d.attname = 'doc'`,
    )
    let named = 0
    for (const { table } of naming) {
      const rows = await owner<{ doc: unknown }>(
        `select t.doc from ${table} t where t.doc::text like '%' || $1::text || '%'
          and exists (select from parties p where p.agreement_id = t.agreement_id and p.organisation_id = $2 and p.here)`,
        [personId, registry.school.id],
      )
      named += rows.length
      const items = body.inAgreements.map(({ item }: { item: unknown }) => item)
      for (const { doc } of rows) expect(items, table).toContainEqual(doc)
    }
    expect(body.inAgreements).toHaveLength(named)
    expect(new Set(body.inAgreements.map(({ kind }: { kind: string }) => kind)).size).toBeGreaterThan(6)
    const own: unknown[] = []
    for (const table of ['desks', 'position_statements', 'acknowledgements', 'position_answers']) {
      const rows = await owner<{ doc: unknown }>(
        `select doc from ${table} where organisation_id = $2 and doc::text like '%' || $1::text || '%'`,
        [personId, registry.school.id],
      )
      own.push(...rows.map(({ doc }) => doc))
    }
    const said = body.inOrganisation.map(({ item }: { item: unknown }) => item)
    expect(own.length).toBeGreaterThan(0)
    expect(said).toHaveLength(own.length)
    expect(said).toEqual(expect.arrayContaining(own))
    const acts = await owner<{ count: number }>('select count(*)::int as count from ledger where actor_id = $1', [personId])
    expect(body.entries.filter(({ did }: { did: boolean }) => did)).toHaveLength(only(acts[0]).count)
    expect(body.entries.filter(({ did }: { did: boolean }) => !did).map(({ type }: { type: string }) => type)).toEqual([
      'person-added',
      'person-changed',
      'person-changed',
    ])
  })

  test('is shown to who administers their organisation, and to nobody else', async () => {
    const { team, stranger } = registry
    const own = await person.get('/me/data')
    const seen = await administrator.get(`${path}/data`)
    expect({ ...seen.body, madeAt: '' }).toEqual({ ...own.body, madeAt: '' })
    expect((await person.get(`${path}/data`)).status).toBe(200)
    // Whoever was at the city before is a colleague now, and administers nothing.
    const colleague = registry.as(registry.city.colleague)
    expect((await colleague.get('/me')).body.organisation.id).toBe(registry.school.id)
    expect(refusalOf(await colleague.get(`${path}/data`))).toMatchObject({ status: 403, code: 'may-not-administer' })
    for (const house of [team, stranger]) {
      const answer = await registry.as(house.grantor).get(`${path}/data`)
      expect(answer.status).toBe(403)
      expect(JSON.stringify(answer.body)).not.toContain('Quellenborg')
    }
    expect((await registry.operator.get(`${path}/data`)).status).toBe(403)
    expect((await registry.as().get('/me/data')).status).toBe(401)
    expect((await administrator.get(`/organisations/${team.id}/people/${personId}/data`)).status).toBe(404)
  })
})

describe('erasing', () => {
  test('is refused to who does not administer that organisation, and leaves all as it was', async () => {
    const { team, school } = registry
    const before = await dump()
    // Another organisation's stream is not even there for them (row-level security); without that the rule refuses.
    const elsewhere = refusalOf(await registry.as(team.grantor).post(`${path}/erasure`))
    expect(['404 not-found', '403 other-organisation']).toContain(`${elsewhere.status} ${elsewhere.code}`)
    expect(refusalOf(await person.post(`${path}/erasure`))).toMatchObject({ status: 403, code: 'may-not-administer' })
    expect((await registry.as(school.application).post(`${path}/erasure`)).status).toBe(403)
    const last = `/organisations/${school.id}/people/${school.grantor.actor.personId}/erasure`
    expect(refusalOf(await administrator.post(last))).toMatchObject({ status: 409, code: 'last-administrator' })
    expect((await administrator.post(`${path}/erasure`, undefined, '"1"')).status).toBe(412)
    expect(await dump()).toEqual(before)
  })

  test('cannot be had from the database by another way: not without the entry, not of others, not of who is still there', async () => {
    const { database } = registry.deps
    const { id } = registry.school
    const [head] = await owner<{ revision: number }>('select revision from streams where id = $1', [id])
    const revision = only(head).revision + 1
    const naming = await owner<{ revision: number }>(
      `select revision from ledger_payloads where stream_id = $1 and payload->>'id' = $2 order by 1`,
      [id, personId],
    )
    const all = naming.map((row) => row.revision)
    const forge = async (stream: string, revisions: readonly number[], who = personId) => {
      const client = await database.pool.connect()
      try {
        await client.query(`begin; select set_config('handslag.kind', 'person', true), set_config('handslag.actor', 'forger', true),
          set_config('handslag.organisation', '${id}', true)`)
        await client.query(
          `with e as (insert into ledger (stream_id, revision, stream_type, type, recorded_at, actor_id, organisation_id, payload_digest,
              previous_hash, hash) values ($1, $2, 'organisation', 'person-erased', now(), 'forger', $3, 'x', 'y', 'z'))
            insert into ledger_payloads (stream_id, revision, salt, payload) values ($1, $2, 'salt', $4)`,
          [stream, revision, id, { personId: who, leftAt: registry.now(), revisions }],
        )
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    const refused = { code: '23514', constraint: 'ledger_erasure' }
    await expect(forge(id, all)).rejects.toMatchObject(refused) // still there
    await expect(forge(id, all.slice(1))).rejects.toMatchObject(refused)
    await expect(forge(id, [...all, 1])).rejects.toMatchObject(refused)
    await expect(forge(id, [])).rejects.toMatchObject(refused)
    await expect(forge(id, [1], registry.school.id)).rejects.toMatchObject(refused)
    // The stream of another organisation is not there to write in.
    await expect(forge(registry.team.id, all)).rejects.toMatchObject({ code: '42501' })
    await expect(database.pool.query('select erase_person()')).rejects.toThrow()
    expect((await verified()).gone).toBe(0)
  })

  test('takes what is known of the person out of every table, and nothing else; the chain verifies, and it stays known who was mandated', async ({
    task,
  }) => {
    const { values, salts } = await theirs()
    expect(values).toEqual(
      expect.arrayContaining([xanthippe.name, xanthippe.email, xanthippe.jobTitle, xanthippe.account.subject, 'Hulpkwartiermaker']),
    )
    expect(salts).toHaveLength(3)
    const wanted = [...values, ...salts]
    const before = await search(wanted)
    expect(Object.keys(before.found).toSorted()).toEqual(wanted.toSorted())
    expect(before.found[xanthippe.name]).toEqual(
      expect.arrayContaining(['public.ledger_payloads.payload', 'public.streams.state', 'public.people.doc', 'public.answers.body']),
    )
    const reader = registry.as(registry.team.representative)
    const moments = await owner<{ at: string }>('select recorded_at as at from ledger where stream_id = $1 order by revision', [table.id])
    const asked = [0.3, 0.6, 0.9].map((part) => only(moments[Math.floor(moments.length * part)]).at)
    const mandated = () =>
      Promise.all(asked.map(async (at) => (await reader.get(`/agreements/${table.id}/mandates?validAt=${at}`)).body.items))
    const mandatedBefore = await mandated()
    expect(JSON.stringify(mandatedBefore)).toContain(personId)
    const was = await dump()
    const hashes = await owner('select hash from ledger order by hash')

    const erased = await administrator.post(`${path}/erasure`)
    expect(erased.status).toBe(200)
    expect(erased.body).toMatchObject({ id: personId, name: personId, authorities: [], deskIds: [deskId] })
    expect(Object.keys(erased.body).toSorted()).toEqual(
      ['authorities', 'deskIds', 'erasedAt', 'id', 'leftAt', 'name', 'organisationId', 'revision'].toSorted(),
    )

    const after = await search(wanted)
    expect(after.found).toEqual({})
    const chains = await verified()
    expect(chains).toMatchObject({ broken: [], gone: salts.length })
    // History: nothing but two entries more.
    const later = await owner<{ hash: string }>('select hash from ledger order by hash')
    expect(later).toEqual(expect.arrayContaining(hashes))
    expect(later).toHaveLength(hashes.length + 2)
    // The tables: nothing but this person, their account, and the head of their organisation.
    const is = await dump()
    const changed = Object.entries(is).map(([name, rows]) => [name, rows.filter((row) => !was[name]?.includes(row)).length])
    expect(Object.fromEntries(changed.filter(([, count]) => count !== 0))).toEqual({ streams: 1, people: 1, accounts: 1 })
    expect(Object.entries(is).map(([name, rows]) => [name, rows.length])).toEqual(
      Object.entries(was).map(([name, rows]) => [name, rows.length]),
    )

    await rebuildTables(registry.fresh.url)
    expect(await dump()).toEqual(is)
    expect((await search(wanted)).found).toEqual({})
    expect(await mandated()).toEqual(mandatedBefore)

    note(task, {
      'tables searched': after.tables,
      'columns searched': after.columns,
      'values and salts found before': Object.keys(before.found).length,
      'places they stood in before': Object.values(before.found).flat().length,
      'values and salts found after': Object.keys(after.found).length,
      'payloads erased': chains.gone,
      'chains verified': chains.chains,
      'chains broken': chains.broken.length,
      'moments at which it is still known who was mandated': asked.length,
    })
  })

  test('shuts the person out, shows their id to others, and is done once', async () => {
    expect((await person.get('/me')).status).toBe(403)
    for (const house of [registry.school, registry.team]) {
      const seen = await registry.as(house.grantor).get(path)
      expect(seen.body).toMatchObject({ id: personId, name: personId })
      expect(seen.body.erasedAt).toBeDefined()
    }
    expect(refusalOf(await administrator.post(`${path}/erasure`))).toMatchObject({ status: 409, code: 'already-done' })
    // What is still held about them: their id, and what was done under it.
    const { body } = await administrator.get(`${path}/data`)
    expect(body.person.name).toBe(personId)
    expect(body.inAgreements.length).toBeGreaterThan(10)
  })

  test('of somebody who had left before can be asked of the operator, and frees the account', async () => {
    const { team } = registry
    const own = registry.as(team.grantor)
    const who = `/organisations/${team.id}/people/${team.colleague.actor.personId}`
    const { etag, body } = await own.get(who)
    expect((await own.del(who, etag)).status).toBe(204)
    expect((await registry.operator.post(`${who}/erasure`)).status).toBe(200)
    expect((await search([body.email])).found).toEqual({})
    const again = await own.post(`/organisations/${team.id}/people`, { name: 'Somebody else', account: xanthippe.account })
    expect(again.status).toBe(201)
    expect(await verified()).toMatchObject({ broken: [] })
  })
})
