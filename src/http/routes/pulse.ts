import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../../actions/deps.ts'
import { givePulse } from '../../actions/meeting.ts'
import { GivePulse } from '../../domain/meeting/pulse.ts'
import { NetworkPulse, networkPulse, PulseTrend, pulseMinimum, pulseTrend } from '../../domain/pulse.ts'
import { agreementSeen } from '../../store/agreement.ts'
import { pulsesOfNetwork, pulsesShown } from '../../store/pulse.ts'
import { operation } from '../operation.ts'
import { id, ofAgreement } from '../params.ts'

/** Atmosphere and effectiveness, against the shared goal: people answer, and only what they say together is shown. */
export function pulseRoutes(app: FastifyInstance, deps: Deps): void {
  const { database } = deps

  operation(app, {
    method: 'POST',
    path: '/agreements/:agreementId/meetings/:meetingId/pulses',
    id: 'givePulse',
    tag: 'Meetings',
    summary: { en: 'Say how a meeting was, for yourself', nl: 'Zeg voor uzelf hoe een bijeenkomst was' },
    description: {
      en: 'By who was there, once, in the week after it closed. Nobody is shown your answer: after that week the average shows, if enough people answered.',
      nl: 'Door wie er was, één keer, in de week na de sluiting. Niemand krijgt uw antwoord te zien: na die week is het gemiddelde te zien, als genoeg mensen hebben geantwoord.',
    },
    access: 'person',
    params: z.strictObject({ ...ofAgreement, meetingId: id }),
    body: GivePulse,
    example: { atmosphere: 4, effectiveness: 3 },
    answer: { status: 204 },
    handle: async ({ actor, params: { meetingId, agreementId }, body, ifMatch }) => {
      await givePulse(deps, await actor(), { agreementId, ifMatch }, meetingId, body)
      return {}
    },
  })

  operation(app, {
    method: 'GET',
    path: '/agreements/:agreementId/pulse',
    id: 'getPulse',
    tag: 'Agreements',
    summary: { en: 'How atmosphere and effectiveness went', nl: 'Hoe sfeer en effectiviteit zich ontwikkelen' },
    description: {
      en: 'Averages of closed rounds (an answer of each party) and of meetings (an answer of each person), from the minimum number of answers on; at most the last hundred. `dropped` marks a fall of a whole step since the one shown before.',
      nl: 'Gemiddelden van gesloten rondes (een antwoord per partij) en van bijeenkomsten (een antwoord per persoon), vanaf het minimum aantal antwoorden; hoogstens de laatste honderd. `dropped` markeert een daling van een hele stap sinds het vorige gemiddelde.',
    },
    access: 'member',
    params: z.strictObject(ofAgreement),
    answer: { status: 200, schema: PulseTrend },
    handle: async ({ actor, params: { agreementId } }) => {
      const reader = await actor()
      const { state } = await agreementSeen(database, reader, agreementId)
      const sharedGoal = state.adopted?.content.purpose ?? state.text.purpose
      const points = await pulsesShown(database, reader, agreementId)
      return { body: { ...(sharedGoal && { sharedGoal }), minimum: pulseMinimum(state.rules), ...pulseTrend(points) } }
    },
  })

  operation(app, {
    method: 'GET',
    path: '/networks/:networkId/pulse',
    id: 'getNetworkPulse',
    tag: 'Networks',
    summary: {
      en: 'How atmosphere and effectiveness went in a network, by month',
      nl: 'Hoe sfeer en effectiviteit in een samenwerkingsverband gingen, per maand',
    },
    description: {
      en: 'Of the agreements at whose table your organisation sits, out of the averages that each of them shows; the last two years.',
      nl: 'Van de overeenstemmingen waar uw organisatie aan tafel zit, uit de gemiddelden die elk daarvan toont; de laatste twee jaar.',
    },
    access: 'member',
    params: z.strictObject({ networkId: id }),
    answer: { status: 200, schema: NetworkPulse },
    handle: async ({ actor, params: { networkId } }) => {
      const { network, months } = await pulsesOfNetwork(database, await actor(), networkId)
      return { body: networkPulse(network.sharedGoal, months) }
    },
  })
}
