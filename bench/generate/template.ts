import { text as textOf } from 'node:stream/consumers'
import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { canonical, digest } from '../../src/domain/digest.ts'
import { genesis } from '../../src/domain/ledger.ts'
import type { Stream } from '../../src/store/ledger.ts'
import { changedRows } from '../../src/store/projections/projection.ts'
import { keyOf, writtenColumns } from '../../src/store/projections/upsert.ts'
import { snapshots, streams } from '../../src/store/tables/ledger.ts'
import type { Act } from './history.ts'
import { cutter, print, type Stencil } from './stencil.ts'

type AnyEvent = { type: string; data: object; mandateId?: string }

/** A stream of which ids, names, digests and hashes are holes: everything that it takes to write one like it. */
export type Template = {
  /** Per version: what its digest is over. */
  versions: Stencil[]
  entries: { said: Stencil; hashed: Stencil; line: Stencil; payload: Stencil }[]
  rows: { table: string; line: Stencil }[]
  streamId: Stencil
}

/** Where the values stand that printing itself finds; those of the caller come after them, and then the digest of each version. */
const own = ['{payload digest}', '{hash before}', '{hash}', '{salt}'] as const
const [digestAt, beforeAt, hashAt, saltAt] = [0, 1, 2, 3] as const

/** What digests of versions are over: worked out first, because they stand in the stream before the version does. */
type Adoption = { version: { content: object; textDigest: string } }

/**
 * Makes a template of a stream: `tokens` are the texts in it that will be others. Its rows are those that replaying gives, in the words
 * in which the database itself copies them out.
 */
export async function templateOf<State, Event extends AnyEvent>(
  client: pg.Client,
  stream: Stream<State, Event>,
  id: string,
  acts: readonly Act<Event>[],
  tokens: readonly string[],
): Promise<Template> {
  const adopted = acts.flatMap(({ event }) => (event.type === 'version-adopted' ? [(event.data as Adoption).version] : []))
  const cut = cutter([...own, ...tokens, ...adopted.map(({ textDigest }) => textDigest)])
  return {
    streamId: cut(id),
    versions: adopted.map(({ content }) => cut(canonical(content))),
    entries: acts.map((act) => entryOf(stream.type, id, act, cut)),
    rows: await rowsOf(client, stream, id, acts, cut),
  }
}

function entryOf(
  streamType: string,
  id: string,
  { event, recorded }: Act<AnyEvent>,
  cut: (text: string) => Stencil,
): Template['entries'][number] {
  const { at, by, revision } = recorded
  const said = canonical(event.data)
  // A backslash would have to be doubled for COPY; the words here have none.
  if (said.includes('\\')) throw new Error(`${event.type} says what would need escaping: ${said}`)
  const { actorId, organisationId = null, mandateId = null } = by
  const entry = { streamId: id, revision, streamType, type: event.type, recordedAt: at, actorId, organisationId, mandateId }
  const line = [id, revision, streamType, event.type, at, actorId, organisationId ?? '\\N', mandateId ?? '\\N', ...own.slice(0, 3)]
  return {
    said: cut(said),
    hashed: cut(canonical({ ...entry, payloadDigest: own[digestAt], previousHash: own[beforeAt] })),
    line: cut(`${line.join('\t')}\n`),
    payload: cut(`${[id, revision, own[saltAt], said].join('\t')}\n`),
  }
}

/** Every row as the last entry left it, as `rebuildTables` in src/store/ledger.ts writes them. */
async function rowsOf<State, Event extends AnyEvent>(
  client: pg.Client,
  stream: Stream<State, Event>,
  id: string,
  acts: readonly Act<Event>[],
  cut: (text: string) => Stencil,
): Promise<Template['rows']> {
  const rows = new Map<PgTable, Map<string, Record<string, unknown>>>()
  const keep = (table: PgTable, row: Record<string, unknown>) =>
    rows.set(table, (rows.get(table) ?? new Map<string, Record<string, unknown>>()).set(keyOf(table, row), row))
  let state: State | undefined
  for (const { event, recorded } of acts) {
    const before = state
    state = stream.evolve(before, event, recorded)
    for (const [table, some] of changedRows(stream.projections, before, state)) for (const row of some) keep(table, row)
    if (event.type === stream.snapshotAfter)
      keep(snapshots, { stream_id: id, revision: recorded.revision, recorded_at: recorded.at, state })
  }
  keep(streams, { id, type: stream.type, revision: acts.length, recorded_at: acts.at(-1)?.recorded.at, hash: own[hashAt], state })
  const lines: Template['rows'] = []
  for (const [table, some] of rows)
    for (const line of await copied(client, table, [...some.values()])) lines.push({ table: getTableName(table), line: cut(line) })
  return lines
}

const shapeOf = (table: PgTable): string => `shape_of_${getTableName(table)}`

/** Makes a temporary table like each of those that templates have rows of: the tables themselves are locked while they are filled. */
export async function prepareTemplates(client: pg.Client, tables: readonly PgTable[]): Promise<void> {
  for (const table of tables) await client.query(`create temporary table ${shapeOf(table)} (like "${getTableName(table)}")`)
}

/** Rows as COPY writes them, made of JSON as the program's statement makes them (`upsert` in src/store/projections/upsert.ts). */
async function copied(client: pg.Client, table: PgTable, rows: readonly object[]): Promise<string[]> {
  const json = JSON.stringify(rows).replaceAll("'", "''")
  const from = `jsonb_populate_recordset(null::${shapeOf(table)}, '${json}'::jsonb)`
  const lines = await textOf(client.query(copyTo(`copy (select ${columnsOf(table).join(', ')} from ${from}) to stdout`)))
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => `${line}\n`)
}

/** The columns of a table in the order in which its lines have them. */
export const columnsOf = (table: PgTable): string[] => writtenColumns(table).map(({ name }) => `"${name}"`)

/** Where printed lines go: lines of tables, and the hash of each entry with its stream and revision. */
export type Sink = { row: (table: string, line: string) => void; entry: (streamId: string, revision: number, hash: string) => void }

/** Prints a stream: `given` are the values for the template's tokens, and `salt` gives the salt of each revision. */
export function printStream(template: Template, given: readonly string[], salt: (revision: number) => string, into: Sink): void {
  const values = ['', genesis, '', '', ...given]
  for (const content of template.versions) values.push(digest('handslag-text', print(content, values)))
  const streamId = print(template.streamId, values)
  template.entries.forEach(({ said, hashed, line, payload }, index) => {
    const revision = index + 1
    const ofThis = salt(revision)
    values[saltAt] = ofThis
    values[digestAt] = digest('handslag-payload', ofThis, print(said, values))
    const hash = digest('handslag-entry', print(hashed, values))
    values[hashAt] = hash
    into.row('ledger', print(line, values))
    into.row('ledger_payloads', print(payload, values))
    into.entry(streamId, revision, hash)
    values[beforeAt] = hash
  })
  for (const { table, line } of template.rows) into.row(table, print(line, values))
}
