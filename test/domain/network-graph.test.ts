import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { networkGraph, type Visits } from '../../src/domain/network/graph.ts'
import { uuid } from '../support/agreement.ts'

const [a, b, c, gone] = [uuid(1), uuid(2), uuid(3), uuid(9)] as [string, string, string, string]
const members = [a, b, c].map((id, nth) => ({ id, name: 'ABC'[nth] ?? '' }))
const graph = (agreements: string[][], visits: Visits[] = []) => networkGraph(uuid(100), members, agreements, visits, true)
const counted = (nodes: { id: string; agreements: number; placements: number }[]) =>
  nodes.map(({ id, agreements, placements }) => [id, agreements, placements])

describe('the graph of a network', () => {
  test('has every member, and only pairs that have something together', () => {
    const { nodes, edges } = graph([[a, b], [b, a, b], [c]])
    expect(counted(nodes)).toEqual([
      [a, 2, 0],
      [b, 2, 0],
      [c, 1, 0],
    ])
    expect(edges).toEqual([{ fromId: a, toId: b, agreements: 2, placements: 0 }])
  })

  test('counts visits both ways as one pair', () => {
    const visits = [
      { guestId: a, hostId: b, count: 2 },
      { guestId: b, hostId: a, count: 3 },
    ]
    expect(graph([], visits).edges).toEqual([{ fromId: a, toId: b, agreements: 0, placements: 5 }])
    expect(counted(graph([], visits).nodes)).toEqual([
      [a, 0, 5],
      [b, 0, 5],
      [c, 0, 0],
    ])
  })

  test('knows nobody who is not a member now', () => {
    const { nodes, edges } = graph([[a, gone], [gone]], [{ guestId: gone, hostId: b, count: 1 }])
    expect(JSON.stringify([nodes, edges])).not.toContain(gone)
    expect(counted(nodes)[1]).toEqual([b, 0, 0])
    expect(edges).toEqual([])
  })

  test('has each pair once, in order, and each of its counts is what two members share', () => {
    const someIds = fc.subarray([a, b, c, gone], { minLength: 0 })
    const visit = fc.record({ guestId: fc.constantFrom(a, b, c, gone), hostId: fc.constantFrom(a, b, c, gone), count: fc.nat(5) })
    fc.assert(
      fc.property(fc.array(someIds), fc.array(visit), (agreements, visits) => {
        const { edges } = graph(agreements, visits)
        const keys = edges.map(({ fromId, toId }) => fromId + toId)
        expect(keys).toEqual([...new Set(keys)].sort())
        for (const { fromId, toId, agreements: shared, placements } of edges) {
          expect(fromId < toId).toBe(true)
          expect(shared).toBe(agreements.filter((ids) => ids.includes(fromId) && ids.includes(toId)).length)
          const ways = visits.filter(({ guestId, hostId }) => [guestId, hostId].sort().join() === [fromId, toId].join())
          expect(placements).toBe(ways.reduce((sum, { count }) => sum + count, 0))
        }
      }),
    )
  })
})
