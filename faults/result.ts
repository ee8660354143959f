import { check } from './checker.ts'
import type { Load, Operation } from './workers.ts'
import type { World } from './world.ts'

/** What one fault showed: a row of the table. */
export type Result = {
  fault: string
  cycles: number
  sent: number
  acknowledged: number
  /** Of what was sent: not known at once, and known in the end. */
  unknown: number
  refused: number
  lost: number
  duplicated: number
  /** Answers of 2xx while nothing was committed. */
  unbacked: number
  /** Whatever else was not as it should be, in words. */
  wrong: string[]
  /** How long it took until changes were acknowledged again, per cycle. */
  recoveryMs: number[]
  /** Numbers that only this fault has. */
  also: string
}

/** Stops the load, checks everything it did, and makes a row of it. */
export async function resultOf(
  world: World,
  load: Load,
  {
    fault,
    cycles,
    recoveryMs,
    also = '',
    wrong = [],
  }: { fault: string; cycles: number; recoveryMs: number[]; also?: string; wrong?: string[] },
): Promise<Result> {
  await load.stop()
  const verdict = await check(world, load.operations)
  return {
    fault,
    cycles,
    ...counted(load.operations),
    lost: verdict.lost.length,
    duplicated: verdict.duplicated.length,
    unbacked: verdict.lost.length,
    wrong: [
      ...wrong,
      ...load.wrong,
      ...verdict.wrong,
      ...verdict.lost.map((one) => `lost: ${one}`),
      ...verdict.duplicated.map((one) => `twice: ${one}`),
    ],
    recoveryMs,
    also: [also, `${verdict.retried} retried, ${verdict.readBack} read back`].filter(Boolean).join(', '),
  }
}

const counted = (operations: readonly Operation[]) => ({
  sent: operations.length,
  acknowledged: operations.filter(({ state }) => state === 'acknowledged').length,
  unknown: operations.filter(({ state, sends }) => state !== 'unknown' && sends > 1).length,
  refused: operations.filter(({ state }) => state === 'refused').length,
})

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)
const inSeconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(1))

const columns: [string, (row: Result) => string | number][] = [
  ['fault', ({ fault }) => fault],
  ['cycles', ({ cycles }) => cycles],
  ['sent', ({ sent }) => sent],
  ['acknowledged', ({ acknowledged }) => acknowledged],
  ['refused', ({ refused }) => refused],
  ['unknown, then known', ({ unknown }) => unknown],
  ['lost', ({ lost }) => lost],
  ['twice', ({ duplicated }) => duplicated],
  ['2xx without commit', ({ unbacked }) => unbacked],
  ['other', ({ wrong, lost, duplicated }) => wrong.length - lost - duplicated],
  [
    'back after, s (median, longest)',
    ({ recoveryMs: all }) => `${inSeconds(sorted(all)[all.length >> 1])}, ${inSeconds(sorted(all).at(-1))}`,
  ],
  ['also', ({ also }) => also],
]

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Result[]): string {
  const lines = [
    columns.map(([title]) => title),
    columns.map(() => '---'),
    ...rows.map((row) => columns.map(([, cell]) => String(cell(row)))),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Whether what has to hold held. */
export const isGood = ({ lost, duplicated, unbacked, wrong }: Result): boolean => lost + duplicated + unbacked + wrong.length === 0
