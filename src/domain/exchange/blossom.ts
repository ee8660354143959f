/** How much a pair of vertices weighs together, a whole number; 0 where they cannot be a pair. */
export type Weight = (a: number, b: number) => number

/**
 * A maximum matching in a general graph, and of those one of the greatest weight: per vertex its mate, or -1. No pair weighs more than
 * `heaviest`. Edmonds' blossoms with the primal-dual method, in time n³; the same graph always gives the same matching.
 */
export function maximumMatching(size: number, weight: Weight, heaviest: number): number[] {
  // One pair more outweighs whatever all pairs together can weigh beside.
  const pair = heaviest * size + 1
  return new Blossoms(size, (a, b) => (weight(a, b) > 0 ? pair + weight(a, b) : 0)).matched()
}

const free = -1
const outer = 0
const inner = 1

/**
 * Vertices count from 1; 0 is none. A blossom is a node beyond the vertices: an odd ring of nodes that acts as one. `edge` holds for two
 * nodes the best edge between them, as the two vertices that it joins. Labels are the dual: no edge weighs more than half its labels.
 */
class Blossoms {
  readonly #size: number
  readonly #most: number
  readonly #weights: Int32Array
  readonly #edges: Int32Array
  readonly #through: Int32Array
  readonly #label: Int32Array
  readonly #mate: Int32Array
  readonly #slack: Int32Array
  readonly #top: Int32Array
  readonly #parent: Int32Array
  readonly #side: Int8Array
  readonly #seen: Int32Array
  readonly #rings: number[][]
  #nodes: number
  #queue: number[] = []
  #visit = 0

  constructor(size: number, weight: Weight) {
    this.#size = size
    this.#nodes = size
    // At most half as many blossoms as vertices are there at once.
    this.#most = size + Math.ceil(size / 2) + 2
    const array = () => new Int32Array(this.#most)
    this.#weights = new Int32Array((size + 1) ** 2)
    this.#edges = new Int32Array(this.#most ** 2)
    this.#through = new Int32Array(this.#most * (size + 1))
    this.#label = array()
    this.#mate = array()
    this.#slack = array()
    this.#top = array()
    this.#parent = array()
    this.#side = new Int8Array(this.#most)
    this.#seen = array()
    this.#rings = Array.from({ length: this.#most }, () => [])
    for (let a = 1; a <= size; a += 1)
      for (let b = 1; b <= size; b += 1) {
        const heavy = a === b ? 0 : weight(a - 1, b - 1)
        this.#weights[a * (size + 1) + b] = heavy
        if (heavy > 0) this.#edges[a * this.#most + b] = a * (size + 1) + b
        if (a === b) this.#through[a * (size + 1) + b] = a
      }
    const most = this.#weights.reduce((all, one) => Math.max(all, one), 0)
    for (let node = 1; node <= size; node += 1) {
      this.#top[node] = node
      this.#label[node] = most
    }
  }

  matched(): number[] {
    while (this.#stage());
    return Array.from({ length: this.#size }, (_, index) => at(this.#mate, index + 1) - 1)
  }

  /** Grows trees from every vertex that is still alone, until two of them meet (then there is one pair more) or none can. */
  #stage(): boolean {
    this.#side.fill(free)
    this.#slack.fill(0)
    this.#queue = []
    for (const node of this.#outermost())
      if (at(this.#mate, node) === 0) {
        this.#parent[node] = 0
        this.#side[node] = outer
        this.#enqueue(node)
      }
    if (this.#queue.length === 0) return false
    for (;;) {
      if (this.#grow()) return true
      if (!this.#relabel()) return false
      this.#queue = []
      for (const node of this.#outermost()) {
        const from = at(this.#slack, node)
        if (at(this.#top, node) === node && from && at(this.#top, from) !== node && this.#gap(this.#edge(from, node)) === 0)
          if (this.#follow(this.#edge(from, node))) return true
      }
      for (const node of this.#blossoms()) if (at(this.#side, node) === inner && at(this.#label, node) === 0) this.#expand(node)
    }
  }

  #grow(): boolean {
    for (let vertex = this.#queue.shift(); vertex !== undefined; vertex = this.#queue.shift()) {
      if (at(this.#side, at(this.#top, vertex)) === inner) continue
      for (let other = 1; other <= this.#size; other += 1) {
        const edge = this.#edge(vertex, other)
        if (edge === 0 || at(this.#top, vertex) === at(this.#top, other)) continue
        if (this.#gap(edge) > 0) this.#tighten(vertex, at(this.#top, other))
        else if (this.#follow(edge)) return true
      }
    }
    return false
  }

  /** Moves the labels as far as they can go; false where that ends it: more pairs would not weigh more. */
  #relabel(): boolean {
    let step = Number.POSITIVE_INFINITY
    for (const node of this.#blossoms()) if (at(this.#side, node) === inner) step = Math.min(step, at(this.#label, node) / 2)
    for (const node of this.#outermost()) {
      if (!at(this.#slack, node)) continue
      const gap = this.#gap(this.#edge(at(this.#slack, node), node))
      if (at(this.#side, node) === free) step = Math.min(step, gap)
      else if (at(this.#side, node) === outer) step = Math.min(step, gap / 2)
    }
    for (let vertex = 1; vertex <= this.#size; vertex += 1) {
      const side = at(this.#side, at(this.#top, vertex))
      if (side === outer && at(this.#label, vertex) <= step) return false
      this.#label[vertex] = at(this.#label, vertex) + (side === outer ? -step : side === inner ? step : 0)
    }
    for (const node of this.#blossoms()) {
      const side = at(this.#side, node)
      this.#label[node] = at(this.#label, node) + 2 * (side === outer ? step : side === inner ? -step : 0)
    }
    return true
  }

  /** Takes a tight edge from a tree: to a free node, or to another outer one; true where that made one pair more. */
  #follow(edge: number): boolean {
    const [from, to] = this.#ends(edge)
    const [u, v] = [at(this.#top, from), at(this.#top, to)]
    if (at(this.#side, v) === free) {
      const next = at(this.#top, at(this.#mate, v))
      this.#parent[v] = from
      this.#side[v] = inner
      this.#slack[v] = 0
      this.#slack[next] = 0
      this.#side[next] = outer
      this.#enqueue(next)
    } else if (at(this.#side, v) === outer) {
      const ancestor = this.#ancestor(u, v)
      if (ancestor !== 0) this.#contract(u, ancestor, v)
      else {
        this.#augment(u, v)
        this.#augment(v, u)
        return true
      }
    }
    return false
  }

  #augment(start: number, end: number): void {
    let [u, v] = [start, end]
    for (;;) {
      const next = at(this.#top, at(this.#mate, u))
      this.#pair(u, v)
      if (next === 0) return
      const above = at(this.#top, at(this.#parent, next))
      this.#pair(next, above)
      ;[u, v] = [above, next]
    }
  }

  /** Makes the edge between two nodes a pair; within a blossom the rest of its ring pairs up around it. */
  #pair(u: number, v: number): void {
    const [from, to] = this.#ends(this.#edge(u, v))
    this.#mate[u] = to
    if (u <= this.#size) return
    const entry = at(this.#through, u * (this.#size + 1) + from)
    const place = this.#placeOf(u, entry)
    const ring = this.#ring(u)
    for (let nth = 0; nth < place; nth += 1) this.#pair(at(ring, nth), at(ring, nth ^ 1))
    this.#pair(entry, v)
    this.#rings[u] = [...ring.slice(place), ...ring.slice(0, place)]
  }

  /** Where a node is in its ring, an even number of steps from the base: the ring is turned around where it is not. */
  #placeOf(blossom: number, node: number): number {
    const [base = 0, ...rest] = this.#ring(blossom)
    const place = this.#ring(blossom).indexOf(node)
    if (place % 2 === 0) return place
    this.#rings[blossom] = [base, ...rest.reverse()]
    return this.#ring(blossom).length - place
  }

  #ancestor(start: number, other: number): number {
    this.#visit += 1
    for (let [u, v] = [start, other]; u !== 0 || v !== 0; [u, v] = [v, u]) {
      if (u === 0) continue
      if (at(this.#seen, u) === this.#visit) return u
      this.#seen[u] = this.#visit
      u = at(this.#top, at(this.#mate, u))
      if (u !== 0) u = at(this.#top, at(this.#parent, u))
    }
    return 0
  }

  /** Makes the ring of two paths to their common ancestor one outer node. */
  #contract(u: number, ancestor: number, v: number): void {
    let blossom = this.#size + 1
    while (blossom <= this.#nodes && at(this.#top, blossom) !== 0) blossom += 1
    this.#nodes = Math.max(this.#nodes, blossom)
    this.#label[blossom] = 0
    this.#side[blossom] = outer
    this.#mate[blossom] = at(this.#mate, ancestor)
    this.#rings[blossom] = [ancestor, ...this.#pathTo(ancestor, u).reverse(), ...this.#pathTo(ancestor, v)]
    this.#setTop(blossom, blossom)
    for (let node = 1; node <= this.#nodes; node += 1) this.#join(blossom, node, 0)
    this.#through.fill(0, blossom * (this.#size + 1), (blossom + 1) * (this.#size + 1))
    for (const part of this.#ring(blossom)) {
      for (let node = 1; node <= this.#nodes; node += 1) {
        const edge = this.#edge(part, node)
        if (edge !== 0 && (this.#edge(blossom, node) === 0 || this.#gap(edge) < this.#gap(this.#edge(blossom, node))))
          this.#join(blossom, node, edge)
      }
      for (let vertex = 1; vertex <= this.#size; vertex += 1)
        if (at(this.#through, part * (this.#size + 1) + vertex)) this.#through[blossom * (this.#size + 1) + vertex] = part
    }
    this.#findSlack(blossom)
  }

  /** The nodes from one up to an ancestor, without it; the inner ones among them become outer with their blossom. */
  #pathTo(ancestor: number, from: number): number[] {
    const path: number[] = []
    for (let node = from; node !== ancestor; ) {
      const above = at(this.#top, at(this.#mate, node))
      path.push(node, above)
      this.#enqueue(above)
      node = at(this.#top, at(this.#parent, above))
    }
    return path
  }

  /** Takes an inner blossom apart: the way through it stays in the tree, the rest is free again. */
  #expand(blossom: number): void {
    for (const part of this.#ring(blossom)) this.#setTop(part, part)
    const [from] = this.#ends(this.#edge(blossom, at(this.#parent, blossom)))
    const entry = at(this.#through, blossom * (this.#size + 1) + from)
    const place = this.#placeOf(blossom, entry)
    const ring = this.#ring(blossom)
    for (let nth = 0; nth < place; nth += 2) {
      const [lower, upper] = [at(ring, nth), at(ring, nth + 1)]
      this.#parent[lower] = this.#ends(this.#edge(upper, lower))[0]
      this.#side[lower] = inner
      this.#side[upper] = outer
      this.#slack[lower] = 0
      this.#findSlack(upper)
      this.#enqueue(upper)
    }
    this.#side[entry] = inner
    this.#parent[entry] = at(this.#parent, blossom)
    for (const part of ring.slice(place + 1)) {
      this.#side[part] = free
      this.#findSlack(part)
    }
    this.#top[blossom] = 0
  }

  #enqueue(node: number): void {
    if (node <= this.#size) this.#queue.push(node)
    else for (const part of this.#ring(node)) this.#enqueue(part)
  }

  #setTop(node: number, top: number): void {
    this.#top[node] = top
    if (node > this.#size) for (const part of this.#ring(node)) this.#setTop(part, top)
  }

  #findSlack(node: number): void {
    this.#slack[node] = 0
    for (let vertex = 1; vertex <= this.#size; vertex += 1)
      if (this.#edge(vertex, node) !== 0 && at(this.#top, vertex) !== node && at(this.#side, at(this.#top, vertex)) === outer)
        this.#tighten(vertex, node)
  }

  #tighten(vertex: number, node: number): void {
    const now = at(this.#slack, node)
    if (now === 0 || this.#gap(this.#edge(vertex, node)) < this.#gap(this.#edge(now, node))) this.#slack[node] = vertex
  }

  #join(a: number, b: number, edge: number): void {
    const [from, to] = this.#ends(edge)
    this.#edges[a * this.#most + b] = edge
    this.#edges[b * this.#most + a] = to * (this.#size + 1) + from
  }

  #edge = (a: number, b: number): number => at(this.#edges, a * this.#most + b)
  #ring = (blossom: number): number[] => this.#rings[blossom] ?? []
  #ends = (edge: number): [number, number] => [Math.floor(edge / (this.#size + 1)), edge % (this.#size + 1)]
  #gap(edge: number): number {
    const [a, b] = this.#ends(edge)
    return at(this.#label, a) + at(this.#label, b) - 2 * at(this.#weights, edge)
  }

  #outermost(): number[] {
    return Array.from({ length: this.#nodes }, (_, nth) => nth + 1).filter((node) => at(this.#top, node) === node)
  }
  #blossoms = (): number[] => this.#outermost().filter((node) => node > this.#size)
}

const at = (array: ArrayLike<number>, index: number): number => array[index] ?? 0
