import type { World } from './world.ts'

/** A figure with its spread: the median over the turns, and the quartiles. */
export type Figure = { median: number; low: number; high: number }

/** A table as it is printed and written down. */
export type Table = { title: string; columns: readonly string[]; rows: readonly (readonly (string | number)[])[] }

/** What one section of the bench found: figures by their keys (`goals` says which are to be met), and tables for whoever wants more. */
export type Found = { figures: Record<string, Figure>; tables: readonly Table[] }

/** How a section runs: in which world, if it does not make one; how many agreements `size` loads; how many minutes `memory` looks. */
export type Options = {
  quick: boolean
  world: () => Promise<World>
  sizes: readonly number[]
  minutes: number
  say: (line: string) => void
}

/** One part of the bench, such as `reading`. */
export type Section = (options: Options) => Promise<Found>

/** A goal: what the figure of a key says, and from where or up to where it is good. */
export type Goal = { what: string; good: 'at least' | 'at most'; limit: number }

export const goals: Readonly<Record<string, Goal>> = {
  currentVsHandwritten: { what: 'current by id, against a handwritten server', good: 'at least', limit: 1.8 },
  currentP99VsHandwritten: { what: 'its 99th percentile, against the handwritten one’s', good: 'at most', limit: 1 },
  currentVsCeiling: { what: 'current by id, against hello world', good: 'at least', limit: 0.45 },
  notModifiedVsCeiling: { what: 'current, not modified, against hello world', good: 'at least', limit: 0.5 },
  writeVsDatabase: { what: 'a contribution, against its statements alone', good: 'at least', limit: 0.5 },
  currentAtMillionVsThousand: { what: 'current among 1,000,000 agreements, against 1,000', good: 'at least', limit: 0.85 },
  pageTenThousandVsFirst: { what: 'time of list page 10,000, against page 1', good: 'at most', limit: 1.5 },
  roundTwoHundredVsFirst: { what: 'time of a write in round 200, against round 1', good: 'at most', limit: 1.3 },
  hundredPartiesVsTen: { what: 'time of a write with 100 parties, against 10', good: 'at most', limit: 2 },
  // Flat: what is left of the slope of a flat line under a collector of garbage, after 10 minutes.
  memoryGrowthMBPerHour: { what: 'growth of one process under load, MB an hour', good: 'at most', limit: 20 },
  memoryPeakMB: { what: 'most memory of one process under load, MB', good: 'at most', limit: 300 },
  startSeconds: { what: 'until ready, on existing data, embedded, s', good: 'at most', limit: 3 },
}

/** Median and quartiles of measurements. */
export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part: number): number => {
    const place = part * (sorted.length - 1)
    const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2)
    return below + (above - below) * (place % 1)
  }
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

/** One contestant against another, turn by turn: what slowed both down in a turn cancels out. */
export const against = (ours: readonly number[], theirs: readonly number[]): Figure =>
  figureOf(ours.map((value, turn) => value / (theirs[turn] ?? Number.NaN)))

/** A figure for people: three digits that count, and the quartiles behind it. */
export const shown = ({ median, low, high }: Figure): string => `${digits(median)} (${digits(low)}–${digits(high)})`

/** Three digits that count; whole numbers from a hundred on, with a comma between thousands. */
export const digits = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

const isMet = ({ good, limit }: Goal, { median }: Figure): boolean => (good === 'at least' ? median >= limit : median <= limit)

/** Every goal with its figure, where there is one. */
export const goalTable = (figures: Readonly<Record<string, Figure>>): Table => ({
  title: 'Goals',
  columns: ['key', 'what', 'goal', 'median (quartiles)', 'met'],
  rows: Object.entries(goals).map(([key, goal]) => {
    const figure = figures[key]
    const met = figure && (isMet(goal, figure) ? 'yes' : 'no')
    return [`\`${key}\``, goal.what, `${goal.good} ${goal.limit}`, figure ? shown(figure) : 'not measured', met ?? '–']
  }),
})

/** A table in Markdown, under its title. */
export function markdownOf({ title, columns, rows }: Table): string {
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `### ${title}\n\n${lines.join('\n')}\n`
}
