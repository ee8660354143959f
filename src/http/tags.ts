/** The chapters of the API's description, in reading order. */
export const tags = {
  'In force': {
    en: 'What holds now: the door for case systems and intranets.',
    nl: 'Wat nu geldt: de deur voor zaaksystemen en intranetten.',
  },
  Agreements: { en: 'Temporary workable agreements and covenants.', nl: 'Tijdelijke werkbare overeenstemmingen en convenanten.' },
  Text: { en: 'The text that is being deliberated.', nl: 'De tekst waarover wordt overlegd.' },
  Versions: { en: 'Adopted versions, and what changed between them.', nl: 'Vastgestelde versies, en wat er veranderde.' },
  Parties: { en: 'Who sits at the table.', nl: 'Wie aan tafel zit.' },
  Mandates: { en: 'Who may bind whom, to what and until when.', nl: 'Wie wie mag binden, waaraan en tot wanneer.' },
  Roles: { en: 'Roles, tasks and their transfer.', nl: 'Rollen, taken en de overdracht ervan.' },
  Rounds: {
    en: 'One turn of the cycle: contributions, hearings, stances, adoption, reflections.',
    nl: 'Eén ronde: inbreng, hoor en wederhoor, opstelling, vaststelling, reflectie.',
  },
  Meetings: { en: 'Meetings, attendance and minutes.', nl: 'Bijeenkomsten, aanwezigheid en verslag.' },
  Commitments: { en: 'Who does what by when.', nl: 'Afspraken: wie doet wat voor wanneer.' },
  Organisations: { en: 'Chain partners, their people, desks and applications.', nl: 'Ketenpartners, hun mensen, loketten en applicaties.' },
  'Social map': {
    en: 'Who sits where, what they do and do not do, and through which desk; also as Open Referral HSDS.',
    nl: 'De sociale kaart: wie zit waar, wat doen ze wel en niet, en via welk loket; ook als Open Referral HSDS.',
  },
  Networks: { en: 'Standing circles of organisations with a shared goal.', nl: 'Samenwerkingsverbanden met een gedeeld doel.' },
  Exchanges: {
    en: 'Exchange programmes: people of partners visit each other, and each visit is returned.',
    nl: 'Wisselstages: mensen van partners lopen bij elkaar mee, en elk bezoek wordt beantwoord.',
  },
  Inquiries: {
    en: 'Appreciative inquiry: what works, found together.',
    nl: 'Waarderend onderzoek: samen vinden wat werkt.',
  },
  Recommendations: {
    en: 'Recommendations on three levels, and what became of them.',
    nl: 'Aanbevelingen op drie niveaus, en wat ervan werd.',
  },
  Me: { en: 'The caller: what waits for them.', nl: 'De aanroeper: wat er op hen wacht.' },
  Proof: {
    en: 'The log over everything that was recorded, receipts, and exports that anybody can check.',
    nl: 'Het logboek over alles wat is vastgelegd, ontvangstbewijzen, en exports die iedereen kan controleren.',
  },
  Registry: { en: 'The registry itself: its description and its health.', nl: 'Het register zelf: de beschrijving en de gezondheid.' },
} as const satisfies Record<string, { en: string; nl: string }>
export type Tag = keyof typeof tags
