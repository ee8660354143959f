/** What a token lets its bearer do at all; what they may do where follows from who they are (docs/domain.md). */
export const scopes = ['handslag:read', 'handslag:write', 'handslag:operate'] as const
export type Scope = (typeof scopes)[number]

/**
 * What a checked token says: who vouches for whom. `subject` is unique within `issuer` only; `clientId` is the software that
 * calls, and equals `subject` where an application calls for itself (RFC 9068 section 2.2).
 */
export type Identity = { issuer: string; subject: string; clientId?: string; scopes: readonly Scope[] }
