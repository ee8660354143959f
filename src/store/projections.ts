import { getTableColumns, getTableName, type InferInsertModel } from 'drizzle-orm'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import type { Agreement } from '../domain/agreement.ts'
import { carried } from '../domain/commitment.ts'
import { type Programme, recordedProgramme } from '../domain/exchange/programme.ts'
import { type Inquiry, viewInquiry } from '../domain/inquiry.ts'
import { type Network, viewNetwork } from '../domain/network.ts'
import type { Organisation } from '../domain/organisation.ts'
import { pulsesTaken } from '../domain/pulse-taken.ts'
import { type Recommendation, viewRecommendation } from '../domain/recommendation.ts'
import { placeOf, subjectsOf, wordsOf } from '../domain/social-map.ts'
import { idsOf } from '../domain/source.ts'
import * as tables from './tables.ts'

/** How a state shows in one table: a row for each of some items, keyed so that the same item always is the same row. */
type Projection<State> = {
  table: PgTable
  items: (state: State) => Readonly<Record<string, unknown>>
  row: (item: never, state: State) => object
  /** What its rows tell of the state beside the item: where this differs, every row is looked at. */
  beside: (state: State) => readonly unknown[]
}

/** States the item's type once; the table checks the row. */
function projection<State, Table extends PgTable, Item>(
  table: Table,
  items: (state: State) => Readonly<Record<string, Item>>,
  row: (item: Item, state: State) => InferInsertModel<Table>,
  beside: (state: State) => readonly unknown[] = () => [],
): Projection<State> {
  return { table, items, row, beside }
}

const one = <T>(item: T | null | undefined): Record<string, T> => (item === null || item === undefined ? {} : { one: item })
const keyed = <T>(items: readonly T[], key: (item: T) => string): Record<string, T> =>
  Object.fromEntries(items.map((item) => [key(item), item]))

export const organisationProjections: Projection<Organisation>[] = [
  projection(tables.organisations, one, ({ id, name, formal, identifiers, registeredAt, revision }: Organisation) => ({
    id,
    name,
    doc: { id, name, formal, identifiers, registeredAt, revision },
  })),
  projection(
    tables.organisationIdentifiers,
    (state: Organisation) => keyed([...state.formerIdentifiers, ...state.identifiers], ({ scheme, value }) => `${scheme} ${value}`),
    (identifier, { id, identifiers }) => ({ organisationId: id, ...identifier, current: identifiers.includes(identifier) }),
    ({ identifiers }) => [identifiers],
  ),
  projection(
    tables.people,
    (state: Organisation) => state.people,
    (person) => ({ id: person.id, organisationId: person.organisationId, here: !person.leftAt, doc: person }),
  ),
  projection(
    tables.applications,
    (state: Organisation) => state.applications,
    (application) => ({ id: application.id, organisationId: application.organisationId, doc: application }),
  ),
  projection(
    tables.desks,
    (state: Organisation) => state.desks,
    (desk) => ({ id: desk.id, organisationId: desk.organisationId, open: !desk.closedAt, doc: desk }),
  ),
  projection(
    tables.socialMap,
    (state: Organisation) => one(placeOf(state)),
    (place, { id, name }) => ({ organisationId: id, name, subjects: subjectsOf(place), words: wordsOf(place), doc: place }),
  ),
  projection(
    tables.accounts,
    (state: Organisation) => state.people,
    ({ id, organisationId, account, leftAt, authorities }) => ({
      id,
      kind: 'person',
      organisationId,
      issuer: account?.issuer ?? '',
      subject: account?.subject ?? '',
      active: account !== undefined && !leftAt,
      authorities,
      scopes: [],
    }),
  ),
  projection(
    tables.accounts,
    (state: Organisation) => state.applications,
    ({ id, organisationId, issuer, subject, revokedAt, scopes }) => ({
      id,
      kind: 'application',
      organisationId,
      issuer,
      subject,
      active: !revokedAt,
      authorities: [],
      scopes,
    }),
  ),
  projection(
    tables.templates,
    (state: Organisation) => state.templates,
    (template, { id }) => ({ organisationId: id, id: template.id, kind: template.kind, open: !template.withdrawnAt, doc: template }),
  ),
  // Each is one of many: what was stated or said before it keeps its row.
  projection(
    tables.positionStatements,
    (state: Organisation) => one(state.position),
    (stated, { id }) => ({ organisationId: id, number: stated.number, at: stated.at, doc: stated }),
  ),
  projection(
    tables.acknowledgements,
    (state: Organisation) => one(state.acknowledged),
    (said, { id: organisationId }) => ({ organisationId, id: said.id, aboutId: said.aboutId, number: said.number, at: said.at, doc: said }),
  ),
  projection(
    tables.positionAnswers,
    (state: Organisation) => one(state.answered),
    (said, { id: organisationId }) => ({ organisationId, acknowledgementId: said.acknowledgementId, toId: said.toId, doc: said }),
  ),
  projection(
    tables.messages,
    (state: Organisation) => one(state.sent),
    ({ toOrganisationIds, ...message }, { id: organisationId }) => ({
      organisationId,
      id: message.id,
      agreementId: message.agreementId,
      toIds: [...toOrganisationIds],
      doc: message,
    }),
  ),
]

const held = (roles: Network['roles']) =>
  keyed(
    Object.values(roles).flatMap((role) => role.holders.map((holder) => ({ ...holder, roleId: role.id }))),
    ({ id }) => id,
  )

export const networkProjections: Projection<Network>[] = [
  projection(tables.networks, one, (state: Network) => ({ id: state.id, name: state.identity.name, doc: viewNetwork(state) })),
  projection(
    tables.networkIdentities,
    (state: Network) => keyed([state.identity], ({ number }) => String(number)),
    (identity, { id }) => ({ networkId: id, number: identity.number, doc: identity }),
  ),
  projection(
    tables.networkRoles,
    (state: Network) => state.roles,
    (role, { id }) => ({ networkId: id, id: role.id, name: role.name, ended: role.endedAt !== undefined, doc: role }),
  ),
  projection(
    tables.networkRoleHolders,
    (state: Network) => held(state.roles),
    ({ roleId, ...holder }, { id }) => ({
      networkId: id,
      id: holder.id,
      roleId,
      personId: holder.personId,
      fromDate: holder.fromDate,
      doc: holder,
    }),
  ),
  projection(
    tables.networkMembers,
    (state: Network) => state.members,
    (member, { id }) => ({ networkId: id, organisationId: member.organisationId, here: !member.leftAt, doc: member }),
  ),
]

export const inquiryProjections: Projection<Inquiry>[] = [
  projection(tables.inquiries, one, (state: Inquiry) => ({
    id: state.id,
    networkId: state.networkId,
    state: state.state,
    doc: viewInquiry(state),
  })),
  projection(
    tables.inquirySeats,
    (state: Inquiry) => state.seats,
    (seat, { id }) => ({ inquiryId: id, id: seat.id, here: !seat.leftAt, doc: seat }),
  ),
  projection(
    tables.findings,
    (state: Inquiry) => state.findings,
    (finding, { id }) => ({ inquiryId: id, id: finding.id, kind: finding.kind, doc: finding }),
  ),
]

export const programmeProjections: Projection<Programme>[] = [
  projection(tables.exchangeProgrammes, one, (state: Programme) => ({
    id: state.id,
    networkId: state.networkId,
    organisationId: state.organisationId,
    title: state.title,
    doc: recordedProgramme(state),
  })),
  projection(
    tables.exchangeEnrolments,
    // The one that was withdrawn last is one of many: each keeps its row.
    (state: Programme) => ({ ...state.enrolments, ...(state.left && { [state.left.id]: state.left }) }),
    (enrolment, { id }) => ({
      programmeId: id,
      id: enrolment.id,
      roundNumber: enrolment.roundNumber,
      personId: enrolment.personId,
      organisationId: enrolment.organisationId,
      withdrawn: enrolment.withdrawnAt !== undefined,
      doc: enrolment,
    }),
  ),
  projection(
    tables.exchangeMatchings,
    (state: Programme) => state.matchings,
    (matching, { id }) => ({ programmeId: id, roundNumber: matching.roundNumber, doc: matching }),
  ),
  projection(
    tables.exchangePlacements,
    (state: Programme) => state.placements,
    (placement, { id }) => ({
      programmeId: id,
      id: placement.id,
      roundNumber: placement.roundNumber,
      reverseId: placement.reverseId,
      guestOrganisationId: placement.guest.organisationId,
      hostOrganisationId: placement.host.organisationId,
      state: placement.state,
      lastOn: placement.week.until,
      doc: placement,
    }),
  ),
  projection(
    tables.exchangeReflections,
    (state: Programme) => one(state.reflected),
    (said, { id }) => ({
      programmeId: id,
      id: said.id,
      placementId: said.placementId,
      personId: said.personId,
      followUpOn: said.followUp?.on ?? null,
      doc: said,
    }),
  ),
  projection(
    tables.exchangeClosings,
    (state: Programme) => one(state.closing),
    (closing, { id }) => ({ programmeId: id, roundNumber: closing.roundNumber, doc: closing }),
  ),
]

export const recommendationProjections: Projection<Recommendation>[] = [
  projection(tables.recommendations, one, (state: Recommendation) => ({
    id: state.id,
    networkId: state.networkId,
    level: state.level,
    status: state.status,
    addresseeId: state.addressee.organisationId,
    addresseePersonId: state.addressee.personId ?? null,
    basedOn: state.basedOn,
    doc: viewRecommendation(state),
  })),
]

export const agreementProjections: Projection<Agreement>[] = [
  projection(tables.agreements, one, (state: Agreement) => {
    const { id, kind, status, visibility, networkId, underId, originatesFrom, text, createdAt, round, rules, ended } = state
    const { title } = text
    const header = { id, kind, visibility, networkId, underId, originatesFrom, title, createdAt, endedAt: ended?.at, status, round, rules }
    return {
      id,
      kind,
      status,
      visibility,
      networkId: networkId ?? null,
      underId: underId ?? null,
      originId: originatesFrom ? idsOf(originatesFrom).id : null,
      title,
      createdAt,
      doc: header,
    }
  }),
  projection(tables.publications, one, ({ id, kind, visibility, networkId, versions }: Agreement) => ({
    agreementId: id,
    kind,
    visibility,
    networkId: networkId ?? null,
    adopted: versions.length > 0,
  })),
  projection(
    tables.parties,
    (state: Agreement) => state.parties,
    (party, { id, kind, status, text, createdAt }) => ({
      agreementId: id,
      id: party.id,
      organisationId: party.organisationId,
      involvement: party.involvement,
      here: !party.leftAt,
      leavesAt: party.leftAt ? null : (party.leaving?.at ?? null),
      kind,
      status,
      title: text.title,
      createdAt,
      doc: party,
    }),
    ({ status, text }) => [status, text.title],
  ),
  projection(
    tables.mandates,
    (state: Agreement) => state.mandates,
    (mandate, { id }) => ({
      agreementId: id,
      id: mandate.id,
      partyId: mandate.partyId,
      holderId: mandate.holderId,
      grantorId: mandate.grantorId,
      fromAt: mandate.fromAt,
      untilAt: mandate.untilAt,
      doc: mandate,
    }),
  ),
  projection(
    tables.annexes,
    (state: Agreement) => state.annexes,
    (annex, { id }) => ({ agreementId: id, id: annex.id, kind: annex.kind, partyId: annex.partyId, doc: annex }),
  ),
  projection(
    tables.links,
    (state: Agreement) => state.links,
    (link, { id }) => ({ agreementId: id, id: link.id, kind: link.kind, toId: link.toAgreementId, doc: link }),
  ),
  projection(
    tables.roles,
    (state: Agreement) => state.roles,
    (role, { id }) => ({ agreementId: id, id: role.id, name: role.name, doc: role }),
  ),
  projection(
    tables.transfers,
    (state: Agreement) => state.transfers,
    (transfer, { id }) => ({
      agreementId: id,
      id: transfer.id,
      roleId: transfer.roleId,
      toPersonId: transfer.toPersonId,
      state: transfer.state,
      doc: transfer,
    }),
  ),
  projection(
    tables.rounds,
    (state: Agreement) => one(state.round),
    (round, { id }) => ({ agreementId: id, number: round.number, state: round.state, doc: round }),
  ),
  projection(
    tables.impasses,
    (state: Agreement) => one(state.round?.impasse),
    (impasse, { id }) => ({ agreementId: id, roundNumber: impasse.roundNumber, id: impasse.id, doc: impasse }),
  ),
  projection(
    tables.contributions,
    (state: Agreement) => state.contributions,
    (one, { id }) => ({
      agreementId: id,
      roundNumber: one.roundNumber,
      id: one.id,
      kind: one.kind,
      partyId: one.partyId,
      recommendationId: one.recommendationId ?? null,
      doc: one,
    }),
  ),
  projection(
    tables.hearings,
    (state: Agreement) => state.hearings,
    (hearing, { id }) => ({ agreementId: id, roundNumber: hearing.roundNumber, id: hearing.id, partyId: hearing.partyId, doc: hearing }),
  ),
  projection(
    tables.stances,
    (state: Agreement) => keyed(Object.values(state.stances), (stance) => stance.partyId),
    (stance, { id }) => ({
      agreementId: id,
      roundNumber: stance.roundNumber,
      id: stance.id,
      partyId: stance.partyId,
      position: stance.position,
      mandateId: stance.mandateId,
      doc: stance,
    }),
  ),
  projection(
    tables.meetings,
    (state: Agreement) => state.meetings,
    (meeting, { id }) => ({
      agreementId: id,
      roundNumber: meeting.roundNumber,
      id: meeting.id,
      state: meeting.state,
      startsAt: meeting.startsAt,
      doc: meeting,
    }),
  ),
  // A commitment moves from what is offered to what is promised when its version is adopted: one row, whichever it is in. Who carries an
  // offered one along follows from who sits at the table.
  projection(
    tables.commitments,
    (state: Agreement) =>
      keyed([...Object.values(state.promises), ...Object.values(state.commitments)], (one) => `${one.version} ${one.id}`),
    (one, state) => ({
      agreementId: state.id,
      version: one.version,
      id: one.id,
      ownerPartyId: one.terms.ownerPartyId,
      proposalId: one.terms.proposalId ?? null,
      state: one.state,
      dueOn: one.terms.dueOn ?? null,
      doc: 'reports' in one ? one : carried(state, one),
    }),
    ({ parties }) => [parties],
  ),
  projection(
    tables.reflections,
    (state: Agreement) => state.reflections,
    (one, { id }) => ({ agreementId: id, roundNumber: one.roundNumber, id: one.id, partyId: one.partyId, doc: one }),
  ),
  projection(
    tables.pulses,
    (state: Agreement) => pulsesTaken(state),
    (pulse, { id }) => ({ agreementId: id, id: pulse.id, kind: pulse.kind, takenAt: pulse.takenAt, shownAt: pulse.shownAt, doc: pulse }),
  ),
  projection(
    tables.versions,
    (state: Agreement) => keyed(state.versions, (version) => String(version.number)),
    (version, { id, kind }) => ({
      agreementId: id,
      number: version.number,
      adoptedAt: version.adoptedAt,
      textDigest: version.textDigest,
      subjects: version.content.mandate?.subjects ?? [],
      organisationIds: version.content.participants.map((participant) => participant.organisationId),
      doc: { agreementId: id, kind, ...version },
    }),
  ),
  projection(
    tables.participants,
    (state: Agreement) =>
      keyed(
        state.versions.flatMap(({ number, content }) => content.participants.map((one) => ({ ...one, number, title: content.title }))),
        ({ number, organisationId }) => `${number} ${organisationId}`,
      ),
    ({ number, organisationId, involvement, title }, { id, kind }) => ({
      agreementId: id,
      version: number,
      organisationId,
      kind,
      title,
      involvement,
    }),
  ),
  projection(
    tables.inForce,
    (state: Agreement) => keyed(state.periods, (period) => period.id),
    (period, { id }) => ({
      agreementId: id,
      id: period.id,
      version: period.version,
      fromAt: period.fromAt,
      untilAt: period.untilAt,
      knownAt: period.knownAt,
      replacedAt: period.replacedAt ?? null,
    }),
  ),
]

/** Rows to write, per table, in the database's own column names. */
export type Rows = Map<PgTable, Record<string, unknown>[]>

/**
 * The rows in which a state differs from the one before it. What left the state stays in its table: the working state is bounded,
 * the tables are the memory. Two items are compared by identity first (evolving shares what it does not change), then by their rows.
 */
export function changedRows<State>(projections: readonly Projection<State>[], before: State | undefined, after: State): Rows {
  const into: Rows = new Map()
  for (const { table, items, row, beside } of projections) {
    const old = before ? items(before) : {}
    const was = before ? beside(before) : []
    const alike = beside(after).every((told, nth) => told === was[nth])
    for (const [key, item] of Object.entries(items(after))) {
      if (old[key] === item && alike) continue
      const next = stored(table, row(item as never, after))
      if (before && old[key] !== undefined && same(next, stored(table, row(old[key] as never, before)))) continue
      into.set(table, [...(into.get(table) ?? []), next])
    }
  }
  return into
}

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b)

const stored = (table: PgTable, row: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(getTableColumns(table)).map(([key, column]) => [column.name, (row as Record<string, unknown>)[key] ?? null]),
  )

// What is adopted or stated is never written again: the application's role may only insert here.
const writtenOnce: ReadonlySet<PgTable> = new Set([
  tables.versions,
  tables.participants,
  tables.snapshots,
  tables.positionStatements,
  tables.networkIdentities,
  tables.acknowledgements,
  tables.positionAnswers,
  tables.messages,
  tables.findings,
  tables.exchangeReflections,
  tables.exchangeClosings,
])

const keyColumns = (table: PgTable) => {
  const { primaryKeys, columns } = getTableConfig(table)
  return primaryKeys[0]?.columns ?? columns.filter((column) => column.primary)
}

/** The key of a row, as text: equal for two rows exactly where they are the same row of the table. */
export const keyOf = (table: PgTable, row: Record<string, unknown>): string =>
  JSON.stringify(keyColumns(table).map((column) => row[column.name]))

/** `insert … on conflict (key) do update` of rows given as one JSON parameter: the same statement for any number of rows. */
export function upsert(table: PgTable, parameter: string): string {
  const { columns } = getTableConfig(table)
  const keys = keyColumns(table)
  const name = `"${getTableName(table)}"`
  const list = columns.map((column) => `"${column.name}"`).join(', ')
  const insert = `insert into ${name} (${list}) select ${list} from jsonb_populate_recordset(null::${name}, ${parameter}::jsonb)`
  if (writtenOnce.has(table)) return insert
  const sets = columns.filter((column) => !keys.some((key) => key.name === column.name)).map(({ name }) => `"${name}" = excluded."${name}"`)
  return `${insert} on conflict (${keys.map((key) => `"${key.name}"`).join(', ')}) do update set ${sets.join(', ')}`
}

/** Every table that is made from the ledger, what refers after what it refers to. */
export const rebuilt: readonly PgTable[] = [
  tables.streams,
  tables.snapshots,
  ...new Set(
    [
      ...organisationProjections,
      ...networkProjections,
      ...programmeProjections,
      ...inquiryProjections,
      ...recommendationProjections,
      ...agreementProjections,
    ].map(({ table }) => table),
  ),
]
