import type { Teller } from '../../teller.ts'
import { cast, type Person } from '../cast.ts'

/** An organisation in the exchange: who leads it, who does the work and can sign in, and how many of them take part. */
export type House = { director: Person; professional: Person; people: number }

/** What the chapters hand on to each other. */
export type Story = { teller: Teller; houses: House[]; at: string; programmeId: string; networkId: string; lead: House }

const chain = [
  ['hanna', 'yusuf'],
  ['roel', 'sanne'],
  ['amina', 'petra'],
  ['wim', 'lotte'],
  ['ineke', 'daan'],
  ['karel', 'noor'],
  ['marga', 'tim'],
  ['els', 'joris'],
  ['frits', 'selma'],
  ['dirk', 'rosa'],
  ['bea', 'omar'],
  ['henk', 'ilse'],
  ['marja', 'bram'],
] as const

/** Ten organisations send six people and the last three send five: seventy-five, so that one of them has nobody to be paired with. */
const peopleOf = (nth: number): number => (nth < 10 ? 6 : 5)

export async function gather(teller: Teller): Promise<House[]> {
  const people = await cast(teller, ...chain.flat())
  return chain.map(([director, professional], nth) => ({
    director: people[director],
    professional: people[professional],
    people: peopleOf(nth),
  }))
}

export function houseOf(houses: House[], organisationId: string): House {
  const house = houses.find(({ professional }) => professional.organisationId === organisationId)
  if (!house) throw new Error(`${organisationId} takes no part in the exchange`)
  return house
}
