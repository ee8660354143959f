/** Something that a reader may see of an agreement: the number of a version, or nothing. */
export type Sight = number | 'nothing'

/** What one reader should see of one agreement, as those who change it know it: changes come one after the other. */
export type Truth = {
  /** Does a change after which this is to be seen. Until it is acknowledged, it may be seen already or not yet. */
  change(next: Sight, act: () => Promise<unknown>): Promise<void>
  /** What is wrong with having seen something, in a reading that went from one moment until another (of performance.now()); nothing when it is in order. */
  wrongWith(sight: Sight, beganAt: number, endedAt: number): string | undefined
  now(): Sight
}

export function aTruth(name: string, first: Sight): Truth {
  const history = [{ sight: first, sentAt: 0, acknowledgedAt: 0 }]
  return {
    change: async (sight, act) => {
      const step = { sight, sentAt: performance.now(), acknowledgedAt: Number.POSITIVE_INFINITY }
      history.push(step)
      await act()
      step.acknowledgedAt = performance.now()
    },
    wrongWith: (sight, beganAt, endedAt) => {
      const settled = history.findLastIndex(({ acknowledgedAt }) => acknowledgedAt < beganAt)
      const possible = history.slice(settled).filter(({ sentAt }) => sentAt <= endedAt)
      if (possible.some((step) => step.sight === sight)) return undefined
      const since = Math.round(beganAt - (history[settled]?.acknowledgedAt ?? 0))
      return `${name}: saw ${sight}, ${since} ms after ${possible.map((step) => step.sight).join(' or ')} was acknowledged`
    },
    now: () => history.at(-1)?.sight ?? first,
  }
}
