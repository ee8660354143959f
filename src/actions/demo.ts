import type { Authority, PersonActor } from '../domain/actor.ts'
import type { RegisterOrganisation } from '../domain/organisation.ts'
import { alone } from '../store/database.ts'
import { accountsOf, networkNamed } from '../store/directory.ts'
import { registryItself, within } from '../store/transaction.ts'
import { seedExchange } from './demo-exchange.ts'
import type { Deps } from './deps.ts'
import { foundNetwork } from './network/network.ts'
import { addApplication, addPerson, registerOrganisation } from './organisation.ts'

/** A made-up organisation of the demonstration: its name, how it signs in (`key`), and its people, the first of whom administers it. */
type DemoOrganisation = { key: string; name: string; people: { key: string; name: string; jobTitle: string }[] }

const of = (key: string, name: string, director: [string, string], professional: [string, string, string]): DemoOrganisation => ({
  key,
  name,
  people: [
    { key: director[0], name: director[1], jobTitle: 'Directeur' },
    { key: professional[0], name: professional[1], jobTitle: professional[2] },
  ],
})

/** The thirteen organisations of a chain around domestic violence. Names and people are made up. */
const domesticViolenceChain: DemoOrganisation[] = [
  of('veilig-thuis', 'Veilig Thuis Waterland', ['hanna', 'Hanna Terpstra'], ['yusuf', 'Yusuf Demir', 'Vertrouwensarts']),
  of('politie', 'Politie basisteam De Kogge', ['roel', 'Roel van Asten'], ['sanne', 'Sanne Vink', 'Wijkagent']),
  of('opvang', 'Vrouwenopvang De Haven', ['amina', 'Amina el Idrissi'], ['petra', 'Petra Kok', 'Maatschappelijk werker']),
  of('gemeente', 'Gemeente Kogerveen', ['wim', 'Wim Dorsman'], ['lotte', 'Lotte Bakema', 'Beleidsadviseur zorg en veiligheid']),
  of(
    'maatschappelijk-werk',
    'Maatschappelijk Werk Kogerveen',
    ['ineke', 'Ineke Stam'],
    ['daan', 'Daan Rutte-Visser', 'Maatschappelijk werker'],
  ),
  of('jeugdbescherming', 'Jeugdbescherming Noordkop', ['karel', 'Karel Ouwehand'], ['noor', 'Noor Haddad', 'Gezinsmanager']),
  of('reclassering', 'Reclassering Kogge', ['marga', 'Marga Tuinstra'], ['tim', 'Tim de Wolf', 'Reclasseringswerker']),
  of('om', 'Parket Kogge', ['els', 'Els Brandsma'], ['joris', 'Joris Kaal', 'Officier huiselijk geweld']),
  of('ggz', 'GGZ Het Baken', ['frits', 'Frits Lammers'], ['selma', 'Selma Yilmaz', 'Systeemtherapeut']),
  of('verslavingszorg', 'Verslavingszorg Kogge', ['dirk', 'Dirk Zonneveld'], ['rosa', 'Rosa Martens', 'Behandelaar']),
  of('huisartsen', 'Huisartsengroep Kogerveen', ['bea', 'Bea Winter'], ['omar', 'Omar Saleh', 'Huisarts']),
  of('woningcorporatie', 'Woningcorporatie De Dijk', ['henk', 'Henk Prins'], ['ilse', 'Ilse Groen', 'Consulent leefbaarheid']),
  of('jeugdgezondheidszorg', 'Jeugdgezondheidszorg Kogge', ['marja', 'Marja Snel'], ['bram', 'Bram Helder', 'Jeugdarts']),
]

/** Two bodies of youth health care and two of the schools that they serve. */
const youthHealthPair: DemoOrganisation[] = [
  of('jgz-oost', 'Jeugdgezondheid Oostzij', ['corrie', 'Corrie Blom'], ['anouk', 'Anouk Perdon', 'Jeugdverpleegkundige']),
  of('jgz-west', 'Jeugdgezondheid Westzij', ['gerard', 'Gerard Loos'], ['mila', 'Mila Jansma', 'Jeugdarts']),
  of('school-regenboog', 'Basisschool De Regenboog', ['tineke', 'Tineke Vos'], ['pieter', 'Pieter Maas', 'Intern begeleider']),
  of('school-kompas', 'Basisschool Het Kompas', ['jan', 'Jan Wortel'], ['fatima', 'Fatima Azizi', 'Intern begeleider']),
]

/** The account of the application that reads for the municipality: what a case system or dashboard would use. */
const demoApplication = 'gemeente-zaaksysteem'

/** What an issuer knows already: the ids of people and organisations behind its accounts, by subject. */
type Known = ReadonlyMap<string, { id: string; organisationId: string }>

/**
 * Fills the registry with the demonstration's organisations, people, networks and one application, as `issuer` knows them. What is
 * there already stays as it is: a start that was broken off is finished by the next one.
 */
export async function seedDemo(deps: Deps, issuer: string): Promise<void> {
  // Two processes that start at once would register the same organisations; the second waits, and finds them there.
  await alone(deps.database, 'handslag:demo', () => seed(deps, issuer))
}

async function seed(deps: Deps, issuer: string): Promise<void> {
  const accounts = await within(deps.database.pool, registryItself, () => accountsOf(deps.database, issuer))
  const known: Known = new Map(accounts.map((account) => [account.subject, account]))
  const directors = new Map<string, { id: string; organisationId: string }>()
  for (const [index, organisation] of [...domesticViolenceChain, ...youthHealthPair].entries())
    directors.set(organisation.key, await seedOrganisation(deps, issuer, organisation, index, known))
  for (const { members, ...network } of demoNetworks) {
    const [founder, ...others] = members.flatMap(({ key }) => directors.get(key) ?? []).map(administratorOf)
    if (!founder) throw new Error(`${network.name} has no members`)
    const memberIds = others.map(({ organisationId }) => organisationId)
    const there = await within(deps.database.pool, registryItself, () => networkNamed(deps.database, network.name))
    const networkId = there ?? (await foundNetwork(deps, founder, { ...network, memberIds })).id
    if (members === domesticViolenceChain) await seedExchange(deps, networkId, [founder, ...others])
  }
}

const administratorOf = ({ id, organisationId }: { id: string; organisationId: string }): PersonActor => ({
  kind: 'person',
  personId: id,
  organisationId,
  authorities: ['administer'],
})

const demoNetworks = [
  { name: 'Keten huiselijk geweld Kogge', sharedGoal: 'Thuis is het veilig, en blijft het veilig.', members: domesticViolenceChain },
  {
    name: 'Jeugdgezondheid en scholen',
    sharedGoal: 'Elk kind dat hulp nodig heeft, krijgt die op tijd en dichtbij.',
    members: youthHealthPair,
  },
]

async function seedOrganisation(
  deps: Deps,
  issuer: string,
  { key, name, people }: DemoOrganisation,
  index: number,
  known: Known,
): Promise<{ id: string; organisationId: string }> {
  const [director, ...others] = people.map((person) => ({ ...person, account: { issuer, subject: person.key } }))
  if (!director) throw new Error(`${name} has nobody`)
  const authorities: Authority[] = ['administer', 'grant-mandates']
  const { key: subject, ...administrator } = { ...director, authorities }
  const { id, organisationId } =
    known.get(subject) ?? (await register(deps, { name, identifiers: demoIdentifiers(index), formal: true, administrator }))
  const actor = { kind: 'person' as const, personId: id, organisationId, authorities }
  for (const { key: subject, ...person } of others)
    if (!known.has(subject)) await addPerson(deps, actor, { organisationId }, { ...person, authorities: [] })
  if (key === 'gemeente' && !known.has(demoApplication))
    await addApplication(
      deps,
      actor,
      { organisationId },
      { name: 'Zaaksysteem', issuer, subject: demoApplication, scopes: ['handslag:read'] },
    )
  return { id, organisationId }
}

// The prefix 00000099 is kept for tests in the OIN system: it never is a real organisation's.
const demoIdentifiers = (index: number) => [{ scheme: 'oin' as const, value: `00000099${String(index + 1).padStart(9, '0')}000` }]

async function register(deps: Deps, input: RegisterOrganisation): Promise<{ id: string; organisationId: string }> {
  const { id: organisationId, state } = await registerOrganisation(deps, { kind: 'operator', subject: 'demo' }, input)
  const [id = ''] = Object.keys(state.people)
  return { id, organisationId }
}
