/** What is sent: `key` is its Idempotency-Key. */
export type Sent = { as: string; method: string; path: string; key?: string; ifMatch?: string; body?: unknown }

/** An answer as it arrived. */
export type Answer = { status: number; headers: Headers; text: string }

/** Speaks HTTP to registries as the people of the demonstration. */
export type Client = {
  /** Throws where the connection broke: then it is not known what became of it. `to` is the address of the registry. */
  send(to: string, sent: Sent): Promise<Answer>
  /** Fetches tokens, for who has none yet. */
  signIn(to: string, subjects: readonly string[]): Promise<void>
}

// Longer than the 20 s after which the registry itself gives up.
const patienceMs = 30_000

/** A client with tokens of its own, which registries that share their keys take all of them. */
export function aClient(): Client {
  const tokens = new Map<string, string>()
  const ask = async (url: string, init: RequestInit): Promise<Answer> => {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  return {
    async signIn(to, subjects) {
      for (const subject of subjects) {
        const scopes = subject === 'operator' ? ['handslag:operate'] : ['handslag:read', 'handslag:write']
        const headers = { 'content-type': 'application/json' }
        const { status, text } = await ask(`${to}/local/tokens`, { method: 'POST', headers, body: JSON.stringify({ subject, scopes }) })
        if (status !== 200) throw new Error(`no token for ${subject}: ${text}`)
        tokens.set(subject, JSON.parse(text).access_token)
      }
    },
    send(to, { as, method, path, key, ifMatch, body }) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
      const headers = {
        authorization: `Bearer ${tokens.get(as)}`,
        ...(key && { 'idempotency-key': key }),
        ...(ifMatch && { 'if-match': ifMatch }),
        ...(body !== undefined && { 'content-type': type }),
      }
      return ask(`${to}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    },
  }
}

/** What is wrong with an answer of 500 or more: it has to be 503, with Retry-After, as a problem. Nothing when it is in order. */
export function wrongWith({ status, headers, text }: Answer): string | undefined {
  if (status < 500) return undefined
  if (status !== 503) return `${status} ${text.slice(0, 200)}`
  if (!headers.get('retry-after')) return '503 without Retry-After'
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return `503 as ${headers.get('content-type')}`
  return undefined
}

/** What a retry must give again, to the byte. */
export const sameOf = ({ status, headers, text }: Answer): string =>
  JSON.stringify([status, text, ...['content-type', 'etag', 'location', 'link', 'cache-control'].map((name) => headers.get(name))])
