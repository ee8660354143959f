import type { OpenAgreement, Seated } from './generate/filled.ts'
import type { Request } from './load.ts'
import type { Registry } from './registry.ts'

/** What people write: over many agreements, on one that everybody writes to at once, and what can be sent once only. */
export type Writes = { contributions: Request[]; stances: Request[]; renewals: Request[][]; hot: Request[][] }

// What one agreement takes of a kind is 500 (src/domain/event.ts), and the generator has brought in some.
const mostInOne = 400

/** The requests of people at open agreements, for so many turns; each with a key of its own. */
export async function writesOf(registry: Registry, open: readonly OpenAgreement[], turns: number): Promise<Writes> {
  const tokens = new Map<string, string>()
  const headersOf = async ({ subject }: Seated) => {
    const token = tokens.get(subject) ?? (await registry.token(subject))
    tokens.set(subject, token)
    return { 'authorization': `Bearer ${token}`, 'idempotency-key': '{unique}' }
  }
  const contributionTo = async (agreement: OpenAgreement, seated: Seated): Promise<Request> => ({
    path: `/v1/agreements/${agreement.id}/rounds/${agreement.roundNumber}/contributions`,
    headers: await headersOf(seated),
    body: contribution,
  })
  const stanceIn = async ({ id, roundNumber, people: [seated] }: OpenAgreement): Promise<Request> => {
    const headers = await headersOf(there(seated))
    const text = await fetch(`${registry.url}/v1/agreements/${id}/text`, { headers: { authorization: headers.authorization } })
    const { textDigest } = (await text.json()) as { textDigest: string }
    return { path: `/v1/agreements/${id}/rounds/${roundNumber}/stances`, headers, body: { position: 'accept', textDigest } }
  }
  const renewalOf = async (agreement: OpenAgreement, seated: Seated): Promise<Request> => ({
    path: `/v1/agreements/${agreement.id}/mandates/${seated.mandateId}/renewals`,
    headers: await headersOf(seated),
    body: { meetingId: agreement.meetingId, decision: 'confirmed' },
  })

  const due = open.filter(({ meetingId }) => meetingId !== undefined)
  const able = open.filter(({ meetingId }) => meetingId === undefined)
  const crowded = able.slice(0, turns)
  const others = able.slice(turns)
  const stances = others.slice(0, others.length / 4)
  const renewals = await Promise.all(due.flatMap((agreement) => agreement.people.map((seated) => renewalOf(agreement, seated))))
  return {
    stances: await Promise.all(stances.map(stanceIn)),
    contributions: await Promise.all(
      others.slice(stances.length).map((agreement) => contributionTo(agreement, there(agreement.people[0]))),
    ),
    renewals: crowded.map((_, turn) => renewals.filter((_, nth) => nth % turns === turn)),
    hot: await Promise.all(
      crowded.map((agreement) =>
        Promise.all(
          Array.from({ length: mostInOne }, (_, nth) => contributionTo(agreement, there(agreement.people[nth % agreement.people.length]))),
        ),
      ),
    ),
  }
}

/** A contribution of the usual length. */
export const contribution = {
  kind: 'appreciation',
  text: 'De wijkagent belde dezelfde middag terug, en het gezin wist voor het weekend wie er zou komen. Zo willen wij het vaker doen.',
}

function there(seated: Seated | undefined): Seated {
  if (!seated) throw new Error('nobody sits at this table')
  return seated
}
