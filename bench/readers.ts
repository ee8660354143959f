import type { Filled } from './generate/filled.ts'
import type { Request } from './load.ts'
import type { Registry } from './registry.ts'

/** What an integration reads: an agreement, as whom, and the ETag that it has. */
export type Reading = { agreementId: string; authorization: string; etag: string }

const applications = 8

/**
 * What the applications of some organisations may read, at most so many each: agreements of their own tables, of their network and public
 * ones, as they come. 128 each are together what 32 connections go through in a tenth of a second.
 */
export async function readings(registry: Registry, filled: Filled, each = 128): Promise<Reading[]> {
  const found: Reading[] = []
  for (let nth = 0; nth < applications; nth += 1) {
    const authorization = `Bearer ${await registry.token(filled.applicationSubject(nth), ['handslag:read'])}`
    // From the first on, a stride that shares no factor with a round number: over all of them, and never the same one twice.
    const candidates = Array.from({ length: Math.min(filled.agreements, 8 * each) }, (_, i) =>
      filled.agreementId((i * 7_919 + nth) % filled.agreements),
    )
    const readable: Reading[] = []
    while (candidates.length > 0 && readable.length < each) {
      const seen = await Promise.all(candidates.splice(0, 16).map((agreementId) => readingOf(registry.url, agreementId, authorization)))
      readable.push(...seen.filter((reading) => reading !== undefined))
    }
    found.push(...readable.slice(0, each))
  }
  return found
}

async function readingOf(url: string, agreementId: string, authorization: string): Promise<Reading | undefined> {
  const answer = await fetch(`${url}${pathOf(agreementId)}`, { headers: { authorization } })
  await answer.arrayBuffer()
  return answer.ok ? { agreementId, authorization, etag: answer.headers.get('etag') ?? '' } : undefined
}

const pathOf = (agreementId: string): string => `/v1/agreements/${agreementId}/current`

/** The requests of the contestants, over the same agreements in the same order. */
export const requestsFor = (all: readonly Reading[]) => ({
  hello: all.map((): Request => ({ path: '/' })),
  handwritten: all.map(({ agreementId }): Request => ({ path: `/agreements/${agreementId}/current` })),
  current: all.map(({ agreementId, authorization }): Request => ({ path: pathOf(agreementId), headers: { authorization } })),
  notModified: all.map(
    ({ agreementId, authorization, etag }): Request => ({ path: pathOf(agreementId), headers: { authorization, 'if-none-match': etag } }),
  ),
  list: all.map(({ authorization }): Request => ({ path: '/v1/agreements?limit=50', headers: { authorization } })),
  asOf: all.map(({ agreementId, authorization }): Request => {
    const now = new Date().toISOString()
    return { path: `${pathOf(agreementId)}?validAt=${now}&knownAt=${now}`, headers: { authorization } }
  }),
})
