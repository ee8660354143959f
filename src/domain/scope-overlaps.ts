import { z } from 'zod'
import type { Content } from './agreement-text.ts'
import type { PositionStatement } from './position.ts'
import { uuid } from './uuid.ts'

/** `overlap`: several claim it; `boundary`: one claims what another denies; `gap`: it is denied, and nobody claims it. */
const overlapKinds = ['overlap', 'boundary', 'gap'] as const

const byOrganisation = z.array(z.strictObject({ organisationId: uuid, number: z.int(), text: z.string() }))
const byAgreement = z.array(z.strictObject({ agreementId: uuid, version: z.int() }))

/** A subject on which positions or scopes in a network meet, or leave something open (docs/domain.md#overlaps-and-gaps). */
export const ScopeOverlap = z
  .strictObject({
    subject: z.string(),
    kinds: z.array(z.enum(overlapKinds)),
    claimedBy: byOrganisation.describe('who is for it, by which statement'),
    deniedBy: byOrganisation.describe('who is not for it'),
    inScopeOf: byAgreement.describe('the versions in force that are about it'),
    outOfScopeOf: byAgreement.describe('the versions in force that say that they are not about it'),
  })
  .meta({ id: 'ScopeOverlap' })
export type ScopeOverlap = z.output<typeof ScopeOverlap>

/** A version in force, as far as the report looks at it. */
export type Scope = { agreementId: string; number: number; content: Pick<Content, 'mandate' | 'inScope' | 'outOfScope'> }

/** The subjects on which the positions and scopes of a network overlap, meet at a boundary, or leave a gap; in order of subject. */
export function scopeOverlaps(positions: readonly PositionStatement[], scopes: readonly Scope[]): ScopeOverlap[] {
  const found = new Map<string, Omit<ScopeOverlap, 'kinds'>>()
  const about = (subject: string) => {
    const one = found.get(subject) ?? { subject, claimedBy: [], deniedBy: [], inScopeOf: [], outOfScopeOf: [] }
    found.set(subject, one)
    return one
  }
  for (const { organisationId, number, weAreFor, weAreNotFor } of positions) {
    for (const { subject, text } of weAreFor) if (subject) about(subject).claimedBy.push({ organisationId, number, text })
    for (const { subject, text } of weAreNotFor) if (subject) about(subject).deniedBy.push({ organisationId, number, text })
  }
  for (const { agreementId, number: version, content } of scopes) {
    const inside = new Set([...(content.mandate?.subjects ?? []), ...content.inScope.flatMap(({ subject }) => subject ?? [])])
    const outside = new Set(content.outOfScope.flatMap(({ subject }) => subject ?? []))
    for (const subject of inside) about(subject).inScopeOf.push({ agreementId, version })
    for (const subject of outside) about(subject).outOfScopeOf.push({ agreementId, version })
  }
  return [...found.values()]
    .map((one) => ({ ...one, kinds: kindsOf(one) }))
    .filter(({ kinds }) => kinds.length > 0)
    .sort((a, b) => (a.subject < b.subject ? -1 : 1))
}

function kindsOf({ claimedBy, deniedBy, inScopeOf, outOfScopeOf }: Omit<ScopeOverlap, 'kinds'>): ScopeOverlap['kinds'] {
  const claimants = new Set(claimedBy.map(({ organisationId }) => organisationId)).size
  const claimed = claimants + inScopeOf.length > 0
  const denied = deniedBy.length + outOfScopeOf.length > 0
  return overlapKinds.filter(
    (kind) =>
      ({
        overlap: claimants > 1 || inScopeOf.length > 1,
        boundary: claimed && denied,
        gap: denied && !claimed,
      })[kind],
  )
}
