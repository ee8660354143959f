import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import { columnsOf } from './template.ts'

/** Lines on their way into tables. `settle` waits until the database has kept up; `end` commits. */
export type Copies = {
  add: (table: string, line: string) => void
  settle: () => Promise<void>
  end: () => Promise<void>
  abandon: () => Promise<void>
}

// 256 KB at a time: large enough that a message costs nothing beside what it carries.
const chunk = 256 * 1024

type Copy = { client: pg.Client; stream: CopyStreamQuery; waiting: string; failed?: Error }

/**
 * Begins to copy into each of these empty tables, over a connection each, so that the database's own work is spread over the cores. A
 * table that was truncated in the transaction that fills it takes rows as visible to all from the start (`freeze`), which saves writing
 * them a second time when they are first read.
 */
export async function openCopies(ownerUrl: string, tables: readonly PgTable[]): Promise<Copies> {
  const copies = new Map<string, Copy>()
  for (const table of tables) {
    const name = getTableName(table)
    const client = new pg.Client({ connectionString: ownerUrl, application_name: 'handslag-generate' })
    await client.connect()
    await client.query(`begin; truncate "${name}"`)
    const stream = client.query(copyFrom(`copy "${name}" (${columnsOf(table).join(', ')}) from stdin with (freeze)`))
    const copy: Copy = { client, stream, waiting: '' }
    // What failed first tells why; whoever settles or ends hears of it.
    const note = (error: Error): void => {
      copy.failed ??= error
    }
    stream.on('error', note)
    client.on('error', note)
    copies.set(name, copy)
  }
  const send = (copy: Copy): void => {
    copy.stream.write(copy.waiting)
    copy.waiting = ''
  }
  return {
    add: (table, line) => {
      const copy = copies.get(table)
      if (!copy) throw new Error(`nothing is copied into ${table}`)
      copy.waiting += line
      if (copy.waiting.length >= chunk) send(copy)
    },
    settle: async () => {
      for (const copy of copies.values()) {
        if (copy.failed) throw copy.failed
        if (copy.stream.writableNeedDrain) await once(copy.stream, 'drain')
      }
    },
    end: async () => {
      for (const copy of copies.values()) {
        send(copy)
        copy.stream.end()
      }
      for (const { client, stream } of copies.values()) {
        await finished(stream)
        await client.query('commit')
        await client.end()
      }
    },
    abandon: async () => {
      for (const { client } of copies.values()) await client.end().catch(() => undefined)
    },
  }
}
