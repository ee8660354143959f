import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inMarkdown, markdownLines } from '../../src/domain/markdown.ts'
import type { Meeting } from '../../src/domain/meeting/meeting.ts'
import { minutesInMarkdown, type Named } from '../../src/domain/meeting/minutes.ts'
import { uuid } from '../support/agreement.ts'

const meeting: Meeting = {
  id: uuid(1),
  roundNumber: 2,
  title: 'Monthly',
  startsAt: '2026-11-22T13:30:00.000Z',
  place: 'Town hall',
  agenda: [],
  state: 'closed',
  attendance: [
    { personId: uuid(2), partyId: uuid(5), mandateId: uuid(7), capacity: 'representative', presence: 'present' },
    { personId: uuid(3), partyId: uuid(6), capacity: 'observer', presence: 'present' },
    { personId: uuid(4), capacity: 'observer', presence: 'present' },
    { personId: uuid(8), partyId: uuid(6), capacity: 'representative', presence: 'excused' },
  ],
  minutes: {
    decisions: [
      { id: uuid(9), what: 'We start in May', why: 'The school year ends in July', byPartyIds: [uuid(5), uuid(6)] },
      { id: uuid(10), what: 'One desk:\n- the school’s\n- on weekdays', why: 'Parents asked', byPartyIds: [uuid(6)] },
    ],
  },
  revision: 5,
}
const named: Named = {
  agreement: 'Back to school',
  parties: { [uuid(5)]: 'School', [uuid(6)]: 'City' },
  people: {
    [uuid(2)]: { name: 'Ada', organisation: 'School' },
    [uuid(3)]: { name: 'Bo', organisation: 'City' },
    [uuid(4)]: { name: 'Cem', organisation: 'Neighbour' },
    [uuid(8)]: { name: 'Dee', organisation: 'City' },
  },
}

describe('minutes in Markdown', () => {
  test('say of which agreement and when, who was there and in which capacity, and each decision with why and by whom', () => {
    expect(minutesInMarkdown(meeting, named, 'nl')).toBe(`# Monthly

- Overeenstemming: Back to school
- Ronde: 2
- Wanneer: 2026-11-22 14:30
- Waar: Town hall

## Wie er waren

- Ada (School), met mandaat
- Bo (City), als waarnemer
- Cem (Neighbour), als gast

Afgemeld: Dee (City)

## Wat is afgesproken en gekozen, en waarom

1. We start in May

   Waarom: The school year ends in July

   Door: School, City

2. One desk:${'  '}
   \\- the school’s${'  '}
   \\- on weekdays

   Waarom: Parents asked

   Door: City
`)
  })

  test('are in the language of the reader', () => {
    const english = minutesInMarkdown(meeting, named, 'en')
    for (const said of ['## Who was there', 'Ada (School), under a mandate', 'Cem (Neighbour), as guest', 'Excused: Dee', 'By: City'])
      expect(english).toContain(said)
  })

  test('are a draft until the meeting is closed, and say that and why it was cancelled', () => {
    const empty = { ...meeting, attendance: [], minutes: { decisions: [] } }
    const draft = minutesInMarkdown({ ...empty, state: 'planned' }, named, 'en')
    for (const said of ['this is a draft', 'Nobody noted yet.', 'No decisions.']) expect(draft).toContain(said)
    expect(minutesInMarkdown(meeting, named, 'en')).not.toContain('draft')
    const cancelled = { ...empty, state: 'cancelled' as const, cancelled: { at: meeting.startsAt, reason: 'Snow' } }
    expect(minutesInMarkdown(cancelled, named, 'en')).toContain('Cancelled: Snow')
  })

  test('have as many headings, items and links as without what people wrote, whatever they wrote', () => {
    const shape = (markdown: string) =>
      markdown
        .split('\n')
        .map((line) => /^(?:#{1,2} |- |\d+\. | {3}|$)/.exec(line)?.[0] ?? 'text')
        .join('|')
    const written = fc.oneof(
      fc.constantFrom(
        '# x',
        '- x',
        '1. x',
        '2) x',
        '===',
        '---',
        ':--',
        'x@y.nl',
        '<b>x</b>',
        '[x](http://x)',
        '![x](y)',
        '```',
        '> x',
        'a | b',
        '&lt;',
      ),
      fc.string({ unit: 'binary', minLength: 1 }).filter((some) => /[^\s]/.test(some) && !some.includes('\r') && !some.includes('\n')),
    )
    fc.assert(
      fc.property(written, written, written, (title, name, what) => {
        const [first] = meeting.minutes.decisions
        const one = (said: { title: string; name: string; what: string }): string => {
          const decisions = first ? [{ ...first, what: said.what, why: said.what }] : []
          const people = { ...named.people, [uuid(2)]: { name: said.name, organisation: said.name } }
          return minutesInMarkdown({ ...meeting, title: said.title, minutes: { decisions } }, { ...named, people }, 'nl')
        }
        const markdown = one({ title, name, what })
        expect(shape(markdown)).toBe(shape(one({ title: 'x', name: 'x', what: 'x' })))
        expect(markdown.replace(/\\[\s\S]/g, '')).not.toMatch(/[`*_[\]<>&~|$@]|:\/\//)
      }),
    )
  })
})

describe('a text in Markdown', () => {
  test.each([
    ['# No heading', '\\# No heading'],
    ['- no item', '\\- no item'],
    ['+ no item', '\\+ no item'],
    ['12. no item', '12\\. no item'],
    ['12) no item', '12\\) no item'],
    ['===', '\\==='],
    [':--', '\\:--'],
    ['    no code', 'no code'],
    ['[no](https://link)', '\\[no\\](https\\://link)'],
    ['nobody@school.nl', 'nobody\\@school.nl'],
    ['www.no.link', 'www\\.no.link'],
    ['<b>no HTML</b> &amp;', '\\<b\\>no HTML\\</b\\> \\&amp;'],
    ['back\\slash', 'back\\\\slash'],
    ['Half 3 - 4, on 1.5 hours: why not?', 'Half 3 - 4, on 1.5 hours: why not?'],
  ])('%j is written as %j', (text, written) => expect(markdownLines(text)).toEqual([written]))

  test('keeps its lines, without the empty ones; in a heading it is one line', () => {
    expect(markdownLines('one\n\n  two\n- three')).toEqual(['one', 'two', '\\- three'])
    expect(inMarkdown('one\n\n- two')).toBe('one  - two')
  })

  test('reads as it was written', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).filter((some) => some.trim() === some && some !== '' && !/[\r\n]/.test(some))
    fc.assert(
      fc.property(line, (some) => {
        expect(inMarkdown(some).replace(/\\(.)/gsu, '$1')).toBe(some)
      }),
    )
  })
})
