import { randomUUID as id } from 'node:crypto'
import type { Teller } from '../../teller.ts'
import { cast, type Person } from '../cast.ts'
import type { Table } from '../table.ts'

/** Those who represent, and for each the director who mandates them. */
export const gather = (teller: Teller) =>
  cast(
    teller,
    ...(['lotte', 'sanne', 'petra', 'yusuf', 'daan', 'noor'] as const),
    ...(['wim', 'roel', 'amina', 'hanna', 'ineke', 'karel'] as const),
    ...(['selma', 'ilse'] as const),
  )
export type People = Awaited<ReturnType<typeof gather>>

/** What the chapters hand on to each other. */
export type Story = { teller: Teller; table: Table; people: People; mandateIds: Map<Person, string> }

export const subjects = ['safety-planning', 'home-visits', 'information-sharing']
export const title = 'Convenant veilig thuis in Kogerveen'

/** The five who found it. */
export const founders = ({ lotte, sanne, petra, yusuf, daan }: People): Person[] => [lotte, sanne, petra, yusuf, daan]

/** On which legal basis each of the founders shares data, and which entry of its register of processing activities says so. */
export const legalBasis = (table: Table, { lotte, sanne, petra, yusuf, daan }: People) => [
  ground(table, lotte, 'Wet maatschappelijke ondersteuning 2015, artikel 5.1.1', 'Register Kogerveen, nummer 112'),
  ground(table, sanne, 'Wet politiegegevens, artikel 20', 'Register politie, nummer 4-17'),
  ground(table, petra, 'Wet maatschappelijke ondersteuning 2015, artikel 5.1.2', 'Register De Haven, nummer 9'),
  ground(table, yusuf, 'Wet maatschappelijke ondersteuning 2015, artikel 4.1.1', 'Register Veilig Thuis, nummer 3'),
  ground(table, daan, 'Wet maatschappelijke ondersteuning 2015, artikel 5.1.2', 'Register maatschappelijk werk, nummer 21'),
]
const ground = (table: Table, person: Person, basis: string, processingRecord: string) => ({
  id: id(),
  partyId: table.partyOf(person),
  basis,
  processingRecord,
})

/** What they make of the questions of the template; what is not here stays as the template has it. */
export const answers = (table: Table, { lotte, yusuf }: People) => ({
  purpose: 'Thuis is het veilig, en blijft het veilig: wie iets weet, deelt het op tijd met wie het nodig heeft.',
  plainSummary: 'Als het thuis niet veilig is, werken wij samen. We delen alleen wat nodig is, en we zeggen op welke grond.',
  mandate: { needed: 'Mag bezoeken en het delen van gegevens toezeggen, ook in wat onder dit convenant hangt', subjects },
  inScope: [{ id: id(), text: 'Samenwerken rond meldingen van huiselijk geweld', subject: 'safety-planning' }],
  outOfScope: [{ id: id(), text: 'Opsporing en vervolging', subject: 'prosecution' }],
  preparation: 'Ieder leest vooraf wat er in de TWO’s onder dit convenant is geleerd.',
  routing: 'De gemeente roept bijeen; wat niet lukt, gaat naar de bestuurders.',
  processEvaluation: 'Elk half jaar: werkt het, wat schuurt er, en klopt wat we delen nog met waarvoor?',
  decisions: [
    {
      id: id(),
      what: 'Veilig Thuis is het ene punt waar meldingen samenkomen',
      why: 'Wie belt, hoeft dan niet te weten bij wie het hoort',
      byPartyIds: [table.partyOf(lotte), table.partyOf(yusuf)],
    },
  ],
  evaluationCriteria: [
    { id: id(), text: 'Binnen een dag weet elke betrokken partij van een melding', means: 'success' },
    { id: id(), text: 'Een partij deelt iets waarvoor geen grond is', means: 'failure' },
  ],
  dataShared: true,
})
