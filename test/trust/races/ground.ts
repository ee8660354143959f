import { consentToAnnex, proposeAccession, proposeExpulsion } from '../../../src/actions/annex.ts'
import { madeId } from '../../../src/actions/change.ts'
import { grantMandate } from '../../../src/actions/mandate.ts'
import { openRound } from '../../../src/actions/round.ts'
import { brokenEntry, type Kept } from '../../../src/domain/ledger.ts'
import { chain } from '../../../src/store/ledger.ts'
import { only } from '../../support/agreement.ts'
import { acting, partyIdOf, type Registry, type Table } from '../../support/registry.ts'
import { aNetwork, does, finishRound, grantTo, readyToAdopt } from '../../support/registry-actions.ts'
import { outcomeOf } from './acts.ts'
import type { Witness } from './evidence.ts'
import type { Outcome } from './history.ts'
import { type Answered, type Call, inEveryOrder, type Order } from './interleave.ts'
import { inWords } from './worlds.ts'

/** What is there before anything meets: covenants in which somebody is invited or to be put out, and a network. */
export type Ground = { registry: Registry; witness: Witness; networkId: string; tables: Record<TableName, Start> }
export type TableName = 'invited' | 'let in' | 'ready to adopt' | 'to be put out'
export type Start = { id: string; entries: readonly Kept[]; annexId: string; table: Table }

/** What came of one order: what each was told, what is recorded, and the state that it adds up to. */
export type Ended<State> = { told: string[]; answers: readonly Answered<unknown>[]; state: State; recorded: Kept[] }

/** Things of the collaboration that can be done at one instant, made ready anew for each order, and what must never come of it. */
export type Meeting<State> = {
  name: string
  never: string
  ready: (ground: Ground) => Promise<{ id: string; calls: readonly [Call<unknown>, Call<unknown>] }>
  broken: (ended: Ended<State>) => boolean
}

export type Ending = Order & { told: string[]; words: string; violations: string[] }

export async function aGround(registry: Registry, witness: Witness): Promise<Ground> {
  const { school, city, stranger } = registry
  const networkId = await aNetwork(registry)
  const covenant = (): Promise<Table> => acting(registry, { kind: 'covenant' })
  const tables = {
    'invited': await covenant(),
    'let in': await covenant(),
    'ready to adopt': await covenant(),
    'to be put out': await covenant(),
  }
  const annexes: Partial<Record<TableName, string>> = {}
  const reason = 'The same families.'
  const s = school.representative
  for (const name of ['invited', 'let in', 'ready to adopt'] as const) {
    const invited = await does(registry, tables[name], s, proposeAccession, { organisationId: stranger.id, reason })
    annexes[name] = madeId(invited, 'annex-proposed')
  }
  const out = tables['to be put out']
  annexes['to be put out'] = madeId(await does(registry, out, s, proposeExpulsion, partyIdOf(out, city), { reason }), 'annex-proposed')
  // 14: the days in which others can object before anything opens.
  registry.pass(14)
  for (const name of ['let in', 'ready to adopt'] as const) {
    await does(registry, tables[name], s, consentToAnnex, annexes[name] ?? '', {})
    await does(registry, tables[name], stranger.grantor, grantMandate, grantTo(registry, stranger))
  }
  const next = tables['ready to adopt']
  await finishRound(registry, next)
  await does(registry, next, s, openRound, {})
  await readyToAdopt(registry, next)
  const started = async (name: TableName): Promise<Start> => {
    const table = tables[name]
    return { id: table.id, entries: await chain(witness.pool, table.id), annexId: only(annexes[name]), table }
  }
  return {
    registry,
    witness,
    networkId,
    tables: {
      'invited': await started('invited'),
      'let in': await started('let in'),
      'ready to adopt': await started('ready to adopt'),
      'to be put out': await started('to be put out'),
    },
  }
}

/** Does what meets in every order of its messages, and says what came of each. */
export async function everyEnding(ground: Ground, { ready, broken, never }: Meeting<unknown>): Promise<Ending[]> {
  const { registry, witness } = ground
  const start = async () => {
    const { id, calls } = await ready(ground)
    return {
      id,
      before: (await chain(witness.pool, id)).length,
      calls: calls.map(
        (call): Call<Outcome> =>
          async (deps) =>
            tried(deps, call),
      ),
    }
  }
  return inEveryOrder(registry, witness, 2, start, async ({ id, before }, answers) => {
    const told = answers.map(({ told }) => (told.is === 'refused' ? told.codes.join() : told.is))
    const entries = await chain(witness.pool, id)
    const { rows } = await witness.pool.query<{ state: object }>('select state from streams where id = $1', [id])
    const { state } = only(rows[0])
    const violations = [
      ...(broken({ told, answers, state, recorded: entries.slice(before) }) ? [never] : []),
      ...(brokenEntry(entries) ? ['the chain is broken'] : []),
      ...answers.flatMap(({ told }) => (told.is === 'failed' ? [told.why] : [])),
    ]
    return { told, words: `${told.join(' | ')} | ${inWords(state, [])}`, violations }
  })
}

/** Ids that sort in the order in which they are made, also within a millisecond: so two orders tell the same in the same words. */
const nextId = (): string => {
  made += 1
  return `ffffffff-ffff-7fff-8fff-${String(made).padStart(12, '0')}`
}
let made = 0

const tried = (deps: Registry['deps'], call: Call<unknown>): Promise<Outcome> =>
  call({ ...deps, newId: nextId }).then((): Outcome => ({ is: 'changed', made: [] }), outcomeOf)
