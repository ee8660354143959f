import { is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kinds } from '../../src/domain/adoption.ts'
import { visibilities } from '../../src/domain/agreement.ts'
import { commitmentStates } from '../../src/domain/commitment.ts'
import { contributionKinds } from '../../src/domain/contribution.ts'
import { placementStates } from '../../src/domain/exchange/placement.ts'
import { findingKinds, inquiryStates } from '../../src/domain/inquiry.ts'
import { linkKinds } from '../../src/domain/link.ts'
import { meetingStates } from '../../src/domain/meeting/meeting.ts'
import { identifierSchemes } from '../../src/domain/organisation.ts'
import { involvements } from '../../src/domain/party.ts'
import { pulseKinds } from '../../src/domain/pulse.ts'
import { recommendationStatuses } from '../../src/domain/recommendation.ts'
import { agreementStatuses, roundStates } from '../../src/domain/round.ts'
import { positions } from '../../src/domain/stance.ts'
import { transferStates } from '../../src/domain/transfer.ts'
import { annexKinds } from '../../src/domain/version.ts'
import { newId } from '../../src/store/new-id.ts'
import { agreementProjections } from '../../src/store/projections/agreement.ts'
import { programmeProjections } from '../../src/store/projections/exchange.ts'
import { inquiryProjections, recommendationProjections } from '../../src/store/projections/inquiry.ts'
import { networkProjections } from '../../src/store/projections/network.ts'
import { organisationProjections } from '../../src/store/projections/organisation.ts'
import * as agreementTables from '../../src/store/tables/agreement.ts'
import * as exchangeTables from '../../src/store/tables/exchange.ts'
import * as inquiryTables from '../../src/store/tables/inquiry.ts'
import * as ledgerTables from '../../src/store/tables/ledger.ts'
import * as logTables from '../../src/store/tables/log.ts'
import * as networkTables from '../../src/store/tables/network.ts'
import * as organisationTables from '../../src/store/tables/organisation.ts'
import * as roundTables from '../../src/store/tables/round.ts'
import * as versionTables from '../../src/store/tables/version.ts'
import { only } from '../support/agreement.ts'
import { accepted, aRegistry, prepared, type Registry, type Table } from '../support/registry.ts'
import { aMonday, richHistory } from '../support/registry-actions.ts'
import { asSuperuser } from '../support/server.ts'

let registry: Registry
let ended: Table
let open: Table
beforeAll(async () => {
  registry = await aRegistry()
  ended = await richHistory(registry)
  registry.goTo(aMonday)
  open = await accepted(registry, await prepared(registry))
})
afterAll(() => registry.close())

const query = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await registry.fresh.owner.query<Row>(sql, values)).rows

const modules = [
  agreementTables,
  exchangeTables,
  inquiryTables,
  ledgerTables,
  logTables,
  networkTables,
  organisationTables,
  roundTables,
  versionTables,
]
const declared: PgTable[] = modules.flatMap((module) => Object.values(module)).flatMap((table) => (is(table, PgTable) ? [table] : []))
const nameOf = (table: PgTable) => getTableConfig(table).name
const ofAgreements = agreementProjections.map(({ table }) => nameOf(table)).filter((name) => name !== 'agreements')

test('the database has the tables that the program declares, and no others', async () => {
  const rows = await query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  )
  expect(rows.map(({ name }) => name).sort()).toEqual(declared.map(nameOf).sort())
})

const log = ['log_queue', 'log_entries', 'log_nodes', 'checkpoints', 'receipts']

test('every table is the ledger, the head or a snapshot of a stream, the log, what was answered, or made from one kind of stream', () => {
  const projected = [
    organisationProjections,
    networkProjections,
    programmeProjections,
    inquiryProjections,
    recommendationProjections,
    agreementProjections,
  ].map((projections) => new Set(projections.map(({ table }) => nameOf(table))))
  const own = new Set(['ledger', 'ledger_payloads', 'streams', 'snapshots', ...log, 'answers'])
  for (const name of declared.map(nameOf)) expect([own, ...projected].filter((some) => some.has(name)).length, name).toBe(1)
})

describe('every row carries the id of its stream, so that tables can be distributed by it', () => {
  /** The columns of each unique index: a database that is spread over servers can keep only those with the stream's id in them. */
  const uniques = () =>
    query<{ name: string; columns: string[]; primary: boolean }>(
      `select c.relname as name, i.indisprimary as primary, array_agg(a.attname::text order by a.attname) as columns
        from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
        where c.relnamespace = 'public'::regnamespace and i.indisunique group by i.indexrelid, c.relname, i.indisprimary`,
    )

  test('what belongs to agreements has the id of its agreement in its primary key, and in everything else that is unique', async () => {
    const found = (await uniques()).filter(({ name }) => ofAgreements.includes(name))
    expect(
      found
        .filter(({ primary }) => primary)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...ofAgreements].sort())
    for (const { name, columns } of found) expect(columns, name).toContain('agreement_id')
  })

  test('so have the ledger and the snapshots that of their stream', async () => {
    const found = (await uniques()).filter(({ name, primary }) => primary && ['ledger', 'ledger_payloads', 'snapshots'].includes(name))
    expect(found).toHaveLength(3)
    for (const { columns } of found) expect(columns).toEqual(['revision', 'stream_id'])
  })

  test('what refers within an agreement says which agreement', async () => {
    const references = await query<{ from: string; to: string; columns: string[] }>(
      `select c.conrelid::regclass::text as from, c.confrelid::regclass::text as to,
          (select array_agg(attname::text) from pg_attribute where attrelid = c.conrelid and attnum = any(c.conkey)) as columns
        from pg_constraint c where c.contype = 'f'`,
    )
    const within = references.filter(({ to }) => to === 'agreements' || ofAgreements.includes(to))
    for (const { from, to, columns } of within) expect(columns, `${from} to ${to}`).toContain('agreement_id')
    // Each of them belongs to an agreement that is there.
    for (const name of ofAgreements) expect(within.some(({ from, to }) => from === name && to === 'agreements')).toBe(true)
  })
})

describe('the database knows the same words as the rules', () => {
  const words: [string, string, readonly string[]][] = [
    ['agreements', 'kind', kinds],
    ['agreements', 'status', agreementStatuses],
    ['agreements', 'visibility', visibilities],
    ['publications', 'kind', kinds],
    ['publications', 'visibility', visibilities],
    ['parties', 'involvement', involvements],
    ['parties', 'kind', kinds],
    ['parties', 'status', agreementStatuses],
    ['findings', 'kind', findingKinds],
    ['exchange_placements', 'state', placementStates],
    ['inquiries', 'state', inquiryStates],
    ['recommendations', 'status', recommendationStatuses],
    ['rounds', 'state', roundStates],
    ['contributions', 'kind', contributionKinds],
    ['stances', 'position', positions],
    ['meetings', 'state', meetingStates],
    ['annexes', 'kind', annexKinds],
    ['participants', 'kind', kinds],
    ['participants', 'involvement', involvements],
    ['links', 'kind', linkKinds],
    ['pulses', 'kind', pulseKinds],
    ['templates', 'kind', kinds],
    ['commitments', 'state', commitmentStates],
    ['transfers', 'state', transferStates],
    ['organisation_identifiers', 'scheme', identifierSchemes],
    ['accounts', 'kind', ['person', 'application']],
  ]

  test.each(words)('%s.%s holds exactly those of the domain', async (table, column, expected) => {
    const [row] = await query<{ definition: string }>(
      `select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::regclass and conname = $2`,
      [table, `${table}_${column}`],
    )
    const known = [...only(row).definition.matchAll(/'([^']+)'/g)].map(([, word]) => word)
    expect(known).toEqual([...expected])
  })

  test.each(words)('%s.%s refuses any other', async (table, column) => {
    expect((await query(`select 1 from ${table} limit 1`)).length).toBe(1)
    for (const other of ['unknown', '', 'Closed '])
      await expect(query(`update ${table} set ${column} = $1`, [other])).rejects.toMatchObject({
        code: '23514',
        constraint: `${table}_${column}`,
      })
  })

  test('no column named state, status, kind, position, involvement, visibility or scheme goes without', async () => {
    const columns = await query<{ table: string; column: string }>(
      `select table_name as table, column_name as column from information_schema.columns
        where table_schema = 'public' and table_name in (select relname from pg_class where relkind = 'r') and column_name = any($1) and data_type = 'text' order by 1, 2`,
      [['state', 'status', 'kind', 'position', 'involvement', 'visibility', 'scheme']],
    )
    expect(columns.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(
      words.map(([table, column]) => `${table}.${column}`).sort(),
    )
  })
})

describe('whatever the program does, the database never holds', () => {
  /** Adds a row that is a copy of another but for some columns. */
  const copy = (table: string, of: string, over: Record<string, unknown>) =>
    query(`insert into ${table} select (jsonb_populate_record(t, $1::jsonb)).* from ${table} t where ${of} limit 1`, [JSON.stringify(over)])

  const conflict = (constraint: string) => ({ code: '23505', constraint })

  test('two stances of one party in one round', async () => {
    await expect(copy('stances', `agreement_id = '${open.id}'`, { id: newId() })).rejects.toMatchObject(
      conflict('stances_agreement_id_round_number_party_id_pk'),
    )
  })

  test('a mandate that somebody gave themself', async () => {
    const ids = { id: newId(), grantor_id: registry.school.representative.actor.personId }
    await expect(copy('mandates', `holder_id = '${registry.school.representative.actor.personId}'`, ids)).rejects.toMatchObject({
      code: '23514',
      constraint: 'mandates_not_to_self',
    })
  })

  test('a mandate without a period', async () => {
    await expect(query('update mandates set until_at = from_at')).rejects.toMatchObject({ code: '23514', constraint: 'mandates_period' })
  })

  test('a stance under a mandate, or a mandate of a party, of another agreement', async () => {
    const [mandate] = Object.keys(ended.state.mandates)
    const [party] = Object.keys(ended.state.parties)
    await expect(query('update stances set mandate_id = $2 where agreement_id = $1', [open.id, mandate])).rejects.toMatchObject({
      code: '23503',
      constraint: 'stances_mandate',
    })
    await expect(query('update mandates set party_id = $2 where agreement_id = $1', [open.id, party])).rejects.toMatchObject({
      code: '23503',
      constraint: 'mandates_party',
    })
  })

  test('two open rounds of one agreement', async () => {
    await expect(copy('rounds', `agreement_id = '${open.id}'`, { number: 2 })).rejects.toMatchObject(conflict('rounds_one_open'))
  })

  test('two places at one table for one organisation, as long as it is there', async () => {
    const seat = `agreement_id = '${open.id}' and organisation_id = '${registry.city.id}'`
    await expect(copy('parties', seat, { id: newId() })).rejects.toMatchObject(conflict('parties_organisation'))
    await copy('parties', seat, { id: newId(), here: false })
  })

  test('two reflections of one party in one round', async () => {
    await expect(copy('reflections', `agreement_id = '${ended.id}'`, { id: newId() })).rejects.toMatchObject(conflict('reflections_once'))
  })

  test('one account for two, or one identifier for two organisations, while both are in use', async () => {
    const city = registry.city.representative.actor.personId
    await expect(copy('accounts', `id = '${city}'`, { id: newId() })).rejects.toMatchObject(conflict('accounts_once'))
    await copy('accounts', `id = '${city}'`, { id: newId(), active: false })
    const number = `organisation_id = '${registry.city.id}' and current`
    const taken = { organisation_id: registry.school.id }
    await expect(copy('organisation_identifiers', number, taken)).rejects.toMatchObject(conflict('organisation_identifiers_once'))
    await copy('organisation_identifiers', number, { ...taken, current: false })
  })

  test('an entry twice, or with a hash that another has', async () => {
    await expect(copy('ledger', 'revision = 1', {})).rejects.toMatchObject(conflict('ledger_stream_id_revision_pk'))
    await expect(copy('ledger', 'revision = 1', { revision: 9999 })).rejects.toMatchObject(conflict('ledger_hash'))
  })

  test('moments finer than a millisecond: what is read is what was written', async () => {
    const rows = await asSuperuser(registry.fresh.url, (client) =>
      client.query(`select table_name, column_name, datetime_precision as digits from information_schema.columns
        where table_schema = 'public' and data_type like 'timestamp%'`),
    )
    expect(rows.rows.length).toBeGreaterThan(10)
    expect(rows.rows.filter(({ digits }) => digits !== 3)).toEqual([])
  })
})
