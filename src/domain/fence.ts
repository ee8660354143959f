import { z } from 'zod'
import { instantOut } from './time.ts'
import { uuid } from './uuid.ts'

/**
 * The three phases in which partners deal with the fence between them (docs/domain.md#the-fence): acknowledge that it is there, make it
 * transparent, widen it. Never set by anybody: a phase is reached when what it asks, and what those before it ask, is on record.
 */
export const fencePhases = ['acknowledge', 'make-transparent', 'widen'] as const
export type FencePhase = (typeof fencePhases)[number]

/** What each phase asks of an agreement, and of a network. */
export const checklists = {
  agreement: {
    'positions-stated': 'acknowledge',
    'positions-acknowledged': 'acknowledge',
    'differences-named': 'acknowledge',
    'elements-recorded': 'make-transparent',
    'goal-shared': 'widen',
    'norms-scored': 'widen',
    'round-closed': 'widen',
    'next-round-opened': 'widen',
  },
  network: {
    'positions-stated': 'acknowledge',
    'positions-acknowledged': 'acknowledge',
    'elements-recorded': 'make-transparent',
    'goal-shared': 'widen',
    'next-version-adopted': 'widen',
  },
} as const satisfies Record<string, Record<string, FencePhase>>
export type Checklist = keyof typeof checklists
export type Criterion = keyof (typeof checklists)['agreement'] | keyof (typeof checklists)['network']
const criteria = [...new Set(Object.values(checklists).flatMap((list) => Object.keys(list) as Criterion[]))] as [Criterion, ...Criterion[]]

const evidenceKinds = [
  'member',
  'position-statement',
  'acknowledgement',
  'hearing',
  'contribution',
  'version',
  'round',
  'reflection',
  'network',
] as const

/** Something on record: which, and of which organisation. */
export const Evidence = z
  .strictObject({
    kind: z.enum(evidenceKinds),
    id: z.exactOptional(uuid),
    number: z.exactOptional(z.int()).describe('of a statement, a version or a round'),
    organisationId: z.exactOptional(uuid),
    agreementId: z.exactOptional(uuid),
  })
  .meta({ id: 'FenceEvidence' })
export type Evidence = z.output<typeof Evidence>

const Lacking = z
  .strictObject({
    organisationId: z.exactOptional(uuid).describe('for whom it waits'),
    aboutId: z.exactOptional(uuid).describe('whose position they have not acknowledged'),
    element: z.exactOptional(z.string()).describe('the element that is empty in the text being deliberated on'),
  })
  .meta({ id: 'FenceLacking' })
export type Lacking = z.output<typeof Lacking>

/** Where the partners stand: computed from what is recorded, with what is missing for the next phase, and how it went. */
export const Fence = z
  .strictObject({
    phase: z.exactOptional(z.enum(fencePhases)).describe('the highest phase that is reached; left out before the first'),
    next: z.exactOptional(z.enum(fencePhases)).describe('the phase that comes next; left out after the last'),
    criteria: z.array(
      z.strictObject({
        criterion: z.enum(criteria),
        phase: z.enum(fencePhases),
        met: z.boolean(),
        metAt: z.exactOptional(instantOut).describe('since when'),
        evidence: z.array(Evidence).describe('what it is met by, 100 at most'),
        missing: z.array(Lacking).describe('what it waits for, 100 at most'),
      }),
    ),
    history: z
      .array(
        z.strictObject({
          at: instantOut,
          phase: z.exactOptional(z.enum(fencePhases)).describe('the phase from then on; left out when not even the first holds any more'),
          because: z.array(z.strictObject({ criterion: z.enum(criteria), met: z.boolean(), by: Evidence })),
        }),
      )
      .describe('every change of phase, also back; the last 100'),
  })
  .meta({ id: 'Fence' })
export type Fence = z.output<typeof Fence>
