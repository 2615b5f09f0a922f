CREATE TABLE "resources"."download" (
	"entry_id" uuid NOT NULL,
	"taken_on" date NOT NULL,
	"format" text NOT NULL,
	"times" integer NOT NULL,
	CONSTRAINT "download_pkey" PRIMARY KEY("entry_id","taken_on","format"),
	CONSTRAINT "download_counted" CHECK ("resources"."download"."times" > 0)
);
--> statement-breakpoint
CREATE TABLE "resources"."pull" (
	"id" uuid PRIMARY KEY NOT NULL,
	"entry_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"state" text NOT NULL,
	"url" text NOT NULL,
	"format" text NOT NULL,
	"rhythm" text NOT NULL,
	"day" integer,
	"hour" integer NOT NULL,
	"auth" text NOT NULL,
	"user_name" text,
	"sealed_secret" "bytea",
	"is_automatic" boolean NOT NULL,
	"changed_by" uuid NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"next_at" timestamp (3) with time zone,
	"asked_by" uuid,
	"failures" integer DEFAULT 0 NOT NULL,
	"etag" text,
	"last_modified" text,
	"sha256" text,
	CONSTRAINT "pull_state_known" CHECK ("resources"."pull"."state" in ('active', 'paused', 'halted', 'ended')),
	CONSTRAINT "pull_format_known" CHECK ("resources"."pull"."format" in ('csv', 'tsv', 'json', 'ndjson', 'parquet')),
	CONSTRAINT "pull_rhythm_sound" CHECK ("resources"."pull"."hour" between 0 and 23 and case "resources"."pull"."rhythm" when 'daily' then "resources"."pull"."day" is null
        when 'weekly' then coalesce("resources"."pull"."day" between 1 and 7, false)
        when 'monthly' then coalesce("resources"."pull"."day" between 1 and 28, false) else false end),
	CONSTRAINT "pull_secret_fits" CHECK (case "resources"."pull"."auth" when 'none' then "resources"."pull"."sealed_secret" is null and "resources"."pull"."user_name" is null
        when 'bearer' then "resources"."pull"."sealed_secret" is not null and "resources"."pull"."user_name" is null
        when 'basic' then "resources"."pull"."sealed_secret" is not null and "resources"."pull"."user_name" is not null else false end),
	CONSTRAINT "pull_active_has_next" CHECK (("resources"."pull"."state" = 'active') = ("resources"."pull"."next_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "resources"."pull_try" (
	"id" uuid PRIMARY KEY NOT NULL,
	"pull_id" uuid NOT NULL,
	"state" text NOT NULL,
	"asked_by" uuid,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"status" integer,
	"bytes" bigint,
	"sha256" text,
	"data_version_id" uuid,
	"failure" jsonb,
	"attaching" text,
	"refusal" jsonb,
	CONSTRAINT "pull_try_state_known" CHECK ("resources"."pull_try"."state" in ('running', 'unchanged', 'changed', 'failed', 'cut-off')),
	CONSTRAINT "pull_try_ended" CHECK (("resources"."pull_try"."state" = 'running') = ("resources"."pull_try"."ended_at" is null)),
	CONSTRAINT "pull_try_failure_said" CHECK ("resources"."pull_try"."state" not in ('failed', 'cut-off') or "resources"."pull_try"."failure" is not null),
	CONSTRAINT "pull_try_changed_has_data" CHECK (("resources"."pull_try"."state" = 'changed') = ("resources"."pull_try"."data_version_id" is not null)),
	CONSTRAINT "pull_try_attaching_known" CHECK ("resources"."pull_try"."attaching" is null or ("resources"."pull_try"."data_version_id" is not null and "resources"."pull_try"."attaching" in ('waiting', 'attached', 'refused', 'overtaken')))
);
--> statement-breakpoint
ALTER TABLE "resources"."download" ADD CONSTRAINT "download_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull" ADD CONSTRAINT "pull_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull" ADD CONSTRAINT "pull_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull" ADD CONSTRAINT "pull_changed_by_person_id_fk" FOREIGN KEY ("changed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull" ADD CONSTRAINT "pull_asked_by_person_id_fk" FOREIGN KEY ("asked_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull_try" ADD CONSTRAINT "pull_try_pull_id_pull_id_fk" FOREIGN KEY ("pull_id") REFERENCES "resources"."pull"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull_try" ADD CONSTRAINT "pull_try_asked_by_person_id_fk" FOREIGN KEY ("asked_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."pull_try" ADD CONSTRAINT "pull_try_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "pull_one_per_entry" ON "resources"."pull" USING btree ("entry_id") WHERE "resources"."pull"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "pull_next" ON "resources"."pull" USING btree ("next_at") WHERE "resources"."pull"."state" = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "pull_try_one_running" ON "resources"."pull_try" USING btree ("pull_id") WHERE "resources"."pull_try"."state" = 'running';--> statement-breakpoint
CREATE INDEX "pull_try_pull" ON "resources"."pull_try" USING btree ("pull_id","id");--> statement-breakpoint
CREATE INDEX "pull_try_data_version" ON "resources"."pull_try" USING btree ("data_version_id");--> statement-breakpoint
CREATE INDEX "pull_try_running" ON "resources"."pull_try" USING btree ("started_at") WHERE "resources"."pull_try"."state" = 'running';