import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Figure, type Found, goalTable, markdownOf, type Table } from './result.ts'

const directory = join(import.meta.dirname, 'results')
const file = join(directory, 'latest.json')

/** What was found by one section, and when. */
type Kept = Found & { measuredAt: string; quick: boolean }
type Latest = {
  ratios: Record<string, number>
  spread: Record<string, Pick<Figure, 'low' | 'high'>>
  machine: string
  measuredAt: string
  sections: Record<string, Kept>
}

/** Keeps what a section found in latest.json and latest.md, beside what other sections found before; gives the table of goals. */
export function keep(name: string, found: Found, quick: boolean): Table {
  const measuredAt = new Date().toISOString()
  const sections = { ...before(), [name]: { ...found, measuredAt, quick } }
  const figures: Record<string, Figure> = Object.assign({}, ...Object.values(sections).map((section) => section.figures))
  const table = goalTable(figures)
  const latest: Latest = { ...byKey(figures), machine, measuredAt, sections }
  mkdirSync(directory, { recursive: true })
  writeFileSync(file, `${JSON.stringify(latest, null, 2)}\n`)
  writeFileSync(join(directory, 'latest.md'), inWords(table, sections))
  return table
}

function before(): Record<string, Kept> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Latest).sections ?? {}
  } catch {
    return {}
  }
}

const byKey = (figures: Readonly<Record<string, Figure>>): Pick<Latest, 'ratios' | 'spread'> => ({
  ratios: Object.fromEntries(Object.entries(figures).map(([key, { median }]) => [key, rounded(median)])),
  spread: Object.fromEntries(Object.entries(figures).map(([key, { low, high }]) => [key, { low: rounded(low), high: rounded(high) }])),
})

// A thousandth: finer than two runs agree.
const rounded = (value: number): number => Math.round(1000 * value) / 1000

const [cpu] = cpus()
const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 1024 ** 3)} GB, ${process.platform}, Node ${process.version}`

function inWords(goalsMet: Table, sections: Record<string, Kept>): string {
  const parts = Object.entries(sections).flatMap(([name, { measuredAt, quick, tables }]) => [
    `Section \`${name}\`, measured at ${measuredAt}${quick ? ', a quick run' : ''}.\n`,
    ...tables.map(markdownOf),
  ])
  return [`Machine: ${machine}.\n`, markdownOf(goalsMet), ...parts].join('\n')
}
