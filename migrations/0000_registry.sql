CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"organisation_id" uuid NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"active" boolean NOT NULL,
	"authorities" text[] NOT NULL,
	"scopes" text[] NOT NULL,
	CONSTRAINT "accounts_kind" CHECK ("kind" in ('person', 'application'))
);
--> statement-breakpoint
CREATE TABLE "agreements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"visibility" text NOT NULL,
	"network_id" uuid,
	"under_id" uuid,
	"title" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "agreements_kind" CHECK ("kind" in ('two', 'covenant')),
	CONSTRAINT "agreements_status" CHECK ("status" in ('draft', 'active', 'ended')),
	CONSTRAINT "agreements_visibility" CHECK ("visibility" in ('parties', 'network', 'public'))
);
--> statement-breakpoint
CREATE TABLE "applications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "commitments" (
	"agreement_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"id" uuid NOT NULL,
	"owner_party_id" uuid NOT NULL,
	"state" text NOT NULL,
	"due_on" text,
	"doc" jsonb NOT NULL,
	CONSTRAINT "commitments_agreement_id_version_id_pk" PRIMARY KEY("agreement_id","version","id"),
	CONSTRAINT "commitments_state" CHECK ("state" in ('offered', 'accepted', 'declined', 'returned', 'withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "contributions" (
	"agreement_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"party_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "contributions_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "contributions_kind" CHECK ("kind" in ('problem', 'proposal', 'concern', 'dilemma', 'help-request', 'appreciation'))
);
--> statement-breakpoint
CREATE TABLE "desks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hearings" (
	"agreement_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"id" uuid NOT NULL,
	"party_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "hearings_agreement_id_id_pk" PRIMARY KEY("agreement_id","id")
);
--> statement-breakpoint
CREATE TABLE "impasses" (
	"agreement_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "impasses_agreement_id_id_pk" PRIMARY KEY("agreement_id","id")
);
--> statement-breakpoint
CREATE TABLE "in_force" (
	"agreement_id" uuid NOT NULL,
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"from_at" timestamp(3) with time zone NOT NULL,
	"until_at" timestamp(3) with time zone NOT NULL,
	"known_at" timestamp(3) with time zone NOT NULL,
	"replaced_at" timestamp(3) with time zone,
	CONSTRAINT "in_force_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "in_force_period" CHECK (from_at < until_at)
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"stream_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"stream_type" text NOT NULL,
	"type" text NOT NULL,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"actor_id" text NOT NULL,
	"organisation_id" uuid,
	"mandate_id" uuid,
	"payload_digest" text NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "ledger_stream_id_revision_pk" PRIMARY KEY("stream_id","revision"),
	CONSTRAINT "ledger_revision" CHECK (revision >= 1)
);
--> statement-breakpoint
CREATE TABLE "ledger_payloads" (
	"stream_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"salt" text NOT NULL,
	"payload" jsonb NOT NULL,
	CONSTRAINT "ledger_payloads_stream_id_revision_pk" PRIMARY KEY("stream_id","revision")
);
--> statement-breakpoint
CREATE TABLE "mandates" (
	"agreement_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"party_id" uuid NOT NULL,
	"holder_id" uuid NOT NULL,
	"grantor_id" uuid NOT NULL,
	"from_at" timestamp(3) with time zone NOT NULL,
	"until_at" timestamp(3) with time zone NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "mandates_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "mandates_not_to_self" CHECK (holder_id <> grantor_id),
	CONSTRAINT "mandates_period" CHECK (from_at < until_at)
);
--> statement-breakpoint
CREATE TABLE "meetings" (
	"agreement_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"id" uuid NOT NULL,
	"state" text NOT NULL,
	"starts_at" timestamp(3) with time zone NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "meetings_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "meetings_state" CHECK ("state" in ('planned', 'closed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "network_members" (
	"network_id" uuid NOT NULL,
	"organisation_id" uuid NOT NULL,
	"here" boolean NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "network_members_network_id_organisation_id_pk" PRIMARY KEY("network_id","organisation_id")
);
--> statement-breakpoint
CREATE TABLE "networks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organisation_identifiers" (
	"organisation_id" uuid NOT NULL,
	"scheme" text NOT NULL,
	"value" text NOT NULL,
	"current" boolean NOT NULL,
	CONSTRAINT "organisation_identifiers_organisation_id_scheme_value_pk" PRIMARY KEY("organisation_id","scheme","value"),
	CONSTRAINT "organisation_identifiers_scheme" CHECK ("scheme" in ('oin', 'kvk', 'rsin', 'tooi', 'other'))
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parties" (
	"agreement_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"organisation_id" uuid NOT NULL,
	"involvement" text NOT NULL,
	"here" boolean NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "parties_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "parties_involvement" CHECK ("involvement" in ('seated', 'consulted', 'informed'))
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organisation_id" uuid NOT NULL,
	"here" boolean NOT NULL,
	"doc" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reflections" (
	"agreement_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"id" uuid NOT NULL,
	"party_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "reflections_agreement_id_id_pk" PRIMARY KEY("agreement_id","id")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"agreement_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "roles_agreement_id_id_pk" PRIMARY KEY("agreement_id","id")
);
--> statement-breakpoint
CREATE TABLE "rounds" (
	"agreement_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "rounds_agreement_id_number_pk" PRIMARY KEY("agreement_id","number"),
	CONSTRAINT "rounds_state" CHECK ("state" in ('deliberating', 'impasse', 'acting', 'reflecting', 'closed')),
	CONSTRAINT "rounds_number" CHECK (number >= 1)
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"stream_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"state" jsonb NOT NULL,
	CONSTRAINT "snapshots_stream_id_revision_pk" PRIMARY KEY("stream_id","revision")
);
--> statement-breakpoint
CREATE TABLE "stances" (
	"agreement_id" uuid NOT NULL,
	"round_number" integer NOT NULL,
	"id" uuid NOT NULL,
	"party_id" uuid NOT NULL,
	"position" text NOT NULL,
	"mandate_id" uuid NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "stances_agreement_id_round_number_party_id_pk" PRIMARY KEY("agreement_id","round_number","party_id"),
	CONSTRAINT "stances_position" CHECK ("position" in ('accept', 'accept-with-dissent', 'withhold'))
);
--> statement-breakpoint
CREATE TABLE "streams" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"revision" integer NOT NULL,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"hash" text NOT NULL,
	"state" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"agreement_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	"state" text NOT NULL,
	"doc" jsonb NOT NULL,
	CONSTRAINT "transfers_agreement_id_id_pk" PRIMARY KEY("agreement_id","id"),
	CONSTRAINT "transfers_state" CHECK ("state" in ('offered', 'accepted', 'declined', 'withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "versions" (
	"agreement_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"adopted_at" timestamp(3) with time zone NOT NULL,
	"text_digest" text NOT NULL,
	"subjects" text[] NOT NULL,
	"organisation_ids" uuid[] NOT NULL,
	"doc" json NOT NULL,
	CONSTRAINT "versions_agreement_id_number_pk" PRIMARY KEY("agreement_id","number"),
	CONSTRAINT "versions_number" CHECK (number >= 1)
);
--> statement-breakpoint
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "applications" ADD CONSTRAINT "applications_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commitments" ADD CONSTRAINT "commitments_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contributions" ADD CONSTRAINT "contributions_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "desks" ADD CONSTRAINT "desks_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hearings" ADD CONSTRAINT "hearings_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "impasses" ADD CONSTRAINT "impasses_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "in_force" ADD CONSTRAINT "in_force_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mandates" ADD CONSTRAINT "mandates_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meetings" ADD CONSTRAINT "meetings_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_members" ADD CONSTRAINT "network_members_network_id_networks_id_fk" FOREIGN KEY ("network_id") REFERENCES "public"."networks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_members" ADD CONSTRAINT "network_members_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organisation_identifiers" ADD CONSTRAINT "organisation_identifiers_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parties" ADD CONSTRAINT "parties_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parties" ADD CONSTRAINT "parties_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reflections" ADD CONSTRAINT "reflections_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stances" ADD CONSTRAINT "stances_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "versions" ADD CONSTRAINT "versions_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_once" ON "accounts" USING btree ("issuer","subject") WHERE active;--> statement-breakpoint
CREATE INDEX "agreements_network" ON "agreements" USING btree ("network_id","id");--> statement-breakpoint
CREATE INDEX "agreements_under" ON "agreements" USING btree ("under_id","id");--> statement-breakpoint
CREATE INDEX "applications_organisation" ON "applications" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE INDEX "contributions_round" ON "contributions" USING btree ("agreement_id","round_number","id");--> statement-breakpoint
CREATE INDEX "desks_organisation" ON "desks" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE INDEX "hearings_round" ON "hearings" USING btree ("agreement_id","round_number","id");--> statement-breakpoint
CREATE INDEX "in_force_now" ON "in_force" USING btree ("agreement_id","from_at") WHERE replaced_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_hash" ON "ledger" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "mandates_holder" ON "mandates" USING btree ("holder_id","agreement_id");--> statement-breakpoint
CREATE INDEX "meetings_start" ON "meetings" USING btree ("agreement_id","starts_at","id");--> statement-breakpoint
CREATE INDEX "network_members_organisation" ON "network_members" USING btree ("organisation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "organisation_identifiers_once" ON "organisation_identifiers" USING btree ("scheme","value") WHERE current and scheme <> 'other';--> statement-breakpoint
CREATE INDEX "organisations_name" ON "organisations" USING btree ("name","id");--> statement-breakpoint
CREATE UNIQUE INDEX "parties_organisation" ON "parties" USING btree ("organisation_id","agreement_id") WHERE here;--> statement-breakpoint
CREATE INDEX "people_organisation" ON "people" USING btree ("organisation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "reflections_once" ON "reflections" USING btree ("agreement_id","round_number","party_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rounds_one_open" ON "rounds" USING btree ("agreement_id") WHERE state <> 'closed';--> statement-breakpoint
CREATE INDEX "snapshots_recorded" ON "snapshots" USING btree ("stream_id","recorded_at");--> statement-breakpoint
CREATE INDEX "transfers_role" ON "transfers" USING btree ("agreement_id","role_id","id");