CREATE SCHEMA "bulletin";
--> statement-breakpoint
CREATE TABLE "bulletin"."announcement" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"title_zh" text NOT NULL,
	"title_en" text NOT NULL,
	"body_zh" text NOT NULL,
	"body_en" text NOT NULL,
	"state" text NOT NULL,
	"drafted_by" uuid NOT NULL,
	"published_by" uuid,
	"published_at" timestamp (3) with time zone,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "announcement_published_by_another" CHECK ("bulletin"."announcement"."state" not in ('published', 'withdrawn')
        or ("bulletin"."announcement"."published_by" is not null and "bulletin"."announcement"."published_at" is not null and "bulletin"."announcement"."published_by" <> "bulletin"."announcement"."drafted_by")),
	CONSTRAINT "announcement_withdrawn_with_reason" CHECK ("bulletin"."announcement"."state" <> 'withdrawn' or "bulletin"."announcement"."reason" is not null)
);
--> statement-breakpoint
ALTER TABLE "bulletin"."announcement" ADD CONSTRAINT "announcement_drafted_by_person_id_fk" FOREIGN KEY ("drafted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulletin"."announcement" ADD CONSTRAINT "announcement_published_by_person_id_fk" FOREIGN KEY ("published_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "announcement_published" ON "bulletin"."announcement" USING btree ("published_at" DESC NULLS LAST,"id" DESC NULLS LAST) WHERE "bulletin"."announcement"."state" = 'published';--> statement-breakpoint
CREATE INDEX "announcement_state" ON "bulletin"."announcement" USING btree ("state","changed_at");