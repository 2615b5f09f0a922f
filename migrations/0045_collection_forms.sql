CREATE SCHEMA "collection";
--> statement-breakpoint
CREATE TABLE "collection"."breach_report" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"state" text NOT NULL,
	"reporter_id" uuid NOT NULL,
	"reporter_organization_id" uuid,
	"reported_id" uuid NOT NULL,
	"division" text NOT NULL,
	"form_id" uuid,
	"description" text NOT NULL,
	"fields" text[] NOT NULL,
	"evidence" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone,
	"is_due_provisional" boolean DEFAULT false NOT NULL,
	"checked_by" uuid,
	"decided_by" uuid,
	"decided_at" timestamp (3) with time zone,
	"reason" text,
	"demand" text,
	"rule_pack" text NOT NULL,
	CONSTRAINT "breach_report_number" UNIQUE("number"),
	CONSTRAINT "breach_report_state_known" CHECK ("collection"."breach_report"."state" in ('received', 'checking', 'substantiated', 'unsubstantiated', 'withdrawn')),
	CONSTRAINT "breach_report_decided_with_reason" CHECK ("collection"."breach_report"."state" not in ('substantiated', 'unsubstantiated')
        or ("collection"."breach_report"."decided_by" is not null and "collection"."breach_report"."decided_at" is not null and "collection"."breach_report"."reason" is not null
          and "collection"."breach_report"."decided_by" <> "collection"."breach_report"."reporter_id")),
	CONSTRAINT "breach_report_demand_said" CHECK ("collection"."breach_report"."state" <> 'substantiated' or "collection"."breach_report"."demand" is not null)
);
--> statement-breakpoint
CREATE TABLE "collection"."planned_field" (
	"id" uuid PRIMARY KEY NOT NULL,
	"form_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"name_zh" text NOT NULL,
	"code_name" text,
	"type" text,
	"standard" text,
	"hits" text[] DEFAULT '{}' NOT NULL,
	"answer" text,
	"answer_reason" text,
	"answered_hits" text[] DEFAULT '{}' NOT NULL,
	"later_hits" text[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "planned_field_position" UNIQUE("form_id","position"),
	CONSTRAINT "planned_field_name" UNIQUE("form_id","name_zh"),
	CONSTRAINT "planned_field_answer_known" CHECK ("collection"."planned_field"."answer" in ('dropped', 'different', 'exempt')),
	CONSTRAINT "planned_field_answer_said" CHECK ("collection"."planned_field"."answer" is null or "collection"."planned_field"."answer" = 'dropped' or coalesce(length("collection"."planned_field"."answer_reason"), 0) > 0)
);
--> statement-breakpoint
CREATE TABLE "collection"."planned_form" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text,
	"organization_id" uuid NOT NULL,
	"division" text NOT NULL,
	"state" text NOT NULL,
	"title" text NOT NULL,
	"purpose" text NOT NULL,
	"legal_basis" text NOT NULL,
	"audience" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"submitted_by" uuid,
	"submitted_at" timestamp (3) with time zone,
	"reviewed_by" uuid,
	"reviewer_organization_id" uuid,
	"registered_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"reason" text,
	"rule_pack" text,
	"overtaken_at" timestamp (3) with time zone,
	CONSTRAINT "planned_form_number" UNIQUE("number"),
	CONSTRAINT "planned_form_state_known" CHECK ("collection"."planned_form"."state" in ('draft', 'submitted', 'reviewing', 'returned', 'registered', 'ended', 'discarded')),
	CONSTRAINT "planned_form_audience_known" CHECK ("collection"."planned_form"."audience" in ('citizens', 'enterprises', 'institutions')),
	CONSTRAINT "planned_form_period" CHECK ("collection"."planned_form"."ends_on" is null or "collection"."planned_form"."ends_on" >= "collection"."planned_form"."starts_on"),
	CONSTRAINT "planned_form_registered_by_another" CHECK ("collection"."planned_form"."state" not in ('registered', 'ended') or ("collection"."planned_form"."number" is not null and "collection"."planned_form"."registered_at" is not null
        and "collection"."planned_form"."reviewed_by" is not null and "collection"."planned_form"."reviewed_by" <> "collection"."planned_form"."submitted_by"
        and "collection"."planned_form"."reviewer_organization_id" is not null and "collection"."planned_form"."reviewer_organization_id" <> "collection"."planned_form"."organization_id")),
	CONSTRAINT "planned_form_reason_said" CHECK ("collection"."planned_form"."state" not in ('returned', 'ended') or "collection"."planned_form"."reason" is not null)
);
--> statement-breakpoint
ALTER TABLE "notices"."notice" DROP CONSTRAINT "notice_personal_is_watched";--> statement-breakpoint
ALTER TABLE "collection"."breach_report" ADD CONSTRAINT "breach_report_reporter_id_person_id_fk" FOREIGN KEY ("reporter_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."breach_report" ADD CONSTRAINT "breach_report_reporter_organization_id_organization_id_fk" FOREIGN KEY ("reporter_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."breach_report" ADD CONSTRAINT "breach_report_reported_id_organization_id_fk" FOREIGN KEY ("reported_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."breach_report" ADD CONSTRAINT "breach_report_form_id_planned_form_id_fk" FOREIGN KEY ("form_id") REFERENCES "collection"."planned_form"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."breach_report" ADD CONSTRAINT "breach_report_checked_by_person_id_fk" FOREIGN KEY ("checked_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."breach_report" ADD CONSTRAINT "breach_report_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."planned_field" ADD CONSTRAINT "planned_field_form_id_planned_form_id_fk" FOREIGN KEY ("form_id") REFERENCES "collection"."planned_form"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."planned_form" ADD CONSTRAINT "planned_form_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."planned_form" ADD CONSTRAINT "planned_form_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."planned_form" ADD CONSTRAINT "planned_form_submitted_by_person_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."planned_form" ADD CONSTRAINT "planned_form_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "collection"."planned_form" ADD CONSTRAINT "planned_form_reviewer_organization_id_organization_id_fk" FOREIGN KEY ("reviewer_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "breach_report_reporter" ON "collection"."breach_report" USING btree ("reporter_id","id");--> statement-breakpoint
CREATE INDEX "breach_report_division" ON "collection"."breach_report" USING btree ("division","id");--> statement-breakpoint
CREATE INDEX "breach_report_reported" ON "collection"."breach_report" USING btree ("reported_id","id");--> statement-breakpoint
CREATE INDEX "planned_form_organization" ON "collection"."planned_form" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "planned_form_state" ON "collection"."planned_form" USING btree ("state","id");--> statement-breakpoint
ALTER TABLE "notices"."notice" ADD CONSTRAINT "notice_personal_is_watched" CHECK ("notices"."notice"."organization_id" is not null or "notices"."notice"."kind" like 'product.%' or "notices"."notice"."kind" = 'search.matched'
        or "notices"."notice"."kind" like 'breach-report.%');