import { execFile, spawn } from 'node:child_process'
import { chown, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../src/store/free-port.ts'

const run = promisify(execFile)

/** What backup and restore take, from PostgreSQL's own programs: the npm package has the server only. */
const programs = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'pg_basebackup', 'pg_isready'] as const
type Program = (typeof programs)[number]

/** The directory of the newest PostgreSQL on this machine that has every program; nothing where there is none. */
export async function toolsDirectory(): Promise<string | undefined> {
  // Where Debian and Ubuntu put them.
  const root = '/usr/lib/postgresql'
  const versions = (await readdir(root).catch((): string[] => [])).toSorted((a, b) => Number(b) - Number(a))
  for (const version of versions) {
    const directory = join(root, version, 'bin')
    const found = await readdir(directory).catch((): string[] => [])
    if (programs.every((program) => found.includes(program))) return directory
  }
  return undefined
}

type Owner = { uid?: number; gid?: number }

/** Whom PostgreSQL runs as: root may not run it. */
async function ownerOf(): Promise<Owner> {
  if (process.getuid?.() !== 0) return {}
  const id = async (which: string) => Number((await run('id', [which, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}

/** PostgreSQL's programs, run as the user that may, and servers in directories of their own. */
export type Tools = {
  run: (program: Program, args: readonly string[]) => Promise<string>
  /** A directory that PostgreSQL's user owns. */
  directory: (path: string) => Promise<string>
  /** A new cluster in a directory that is empty. */
  init: (data: string) => Promise<void>
  /** Starts the server of a cluster on loopback, on a free port where none is named; gives its port, and how to stop it or have it crash. */
  start: (data: string, settings?: Readonly<Record<string, string>>, port?: number) => Promise<Server>
}
export type Server = { port: number; stop: () => Promise<void>; crash: () => Promise<void> }

export async function openTools(bin: string): Promise<Tools> {
  const owner = await ownerOf()
  const runAs = async (program: Program, args: readonly string[]) =>
    (await run(join(bin, program), [...args], { ...owner, cwd: '/', maxBuffer: 64 * 1024 * 1024 })).stdout
  return {
    run: runAs,
    directory: async (path) => {
      await mkdir(path, { mode: 0o700 })
      if (owner.uid !== undefined && owner.gid !== undefined) await chown(path, owner.uid, owner.gid)
      return path
    },
    init: async (data) => {
      await runAs('initdb', [`--pgdata=${data}`, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'])
    },
    start: async (data, settings = {}, named) => {
      const port = named ?? (await freePort())
      const given = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
      const options = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options], { ...owner, cwd: '/', stdio: 'pipe' })
      let said = ''
      for (const stream of [server.stdout, server.stderr]) stream.on('data', (some) => (said += some))
      const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
      const endedBy = (signal: NodeJS.Signals) => async () => {
        server.kill(signal)
        await ended
      }
      const stop = endedBy('SIGINT') // the fast shutdown
      const crash = endedBy('SIGQUIT') // the immediate one, which leaves everything as a crash does
      // A minute: recovering reads the whole archive first.
      for (let tries = 0; tries < 300 && server.exitCode === null; tries += 1) {
        const ready = await runAs('pg_isready', ['-h', '127.0.0.1', '-p', String(port)]).then(
          () => true,
          () => false,
        )
        if (ready) return { port, stop, crash }
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      await stop()
      throw new Error(`PostgreSQL does not start in ${data}:\n${said.slice(-2000)}`)
    },
  }
}
