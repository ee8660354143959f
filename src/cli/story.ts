import { readConfig } from '../config.ts'
import { startOwn } from './own-registry.ts'
import { stories } from './stories/all.ts'
import { Teller } from './teller.ts'

// Who listens may go away (`| head`), or ask to stop: then it ends at the next line, and its own registry ends with it.
let over = false
process.stdout.on('error', () => {
  over = true
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    over = true
  })

function say(line: string): void {
  if (over) throw new Error('nobody listens any more')
  console.log(line)
}

/** `npm run story -- NAME`: tells a story on the registry that HANDSLAG_URL names, else on one of its own with a fresh database. */
async function tellStory(name: string): Promise<void> {
  const story = stories[name]
  if (!story) throw new Error(`There is no story “${name}”. There are: ${Object.keys(stories).join(', ')}.`)
  const { HANDSLAG_URL } = readConfig()
  const own = HANDSLAG_URL ? undefined : await startOwn()
  const url = HANDSLAG_URL ?? own?.url ?? ''
  try {
    const teller = new Teller(url, say)
    if (!(await teller.isDemonstration()))
      throw new Error(`${url} is not a demonstration: start one with npm start, or leave HANDSLAG_URL out.`)
    say(`${story.title}, told on ${url}`)
    await story.tell(teller)
    say(`\n${teller.steps} steps, and every one went as told.`)
  } finally {
    await own?.stop()
  }
}

await tellStory(process.argv[2] ?? 'two-rounds').catch((error: unknown) => {
  if (over) return
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
})
