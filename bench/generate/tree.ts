import { leafOf, nodeHash, rootOf } from '../../src/domain/merkle.ts'

/** A Merkle tree that grows by one leaf after another and holds only what the next leaves need: one node per level. */
export type Tree = { add: (entryHash: string) => void; size: () => number; root: () => string }

/** Tells each node when it is complete, in the order in which `appended` in src/domain/merkle.ts does. */
export function growing(made: (level: number, index: number, hash: string) => void): Tree {
  let size = 0
  // The last complete node of each level: as a left one it waits for its right one, and the root is made of those that wait.
  const last: string[] = []
  return {
    add: (entryHash) => {
      let hash = leafOf(entryHash)
      let index = size
      let level = 0
      made(level, index, hash)
      while (index % 2 === 1) {
        hash = nodeHash(last[level] ?? '', hash)
        level += 1
        index = (index - 1) / 2
        made(level, index, hash)
      }
      last[level] = hash
      size += 1
    },
    size: () => size,
    root: () => rootOf(size, ({ level }) => last[level] ?? ''),
  }
}
