import { hash } from 'node:crypto'

type Options = { entries: number; now: () => number }

/**
 * Remembers what a token turned out to say, by the token's SHA-256 so that no usable token stays in memory. It holds at most
 * `entries`: the oldest make room. `now` and `remember`'s `forMs` are milliseconds on one clock that does not step back.
 */
export function createTokenCache<T>({ entries, now }: Options) {
  const kept = new Map<string, { value: T; until: number }>()

  return {
    recall: (token: string): T | undefined => {
      const entry = kept.get(keyOf(token))
      return entry && now() < entry.until ? entry.value : undefined
    },
    remember: (token: string, value: T, forMs: number): void => {
      if (forMs <= 0) return
      const name = keyOf(token)
      kept.delete(name)
      kept.set(name, { value, until: now() + forMs })
      const oldest = kept.keys().next()
      if (kept.size > entries && !oldest.done) kept.delete(oldest.value)
    },
    size: (): number => kept.size,
  }
}

const keyOf = (token: string): string => hash('sha256', token, 'base64')
