import pg from 'pg'

/** Refuses a name that does not say "test": what tests make and drop can then never be anybody's data. */
export function testName(name: string): string {
  if (!/^[a-z0-9_]*test[a-z0-9_]*$/.test(name)) throw new Error(`Tests touch only databases with "test" in their name, not "${name}"`)
  return name
}

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

/** Does something on a connection of its own, as the user of the URL. */
export async function asSuperuser<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}
