import type { TestProject } from 'vitest/node'

/** The projects that need no database: a run of only these starts none. */
const withoutDatabase = ['domain', 'house']

/** Starts the run's one PostgreSQL, unless every chosen project does without (`vitest --project domain`). */
export async function setup(root: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (root.vitest.projects.every((project) => withoutDatabase.includes(project.name))) return undefined
  const database = await import('./global-setup.ts')
  return database.default(root)
}
