import { fork } from 'node:child_process'
import { once as event } from 'node:events'

/** A request as a section writes it down. `{unique}` in a header or the body becomes something else each time it is sent. */
export type Request = { path: string; headers?: Readonly<Record<string, string>>; body?: object }

/** What the client is to do: send these, each connection every so many-th of them, for so long, and expect this status only. */
export type Order = { port: number; requests: readonly string[]; expect: number; connections: number; seconds: number; once: boolean }

/** How one slice went; latencies in milliseconds. */
export type Slice = { requestsPerSecond: number; p50: number; p99: number; answered: number }

export type Load = {
  /** Sends requests for some seconds; with `once` each of them once, and no longer than that. Throws at any other status. */
  slice(what: {
    url: string
    requests: readonly Request[]
    expect: number
    connections: number
    seconds: number
    once?: boolean
  }): Promise<Slice>
  stop(): void
}

/** Starts the client, in a process of its own. */
export function startLoad(): Load {
  const client = fork(new URL('client.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
  const gone = event(client, 'exit').then(([code]) => [{ failed: `the client ended with code ${code}` }])
  // Whoever waits for a slice is told.
  gone.catch(() => undefined)
  return {
    slice: async ({ url, requests, once = false, ...rest }) => {
      const { host, port } = new URL(url)
      const order: Order = { ...rest, once, port: Number(port), requests: requests.map((request) => asSent(request, host)) }
      client.send(order)
      const [answer] = (await Promise.race([event(client, 'message'), gone])) as [{ slice: Slice } | { failed: string }]
      if ('failed' in answer) throw new Error(answer.failed)
      return answer.slice
    },
    stop: () => client.disconnect(),
  }
}

/** A request as it goes over the line: a GET, or a POST where it has a body. */
function asSent({ path, headers = {}, body }: Request, host: string): string {
  const content = body && Buffer.from(JSON.stringify(body)).toString('latin1')
  const all = {
    host,
    ...headers,
    ...(content && { 'content-type': 'application/json', 'content-length': String(content.length) }),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${content ? 'POST' : 'GET'} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${content ?? ''}`
}
