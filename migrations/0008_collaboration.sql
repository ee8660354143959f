CREATE TABLE "acknowledgements" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"about_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "acknowledgements_organisation_id_id_pk" PRIMARY KEY("organisation_id","id")
);
--> statement-breakpoint
CREATE TABLE "position_answers" (
	"organisation_id" uuid NOT NULL,
	"acknowledgement_id" uuid NOT NULL,
	"to_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "position_answers_organisation_id_acknowledgement_id_pk" PRIMARY KEY("organisation_id","acknowledgement_id")
);
--> statement-breakpoint
CREATE TABLE "position_statements" (
	"organisation_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "position_statements_organisation_id_number_pk" PRIMARY KEY("organisation_id","number"),
	CONSTRAINT "position_statements_number" CHECK (number >= 1)
);
--> statement-breakpoint
ALTER TABLE "acknowledgements" ADD CONSTRAINT "acknowledgements_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "position_answers" ADD CONSTRAINT "position_answers_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "position_statements" ADD CONSTRAINT "position_statements_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "acknowledgements_about" ON "acknowledgements" USING btree ("about_id","number","organisation_id","at" DESC NULLS LAST);
--> statement-breakpoint
-- Positions: what an organisation is for and not for is there for everybody the registry knows, and written by itself. What another says
-- back to it, and what is answered to that, is there for those two; that it was said, for all who work with both (the view).
CREATE VIEW acknowledged AS SELECT organisation_id, id, about_id, number, at FROM acknowledgements;
--> statement-breakpoint
GRANT SELECT ON acknowledged TO handslag_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON position_statements, acknowledgements, position_answers TO handslag_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['position_statements', 'acknowledgements', 'position_answers'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own ON %I TO handslag_app USING (organisation_id = (SELECT acting_organisation()))', name);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE POLICY known ON position_statements FOR SELECT TO handslag_app
  USING ((SELECT acting_kind()) IN ('person', 'application', 'operator', 'registry'));
--> statement-breakpoint
CREATE POLICY about ON acknowledgements FOR SELECT TO handslag_app USING (about_id = (SELECT acting_organisation()));
--> statement-breakpoint
CREATE POLICY asked ON position_answers FOR SELECT TO handslag_app USING (to_id = (SELECT acting_organisation()));
--> statement-breakpoint
CREATE TABLE "annexes" (
	"agreement_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"party_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "annexes_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "annexes_kind" CHECK ("kind" in ('accession', 'withdrawal', 'expulsion'))
);
--> statement-breakpoint
CREATE TABLE "pulses" (
	"agreement_id" uuid NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"taken_at" timestamp(3) with time zone NOT NULL,
	"shown_at" timestamp(3) with time zone NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "pulses_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "pulses_kind" CHECK ("kind" in ('round', 'meeting'))
);
--> statement-breakpoint
ALTER TABLE "contributions" DROP CONSTRAINT "contributions_kind";--> statement-breakpoint
ALTER TABLE "parties" ADD COLUMN "leaves_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "annexes" ADD CONSTRAINT "annexes_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pulses" ADD CONSTRAINT "pulses_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pulses_taken" ON "pulses" USING btree ("agreement_id","taken_at","id");--> statement-breakpoint
ALTER TABLE "contributions" ADD CONSTRAINT "contributions_kind" CHECK ("kind" in ('problem', 'proposal', 'concern', 'dilemma', 'resistance', 'help-request', 'appreciation'));
--> statement-breakpoint
-- Pulses stand behind the same wall as all else that belongs to an agreement (0007_lookups.sql).
GRANT SELECT, INSERT, UPDATE ON pulses TO handslag_app;
--> statement-breakpoint
ALTER TABLE pulses ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY at_table ON pulses TO handslag_app USING (
  (SELECT s.agreement_id FROM seats s WHERE s.agreement_id = pulses.agreement_id AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL
  OR (SELECT t.id FROM stream_types t WHERE t.id = pulses.agreement_id) IS NULL);
--> statement-breakpoint
CREATE TABLE "links" (
	"agreement_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"to_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "links_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "links_kind" CHECK ("kind" in ('amends', 'supersedes', 'ends'))
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"open" boolean NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "templates_organisation_id_id_pk" PRIMARY KEY("organisation_id","id"),
	CONSTRAINT "templates_kind" CHECK ("kind" in ('two', 'covenant'))
);
--> statement-breakpoint
ALTER TABLE "links" ADD CONSTRAINT "links_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "links_to" ON "links" USING btree ("to_id","id");
--> statement-breakpoint
-- A party whose notice has ended is at its table no more, from that moment on and without anybody having to write it.
CREATE OR REPLACE VIEW seats AS
  SELECT agreement_id, organisation_id FROM parties WHERE here AND (leaves_at IS NULL OR leaves_at > statement_timestamp());
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON annexes, links, templates TO handslag_app;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['annexes', 'links'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY at_table ON %1$I TO handslag_app USING (
        (SELECT s.agreement_id FROM seats s WHERE s.agreement_id = %1$I.agreement_id AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL
        OR (SELECT t.id FROM stream_types t WHERE t.id = %1$I.agreement_id) IS NULL)', name);
  END LOOP;
END $$;
--> statement-breakpoint
ALTER TABLE templates ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own ON templates TO handslag_app USING (organisation_id = (SELECT acting_organisation()));
--> statement-breakpoint
CREATE TABLE "messages" (
	"organisation_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"agreement_id" uuid NOT NULL,
	"to_ids" uuid[] NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "messages_organisation_id_id_pk" PRIMARY KEY("organisation_id","id")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "messages_agreement" ON "messages" USING btree ("agreement_id","id");
--> statement-breakpoint
-- A message is there for the organisation that sent it and for those that it is for, while they sit at its table; for no operator, though
-- it is in the history of an organisation: one restriction stands beside what the operator may read of organisations. It holds for what
-- was asked and answered about positions too.
GRANT SELECT, INSERT ON messages TO handslag_app;
--> statement-breakpoint
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY parties ON messages TO handslag_app
  USING (
    (SELECT s.agreement_id FROM seats s WHERE s.agreement_id = messages.agreement_id AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL
    AND (organisation_id = (SELECT acting_organisation()) OR (SELECT acting_organisation()) = ANY (to_ids)))
  WITH CHECK (
    (SELECT s.agreement_id FROM seats s WHERE s.agreement_id = messages.agreement_id AND s.organisation_id = (SELECT acting_organisation())) IS NOT NULL
    AND organisation_id = (SELECT acting_organisation()));
--> statement-breakpoint
CREATE POLICY no_messages ON ledger_payloads AS RESTRICTIVE FOR SELECT TO handslag_app USING (
  (SELECT acting_kind()) <> 'operator'
  OR (SELECT l.type FROM ledger l WHERE l.stream_id = ledger_payloads.stream_id AND l.revision = ledger_payloads.revision)
    IN ('message-sent', 'position-acknowledged', 'position-answered') IS NOT TRUE);
--> statement-breakpoint
-- What was stored before knows nothing of these: none of them yet.
UPDATE streams SET state = '{"pulses": {}, "annexes": {}, "links": {}}'::jsonb || state WHERE type = 'agreement';
--> statement-breakpoint
UPDATE snapshots SET state = '{"pulses": {}, "annexes": {}, "links": {}}'::jsonb || snapshots.state
  FROM streams WHERE streams.id = snapshots.stream_id AND streams.type = 'agreement';
--> statement-breakpoint
UPDATE streams SET state = '{"templates": {}}'::jsonb || state WHERE type = 'organisation';
