import { refuse } from './refusal.ts'

/** A state machine as one literal table: per state, the moves that leave it and where they lead. */
export type Machine<State extends string, Move extends string> = Readonly<Record<State, Readonly<Partial<Record<Move, State>>>>>

/** Where a move leads; refuses with `wrong-state` where the table has no such move. */
export function move<M extends Machine<string, string>>(
  what: string,
  machine: M,
  from: keyof M & string,
  action: string,
): keyof M & string {
  const to: string | undefined = machine[from]?.[action]
  return to ?? refuse('wrong-state', { what, state: from, action })
}

/** The states of a machine, in the order of its table: the source of the enums in OpenAPI and of the checks in SQL. */
export const statesOf = <M extends object>(machine: M): [keyof M & string, ...(keyof M & string)[]] =>
  Object.keys(machine) as [keyof M & string, ...(keyof M & string)[]]
