import { createHash } from 'node:crypto'

/*
 * The Merkle tree of the log, in the words of RFC 9162 section 2.1 (RFC 6962 section 2.1 says the same). Hashes are SHA-256 in hex. A
 * tree of n entries is kept as its complete subtrees: node (level, index) covers the entries from index * 2^level up to
 * (index + 1) * 2^level, and never changes once these are there.
 */

/** The place of a complete subtree. */
export type Node = { level: number; index: number }
export type HashedNode = Node & { hash: string }

/** Gives the hash of a complete subtree; throws where it is not known. */
export type HashOf = (node: Node) => string

const sha256 = (...parts: (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

// One byte in front keeps leaves and nodes apart: a node never passes for an entry (RFC 9162 section 2.1.1).
const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

/** The root of the tree without entries. */
export const emptyRoot: string = sha256()

/** The hash of a leaf: of an entry, as bytes. */
export const leafHash = (entry: Uint8Array): string => sha256(leafPrefix, entry)

/** The leaf of an entry of the ledger: its hash, as the 32 bytes that it is. */
export const leafOf = (entryHash: string): string => leafHash(Buffer.from(entryHash, 'hex'))

export const nodeHash = (left: string, right: string): string => sha256(nodePrefix, Buffer.from(left, 'hex'), Buffer.from(right, 'hex'))

/** The entries from `start` up to `end`, of which `start` is a multiple of a power of two that is at least their number. */
type Span = { start: number; end: number }

// No bit operators: those are of 32 bits, and a log may grow beyond.
function largestPowerBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

/** The complete subtrees that a span is made of, from left to right: one for each binary digit of its length that is 1. */
export function completeSubtrees({ start, end }: Span): Node[] {
  const nodes: Node[] = []
  let level = Math.floor(Math.log2(Math.max(end - start, 1)))
  for (let at = start; at < end; level -= 1) {
    const width = 2 ** level
    if (at + width > end) continue
    nodes.push({ level, index: at / width })
    at += width
  }
  return nodes
}

/** The hash of a span: MTH(D[start:end]). */
export const spanHash = (span: Span, hashOf: HashOf): string => {
  const hashes = completeSubtrees(span).map(hashOf)
  return hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right))
}

/** The root of the tree of the first `size` entries. */
export const rootOf = (size: number, hashOf: HashOf): string => spanHash({ start: 0, end: size }, hashOf)

/** What the inclusion proof of the entry at a position, in a tree of `size`, is made of: PATH(position, D[0:size]), leaf first. */
export function inclusionPath(position: number, size: number, start = 0): Span[] {
  if (size <= 1) return []
  const k = largestPowerBelow(size)
  return position < k
    ? [...inclusionPath(position, k, start), { start: start + k, end: start + size }]
    : [...inclusionPath(position - k, size - k, start + k), { start, end: start + k }]
}

/** What the consistency proof from a tree of `from` entries (at least 1) to one of `to` is made of: PROOF(from, D[0:to]). */
export const consistencyPath = (from: number, to: number): Span[] => subproof(from, to, true, 0)

function subproof(from: number, size: number, whole: boolean, start: number): Span[] {
  if (from === size) return whole ? [] : [{ start, end: start + size }]
  const k = largestPowerBelow(size)
  return from <= k
    ? [...subproof(from, k, whole, start), { start: start + k, end: start + size }]
    : [...subproof(from - k, size - k, false, start + k), { start, end: start + k }]
}

/** The nodes that come about when leaves are put after the first `size` entries: the leaves themselves at level 0, and what they complete. */
export function appended(size: number, leaves: readonly string[], hashOf: HashOf): HashedNode[] {
  const made = new Map<string, string>()
  const nodes: HashedNode[] = []
  const known = ({ level, index }: Node): string => made.get(`${level}/${index}`) ?? hashOf({ level, index })
  const add = (node: HashedNode): void => {
    made.set(`${node.level}/${node.index}`, node.hash)
    nodes.push(node)
    // An odd node completes the one above it.
    if (node.index % 2 === 0) return
    const left = known({ level: node.level, index: node.index - 1 })
    add({ level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) })
  }
  leaves.forEach((hash, offset) => {
    add({ level: 0, index: size + offset, hash })
  })
  return nodes
}
