import { z } from 'zod'
import { canonical } from '../domain/digest.ts'
import type { Cursors } from './cursor.ts'
import type { Answer, Call } from './operation.ts'
import { invalidInput } from './problem.ts'

/**
 * A whole number in a query or path, where everything arrives as text: `fromDigits(z.int().min(1))`. Only digits: no signs, points,
 * exponents or spaces. A default goes inside, so that the API's description shows it.
 */
export const fromDigits = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value), schema)

/**
 * The query parameters of a list, to spread into its strictObject: `cursor`, `limit` and, where a list can be sorted, `sort`
 * with the given orders, the first of which is the default. `-` in front means descending.
 */
export function pageQuery(): typeof unsorted
export function pageQuery<const Sorts extends readonly [string, ...string[]]>(sorts: Sorts): typeof unsorted & { sort: SortSchema<Sorts> }
export function pageQuery(sorts?: readonly [string, ...string[]]) {
  if (!sorts) return unsorted
  return { ...unsorted, sort: z.enum(sorts).default(sorts[0]).describe('the order; a minus sign in front means descending / de volgorde') }
}

type SortSchema<Sorts extends readonly [string, ...string[]]> = z.ZodDefault<z.ZodEnum<{ [Sort in Sorts[number]]: Sort }>>

const unsorted = {
  // 1,500 characters: a name of 200 (four bytes each) and an id as sort keys, and the seal, in base64.
  cursor: z.string().max(1500).optional().describe('where the next page starts: the "next" of the page before'),
  // 100 per page: one screen of a dashboard, and a query that stays within milliseconds.
  limit: fromDigits(z.int().min(1).max(100).default(50)).describe('at most so many items on a page / hoogstens zoveel per pagina'),
}

/** The schema of a page of items. `id` names it in the API's description, such as `AgreementPage`. */
export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .strictObject({
      items: z.array(item),
      next: z.string().optional().describe('the cursor of the next page; left out on the last'),
    })
    .meta({ id })

type Listing = { cursor?: string | undefined; limit: number }
type ListCall = Pick<Call, 'path' | 'search'> & { query: Listing; cursors: Cursors }

/** Where the page starts: the sort keys of the last row before it, by their schema; undefined for the first page. Throws 400. */
export function position<Keys extends z.ZodType>(call: ListCall, keys: Keys): z.output<Keys> | undefined {
  const { cursor } = call.query
  if (cursor === undefined) return undefined
  const result = keys.safeParse(call.cursors.open(placeOf(call), cursor))
  if (result.success) return result.data
  throw invalidInput([{ code: 'wrong-cursor', parameter: 'cursor' }])
}

/**
 * The answer to a list: at most `limit` of the rows. Ask the store for `limit + 1` rows: the extra one tells that there is a next
 * page, to which `next` and the Link header lead (RFC 8288). `keys` gives the sort keys of a row, and `item` what is shown of it.
 */
export function page<Row, Item>(
  call: ListCall,
  rows: readonly Row[],
  { keys, item }: { keys: (row: Row) => readonly (string | number)[]; item: (row: Row) => Item },
): Pick<Answer, 'links'> & { body: { items: Item[]; next?: string } } {
  const shown = rows.slice(0, call.query.limit)
  const last = shown.at(-1)
  const items = shown.map(item)
  if (last === undefined || rows.length <= shown.length) return { body: { items } }
  const next = call.cursors.seal(placeOf(call), keys(last))
  const search = new URLSearchParams({ ...call.search, cursor: next })
  return { body: { items, next }, links: [{ rel: 'next', href: `${call.path}?${search}` }] }
}

/** The answer to a list that is small enough to be read whole, in the order of its keys: what comes after the cursor, at most `limit`. */
export function pageOfAll<Row, Item>(
  call: ListCall,
  rows: readonly Row[],
  { key, item }: { key: (row: Row) => string; item: (row: Row) => Item },
): ReturnType<typeof page<Row, Item>> {
  const [after = ''] = position(call, z.tuple([z.string()])) ?? []
  const rest = rows.filter((row) => key(row) > after).sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return page(call, rest, { keys: (row) => [key(row)], item })
}

/** What a cursor belongs to: this list with these filters in this order. The size of a page may change on the way. */
const placeOf = ({ path, query: { cursor: _cursor, limit: _limit, ...filter } }: ListCall): string => canonical({ path, filter })
