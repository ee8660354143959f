import type { Filled } from './generate/filled.ts'
import { type Load, startLoad } from './load.ts'
import { filledDatabase, type Postgres, startPostgres } from './postgres.ts'
import { type Registry, startRegistry } from './registry.ts'

/** What most sections are measured in: a PostgreSQL with agreements in it, a registry on that, and a client. */
export type World = {
  postgres: Postgres
  /** The URL of the owner of the registry's database. */
  owner: string
  /** The same of a copy of it as it was in the beginning, on which nothing runs. */
  copy: string
  filled: Filled
  registry: Registry
  load: Load
  close(): Promise<void>
}

export async function aWorld(amounts: { agreements: number; open: number }): Promise<World> {
  const postgres = await startPostgres()
  const load = startLoad()
  try {
    const { owner, filled } = await filledDatabase(postgres, 'bench', amounts)
    const copy = await postgres.database('copy', 'bench')
    const registry = await startRegistry(postgres, owner, 'bench')
    const close = async () => {
      load.stop()
      await registry.stop()
      await postgres.stop()
    }
    return { postgres, owner, copy, filled, registry, load, close }
  } catch (error) {
    load.stop()
    await postgres.stop()
    throw error
  }
}
