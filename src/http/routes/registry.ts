import type { FastifyInstance } from 'fastify'
import type { Deps } from '../../actions/deps.ts'
import { agreementRoutes } from './agreement.ts'
import { agreementTextRoutes } from './agreement-text.ts'
import { commitmentRoutes } from './commitment.ts'
import { contributionRoutes } from './contribution.ts'
import { hearingRoutes } from './hearing.ts'
import { logRoutes } from './log.ts'
import { mandateRoutes } from './mandate.ts'
import { meRoutes } from './me.ts'
import { meetingRoutes } from './meeting.ts'
import { networkRoutes } from './network.ts'
import { organisationRoutes } from './organisation.ts'
import { partyRoutes } from './party.ts'
import { reflectionRoutes } from './reflection.ts'
import { roleRoutes } from './role.ts'
import { roundRoutes } from './round.ts'
import { signingKeyRoutes } from './signing-key.ts'
import { stanceRoutes } from './stance.ts'
import { versionRoutes } from './version.ts'

const nouns: ((app: FastifyInstance, deps: Deps) => void)[] = [
  organisationRoutes,
  networkRoutes,
  agreementRoutes,
  agreementTextRoutes,
  versionRoutes,
  partyRoutes,
  mandateRoutes,
  roleRoutes,
  roundRoutes,
  contributionRoutes,
  hearingRoutes,
  stanceRoutes,
  reflectionRoutes,
  meetingRoutes,
  commitmentRoutes,
  meRoutes,
  logRoutes,
  signingKeyRoutes,
]

/** Every operation of the registry, noun by noun in the order of the API's map. */
export function registryRoutes(app: FastifyInstance, deps: Deps): void {
  for (const routes of nouns) routes(app, deps)
}
