import type pg from 'pg'

type Column = { table: string; column: string; type: string }

/** Which columns say whose a row is, first to last; of the copies of one agreement, organisation or network they say so anew. */
const owners = ['agreement_id', 'stream_id', 'programme_id', 'inquiry_id', 'network_id', 'organisation_id', 'id']
const roots = ['agreements', 'networks', 'organisations', 'streams']

/**
 * Makes every table of a database grow to well over `count` rows: the rows of one agreement are copied, which so has the same parties a
 * great many times, and so are the people, applications and accounts of one organisation. What the copies say is that of the first.
 * Adopted versions of one in three are public and of one in three their network's, and all of them are in force.
 */
export async function grow(
  owner: pg.Pool,
  { agreementId, organisationId }: { agreementId: string; organisationId: string },
  count: number,
): Promise<void> {
  const client = await owner.connect()
  try {
    // Copies need no foreign keys and no triggers: they are made of what those let pass.
    await client.query(`set session_replication_role = replica; set synchronous_commit = off;
      create temp table copies as select n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id from generate_series(1, ${count}) n`)
    const { rows: columns } = await client.query<Column>(
      `select c.table_name as table, c.column_name as column, c.data_type as type from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name) where table_schema = 'public' and table_type = 'BASE TABLE' and is_generated = 'NEVER'`,
    )
    for (const table of new Set(columns.map((column) => column.table)))
      await copyRows(
        client,
        table,
        columns.filter((column) => column.table === table),
        { agreementId, organisationId },
      )
    await client.query('reset session_replication_role')
    await client.query('vacuum analyze')
  } finally {
    client.release(true)
  }
}

/** Copies one or two rows of a table for each of the copies. */
async function copyRows(
  client: pg.PoolClient,
  table: string,
  columns: readonly Column[],
  { agreementId, organisationId }: { agreementId: string; organisationId: string },
): Promise<void> {
  const has = (name: string) => columns.some(({ column }) => column === name)
  const own = roots.includes(table) ? 'id' : owners.find(has)
  // What hangs under an organisation stays with it, and has an id of its own.
  const under = own === 'organisation_id' && has('id') ? 'id' : own
  const over: Record<string, string> = { ...(under && { [under]: 'c.id' }), ...overrides[table] }
  const mine = ['agreement_id', 'stream_id'].includes(own ?? '') || ['agreements', 'streams'].includes(table)
  const theirs = own === 'organisation_id' || table === 'organisations'
  const source = mine
    ? `t.${own} = '${agreementId}'`
    : theirs
      ? `t.${table === 'organisations' ? 'id' : 'organisation_id'} = '${organisationId}'`
      : 'true'
  // Every party, so that each of their organisations sits at every table; of the rest as many as give the table its size.
  const rows = table === 'parties' ? 100 : /^ledger/.test(table) ? 4 : 1
  const list = columns.map(({ column, type }) => over[column] ?? (lean(table, type) ? `'{}'` : `t."${column}"`))
  // The queue is empty when all is in the log: there it waits as it does in the ledger.
  const from = table === 'log_queue' ? 'ledger' : table
  await client.query(`insert into "${table}" (${columns.map(({ column }) => `"${column}"`).join(', ')})
    select ${list.join(', ')} from copies c cross join (select * from "${from}" t where ${source} ${has('revision') ? 'order by revision' : ''} limit ${rows}) t`)
}

/** What no list shows is left out of the copies. */
const lean = (table: string, type: string): boolean => type === 'jsonb' && !listed.includes(table)
const listed = [
  'agreements',
  'versions',
  'organisations',
  'people',
  'desks',
  'social_map',
  'applications',
  'networks',
  'network_members',
  'network_roles',
  'network_role_holders',
  'roles',
  'mandates',
]

const random = 'gen_random_uuid()'
const inTurn = `(array['parties', 'network', 'public'])[1 + c.n % 3]`

/** What a copy must have of its own, where a table keeps something apart, and what makes it likely. */
const overrides: Readonly<Record<string, Record<string, string>>> = {
  // What one organisation says back is about as many others.
  acknowledgements: { about_id: random },
  accounts: { subject: `'copy-' || c.n` },
  agreements: { status: `'active'`, visibility: inTurn, network_id: '(select id from networks order by id limit 1)' },
  answers: { key: 'c.id::text', caller_id: `'copy-' || c.n / 10` },
  checkpoints: { size: '-c.n' },
  // A network has few of them.
  exchange_programmes: { id: 'c.id', network_id: '(select id from networks order by id limit 1)' },
  exchange_enrolments: { person_id: random },
  exchange_reflections: { person_id: random, follow_up_with_id: random },
  findings: { inquiry_id: random },
  inquiries: { id: 'c.id', network_id: random },
  inquiry_seats: { inquiry_id: random },
  recommendations: { id: 'c.id', network_id: random, addressee_id: random },
  in_force: { until_at: `now() + interval '300 days'`, replaced_at: 'null' },
  ledger: { hash: `repeat(md5(c.n::text || t.revision), 2)` },
  log_entries: { position: '1000000000 + c.n', stream_id: random },
  log_nodes: { level: '60', index: 'c.n' },
  log_queue: { hash: `repeat(md5(c.n::text || t.revision), 2)` },
  // One person holds few of the mandates.
  mandates: { holder_id: random },
  // A message lies with who sent it.
  messages: { id: 'c.id' },
  network_members: { organisation_id: random },
  // The demonstration knows its own by their name.
  networks: { name: `t.name || ' ' || c.n` },
  organisation_identifiers: { value: 'c.n::text' },
  parties: { status: `'active'`, title: `t.title || c.n % 100` },
  publications: { visibility: inTurn, network_id: '(select id from networks order by id limit 1)', adopted: 'true' },
  rounds: { state: `'closed'` },
  // One agreement is linked with few, and an organisation has twenty templates at most.
  links: { to_id: random },
  templates: { organisation_id: random },
  transfers: { to_person_id: random, state: `'offered'` },
}
