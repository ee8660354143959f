import { type Actor, by } from '../domain/actor.ts'
import { canonical, digest } from '../domain/digest.ts'
import { genesis, type Kept } from '../domain/ledger.ts'
import { completeSubtrees, inclusionPath, spanHash } from '../domain/merkle.ts'
import { type AgreementExport, exportFormat, isKeptFrom } from '../domain/proof.ts'
import { agreementSeen } from '../store/agreement.ts'
import type { Database } from '../store/database.ts'
import { nodeHashes, wholeAgreement } from '../store/log.ts'
import { readingFrom } from '../store/replica.ts'
import type { Deps } from './deps.ts'
import { registryName } from './receipt.ts'

/**
 * Everything that is needed to check an agreement without the registry, for those at its table. The registry signs where the history ends
 * and the digest of the whole, so that nothing can be cut off or changed on the way.
 */
export async function exportAgreement(deps: Deps, actor: Actor, agreementId: string): Promise<AgreementExport> {
  const { at } = await agreementSeen(deps.database, actor, agreementId)
  const acting = by(actor)
  // Who may read it is decided: the reading itself, the longest there is, may be done on a standby.
  const { whole, paths, hashOf } = await readingFrom(deps, acting, (database) => proofOf(database, agreementId))
  const { entries: all, versions, mandates, stances, receipts, checkpoint } = whole
  const entries = all.map((entry) => (isKeptFrom(entry, acting) ? withoutPayload(entry) : entry))
  const inclusions = paths.map(({ revision, position, hash, spans }) => ({
    revision,
    position,
    hash,
    path: spans.map((span) => spanHash(span, hashOf)),
  }))
  const keys = deps.signingKeys().keys.map((key) => ({ ...key }))
  const unsigned = {
    format: exportFormat,
    agreementId,
    entries,
    versions,
    mandates,
    stances,
    receipts,
    log: { checkpoint: checkpoint?.jws ?? null, inclusions },
    keys,
  }
  const last = entries.at(-1)
  const signature = await deps.sign(
    {
      registry: registryName(deps),
      agreementId,
      revision: last?.revision ?? 0,
      hash: last?.hash ?? genesis,
      at,
      digest: digest('handslag-export', canonical(unsigned)),
    },
    'export',
  )
  return { ...unsigned, signature }
}

/** All that is kept of an agreement, and what its entries' places in the log take to be proven. */
async function proofOf(database: Database, agreementId: string) {
  const whole = await wholeAgreement(database, agreementId)
  const paths = whole.logged.map((entry) => ({ ...entry, spans: inclusionPath(entry.position, whole.checkpoint?.size ?? 0) }))
  const hashOf = await nodeHashes(
    database,
    paths.flatMap(({ spans }) => spans.flatMap(completeSubtrees)),
  )
  return { whole, paths, hashOf }
}

const withoutPayload = ({ salt: _salt, payload: _payload, ...entry }: Kept): Kept => entry
