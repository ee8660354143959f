import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** The canonical JSON of a value (RFC 8785). Throws on what JSON cannot say, such as a lone surrogate. */
export function canonical(value: unknown): string {
  const json = canonicalize(value)
  if (json === undefined) throw new TypeError('there is no JSON for this value')
  return json
}

/**
 * SHA-256 in hex over a domain and parts. The domain keeps digests of different things apart (an entry never passes for a text);
 * NUL separates the parts, which can hold none.
 */
export function digest(domain: string, ...parts: string[]): string {
  return createHash('sha256')
    .update([domain, ...parts].join('\0'))
    .digest('hex')
}
