import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aClient, type Client } from './client.ts'
import { type OwnDatabase, startDatabase } from './database.ts'
import { type DatabaseProxy, startProxy } from './proxy.ts'
import { type ServerProcess, startServer } from './server.ts'

/** People of the demonstration: three who sit at tables, and the three of their organisations who administer and mandate. */
export const speakers = ['lotte', 'sanne', 'petra'] as const
export const directors = ['wim', 'roel', 'amina'] as const

/** A registry with everything that can break: PostgreSQL, a proxy before it, and server processes that know the proxy only. */
export type World = {
  database: OwnDatabase
  proxy: DatabaseProxy
  servers: ServerProcess[]
  urls: string[]
  client: Client
  /** The id of the organisation of one of the demonstration's people. */
  organisationOf(subject: string): string
  directory: string
  close(): Promise<void>
}

/** Makes one: `data` is where the database is kept, and `root` the house that the servers run from, where these are not the usual. */
export async function aWorld({ servers: count = 1, data, root }: { servers?: number; data?: string; root?: string }): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'handslag-faults-'))
  chmodSync(directory, 0o755) // PostgreSQL may run as another user, and has to pass through
  const database = await startDatabase(data ?? join(directory, 'database'))
  const proxy = await startProxy(database.port)
  const where = {
    databaseUrl: database.urls(proxy.port).application,
    ownerUrl: database.urls(proxy.port).owner,
    keys: join(directory, 'keys'),
    ...(root && { root }),
  }
  const servers: ServerProcess[] = []
  const close = async () => {
    await Promise.all(servers.map((server) => server.kill('SIGKILL')))
    await proxy.close()
    await database.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    // One after the other: the first makes the tables and fills them.
    for (let nth = 0; nth < count; nth += 1) servers.push(await startServer({ ...where, log: join(directory, `server-${nth}.log`) }))
    const client = aClient()
    const urls = servers.map(({ url }) => url)
    await client.signIn(urls[0] ?? '', [...speakers, ...directors, 'daan', 'operator'])
    const organisations = new Map<string, string>()
    for (const subject of [...speakers, ...directors]) {
      const me = await client.send(urls[0] ?? '', { as: subject, method: 'GET', path: '/v1/me' })
      organisations.set(subject, JSON.parse(me.text).organisation.id)
    }
    return { database, proxy, servers, urls, client, organisationOf: (subject) => organisations.get(subject) ?? '', directory, close }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}
