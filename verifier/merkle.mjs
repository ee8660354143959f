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

/** Climbs a path from a node to the root, and tells of each hash on it whether it stands to the left. Says whether the path ends there. */
function climbs(at, last, path, take) {
  for (const one of path) {
    if (last === 0) return false
    const fromLeft = isOdd(at) || at === last
    take(one, fromLeft)
    while (fromLeft && !isOdd(at) && at !== 0) {
      at = half(at)
      last = half(last)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0
}

/** Whether the leaf at a position (from 0) is in the tree of `size` leaves with this root. */
export function isIncluded({ leaf, position, size, path, root }) {
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(size) || position < 0 || position >= size || !wellFormed(path)) return false
  let hash = leaf
  const ends = climbs(position, size - 1, path, (one, fromLeft) => {
    hash = fromLeft ? nodeOf(one, hash) : nodeOf(hash, one)
  })
  return ends && hash === root
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
  const ends = climbs(at, last, rest, (one, fromLeft) => {
    if (fromLeft) before = nodeOf(one, before)
    after = fromLeft ? nodeOf(one, after) : nodeOf(after, one)
  })
  return ends && before === fromRoot && after === toRoot
}
