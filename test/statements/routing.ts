import { type Node, nodesOf } from './plan.ts'

/** The column by which each table is distributed; tables that are not here are whole on every server, or on one. */
export type Keys = Readonly<Record<string, string>>

/**
 * Where a statement goes when tables are distributed by these keys. `one`: to the shard of one stream, or of each of those that it names;
 * `every`: to all shards, each of which can answer for itself; `apart`: it brings rows of different shards together; `none`: it touches no
 * such table. `tables` are those that it reads or writes, with or without a key.
 */
export type Route = { to: 'one' | 'every' | 'apart' | 'none'; tables: string[] }

const conditions = ['Index Cond', 'Recheck Cond', 'Filter', 'Join Filter', 'Hash Cond', 'Merge Cond', 'One-Time Filter']

/**
 * Finds the route by the conditions of a plan, made by EXPLAIN VERBOSE and without row-level security: which keys are equal to a value, and
 * which to each other. Rows that are added go where their own keys say.
 */
export function routeOf(plan: Node, keys: Keys): Route {
  const nodes = nodesOf(plan)
  const tables = [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))].sort()
  const read = nodes.filter((node) => node['Node Type'] !== 'ModifyTable' && keys[node['Relation Name'] ?? ''])
  const places = new Set(read.map((node) => `${node.Alias}.${keys[node['Relation Name'] ?? '']}`))
  const said = nodes.flatMap((node) => conditions.map((name) => String(node[name] ?? ''))).join('\n')
  const groups = groupsOf(places, said)
  const named = new Set([...said.matchAll(/\b(\w+\.\w+) = (?:ANY \()?[('{$]/g)].map(([, place = '']) => groups.get(place)))
  const apart = new Set(groups.values())
  if (apart.size === 0) return { to: tables.some((table) => keys[table]) ? 'one' : 'none', tables }
  if ([...apart].every((group) => named.has(group))) return { to: 'one', tables }
  return { to: apart.size === 1 ? 'every' : 'apart', tables }
}

/** For each place the group of those that the conditions say are equal: by the name of one of them. */
function groupsOf(places: ReadonlySet<string>, said: string): Map<string, string> {
  const groups = new Map([...places].map((place) => [place, place]))
  for (const [, left = '', right = ''] of said.matchAll(/\b(\w+\.\w+) = (\w+\.\w+)/g)) {
    const [from, to] = [groups.get(left), groups.get(right)]
    if (from === undefined || to === undefined) continue
    for (const [place, group] of groups) if (group === from) groups.set(place, to)
  }
  return groups
}
