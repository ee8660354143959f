import type { z } from 'zod'
import type { Actor } from '../domain/actor.ts'
import { adopt as decideAdoption } from '../domain/adoption.ts'
import * as agreement from '../domain/agreement.ts'
import * as contributions from '../domain/contribution.ts'
import * as dilemmas from '../domain/dilemma.ts'
import { stateHearing as decideHearing, type StateHearing } from '../domain/hearing.ts'
import * as help from '../domain/help.ts'
import * as reflections from '../domain/reflection.ts'
import { exploreResistance as decideExploration } from '../domain/resistance.ts'
import * as stances from '../domain/stance.ts'
import { type AgreementChange, changeAgreement, changeRound, type RoundTarget, type Target } from './change.ts'
import type { Deps } from './deps.ts'
import { type Receipted, receipted } from './receipt.ts'
import { originIn, requireSources } from './source.ts'

export const openRound = (
  deps: Deps,
  actor: Actor,
  target: Target,
  input: z.output<typeof agreement.OpenRound>,
): Promise<AgreementChange> => changeAgreement(deps, actor, target, (state, context) => agreement.openRound(state, input, context))

export const callImpasse = (deps: Deps, actor: Actor, target: RoundTarget, input: { reason: string }): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'call-impasse', (state, context) => agreement.callImpasse(state, input, context))

export const leaveImpasse = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  impasseId: string,
  input: z.output<typeof agreement.LeaveImpasse>,
): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'leave-impasse', (state, context) => agreement.leaveImpasse(state, impasseId, input, context))

export const contribute = (deps: Deps, actor: Actor, target: RoundTarget, input: contributions.Contribute): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', async (state, context) => {
    await requireSources(deps, actor, originIn(input, ''))
    return contributions.contribute(state, input, context)
  })

export const answerContribution = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  id: string,
  input: { text: string },
): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', (state, context) => contributions.answer(state, id, input, context))

export const acceptProposal = (deps: Deps, actor: Actor, target: RoundTarget, id: string): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'accept-proposal', (state, context) => contributions.acceptProposal(state, id, context))

export const withdrawContribution = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  id: string,
  input: { reason: string },
): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', (state, context) => contributions.withdrawContribution(state, id, input, context))

export const settleDilemma = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  id: string,
  input: dilemmas.SettleDilemma,
): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', (state, context) => dilemmas.settleDilemma(state, id, input, context))

export const exploreResistance = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  id: string,
  input: { note: string },
): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', (state, context) => decideExploration(state, id, input, context))

export const offerHelp = (deps: Deps, actor: Actor, target: RoundTarget, id: string, input: { text: string }): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', (state, context) => help.offerHelp(state, id, input, context))

export const answerHelp = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  id: string,
  offerId: string,
  input: help.AnswerHelp,
): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'contribute', (state, context) => help.answerHelp(state, id, offerId, input, context))

export const stateHearing = (deps: Deps, actor: Actor, target: RoundTarget, input: StateHearing): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'state-hearing', (state, context) => decideHearing(state, input, context))

export const takeStance = (deps: Deps, actor: Actor, target: RoundTarget, input: stances.TakeStance): Promise<Receipted> =>
  receipted(deps, actor, () =>
    changeRound(deps, actor, target, 'take-stance', (state, context) => stances.takeStance(state, input, context)),
  )

export const stateDissent = (deps: Deps, actor: Actor, target: RoundTarget, input: stances.StateDissent): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'state-dissent', (state, context) => stances.stateDissent(state, input, context))

/** Adopts the text as version n, which the registry signs: whoever holds the version can check later that this is what was adopted. */
export const adopt = (deps: Deps, actor: Actor, target: RoundTarget, input: { textDigest: string }): Promise<Receipted> =>
  receipted(deps, actor, () =>
    changeRound(deps, actor, target, 'adopt', (state, context) =>
      Promise.all(
        decideAdoption(state, input, context).map(async (event) => {
          if (event.type !== 'version-adopted') return event
          const { version, ...period } = event.data
          const { number, textDigest } = version
          const signature = await deps.sign({ agreementId: state.id, version: number, textDigest, adoptedAt: context.now, ...period })
          return { ...event, data: { ...period, version: { ...version, signature } } }
        }),
      ),
    ),
  )

export const callReflection = (deps: Deps, actor: Actor, target: RoundTarget, input: { reason: string }): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'call-reflection', (state, context) => reflections.callReflection(state, input, context))

export const reflect = (deps: Deps, actor: Actor, target: RoundTarget, input: reflections.GiveReflection): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'reflect', (state, context) => reflections.reflect(state, input, context))

export const amendReflection = (
  deps: Deps,
  actor: Actor,
  target: RoundTarget,
  id: string,
  input: reflections.GiveReflection,
): Promise<AgreementChange> =>
  changeRound(
    deps,
    actor,
    target,
    'reflect',
    (state, context) => reflections.amendReflection(state, id, input, context),
    (state) => state.reflections[id]?.revision,
  )

export const closeRound = (deps: Deps, actor: Actor, target: RoundTarget): Promise<AgreementChange> =>
  changeRound(deps, actor, target, 'close-round', (state, context) => reflections.closeRound(state, context))
