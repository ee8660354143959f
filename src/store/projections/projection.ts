import { getTableColumns, type InferInsertModel } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

/** How a state shows in one table: a row for each of some items, keyed so that the same item always is the same row. */
export type Projection<State> = {
  table: PgTable
  items: (state: State) => Readonly<Record<string, unknown>>
  row: (item: never, state: State) => object
  /** What its rows tell of the state beside the item: where this differs, every row is looked at. */
  beside: (state: State) => readonly unknown[]
}

/** States the item's type once; the table checks the row. */
export function projection<State, Table extends PgTable, Item>(
  table: Table,
  items: (state: State) => Readonly<Record<string, Item>>,
  row: (item: Item, state: State) => InferInsertModel<Table>,
  beside: (state: State) => readonly unknown[] = () => [],
): Projection<State> {
  return { table, items, row, beside }
}

export const one = <T>(item: T | null | undefined): Record<string, T> => (item === null || item === undefined ? {} : { one: item })

export const keyed = <T>(items: readonly T[], key: (item: T) => string): Record<string, T> =>
  Object.fromEntries(items.map((item) => [key(item), item]))

/** Rows to write, per table, in the database's own column names. */
export type Rows = Map<PgTable, Record<string, unknown>[]>

/**
 * The rows in which a state differs from the one before it. What left the state stays in its table: the working state is bounded,
 * the tables are the memory. Two items are compared by identity first (evolving shares what it does not change), then by their rows.
 */
export function changedRows<State>(projections: readonly Projection<State>[], before: State | undefined, after: State): Rows {
  const into: Rows = new Map()
  for (const { table, items, row, beside } of projections) {
    const old = before ? items(before) : {}
    const was = before ? beside(before) : []
    const alike = beside(after).every((told, nth) => told === was[nth])
    for (const [key, item] of Object.entries(items(after))) {
      if (old[key] === item && alike) continue
      const next = stored(table, row(item as never, after))
      if (before && old[key] !== undefined && same(next, stored(table, row(old[key] as never, before)))) continue
      into.set(table, [...(into.get(table) ?? []), next])
    }
  }
  return into
}

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

const stored = (table: PgTable, row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(getTableColumns(table)).map(([key, column]) => [column.name, (row as Record<string, unknown>)[key] ?? null]),
  )
