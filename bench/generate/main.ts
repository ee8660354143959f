import { parseArgs } from 'node:util'
import { checkpointSigning, loadRegistryKey } from '../../src/auth/registry-key.ts'
import { migrate } from '../../src/store/migrate.ts'
import { fill } from './fill.ts'

const usage = `node --import tsx bench/generate/main.ts --database URL --agreements 100000 --key FILE [--seed 1] [--issuer URL]

Fills an empty database with made-up organisations and agreements. URL is that of the owner of its tables, and FILE the key of
the registry (keys/registry.json in its data directory), which signs the log; it is made when there is none.`

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    agreements: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    key: { type: 'string' },
    issuer: { type: 'string', default: 'http://localhost/local' },
  },
})

if (values.database && values.key) {
  await migrate(values.database)
  const started = performance.now()
  const log = (line: string) => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s: ${line}`)
  const signing = checkpointSigning(await loadRegistryKey(values.key))
  const { agreements, versions, entries, organisations } = await fill(values.database, {
    agreements: Number(values.agreements),
    seed: Number(values.seed),
    issuer: values.issuer,
    signing,
    log,
  })
  log(`${agreements} agreements of ${organisations} organisations, with ${versions} versions and ${entries} entries`)
} else {
  console.error(usage)
  process.exitCode = 1
}
