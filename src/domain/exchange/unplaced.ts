import type { Reason } from '../refusal.ts'

/** People who could be paired: per vertex its organisation, with whom it could be, and with whom it is (-1: with nobody). */
export type Paired = { organisations: readonly string[]; adjacent: readonly (readonly number[])[]; mates: readonly number[] }

/** Why somebody is left over, and which organisations have to do with it. */
export type Leftover = { reason: Reason; organisationIds: string[] }

/**
 * Everybody whom some maximum matching leaves over: those whom an alternating path of even length joins to somebody who is left over in
 * this one (Edmonds; Gallai). Refuses to go on where the matching is not a maximum one.
 */
export function dispensable({ adjacent, mates }: Paired): boolean[] {
  const size = mates.length
  const base = mates.map((_, vertex) => vertex)
  const parent = mates.map(() => -1)
  const even = mates.map((mate) => mate < 0)
  const queue = base.filter((vertex) => even[vertex])
  const baseOf = (vertex: number) => base[vertex] ?? vertex
  const mateOf = (vertex: number) => mates[vertex] ?? -1
  const above = (vertex: number) => (mateOf(vertex) < 0 ? -1 : baseOf(parent[mateOf(vertex)] ?? -1))

  const ancestor = (a: number, b: number): number => {
    const seen = new Set<number>()
    for (let vertex = baseOf(a); vertex >= 0; vertex = above(vertex)) seen.add(vertex)
    for (let vertex = baseOf(b); vertex >= 0; vertex = above(vertex)) if (seen.has(vertex)) return vertex
    throw new Error('this matching is not a maximum one')
  }
  const contract = (a: number, b: number): void => {
    const top = ancestor(a, b)
    const inside = new Set<number>()
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      let child = to
      for (let vertex = from; baseOf(vertex) !== top; ) {
        const mate = mateOf(vertex)
        inside.add(baseOf(vertex)).add(baseOf(mate))
        parent[vertex] = child
        child = mate
        vertex = parent[mate] ?? -1
      }
    }
    for (let vertex = 0; vertex < size; vertex += 1)
      if (inside.has(baseOf(vertex))) {
        base[vertex] = top
        if (!even[vertex]) queue.push(vertex)
        even[vertex] = true
      }
  }

  for (let vertex = queue.shift(); vertex !== undefined; vertex = queue.shift())
    for (const other of adjacent[vertex] ?? []) {
      if (baseOf(vertex) === baseOf(other) || mateOf(vertex) === other) continue
      if (even[other]) contract(vertex, other)
      else if ((parent[other] ?? -1) < 0) {
        parent[other] = vertex
        even[mateOf(other)] = true
        queue.push(mateOf(other))
      }
    }
  return even
}

/** Why each who is left over is: the side of the graph that nothing could pair, in words and in numbers (Tutte and Berge). */
export function leftovers(paired: Paired, nameOf: (organisationId: string) => string): Map<number, Leftover> {
  const { organisations, adjacent, mates } = paired
  const even = dispensable(paired)
  const group = groupsOf(adjacent, even)
  const found = new Map<number, Leftover>()
  // Who compete with each other are told the same: it is worked out once for all of them.
  const told = new Map<number, Leftover>()
  for (const [vertex, mate] of mates.entries()) {
    if (mate >= 0) continue
    if ((adjacent[vertex] ?? []).length === 0) {
      found.set(vertex, { reason: { code: 'nobody-to-visit' }, organisationIds: [] })
      continue
    }
    const own = group[vertex] ?? -1
    if (!told.has(own)) {
      const contest = contestOf(own, group, adjacent, even)
      const why = whyOf(contest, organisations, nameOf)
      for (const one of contest.groups) told.set(one, why)
    }
    const why = told.get(own)
    if (why) found.set(vertex, why)
  }
  return found
}

/** Those who compete for the same hosts: everybody who can only go to these, the groups that they make, and all to whom they can. */
type Contest = { groups: ReadonlySet<number>; rivals: ReadonlySet<number>; hosts: ReadonlySet<number> }

function contestOf(start: number, group: readonly (number | undefined)[], adjacent: Paired['adjacent'], even: readonly boolean[]): Contest {
  const hosts = new Set<number>()
  const rivals = new Set<number>()
  const look = [start]
  const groups = new Set(look)
  for (let next = look.pop(); next !== undefined; next = look.pop())
    for (const [one, of] of group.entries()) {
      if (of !== next || !even[one]) continue
      rivals.add(one)
      for (const host of adjacent[one] ?? []) {
        if (even[host] || hosts.has(host)) continue
        hosts.add(host)
        for (const other of adjacent[host] ?? []) {
          const theirs = group[other] ?? -1
          if (!even[other] || groups.has(theirs)) continue
          groups.add(theirs)
          look.push(theirs)
        }
      }
    }
  return { groups, rivals, hosts }
}

/** Why somebody of a contest is left over: the numbers prove it. */
function whyOf({ groups, rivals, hosts }: Contest, organisations: readonly string[], nameOf: (organisationId: string) => string): Leftover {
  const of = (vertices: Iterable<number>) => [...new Set([...vertices].map((one) => organisations[one] ?? ''))]
  const [own = '', ...others] = of(rivals)
  const [people, places] = [rivals.size, hosts.size]
  if (places === 0) return { reason: { code: 'odd-number-left', params: { people } }, organisationIds: of(rivals) }
  const organisationIds = of(hosts)
  if (others.length === 0)
    return { reason: { code: 'sends-more-than-received', params: { organisation: nameOf(own), people, places } }, organisationIds }
  const names = organisationIds.map(nameOf).join(', ')
  return { reason: { code: 'too-few-hosts', params: { organisations: names, people: groups.size, places } }, organisationIds }
}

/** Which dispensable people hang together: the number of its group for each of them. */
function groupsOf(adjacent: Paired['adjacent'], even: readonly boolean[]): (number | undefined)[] {
  const group: (number | undefined)[] = even.map(() => undefined)
  for (const [start, is] of even.entries()) {
    if (!is || group[start] !== undefined) continue
    const look = [start]
    for (let vertex = look.pop(); vertex !== undefined; vertex = look.pop()) {
      group[vertex] = start
      for (const other of adjacent[vertex] ?? []) if (even[other] && group[other] === undefined) look.push(other)
    }
  }
  return group
}
