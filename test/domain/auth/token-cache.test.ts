import { expect, test } from 'vitest'
import { createTokenCache } from '../../../src/auth/token-cache.ts'

const cacheAt = (entries: number) => {
  const clock = { now: 0 }
  return { clock, cache: createTokenCache<string>({ entries, now: () => clock.now }) }
}

test('it holds no more than it may, and the oldest make room', () => {
  const { cache } = cacheAt(3)
  for (let n = 0; n < 1000; n += 1) {
    cache.remember(`token ${n}`, `value ${n}`, 1000)
    expect(cache.size()).toBe(Math.min(n + 1, 3))
  }
  expect([996, 997, 998, 999].map((n) => cache.recall(`token ${n}`))).toEqual([undefined, 'value 997', 'value 998', 'value 999'])
})

test('it forgets at the given moment, not later', () => {
  const { cache, clock } = cacheAt(3)
  cache.remember('token', 'value', 10)
  clock.now = 9
  expect(cache.recall('token')).toBe('value')
  clock.now = 10
  expect(cache.recall('token')).toBeUndefined()
})

test('it does not keep what is already over', () => {
  const { cache } = cacheAt(3)
  cache.remember('token', 'value', 0)
  cache.remember('other', 'value', -1)
  expect(cache.size()).toBe(0)
})

test('a token that comes back takes one place, as the newest', () => {
  const { cache } = cacheAt(2)
  for (const token of ['a', 'b', 'a', 'c']) cache.remember(token, token, 1000)
  expect(['a', 'b', 'c'].map(cache.recall)).toEqual(['a', undefined, 'c'])
})
