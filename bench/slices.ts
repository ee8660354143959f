/** Somebody who takes part in a comparison: works for a slice of time, and says how that went. */
export type Contestant<Slice> = () => Promise<Slice>

/**
 * Lets contestants take turns, A B C A B C: what troubles the machine for a while troubles all of them. `rest` is waited for after each
 * turn.
 */
export async function interleaved<Name extends string, Slice>(
  contestants: Readonly<Partial<Record<Name, Contestant<Slice>>>>,
  turns: number,
  rest: () => Promise<unknown> = async () => undefined,
): Promise<Record<Name, Slice[]>> {
  const names = Object.keys(contestants) as Name[]
  const slices = Object.fromEntries(names.map((name) => [name, [] as Slice[]])) as Record<Name, Slice[]>
  for (let turn = 0; turn < turns; turn += 1) {
    for (const name of names) {
      const slice = await contestants[name]?.()
      if (slice) slices[name].push(slice)
    }
    await rest()
  }
  return slices
}
