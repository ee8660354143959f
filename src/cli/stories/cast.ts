import type { Teller } from '../teller.ts'

/** Somebody of the demonstration, as a story knows them. */
export type Person = { subject: string; name: string; organisation: string; organisationId: string; personId: string }

/** Looks up the people of a story, by the account with which they sign in. */
export async function cast<Name extends string>(teller: Teller, ...names: Name[]): Promise<Record<Name, Person>> {
  const found = await Promise.all(names.map(async (name) => [name, await who(teller, name)] as const))
  return Object.fromEntries(found) as Record<Name, Person>
}

async function who(teller: Teller, subject: string): Promise<Person> {
  const { body } = await teller.look('/v1/me', subject)
  return { subject, name: body.name, organisation: body.organisation.name, organisationId: body.organisation.id, personId: body.id }
}
