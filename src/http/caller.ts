import type { FastifyRequest } from 'fastify'
import { InvalidToken } from '../auth/token.ts'
import type { Actor } from '../domain/actor.ts'
import type { Identity, Scope } from '../domain/identity.ts'
import { type DoorCode, DoorProblem } from './problem.ts'

/**
 * Who may call an operation. `anyone`: no token needed, but one that is sent must be good; `member`: a person or an application of an
 * organisation; `person`; `operator`: who runs the registry; `known`: a member or an operator.
 */
export type Access = 'anyone' | 'known' | 'member' | 'person' | 'operator'

/** The caller of one request. `actor` is looked up once; it throws 401 without a token and 403 for whom the registry does not know. */
export type Caller = { identity: Identity | undefined; actor: () => Promise<Actor> }

export type CallerDeps = {
  verify: (token: string) => Promise<Identity>
  resolveActor: (identity: Identity) => Promise<Actor | undefined>
}

const changes = (method: string) => !['GET', 'HEAD'].includes(method)

/** The scope that a token needs: reading needs `handslag:read`, changing `handslag:write`, running the registry `handslag:operate`. */
export function scopeOf(access: Access, method: string): Scope | undefined {
  if (access === 'anyone') return undefined
  if (access === 'operator') return 'handslag:operate'
  return changes(method) ? 'handslag:write' : 'handslag:read'
}

const fits: Record<Access, { kinds: readonly Actor['kind'][]; refusal: DoorCode }> = {
  anyone: { kinds: ['person', 'application', 'operator'], refusal: 'caller-unknown' },
  known: { kinds: ['person', 'application', 'operator'], refusal: 'caller-unknown' },
  member: { kinds: ['person', 'application'], refusal: 'for-members' },
  person: { kinds: ['person'], refusal: 'for-people' },
  operator: { kinds: ['operator'], refusal: 'for-operators' },
}

/** Whom the token of a request stands for; nobody where there is none. Throws 401 for one that is not good, or 503. */
export async function identify(request: FastifyRequest, deps: CallerDeps): Promise<Identity | undefined> {
  const token = bearerToken(request.headers.authorization)
  return token === undefined ? undefined : deps.verify(token)
}

/** The caller whom an identity is of. `found` is told whom the registry takes them for. */
export function callerOf(identity: Identity | undefined, deps: CallerDeps, found: (actor: Actor) => void): Caller {
  return { identity, actor: once(() => resolve(identity, deps, found)) }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Checks the scope and the kind of a caller, before anything of the body is read; gives who it is where that has to be known. Throws 401, 403. */
export async function admit({ identity, actor }: Caller, access: Access, method: string): Promise<Actor | undefined> {
  if (access === 'anyone') {
    // A token that is sent counts: without the right to read it would pass for none, and what it opens for nothing.
    if (identity) requireScope(identity, 'handslag:read')
    return undefined
  }
  if (!identity) throw new InvalidToken('missing')
  requireScope(identity, scopeOf(access, method))
  const known = await actor()
  if (!fits[access].kinds.includes(known.kind)) throw new DoorProblem(fits[access].refusal)
  return known
}

/** RFC 6750, section 2.1. Tokens in the query or a form are not read: the NL GOV OAuth profile forbids them. */
function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1]
  if (token === undefined) throw new InvalidToken('malformed')
  return token
}

function requireScope(identity: Identity, scope: Scope | undefined): void {
  if (scope === undefined || identity.scopes.includes(scope)) return
  const challenge = `Bearer realm="handslag", error="insufficient_scope", scope="${scope}"`
  throw new DoorProblem('scope-missing', { params: { scope }, headers: { 'www-authenticate': challenge } })
}

async function resolve(identity: Identity | undefined, deps: CallerDeps, found: (actor: Actor) => void): Promise<Actor> {
  if (!identity) throw new InvalidToken('missing')
  const actor = await deps.resolveActor(identity)
  if (!actor) throw new DoorProblem('caller-unknown')
  found(actor)
  return actor
}
