import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../actions/deps.ts'
import { agreementRoutes } from './agreement.ts'
import { agreementTextRoutes } from './agreement-text.ts'
import { annexRoutes } from './annex.ts'
import { commitmentRoutes } from './commitment.ts'
import { complianceRoutes } from './compliance.ts'
import { contributionRoutes } from './contribution.ts'
import { coverageRoutes } from './coverage.ts'
import { dilemmaRoutes } from './dilemma.ts'
import { dissentLedgerRoutes } from './dissent-ledger.ts'
import { explanationRoutes } from './explanation.ts'
import { fenceRoutes } from './fence.ts'
import { hearingRoutes } from './hearing.ts'
import { helpRoutes } from './help.ts'
import { linkRoutes } from './link.ts'
import { logRoutes } from './log.ts'
import { mandateRoutes } from './mandate.ts'
import { meRoutes } from './me.ts'
import { meetingRoutes } from './meeting.ts'
import { messageRoutes } from './message.ts'
import { networkRoutes } from './network.ts'
import { organisationRoutes } from './organisation.ts'
import { partyRoutes } from './party.ts'
import { positionRoutes } from './position.ts'
import { pulseRoutes } from './pulse.ts'
import { reflectionRoutes } from './reflection.ts'
import { resistanceRoutes } from './resistance.ts'
import { roleRoutes } from './role.ts'
import { roundRoutes } from './round.ts'
import { signingKeyRoutes } from './signing-key.ts'
import { stanceRoutes } from './stance.ts'
import { templateRoutes } from './template.ts'
import { versionRoutes } from './version.ts'

const nouns: ((app: FastifyInstance, deps: Deps) => void)[] = [
  organisationRoutes,
  positionRoutes,
  networkRoutes,
  fenceRoutes,
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
  roundRoutes,
  contributionRoutes,
  dilemmaRoutes,
  resistanceRoutes,
  helpRoutes,
  hearingRoutes,
  stanceRoutes,
  dissentLedgerRoutes,
  reflectionRoutes,
  meetingRoutes,
  pulseRoutes,
  messageRoutes,
  commitmentRoutes,
  coverageRoutes,
  complianceRoutes,
  meRoutes,
  logRoutes,
  signingKeyRoutes,
]

/** Every operation of the registry, noun by noun in the order of the API's map. */
export function registryRoutes(app: FastifyInstance, deps: Deps): void {
  for (const routes of nouns) routes(app, deps)
}
