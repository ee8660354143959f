import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonical, digest } from '../../src/domain/digest.ts'

test('the digest does not depend on the order of fields', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(canonical(Object.fromEntries(Object.entries(value).reverse()))).toBe(canonical(value))
    }),
  )
})

test('canonical JSON reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test.each([undefined, () => 1, { text: '\ud800' }, Number.NaN])('what JSON cannot say has no digest: %o', (value) => {
  expect(() => canonical(value)).toThrow()
})

test('the digest is SHA-256 over domain and parts with NUL between them', () => {
  // printf 'handslag-text\0{}' | sha256sum
  expect(digest('handslag-text', '{}')).toBe('d6c75207ac1e1405c4d29fe0ff3f2cfbf390fe1076be0c4e88be08f332b2be4b')
})

test('one thing never passes for another: the domain and the border between parts count', () => {
  const all = [
    digest('a', 'b'),
    digest('a', 'b', ''),
    digest('b', 'a'),
    digest('ab'),
    digest('a', 'bc'),
    digest('a', 'b', 'c'),
    digest('ab', 'c'),
  ]
  expect(new Set(all).size).toBe(all.length)
})
