CREATE SCHEMA "resources";
--> statement-breakpoint
CREATE TABLE "resources"."attachment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"entry_id" uuid NOT NULL,
	"entry_version_id" uuid NOT NULL,
	"data_version_id" uuid NOT NULL,
	"sequence_no" integer NOT NULL,
	"state" text DEFAULT 'attached' NOT NULL,
	"attached_by" uuid NOT NULL,
	"attached_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "attachment_once" UNIQUE("entry_id","data_version_id"),
	CONSTRAINT "attachment_sequence" UNIQUE("entry_id","sequence_no"),
	CONSTRAINT "attachment_state_known" CHECK ("resources"."attachment"."state" = 'attached')
);
--> statement-breakpoint
CREATE TABLE "resources"."code_serial" (
	"class_code" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "resources"."entry" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"division" text NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_on" date,
	"due_on" date,
	CONSTRAINT "entry_code_unique" UNIQUE("code"),
	CONSTRAINT "entry_code_form" CHECK ("resources"."entry"."code" ~ '^[1-3][0-9]{5,11}/[0-9]{6,}$')
);
--> statement-breakpoint
CREATE TABLE "resources"."entry_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"entry_id" uuid NOT NULL,
	"version_no" integer NOT NULL,
	"state" text NOT NULL,
	"name_zh" text NOT NULL,
	"name_en" text,
	"abstract" text,
	"format" text,
	"sharing_type" text,
	"sharing_basis" text,
	"sharing_condition" text,
	"opening_type" text,
	"opening_basis" text,
	"opening_condition" text,
	"update_cycle" text,
	"grade" text,
	"placement" text,
	"system_of_record" text,
	"duty_basis" text,
	"themes" text[] DEFAULT '{}' NOT NULL,
	"security_terms" text,
	"related_codes" text[] DEFAULT '{}' NOT NULL,
	"items" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"changed_by" uuid NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"submitted_by" uuid,
	"submitted_at" timestamp (3) with time zone,
	"reviewed_by" uuid,
	"reviewer_organization_id" uuid,
	"published_at" timestamp (3) with time zone,
	"reason" text,
	"rule_pack" text,
	"words" text,
	"document" "tsvector",
	CONSTRAINT "entry_version_number" UNIQUE("entry_id","version_no"),
	CONSTRAINT "entry_version_state_known" CHECK ("resources"."entry_version"."state" in ('draft', 'submitted', 'reviewing', 'returned', 'published', 'superseded', 'withdrawn', 'discarded')),
	CONSTRAINT "entry_version_complete" CHECK ("resources"."entry_version"."state" in ('draft', 'returned', 'discarded') or ("resources"."entry_version"."abstract" is not null and "resources"."entry_version"."format" is not null
        and "resources"."entry_version"."sharing_type" is not null and "resources"."entry_version"."sharing_basis" is not null and "resources"."entry_version"."opening_type" is not null
        and "resources"."entry_version"."opening_basis" is not null and "resources"."entry_version"."update_cycle" is not null and "resources"."entry_version"."placement" is not null
        and "resources"."entry_version"."system_of_record" is not null and "resources"."entry_version"."duty_basis" is not null and cardinality("resources"."entry_version"."themes") > 0
        and jsonb_array_length("resources"."entry_version"."items") > 0 and "resources"."entry_version"."submitted_by" is not null)),
	CONSTRAINT "entry_version_conditions_said" CHECK ("resources"."entry_version"."state" in ('draft', 'returned', 'discarded')
        or (("resources"."entry_version"."sharing_type" <> 'conditional' or "resources"."entry_version"."sharing_condition" is not null)
          and ("resources"."entry_version"."opening_type" <> 'conditional' or "resources"."entry_version"."opening_condition" is not null))),
	CONSTRAINT "entry_version_published_graded" CHECK ("resources"."entry_version"."state" not in ('published', 'superseded', 'withdrawn') or ("resources"."entry_version"."grade" is not null and "resources"."entry_version"."grade" in ('general', 'important', 'core')
        and "resources"."entry_version"."published_at" is not null and "resources"."entry_version"."words" is not null and "resources"."entry_version"."document" is not null)),
	CONSTRAINT "entry_version_core_kept" CHECK ("resources"."entry_version"."state" not in ('published', 'superseded', 'withdrawn')
        or (("resources"."entry_version"."grade" <> 'core' or ("resources"."entry_version"."sharing_type" = 'notShared' and "resources"."entry_version"."opening_type" = 'notOpen'))
          and ("resources"."entry_version"."grade" <> 'important' or "resources"."entry_version"."opening_type" <> 'open'))),
	CONSTRAINT "entry_version_reviewed_by_another" CHECK ("resources"."entry_version"."state" not in ('published', 'superseded', 'withdrawn')
        or ("resources"."entry_version"."reviewed_by" is not null and "resources"."entry_version"."reviewed_by" <> "resources"."entry_version"."submitted_by" and "resources"."entry_version"."reviewer_organization_id" is not null)),
	CONSTRAINT "entry_version_reason_said" CHECK ("resources"."entry_version"."state" not in ('returned', 'withdrawn') or "resources"."entry_version"."reason" is not null)
);
--> statement-breakpoint
ALTER TABLE "resources"."attachment" ADD CONSTRAINT "attachment_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."attachment" ADD CONSTRAINT "attachment_entry_version_id_entry_version_id_fk" FOREIGN KEY ("entry_version_id") REFERENCES "resources"."entry_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."attachment" ADD CONSTRAINT "attachment_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."attachment" ADD CONSTRAINT "attachment_attached_by_person_id_fk" FOREIGN KEY ("attached_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry" ADD CONSTRAINT "entry_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry" ADD CONSTRAINT "entry_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD CONSTRAINT "entry_version_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD CONSTRAINT "entry_version_changed_by_person_id_fk" FOREIGN KEY ("changed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD CONSTRAINT "entry_version_submitted_by_person_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD CONSTRAINT "entry_version_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD CONSTRAINT "entry_version_reviewer_organization_id_organization_id_fk" FOREIGN KEY ("reviewer_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachment_data_version" ON "resources"."attachment" USING btree ("data_version_id");--> statement-breakpoint
CREATE INDEX "entry_organization" ON "resources"."entry" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "entry_due" ON "resources"."entry" USING btree ("due_on") WHERE "resources"."entry"."due_on" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "entry_version_one_published" ON "resources"."entry_version" USING btree ("entry_id") WHERE "resources"."entry_version"."state" = 'published';--> statement-breakpoint
CREATE UNIQUE INDEX "entry_version_one_open" ON "resources"."entry_version" USING btree ("entry_id") WHERE "resources"."entry_version"."state" in ('draft', 'submitted', 'reviewing', 'returned');--> statement-breakpoint
CREATE INDEX "entry_version_state" ON "resources"."entry_version" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "entry_version_published" ON "resources"."entry_version" USING btree ("published_at","entry_id") WHERE "resources"."entry_version"."state" = 'published';--> statement-breakpoint
CREATE INDEX "entry_version_document" ON "resources"."entry_version" USING gin ("document") WHERE "resources"."entry_version"."state" = 'published';