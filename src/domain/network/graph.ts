import { z } from 'zod'
import { uuid } from '../uuid.ts'

/** How many organisations a graph has: more cannot be drawn so that anybody sees it, and these have 19,900 pairs at most. */
export const mostNodes = 200

/** How many agreements a graph goes over: what can be read within the time of one request, whatever the size of the network. */
export const mostCounted = 300

const counts = {
  agreements: z.int().describe('in force in this network, that you may read'),
  placements: z.int().describe('of people of one with the other, but those that were called off'),
}

/** Who works with whom in a network (docs/domain.md#the-graph-of-a-network): counts, and nothing of what is agreed. */
export const NetworkGraph = z
  .strictObject({
    networkId: uuid,
    nodes: z.array(z.strictObject({ id: uuid, name: z.string(), ...counts }).meta({ id: 'NetworkNode' })),
    edges: z
      .array(z.strictObject({ fromId: uuid, toId: uuid, ...counts }).meta({ id: 'NetworkEdge' }))
      .describe('pairs that have something together, the lower id first'),
    complete: z.boolean().describe('everything was counted: there are not more organisations or agreements than a graph goes over'),
  })
  .meta({ id: 'NetworkGraph' })
export type NetworkGraph = z.output<typeof NetworkGraph>
type Edge = NetworkGraph['edges'][number]

/** How many people of one organisation visit another. */
export type Visits = { guestId: string; hostId: string; count: number }

/** The graph of a network: of its members, by which of them take part in each agreement, and who visits whom. */
export function networkGraph(
  networkId: string,
  members: readonly { id: string; name: string }[],
  agreements: readonly (readonly string[])[],
  visits: readonly Visits[],
  complete: boolean,
): NetworkGraph {
  const nodes = new Map(members.map(({ id, name }) => [id, { id, name, agreements: 0, placements: 0 }]))
  const edges = new Map<string, Edge>()
  const between = (one: string, other: string): Edge => {
    const [fromId, toId] = one < other ? [one, other] : [other, one]
    const key = `${fromId} ${toId}`
    const edge = edges.get(key) ?? { fromId, toId, agreements: 0, placements: 0 }
    edges.set(key, edge)
    return edge
  }
  for (const organisationIds of agreements) {
    const here = [...new Set(organisationIds)].flatMap((id) => nodes.get(id) ?? [])
    for (const [nth, node] of here.entries()) {
      node.agreements += 1
      for (const other of here.slice(nth + 1)) between(node.id, other.id).agreements += 1
    }
  }
  for (const { guestId, hostId, count } of visits) {
    const [guest, host] = [nodes.get(guestId), nodes.get(hostId)]
    if (!guest || !host || guest === host) continue
    guest.placements += count
    host.placements += count
    between(guestId, hostId).placements += count
  }
  const inOrder = (a: Edge, b: Edge) => (a.fromId + a.toId < b.fromId + b.toId ? -1 : 1)
  return { networkId, nodes: [...nodes.values()], edges: [...edges.values()].sort(inOrder), complete }
}
