import type { Actor } from '../domain/actor.ts'
import { requirePerson } from '../domain/guard.ts'
import * as rules from '../domain/inquiry.ts'
import { membersAmong } from '../store/circle.ts'
import { peopleById } from '../store/directory.ts'
import { type Changed, inquiryStream } from '../store/ledger.ts'
import { beginInCircle, type CircleTarget, changeInCircle } from './circle.ts'
import type { Deps } from './deps.ts'

export type InquiryChange = Changed<rules.Inquiry, rules.InquiryEvent>

/** Calls an inquiry of members of a network of the caller. */
export const callInquiry = (deps: Deps, actor: Actor, input: rules.CallInquiry): Promise<InquiryChange> =>
  beginInCircle(deps, actor, inquiryStream, async (context) => {
    const { organisationId } = requirePerson(actor)
    const members = await membersAmong(deps.database, actor, input.networkId, [organisationId, ...input.organisationIds])
    return rules.callInquiry(input, members, context)
  })

export const takeSeat = (deps: Deps, actor: Actor, target: CircleTarget, input: rules.TakeSeat): Promise<InquiryChange> =>
  changeInCircle(deps, actor, inquiryStream, target, async (state, context, lookup) => {
    const { personId } = requirePerson(actor)
    return rules.takeSeat(state, input, await peopleById(lookup, [input.personId ?? personId]), context)
  })

export const leaveSeat = (deps: Deps, actor: Actor, target: CircleTarget, seatId: string): Promise<InquiryChange> =>
  changeInCircle(deps, actor, inquiryStream, target, (state, context) => rules.leaveSeat(state, seatId, context))

export const addFinding = (deps: Deps, actor: Actor, target: CircleTarget, input: rules.AddFinding): Promise<InquiryChange> =>
  changeInCircle(deps, actor, inquiryStream, target, (state, context) => rules.addFinding(state, input, context))

export const closeInquiry = (deps: Deps, actor: Actor, target: CircleTarget): Promise<InquiryChange> =>
  changeInCircle(deps, actor, inquiryStream, target, (state, context) => rules.closeInquiry(state, context))
