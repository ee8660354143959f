import { randomUUID as id } from 'node:crypto'
import type { Teller } from '../../teller.ts'
import { cast } from '../cast.ts'
import type { Table } from '../table.ts'

export const gather = (teller: Teller) => cast(teller, 'lotte', 'wim', 'sanne', 'roel', 'petra', 'amina', 'daan')
export type People = Awaited<ReturnType<typeof gather>>

/** What the chapters hand on to each other. */
export type Story = {
  teller: Teller
  table: Table
  people: People
  roleId: string
  mandateIds: { lotte: string; sanne: string; petra: string }
  text: ReturnType<typeof words>
}

export const reader = 'gemeente-zaaksysteem'
export const subjects = ['safety-planning', 'home-visits']
export const title = 'De eerste week na een melding'
export const purpose = 'Na een melding weet het gezin binnen een week wie er komt en wat er gebeurt, omdat wachten onveilig is.'

export const visitDecision = (table: Table, { sanne, petra }: People) => ({
  what: 'Binnen twee dagen een gezamenlijk bezoek',
  why: 'Eén gezicht geeft rust',
  byPartyIds: [table.partyOf(sanne), table.partyOf(petra)],
})

export const weekendDecision = (table: Table, { petra }: People) => ({
  what: 'In het weekend gaat de opvang alleen, binnen drie dagen',
  why: 'De praktijk liet zien dat twee dagen dan niet lukt',
  byPartyIds: [table.partyOf(petra)],
})

/** What is written of version 1, but for its days. */
export const words = (table: Table, people: People) => ({
  title,
  purpose,
  plainSummary: 'Na een melding komt er binnen twee dagen iemand langs. Dat spreken we zo af, en we kijken of het werkt.',
  beneficiaries: [
    {
      id: id(),
      name: 'Gezinnen na een melding',
      addedValue: 'Zij weten wie er komt',
      nuisance: 'Niet tweemaal hetzelfde verhaal',
    },
  ],
  groundRules: {},
  mandate: { needed: 'Mag uren en bezoeken toezeggen', subjects },
  inScope: [{ id: id(), text: 'De eerste zeven dagen na een melding' }],
  outOfScope: [{ id: id(), text: 'Strafrechtelijk onderzoek' }],
  preparation: 'Ieder leest vooraf het verslag en de openstaande afspraken.',
  routing: 'De lead roept bijeen; besluiten gaan dezelfde dag naar alle partijen.',
  processEvaluation: 'Elke ronde: werkt het, wat schuurt er, wat nemen we mee?',
  decisions: [{ id: id(), ...visitDecision(table, people) }],
  evaluationCriteria: [
    { id: id(), text: 'Negen van de tien gezinnen zijn binnen twee dagen bezocht', means: 'success' },
    { id: id(), text: 'Een gezin doet vaker dan eenmaal hetzelfde verhaal', means: 'failure' },
  ],
})

/** In force from today. */
export const validity = async (teller: Teller, days: number) => ({
  validFrom: await teller.day(),
  reviewOn: await teller.day(90),
  validUntil: await teller.day(days),
})
