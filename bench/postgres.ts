import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { checkpointSigning, loadRegistryKey } from '../src/auth/registry-key.ts'
import { startEmbedded } from '../src/store/embedded.ts'
import { migrate } from '../src/store/migrate.ts'
import { type Amounts, fill } from './generate/fill.ts'
import type { Filled } from './generate/filled.ts'

/** The issuer of the tokens that a registry on loopback gives itself (src/main.ts). */
const issuer = 'http://localhost/local'

/** A PostgreSQL with its own durable settings, and a directory that is gone once it is stopped. */
export type Postgres = {
  directory: string
  /** What the registries on it have for HANDSLAG_DATA: the same keys for all. */
  registryData: string
  /** Makes a database, as a copy of another one where that is named, to which nobody may be connected; gives the URL of its owner. */
  database(name: string, like?: string): Promise<string>
  stop(): Promise<void>
}

export async function startPostgres(): Promise<Postgres> {
  const directory = mkdtempSync(join(tmpdir(), 'handslag-bench-'))
  chmodSync(directory, 0o755) // PostgreSQL may run as another user, and has to pass through
  const { url, stop } = await startEmbedded({ directory: join(directory, 'data'), log: () => undefined })
  return {
    directory,
    registryData: join(directory, 'registry'),
    database: async (name, like = 'template1') => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`create database ${name} template ${like}`).finally(() => client.end())
      const owner = new URL(url)
      owner.pathname = `/${name}`
      await migrate(owner.href)
      return owner.href
    },
    stop: async () => {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Makes a database with agreements, whose log is signed by the key of the registries here. */
export async function filledDatabase(
  postgres: Postgres,
  name: string,
  amounts: Omit<Amounts, 'issuer' | 'signing'>,
): Promise<{ owner: string; filled: Filled }> {
  const owner = await postgres.database(name)
  const signing = checkpointSigning(await loadRegistryKey(join(postgres.registryData, 'keys', 'registry.json')))
  return { owner, filled: await fill(owner, { ...amounts, issuer, signing }) }
}
