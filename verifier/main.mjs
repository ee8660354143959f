#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseJson } from './json.mjs'
import { keysOf, Wrong } from './jws.mjs'
import { verifyExport } from './verify.mjs'
import { readState, Unreachable, witness } from './witness.mjs'

const usage = `handslag verify EXPORT [--key KEYS] [--seen FILE] [--receipt FILE]…
  Checks an export of an agreement (GET /v1/agreements/{id}/export) without the registry. EXPORT may be - for standard input.
  --key      the public keys to trust, as GET /v1/signing-keys gives them; without it those that a witness saw, or those in the export
  --seen     what a witness keeps: the export may not contradict it
  --receipt  a receipt that you were given (the text of "receipt", one per line)

handslag witness URL --state FILE [--key THUMBPRINT]… [--export EXPORT] [--quiet]
  Looks at the log of a registry, and refuses one that does not go on from what it saw before. Run it from cron.
  --state    where to keep what was seen
  --key      the thumbprint of a key that the keeper of the registry announced; the first time without it, the key that is found
  --export   an export, whose log is compared as well
  --quiet    says nothing while all is well

Exit: 0 all is well, 1 something is wrong, 2 could not be done.
`

// What a file says could steer a terminal, or make a line that this program did not say.
const plain = (line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
const say = (line) => process.stdout.write(`${plain(line)}\n`)

// Whoever reads may stop reading (`| head`): the rest is for nobody, and the exit stays what it is.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', ({ code }) => {
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') process.exit(2)
  })

function textOf(file) {
  let bytes
  try {
    bytes = readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new Unreachable(`${file} cannot be opened (${error.code})`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Wrong(`${file} is not text: it was damaged`)
  }
}

/** The JSON in a file; throws Wrong, with the name of the file, where it is none or means more than one thing. */
function jsonIn(file) {
  const text = textOf(file)
  try {
    return parseJson(text)
  } catch (error) {
    throw error instanceof Wrong ? new Wrong(`${file} ${error.message}`) : error
  }
}

function keySetIn(file) {
  const set = jsonIn(file)
  try {
    keysOf(set)
  } catch (error) {
    throw new Wrong(`${file} ${error instanceof Wrong ? error.message : 'holds a key that cannot be read'}`)
  }
  return set
}

/** What somebody gives beside the export: where that is damaged, nothing can be said of the export. */
function aid(work) {
  try {
    return work()
  } catch (error) {
    throw error instanceof Wrong ? new Unreachable(error.message) : error
  }
}

const several = { type: 'string', multiple: true }

function verify(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { key: { type: 'string' }, seen: { type: 'string' }, receipt: several },
  })
  const [file, ...more] = positionals
  if (!file || more.length > 0) throw new Unreachable(usage)
  const keys = values.key && aid(() => keySetIn(values.key))
  const seen = values.seen && readState(values.seen)
  const receipts = (values.receipt ?? []).flatMap((one) =>
    aid(() => textOf(one))
      .split(/\s+/)
      .filter(Boolean),
  )
  const { problems, notes, found } = verifyExport(jsonIn(file), {
    ...(keys && { keys }),
    ...(seen && { seen }),
    receipts,
  })
  for (const { agreementId, revision, version, what } of problems) {
    const where = [
      `agreement ${agreementId}`,
      version !== undefined && `version ${version}`,
      revision !== undefined && `revision ${revision}`,
    ]
    say(`✗ ${where.filter(Boolean).join(', ')}: ${what}`)
  }
  for (const note of notes) say(`· ${note}`)
  const { entries, versions, inLog, checkpoint } = found
  say(
    `${problems.length === 0 ? '✓ nothing is wrong with' : `✗ ${problems.length} things are wrong with`} ${entries} entries, ${versions} versions, ${found.receipts} receipts; ` +
      `${inLog} entries are in the log${checkpoint ? ` of ${checkpoint.size}, signed at ${checkpoint.at}` : ''}`,
  )
  return problems.length === 0 ? 0 : 1
}

async function look(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { state: { type: 'string' }, key: several, export: { type: 'string' }, quiet: { type: 'boolean' } },
  })
  const [url, ...more] = positionals
  if (!url || more.length > 0 || !values.state) throw new Unreachable(usage)
  const given = values.export && verifyExport(jsonIn(values.export))
  if (given?.problems.length > 0) throw new Wrong(`${values.export} is not as it should be: verify says what is wrong with it`)
  const tree = given?.found.checkpoint
  const { state, added } = await witness(url, values.state, { announced: values.key ?? [], tree })
  const last = state.checkpoints.at(-1)
  if (values.quiet) return 0
  say(
    last ? `✓ the log has ${last.size} entries, ${added} more than before; root ${last.root}, signed at ${last.at}` : '· the log is empty',
  )
  return 0
}

const [command, ...args] = process.argv.slice(2)
try {
  if (command === 'verify') process.exitCode = verify(args)
  else if (command === 'witness') process.exitCode = await look(args)
  else throw new Unreachable(usage)
} catch (error) {
  const said = error.message === usage ? usage : plain(error.message)
  process.stderr.write(`${error instanceof Wrong ? '✗ ' : ''}${said}\n`)
  process.exitCode = error instanceof Wrong ? 1 : 2
}
