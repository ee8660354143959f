CREATE TABLE "answers" (
	"caller_id" text NOT NULL,
	"key" text NOT NULL,
	"request_digest" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"status" integer,
	"headers" jsonb,
	"body" text,
	"stream_ids" uuid[],
	CONSTRAINT "answers_caller_id_key_pk" PRIMARY KEY("caller_id","key")
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"root" text NOT NULL,
	"jws" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_entries" (
	"position" bigint PRIMARY KEY NOT NULL,
	"stream_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "log_entries_position" CHECK (position >= 0)
);
--> statement-breakpoint
CREATE TABLE "log_nodes" (
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "log_nodes_level_index_pk" PRIMARY KEY("level","index")
);
--> statement-breakpoint
CREATE TABLE "log_queue" (
	"stream_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "log_queue_stream_id_revision_pk" PRIMARY KEY("stream_id","revision")
);
--> statement-breakpoint
CREATE TABLE "publications" (
	"agreement_id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"visibility" text NOT NULL,
	"network_id" uuid,
	"adopted" boolean NOT NULL,
	CONSTRAINT "publications_kind" CHECK ("kind" in ('two', 'covenant')),
	CONSTRAINT "publications_visibility" CHECK ("visibility" in ('parties', 'network', 'public'))
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"agreement_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"jws" text NOT NULL,
	CONSTRAINT "receipts_agreement_id_revision_pk" PRIMARY KEY("agreement_id","revision")
);
--> statement-breakpoint
ALTER TABLE "publications" ADD CONSTRAINT "publications_agreement_id_agreements_id_fk" FOREIGN KEY ("agreement_id") REFERENCES "public"."agreements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "answers_streams" ON "answers" USING gin ("stream_ids");--> statement-breakpoint
CREATE INDEX "answers_at" ON "answers" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "log_entries_entry" ON "log_entries" USING btree ("stream_id","revision");--> statement-breakpoint
CREATE INDEX "publications_network" ON "publications" USING btree ("network_id","agreement_id");