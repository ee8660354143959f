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

/** The recommendation that a contribution says it comes from. */
export const recommendedIn = (input: Contribute, pointer: string): Named[] =>
  input.kind === 'proposal' && input.recommendationId !== undefined
    ? [{ source: { kind: 'recommendation', recommendationId: input.recommendationId }, pointer: `${pointer}/recommendationId` }]
    : []
