import { vi } from 'vitest'
import { type Scope, scopes } from '../../../src/domain/identity.ts'
import type { House } from '../../support/registry.ts'
import type { Standing, World } from './world.ts'

/** What a caller's mandate for the school is worth at the tables that have met; `none` where they never had one. */
type Mandate = 'effective' | 'none' | Standing

/**
 * Somebody, or something, that calls. `known` says whom the registry takes the token for, and `house` for which organisation; a caller
 * without `known` has no good token at all.
 */
export type CallerKind = {
  name: string
  token: string | undefined
  known?: 'person' | 'application' | 'operator' | 'nobody'
  scopes: readonly Scope[]
  house?: House
  mandate: Mandate
  /** May administer the organisation and grant its mandates. */
  grants?: true
  /** Holds the mandate of the world that waits for renewal; the tasks of the world were offered to them. */
  renews?: true
  receives?: true
  /** Is the person whose data requests are about. */
  isColleague?: true
}

const readWrite: readonly Scope[] = ['handslag:read', 'handslag:write']
const twoHoursMs = 2 * 60 * 60 * 1000

/** Every kind of caller, with its token. */
export async function callersOf({ registry, holders, leaver, neighbour, former }: World): Promise<CallerKind[]> {
  const { school, team, city, parents, inspectorate, stranger } = registry
  const issuer = await registry.issuerFor()
  const other = await registry.issuerFor('another-registry')
  const representative = school.representative.subject
  const tokenOf = (subject: string, some: readonly Scope[]) => issuer.issue({ subject, scopes: some })

  type Known = Omit<CallerKind, 'name' | 'token' | 'scopes' | 'mandate'> & { mandate?: Mandate; scopes?: readonly Scope[] }
  const caller = async (name: string, subject: string, known: Known): Promise<CallerKind> => {
    const scopes = known.scopes ?? readWrite
    return { mandate: 'none', ...known, name, scopes, token: await tokenOf(subject, scopes) }
  }
  const without = (name: string, token: string | undefined): CallerKind => ({ name, token, scopes: [], mandate: 'none' })
  const person = (name: string, house: House, subject: string, rest: Partial<Known> = {}) =>
    caller(name, subject, { known: 'person', house, ...rest })
  const holding = (name: string, mandate: Standing, rest: Partial<Known> = {}) =>
    person(name, school, holders[mandate].subject, { mandate, ...rest })

  return [
    without('no token', undefined),
    without('a garbage token', 'not.a.token'),
    without('an expired token', await expired(() => tokenOf(representative, readWrite))),
    without('a token for another audience', await other.issue({ subject: representative, scopes: readWrite })),
    without('a token with a changed signature', bent(await tokenOf(representative, readWrite))),
    await caller('a token of nobody', 'nobody-we-know', { known: 'nobody' }),
    await caller('somebody who left their organisation', former.subject, { known: 'nobody' }),
    await person('a representative', school, representative, { mandate: 'effective' }),
    await person('a representative of another seated party', team, team.representative.subject, { mandate: 'effective', receives: true }),
    await person('a colleague without a mandate', school, school.colleague.subject, { isColleague: true }),
    await person('who administers and grants', school, school.grantor.subject, { grants: true }),
    await holding('a representative whose renewal is due', 'renewal-due', { renews: true }),
    await holding('a representative whose mandate lapsed', 'lapsed'),
    await holding('a representative whose mandate was withdrawn', 'withdrawn'),
    await holding('a representative whose mandate has not begun', 'not-yet-effective'),
    await holding('a representative for another subject', 'other-subject'),
    await person('a person of a consulted party', parents, parents.representative.subject),
    await person('a person of an informed party', inspectorate, inspectorate.representative.subject),
    await person('a person of another organisation', stranger, stranger.representative.subject),
    await person('who grants at another organisation', stranger, stranger.grantor.subject, { grants: true }),
    await person('a person of a party that left', leaver, leaver.representative.subject),
    await person('a person of the network, at no table', neighbour, neighbour.representative.subject),
    await caller('the operator', 'operator', { known: 'operator', scopes }),
    await caller('an application of a party', school.application.subject, { known: 'application', house: school, scopes: readWrite }),
    await caller('an application of another organisation', stranger.application.subject, {
      known: 'application',
      house: stranger,
      scopes: readWrite,
    }),
    await person('a token that may only read', school, representative, { mandate: 'effective', scopes: ['handslag:read'] }),
    await person('a token that may only change', school, representative, { mandate: 'effective', scopes: ['handslag:write'] }),
    await person('a token without scopes', city, city.representative.subject, { mandate: 'effective', scopes: [] }),
  ]
}

/** Makes a token as if it were two hours ago. */
async function expired(issue: () => Promise<string>): Promise<string> {
  vi.useFakeTimers({ now: Date.now() - twoHoursMs, toFake: ['Date'] })
  try {
    return await issue()
  } finally {
    vi.useRealTimers()
  }
}

/** The same token with another first character of its signature: the last one has bits that do not count. */
function bent(token: string): string {
  const [header, payload, signature = ''] = token.split('.')
  return [header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`].join('.')
}
