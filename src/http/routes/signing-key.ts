import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { operation } from '../operation.ts'

const SigningKeys = z
  .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).describe('public keys, as JWK (RFC 7517)') })
  .meta({ id: 'SigningKeys' })

/** The public keys of the registry: with these anybody can check the `signature` of a version, receipts and checkpoints. */
export function signingKeyRoutes(app: FastifyInstance, deps: Deps): void {
  operation(app, {
    method: 'GET',
    path: '/signing-keys',
    id: 'getSigningKeys',
    tag: 'Registry',
    summary: { en: 'The public keys with which the registry signs', nl: 'De openbare sleutels waarmee het register ondertekent' },
    description: {
      en: 'The `signature` of a version is a compact JWS (RFC 7515) over its agreement, number, digest and period.',
      nl: 'De `signature` van een versie is een compacte JWS (RFC 7515) over de overeenstemming, het nummer, de digest en de periode.',
    },
    access: 'anyone',
    answer: { status: 200, schema: SigningKeys, anyOrigin: true },
    handle: async () => ({ body: { keys: deps.signingKeys().keys.map((key) => ({ ...key })) } }),
  })
}
