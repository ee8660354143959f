import { inMarkdown, markdownLines } from '../markdown.ts'
import { onTheClock } from '../time.ts'
import type { Attendee, Meeting, MinutedDecision } from './meeting.ts'

/** What a meeting names by its id, in words: of which agreement it is, the parties, and people with their organisation. */
export type Named = {
  agreement: string
  parties: Readonly<Record<string, string>>
  people: Readonly<Record<string, { name: string; organisation: string }>>
}

const words = {
  agreement: { en: 'Agreement', nl: 'Overeenstemming' },
  round: { en: 'Round', nl: 'Ronde' },
  when: { en: 'When', nl: 'Wanneer' },
  where: { en: 'Where', nl: 'Waar' },
  planned: {
    en: 'The meeting has not been closed yet: this is a draft.',
    nl: 'De bijeenkomst is nog niet afgesloten: dit is een concept.',
  },
  cancelled: { en: 'Cancelled', nl: 'Afgezegd' },
  present: { en: 'Who was there', nl: 'Wie er waren' },
  excused: { en: 'Excused', nl: 'Afgemeld' },
  absent: { en: 'Absent', nl: 'Afwezig' },
  representative: { en: 'under a mandate', nl: 'met mandaat' },
  observer: { en: 'as observer', nl: 'als waarnemer' },
  guest: { en: 'as guest', nl: 'als gast' },
  nobody: { en: 'Nobody noted yet.', nl: 'Nog niemand genoteerd.' },
  decisions: { en: 'What was agreed and chosen, and why', nl: 'Wat is afgesproken en gekozen, en waarom' },
  nothing: { en: 'No decisions.', nl: 'Geen besluiten.' },
  why: { en: 'Why', nl: 'Waarom' },
  by: { en: 'By', nl: 'Door' },
} as const

/** The minutes of a meeting in Markdown, as somebody would put them in a mail: who was there, and each decision with why and by whom. */
export function minutesInMarkdown(meeting: Meeting, named: Named, language: 'en' | 'nl'): string {
  const say = (word: keyof typeof words): string => words[word][language]
  const { title, roundNumber, startsAt, place, state, cancelled, attendance, minutes } = meeting
  const there = attendance.filter(({ presence }) => presence === 'present')
  const listed = (presence: 'excused' | 'absent'): string[] => {
    const some = attendance.filter((one) => one.presence === presence)
    return some.length === 0 ? [] : ['', `${say(presence)}: ${some.map((one) => nameOf(one, named)).join('; ')}`]
  }
  const capacityOf = ({ capacity, partyId }: Attendee): string => say(partyId === undefined ? 'guest' : capacity)
  const lines = [
    `# ${inMarkdown(title)}`,
    '',
    `- ${say('agreement')}: ${inMarkdown(named.agreement)}`,
    `- ${say('round')}: ${roundNumber}`,
    `- ${say('when')}: ${onTheClock(startsAt)}`,
    ...(place === undefined ? [] : [`- ${say('where')}: ${inMarkdown(place)}`]),
    ...(state === 'planned' ? ['', say('planned')] : []),
    ...(cancelled ? ['', `${say('cancelled')}: ${inMarkdown(cancelled.reason)}`] : []),
    '',
    `## ${say('present')}`,
    '',
    ...(there.length === 0 ? [say('nobody')] : there.map((one) => `- ${nameOf(one, named)}, ${capacityOf(one)}`)),
    ...listed('excused'),
    ...listed('absent'),
    '',
    `## ${say('decisions')}`,
    '',
    ...(minutes.decisions.length === 0 ? [say('nothing')] : minutes.decisions.flatMap((one, index) => inList(one, index, named, say))),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const nameOf = ({ personId }: Attendee, { people }: Named): string => {
  const known = people[personId]
  return known ? `${inMarkdown(known.name)} (${inMarkdown(known.organisation)})` : personId
}

/** A decision as an item of a numbered list: a paragraph of what, one of why, and one of who. */
function inList({ what, why, byPartyIds }: MinutedDecision, index: number, { parties }: Named, say: (word: 'why' | 'by') => string) {
  const number = `${index + 1}. `
  const indent = ' '.repeat(number.length)
  const by = byPartyIds.map((id) => inMarkdown(parties[id] ?? id)).join(', ')
  const whys = markdownLines(`${say('why')}: ${why}`)
  // A line of a text stays one: two spaces at the end of a line break it.
  const paragraph = (lines: readonly string[]) => lines.map((line, nth) => (nth < lines.length - 1 ? `${line}  ` : line))
  const [first = '', ...others] = [...paragraph(markdownLines(what)), '', ...paragraph(whys), '', `${say('by')}: ${by}`]
  return [`${number}${first}`, ...others.map((line) => (line === '' ? '' : `${indent}${line}`)), '']
}
