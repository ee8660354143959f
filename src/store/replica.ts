import { setTimeout as sleep } from 'node:timers/promises'
import type { Acting } from '../domain/actor.ts'
import { type Database, databaseProblem, openDatabase } from './database.ts'
import { mighty } from './safe.ts'
import { within } from './transaction.ts'

/** A standby of the registry's database. It answers what is read from it through `readingFrom`, and nothing else. */
export type Replica = {
  /**
   * Throws an Error whose sentences say what is wrong, where it is no standby of the database, or where its login may do more than the
   * application. One that does not answer is looked at again once it does.
   */
  look(): Promise<void>
  /** Does a reading on the standby; `behind` where that is away, or does not show yet what the database showed when this was called. */
  read<T>(acting: Acting, reading: (from: Database) => Promise<T>): Promise<T | typeof behind>
  close(): Promise<void>
}

const behind: unique symbol = Symbol('behind')

/** What is told of a standby: that it does not answer for a while, with why; and that it does again. */
type Told = (line: string, error?: unknown) => void

/**
 * Does a reading on the standby where there is one, as the actor, within the same walls; on the database itself where the standby is away
 * or behind, so that an answer is never older than the request. For feeds, search and exports, once it is decided on the database that the
 * actor may: never for who somebody is, what they may do, or what is in force.
 */
export async function readingFrom<T>(
  { database, replica }: { database: Database; replica?: Replica | undefined },
  acting: Acting,
  reading: (from: Database) => Promise<T>,
): Promise<T> {
  const read = await replica?.read(acting, reading)
  return replica === undefined || read === behind ? reading(database) : (read as T)
}

// A standby that keeps up is a few milliseconds behind; whoever waits for an export does not notice a fifth of a second.
const waitMs = 200
// While a standby is away or lags, most requests do without it at once instead of finding that out anew.
const pauseMs = 5_000
// A new connection is made in milliseconds. Nobody waits for one on a server that is away: the database itself answers.
const patienceMs = 1_000

/** A standby by the URL of a user that could be that of DATABASE_URL. Connects on first use. */
export function replicaOf(database: Database, url: string, told: Told): Replica {
  // One clock: what a demonstration is ahead, it is ahead everywhere.
  const standby: Database = { ...openDatabase(url, { patienceMs }), clock: database.clock }
  let looked: Promise<void> | undefined
  let serves = true
  let awayUntil = 0

  const look = (): Promise<void> => {
    looked ??= refuseOther(database, standby).catch((error: unknown) => {
      looked = undefined
      throw error
    })
    return looked
  }
  const pause = (why: string, error?: unknown): typeof behind => {
    awayUntil = performance.now() + pauseMs
    if (serves) told(`${why}: the database itself is read meanwhile`, error)
    serves = false
    return behind
  }

  return {
    look: async () => {
      await look().catch((error: unknown) => {
        if (!databaseProblem(error)) throw error
        pause('the standby does not answer', error)
      })
    },
    read: async (acting, reading) => {
      if (performance.now() < awayUntil) return behind
      const upTo = await position(database)
      try {
        await look()
        // On one connection: behind one address there may be several standbys.
        const answer = await within(standby.pool, acting, async () => ((await replayed(standby, upTo)) ? reading(standby) : behind))
        if (answer === behind) return pause('the standby is behind')
        if (!serves) told('the standby answers again')
        serves = true
        return answer
      } catch (error) {
        if (error instanceof NoStandby) return pause(error.message)
        if (databaseProblem(error)) return pause('the standby does not answer', error)
        throw error
      }
    },
    close: () => standby.close(),
  }
}

/** How far the database has written: whatever was committed before this, and so could have been seen, lies before it. */
async function position({ query }: Database): Promise<string> {
  const { rows } = await query<{ upTo: string }>('select pg_current_wal_flush_lsn()::text as "upTo"')
  return rows[0]?.upTo ?? ''
}

/** Whether a standby has replayed everything up to a position, now or within a moment. */
async function replayed({ query }: Database, upTo: string): Promise<boolean> {
  const text = 'select pg_is_in_recovery() and pg_last_wal_replay_lsn() >= $1::pg_lsn as there'
  const question = { text, values: [upTo], query_timeout: patienceMs }
  for (const giveUp = performance.now() + waitMs; ; ) {
    const { rows } = await query<{ there: boolean }>(question)
    if (rows[0]?.there) return true
    if (performance.now() > giveUp) return false
    await sleep(10) // a standby shows what it received some milliseconds later
  }
}

class NoStandby extends Error {}

/** Refuses a server that is no standby of the database, or on which the application could do more than read. */
async function refuseOther(database: Database, standby: Database): Promise<void> {
  const [ours, its] = await Promise.all([whichOf(database), whichOf(standby)])
  const wrong = [
    !its.standby && 'It takes changes itself: it is no standby. Name one, or leave the setting out.',
    its.server !== ours.server && 'It is a standby of another server than that of DATABASE_URL.',
    its.name !== ours.name && `It opens the database "${its.name}", and DATABASE_URL the database "${ours.name}".`,
    ...(await mighty(standby.pool, 'DATABASE_REPLICA_URL')),
  ].filter((sentence) => sentence !== false)
  if (wrong.length > 0)
    throw new NoStandby(`Handslag does not read from the server of DATABASE_REPLICA_URL:\n${wrong.map((one) => `- ${one}`).join('\n')}`)
}

/** Which database this is: a standby has the system identifier of the server that it was copied from. */
async function whichOf({ query }: Database): Promise<{ standby: boolean; server: string; name: string }> {
  const { rows } = await query<{ standby: boolean; server: string; name: string }>(
    `select pg_is_in_recovery() as standby, system_identifier::text as server, current_database() as name from pg_control_system()`,
  )
  const [which] = rows
  if (!which) throw new Error('a statement without rows')
  return which
}
