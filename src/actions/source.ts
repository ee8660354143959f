import type { Actor } from '../domain/actor.ts'
import type { Contribute } from '../domain/contribution.ts'
import { type Named, requireSeen } from '../domain/source.ts'
import { sourcesSeen } from '../store/source.ts'
import type { Deps } from './deps.ts'

/** Refuses what somebody says that something comes from where they may not read it; asks nothing where nothing is named. */
export async function requireSources({ database }: Deps, actor: Actor, named: readonly Named[]): Promise<void> {
  const sources = named.map(({ source }) => source)
  requireSeen(named, await sourcesSeen(database, actor, sources))
}

/** What a contribution says that it comes from. */
export const originIn = (input: Contribute, pointer: string): Named[] =>
  input.kind === 'proposal' && input.originatesFrom ? [{ source: input.originatesFrom, pointer: `${pointer}/originatesFrom` }] : []
