import pg from 'pg'
import type { OpenAgreement } from './generate/filled.ts'
import { overhear } from './overhear.ts'
import type { Recording } from './pgbench.ts'
import type { Postgres } from './postgres.ts'
import { startRegistry } from './registry.ts'
import { contribution } from './writers.ts'

/** The statements of real contributions: two in a row in each agreement, as a registry on that database sends them. */
export async function recordContributions(
  postgres: Postgres,
  { owner, name, agreements }: { owner: string; name: string; agreements: readonly OpenAgreement[] },
): Promise<{ recordings: Recording[]; databaseUrl: string }> {
  const ear = await overhear(Number(new URL(owner).port))
  const registry = await startRegistry(postgres, owner, name, { through: ear.port })
  const heard: Omit<Recording, 'revision'>[] = []
  try {
    for (const agreement of agreements) {
      const authorization = `Bearer ${await registry.token(agreement.people[0]?.subject ?? '')}`
      const contribute = async () => {
        ear.heard.length = 0
        const answer = await fetch(`${registry.url}/v1/agreements/${agreement.id}/rounds/${agreement.roundNumber}/contributions`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
          body: JSON.stringify(contribution),
        })
        if (!answer.ok) throw new Error(await answer.text())
        return [...ear.heard]
      }
      let first = await contribute()
      let next = await contribute()
      // Now and then the registry does something else at the same moment.
      while (shape(first) !== shape(next)) [first, next] = [next, await contribute()]
      heard.push({ first, next })
    }
  } finally {
    await registry.stop()
    ear.close()
  }
  const revisions = await revisionsOf(owner, agreements)
  return { recordings: heard.map((both, nth) => ({ ...both, revision: revisions[nth] ?? 0 })), databaseUrl: registry.databaseUrl }
}

/** What is asked, whatever the values are. */
const shape = (asked: Recording['next']): string => asked.map(({ text }) => text.replaceAll(/'[^']*'/g, '')).join(';')

/** The revisions that agreements have now, in their order. */
export async function revisionsOf(owner: string, agreements: readonly OpenAgreement[]): Promise<number[]> {
  const client = new pg.Client({ connectionString: owner })
  await client.connect()
  try {
    const text = 'select s.revision from unnest($1::uuid[]) with ordinality a (id, place) join streams s using (id) order by place'
    const { rows } = await client.query<{ revision: number }>(text, [agreements.map(({ id }) => id)])
    return rows.map(({ revision }) => Number(revision))
  } finally {
    await client.end()
  }
}
