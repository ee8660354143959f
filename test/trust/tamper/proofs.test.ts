import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  appended,
  consistencyPath,
  type HashedNode,
  type HashOf,
  inclusionPath,
  leafOf,
  rootOf,
  spanHash,
} from '../../../src/domain/merkle.ts'
import { note } from '../../support/figures.ts'
import { isConsistent, isIncluded } from '../../support/verifier.ts'

/** A log of 1,200 entries: more than two powers of two meet in it. */
const size = 1_200
const leaves = Array.from({ length: size }, (_, index) => leafOf(index.toString(16).padStart(64, '0')))
const nodes = new Map<string, string>()
const hashOf: HashOf = ({ level, index }) => nodes.get(`${level}/${index}`) ?? ''
for (const { level, index, hash } of appended(0, leaves, hashOf) as HashedNode[]) nodes.set(`${level}/${index}`, hash)

const inclusion = (position: number, of: number) => ({
  leaf: leaves[position] ?? '',
  position,
  size: of,
  path: inclusionPath(position, of).map((span) => spanHash(span, hashOf)),
  root: rootOf(of, hashOf),
})
const consistency = (from: number, to: number) => ({
  from,
  to,
  fromRoot: rootOf(from, hashOf),
  toRoot: rootOf(to, hashOf),
  path: consistencyPath(from, to).map((span) => spanHash(span, hashOf)),
})

const flipped = (hash: string, bit: number): string => {
  const bytes = Buffer.from(hash, 'hex')
  const at = bit % 256
  bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
  return bytes.toString('hex')
}

/** Every way in which a path can be another one. */
const otherPaths = (path: readonly string[], at: number, bit: number): string[][] => {
  const n = path.length
  const one = at % Math.max(n, 1)
  const stray = leaves[bit % size] ?? ''
  return [
    path.map((hash, index) => (index === one ? flipped(hash, bit) : hash)),
    path.filter((_, index) => index !== one),
    path.slice(0, one),
    [...path, stray],
    [stray, ...path],
    [...path.slice(0, one), path[one] ?? stray, ...path.slice(one)],
    path.map((hash, index) => path[index === one ? (one + 1) % n : index === (one + 1) % n ? one : index] ?? hash),
    [...path].reverse(),
    path.map(() => stray),
  ].filter((other) => JSON.stringify(other) !== JSON.stringify(path))
}

const picks = [fc.nat(size - 1), fc.nat(size - 1), fc.nat(30), fc.nat(255)] as const
// 2,000 proofs of each kind make more than 50,000 mutated ones, in seconds.
const runs = 2_000

test('a proof that was changed in any way is not accepted, and one that was not always is', ({ task }) => {
  const count = { 'clean proofs': 0, 'clean proofs refused': 0, 'proofs mutated': 0, 'mutated proofs accepted': 0 }
  const clean = (holds: boolean) => {
    count['clean proofs'] += 1
    if (!holds) count['clean proofs refused'] += 1
  }
  const mutated = (holds: boolean) => {
    count['proofs mutated'] += 1
    if (holds) count['mutated proofs accepted'] += 1
  }
  fc.assert(
    fc.property(...picks, (a, b, at, bit) => {
      const proof = inclusion(Math.min(a, b), Math.max(a, b) + 1)
      clean(isIncluded(proof))
      for (const path of otherPaths(proof.path, at, bit)) mutated(isIncluded({ ...proof, path }))
      mutated(isIncluded({ ...proof, leaf: flipped(proof.leaf, bit) }))
      mutated(isIncluded({ ...proof, root: flipped(proof.root, bit) }))
      if (proof.size > 1) mutated(isIncluded({ ...proof, position: (proof.position + 1 + (bit % (proof.size - 1))) % proof.size }))
      mutated(isIncluded({ ...proof, position: proof.size + bit }))
      mutated(isIncluded({ ...proof, position: -1 - bit }))
    }),
    { numRuns: runs },
  )
  fc.assert(
    fc.property(...picks, (a, b, at, bit) => {
      const proof = consistency(Math.min(a, b) + 1, Math.max(a, b) + 1)
      clean(isConsistent(proof))
      for (const path of otherPaths(proof.path, at, bit)) mutated(isConsistent({ ...proof, path }))
      mutated(isConsistent({ ...proof, fromRoot: flipped(proof.fromRoot, bit) }))
      mutated(isConsistent({ ...proof, toRoot: flipped(proof.toRoot, bit) }))
      mutated(isConsistent({ ...proof, from: proof.to + 1 + bit }))
      mutated(isConsistent({ ...proof, from: 0 }))
    }),
    { numRuns: runs },
  )
  note(task, count)
  expect(count['clean proofs refused']).toBe(0)
  expect(count['mutated proofs accepted']).toBe(0)
  expect(count['proofs mutated']).toBeGreaterThan(50_000)
}, 120_000)
