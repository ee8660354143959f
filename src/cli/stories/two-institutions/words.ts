import { randomUUID as id } from 'node:crypto'
import type { Teller } from '../../teller.ts'
import { cast } from '../cast.ts'
import type { Table } from '../table.ts'

/** Of each of the four: who leads it, and who does the work. */
export const gather = (teller: Teller) => cast(teller, 'corrie', 'anouk', 'gerard', 'mila', 'tineke', 'pieter', 'jan', 'fatima')
export type People = Awaited<ReturnType<typeof gather>>

/** What the chapters hand on to each other. */
export type Story = {
  teller: Teller
  table: Table
  people: People
  network: string
  roleId: string
  mandateIds: { anouk: string; mila: string }
  /** What the inquiry recommended to those who do the work. */
  recommendationId: string
  text: ReturnType<typeof words>
}

export const subjects = ['health-checks', 'absence']
export const title = 'De jeugdarts op school'
export const purpose = 'Elk kind dat hulp nodig heeft, krijgt die op tijd en dichtbij; de school merkt er gemak van, en geen last.'

/** Where the four of them stand, each in the words of who leads it. */
export const positions = {
  corrie: {
    weAreFor: [
      { text: 'Elk kind op tijd gezien', subject: 'health-checks' },
      { text: 'Ouders die het even niet weten', subject: 'parent-advice' },
    ],
    weAreNotFor: [{ text: 'Behandelen', subject: 'treatment' }],
    limits: ['Zonder toestemming van ouders vertellen wij de school niets over een kind.'],
    why: 'Wij volgen alle kinderen, ook die waarover niemand zich zorgen maakt.',
  },
  gerard: {
    weAreFor: [
      { text: 'Elk kind op tijd gezien', subject: 'health-checks' },
      { text: 'Kinderen die vaak ziek gemeld zijn', subject: 'absence' },
    ],
    weAreNotFor: [{ text: 'Behandelen', subject: 'treatment' }],
    limits: ['Wij hebben één jeugdarts voor twaalf scholen.'],
    why: 'Verzuim is vaak het eerste dat aan een kind te zien is.',
  },
  tineke: {
    weAreFor: [
      { text: 'Leren, en graag naar school gaan', subject: 'teaching' },
      { text: 'Weten wie er niet is, en waarom', subject: 'absence' },
    ],
    weAreNotFor: [{ text: 'Vaststellen wat een kind mankeert', subject: 'health-checks' }],
    limits: ['De intern begeleider is er drie dagen.'],
    why: 'Een kind dat er niet is, leert niet.',
  },
  jan: {
    weAreFor: [{ text: 'Leren, en graag naar school gaan', subject: 'teaching' }],
    weAreNotFor: [{ text: 'Behandelen', subject: 'treatment' }],
    limits: ['Onderzoek in lestijd kan niet in de toetsweken.'],
    why: 'De les is waar wij goed in zijn.',
  },
}

/** What is written of version 1, but for its days. */
export const words = (table: Table, { anouk, mila }: People) => ({
  title,
  purpose,
  plainSummary: 'De jeugdarts is op vaste dagen op school. De school hoeft maar één nummer te bellen.',
  beneficiaries: [
    {
      id: id(),
      name: 'De scholen',
      addedValue: 'Een leraar met een vraag heeft dezelfde week antwoord',
      nuisance: 'Niet tweemaal hetzelfde vertellen, en geen onderzoek in de toetsweken',
    },
  ],
  groundRules: {},
  mandate: { needed: 'Mag spreekuren en vaste dagen toezeggen', subjects },
  inScope: [{ id: id(), text: 'Vragen van scholen over de gezondheid van leerlingen', subject: 'health-checks' }],
  outOfScope: [{ id: id(), text: 'Behandelen', subject: 'treatment' }],
  preparation: 'De scholen sturen een week vooraf hun vragen, zonder namen.',
  routing: 'Eén nummer; wie opneemt, zoekt uit van wie het is.',
  processEvaluation: 'Elke ronde: hebben de scholen er iets aan, en wat kost het hun?',
  decisions: [
    {
      id: id(),
      what: 'Eén nummer voor alle scholen, om de week bij de een en bij de ander',
      why: 'Een school hoeft niet te weten aan welke kant van de grens zij ligt',
      byPartyIds: [table.partyOf(anouk), table.partyOf(mila)],
    },
  ],
  evaluationCriteria: [
    { id: id(), text: 'Een vraag van een school heeft dezelfde week antwoord', means: 'success' },
    { id: id(), text: 'Een school belt er twee', means: 'failure' },
  ],
})

export const validity = async (teller: Teller, days: number) => ({
  validFrom: await teller.day(),
  reviewOn: await teller.day(90),
  validUntil: await teller.day(days),
})
