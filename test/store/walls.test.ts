import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joinNetwork } from '../../src/actions/network/network.ts'
import type { Acting, Actor } from '../../src/domain/actor.ts'
import { by } from '../../src/domain/actor.ts'
import { newId } from '../../src/store/new-id.ts'
import { registryItself, within } from '../../src/store/transaction.ts'
import { only } from '../support/agreement.ts'
import { acting, aDraft, aRegistry, deliberating, type Registry, type Table } from '../support/registry.ts'
import { aNetwork } from '../support/registry-actions.ts'

let registry: Registry
const tables: { drafted: Table; deliberated: Table; shown: Table; networked: Table; hidden: Table } = {} as never

beforeAll(async () => {
  registry = await aRegistry()
  const networkId = await aNetwork(registry)
  await joinNetwork(registry.deps, registry.school.representative.actor, { networkId }, { organisationId: registry.stranger.id })
  tables.drafted = await aDraft(registry, { visibility: 'public' })
  tables.deliberated = await deliberating(registry)
  tables.shown = await acting(registry, { visibility: 'public' })
  tables.networked = await acting(registry, { visibility: 'network', networkId })
  tables.hidden = await acting(registry)
})
afterAll(() => registry.close())

const nobody: Acting = { kind: 'nobody', actorId: '' }

/** What a statement gives somebody, with nothing of the program between them and the database. */
const asked = <Row extends object>(who: Acting | Actor, text: string, values: unknown[] = []): Promise<Row[]> => {
  const { database } = registry.deps
  const on = 'actorId' in who ? who : by(who)
  return within(database.pool, on, async () => (await database.query<Row>(text, values)).rows)
}
const refused = { code: '42501' }

/** Every table of what belongs to agreements, with the column that says which. */
const ofAgreements = async () =>
  (
    await registry.fresh.owner.query<{ name: string; column: string }>(
      `select c.relname as name, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not a.attisdropped
          and (a.attname = 'agreement_id' or (c.relname = 'agreements' and a.attname = 'id')
            or (c.relname in ('streams') and a.attname = 'id')
            or (c.relname in ('ledger', 'ledger_payloads', 'snapshots') and a.attname = 'stream_id'))`,
    )
  ).rows

describe('row-level security', () => {
  test('is on for every table, and the application owns none of them and cannot pass by it', async () => {
    const { rows } = await registry.fresh.owner.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`,
    )
    expect(rows).toEqual([])
    const roles = await registry.fresh.owner.query(`select rolsuper, rolbypassrls from pg_roles where rolname = 'handslag_app'`)
    expect(roles.rows).toEqual([{ rolsuper: false, rolbypassrls: false }])
  })

  test('leaves these views, of the owner’s: ids for its policies, the map as it is searched, and what the one read beside transactions reads', async () => {
    const { rows } = await registry.fresh.owner.query<{ name: string; columns: string[] }>(
      `select relname as name, array_agg(attname::text order by attnum) as columns from pg_class join pg_attribute on attrelid = pg_class.oid
        where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') and attnum > 0 group by 1 order by 1`,
    )
    expect(rows).toEqual([
      { name: 'acknowledged', columns: ['organisation_id', 'id', 'about_id', 'number', 'at'] },
      { name: 'circles', columns: ['id', 'network_id'] },
      { name: 'findable', columns: ['organisation_id', 'name', 'subjects', 'search'] },
      { name: 'guests', columns: ['agreement_id', 'person_id', 'doc'] },
      { name: 'memberships', columns: ['network_id', 'organisation_id'] },
      { name: 'publications_of_all', columns: ['agreement_id', 'visibility', 'network_id', 'adopted'] },
      { name: 'seats', columns: ['agreement_id', 'organisation_id'] },
      { name: 'stream_types', columns: ['id', 'type'] },
      { name: 'version_periods', columns: ['agreement_id', 'from_at', 'until_at', 'known_at', 'replaced_at', 'number', 'doc', 'annexes'] },
    ])
  })

  test('shows nothing of an agreement to who is not at its table, but adopted versions where they may be read', async () => {
    const { stranger, city, operator } = { ...registry, operator: { kind: 'operator', subject: 'operator' } as const }
    const names = await ofAgreements()
    expect(names.length).toBeGreaterThan(18)
    const versions = ['publications', 'versions', 'participants', 'in_force']
    for (const [key, { id }] of Object.entries(tables))
      for (const { name, column } of names) {
        const seen = async (who: Acting | Actor) => (await asked(who, `select 1 from ${name} where ${column} = $1`, [id])).length
        expect(await seen(stranger.representative.actor), `${key} ${name}`).toBe(
          versions.includes(name) && (key === 'shown' || key === 'networked') ? await seen(city.representative.actor) : 0,
        )
        for (const who of [operator, nobody] as const)
          expect(await seen(who), `${key} ${name}`).toBe(
            versions.includes(name) && key === 'shown' ? await seen(city.representative.actor) : 0,
          )
      }
    // And all of it to who is.
    for (const name of ['streams', 'ledger', 'parties', 'rounds', 'hearings', 'mandates', 'versions', 'ledger_payloads'])
      expect(await asked(city.application.actor, `select 1 from ${name}`), name).not.toEqual([])
  })

  test('shows nothing at all outside a transaction that says for whom it is, but who tells who somebody is', async () => {
    const { rows } = await registry.fresh.owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
    )
    const { pool } = registry.deps.database
    const open: string[] = []
    for (const { name } of rows) {
      if (!(await pool.query(`select has_table_privilege($1, 'select') as may`, [name])).rows[0]?.may) continue
      if ((await pool.query(`select 1 from ${name} limit 1`)).rows.length > 0) open.push(name)
    }
    expect((await pool.query('select 1 from findable')).rows).toEqual([])
    // The log says nothing of what was agreed; of the rest, what is public.
    expect(open.sort().filter((name) => !['log_entries', 'log_nodes', 'checkpoints'].includes(name))).toEqual([
      'accounts',
      'in_force',
      'participants',
      'publications',
      'versions',
    ])
    expect(await pool.query('select distinct visibility from publications').then((answer) => answer.rows)).toEqual([
      { visibility: 'public' },
    ])
  })

  test('keeps nothing of one transaction for the next on the same connection', async () => {
    const { city } = registry
    const { database } = registry.deps
    await asked(city.representative.actor, 'select 1 from parties')
    for (let nth = 0; nth < 12; nth += 1) expect((await database.pool.query('select 1 from parties')).rows).toEqual([])
  })

  test('lets nobody write into an agreement of others, nor lock it to do so', async () => {
    const who = registry.stranger.representative.actor
    const { id } = tables.hidden
    expect(await asked(who, `select id from streams where id = $1 for update`, [id])).toEqual([])
    expect(await asked(who, `update rounds set state = 'closed' where agreement_id = $1 returning 1`, [id])).toEqual([])
    await expect(
      asked(
        who,
        `insert into parties (agreement_id, id, organisation_id, involvement, here, doc) values ($1, $2, $3, 'seated', true, '{}')`,
        [id, newId(), who.organisationId],
      ),
    ).rejects.toMatchObject(refused)
    await expect(asked(who, `insert into ledger_payloads values ($1, 9999, 'salt', '{}')`, [id])).rejects.toMatchObject(refused)
  })

  test('lets nobody write an entry in another’s name', async () => {
    const { city, school } = registry
    const entry = (actorId: string, organisationId: string) =>
      asked(
        city.representative.actor,
        `insert into ledger select stream_id, revision + 1000, stream_type, type, recorded_at, $2, $3, null, payload_digest, hash, $4
          from ledger where stream_id = $1 and revision = 1`,
        [tables.hidden.id, actorId, organisationId, newId()],
      )
    const { personId } = city.representative.actor
    await expect(entry(school.representative.actor.personId, city.id)).rejects.toMatchObject(refused)
    await expect(entry(personId, school.id)).rejects.toMatchObject(refused)
    await entry(personId, city.id)
    await registry.fresh.owner.query('delete from ledger where revision > 1000')
  })

  test('keeps an organisation’s applications, accounts and people its own to write, and its applications its own to read', async () => {
    const { city, stranger } = registry
    const who = stranger.representative.actor
    expect(await asked(who, 'select 1 from applications where organisation_id = $1', [city.id])).toEqual([])
    expect(await asked(city.representative.actor, 'select 1 from applications where organisation_id = $1', [city.id])).toHaveLength(1)
    for (const table of ['people', 'accounts', 'applications', 'desks'])
      expect(
        await asked(who, `update ${table} set organisation_id = organisation_id where organisation_id = $1 returning 1`, [city.id]),
      ).toEqual([])
    expect(await asked(who, 'select id from streams where id = $1 for update', [city.id])).toEqual([])
  })

  test('keeps what was answered to one caller from every other', async () => {
    const { city, school } = registry
    await asked(city.representative.actor, `insert into answers (caller_id, key, request_digest, at) values ($1, 'k', 'd', now())`, [
      city.representative.actor.personId,
    ])
    expect(await asked(city.representative.actor, 'select 1 from answers')).toHaveLength(1)
    expect(await asked(school.representative.actor, 'select 1 from answers')).toEqual([])
    expect(await asked(registryItself, 'select 1 from answers')).toHaveLength(1)
    await expect(
      asked(school.representative.actor, `insert into answers (caller_id, key, request_digest, at) values ($1, 'j', 'd', now())`, [
        city.representative.actor.personId,
      ]),
    ).rejects.toMatchObject(refused)
  })
})

describe('a transaction', () => {
  const count = async () => only((await registry.fresh.owner.query<{ count: number }>('select count(*) from answers')).rows[0]).count
  const insert = (key: string) =>
    registry.deps.database.query(`insert into answers (caller_id, key, request_digest, at) values ('registry', $1, 'd', now())`, [key])

  test('leaves nothing behind when the work throws', async () => {
    const before = await count()
    const { pool } = registry.deps.database
    const work = within(pool, registryItself, async () => {
      await insert('thrown')
      throw new Error('no')
    })
    await expect(work).rejects.toThrow('no')
    expect(await count()).toBe(before)
  })

  test('is not taken for committed when a statement failed and its error was passed over', async () => {
    const before = await count()
    const { pool, query } = registry.deps.database
    const work = within(pool, registryItself, async () => {
      await insert('passed over')
      await query('select 1 / 0').catch(() => undefined)
      return 'done'
    })
    await expect(work).rejects.toThrow('passed over')
    expect(await count()).toBe(before)
  })

  test('acts for one actor: another within it is refused', async () => {
    const { pool } = registry.deps.database
    const { city, school } = registry
    await expect(
      within(pool, by(city.representative.actor), () => within(pool, by(school.representative.actor), async () => 'both')),
    ).rejects.toThrow('one transaction acts for one actor')
  })

  test('is over when it is over: a branch that nobody waited for does not end up in the next one’s', async () => {
    const { pool, query } = registry.deps.database
    let go = (): void => undefined
    const waiting = new Promise<void>((resolve) => {
      go = resolve
    })
    let late: Promise<unknown> = Promise.resolve()
    await within(pool, by(registry.city.representative.actor), async () => {
      await query('select 1')
      late = waiting.then(() => query('select 1'))
    })
    go()
    await expect(late).rejects.toThrow('this transaction is over')
  })

  test('takes no connection where nothing is asked', async () => {
    const { pool } = registry.deps.database
    const held = pool.totalCount - pool.idleCount
    await within(pool, registryItself, async () => expect(pool.totalCount - pool.idleCount).toBe(held))
  })
})
