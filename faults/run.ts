import { parseArgs } from 'node:util'
import { differences } from './checker.ts'
import { dropCommitReplies } from './commit-reply.ts'
import { diskFull } from './disk-full.ts'
import { everyCut } from './every-cut.ts'
import { cannotMount } from './filesystem.ts'
import { killDatabase } from './kill-database.ts'
import { killServer } from './kill-server.ts'
import { lockHolder, poolExhausted } from './locks.ts'
import { powerCut, powerCutWithoutFsync } from './power-cut.ts'
import { isGood, type Result, tableOf } from './result.ts'
import { sigterm } from './sigterm.ts'
import { halfOpen, slowDatabase, terminateBackends } from './slow.ts'
import { aWorld, type World } from './world.ts'

/**
 * `npm run faults`: breaks a real registry in every way that is known, and counts what is lost. A short run takes about three minutes on a
 * quiet machine of two cores; `--long` kills the server 50 times and PostgreSQL 20 times, and cuts every message of every change. Prints
 * its figures last, and exits with 1 when anything was lost, done twice, or otherwise not as it should be.
 */
const { values } = parseArgs({
  options: {
    'long': { type: 'boolean', default: false },
    'only': { type: 'string' },
    'server-kills': { type: 'string' },
    'database-kills': { type: 'string' },
    'commit-replies': { type: 'string' },
    'power-cuts': { type: 'string' },
    'seconds': { type: 'string' },
    'cut': { type: 'string' },
  },
})
const number = (given: string | undefined, short: number, long: number): number => (given ? Number(given) : values.long ? long : short)

// How often, in a short run and in a long one.
const serverKills = number(values['server-kills'], 4, 50)
const databaseKills = number(values['database-kills'], 4, 20)
const commitReplies = number(values['commit-replies'], 20, 200)
const powerCuts = number(values['power-cuts'], 2, 10)
const seconds = number(values.seconds, 3, 30)
// The short run cuts one route of each kind: a small change, a new stream, several streams at once, a hot one, a signed one, a delete.
const sampleOfRoutes = 'openDesk,createAgreement,grantMandates,contribute,adopt,endRole'
const routes = (values.cut ?? (values.long ? 'all' : sampleOfRoutes)).split(',')

const faults: Record<string, (world: World) => Promise<Result>> = {
  'server': (world) => killServer(world, serverKills),
  'database': (world) => killDatabase(world, databaseKills),
  'commit-reply': (world) => dropCommitReplies(world, commitReplies),
  'terminate': (world) => terminateBackends(world, { seconds }),
  'slow': (world) => slowDatabase(world, { secondsEach: seconds }),
  'half-open': (world) => halfOpen(world, values.long ? 5 : 2),
  'lock': (world) => lockHolder(world, { seconds: values.long ? 60 : 5 }),
  'pool': (world) => poolExhausted(world, { seconds }),
  'sigterm': (world) => sigterm(world, values.long ? 20 : 1),
}

const results: Result[] = []
const skipped: string[] = []
let control: Awaited<ReturnType<typeof powerCutWithoutFsync>> | undefined
const wanted = (name: string): boolean => values.only === undefined || values.only.split(',').includes(name)
const say = (line: string): void => console.log(line)

/** Runs one, and tells at once what came of it. */
async function run(name: string, act: () => Promise<Result>): Promise<void> {
  if (!wanted(name)) return
  const began = performance.now()
  const result = await act()
  results.push(result)
  const took = ((performance.now() - began) / 1000).toFixed(0)
  say(`${result.fault}: ${result.sent} sent, ${result.lost} lost, ${result.duplicated} twice, ${result.wrong.length} wrong; ${took} s`)
  for (const one of result.wrong.slice(0, 20)) say(`    ${one}`)
}

/** In one world, one fault after the other; in the end its tables are made anew from its ledger, and compared. */
async function inAWorld(servers: number, names: Record<string, (world: World) => Promise<Result>>): Promise<void> {
  if (!Object.keys(names).some(wanted)) return
  const world = await aWorld({ servers })
  try {
    for (const [name, fault] of Object.entries(names)) await run(name, () => fault(world))
    const differs = await differences(world)
    say(`tables, made anew from the ledger, and the log: ${differs.length === 0 ? 'in agreement with it' : differs.join(', ')}`)
    results.at(-1)?.wrong.push(...differs)
  } finally {
    await world.close()
  }
}

await inAWorld(2, faults)
await inAWorld(1, { cuts: (world) => everyCut(world, { ...(routes.includes('all') ? {} : { only: routes }), say }) })

const cannot = await cannotMount()
const onOwnDisk = ['disk-full', 'power-cut', 'control'].filter(wanted)
if (cannot) {
  for (const name of onOwnDisk) skipped.push(`${name}: ${cannot}`)
} else {
  await run('disk-full', () => diskFull({ cycles: values.long ? 3 : 1, secondsFull: seconds }))
  await run('power-cut', () => powerCut({ cycles: powerCuts }))
  if (wanted('control')) control = await powerCutWithoutFsync()
}

say(`\nFigures\n\n${tableOf(results)}\n`)
if (control)
  say(
    `Control, a power cut with fsync off: ${control.lost} lost of ${control.acknowledged} acknowledged (it has to lose); ` +
      `the registry ${control.refused ? 'refuses' : 'DOES NOT REFUSE'} to start on such a database.`,
  )
for (const one of skipped) say(`!!! SKIPPED !!! ${one}`)
const total = (of: (result: Result) => number): number => results.reduce((sum, result) => sum + of(result), 0)
say(
  `In all: ${total(({ sent }) => sent)} sent, ${total(({ acknowledged }) => acknowledged)} acknowledged, ${total(({ lost }) => lost)} lost, ` +
    `${total(({ duplicated }) => duplicated)} twice, ${total(({ unbacked }) => unbacked)} answered with 2xx without a commit, ` +
    `${total(({ wrong, lost, duplicated }) => wrong.length - lost - duplicated)} otherwise wrong.`,
)
const controlHolds = control === undefined || (control.lost > 0 && control.refused)
process.exitCode = results.every(isGood) && controlHolds ? 0 : 1
// Connections that are kept open for a next request would keep the process for a while.
process.exit()
