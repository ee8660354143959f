-- What is there already gets its values from the agreement, or from what the transfer says.
ALTER TABLE "parties" ADD COLUMN "kind" text;--> statement-breakpoint
ALTER TABLE "parties" ADD COLUMN "status" text;--> statement-breakpoint
ALTER TABLE "parties" ADD COLUMN "title" text;--> statement-breakpoint
ALTER TABLE "parties" ADD COLUMN "created_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "transfers" ADD COLUMN "to_person_id" uuid;--> statement-breakpoint
ALTER TABLE "desks" ADD COLUMN "open" boolean;--> statement-breakpoint
UPDATE parties SET kind = a.kind, status = a.status, title = a.title, created_at = a.created_at FROM agreements a WHERE a.id = agreement_id;--> statement-breakpoint
UPDATE transfers SET to_person_id = (doc->>'toPersonId')::uuid;--> statement-breakpoint
UPDATE desks SET open = doc->>'closedAt' IS NULL;--> statement-breakpoint
ALTER TABLE "parties" ALTER COLUMN "kind" SET NOT NULL, ALTER COLUMN "status" SET NOT NULL, ALTER COLUMN "title" SET NOT NULL, ALTER COLUMN "created_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "transfers" ALTER COLUMN "to_person_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "desks" ALTER COLUMN "open" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "parties_kind_created" ON "parties" USING btree ("organisation_id","kind","created_at","agreement_id") WHERE here;--> statement-breakpoint
CREATE INDEX "parties_status_created" ON "parties" USING btree ("organisation_id","status","created_at","agreement_id") WHERE here;--> statement-breakpoint
CREATE INDEX "publications_in_network" ON "publications" USING btree ("network_id","agreement_id") WHERE adopted and visibility = 'network';--> statement-breakpoint
CREATE INDEX "parties_created" ON "parties" USING btree ("organisation_id","created_at","agreement_id") WHERE here;--> statement-breakpoint
CREATE INDEX "parties_title" ON "parties" USING btree ("organisation_id","title","agreement_id") WHERE here;--> statement-breakpoint
CREATE INDEX "desks_open" ON "desks" USING btree ("organisation_id","id") WHERE open;--> statement-breakpoint
CREATE INDEX "people_here" ON "people" USING btree ("organisation_id","id") WHERE here;--> statement-breakpoint
CREATE INDEX "publications_public" ON "publications" USING btree ("agreement_id") WHERE adopted and visibility = 'public';--> statement-breakpoint
CREATE INDEX "transfers_offered" ON "transfers" USING btree ("to_person_id","agreement_id") WHERE state = 'offered';--> statement-breakpoint
ALTER TABLE "parties" ADD CONSTRAINT "parties_kind" CHECK ("kind" in ('two', 'covenant'));--> statement-breakpoint
ALTER TABLE "parties" ADD CONSTRAINT "parties_status" CHECK ("status" in ('draft', 'active', 'ended'));
