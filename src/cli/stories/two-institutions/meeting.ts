import type { Told } from '../../teller.ts'
import type { Story } from './words.ts'

type Score = { atmosphere: number; effectiveness: number }

/** A meeting of six, who each say how it was; six is one more than it takes for the averages to show. */
export async function meetAndSayHow(
  { teller, table, people, mandateIds }: Story,
  title: string,
  decisions: object[],
  scores: Score[],
): Promise<void> {
  const { anouk, mila, pieter, fatima, corrie, tineke } = people
  const present = [anouk, mila, pieter, fatima, corrie, tineke]
  const meeting = await table.meet('The six who are in it meet at school.', anouk, { title, place: 'De Regenboog' })
  await table.record('Who was there and what was decided is recorded; the meeting is closed.', anouk, meeting.id, present, { decisions })
  const pulses = `/meetings/${meeting.id}/pulses`
  for (const [nth, score] of scores.entries()) {
    const person = present[nth] ?? anouk
    await table.does(`${person.name} says how it was, and nobody else sees the answer.`, person, pulses, score, 204)
  }
  await table.does('One says it once, and for good.', anouk, pulses, { atmosphere: 1, effectiveness: 1 }, 409)
  for (const [person, mandateId] of [
    [anouk, mandateIds.anouk],
    [mila, mandateIds.mila],
  ] as const)
    await table.renew(`${person.name} takes the outcome home, and renews the mandate.`, person, mandateId, meeting.id)
  const { body: early } = await teller.look(`${table.at}/pulse`, mila.subject)
  const shown = (trend: Told['body']) => trend.meetings.some(({ meetingId }: { meetingId: string }) => meetingId === meeting.id)
  teller.sure('while answers can come, nothing of it shows', !shown(early))
  await teller.daysLater(8)
  const { body: trend } = await teller.tell('A week later it shows what they said together.', `GET ${table.at}/pulse`, {
    as: fatima.subject,
    expect: 200,
  })
  for (const { roundNumber, answers, atmosphere, effectiveness } of trend.meetings)
    teller.note(`– round ${roundNumber}: of ${answers} answers, atmosphere ${atmosphere}, effectiveness ${effectiveness}`)
  teller.sure('of this meeting too', shown(trend))
}
