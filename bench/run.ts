import { parseArgs } from 'node:util'
import { growth } from './growth.ts'
import { memory } from './memory.ts'
import { reading } from './reading.ts'
import { markdownOf, type Section } from './result.ts'
import { keep } from './results.ts'
import { size } from './size.ts'
import { start } from './start.ts'
import { aWorld, type World } from './world.ts'
import { writing } from './writing.ts'

/**
 * `npm run bench`: everything that docs/performance.md tells, measured side by side in one run; half an hour and more. Names of sections run
 * those only (`npm run bench -- reading writing`), and `--quick` reads and writes on 1,000 agreements in under 50 seconds. What was
 * found is printed and kept in bench/results, beside what other sections found before.
 */
const sections: Readonly<Record<string, Section>> = { reading, writing, memory, start, growth, size }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'quick': { type: 'boolean', default: false },
    // How many agreements there are, in the section that asks what that costs.
    'sizes': { type: 'string', default: '1000,10000,100000,1000000' },
    // How long memory is looked at: the goal says ten.
    'minutes': { type: 'string', default: '10' },
  },
})
const names = positionals.length > 0 ? positionals : values.quick ? ['reading', 'writing'] : Object.keys(sections)
// Enough in deliberation that a table does not fill up while it is written to.
const amounts = values.quick ? { agreements: 1_000, open: 250 } : { agreements: 10_000, open: 1_200 }
let world: Promise<World> | undefined
const options = {
  quick: values.quick,
  world: () => {
    world ??= aWorld(amounts)
    return world
  },
  sizes: values.sizes.split(',').map(Number),
  minutes: Number(values.minutes),
  say: (line: string) => console.log(line),
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
try {
  for (const name of names) await run(name)
} finally {
  await (await world)?.close()
}
// Connections that are kept open for a next request would keep the process for a while.
process.exit()

/** Runs one section, and tells at once what came of it. */
async function run(name: string): Promise<void> {
  const section = sections[name]
  if (!section) throw new Error(`there is no section ${name}: name some of ${Object.keys(sections).join(', ')}`)
  const began = performance.now()
  const found = await section(options)
  const goals = keep(name, found, options.quick)
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
  for (const table of [...found.tables, goals]) console.log(markdownOf(table))
}
