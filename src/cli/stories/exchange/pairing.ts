import type { Told } from '../../teller.ts'
import { houseOf, type Story } from './houses.ts'

/** As many pairs as can be, and as many wishes as those can fulfil. */
export async function pair({ teller, houses, at, lead }: Story): Promise<void> {
  const other = houses[1]?.professional ?? lead.professional
  const body = { roundNumber: 1 }
  await teller.tell(`${other.name} cannot pair them: ${lead.professional.organisation} leads the programme.`, `POST ${at}/matching`, {
    as: other.subject,
    expect: 403,
    body,
  })
  const paired = `${lead.professional.name} pairs them: each visits the other, and never one’s own organisation.`
  const { body: matching } = await teller.tell(paired, `POST ${at}/matching`, { as: lead.professional.subject, expect: 201, body })
  teller.note(`${matching.pairs.length} pairs, with ${matching.wishes} wishes fulfilled.`)
  for (const { organisationId, reason } of matching.unplaced)
    teller.note(`– somebody of ${houseOf(houses, organisationId).professional.organisation} is left: ${reason.detail}`)
  teller.sure('of seventy-five one is left, and is told why', matching.pairs.length === 37 && matching.unplaced.length === 1)
}

/** The visits that follow from the pairs, in the order of their weeks. */
export async function place({ teller, at, lead }: Story): Promise<Told['body'][]> {
  const { body: made } = await teller.tell('It becomes visits: one each way for every pair.', `POST ${at}/placements`, {
    as: lead.professional.subject,
    expect: 201,
    body: { roundNumber: 1 },
  })
  teller.sure('every visit has one that returns it', made.placements === 74)
  const { body } = await teller.look(`${at}/placements?limit=100`, lead.professional.subject)
  return body.items
}
