import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maximumMatching } from '../../../src/domain/exchange/blossom.ts'
import { matched } from '../../../src/domain/exchange/matching.ts'
import { dispensable, leftovers } from '../../../src/domain/exchange/unplaced.ts'
import { refusals } from '../../../src/domain/refusal.ts'
import { only, uuid } from '../../support/agreement.ts'

type Graph = number[][]

const graphs = (most: number): fc.Arbitrary<Graph> =>
  fc.integer({ min: 0, max: most }).chain((size) =>
    fc
      .tuple(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 3 })), {
          minLength: (size * (size - 1)) / 2,
          maxLength: (size * (size - 1)) / 2,
        }),
      )
      .map(([density, drawn]) => {
        const weights: Graph = Array.from({ length: size }, () => Array.from({ length: size }, () => 0))
        let nth = 0
        for (let a = 0; a < size; a += 1)
          for (let b = 0; b < a; b += 1) {
            const [chance, weight] = only(drawn[nth])
            nth += 1
            if (chance < density) only(weights[a])[b] = only(weights[b])[a] = weight
          }
        return weights
      }),
  )

const weightIn = (graph: Graph) => (a: number, b: number) => graph[a]?.[b] ?? 0
const matchingOf = (graph: Graph) => maximumMatching(graph.length, weightIn(graph), 3)

/** Pairs and weight of a matching; throws where it is none. */
function worthOf(graph: Graph, mates: readonly number[]): [number, number] {
  let [pairs, weight] = [0, 0]
  for (const [a, b] of mates.entries()) {
    if (b < 0) continue
    expect(mates[b]).toBe(a)
    expect(weightIn(graph)(a, b)).toBeGreaterThan(0)
    if (a < b) [pairs, weight] = [pairs + 1, weight + weightIn(graph)(a, b)]
  }
  return [pairs, weight]
}

/** The most pairs, and the most weight with as many, by trying everything. */
function best(graph: Graph, taken = 0): [number, number] {
  const first = graph.findIndex((_, vertex) => !(taken & (1 << vertex)))
  if (first < 0) return [0, 0]
  let found = best(graph, taken | (1 << first))
  for (const [other, weight] of only(graph[first]).entries()) {
    if (weight <= 0 || taken & (1 << other)) continue
    const [pairs, rest] = best(graph, taken | (1 << first) | (1 << other))
    if (pairs + 1 > found[0] || (pairs + 1 === found[0] && rest + weight > found[1])) found = [pairs + 1, rest + weight]
  }
  return found
}

const adjacentIn = (graph: Graph) => graph.map((row) => row.flatMap((weight, other) => (weight > 0 ? [other] : [])))

/** How many parts of odd size are left of a graph without some of its vertices. */
function oddParts(adjacent: readonly number[][], without: ReadonlySet<number>): number {
  const seen = new Set(without)
  let odd = 0
  for (const start of adjacent.keys()) {
    if (seen.has(start)) continue
    const look = [start]
    seen.add(start)
    let size = 0
    for (let vertex = look.pop(); vertex !== undefined; vertex = look.pop()) {
      size += 1
      for (const other of only(adjacent[vertex]))
        if (!seen.has(other)) {
          seen.add(other)
          look.push(other)
        }
    }
    odd += size % 2
  }
  return odd
}

describe('a maximum matching', () => {
  test('has as many pairs as there can be, and of those the greatest weight: against trying everything', () => {
    fc.assert(
      fc.property(graphs(9), (graph) => {
        expect(worthOf(graph, matchingOf(graph))).toEqual(best(graph))
      }),
      { numRuns: 400 },
    )
  })

  test('leaves over whom the witness of Tutte and Berge says that nobody could place, in a graph of any size', () => {
    fc.assert(
      fc.property(graphs(40), (graph) => {
        const mates = matchingOf(graph)
        const adjacent = adjacentIn(graph)
        const even = dispensable({ organisations: [], adjacent, mates })
        const hosts = new Set(adjacent.flatMap((others, vertex) => (even[vertex] ? others.filter((other) => !even[other]) : [])))
        expect(mates.filter((mate) => mate < 0)).toHaveLength(oddParts(adjacent, hosts) - hosts.size)
      }),
      { numRuns: 200 },
    )
  })

  test('that is not one is not explained', () => {
    const adjacent = [[1], [0]]
    expect(() => dispensable({ organisations: [], adjacent, mates: [-1, -1] })).toThrow('not a maximum')
  })
})

type Person = { org: number; wishes?: number[]; notWith?: number[] }
const orgId = (org: number) => uuid(org, 7)
const enrolmentsOf = (people: readonly Person[]) =>
  people.map(({ org, wishes = [], notWith = [] }, nth) => ({
    id: uuid(nth, 8),
    roundNumber: 1,
    personId: uuid(nth, 9),
    organisationId: orgId(org),
    wishes: wishes.map(orgId),
    notWith: notWith.map(orgId),
    hostContactId: uuid(nth, 9),
    enrolledAt: '',
    revision: 1,
  }))
const names = new Map(Array.from({ length: 60 }, (_, org) => [orgId(org), { name: `Org ${org}` }]))
const outcome = (people: readonly Person[]) => matched(enrolmentsOf(people), names)
const reasons = (people: readonly Person[]) => outcome(people).unplaced.map(({ reason }) => reason)

describe('who visits whom', () => {
  test('never one of their own organisation, nor one that either side excludes', () => {
    const person = fc.record({
      org: fc.integer({ min: 0, max: 5 }),
      wishes: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
      notWith: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(person, { maxLength: 24 }), (people) => {
        const { pairs, unplaced } = outcome(people)
        const byId = new Map(enrolmentsOf(people).map((one) => [one.id, one]))
        for (const { first, second } of pairs) {
          const [a, b] = [only(byId.get(first.enrolmentId)), only(byId.get(second.enrolmentId))]
          expect(a.organisationId).not.toBe(b.organisationId)
          expect([a.notWith.includes(b.organisationId), b.notWith.includes(a.organisationId)]).toEqual([false, false])
        }
        // Everybody is in one pair, or is left over with a reason.
        const all = [...pairs.flatMap(({ first, second }) => [first, second]), ...unplaced].map(({ enrolmentId }) => enrolmentId)
        expect(all.sort()).toEqual([...byId.keys()].sort())
      }),
      { numRuns: 200 },
    )
  })

  test('sees whom they wished for where that costs nobody a place', () => {
    const { pairs } = outcome([{ org: 0, wishes: [2] }, { org: 1 }, { org: 2, wishes: [0] }, { org: 3 }])
    expect(pairs.map(({ wishes }) => wishes).sort()).toEqual([0, 2])
    // A wish that would leave somebody over is not fulfilled.
    const narrow = outcome([
      { org: 0, wishes: [1] },
      { org: 1, wishes: [0] },
      { org: 2, notWith: [1] },
      { org: 3, notWith: [0, 2] },
    ])
    expect([narrow.pairs.length, narrow.unplaced.length]).toEqual([2, 0])
  })

  test('is the same whenever it is worked out', () => {
    const people = Array.from({ length: 30 }, (_, nth) => ({ org: nth % 7, wishes: [(nth * 3) % 7] }))
    expect(outcome(people)).toEqual(outcome(people))
  })

  test('is known for 300 people within a second', () => {
    const people = Array.from({ length: 300 }, (_, nth) => ({ org: nth % 41, wishes: [(nth * 7) % 41], notWith: [(nth * 11 + 1) % 41] }))
    const begun = performance.now()
    const { pairs } = outcome(people)
    expect(pairs).toHaveLength(150)
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})

describe('who is left over hears why', () => {
  test('an odd number: somebody is', () => {
    expect(reasons([{ org: 0 }, { org: 1 }, { org: 2 }])).toEqual([{ code: 'odd-number-left', params: { people: 3 } }])
  })

  test('an organisation that sends more than the others can receive', () => {
    const { unplaced } = outcome([{ org: 0 }, { org: 0 }, { org: 0 }, { org: 1 }])
    expect(unplaced).toHaveLength(2)
    for (const { reason, organisationIds } of unplaced) {
      expect(reason).toEqual({ code: 'sends-more-than-received', params: { organisation: 'Org 0', people: 3, places: 1 } })
      expect(organisationIds).toEqual([orgId(1)])
    }
  })

  test('which is worked out once for all who compete with each other', () => {
    const size = 600
    const adjacent = Array.from({ length: size }, (_, nth) => (nth > 0 ? [0] : Array.from({ length: size - 1 }, (_, other) => other + 1)))
    const mates = adjacent.map((_, nth) => (nth < 2 ? 1 - nth : -1))
    const begun = performance.now()
    const found = leftovers({ organisations: adjacent.map((_, nth) => `o${nth}`), adjacent, mates }, (id) => id)
    expect([found.size, new Set(found.values()).size]).toEqual([size - 2, 1])
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  test('more who can only go there than there are places there', () => {
    const onlyTo = (org: number) => [0, 1, 2, 3, 4].filter((other) => other !== org)
    const people = [{ org: 0 }, { org: 1, notWith: onlyTo(0) }, { org: 2, notWith: onlyTo(0) }]
    expect(reasons(people)).toEqual([{ code: 'too-few-hosts', params: { organisations: 'Org 0', people: 2, places: 1 } }])
  })

  test('nobody to visit at all: alone, or everybody is excluded', () => {
    expect(reasons([{ org: 0 }])).toEqual([{ code: 'nobody-to-visit' }])
    expect(reasons([{ org: 0, notWith: [1] }, { org: 1 }]).map(({ code }) => code)).toEqual(['nobody-to-visit', 'nobody-to-visit'])
  })

  test('and never who excluded whom, nor that anybody did', () => {
    for (const language of ['en', 'nl'] as const) expect(refusals['nobody-to-visit'][language]).not.toMatch(/exclud|uitge?sl/)
  })

  test('each of them one reason, whatever the graph', () => {
    fc.assert(
      fc.property(graphs(30), (graph) => {
        const mates = matchingOf(graph)
        const found = leftovers({ organisations: graph.map((_, nth) => `o${nth % 5}`), adjacent: adjacentIn(graph), mates }, (id) => id)
        expect([...found.keys()]).toEqual(mates.flatMap((mate, vertex) => (mate < 0 ? [vertex] : [])))
        for (const { reason } of found.values()) {
          const { people, places } = reason.params ?? {}
          if (places !== undefined) expect(Number(people)).toBeGreaterThan(Number(places))
          if (reason.code === 'odd-number-left') expect(Number(people) % 2).toBe(1)
        }
      }),
      { numRuns: 200 },
    )
  })
})
