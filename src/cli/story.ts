import { readConfig } from '../config.ts'
import { startOwn } from './own-registry.ts'
import { Teller } from './teller.ts'
import { twoRounds } from './two-rounds.ts'

/** `npm run story`: tells the story on the registry that HANDSLAG_URL names, else on one of its own with a fresh database. */
const { HANDSLAG_URL } = readConfig()
const own = HANDSLAG_URL ? undefined : await startOwn()
const url = HANDSLAG_URL ?? own?.url ?? ''
try {
  const teller = new Teller(url, console.log)
  if (!(await teller.isDemonstration()))
    throw new Error(`${url} is not a demonstration: start one with npm start, or leave HANDSLAG_URL out.`)
  console.log(`A story in two rounds, told on ${url}`)
  await twoRounds(teller)
  console.log(`\n${teller.steps} steps, and every one went as told.`)
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  await own?.stop()
}
