import pg from 'pg'
import { type Day, dayOf } from '../../src/domain/time.ts'
import { applicationRole } from '../../src/store/database.ts'
import type { Signing } from '../../src/store/log.ts'
import { rebuilt } from '../../src/store/projections/rebuilt.ts'
import { ledger, ledgerPayloads } from '../../src/store/tables/ledger.ts'
import { logEntries, logNodes } from '../../src/store/tables/log.ts'
import { restore, strip } from './bare.ts'
import { subjectOf } from './cast.ts'
import { openCopies } from './copy.ts'
import type { Filled, OpenAgreement } from './filled.ts'
import { writeAgreements, writeOrganisations } from './load.ts'
import { type Measure, organisationsFor, type Plan, planOf } from './plan.ts'
import { prepareTemplates } from './template.ts'
import { growing } from './tree.ts'

/** How much is made. The same numbers, seed, issuer and day give the same rows, byte for byte. */
export type Amounts = {
  agreements: number
  /** On average; each has an odd number of them, from 1 to one less than twice this. */
  versionsPerAgreement?: number
  organisations?: number
  /** Agreements in deliberation with a rich history, among `agreements`: the last ones. */
  open?: number
  /** Agreements in deliberation beside these, of so many rounds and parties. */
  special?: readonly { rounds: number; parties: number }[]
  seed?: number
  /** Who vouches for the accounts of the people and applications. */
  issuer: string
  today?: Day
  /** Signs the log (`checkpointSigning` in src/auth/registry-key.ts). Without it the entries wait in `log_queue`. */
  signing?: Signing
  log?: (line: string) => void
}

/**
 * Fills an empty, migrated registry, as the owner of its tables, with a ledger that verifies and the tables that it makes. Nothing else can
 * use the registry meanwhile: keys, references and the trigger of the log's queue are off until everything is there, and on again after,
 * also when it fails. Where it is killed, they stay off and the registry stays shut: begin anew with another database. Throws where there is something already.
 *
 * Most agreements have thin histories, without deliberation (`thinHistory`); the open and special ones went by every rule (`richHistory`).
 * Versions are not signed: what stands for a signature is by no key, and there are no receipts.
 */
export async function fill(ownerUrl: string, amounts: Amounts): Promise<Filled> {
  const { signing, log = () => undefined } = amounts
  const plan = planOf(measureOf(amounts))
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'handslag-generate', options: '-c TimeZone=UTC' })
  await client.connect()
  try {
    const { rows } = await client.query('select from ledger limit 1')
    if (rows.length > 0) throw new Error('this registry holds something already: the generator fills an empty one')
    // Until everything is there the application is shut out: also for good where this process is killed half-way.
    await client.query(`revoke usage on schema public from public, ${applicationRole}`)
    const taken = await strip(client)
    try {
      if (signing) await client.query('alter table ledger disable trigger queue_for_log')
      return await load(client, ownerUrl, plan, amounts)
    } finally {
      log('putting indexes and references back')
      await restore(ownerUrl, taken)
      await client.query('alter table ledger enable trigger queue_for_log')
      await client.query('analyze')
      await client.query(`grant usage on schema public to ${applicationRole}`)
    }
  } finally {
    await client.end()
  }
}

function measureOf({ agreements, special = [], seed = 1, versionsPerAgreement = 5, ...amounts }: Amounts): Measure {
  const {
    organisations = Math.max(organisationsFor(agreements), ...special.map(({ parties }) => parties)),
    // A fifth of a small registry, and two hundred of a large one: enough that a table does not fill up while it is measured.
    open = Math.min(200, Math.floor(agreements / 5)),
    today = dayOf(new Date().toISOString()),
  } = amounts
  return { agreements, versionsPerAgreement, organisations, open, special, seed, today }
}

async function load(client: pg.Client, ownerUrl: string, plan: Plan, { issuer, signing, log = () => undefined }: Amounts): Promise<Filled> {
  await prepareTemplates(client, rebuilt)
  const copies = await openCopies(ownerUrl, [ledger, ledgerPayloads, ...rebuilt, ...(signing ? [logEntries, logNodes] : [])])
  try {
    let entries = 0
    const tree = growing((level, index, hash) => copies.add('log_nodes', `${level}\t${index}\t${hash}\n`))
    const sink = {
      row: copies.add,
      entry: (streamId: string, revision: number, hash: string) => {
        entries += 1
        if (!signing) return
        copies.add('log_entries', `${tree.size()}\t${streamId}\t${revision}\t${hash}\n`)
        tree.add(hash)
      },
    }
    const writing = { client, plan, sink, settle: copies.settle }
    await writeOrganisations(writing, issuer)
    const { versions, inDeliberation } = await writeAgreements(writing, log)
    await copies.end()
    if (signing) await sign(client, signing, tree.size(), tree.root())
    return filledOf(plan, { versions, entries }, inDeliberation)
  } catch (error) {
    await copies.abandon()
    throw error
  }
}

async function sign(client: pg.Client, signing: Signing, size: number, root: string): Promise<void> {
  const tree = { size, root, at: new Date().toISOString() }
  const values = [size, root, await signing.sign(tree), tree.at]
  await client.query('insert into checkpoints (size, root, jws, at) values ($1, $2, $3, $4)', values)
}

function filledOf(plan: Plan, counted: { versions: number; entries: number }, inDeliberation: OpenAgreement[]): Filled {
  const { agreements, organisations, open } = plan.measure
  return {
    agreements,
    organisations,
    ...counted,
    agreementId: plan.agreementId,
    partiesOf: plan.partiesOf,
    visibilityOf: (n) => plan.of(n).visibility,
    organisationId: plan.organisationId,
    applicationSubject: (o) => subjectOf(o, 'application'),
    personSubject: (o) => subjectOf(o, 'representative'),
    openAgreements: inDeliberation.slice(0, open),
    specialAgreements: inDeliberation.slice(open),
  }
}
