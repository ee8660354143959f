import { type Programme, recordedProgramme } from '../../domain/exchange/programme.ts'
import {
  exchangeClosings,
  exchangeEnrolments,
  exchangeMatchings,
  exchangePlacements,
  exchangeProgrammes,
  exchangeReflections,
} from '../tables/exchange.ts'
import { one, type Projection, projection } from './projection.ts'

export const programmeProjections: Projection<Programme>[] = [
  projection(exchangeProgrammes, one, (state: Programme) => ({
    id: state.id,
    networkId: state.networkId,
    organisationId: state.organisationId,
    title: state.title,
    doc: recordedProgramme(state),
  })),
  projection(
    exchangeEnrolments,
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
    exchangeMatchings,
    (state: Programme) => state.matchings,
    (matching, { id }) => ({ programmeId: id, roundNumber: matching.roundNumber, doc: matching }),
  ),
  projection(
    exchangePlacements,
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
    exchangeReflections,
    (state: Programme) => one(state.reflected),
    (said, { id }) => ({
      programmeId: id,
      id: said.id,
      placementId: said.placementId,
      personId: said.personId,
      followUpOn: said.followUp?.on ?? null,
      followUpWithId: said.followUp?.withPersonId ?? null,
      doc: said,
    }),
  ),
  projection(
    exchangeClosings,
    (state: Programme) => one(state.closing),
    (closing, { id }) => ({ programmeId: id, roundNumber: closing.roundNumber, doc: closing }),
  ),
]
