import { type Inquiry, viewInquiry } from '../../domain/inquiry.ts'
import { type Recommendation, viewRecommendation } from '../../domain/recommendation.ts'
import { findings, inquiries, inquirySeats, recommendations } from '../tables/inquiry.ts'
import { one, type Projection, projection } from './projection.ts'

export const inquiryProjections: Projection<Inquiry>[] = [
  projection(inquiries, one, (state: Inquiry) => ({
    id: state.id,
    networkId: state.networkId,
    state: state.state,
    doc: viewInquiry(state),
  })),
  projection(
    inquirySeats,
    (state: Inquiry) => state.seats,
    (seat, { id }) => ({ inquiryId: id, id: seat.id, here: !seat.leftAt, doc: seat }),
  ),
  projection(
    findings,
    (state: Inquiry) => one(state.finding),
    (finding, { id }) => ({ inquiryId: id, id: finding.id, kind: finding.kind, doc: finding }),
  ),
]

export const recommendationProjections: Projection<Recommendation>[] = [
  projection(recommendations, one, (state: Recommendation) => ({
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
