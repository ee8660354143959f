CREATE TABLE "exchange_closings" (
	"programme_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "exchange_closings_programme_id_round_number_pk" PRIMARY KEY("programme_id","round_number")
);
--> statement-breakpoint
CREATE TABLE "exchange_enrolments" (
	"programme_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"person_id" uuid NOT NULL,
	"organisation_id" uuid NOT NULL,
	"withdrawn" boolean NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "exchange_enrolments_programme_id_id_pk" PRIMARY KEY("programme_id","id")
);
--> statement-breakpoint
CREATE TABLE "exchange_matchings" (
	"programme_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "exchange_matchings_programme_id_round_number_pk" PRIMARY KEY("programme_id","round_number")
);
--> statement-breakpoint
CREATE TABLE "exchange_placements" (
	"programme_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"reverse_id" uuid NOT NULL,
	"guest_organisation_id" uuid NOT NULL,
	"host_organisation_id" uuid NOT NULL,
	"state" text NOT NULL,
	"last_on" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "exchange_placements_programme_id_id_pk" PRIMARY KEY("programme_id","id"),
	CONSTRAINT "exchange_placements_state" CHECK ("state" in ('planned', 'cancelled', 'held'))
);
--> statement-breakpoint
CREATE TABLE "exchange_programmes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"network_id" uuid NOT NULL,
	"organisation_id" uuid NOT NULL,
	"title" text NOT NULL,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exchange_reflections" (
	"programme_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"placement_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"follow_up_on" text,
	"follow_up_with_id" uuid,
	"doc" jsonb NOT NULL,
	CONSTRAINT "exchange_reflections_programme_id_id_pk" PRIMARY KEY("programme_id","id")
);
--> statement-breakpoint
ALTER TABLE "exchange_closings" ADD CONSTRAINT "exchange_closings_programme_id_exchange_programmes_id_fk" FOREIGN KEY ("programme_id") REFERENCES "public"."exchange_programmes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_enrolments" ADD CONSTRAINT "exchange_enrolments_programme_id_exchange_programmes_id_fk" FOREIGN KEY ("programme_id") REFERENCES "public"."exchange_programmes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_matchings" ADD CONSTRAINT "exchange_matchings_programme_id_exchange_programmes_id_fk" FOREIGN KEY ("programme_id") REFERENCES "public"."exchange_programmes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_placements" ADD CONSTRAINT "exchange_placements_programme_id_exchange_programmes_id_fk" FOREIGN KEY ("programme_id") REFERENCES "public"."exchange_programmes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_programmes" ADD CONSTRAINT "exchange_programmes_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_programmes" ADD CONSTRAINT "exchange_programmes_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exchange_reflections" ADD CONSTRAINT "exchange_reflections_programme_id_exchange_programmes_id_fk" FOREIGN KEY ("programme_id") REFERENCES "public"."exchange_programmes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "exchange_enrolments_once" ON "exchange_enrolments" USING btree ("programme_id","round_number","person_id") WHERE not withdrawn;--> statement-breakpoint
CREATE INDEX "exchange_enrolments_round" ON "exchange_enrolments" USING btree ("programme_id","round_number","id");--> statement-breakpoint
CREATE INDEX "exchange_placements_round" ON "exchange_placements" USING btree ("programme_id","round_number","id");--> statement-breakpoint
CREATE INDEX "exchange_programmes_network" ON "exchange_programmes" USING btree ("network_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "exchange_reflections_once" ON "exchange_reflections" USING btree ("programme_id","placement_id","person_id");--> statement-breakpoint
CREATE INDEX "exchange_reflections_follow_up" ON "exchange_reflections" USING btree ("person_id","follow_up_on") WHERE follow_up_on is not null;--> statement-breakpoint
CREATE INDEX "exchange_reflections_follow_up_with" ON "exchange_reflections" USING btree ("follow_up_with_id","follow_up_on") WHERE follow_up_with_id is not null;
--> statement-breakpoint
-- Streams that hang under a network: who is in that network now has a part in them. A further kind of such streams adds its table here.
CREATE VIEW circles AS SELECT id, network_id FROM exchange_programmes;
--> statement-breakpoint
GRANT SELECT ON circles TO handslag_app;
--> statement-breakpoint
-- The wall of streams and their history, as 0007_lookups.sql has it, with one more thing to look up.
DO $$
DECLARE name text; key text;
BEGIN
  FOREACH name IN ARRAY ARRAY['streams', 'ledger', 'ledger_payloads', 'snapshots'] LOOP
    key := format('%I.%I', name, CASE name WHEN 'streams' THEN 'id' ELSE 'stream_id' END);
    EXECUTE format('ALTER POLICY part ON %I USING (%s)', name, format(
      '(SELECT s.agreement_id FROM seats s WHERE s.agreement_id = %1$s AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR %1$s = (SELECT acting_organisation())
        OR (SELECT m.network_id FROM memberships m WHERE m.network_id = %1$s AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR (SELECT c.id FROM circles c JOIN memberships m ON m.network_id = c.network_id
          WHERE c.id = %1$s AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR (SELECT acting_kind()) = ''registry''
        OR ((SELECT acting_kind()) = ''operator'' AND (SELECT t.type FROM stream_types t WHERE t.id = %1$s) = ''organisation'')
        OR (SELECT t.id FROM stream_types t WHERE t.id = %1$s) IS NULL', key));
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON exchange_programmes, exchange_enrolments, exchange_matchings, exchange_placements TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON exchange_reflections, exchange_closings TO handslag_app;
--> statement-breakpoint
ALTER TABLE exchange_programmes ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY members ON exchange_programmes TO handslag_app USING (
  (SELECT m.network_id FROM memberships m
    WHERE m.network_id = exchange_programmes.network_id AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL);
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['exchange_enrolments', 'exchange_matchings', 'exchange_placements', 'exchange_reflections', 'exchange_closings'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY members ON %1$I TO handslag_app USING (
        (SELECT c.id FROM circles c JOIN memberships m ON m.network_id = c.network_id
          WHERE c.id = %1$I.programme_id AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR (SELECT t.id FROM stream_types t WHERE t.id = %1$I.programme_id) IS NULL)', name);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE "findings" (
	"inquiry_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "findings_inquiry_id_id_pk" PRIMARY KEY("inquiry_id","id"),
	CONSTRAINT "findings_kind" CHECK ("kind" in ('driver', 'success', 'opportunity', 'idea'))
);
--> statement-breakpoint
CREATE TABLE "inquiries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"network_id" uuid NOT NULL,
	"state" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "inquiries_state" CHECK ("state" in ('open', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "inquiry_seats" (
	"inquiry_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"here" boolean NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "inquiry_seats_inquiry_id_id_pk" PRIMARY KEY("inquiry_id","id")
);
--> statement-breakpoint
CREATE TABLE "recommendations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"network_id" uuid NOT NULL,
	"level" text NOT NULL,
	"status" text NOT NULL,
	"addressee_id" uuid NOT NULL,
	"addressee_person_id" uuid,
	"based_on" jsonb NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "recommendations_level" CHECK ("level" in ('direct', 'tactical', 'policy')),
	CONSTRAINT "recommendations_status" CHECK ("status" in ('open', 'taken-up', 'declined', 'done'))
);
--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "origin_id" uuid;--> statement-breakpoint
ALTER TABLE "commitments" ADD COLUMN "proposal_id" uuid;--> statement-breakpoint
ALTER TABLE "contributions" ADD COLUMN "origin_id" uuid;--> statement-breakpoint
ALTER TABLE "findings" ADD CONSTRAINT "findings_inquiry_id_inquiries_id_fk" FOREIGN KEY ("inquiry_id") REFERENCES "public"."inquiries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inquiries" ADD CONSTRAINT "inquiries_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inquiry_seats" ADD CONSTRAINT "inquiry_seats_inquiry_id_inquiries_id_fk" FOREIGN KEY ("inquiry_id") REFERENCES "public"."inquiries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recommendations" ADD CONSTRAINT "recommendations_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "inquiries_network" ON "inquiries" USING btree ("network_id","id");--> statement-breakpoint
CREATE INDEX "recommendations_network" ON "recommendations" USING btree ("network_id","id");--> statement-breakpoint
CREATE INDEX "recommendations_open" ON "recommendations" USING btree ("addressee_id","id") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "agreements_origin" ON "agreements" USING btree ("origin_id","id") WHERE origin_id is not null;--> statement-breakpoint
CREATE INDEX "commitments_proposal" ON "commitments" USING btree ("agreement_id","proposal_id") WHERE proposal_id is not null;--> statement-breakpoint
CREATE INDEX "contributions_origin" ON "contributions" USING btree ("origin_id","agreement_id") WHERE origin_id is not null;
--> statement-breakpoint
-- Inquiries and recommendations hang under a network, as exchange programmes do.
CREATE OR REPLACE VIEW circles AS
  SELECT id, network_id FROM exchange_programmes
  UNION ALL SELECT id, network_id FROM inquiries
  UNION ALL SELECT id, network_id FROM recommendations;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON inquiries, inquiry_seats, recommendations TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON findings TO handslag_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['inquiries', 'recommendations'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY members ON %1$I TO handslag_app USING (
        (SELECT m.network_id FROM memberships m
          WHERE m.network_id = %1$I.network_id AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL)', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['inquiry_seats', 'findings'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY members ON %1$I TO handslag_app USING (
        (SELECT c.id FROM circles c JOIN memberships m ON m.network_id = c.network_id
          WHERE c.id = %1$I.inquiry_id AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR (SELECT t.id FROM stream_types t WHERE t.id = %1$I.inquiry_id) IS NULL)', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- Which proposal a commitment carries out was in its document alone.
UPDATE commitments SET proposal_id = (doc->'terms'->>'proposalId')::uuid WHERE doc->'terms' ? 'proposalId';
--> statement-breakpoint
CREATE TABLE "network_identities" (
	"network_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "network_identities_network_id_number_pk" PRIMARY KEY("network_id","number"),
	CONSTRAINT "network_identities_number" CHECK (number >= 1)
);
--> statement-breakpoint
CREATE TABLE "network_role_holders" (
	"network_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"from_date" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "network_role_holders_network_id_id_pk" PRIMARY KEY("network_id","id")
);
--> statement-breakpoint
CREATE TABLE "network_roles" (
	"network_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"ended" boolean NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "network_roles_network_id_id_pk" PRIMARY KEY("network_id","id")
);
--> statement-breakpoint
ALTER TABLE "network_identities" ADD CONSTRAINT "network_identities_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_role_holders" ADD CONSTRAINT "network_role_holders_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_roles" ADD CONSTRAINT "network_roles_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "network_role_holders_person" ON "network_role_holders" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "network_role_holders_role" ON "network_role_holders" USING btree ("network_id","role_id","from_date","id");
--> statement-breakpoint
-- Who a network is, its roles and who held them are there for its members. What was stated is never changed.
GRANT SELECT, INSERT ON network_identities TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON network_roles, network_role_holders TO handslag_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['network_identities', 'network_roles', 'network_role_holders'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY members ON %1$I TO handslag_app USING (
        (SELECT m.network_id FROM memberships m WHERE m.network_id = %1$I.network_id AND m.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR (SELECT t.id FROM stream_types t WHERE t.id = %1$I.network_id) IS NULL)', name);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TABLE "participants" (
	"agreement_id" uuid NOT NULL,
	"period_id" text NOT NULL,
	"organisation_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"involvement" text NOT NULL,
	CONSTRAINT "participants_agreement_id_period_id_organisation_id_pk" PRIMARY KEY("agreement_id","period_id","organisation_id"),
	CONSTRAINT "participants_kind" CHECK ("kind" in ('two', 'covenant')),
	CONSTRAINT "participants_involvement" CHECK ("involvement" in ('seated', 'consulted', 'informed'))
);
--> statement-breakpoint
CREATE TABLE "social_map" (
	"organisation_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"subjects" text[] NOT NULL,
	"words" text NOT NULL,
	"search" "tsvector" GENERATED ALWAYS AS (to_tsvector('dutch', words) || to_tsvector('simple', words)) STORED,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "participants" ADD CONSTRAINT "participants_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "social_map" ADD CONSTRAINT "social_map_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "participants_organisation" ON "participants" USING btree ("organisation_id","agreement_id","period_id");--> statement-breakpoint
CREATE INDEX "social_map_name" ON "social_map" USING btree ("name","organisation_id");--> statement-breakpoint
CREATE INDEX "social_map_subjects" ON "social_map" USING gin ("subjects");--> statement-breakpoint
CREATE INDEX "social_map_search" ON "social_map" USING gin ("search");
--> statement-breakpoint
-- The social map is there for everybody the registry knows, and an organisation writes its own place on it.
GRANT SELECT, INSERT, UPDATE ON social_map TO handslag_app;
--> statement-breakpoint
ALTER TABLE social_map ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own ON social_map TO handslag_app
  USING (organisation_id = (SELECT acting_organisation()) OR (SELECT acting_kind()) IN ('operator', 'registry'));
--> statement-breakpoint
CREATE POLICY known ON social_map FOR SELECT TO handslag_app
  USING ((SELECT acting_kind()) IN ('person', 'application', 'operator', 'registry'));
--> statement-breakpoint
-- Searching goes by a view of the owner's with the same predicate: behind a policy PostgreSQL asks the policy first, and searches every row,
-- because it does not trust the operators of a search with rows that may not show.
CREATE VIEW findable AS SELECT organisation_id, name, subjects, search FROM social_map
  WHERE (SELECT acting_kind()) IN ('person', 'application', 'operator', 'registry');
--> statement-breakpoint
GRANT SELECT ON findable TO handslag_app;
--> statement-breakpoint
-- Who takes part is told per period: an annex changes it within a version. What was there before has the participants of its version.
ALTER TABLE in_force ADD COLUMN organisation_ids uuid[], ADD COLUMN annexes json;
--> statement-breakpoint
UPDATE in_force f SET organisation_ids = v.organisation_ids FROM versions v WHERE v.agreement_id = f.agreement_id AND v.number = f.version;
--> statement-breakpoint
-- The change of constraints waits for what is checked at the end of a transaction.
SET CONSTRAINTS ALL IMMEDIATE;
--> statement-breakpoint
ALTER TABLE in_force ALTER COLUMN organisation_ids SET NOT NULL;
--> statement-breakpoint
ALTER TABLE versions DROP COLUMN organisation_ids;
--> statement-breakpoint
CREATE OR REPLACE VIEW version_periods AS
  SELECT f.agreement_id, f.from_at, f.until_at, f.known_at, f.replaced_at, v.number, v.doc, f.annexes
  FROM in_force f JOIN versions v ON v.agreement_id = f.agreement_id AND v.number = f.version;
--> statement-breakpoint
-- A state keeps the versions of the periods that it has, beside the last one.
UPDATE streams SET state = jsonb_set(streams.state, '{versions}', kept.versions)
  FROM (SELECT s.id, jsonb_agg((v.doc::jsonb - 'agreementId' - 'kind') ORDER BY v.number) AS versions
    FROM streams s JOIN versions v ON v.agreement_id = s.id
    WHERE s.type = 'agreement' AND ((s.state->'periods') @> jsonb_build_array(jsonb_build_object('version', v.number))
      OR (s.state->'versions') @> jsonb_build_array(jsonb_build_object('number', v.number)))
    GROUP BY s.id) kept
  WHERE streams.id = kept.id;
--> statement-breakpoint
UPDATE snapshots SET state = jsonb_set(snapshots.state, '{versions}', kept.versions)
  FROM (SELECT s.stream_id, s.revision, jsonb_agg((v.doc::jsonb - 'agreementId' - 'kind') ORDER BY v.number) AS versions
    FROM snapshots s JOIN versions v ON v.agreement_id = s.stream_id
    WHERE (s.state->'periods') @> jsonb_build_array(jsonb_build_object('version', v.number))
      OR (s.state->'versions') @> jsonb_build_array(jsonb_build_object('number', v.number))
    GROUP BY s.stream_id, s.revision) kept
  WHERE snapshots.stream_id = kept.stream_id AND snapshots.revision = kept.revision;
--> statement-breakpoint
-- It is there for those who may read the version, as versions are (0007_lookups.sql).
GRANT SELECT, INSERT ON participants TO handslag_app;
--> statement-breakpoint
ALTER TABLE participants ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY at_table ON participants TO handslag_app USING (
  (SELECT s.agreement_id FROM seats s WHERE s.agreement_id = participants.agreement_id AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL
  OR (SELECT t.id FROM stream_types t WHERE t.id = participants.agreement_id) IS NULL);
--> statement-breakpoint
CREATE POLICY published ON participants FOR SELECT TO handslag_app
  USING ((SELECT p.agreement_id FROM publications p WHERE p.agreement_id = participants.agreement_id) IS NOT NULL);
--> statement-breakpoint
CREATE INDEX "meetings_guests" ON "meetings" USING gin ((doc->'guests') jsonb_path_ops) WHERE doc ? 'guests';
--> statement-breakpoint
-- Who was a guest of a meeting is told to their own organisation, which does not sit at that table: what they acknowledged, and no more.
CREATE VIEW guests AS
  SELECT m.agreement_id, (guest->>'personId')::uuid AS person_id, guest - 'notedById' - 'notedByPartyId' || jsonb_build_object('meetingId', m.id) AS doc
  FROM meetings m CROSS JOIN LATERAL jsonb_array_elements(m.doc->'guests') guest
  WHERE m.doc ? 'guests' AND m.doc->'guests' @> jsonb_build_array(jsonb_build_object('organisationId', (SELECT acting_organisation())))
    AND (guest->>'organisationId')::uuid = (SELECT acting_organisation());
--> statement-breakpoint
GRANT SELECT ON guests TO handslag_app;
--> statement-breakpoint
-- Made for what was there before these tables were, as rebuilding makes it.
INSERT INTO participants (agreement_id, period_id, organisation_id, kind, title, involvement)
  SELECT f.agreement_id, f.id, (one->>'organisationId')::uuid, v.doc->>'kind', v.doc->'content'->>'title', one->>'involvement'
  FROM in_force f JOIN versions v ON v.agreement_id = f.agreement_id AND v.number = f.version, json_array_elements(v.doc->'content'->'participants') one ON CONFLICT DO NOTHING;
--> statement-breakpoint
INSERT INTO social_map (organisation_id, name, subjects, words, doc)
  SELECT s.id, s.state->>'name', coalesce(stated.subjects, '{}'),
    concat_ws(E'\n', s.state->>'name', open.words, stated.words, limited.words, s.state->'position'->>'why'),
    jsonb_strip_nulls(jsonb_build_object(
      'organisation', jsonb_build_object('id', s.id, 'name', s.state->'name', 'formal', s.state->'formal',
        'identifiers', s.state->'identifiers', 'registeredAt', s.state->'registeredAt', 'revision', s.state->'revision'),
      'position', s.state->'position', 'desks', coalesce(open.docs, '[]')))
  FROM streams s
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(desk ORDER BY desk->>'id') AS docs,
        string_agg(concat_ws(E'\n', desk->>'name', desk->>'what'), E'\n' ORDER BY desk->>'id') AS words
      FROM jsonb_path_query(s.state, '$.desks.* ? (!exists(@.closedAt))') desk) open
    CROSS JOIN LATERAL (
      SELECT array_agg(DISTINCT said->>'subject') FILTER (WHERE said ? 'subject') AS subjects,
        string_agg(concat_ws(E'\n', said->>'subject', said->>'text'), E'\n') AS words
      FROM (SELECT jsonb_path_query(s.state, '$.position.weAreFor[*]') UNION ALL SELECT jsonb_path_query(s.state, '$.position.weAreNotFor[*]')) claims (said)) stated
    CROSS JOIN LATERAL (SELECT string_agg(said, E'\n') AS words FROM jsonb_array_elements_text(s.state->'position'->'limits') said) limited
  WHERE s.type = 'organisation';
--> statement-breakpoint
-- Searched by words, without the marks on letters, and with what words end with that may be compounds (src/domain/search.ts).
UPDATE social_map SET words = regexp_replace(normalize(regexp_replace(normalize(words, NFD), '[\u0300-\u036f]', '', 'g'), NFC), E'[^[:alnum:]\n]+', ' ', 'g');
--> statement-breakpoint
UPDATE social_map SET words = left(words || E'\n' || (
  SELECT coalesce(string_agg(DISTINCT substr(word, start), ' '), '')
    FROM regexp_split_to_table(lower(words), '[^[:alpha:]]+') word, generate_series(4, length(word) - 3) start
    WHERE length(word) <= 40), 50000);
--> statement-breakpoint
-- Networks that were there before have the identities that they stated since they were founded, and no roles.
INSERT INTO network_identities (network_id, number, doc)
  SELECT stream_id, row_number() OVER (PARTITION BY stream_id ORDER BY revision),
    json_build_object('name', payload->'name', 'sharedGoal', payload->'sharedGoal', 'weAreFor', '[]'::json, 'weAreNotFor', '[]'::json,
      'norms', '{}'::json, 'number', row_number() OVER (PARTITION BY stream_id ORDER BY revision),
      'at', to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'personId', actor_id)
  FROM ledger JOIN ledger_payloads USING (stream_id, revision)
  WHERE stream_type = 'network' AND type IN ('network-founded', 'network-changed');
--> statement-breakpoint
UPDATE streams SET state = (state - 'name' - 'sharedGoal') || jsonb_build_object('roles', '{}'::jsonb, 'identity',
    (SELECT doc::jsonb FROM network_identities i WHERE i.network_id = streams.id ORDER BY number DESC LIMIT 1))
  WHERE type = 'network';
--> statement-breakpoint
UPDATE networks SET doc = (jsonb_build_object('id', s.id, 'foundedAt', s.state->'foundedAt', 'revision', s.state->'revision')
    || ((s.state->'identity') - 'number' - 'at' - 'personId'))::json
  FROM streams s WHERE s.id = networks.id;
