import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseJson } from './json.mjs'
import { keysOf, readJws, Wrong } from './jws.mjs'
import { isConsistent } from './merkle.mjs'

/** The registry could not be reached, or does not answer as a registry does: nothing is known, and nothing refused. */
export class Unreachable extends Error {}

/** What is kept: enough to refuse another past, and to show two signed checkpoints that contradict each other. */
const empty = { checkpoints: [], keys: [] }

/** What a witness kept in a file. Throws Unreachable where it cannot be read, or is something else. */
export function readState(file) {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Unreachable(`${file} cannot be opened (${error.code})`)
  }
  try {
    const state = parseJson(text)
    keysOf(state)
    if (state.checkpoints.every(isCheckpoint)) return state
  } catch {
    // Said below, whatever it is.
  }
  throw new Unreachable(
    `${file} is damaged, or not what a witness keeps: put its backup back; without one, keep it, and begin a new state with the key (--key) that you trust`,
  )
}

const isCheckpoint = (one) =>
  Number.isSafeInteger(one?.size) && one.size > 0 && ['root', 'at', 'kid', 'jws'].every((name) => typeof one[name] === 'string')

/** Written beside its place and moved there, so that a power cut leaves the old state or the new. */
function writeState(file, state) {
  const beside = openSync(`${file}.new`, 'w')
  try {
    writeFileSync(beside, `${JSON.stringify(state, null, 2)}\n`)
    fsyncSync(beside)
  } finally {
    closeSync(beside)
  }
  renameSync(`${file}.new`, file)
  syncDirectory(dirname(file))
}

/** That a file was moved is kept through a power cut too, where the system can: not every one opens a directory. */
function syncDirectory(directory) {
  let opened
  try {
    opened = openSync(directory, 'r')
    fsyncSync(opened)
  } catch {
    // The file itself is on the disk; at worst the old state is there again, which is true as well.
  } finally {
    if (opened !== undefined) closeSync(opened)
  }
}

async function ask(url, path) {
  let answer
  try {
    answer = await fetch(`${url.replace(/\/$/, '')}/v1${path}`, {
      signal: AbortSignal.timeout(20_000),
      headers: { accept: 'application/json' },
    })
  } catch (error) {
    throw new Unreachable(`${url} does not answer (${error.cause?.code ?? error.message})`)
  }
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Unreachable(`${url} answers ${answer.status}`)
  return answer.json().catch(() => {
    throw new Unreachable(`${url} answers something else than JSON`)
  })
}

/** What the registry signs now, checked with a key that is known: the first one seen, or one whose thumbprint was announced. */
async function current(url, state, announced) {
  const given = await ask(url, '/log/checkpoint')
  if (!given) return undefined
  const offered = keysOf((await ask(url, '/signing-keys')) ?? {})
  const known = new Set(state.keys.map(({ kid }) => kid))
  const trusted = new Map(
    [...offered].filter(([kid]) => (known.size === 0 && announced.length === 0) || known.has(kid) || announced.includes(kid)),
  )
  if (trusted.size === 0) throw new Wrong(`is signed with a key that nobody announced (${[...offered.keys()].join(', ')})`)
  const { kid, payload } = readJws(given.jws, 'checkpoint', trusted)
  const { registry, size, root, at } = payload
  if (registry !== kid || given.size !== size || given.root !== root || given.at !== at)
    throw new Wrong('says otherwise than what was signed')
  const keys = [...state.keys, ...[...trusted.values()].filter((key) => !known.has(key.jwk.kid)).map((key) => key.jwk)]
  return { checkpoint: { size, root, at, kid, jws: given.jws }, keys }
}

/** Whether the tree of one checkpoint begins with that of another, by the proof that the registry gives. */
async function goesOn(url, before, after) {
  if (before.size === after.size) return before.root === after.root
  const proof = await ask(url, `/log/consistency?from=${before.size}&to=${after.size}`)
  return isConsistent({ from: before.size, to: after.size, fromRoot: before.root, toRoot: after.root, path: proof?.path })
}

/**
 * Looks at the log of a registry, and keeps what it sees in a file. Throws Wrong where the log does not go on from what was seen before: it
 * is shorter (rollback), or another (fork), or signed with a key that nobody announced. What was refused is kept beside the file.
 *
 * `announced` are thumbprints of keys that one has heard of from the registry's keeper. `tree` is the checkpoint of an export, to be
 * compared as well.
 */
export async function witness(url, file, { announced = [], tree } = {}) {
  const state = existsSync(file) ? readState(file) : empty
  const last = state.checkpoints.at(-1)
  const refuse = (why, refused) => {
    if (refused) writeFileSync(`${file}.refused.json`, `${JSON.stringify({ seen: last, refused }, null, 2)}\n`)
    throw new Wrong(why)
  }
  let now
  try {
    now = await current(url, state, announced)
  } catch (error) {
    if (error instanceof Wrong) throw new Wrong(`the checkpoint ${error.message}`)
    throw error
  }
  if (!now) {
    if (last) refuse(`rollback: there were ${last.size} entries in the log, and now there is no log`)
    return { state, added: 0 }
  }
  const { checkpoint, keys } = now
  if (last && checkpoint.size < last.size)
    refuse(`rollback: there were ${last.size} entries in the log, and now ${checkpoint.size}`, checkpoint)
  if (last && !(await goesOn(url, last, checkpoint)))
    refuse(`fork: the log of ${checkpoint.size} entries does not begin with the ${last.size} that were seen`, checkpoint)
  if (tree && tree.size > checkpoint.size)
    refuse(`rollback: the export is of a log of ${tree.size} entries, and now there are ${checkpoint.size}`, checkpoint)
  if (tree && !(await goesOn(url, tree, checkpoint)))
    refuse(`fork: the log does not begin with the ${tree.size} entries of the export`, checkpoint)
  // One line per size: whoever looks every minute at a quiet registry keeps no more than one who looks once.
  const next = { checkpoints: last?.size === checkpoint.size ? state.checkpoints : [...state.checkpoints, checkpoint], keys }
  writeState(file, next)
  return { state: next, added: checkpoint.size - (last?.size ?? 0) }
}
