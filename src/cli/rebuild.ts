import { placeOf, readConfig } from '../config.ts'
import { rebuildTables } from '../store/ledger.ts'
import { openStore } from '../store/open.ts'

/** `npm run rebuild`: makes every table for reading anew from the ledger. Stop the servers first: writers would wait. */
async function rebuild(): Promise<void> {
  const { ownerUrl, close } = await openStore({ ...placeOf(readConfig()), log: () => undefined })
  try {
    const { streams, entries } = await rebuildTables(ownerUrl)
    console.log(`Rebuilt every table from ${entries} entries in ${streams} streams.`)
  } finally {
    await close()
  }
}

await rebuild().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
