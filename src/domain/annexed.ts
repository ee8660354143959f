import type { HasAdoption } from './adoption.ts'
import type { Content } from './agreement-text.ts'
import type { HasAnnexes } from './annex.ts'
import type { Instant } from './time.ts'
import type { AnnexInForce, Period } from './version.ts'

type Annexed = HasAdoption & HasAnnexes
type Participant = Pick<Content['participants'][number], 'id' | 'organisationId' | 'involvement'>

/** Who takes part in a version in one of its periods, with the title of that version. */
export function participantsIn({ versions }: Pick<Annexed, 'versions'>, { version, annexes = [] }: Pick<Period, 'version' | 'annexes'>) {
  const { participants = [], title = '' } = versions.find(({ number }) => number === version)?.content ?? {}
  return annexes.reduce(takingPart, participants).map((one) => ({ ...one, title }))
}

/** Who takes part once an annex is in effect: who joined is seated, and who left is not there. */
function takingPart(participants: readonly Participant[], { kind, partyId: id, organisationId }: AnnexInForce): readonly Participant[] {
  const others = participants.filter((one) => one.id !== id)
  return kind === 'accession' ? [...others, { id, organisationId, involvement: 'seated' }] : others
}

/**
 * The periods as the annexes make them: each is split where one takes effect, and from then on tells of it. When that is no longer known
 * so, the periods that tell otherwise are replaced, and nothing that was known is changed. What is over, or was replaced before, is in its table.
 */
export function annexed(state: Annexed, at: Instant): readonly Period[] {
  const open = state.periods.filter((period) => !period.replacedAt && period.untilAt > at)
  const wanted = joined(open.flatMap((period) => split(state, period)))
  const stays = (period: Period) => wanted.some((span) => alike(span, period))
  const fresh = wanted.filter((span) => !open.some((period) => alike(span, period)))
  if (fresh.length === 0) return state.periods
  // What became known or was replaced at this very moment is not in its table yet, and has its id.
  const known = state.periods.filter((period) => open.includes(period) || period.knownAt === at || period.replacedAt === at)
  const told: Period[] = known.map((period) => (open.includes(period) && !stays(period) ? { ...period, replacedAt: at } : period))
  for (const span of fresh) told.push({ ...span, id: unusedId(told, `${span.version}@${at}`), knownAt: at })
  return told
}

/** What a period says, beside when that was known. */
type Span = Pick<Period, 'version' | 'fromAt' | 'untilAt' | 'annexes'>

/** A period in the parts between which an annex takes effect. */
function split(state: Annexed, { version, fromAt, untilAt, annexes: held = [] }: Period): Span[] {
  const annexes = annexesTo(state, version, held)
  const turns = annexes.map(({ takesEffectAt }) => takesEffectAt).filter((turn) => fromAt < turn && turn < untilAt)
  const starts = [...new Set([fromAt, ...turns])]
  return starts.map((from, nth) => {
    const inEffect = annexes.filter(({ takesEffectAt }) => takesEffectAt <= from)
    return { version, fromAt: from, untilAt: starts[nth + 1] ?? untilAt, ...(inEffect.length > 0 && { annexes: inEffect }) }
  })
}

/** What changes who takes part in a version, in order: of what its period tells of and what is recorded since, that which is to happen. */
function annexesTo({ annexes, versions }: Annexed, version: number, held: readonly AnnexInForce[]): AnnexInForce[] {
  const adopted = versions.find(({ number }) => number === version)
  const recorded = Object.values(annexes).flatMap(({ id, kind, partyId, organisationId, name, legalBasis, takesEffectAt, state }) => {
    if (state !== 'pending' || takesEffectAt === undefined) return []
    // Who had joined by the time a version was adopted is in its text, or had left again.
    if (kind === 'accession' && adopted && takesEffectAt <= adopted.adoptedAt) return []
    return [{ id, kind, partyId, organisationId, name, takesEffectAt, ...(legalBasis && { legalBasis }) }]
  })
  // What left the state at the opening of a round had taken effect by then.
  const settled = held.filter(({ id }) => !(id in annexes))
  const order = [...settled, ...recorded].sort((a, b) => (a.takesEffectAt + a.id < b.takesEffectAt + b.id ? -1 : 1))
  let taking: readonly Participant[] = adopted?.content.participants ?? []
  return order.filter((annex) => {
    const there = taking.find(({ id }) => id === annex.partyId)
    const changes = annex.kind === 'accession' ? there?.involvement !== 'seated' : there !== undefined
    if (changes) taking = takingPart(taking, annex)
    return changes
  })
}

const sameAnnexes = (a: Span, b: Span): boolean => ids(a) === ids(b)
const ids = ({ annexes = [] }: Span): string => annexes.map(({ id }) => id).join(' ')
const alike = (a: Span, b: Span): boolean =>
  a.version === b.version && a.fromAt === b.fromAt && a.untilAt === b.untilAt && sameAnnexes(a, b)

/** The parts in order, with those that say the same one after the other as one. */
function joined(spans: readonly Span[]): Span[] {
  const inOrder = [...spans].sort((a, b) => (a.fromAt < b.fromAt ? -1 : 1))
  const all: Span[] = []
  for (const span of inOrder) {
    const last = all.at(-1)
    const continues = last && last.version === span.version && last.untilAt === span.fromAt && sameAnnexes(last, span)
    if (continues) all[all.length - 1] = { ...last, untilAt: span.untilAt }
    else all.push(span)
  }
  return all
}

/** An id that no other period has: several of a version can become known at one moment. */
function unusedId(periods: readonly Period[], id: string): string {
  const taken = periods.filter((period) => period.id === id || period.id.startsWith(`${id}#`)).length
  return taken === 0 ? id : `${id}#${taken + 1}`
}
