import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeExchangeRound } from '../../src/actions/exchange/closing.ts'
import { enrolTogether } from '../../src/actions/exchange/enrolment.ts'
import { makeMatching } from '../../src/actions/exchange/matching.ts'
import { makePlacements } from '../../src/actions/exchange/placement.ts'
import { foundProgramme } from '../../src/actions/exchange/programme.ts'
import { foundNetwork } from '../../src/actions/network/network.ts'
import { changeOrganisationBy } from '../../src/actions/organisation.ts'
import { CloseExchangeRound } from '../../src/domain/exchange/closing.ts'
import { Enrol } from '../../src/domain/exchange/enrolment.ts'
import { FoundProgramme } from '../../src/domain/exchange/programme.ts'
import { AddPerson, addPerson } from '../../src/domain/organisation.ts'
import { addDays } from '../../src/domain/time.ts'
import { only } from '../support/agreement.ts'
import { roundFrom } from '../support/exchange.ts'
import { note } from '../support/figures.ts'
import { aHouse, aRegistry, type House, type Registry } from '../support/registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await aRegistry()
})
afterAll(() => registry.close())

// As the mission has it: 220 people of more than 40 organisations, in three years.
const organisations = 41
const years = [73, 73, 74]

test('a programme takes 220 people of 41 organisations in rounds over three years; whoever can be paired has two visits', async ({
  task,
}) => {
  const { deps } = registry
  const houses: House[] = []
  for (let nth = 0; nth < organisations; nth += 1) houses.push(await aHouse(deps, `size-${nth}`, `House ${nth}`, 100 + nth))
  const [lead] = houses
  const { actor } = only(lead).grantor
  const memberIds = houses.slice(1).map(({ id }) => id)
  const { id: networkId } = await foundNetwork(deps, actor, { name: 'All', sharedGoal: 'Know each other', memberIds })
  const begun = performance.now()
  const rounds = years.map((_, year) => roundFrom(addDays(registry.today(), 365 * year), { name: `Year ${year + 1}` }))
  const { id } = await foundProgramme(deps, actor, FoundProgramme.parse({ networkId, title: 'Exchange', purpose: 'See', rounds }))
  for (const [year, people] of years.entries()) {
    const roundNumber = year + 1
    for (const [nth, house] of houses.entries()) {
      const own = Math.floor(people / organisations) + (nth < people % organisations ? 1 : 0)
      const by = house.grantor.actor
      const { events } = await changeOrganisationBy(deps, by, { organisationId: house.id }, (before, context) =>
        Array.from({ length: own }, (_, one) => addPerson(before, AddPerson.parse({ name: `Somebody ${year} ${one}` }), context)).flat(),
      )
      const wishes = [only(houses[(nth + 1 + year) % organisations]).id]
      const inputs = events.flatMap((event) =>
        event.type === 'person-added' ? [Enrol.parse({ roundNumber, personId: event.data.id, wishes })] : [],
      )
      await enrolTogether(deps, by, { id }, inputs)
    }
    const round = only(rounds[year])
    registry.goTo(round.enrolBeforeAt)
    const { state } = await makeMatching(deps, actor, { id }, { roundNumber })
    const { pairs, unplaced } = only(state.matchings[roundNumber])
    expect([pairs.length, unplaced.length]).toEqual([Math.floor(people / 2), people % 2])
    const { state: placed } = await makePlacements(deps, actor, { id }, { roundNumber })
    expect(Object.values(placed.placements).filter((one) => one.roundNumber === roundNumber)).toHaveLength(2 * pairs.length)
    registry.goTo(round.closingMeetingOn)
    const closing = CloseExchangeRound.parse({ roundNumber, heldOn: registry.today(), outcomes: [] })
    await closeExchangeRound(deps, actor, { id }, closing)
  }
  const { rows } = await registry.fresh.owner.query(
    `select count(*)::int as enrolled, count(distinct person_id)::int as people,
    count(distinct organisation_id)::int as organisations from exchange_enrolments where programme_id = $1`,
    [id],
  )
  expect(rows).toEqual([{ enrolled: 220, people: 220, organisations }])
  const seconds = (performance.now() - begun) / 1000
  expect(seconds).toBeLessThan(60)
  note(task, { 'three rounds, s': Math.round(seconds) })
}, 120_000)
