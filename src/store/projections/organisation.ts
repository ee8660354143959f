import type { Organisation } from '../../domain/organisation.ts'
import { placeOf, subjectsOf, wordsOf } from '../../domain/social-map.ts'
import {
  accounts,
  acknowledgements,
  applications,
  desks,
  messages,
  organisationIdentifiers,
  organisations,
  people,
  positionAnswers,
  positionStatements,
  socialMap,
  templates,
} from '../tables/organisation.ts'
import { keyed, one, type Projection, projection } from './projection.ts'

export const organisationProjections: Projection<Organisation>[] = [
  projection(organisations, one, ({ id, name, formal, identifiers, registeredAt, revision }: Organisation) => ({
    id,
    name,
    doc: { id, name, formal, identifiers, registeredAt, revision },
  })),
  projection(
    organisationIdentifiers,
    (state: Organisation) => keyed([...state.formerIdentifiers, ...state.identifiers], ({ scheme, value }) => `${scheme} ${value}`),
    (identifier, { id, identifiers }) => ({ organisationId: id, ...identifier, current: identifiers.includes(identifier) }),
    ({ identifiers }) => [identifiers],
  ),
  projection(
    people,
    (state: Organisation) => state.people,
    (person) => ({ id: person.id, organisationId: person.organisationId, here: !person.leftAt, doc: person }),
  ),
  projection(
    applications,
    (state: Organisation) => state.applications,
    (application) => ({ id: application.id, organisationId: application.organisationId, doc: application }),
  ),
  projection(
    desks,
    (state: Organisation) => state.desks,
    (desk) => ({ id: desk.id, organisationId: desk.organisationId, open: !desk.closedAt, doc: desk }),
  ),
  projection(
    socialMap,
    (state: Organisation) => one(placeOf(state)),
    (place, { id, name }) => ({ organisationId: id, name, subjects: subjectsOf(place), words: wordsOf(place), doc: place }),
  ),
  projection(
    accounts,
    (state: Organisation) => state.people,
    ({ id, organisationId, account, leftAt, authorities }) => ({
      id,
      kind: 'person',
      organisationId,
      issuer: account?.issuer ?? '',
      subject: account?.subject ?? '',
      active: account !== undefined && !leftAt,
      authorities,
      scopes: [],
    }),
  ),
  projection(
    accounts,
    (state: Organisation) => state.applications,
    ({ id, organisationId, issuer, subject, revokedAt, scopes }) => ({
      id,
      kind: 'application',
      organisationId,
      issuer,
      subject,
      active: !revokedAt,
      authorities: [],
      scopes,
    }),
  ),
  projection(
    templates,
    (state: Organisation) => state.templates,
    (template, { id }) => ({ organisationId: id, id: template.id, kind: template.kind, open: !template.withdrawnAt, doc: template }),
  ),
  // Each is one of many: what was stated or said before it keeps its row.
  projection(
    positionStatements,
    (state: Organisation) => one(state.position),
    (stated, { id }) => ({ organisationId: id, number: stated.number, at: stated.at, doc: stated }),
  ),
  projection(
    acknowledgements,
    (state: Organisation) => one(state.acknowledged),
    (said, { id: organisationId }) => ({ organisationId, id: said.id, aboutId: said.aboutId, number: said.number, at: said.at, doc: said }),
  ),
  projection(
    positionAnswers,
    (state: Organisation) => one(state.answered),
    (said, { id: organisationId }) => ({ organisationId, acknowledgementId: said.acknowledgementId, toId: said.toId, doc: said }),
  ),
  projection(
    messages,
    (state: Organisation) => one(state.sent),
    ({ toOrganisationIds, ...message }, { id: organisationId }) => ({
      organisationId,
      id: message.id,
      agreementId: message.agreementId,
      toIds: [...toOrganisationIds],
      doc: message,
    }),
  ),
]
