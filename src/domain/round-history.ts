import { type Agreement, type AgreementEvent, evolve } from './agreement.ts'
import type { Recorded } from './event.ts'
import { settled } from './party.ts'
import type { Instant } from './time.ts'

/** What the ledger tells: something that happened, and what is known of it. */
export type Told = { event: AgreementEvent; recorded: Recorded }

/** Something that happened in a round, and how the table stood just before. */
export type Step = Told & { before: Agreement }

/**
 * A round as it went: how it opened, step by step, and how it ended or stands now. `overAt` is when the next one opened. Renewals can
 * still be due then: `afterwards` are the steps since that settle them, and `since` is how the table stands with those.
 */
export type RoundHistory = { opened: Agreement; steps: Step[]; end: Agreement; overAt?: Instant; afterwards: Step[]; since: Agreement }

/** Retells a round from how it opened, until now: what reports over it are derived from, so that nothing is recorded twice. */
export function retell(opened: Agreement, told: readonly Told[], now: Instant): RoundHistory {
  const over = told.findIndex(({ event }) => event.type === 'round-opened')
  const [during, after] = over < 0 ? [told, []] : [told.slice(0, over), told.slice(over + 1)]
  const overAt = told[over]?.recorded.at
  const [steps, end] = stepsFrom(opened, during, overAt ?? now)
  const [afterwards, since] = stepsFrom(
    end,
    after.filter(({ event }) => settling.includes(event.type)),
    now,
  )
  return { opened, steps, end, ...(overAt && { overAt }), afterwards, since }
}

/** What settles a renewal that was due, after the round too: it was renewed, or there is nothing to renew any more. */
export const settling: readonly AgreementEvent['type'][] = ['mandate-renewed', 'mandate-withdrawn', 'party-left', 'agreement-ended']

function stepsFrom(start: Agreement, told: readonly Told[], until: Instant): [Step[], Agreement] {
  let state = start
  const steps = told.map(({ event, recorded }) => {
    const before = settled(state, recorded.at)
    state = evolve(before, event, recorded)
    return { event, recorded, before }
  })
  return [steps, settled(state, until)]
}

/** A step of one type, with what its event says. */
export type StepOf<Type extends AgreementEvent['type']> = Step & { event: Extract<AgreementEvent, { type: Type }> }

/** The steps of some types, in order. */
export const stepsOf = <Type extends AgreementEvent['type']>(steps: readonly Step[], ...types: Type[]): StepOf<Type>[] =>
  steps.filter((step): step is StepOf<Type> => types.some((type) => type === step.event.type))
