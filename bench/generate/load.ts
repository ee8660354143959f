import type pg from 'pg'
import type { Agreement } from '../../src/domain/agreement.ts'
import { digest } from '../../src/domain/digest.ts'
import { endsOf, spoken } from '../../src/domain/search.ts'
import { agreementStream, networkStream, organisationStream } from '../../src/store/ledger.ts'
import { idOf, nths, oinOf, organisationName, scattered, subjectOf, suffixOf, titleOf } from './cast.ts'
import type { OpenAgreement, Seated } from './filled.ts'
import { type Plot, richHistory, type Seat, thinHistory } from './history.ts'
import { networkHistory, organisationHistory } from './organisations.ts'
import type { Plan, Planned } from './plan.ts'
import { printStream, type Sink, type Template, templateOf } from './template.ts'

/** What writing streams needs: a connection that makes templates, where lines go, and a wait for the database to keep up. */
export type Writing = { client: pg.Client; plan: Plan; sink: Sink; settle: () => Promise<void> }

// What stands in a template for what differs between agreements. Twelve digits that no id of a plan ends in.
const agreementToken = 'f'.repeat(12)
const networkToken = 'd'.repeat(12)
const seatToken = (seat: number): string => `eeeeeeeee${seat.toString(16).padStart(3, '0')}`

// The words of the social map, as COPY writes their lines: what a name ends with comes after it, and follows from it.
const searchedToken = `${spoken('{name}')}\\n`
const searchedName = (name: string): string => `${spoken(name)}\\n${endsOf(spoken(name)).join(' ')}`

/** The salts of a stream: 32 bytes of which the last four are the revision, and the others follow from seed and stream. */
function saltsOf(seed: number, stream: string): (revision: number) => string {
  const base = digest('handslag-generated-salt', String(seed), stream).slice(0, 56)
  return (revision) => base + revision.toString(16).padStart(8, '0')
}

/** Every organisation with its people and its case system, and every network. */
export async function writeOrganisations({ client, plan, sink, settle }: Writing, issuer: string): Promise<void> {
  const { registeredMs, networks, measure } = plan
  const tokens = [agreementToken, '{name}', '{oin}', '{number}', searchedToken]
  const [suffix = '', name = '', oin = '', number = ''] = tokens
  const acts = organisationHistory({ suffix, name, oin, number }, registeredMs, issuer)
  const template = await templateOf(client, organisationStream, idOf(registeredMs, nths.organisation, suffix), acts, tokens)
  for (let o = 0; o < measure.organisations; o += 1) {
    const given = [suffixOf(o), organisationName(o), oinOf(o), String(o), searchedName(organisationName(o))]
    printStream(template, given, saltsOf(measure.seed, `organisation ${o}`), sink)
  }
  await settle()
  for (let network = 0; network < networks; network += 1) {
    const history = networkHistory(network, measure.organisations, registeredMs)
    const id = idOf(registeredMs, nths.network, suffixOf(network))
    printStream(await templateOf(client, networkStream, id, history, []), [], saltsOf(measure.seed, `network ${network}`), sink)
    await settle()
  }
}

/** A template of agreements, with the state that their history ends in. */
type Shape = { template: Template; state: Agreement; rounds: number; seats: readonly Seat[] }

async function shapeOf({ client, plan }: Writing, { thin, meeting, seats, ...planned }: Planned): Promise<Shape> {
  const { registeredMs } = plan
  const plot: Plot = {
    ...planned,
    suffix: agreementToken,
    title: '{title}',
    networkId: idOf(registeredMs, nths.network, networkToken),
    seats: seats.map((_, seat) => ({
      organisationId: idOf(registeredMs, nths.organisation, seatToken(seat)),
      directorId: idOf(registeredMs, nths.director, seatToken(seat)),
      representativeId: idOf(registeredMs, nths.representative, seatToken(seat)),
      name: `{party ${seat}}`,
    })),
  }
  const { id, acts, state } = thin ? thinHistory(plot) : richHistory(plot, meeting)
  const tokens = [agreementToken, '{title}', networkToken, ...plot.seats.flatMap(({ name }, seat) => [seatToken(seat), name])]
  return { template: await templateOf(client, agreementStream, id, acts, tokens), state, rounds: plot.rounds, seats: plot.seats }
}

// How many agreements are printed before waiting for the database: some megabytes of lines.
const together = 64

/** Every agreement of the plan, in the order of their numbers; gives those in deliberation, and how many versions there are. */
export async function writeAgreements(
  writing: Writing,
  log: (line: string) => void,
): Promise<{ versions: number; inDeliberation: OpenAgreement[] }> {
  const { plan, sink, settle } = writing
  const { seed } = plan.measure
  const shapes = new Map<string, Shape>()
  const inDeliberation: OpenAgreement[] = []
  let versions = 0
  for (let n = 0; n < plan.total; n += 1) {
    const planned = plan.of(n)
    const shape = shapes.get(planned.shape) ?? (await shapeOf(writing, planned))
    shapes.set(planned.shape, shape)
    const title = titleOf(scattered(seed ^ 4, n))
    const seats = planned.seats.flatMap((o) => [suffixOf(o), organisationName(o)])
    printStream(shape.template, [suffixOf(n), title, suffixOf(planned.network), ...seats], saltsOf(seed, `agreement ${n}`), sink)
    versions += shape.template.versions.length
    if (!planned.thin) inDeliberation.push(openAgreement(plan, n, planned, shape))
    if (n % together === 0) await settle()
    if (n > 0 && n % 20_000 === 0) log(`${n} of ${plan.total} agreements`)
  }
  return { versions, inDeliberation }
}

/** Who sits at a table in deliberation, by the ids that its template has for them. */
function openAgreement({ agreementId }: Plan, n: number, { seats }: Planned, { state, rounds, seats: tokens }: Shape): OpenAgreement {
  const mine = (id: string): string => id.replace(agreementToken, suffixOf(n))
  const people = seats.flatMap((organisation, seat): Seated[] => {
    const mandate = Object.values(state.mandates).find(({ holderId }) => holderId === tokens[seat]?.representativeId)
    if (!mandate) return []
    const { id, partyId } = mandate
    return [{ subject: subjectOf(organisation, 'representative'), mandateId: mine(id), partyId: mine(partyId), organisation }]
  })
  const [meetingId] = Object.keys(state.meetings)
  return { id: agreementId(n), roundNumber: rounds, people, ...(meetingId && { meetingId: mine(meetingId) }) }
}
