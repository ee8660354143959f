#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Wrong } from './jws.mjs'
import { verifyExport } from './verify.mjs'
import { readState, Unreachable, witness } from './witness.mjs'

const usage = `handslag verify EXPORT [--key KEYS] [--seen FILE] [--receipt FILE]…
  Checks an export of an agreement (GET /v1/agreements/{id}/export) without the registry. EXPORT may be - for standard input.
  --key      the public keys to trust, as GET /v1/signing-keys gives them; without it those that a witness saw, or those in the export
  --seen     what a witness keeps: the export may not contradict it
  --receipt  a receipt that you were given (the text of "receipt", one per line)

handslag witness URL --state FILE [--key THUMBPRINT]… [--export EXPORT]
  Looks at the log of a registry, and refuses one that does not go on from what it saw before. Run it from cron.
  --state    where to keep what was seen
  --key      the thumbprint of a key that the keeper of the registry announced; the first time without it, the key that is found
  --export   an export, whose log is compared as well

Exit: 0 all is well, 1 something is wrong, 2 could not be done.
`

const say = (line) => process.stdout.write(`${line}\n`)
const readJson = (file) => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file)))
const several = { type: 'string', multiple: true }

function verify(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { key: { type: 'string' }, seen: { type: 'string' }, receipt: several },
  })
  const [file, ...more] = positionals
  if (!file || more.length > 0) throw new Unreachable(usage)
  let given
  try {
    given = readJson(file)
  } catch (error) {
    if (error.code) throw new Unreachable(`${file} cannot be opened (${error.code})`)
    say('✗ this file is not JSON: it was damaged')
    return 1
  }
  const receipts = (values.receipt ?? []).flatMap((one) => readFileSync(one, 'utf8').split(/\s+/).filter(Boolean))
  const { problems, notes, found } = verifyExport(given, {
    ...(values.key && { keys: readJson(values.key) }),
    ...(values.seen && { seen: readState(values.seen) }),
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
    options: { state: { type: 'string' }, key: several, export: { type: 'string' } },
  })
  const [url, ...more] = positionals
  if (!url || more.length > 0 || !values.state) throw new Unreachable(usage)
  const tree = values.export && verifyExport(readJson(values.export)).found.checkpoint
  const { state, added } = await witness(url, values.state, { announced: values.key ?? [], tree })
  const last = state.checkpoints.at(-1)
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
  process.stderr.write(`${error instanceof Wrong ? `✗ ${error.message}` : error.message}\n`)
  process.exitCode = error instanceof Wrong ? 1 : 2
}
