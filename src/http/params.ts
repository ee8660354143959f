import { z } from 'zod'
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

/** An id for the examples in the API's description. */
export const anId = '6f1dfd9e-63a4-4a3c-a2f5-9f4b7e7d2a10'
