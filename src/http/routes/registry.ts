import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../actions/deps.ts'
import { agreementRoutes } from './agreement.ts'
import { agreementTextRoutes } from './agreement-text.ts'
import { annexRoutes } from './annex.ts'
import { beneficiaryRoutes } from './beneficiary.ts'
import { commitmentRoutes } from './commitment.ts'
import { complianceRoutes } from './compliance.ts'
import { continuityRoutes } from './continuity.ts'
import { contributionRoutes } from './contribution.ts'
import { coverageRoutes } from './coverage.ts'
import { deskRoutes } from './desk.ts'
import { dilemmaRoutes } from './dilemma.ts'
import { dissentLedgerRoutes } from './dissent-ledger.ts'
import { closingRoutes } from './exchange/closing.ts'
import { enrolmentRoutes } from './exchange/enrolment.ts'
import { matchingRoutes } from './exchange/matching.ts'
import { placementRoutes } from './exchange/placement.ts'
import { programmeRoutes } from './exchange/programme.ts'
import { explanationRoutes } from './explanation.ts'
import { fenceRoutes } from './fence.ts'
import { handOverRoutes } from './hand-over.ts'
import { hearingRoutes } from './hearing.ts'
import { helpRoutes } from './help.ts'
import { historyRoutes } from './history.ts'
import { hsdsRoutes } from './hsds.ts'
import { inquiryRoutes } from './inquiry.ts'
import { leadTimeRoutes } from './lead-time.ts'
import { linkRoutes } from './link.ts'
import { logRoutes } from './log.ts'
import { mandateRoutes } from './mandate.ts'
import { meRoutes } from './me.ts'
import { meetingRoutes } from './meeting.ts'
import { messageRoutes } from './message.ts'
import { networkGraphRoutes } from './network/graph.ts'
import { networkIdentityRoutes } from './network/identity.ts'
import { networkRoutes } from './network/network.ts'
import { networkRoleRoutes } from './network/role.ts'
import { organisationRoutes } from './organisation.ts'
import { partyRoutes } from './party.ts'
import { positionRoutes } from './position.ts'
import { pulseRoutes } from './pulse.ts'
import { recommendationRoutes } from './recommendation.ts'
import { reflectionRoutes } from './reflection.ts'
import { resistanceRoutes } from './resistance.ts'
import { roleRoutes } from './role.ts'
import { roundRoutes } from './round.ts'
import { signingKeyRoutes } from './signing-key.ts'
import { socialMapRoutes } from './social-map.ts'
import { stanceRoutes } from './stance.ts'
import { templateRoutes } from './template.ts'
import { transferRoutes } from './transfer.ts'
import { versionRoutes } from './version.ts'

const nouns: ((app: FastifyInstance, deps: Deps) => void)[] = [
  organisationRoutes,
  handOverRoutes,
  deskRoutes,
  positionRoutes,
  socialMapRoutes,
  hsdsRoutes,
  networkRoutes,
  networkGraphRoutes,
  networkIdentityRoutes,
  networkRoleRoutes,
  continuityRoutes,
  fenceRoutes,
  programmeRoutes,
  enrolmentRoutes,
  matchingRoutes,
  placementRoutes,
  closingRoutes,
  inquiryRoutes,
  recommendationRoutes,
  agreementRoutes,
  agreementTextRoutes,
  versionRoutes,
  explanationRoutes,
  partyRoutes,
  annexRoutes,
  linkRoutes,
  templateRoutes,
  mandateRoutes,
  roleRoutes,
  transferRoutes,
  roundRoutes,
  leadTimeRoutes,
  contributionRoutes,
  dilemmaRoutes,
  resistanceRoutes,
  helpRoutes,
  hearingRoutes,
  stanceRoutes,
  dissentLedgerRoutes,
  reflectionRoutes,
  beneficiaryRoutes,
  meetingRoutes,
  pulseRoutes,
  messageRoutes,
  commitmentRoutes,
  coverageRoutes,
  complianceRoutes,
  historyRoutes,
  meRoutes,
  logRoutes,
  signingKeyRoutes,
]

/** Every operation of the registry, noun by noun in the order of the API's map. */
export function registryRoutes(app: FastifyInstance, deps: Deps): void {
  for (const routes of nouns) routes(app, deps)
}
