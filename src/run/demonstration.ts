import { join } from 'node:path'
import { seedDemo } from '../actions/demo.ts'
import type { Deps } from '../actions/deps.ts'
import { createLocalIssuer, type LocalIssuer } from '../auth/local-issuer.ts'
import type { LocalDoor } from '../http/routes/local.ts'
import type { Database } from '../store/database.ts'
import { accountsOf } from '../store/directory.ts'
import { lastRecordedAt } from '../store/ledger.ts'
import { registryItself, within } from '../store/transaction.ts'

/** Who moves the clock of a demonstration on by days: in every process, before it is said that it is done. */
export type MoveClock = (days: number) => Promise<void>

export const localAudience = 'handslag'
// A name only, the same on every port: accounts are bound to it.
const localIssuerName = 'http://localhost/local'

/** Fills a registry with the demonstration, and puts its clock where it was: nothing that is recorded lies in its future. */
export async function openDemonstration(deps: Deps): Promise<void> {
  const { database } = deps
  const last = await within(database.pool, registryItself, () => lastRecordedAt(database))
  database.clock.aheadMs = last ? Math.max(0, Date.parse(last) - Date.now()) : 0
  await seedDemo(deps, localIssuerName)
}

/** The issuer of a demonstration's tokens; every process has the same key. */
export const localIssuer = (directory: string): Promise<LocalIssuer> =>
  createLocalIssuer({ issuer: localIssuerName, audience: localAudience, keyFile: join(directory, 'keys', 'local-issuer.json') })

/** What a demonstration offers beside the API. */
export const localDoor = (database: Database, { issuer, issue }: LocalIssuer, moveClock: MoveClock): LocalDoor => ({
  people: () => within(database.pool, registryItself, () => accountsOf(database, issuer)),
  token: (subject, scopes) => issue({ subject, scopes }),
  moveClock: async (days) => {
    await moveClock(days)
    return new Date(Date.now() + database.clock.aheadMs).toISOString()
  },
})

const dayMs = 24 * 60 * 60 * 1000
// Days in requests end with 2199; five years before that everything can still run to its end.
const lastDay = Date.UTC(2194, 0)

/** Moves a clock on by days; it stops before the last day that requests can name. */
export function moveOn(clock: Database['clock'], days: number): void {
  clock.aheadMs = Math.min(clock.aheadMs + days * dayMs, lastDay - Date.now())
}
