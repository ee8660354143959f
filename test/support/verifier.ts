/** What is wrong, and where. */
export type Problem = { agreementId: string; revision?: number; version?: number; what: string }
type Tree = { size: number; root: string; at: string }
export type Seen = { checkpoints: (Tree & { kid: string; jws: string })[]; keys: object[] }
type Verified = {
  problems: Problem[]
  notes: string[]
  found: { entries: number; versions: number; receipts: number; inLog: number; checkpoint?: Tree }
}
type Options = { keys?: { keys: object[] }; seen?: Seen; receipts?: readonly string[] }

type Inclusion = { leaf: string; position: number; size: number; path: readonly string[]; root: string }
type Consistency = { from: number; to: number; fromRoot: string; toRoot: string; path: readonly string[] }

// The verifier is plain JavaScript, which shares nothing with the registry: its types are said here, for the tests.
const load = <Module>(name: string): Promise<Module> => import(new URL(`../../verifier/${name}.mjs`, import.meta.url).href)

export const { verifyExport } = await load<{ verifyExport: (given: unknown, options?: Options) => Verified }>('verify')

export const { isIncluded, isConsistent, leafOf } = await load<{
  leafOf: (entryHash: string) => string
  isIncluded: (proof: Inclusion) => boolean
  isConsistent: (proof: Consistency) => boolean
}>('merkle')

export const { parseJson } = await load<{ parseJson: (text: string) => unknown }>('json')
