import type { Agreement } from '../../domain/agreement.ts'
import { participantsIn } from '../../domain/annexed.ts'
import { carried } from '../../domain/commitment.ts'
import { pulsesTaken } from '../../domain/pulse-taken.ts'
import { idsOf } from '../../domain/source.ts'
import type { Period } from '../../domain/version.ts'
import { agreements, annexes, links, mandates, parties, publications, roles, transfers } from '../tables/agreement.ts'
import { contributions, hearings, impasses, meetings, pulses, reflections, rounds, stances } from '../tables/round.ts'
import { commitments, inForce, participants, versions } from '../tables/version.ts'
import { keyed, one, type Projection, projection } from './projection.ts'

// Who takes part in a period never changes, and evolving shares the periods that it leaves alone: told once, they are the same by identity.
const told = new WeakMap<Period, (ReturnType<typeof participantsIn>[number] & { periodId: string })[]>()
function participantsOf(state: Agreement, period: Period) {
  const known = told.get(period) ?? participantsIn(state, period).map((one) => ({ ...one, periodId: period.id }))
  told.set(period, known)
  return known
}

export const agreementProjections: Projection<Agreement>[] = [
  projection(agreements, one, (state: Agreement) => {
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
  projection(publications, one, ({ id, kind, visibility, networkId, versions }: Agreement) => ({
    agreementId: id,
    kind,
    visibility,
    networkId: networkId ?? null,
    adopted: versions.length > 0,
  })),
  projection(
    parties,
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
    mandates,
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
    annexes,
    (state: Agreement) => state.annexes,
    (annex, { id }) => ({ agreementId: id, id: annex.id, kind: annex.kind, partyId: annex.partyId, doc: annex }),
  ),
  projection(
    links,
    (state: Agreement) => state.links,
    (link, { id }) => ({ agreementId: id, id: link.id, kind: link.kind, toId: link.toAgreementId, doc: link }),
  ),
  projection(
    roles,
    (state: Agreement) => state.roles,
    (role, { id }) => ({ agreementId: id, id: role.id, name: role.name, doc: role }),
  ),
  projection(
    transfers,
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
    rounds,
    (state: Agreement) => one(state.round),
    (round, { id }) => ({ agreementId: id, number: round.number, state: round.state, doc: round }),
  ),
  projection(
    impasses,
    (state: Agreement) => one(state.round?.impasse),
    (impasse, { id }) => ({ agreementId: id, roundNumber: impasse.roundNumber, id: impasse.id, doc: impasse }),
  ),
  projection(
    contributions,
    (state: Agreement) => state.contributions,
    (one, { id }) => ({
      agreementId: id,
      roundNumber: one.roundNumber,
      id: one.id,
      kind: one.kind,
      partyId: one.partyId,
      originId: one.originatesFrom ? idsOf(one.originatesFrom).id : null,
      doc: one,
    }),
  ),
  projection(
    hearings,
    (state: Agreement) => state.hearings,
    (hearing, { id }) => ({ agreementId: id, roundNumber: hearing.roundNumber, id: hearing.id, partyId: hearing.partyId, doc: hearing }),
  ),
  projection(
    stances,
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
    meetings,
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
    commitments,
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
    reflections,
    (state: Agreement) => state.reflections,
    (one, { id }) => ({ agreementId: id, roundNumber: one.roundNumber, id: one.id, partyId: one.partyId, doc: one }),
  ),
  projection(
    pulses,
    (state: Agreement) => pulsesTaken(state),
    (pulse, { id }) => ({ agreementId: id, id: pulse.id, kind: pulse.kind, takenAt: pulse.takenAt, shownAt: pulse.shownAt, doc: pulse }),
  ),
  projection(
    versions,
    (state: Agreement) => keyed(state.versions, (version) => String(version.number)),
    (version, { id, kind }) => ({
      agreementId: id,
      number: version.number,
      adoptedAt: version.adoptedAt,
      textDigest: version.textDigest,
      subjects: version.content.mandate?.subjects ?? [],
      doc: { agreementId: id, kind, ...version },
    }),
  ),
  projection(
    inForce,
    (state: Agreement) => keyed(state.periods, (period) => period.id),
    (period, state) => ({
      agreementId: state.id,
      id: period.id,
      version: period.version,
      fromAt: period.fromAt,
      untilAt: period.untilAt,
      knownAt: period.knownAt,
      replacedAt: period.replacedAt ?? null,
      organisationIds: participantsIn(state, period).map(({ organisationId }) => organisationId),
      annexes: period.annexes ?? null,
    }),
  ),
  projection(
    participants,
    (state: Agreement) =>
      keyed(
        state.periods.flatMap((period) => participantsOf(state, period)),
        ({ periodId, organisationId }) => `${periodId} ${organisationId}`,
      ),
    ({ periodId, organisationId, title, involvement }, { id, kind }) => ({
      agreementId: id,
      periodId,
      organisationId,
      kind,
      title,
      involvement,
    }),
  ),
]
