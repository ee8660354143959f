import { standardGroundRules } from './agreement-text.ts'
import type { Template } from './template.ts'

/** The nine elements as the questions that a table answers; a person replaces each by what was agreed. */
const questions = {
  groundRules: standardGroundRules,
  preparation: 'Wat leest of doet ieder vooraf, en wie stuurt het rond?',
  routing: 'Langs welke weg komt iets aan tafel, wie roept bijeen, en wat gaat naar wie als het niet lukt?',
  processEvaluation: 'Hoe en wanneer kijken we of de samenwerking werkt: sfeer, effectiviteit, en wat we anders gaan doen?',
}

const two: Template = {
  id: '0190a000-0000-7000-8000-000000000001',
  kind: 'two',
  name: 'TWO: negen vragen',
  // Three months of practice tell enough to look back; half a year is short enough to stay temporary.
  reviewAfterMonths: 3,
  months: 6,
  revision: 1,
  text: {
    ...questions,
    purpose: 'Welk doel delen we, en waarom moeten we nu handelen?',
    plainSummary: 'Wat spreken we af, in gewone taal?',
    mandate: { needed: 'Waarvoor heeft een vertegenwoordiger mandaat nodig?', subjects: ['onderwerp'] },
    inScope: [{ id: '0190a000-0000-7000-8000-000000000011', text: 'Waar gaat het over?' }],
    outOfScope: [{ id: '0190a000-0000-7000-8000-000000000012', text: 'Waar gaat het níet over?' }],
    beneficiaries: [],
    evaluationCriteria: [
      { id: '0190a000-0000-7000-8000-000000000013', text: 'Waaraan zien we dat het werkt?', means: 'success' },
      { id: '0190a000-0000-7000-8000-000000000014', text: 'Waaraan zien we dat het niet werkt?', means: 'failure' },
    ],
  },
}

const covenant: Template = {
  id: '0190a000-0000-7000-8000-000000000002',
  kind: 'covenant',
  name: 'Convenant: negen vragen',
  // A year shows every season of the work once; three years is a usual period of policy, within the five that may be.
  reviewAfterMonths: 12,
  months: 36,
  revision: 1,
  text: {
    ...questions,
    // A covenant is held by the policies of all: longer than a fortnight is needed to take a new party home.
    groundRules: { ...standardGroundRules, objectionDays: 30, noticeDays: 90 },
    purpose: 'Welk doel delen we in deze keten, en wat maakt een convenant nodig?',
    plainSummary: 'Wat verandert er voor wie hulp krijgt, in gewone taal?',
    mandate: {
      needed: 'Waarvoor hebben vertegenwoordigers mandaat nodig, ook voor wat onder dit convenant hangt?',
      subjects: ['onderwerp'],
    },
    inScope: [{ id: '0190a000-0000-7000-8000-000000000021', text: 'Over welke onderwerpen maken we onder dit convenant afspraken?' }],
    outOfScope: [{ id: '0190a000-0000-7000-8000-000000000022', text: 'Wat regelen we hier níet, en waar wel?' }],
    beneficiaries: [],
    evaluationCriteria: [
      { id: '0190a000-0000-7000-8000-000000000023', text: 'Wat moet er over een jaar merkbaar anders zijn?', means: 'success' },
      { id: '0190a000-0000-7000-8000-000000000024', text: 'Wanneer stoppen we ermee?', means: 'failure' },
    ],
  },
}

/** The templates that every organisation has. */
export const builtIn: readonly Template[] = [two, covenant]
