import type { Visibility } from '../../src/domain/agreement.ts'

/*
 * Who there is, and who sits where: functions of a number and nothing else, so that a million agreements take no memory to know.
 */

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** The last twelve digits of an id: the number of what it belongs to. */
export const suffixOf = (number: number): string => hex(number, 12)

/**
 * An id as UUID version 7 (RFC 9562 section 5.7): its moment, the `nth` (below 2^24) of that moment, and whom it belongs to by `suffix`.
 * So ids sort by time, as in life, and those of one agreement in the order in which they were made.
 */
export function idOf(ms: number, nth: number, suffix: string): string {
  const time = hex(ms, 12)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(nth >> 12, 3)}-8${hex(nth & 0xfff, 3)}-${suffix}`
}

// What of an organisation gets which id: itself, its director, its representative, its case system; and the network of that number.
export const nths = { organisation: 0, director: 1, representative: 2, application: 3, network: 16 }

/** A number below 2^32 that looks like chance and is always the same: the finaliser of MurmurHash3. */
export function scattered(seed: number, number: number): number {
  let mixed = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

// Three organisations sit with many, as municipalities and insurers do: at every second table, at every eighth, at every thirty-second.
export const hubs = 3
const hubOf = (n: number): number | undefined => (n % 2 === 0 ? 0 : n % 8 === 1 ? 1 : n % 32 === 3 ? 2 : undefined)

/** How many networks there are: each of about twenty organisations of its own, and the three that sit with many. */
export const networksAmong = (organisations: number): number => Math.max(1, Math.round((organisations - hubs) / 20))

/** The network of an agreement. */
export const networkOf = (seed: number, networks: number, n: number): number => scattered(seed ^ 1, n) % networks

/** The organisations in a network that are in no other. */
export function localsOf(organisations: number, network: number): number[] {
  const networks = networksAmong(organisations)
  const count = Math.ceil((organisations - hubs - network) / networks)
  return Array.from({ length: count }, (_, index) => hubs + network + index * networks)
}

// 60 of 100 tables are of two, 25 of three, 10 of four and 5 of five.
const sizeOf = (chance: number): number => (chance < 60 ? 2 : chance < 85 ? 3 : chance < 95 ? 4 : 5)

/** The organisations at the table of an agreement: those of its network, and those that sit with many. */
export function seatsOf(seed: number, n: number, locals: readonly number[]): number[] {
  const chance = scattered(seed ^ 2, n)
  // The square of a chance is low more often than high: some organisations of a network are busier than others.
  const first = Math.floor(locals.length * ((chance >>> 8) / 2 ** 24) ** 2)
  const hub = hubOf(n)
  const seats = hub === undefined ? [] : [hub]
  for (let next = first; seats.length < sizeOf(chance % 100); next += 1) seats.push(locals[next % locals.length] ?? 0)
  return seats
}

// Half of the agreements are for their parties alone, a third for the network, the others for everybody.
const shown: readonly Visibility[] = ['parties', 'network', 'parties', 'network', 'parties', 'public']
export const visibilityAt = (wave: number): Visibility => shown[wave % shown.length] ?? 'parties'

const kinds = ['Gemeente', 'Wijkteam', 'Basisschool', 'Huisartsenpraktijk', 'Woningstichting', 'Jeugdteam', 'Thuiszorg', 'Buurtzaak']
const beginnings = ['Kogger', 'Ooster', 'Wester', 'Noorder', 'Zuider', 'Linde', 'Eiken', 'Molen', 'Water', 'Heide', 'Duin', 'Veen']
const endings = ['veen', 'dijk', 'dam', 'hoek', 'brug', 'wijk', 'meer', 'land', 'burg', 'horst', 'zijl', 'sluis', 'haven', 'woud']

const pick = (list: readonly string[], number: number): string => list[number % list.length] ?? ''
const placeOf = (number: number): string => pick(beginnings, number) + pick(endings, Math.floor(number / beginnings.length))

export const organisationName = (o: number): string => `${pick(kinds, o)} ${placeOf(Math.floor(o / kinds.length) + o)}`
export const networkName = (network: number): string => `Keten jeugd en gezin ${placeOf(network)}`

const goals = ['Sluitende aanpak verzuim', 'Samen veilig thuis', 'Vroeg erbij', 'Zorg en onderwijs in de klas', 'Warme overdracht']
export const titleOf = (chance: number): string => `${pick(goals, chance)} ${placeOf(chance >>> 4)}`

/** An OIN under the prefix that is kept for tests; the demonstration, which may be here too, has the first ones. */
export const oinOf = (o: number): string => `00000099${String(o + 100_001).padStart(9, '0')}000`

export const subjectOf = (o: number | string, who: 'director' | 'representative' | 'application'): string => `organisatie-${o}-${who}`
