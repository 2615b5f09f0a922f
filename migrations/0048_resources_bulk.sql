CREATE TABLE "resources"."bulk_import" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"file_name" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"state" text NOT NULL,
	"notes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"new_lines" integer NOT NULL,
	"changed_lines" integer NOT NULL,
	"unchanged_lines" integer NOT NULL,
	"refused_lines" integer NOT NULL,
	"written_lines" integer,
	"decided_by" uuid,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "bulk_import_state_known" CHECK ("resources"."bulk_import"."state" in ('ready', 'confirmed', 'discarded')),
	CONSTRAINT "bulk_import_decided_whole" CHECK (("resources"."bulk_import"."state" = 'ready') = ("resources"."bulk_import"."decided_at" is null) and ("resources"."bulk_import"."decided_at" is null) = ("resources"."bulk_import"."decided_by" is null)
        and ("resources"."bulk_import"."state" = 'confirmed') = ("resources"."bulk_import"."written_lines" is not null))
);
--> statement-breakpoint
CREATE TABLE "resources"."import_line" (
	"import_id" uuid NOT NULL,
	"sequence_no" integer NOT NULL,
	"sheet" text NOT NULL,
	"row_no" integer NOT NULL,
	"outcome" text NOT NULL,
	"name_zh" text NOT NULL,
	"code" text,
	"cells" jsonb NOT NULL,
	"items" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"changes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"errors" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"entry_id" uuid,
	"base_version_id" uuid,
	"base_changed_at" timestamp (3) with time zone,
	"version_id" uuid,
	CONSTRAINT "import_line_pkey" PRIMARY KEY("import_id","sequence_no"),
	CONSTRAINT "import_line_outcome_known" CHECK ("resources"."import_line"."outcome" in ('new', 'changed', 'unchanged', 'refused', 'stale', 'written')),
	CONSTRAINT "import_line_sheet_known" CHECK ("resources"."import_line"."sheet" in ('entries', 'items')),
	CONSTRAINT "import_line_refusal_said" CHECK ("resources"."import_line"."outcome" not in ('refused', 'stale') or jsonb_array_length("resources"."import_line"."errors") > 0),
	CONSTRAINT "import_line_written_named" CHECK (("resources"."import_line"."outcome" = 'written') = ("resources"."import_line"."version_id" is not null))
);
--> statement-breakpoint
ALTER TABLE "resources"."entry_version" DROP CONSTRAINT "entry_version_complete";--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD COLUMN "institution_kind" text;--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD COLUMN "service_kind" text;--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD COLUMN "kind_confirmed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD COLUMN "is_voluntary" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "resources"."bulk_import" ADD CONSTRAINT "bulk_import_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."bulk_import" ADD CONSTRAINT "bulk_import_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."bulk_import" ADD CONSTRAINT "bulk_import_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."import_line" ADD CONSTRAINT "import_line_import_id_bulk_import_id_fk" FOREIGN KEY ("import_id") REFERENCES "resources"."bulk_import"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."import_line" ADD CONSTRAINT "import_line_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."import_line" ADD CONSTRAINT "import_line_base_version_id_entry_version_id_fk" FOREIGN KEY ("base_version_id") REFERENCES "resources"."entry_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "resources"."import_line" ADD CONSTRAINT "import_line_version_id_entry_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "resources"."entry_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bulk_import_organization" ON "resources"."bulk_import" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "import_line_outcome" ON "resources"."import_line" USING btree ("import_id","outcome","sequence_no");--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_institution_kind_known" CHECK ("identity"."organization"."institution_kind" in ('publicInstitution', 'publicServiceEnterprise'));--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_service_kind_said" CHECK (("identity"."organization"."service_kind" is not null) = ("identity"."organization"."institution_kind" is not distinct from 'publicServiceEnterprise')
        and ("identity"."organization"."service_kind" is null or "identity"."organization"."service_kind" ~ '^[A-Za-z][A-Za-z0-9-]*$'));--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_kind_of_institution" CHECK (("identity"."organization"."institution_kind" is null or 'institution' = any("identity"."organization"."requested_roles"))
        and ("identity"."organization"."kind_confirmed_at" is null or "identity"."organization"."institution_kind" is not null));--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_kind_fits_code" CHECK ("identity"."organization"."institution_kind" is distinct from 'publicServiceEnterprise' or "identity"."organization"."uscc" !~ '^1');--> statement-breakpoint
ALTER TABLE "resources"."entry_version" ADD CONSTRAINT "entry_version_complete" CHECK ("resources"."entry_version"."state" in ('draft', 'returned', 'discarded') or ("resources"."entry_version"."abstract" is not null and "resources"."entry_version"."format" is not null
        and "resources"."entry_version"."sharing_type" is not null and "resources"."entry_version"."sharing_basis" is not null and "resources"."entry_version"."opening_type" is not null
        and "resources"."entry_version"."opening_basis" is not null and "resources"."entry_version"."update_cycle" is not null and "resources"."entry_version"."placement" is not null
        and "resources"."entry_version"."system_of_record" is not null and ("resources"."entry_version"."duty_basis" is not null or "resources"."entry_version"."is_voluntary") and cardinality("resources"."entry_version"."themes") > 0
        and jsonb_array_length("resources"."entry_version"."items") > 0 and "resources"."entry_version"."submitted_by" is not null));