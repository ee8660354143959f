import type { Visibility } from '../../src/domain/agreement.ts'
import { addDays, type Day } from '../../src/domain/time.ts'
import { hubs, idOf, localsOf, networkOf, networksAmong, nths, scattered, seatsOf, suffixOf, visibilityAt } from './cast.ts'
import { morning } from './history.ts'

/** The measure of what is made, with every number given. */
export type Measure = {
  agreements: number
  versionsPerAgreement: number
  organisations: number
  open: number
  special: readonly { rounds: number; parties: number }[]
  seed: number
  today: Day
}

/** An agreement, before a word of it is written. Those of one `shape` are alike but for ids and names. */
export type Planned = {
  shape: string
  thin: boolean
  rounds: number
  seats: number[]
  network: number
  createdOn: Day
  every: number
  visibility: Visibility
  meeting: boolean
}

export type Plan = {
  measure: Measure
  total: number
  registeredMs: number
  networks: number
  of: (n: number) => Planned
  agreementId: (n: number) => string
  /** The numbers of the organisations at the table. */
  partiesOf: (n: number) => number[]
  organisationId: (o: number) => string
}

// Thirteen is the smallest with ten organisations beside the three that sit with many: tables of five in one network.
export const organisationsFor = (agreements: number): number => Math.max(hubs + 10, Math.min(2000, Math.floor(agreements / 500)))

// Between eleven and two months ago: within the year that a version holds, so each agreement has one in force.
const oldest = 330
const youngest = 60

/**
 * What will be made, as a function of the number of each agreement. They were created in waves of one day; the last ones, `open` of the
 * agreements and then the `special` ones, are in deliberation.
 */
export function planOf(measure: Measure): Plan {
  const { agreements, versionsPerAgreement, organisations, open, special, seed, today } = measure
  const networks = networksAmong(organisations)
  const locals = Array.from({ length: networks }, (_, network) => localsOf(organisations, network))
  const registeredMs = morning(addDays(today, -3 * 365))
  // Each wave has its own templates. Twelve spread the days of a large registry; a small one is made quicker with six.
  const waves = agreements < 20_000 ? 6 : 12
  const mass = agreements - open
  const ages = Array.from({ length: waves }, (_, wave) => oldest - Math.floor((wave * (oldest - youngest)) / (waves - 1)))
  const days = ages.map((age) => addDays(today, -age))
  const massOf = (n: number): Planned => {
    const wave = Math.floor((n * waves) / mass)
    const age = ages[wave] ?? oldest
    const rounds = 1 + 2 * (scattered(seed ^ 3, n) % versionsPerAgreement)
    const network = networkOf(seed, networks, n)
    const seats = seatsOf(seed, n, locals[network] ?? [])
    return {
      shape: `${wave} ${rounds} ${seats.length}`,
      thin: true,
      rounds,
      seats,
      network,
      createdOn: days[wave] ?? today,
      every: Math.floor(age / (rounds + 1)),
      visibility: visibilityAt(wave),
      meeting: false,
    }
  }
  const openOf = (n: number): Planned => {
    const { rounds, parties } = special[n - agreements] ?? { rounds: 2, parties: 3 }
    // Every second one of the open agreements has had a meeting; of the special ones none has.
    const meeting = n < agreements && n % 2 === 1
    return {
      shape: `open ${rounds} ${parties} ${meeting}`,
      thin: false,
      rounds,
      // The first is in every network; others follow one after another, so that a large table has place for all.
      seats: Array.from({ length: parties }, (_, seat) => (seat === 0 ? 0 : 1 + ((n + seat) % (organisations - 1)))),
      network: networkOf(seed, networks, n),
      // A day for each round, of which the last was yesterday.
      createdOn: addDays(today, -rounds - 1),
      every: 1,
      visibility: 'network',
      meeting,
    }
  }
  const of = (n: number) => (n < mass ? massOf(n) : openOf(n))
  const createdMs = new Map<Day, number>()
  const momentOf = (day: Day): number => {
    const known = createdMs.get(day) ?? morning(day)
    createdMs.set(day, known)
    return known
  }
  return {
    measure,
    total: agreements + special.length,
    registeredMs,
    networks,
    of,
    agreementId: (n) => idOf(momentOf(of(n).createdOn), 0, suffixOf(n)),
    partiesOf: (n) => of(n).seats,
    organisationId: (o) => idOf(registeredMs, nths.organisation, suffixOf(o)),
  }
}
