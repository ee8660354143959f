import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { applicationRole } from '../src/store/database.ts'
import { toolsDirectory } from '../test/support/cluster.ts'
import type { Asked } from './overhear.ts'

/** What the server asked for two changes in a row of one agreement, of which `next` brought it to a revision. */
export type Recording = { first: readonly Asked[]; next: readonly Asked[]; revision: number }

/**
 * A script for pgbench in which each client repeats recordings of its own: the messages as they were, statements that were prepared
 * prepared. What `next` had and `first` had not is new in each transaction (ids, hashes, salts, the key), and the revision goes up from the
 * one that the agreement has now.
 */
export function scriptOf(recordings: readonly Recording[], clients: number, revisions: readonly number[]): string {
  const each = Math.floor(recordings.length / clients)
  const texts = new Map(
    recordings.flatMap(({ next }) => next.flatMap(({ text, values }) => (values ? [[text, named(text)] as const] : []))),
  )
  return [
    // Sixteen digits each; hexadecimal ones too.
    ...['part_1', 'part_2', 'part_3'].map((name) => `\\set ${name} random(1000000000000000, 8999999999999999)`),
    `\\set place :client_id * ${each} + random(0, ${each - 1})`,
    '\\if :prepared = 0',
    ...[...texts].map(([text, name]) => `prepare ${name} as ${text};`),
    ...revisions.map((revision, place) => `\\set revision_${place} ${revision}`),
    '\\set prepared 1',
    '\\endif',
    ...recordings
      .slice(0, each * clients)
      .flatMap((recording, place) => [
        `\\${place === 0 ? 'if' : 'elif'} :place = ${place}`,
        `\\set revision_${place} :revision_${place} + 1`,
        ...repeatable(recording, place).map(messageOf),
      ]),
    '\\endif',
    '',
  ].join('\n')
}

const named = (text: string): string => `s${createHash('sha256').update(text).digest('hex').slice(0, 16)}`

const quoted = (value: string | null): string => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`)

/** One message: statements sent together stay together. */
const messageOf = ({ text, values }: Asked): string => {
  if (values) return `execute ${named(text)}${values.length > 0 ? `(${values.map(quoted).join(', ')})` : ''};`
  const statements = text.match(/('(?:[^']|'')*'|[^;'])+/g) ?? []
  return `${statements.filter((one) => one.trim() !== '').join(' \\; ')};`
}

/** What in the text of a message differs from one change to the next: hashes and salts, and ids. */
const tokens = /\b[0-9a-f]{64}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

function repeatable({ first, next, revision }: Recording, place: number): Asked[] {
  const before = new Set(JSON.stringify(first).match(tokens))
  const made = [...new Set(JSON.stringify(next).match(tokens))].filter((token) => !before.has(token))
  // pgbench puts its variables in wherever it finds them, also within quotes; the number comes first, or it would be part of a name.
  const anew = (token: string): string => {
    if (before.has(token)) return token
    const nth = String(made.indexOf(token)).padStart(4, '0')
    // An id keeps the time that it begins with; the rest may be written without hyphens.
    return token.length === 64 ? `000000000000${nth}:part_1:part_2:part_3` : `${token.slice(0, 14)}${nth}:part_1`
  }
  const change = (text: string): string =>
    text.replaceAll(tokens, anew).replaceAll(new RegExp(`"revision": ?${revision}\\b`, 'g'), `"revision": :revision_${place}`)
  return next.map(({ text, values }) => (values ? { text, values: values.map((value) => value && change(value)) } : { text: change(text) }))
}

/** Where pgbench is, if this machine has it: it comes with PostgreSQL's server packages, and not with npm's. */
export async function findPgbench(): Promise<string | undefined> {
  const program = `${await toolsDirectory()}/pgbench`
  return access(program).then(
    () => program,
    () => undefined,
  )
}

type Run = { url: string; script: string; file: string; clients: number; seconds: number }

/**
 * Runs a script for so many whole seconds, as the role of the application; gives transactions per second. A second before them does not
 * count: new connections prepare and plan their statements, which those of a server that runs have done.
 */
export async function runPgbench(program: string, { url, script, file, clients, seconds }: Run): Promise<number> {
  await writeFile(file, script)
  const { hostname, port, username, password, pathname } = new URL(url)
  const flags = ['--no-vacuum', '--protocol=simple', '--progress=1', '--define=prepared=0']
  const parameters = [...flags, `--client=${clients}`, `--time=${seconds + 1}`, `--file=${file}`, pathname.slice(1)]
  const env = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGOPTIONS: `-c role=${applicationRole}` }
  const { stderr } = await promisify(execFile)(program, parameters, { env })
  const [, ...counted] = [...stderr.matchAll(/^progress: .* s, ([\d.]+) tps, .* (\d+) failed/gm)]
  const failed = counted.some(([, , some]) => some !== '0')
  if (failed || counted.length === 0) throw new Error(`pgbench did not do its work:\n${stderr}`)
  return counted.reduce((sum, [, tps]) => sum + Number(tps), 0) / counted.length
}
