import pg from 'pg'

/** What was taken off the tables, as the statements that put it back. */
export type Taken = { indexes: string[]; references: string[] }

const ours = `r.relnamespace = 'public'::regnamespace and r.relkind = 'r'`

/**
 * Takes keys, references and indexes off every table of the registry, as their owner: to sort an index once is many times quicker than
 * to grow it row by row. What checks a single row stays.
 */
export async function strip(client: pg.Client): Promise<Taken> {
  const { rows: constraints } = await client.query<{ drop: string; add: string; kind: string }>(
    `select c.contype as kind, format('alter table %s drop constraint %I', c.conrelid::regclass, conname) as drop,
        format('alter table %s add constraint %I %s', c.conrelid::regclass, conname, pg_get_constraintdef(c.oid)) as add
      from pg_constraint c join pg_class r on r.oid = c.conrelid
      where ${ours} and c.contype in ('f', 'p', 'u', 'x') order by c.contype <> 'f', r.relname, conname`,
  )
  for (const { drop } of constraints) await client.query(drop)
  const { rows: indexes } = await client.query<{ name: string; add: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as add
      from pg_index i join pg_class r on r.oid = i.indrelid where ${ours} order by 1`,
  )
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  const of = (reference: boolean) => constraints.filter(({ kind }) => (kind === 'f') === reference).map(({ add }) => add)
  return { indexes: [...of(false), ...indexes.map(({ add }) => add)], references: of(true) }
}

// 1 GB to sort with: an index of twenty million entries is then sorted in one go.
const settings = `set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 2`

/** Puts everything back: two indexes at a time, one per core of a small machine, and then the references, each of which checks every row. */
export async function restore(ownerUrl: string, { indexes, references }: Taken): Promise<void> {
  const left = [...indexes]
  const inTurn = async () => {
    const client = new pg.Client({ connectionString: ownerUrl, application_name: 'handslag-generate' })
    await client.connect()
    try {
      await client.query(settings)
      for (let next = left.shift(); next; next = left.shift()) await client.query(next)
    } finally {
      await client.end()
    }
  }
  await Promise.all([inTurn(), inTurn()])
  left.push(...references)
  await inTurn()
}
