import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A change to one file of the house, by its path from the root: `find` stands there exactly once. */
export type Patch = { file: string; find: string | RegExp; replace: string }

const root = join(import.meta.dirname, '..', '..')

/** What the registry and its tests are made of: enough to start a server from the copy, or to import a module of it. */
const parts = ['src', 'test', 'migrations', 'openapi', 'docs', 'package.json', 'tsconfig.json']

/**
 * A copy of the house in a temporary directory, with bugs planted in it: for showing that a test sees them. Run it as a process (`node
 * --import tsx src/main.ts` with the directory as cwd), or import it: `await import(join(directory, 'src/…'))`. A test that imports
 * from the copy takes nothing of the house itself, for the two are different modules. Throws where a patch does not fit.
 */
export async function planted(patches: readonly Patch[]): Promise<{ directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'handslag-test-planted-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await Promise.all(parts.map((part) => cp(join(root, part), join(directory, part), { recursive: true })))
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'), 'dir')
    // One after the other: several patches may be in one file.
    for (const patch of patches) await apply(directory, patch)
    return { directory, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function apply(directory: string, { file, find, replace }: Patch): Promise<void> {
  const path = join(directory, file)
  // A pattern without groups: what groups catch would come between the pieces.
  const pieces = (await readFile(path, 'utf8')).split(find)
  if (pieces.length !== 2) throw new Error(`the patch of ${file} fits ${pieces.length - 1} times, not once: ${find}`)
  await writeFile(path, pieces.join(replace))
}
