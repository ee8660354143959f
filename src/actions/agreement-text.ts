import type { Actor } from '../domain/actor.ts'
import { type AgreementText, editText } from '../domain/agreement-text.ts'
import { mergePatch } from '../domain/merge-patch.ts'
import { type AgreementChange, changeAgreement, type Target } from './change.ts'
import type { Deps } from './deps.ts'

/** Replaces the written text of the next version, on the text that the caller has read. */
export const writeText = (deps: Deps, actor: Actor, target: Target, input: AgreementText): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    (state, context) => editText(state, input, context),
    (state) => state.textRevision,
  )

/** Changes some fields of the written text (merge patch, RFC 7396: null takes a field out, lists are replaced whole). */
export const patchText = (
  deps: Deps,
  actor: Actor,
  target: Target,
  patch: Record<string, unknown>,
  parse: (merged: unknown) => AgreementText,
): Promise<AgreementChange> =>
  changeAgreement(
    deps,
    actor,
    target,
    (state, context) => editText(state, parse(mergePatch(state.text, patch)), context),
    (state) => state.textRevision,
  )
