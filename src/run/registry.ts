import { join } from 'node:path'
import { checkpointSigning, loadRegistryKey, refuseOtherKey } from '../auth/registry-key.ts'
import type { Config } from '../config.ts'
import { startForgetting } from '../jobs/forget-answers.ts'
import { startSequencer } from '../jobs/sequencer.ts'
import { lastCheckpoint } from '../store/log.ts'
import { newId } from '../store/new-id.ts'
import type { Store } from '../store/open.ts'
import { registryItself, within } from '../store/transaction.ts'
import { openDemonstration } from './demonstration.ts'

/** Where mistakes of jobs are told. */
type Log = { error: (what: object, line: string) => void }

/** What a registry has once, however many of its processes serve requests. */
export type Registry = { startJobs: (log: Log) => { stop: () => Promise<void> } }

/** Sees to it that the key is the one with which this registry has signed so far, and fills a demonstration. */
export async function openRegistry({ OIDC_ISSUER, REPLACED_KEY }: Config, { database, directory }: Store): Promise<Registry> {
  const key = await loadRegistryKey(join(directory, 'keys', 'registry.json'))
  const last = await within(database.pool, registryItself, () => lastCheckpoint(database))
  refuseOtherKey(key, last?.jws, REPLACED_KEY)
  if (!OIDC_ISSUER) await openDemonstration({ database, newId, sign: key.sign, signingKeys: key.jwks })
  return {
    startJobs: (log) => {
      const sequencer = startSequencer(database, checkpointSigning(key), {
        failed: (error, why) => log.error({ err: error, why }, 'the log was not added to'),
      })
      const forgetting = startForgetting(database, (error) => log.error({ err: error }, 'old answers were not forgotten'))
      return {
        stop: async () => {
          forgetting.stop()
          await sequencer.stop()
        },
      }
    },
  }
}
