import { createHash } from 'node:crypto'

/* Checking proofs of a Merkle tree, as RFC 9162 sections 2.1.3.2 and 2.1.4.2 write it. Hashes are SHA-256 in hex. */

const sha256Hex = /^[0-9a-f]{64}$/

const hashOf = (prefix, ...hashes) => {
  const hash = createHash('sha256').update(Uint8Array.of(prefix))
  for (const one of hashes) hash.update(Buffer.from(one, 'hex'))
  return hash.digest('hex')
}

/** The leaf of an entry: a zero byte before the 32 bytes of its hash. */
export const leafOf = (entryHash) => hashOf(0, entryHash)

const nodeOf = (left, right) => hashOf(1, left, right)

const isOdd = (n) => n % 2 === 1
// No bit operators: those are of 32 bits.
const half = (n) => Math.floor(n / 2)

const wellFormed = (path) => Array.isArray(path) && path.every((one) => typeof one === 'string' && sha256Hex.test(one))

/** Whether the leaf at a position (from 0) is in the tree of `size` leaves with this root. */
export function isIncluded({ leaf, position, size, path, root }) {
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(size) || position < 0 || position >= size || !wellFormed(path)) return false
  let at = position
  let last = size - 1
  let hash = leaf
  for (const one of path) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      hash = nodeOf(one, hash)
      while (!isOdd(at) && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else hash = nodeOf(hash, one)
    at = half(at)
    last = half(last)
  }
  return last === 0 && hash === root
}

/** Whether the tree of `to` leaves with `toRoot` begins with the tree of `from` leaves (at least 1) with `fromRoot`. */
export function isConsistent({ from, to, fromRoot, toRoot, path }) {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || from > to || !wellFormed(path)) return false
  if (from === to) return path.length === 0 && fromRoot === toRoot
  if (path.length === 0) return false
  let at = from - 1
  let last = to - 1
  while (isOdd(at)) {
    at = half(at)
    last = half(last)
  }
  // A tree whose size is a power of two is itself the first node.
  const [start, ...rest] = at === 0 ? [fromRoot, ...path] : path
  let before = start
  let after = start
  for (const one of rest) {
    if (last === 0) return false
    if (isOdd(at) || at === last) {
      before = nodeOf(one, before)
      after = nodeOf(one, after)
      while (!isOdd(at) && at !== 0) {
        at = half(at)
        last = half(last)
      }
    } else after = nodeOf(after, one)
    at = half(at)
    last = half(last)
  }
  return last === 0 && before === fromRoot && after === toRoot
}
