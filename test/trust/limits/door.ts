import type { FastifyInstance } from 'fastify'
import { createVerifier } from '../../../src/auth/token.ts'
import type { HttpDeps } from '../../../src/http/app.ts'
import { doorOf } from '../../support/door.ts'
import type { Registry } from '../../support/registry.ts'

/** Another process of this registry: the same database and issuer, with limits, a log or a key of its own. */
export async function anotherDoor({ deps, issuerFor }: Registry, own: Partial<HttpDeps> = {}): Promise<FastifyInstance> {
  const { issuer, keys } = await issuerFor()
  const app = doorOf(deps, createVerifier({ issuer, audience: 'handslag-test', keys }), own)
  await app.ready()
  return app
}

/** Headers with a token of somebody who may read and write. */
export async function bearer({ issuerFor }: Registry, { subject }: { subject: string }): Promise<{ authorization: string }> {
  const { issue } = await issuerFor()
  return { authorization: `Bearer ${await issue({ subject, scopes: ['handslag:read', 'handslag:write'] })}` }
}
