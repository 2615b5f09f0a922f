CREATE TABLE "data"."data_inspection" (
	"data_version_id" uuid PRIMARY KEY NOT NULL,
	"verdict" text NOT NULL,
	"scanner" text,
	"signature" text,
	"reason" jsonb,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"inspected_at" timestamp (3) with time zone NOT NULL,
	"proposed_by" uuid,
	"proposed_reason" text,
	"proposed_at" timestamp (3) with time zone,
	"released_by" uuid,
	"released_at" timestamp (3) with time zone,
	CONSTRAINT "data_inspection_verdict_known" CHECK ("data"."data_inspection"."verdict" in ('clean', 'accepted', 'inherited', 'released', 'held', 'infected')),
	CONSTRAINT "data_inspection_held_says_why" CHECK ("data"."data_inspection"."verdict" <> 'held' or "data"."data_inspection"."reason" is not null),
	CONSTRAINT "data_inspection_infected_by_name" CHECK (("data"."data_inspection"."verdict" = 'infected') = ("data"."data_inspection"."signature" is not null)),
	CONSTRAINT "data_inspection_proposed_with_reason" CHECK (("data"."data_inspection"."proposed_by" is null) = ("data"."data_inspection"."proposed_reason" is null) and ("data"."data_inspection"."proposed_by" is null) = ("data"."data_inspection"."proposed_at" is null)),
	CONSTRAINT "data_inspection_released_by_second" CHECK (("data"."data_inspection"."verdict" = 'released') = ("data"."data_inspection"."released_by" is not null)
        and ("data"."data_inspection"."released_by" is null or ("data"."data_inspection"."proposed_by" is not null and "data"."data_inspection"."released_by" <> "data"."data_inspection"."proposed_by")))
);
--> statement-breakpoint
CREATE TABLE "data"."data_quota" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"bytes" bigint NOT NULL,
	"versions" integer NOT NULL,
	"reason" text NOT NULL,
	"set_by" uuid NOT NULL,
	"set_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "data_quota_not_negative" CHECK ("data"."data_quota"."bytes" >= 0 and "data"."data_quota"."versions" >= 0)
);
--> statement-breakpoint
CREATE TABLE "data"."data_upload" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"started_by" uuid NOT NULL,
	"file_name" text NOT NULL,
	"bytes" bigint NOT NULL,
	"state" text NOT NULL,
	"data_version_id" uuid,
	"started_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "data_upload_not_empty" CHECK ("data"."data_upload"."bytes" > 0),
	CONSTRAINT "data_upload_state_known" CHECK ("data"."data_upload"."state" in ('receiving', 'finished', 'ended', 'expired')),
	CONSTRAINT "data_upload_finished_is_version" CHECK (("data"."data_upload"."state" = 'finished') = ("data"."data_upload"."data_version_id" is not null)),
	CONSTRAINT "data_upload_ended_at" CHECK (("data"."data_upload"."state" = 'receiving') = ("data"."data_upload"."ended_at" is null))
);
--> statement-breakpoint
ALTER TABLE "data"."data_version" DROP CONSTRAINT "data_version_state_known";--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD COLUMN "derived_from_id" uuid;--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD COLUMN "derivation" jsonb;--> statement-breakpoint
ALTER TABLE "data"."data_inspection" ADD CONSTRAINT "data_inspection_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_inspection" ADD CONSTRAINT "data_inspection_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_inspection" ADD CONSTRAINT "data_inspection_released_by_person_id_fk" FOREIGN KEY ("released_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_quota" ADD CONSTRAINT "data_quota_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_quota" ADD CONSTRAINT "data_quota_set_by_person_id_fk" FOREIGN KEY ("set_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_upload" ADD CONSTRAINT "data_upload_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_upload" ADD CONSTRAINT "data_upload_started_by_person_id_fk" FOREIGN KEY ("started_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_upload" ADD CONSTRAINT "data_upload_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "data_inspection_held" ON "data"."data_inspection" USING btree ("inspected_at") WHERE "data"."data_inspection"."verdict" = 'held';--> statement-breakpoint
CREATE INDEX "data_upload_receiving" ON "data"."data_upload" USING btree ("organization_id","id") WHERE "data"."data_upload"."state" = 'receiving';--> statement-breakpoint
CREATE INDEX "data_upload_version" ON "data"."data_upload" USING btree ("data_version_id");--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_derived_from_id_data_version_id_fk" FOREIGN KEY ("derived_from_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_derived_says_how" CHECK (("data"."data_version"."derived_from_id" is null) = ("data"."data_version"."derivation" is null) and "data"."data_version"."derived_from_id" <> "data"."data_version"."id");--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_state_known" CHECK ("data"."data_version"."state" in ('profiling', 'unscanned', 'ready', 'confirmed', 'failed', 'discarded'));