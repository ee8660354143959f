import { z } from 'zod'
import { isStorable } from '../domain/text.ts'
import { uuid } from '../domain/uuid.ts'
import { fromDigits } from './page.ts'

/** An id in a path. */
export const id = uuid

/** The number of a round or a version in a path or query; PostgreSQL's integer is where counting ends. */
export const number = fromDigits(z.int().min(1).max(2_147_483_647))

/** What names an agreement, and a round or version of it, in a path: to spread into a strictObject. */
export const ofAgreement = { agreementId: id.describe('the id of the agreement / het id van de overeenstemming') }
export const ofRound = { ...ofAgreement, roundNumber: number.describe('the number of the round / het nummer van de ronde') }

export const ofProgramme = { programmeId: id.describe('the id of the exchange programme / het id van de wisselstage') }

export const ofVersion = { ...ofAgreement, versionNumber: number }

/** Words to search with, composed as texts are kept: 200 characters are more than anybody types into a search box. */
export const searchWords = z.string().min(1).max(200).refine(isStorable).normalize('NFC')

/** What networks can be of, to spread into the strictObject of a query. */
export const ofGroups = {
  region: searchWords.optional().describe('only networks of this region, word for word, and who is in them'),
  chain: searchWords.optional().describe('only networks of this chain (keten), word for word, and who is in them'),
  programme: searchWords.optional().describe('only networks of this programme, word for word, and who is in them'),
}

/** An id for the examples in the API's description. */
export const anId = '6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10'
