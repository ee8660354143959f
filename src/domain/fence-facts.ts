import {
  type Checklist,
  type Criterion,
  checklists,
  type Evidence,
  type Fence,
  type FencePhase,
  fencePhases,
  type Lacking,
} from './fence.ts'
import type { Instant } from './time.ts'

/** How much of a list is told: what a table oversees at once. Everything of it is on record where it was said. */
const most = 100

/** What happened that the checklist looks at: somebody came or left, stated or acknowledged a position, or something was reached. */
export type Fact = { at: Instant } & (
  | { fact: 'came' | 'left'; organisationId: string }
  | { fact: 'stated'; organisationId: string; number: number }
  | { fact: 'acknowledged'; organisationId: string; aboutId: string; number: number; id: string }
  | { fact: 'named'; organisationId: string; by: Evidence }
  | { fact: 'reached'; criterion: Criterion; by: Evidence }
)

/** What is known while the facts are gone through, in order of time. */
type Known = {
  here: Set<string>
  stated: Map<string, number>
  /** By which act who acknowledged which statement of whom. */
  acknowledged: Map<string, string>
  named: Map<string, Evidence>
  reached: Map<Criterion, Evidence>
  /** Who lacks what, kept up with each fact: counting anew would cost every pair each time. */
  lacking: Map<Criterion, Map<string, Lacking>>
}

/** Where the partners stand by what happened. `elements` are those of the nine that the text being deliberated on lacks. */
export function readFence(of: Checklist, facts: readonly Fact[], elements: readonly string[] = []): Fence {
  const list = Object.entries(checklists[of]) as [Criterion, FencePhase][]
  const known: Known = {
    here: new Set(),
    stated: new Map(),
    acknowledged: new Map(),
    named: new Map(),
    reached: new Map(),
    lacking: new Map([
      ['positions-stated', new Map()],
      ['positions-acknowledged', new Map()],
      ['differences-named', new Map()],
    ]),
  }
  const metAt = new Map<Criterion, Instant>()
  const turned = new Map<Criterion, Evidence>()
  const history: Fence['history'] = []
  let phase: FencePhase | undefined
  const course = facts.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  course.forEach((fact, nth) => {
    learn(known, fact)
    for (const [criterion] of list) {
      const met = isMet(known, criterion)
      if (met === metAt.has(criterion)) continue
      turned.set(criterion, evidenceOf(fact))
      if (met) metAt.set(criterion, fact.at)
      else metAt.delete(criterion)
    }
    // What happened at one moment happened at once.
    if (course[nth + 1]?.at === fact.at) return
    const now = phaseOf(list, metAt)
    if (now === phase) return
    history.push({ at: fact.at, ...(now && { phase: now }), because: between(list, phase, now, metAt, turned) })
    phase = now
  })
  const next = fencePhases[rank(phase)]
  return {
    ...(phase && { phase }),
    ...(next && { next }),
    criteria: list.map(([criterion, phase]) => {
      const since = metAt.get(criterion)
      const open = criterion === 'elements-recorded' && !since ? elements.map((element) => ({ element })) : missingOf(known, criterion)
      return {
        criterion,
        phase,
        met: since !== undefined,
        ...(since && { metAt: since }),
        evidence: evidenceFor(known, criterion).slice(0, most),
        missing: open.slice(0, most),
      }
    }),
    history: history.slice(-most),
  }
}

/** The highest phase whose criteria, and those of all before it, are met. */
function phaseOf(list: readonly [Criterion, FencePhase][], metAt: ReadonlyMap<Criterion, Instant>): FencePhase | undefined {
  const open = fencePhases.findIndex((phase) => list.some(([criterion, its]) => its === phase && !metAt.has(criterion)))
  return open < 0 ? fencePhases.at(-1) : fencePhases[open - 1]
}

const rank = (phase: FencePhase | undefined): number => (phase === undefined ? 0 : fencePhases.indexOf(phase) + 1)

/** What made the phase go from one to another: what was met of those that were passed, or no longer is. */
function between(
  list: readonly [Criterion, FencePhase][],
  from: FencePhase | undefined,
  to: FencePhase | undefined,
  metAt: ReadonlyMap<Criterion, Instant>,
  turned: ReadonlyMap<Criterion, Evidence>,
): Fence['history'][number]['because'] {
  const met = rank(to) > rank(from)
  const [low, high] = met ? [rank(from), rank(to)] : [rank(to), rank(from)]
  return list.flatMap(([criterion, phase]) => {
    const by = turned.get(criterion)
    return by && rank(phase) > low && rank(phase) <= high && metAt.has(criterion) === met ? [{ criterion, met, by }] : []
  })
}

const pair = (organisationId: string, aboutId: string) => `${organisationId} ${aboutId}`

/** By which act an organisation acknowledged what another stated last; nothing where it has not. */
const understanding = ({ stated, acknowledged }: Known, organisationId: string, aboutId: string): string | undefined =>
  acknowledged.get(`${pair(organisationId, aboutId)} ${stated.get(aboutId)}`)

function learn(known: Known, fact: Fact): void {
  switch (fact.fact) {
    case 'came':
      known.here.add(fact.organisationId)
      break
    case 'left':
      known.here.delete(fact.organisationId)
      break
    case 'stated':
      known.stated.set(fact.organisationId, fact.number)
      break
    case 'acknowledged':
      known.acknowledged.set(`${pair(fact.organisationId, fact.aboutId)} ${fact.number}`, fact.id)
      weigh(known, fact.organisationId, fact.aboutId)
      return
    case 'named':
      if (!known.named.has(fact.organisationId)) known.named.set(fact.organisationId, fact.by)
      break
    case 'reached':
      if (!known.reached.has(fact.criterion)) known.reached.set(fact.criterion, fact.by)
      return
  }
  weighAll(known, fact.organisationId)
}

/** Looks anew at what one organisation lacks, and at what it and each of the others lack of each other. */
function weighAll(known: Known, organisationId: string): void {
  const { here, stated, named } = known
  const isHere = here.has(organisationId)
  note(known, 'positions-stated', organisationId, isHere && !stated.has(organisationId) && { organisationId })
  note(known, 'differences-named', organisationId, isHere && !named.has(organisationId) && { organisationId })
  for (const other of here) {
    weigh(known, organisationId, other)
    weigh(known, other, organisationId)
  }
}

function weigh(known: Known, organisationId: string, aboutId: string): void {
  const both = organisationId !== aboutId && known.here.has(organisationId) && known.here.has(aboutId)
  const lacking = both && !understanding(known, organisationId, aboutId) && { organisationId, aboutId }
  note(known, 'positions-acknowledged', pair(organisationId, aboutId), lacking)
}

function note({ lacking }: Known, criterion: Criterion, key: string, what: Lacking | false): void {
  if (what) lacking.get(criterion)?.set(key, what)
  else lacking.get(criterion)?.delete(key)
}

// With one alone, or nobody, there is no fence.
function isMet({ here, lacking, reached }: Known, criterion: Criterion): boolean {
  const waiting = lacking.get(criterion)
  return waiting ? here.size > 1 && waiting.size === 0 : reached.has(criterion)
}

/** What is not stated yet waits for who states it, and not for who acknowledges. */
const missingOf = ({ lacking, stated }: Known, criterion: Criterion): Lacking[] =>
  [...(lacking.get(criterion)?.values() ?? [])].filter(({ aboutId }) => aboutId === undefined || stated.has(aboutId))

function evidenceFor(known: Known, criterion: Criterion): Evidence[] {
  const { stated, named, reached } = known
  const here = [...known.here]
  if (criterion === 'positions-stated')
    return here.flatMap((organisationId) => {
      const number = stated.get(organisationId)
      return number === undefined ? [] : [{ kind: 'position-statement' as const, organisationId, number }]
    })
  if (criterion === 'differences-named') return here.flatMap((organisationId) => named.get(organisationId) ?? [])
  if (criterion === 'positions-acknowledged')
    return here.flatMap((organisationId) =>
      here.flatMap((aboutId): Evidence[] => {
        const id = understanding(known, organisationId, aboutId)
        return id === undefined ? [] : [{ kind: 'acknowledgement', id, organisationId }]
      }),
    )
  const by = reached.get(criterion)
  return by ? [by] : []
}

function evidenceOf(fact: Fact): Evidence {
  if (fact.fact === 'named' || fact.fact === 'reached') return fact.by
  const { organisationId } = fact
  if (fact.fact === 'stated') return { kind: 'position-statement', organisationId, number: fact.number }
  return fact.fact === 'acknowledged' ? { kind: 'acknowledgement', id: fact.id, organisationId } : { kind: 'member', organisationId }
}
