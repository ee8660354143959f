import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  appended,
  completeSubtrees,
  consistencyPath,
  emptyRoot,
  type HashOf,
  inclusionPath,
  leafHash,
  leafOf,
  nodeHash,
  rootOf,
  spanHash,
} from '../../src/domain/merkle.ts'

/** The eight entries with which Certificate Transparency tests its trees, and the roots and proofs that it expects of them. */
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) =>
  Buffer.from(hex, 'hex'),
)

const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** MTH as RFC 9162 section 2.1.1 writes it: over the whole list, each time anew. */
function naiveRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return createHash('sha256').digest('hex')
  const [first = ''] = leaves
  if (leaves.length === 1) return first
  const k = split(leaves.length)
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1)

/** PATH as RFC 9162 section 2.1.3.1 writes it. */
function naivePath(m: number, leaves: readonly string[]): string[] {
  if (leaves.length === 1) return []
  const k = split(leaves.length)
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}

/** SUBPROOF as RFC 9162 section 2.1.4.1 writes it. */
function naiveSubproof(m: number, leaves: readonly string[], b: boolean): string[] {
  if (m === leaves.length) return b ? [] : [naiveRoot(leaves)]
  const k = split(leaves.length)
  return m <= k
    ? [...naiveSubproof(m, leaves.slice(0, k), b), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))]
}

const leavesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`entry ${index}`)))

/** The nodes of a tree that grew in batches of these sizes. */
function grown(leaves: readonly string[], batch: number): HashOf {
  const nodes = new Map<string, string>()
  const hashOf: HashOf = ({ level, index }) => {
    const hash = nodes.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`no node ${level}/${index}`)
    return hash
  }
  for (let size = 0; size < leaves.length; size += batch)
    for (const { level, index, hash } of appended(size, leaves.slice(size, size + batch), hashOf)) nodes.set(`${level}/${index}`, hash)
  return hashOf
}

describe('the tree', () => {
  test('has the roots of the test vectors of Certificate Transparency', () => {
    const hashOf = grown(entries.map(leafHash), 3)
    expect(roots.map((_, index) => rootOf(index + 1, hashOf))).toEqual(roots)
  })

  test('without entries is the hash of nothing', () => {
    expect(emptyRoot).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(rootOf(0, grown([], 1))).toBe(emptyRoot)
  })

  test('takes an entry of the ledger as the bytes of its hash', () => {
    expect(leafOf('ab'.repeat(32))).toBe(leafHash(Buffer.alloc(32, 0xab)))
  })

  test('is the same however it grew, and is that of the definition', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 50 }), (count, batch) => {
        const leaves = leavesOf(count)
        expect(rootOf(count, grown(leaves, batch))).toBe(naiveRoot(leaves))
      }),
    )
  })

  test('of every smaller size is still known from the nodes of the grown one', () => {
    const leaves = leavesOf(130)
    const hashOf = grown(leaves, 7)
    for (let size = 1; size <= 130; size += 1) expect(rootOf(size, hashOf)).toBe(naiveRoot(leaves.slice(0, size)))
  })

  test('splits a span into one complete subtree per binary digit, also beyond 32 bits', () => {
    expect(completeSubtrees({ start: 0, end: 7 })).toEqual([
      { level: 2, index: 0 },
      { level: 1, index: 2 },
      { level: 0, index: 6 },
    ])
    expect(completeSubtrees({ start: 2 ** 40, end: 2 ** 40 + 3 })).toEqual([
      { level: 1, index: 2 ** 39 },
      { level: 0, index: 2 ** 40 + 2 },
    ])
    expect(inclusionPath(2 ** 40, 2 ** 41)).toHaveLength(41)
  })
})

describe('proofs', () => {
  test('of inclusion are those of the definition', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.nat(), (count, pick) => {
        const leaves = leavesOf(count)
        const hashOf = grown(leaves, 16)
        const position = pick % count
        expect(inclusionPath(position, count).map((span) => spanHash(span, hashOf))).toEqual(naivePath(position, leaves))
      }),
    )
  })

  test('of consistency are those of the definition', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.nat(), (count, pick) => {
        const leaves = leavesOf(count)
        const hashOf = grown(leaves, 16)
        const from = 1 + (pick % count)
        expect(consistencyPath(from, count).map((span) => spanHash(span, hashOf))).toEqual(naiveSubproof(from, leaves, true))
      }),
    )
  })

  test('are those of the test vectors of Certificate Transparency', () => {
    const hashOf = grown(entries.map(leafHash), 8)
    const inclusion = inclusionPath(5, 8).map((span) => spanHash(span, hashOf))
    expect(inclusion).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
    const consistency = consistencyPath(6, 8).map((span) => spanHash(span, hashOf))
    expect(consistency).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })
})
