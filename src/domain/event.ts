import type { Actor } from './actor.ts'
import { refuse } from './refusal.ts'
import type { Instant } from './time.ts'

/** What `decide` functions get from outside beside state and command: who acts, when, and a source of new ids. */
export type Context = { actor: Actor; now: Instant; newId: () => string }

/** Who did something: the person (or application, or operator), for which organisation, under which mandate. */
export type By = { actorId: string; organisationId?: string; mandateId?: string }

/** What the ledger knows of every event beside its data. */
export type Recorded = { at: Instant; by: By; revision: number }

/** A noun's events: what each does to its slice of the state, as a patch. Pure, and quiet about unknown ids: the ledger is right. */
// biome-ignore lint/suspicious/noExplicitAny: the data of each event differs; `EventOf` gets it back per type
export type Evolvers<Slice> = Record<string, (state: Slice, data: any, recorded: Recorded) => Partial<Slice>>

/** The union of the events that a table of evolvers understands. */
export type EventOf<Table> = {
  [Type in keyof Table & string]: Table[Type] extends (state: never, data: infer Data, recorded: never) => unknown
    ? { type: Type; data: Data; mandateId?: string }
    : never
}[keyof Table & string]

/** Records keyed by id: the shape of every collection in a state. */
export type ById<T> = Readonly<Record<string, T>>

/** The items of a collection in the order of their ids: the same however the collection was stored in between. */
export const inOrder = <T extends { id: string }>(items: ById<T>): T[] => Object.values(items).sort((a, b) => (a.id < b.id ? -1 : 1))

/** The collection with this item put in or replaced. */
export const put = <T extends { id: string }>(items: ById<T>, item: T): ById<T> => ({ ...items, [item.id]: item })

/** The collection with one item changed; unchanged when the id is unknown. */
export const patch = <T extends { id: string }>(items: ById<T>, id: string, change: Partial<T> | ((item: T) => Partial<T>)): ById<T> => {
  const item = items[id]
  return item ? { ...items, [id]: { ...item, ...(typeof change === 'function' ? change(item) : change) } } : items
}

/** A value without the fields that are undefined: what was left out is left out. */
export const defined = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as { [Key in keyof T]: Exclude<T[Key], undefined> }

/**
 * How many of one kind a table can hold at once: with more than these nobody oversees them, and every act, which loads and writes the
 * whole working state, would grow slow.
 */
export const mostAtTable = 500

/** Refuses one more where there is no room. */
export function room(items: ById<unknown>, max = mostAtTable): void {
  if (Object.keys(items).length >= max) refuse('full', { max })
}

/** The items that pass a test, as a collection. */
export const keep = <T>(items: ById<T>, test: (item: T) => boolean): ById<T> =>
  Object.fromEntries(Object.entries(items).filter(([, item]) => test(item)))
