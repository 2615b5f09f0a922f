CREATE SCHEMA "risk";
--> statement-breakpoint
CREATE TABLE "data"."data_scan" (
	"data_version_id" uuid PRIMARY KEY NOT NULL,
	"sha256" text NOT NULL,
	"found" jsonb NOT NULL,
	"scanned_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "risk"."assessment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"data_version_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"division" text NOT NULL,
	"sha256" text NOT NULL,
	"state" text NOT NULL,
	"source_category" text,
	"source_statement" text,
	"points" jsonb NOT NULL,
	"consents" jsonb NOT NULL,
	"contains_personal_info" boolean,
	"submitted_by" uuid,
	"submitted_at" timestamp (3) with time zone,
	"reviewed_by" uuid,
	"reviewer_organization_id" uuid,
	"reviewed_at" timestamp (3) with time zone,
	"opinion" text,
	"conditions" text,
	"valid_until" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"is_due_provisional" boolean DEFAULT false NOT NULL,
	"escalated_at" timestamp (3) with time zone,
	"rule_pack" text NOT NULL,
	"rules_digest" text NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "assessment_number_unique" UNIQUE("number"),
	CONSTRAINT "assessment_state_known" CHECK ("risk"."assessment"."state" in ('assessing', 'submitted', 'reviewing', 'passed', 'conditional', 'risk_found', 'handling',
        'feedback', 're_reviewing', 'withheld', 'stale', 'expired')),
	CONSTRAINT "assessment_submitted_by_person" CHECK ("risk"."assessment"."state" in ('assessing', 'stale') or ("risk"."assessment"."submitted_by" is not null and "risk"."assessment"."submitted_at" is not null)),
	CONSTRAINT "assessment_reviewed_independently" CHECK ("risk"."assessment"."state" not in ('passed', 'conditional', 'withheld')
        or ("risk"."assessment"."reviewed_by" is not null and "risk"."assessment"."reviewed_by" <> "risk"."assessment"."submitted_by"
          and "risk"."assessment"."reviewer_organization_id" is not null and "risk"."assessment"."reviewer_organization_id" <> "risk"."assessment"."organization_id")),
	CONSTRAINT "assessment_pass_has_term" CHECK ("risk"."assessment"."state" not in ('passed', 'conditional') or "risk"."assessment"."valid_until" is not null),
	CONSTRAINT "assessment_clock_runs" CHECK ("risk"."assessment"."state" not in ('submitted', 'reviewing', 'handling', 'feedback', 're_reviewing') or "risk"."assessment"."due_at" is not null),
	CONSTRAINT "assessment_condition_said" CHECK ("risk"."assessment"."state" <> 'conditional' or "risk"."assessment"."conditions" is not null)
);
--> statement-breakpoint
CREATE TABLE "risk"."data_grade" (
	"data_version_id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"proposed" text NOT NULL,
	"reasons" jsonb NOT NULL,
	"grade" text NOT NULL,
	"category" text NOT NULL,
	"decided" text NOT NULL,
	"decided_by" uuid NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	"reason" text,
	"approval" text,
	"lower_to" text,
	"lowered_by" uuid,
	"lowered_at" timestamp (3) with time zone,
	"lowered_reason" text,
	"rule_pack" text NOT NULL,
	"rules_digest" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "data_grade_known" CHECK ("risk"."data_grade"."grade" in ('general', 'important', 'core') and "risk"."data_grade"."decided" in ('general', 'important', 'core')
      and "risk"."data_grade"."proposed" in ('general', 'important', 'core')),
	CONSTRAINT "data_grade_higher_wins" CHECK ("risk"."data_grade"."lowered_by" is not null
        or array_position(array['general', 'important', 'core'], "risk"."data_grade"."grade")
          >= array_position(array['general', 'important', 'core'], "risk"."data_grade"."proposed")),
	CONSTRAINT "data_grade_lowered_by_another" CHECK (("risk"."data_grade"."lowered_by" is null) = ("risk"."data_grade"."lowered_at" is null) and ("risk"."data_grade"."lowered_by" is null) = ("risk"."data_grade"."lowered_reason" is null)
        and ("risk"."data_grade"."lowered_by" is null or "risk"."data_grade"."lowered_by" <> "risk"."data_grade"."decided_by"))
);
--> statement-breakpoint
CREATE TABLE "risk"."finding" (
	"id" uuid PRIMARY KEY NOT NULL,
	"assessment_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"harm" text,
	"severity" text NOT NULL,
	"message" text NOT NULL,
	"demand" text NOT NULL,
	"found_by" uuid,
	"found_at" timestamp (3) with time zone NOT NULL,
	"handling" text,
	"evidence" text,
	"handled_by" uuid,
	"handled_at" timestamp (3) with time zone,
	"closed_by" uuid,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "finding_severity_known" CHECK ("risk"."finding"."severity" in ('low', 'medium', 'high')),
	CONSTRAINT "finding_handled_by_person" CHECK (("risk"."finding"."handling" is null) = ("risk"."finding"."handled_by" is null))
);
--> statement-breakpoint
CREATE TABLE "risk"."release" (
	"data_version_id" uuid PRIMARY KEY NOT NULL,
	"sha256" text NOT NULL,
	"source" text NOT NULL,
	"assessment_id" uuid,
	"grade" text NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"released_by" uuid,
	"released_at" timestamp (3) with time zone NOT NULL,
	"valid_until" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"rule_pack" text NOT NULL,
	"rules_digest" text,
	CONSTRAINT "release_source_known" CHECK ("risk"."release"."source" in ('review', 'taken-over')),
	CONSTRAINT "release_state_known" CHECK ("risk"."release"."state" in ('released', 'suspended', 'ended')),
	CONSTRAINT "release_by_review" CHECK (("risk"."release"."source" = 'review') = ("risk"."release"."assessment_id" is not null)),
	CONSTRAINT "release_never_core" CHECK ("risk"."release"."grade" in ('general', 'important'))
);
--> statement-breakpoint
ALTER TABLE "data"."data_scan" ADD CONSTRAINT "data_scan_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."assessment" ADD CONSTRAINT "assessment_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."assessment" ADD CONSTRAINT "assessment_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."assessment" ADD CONSTRAINT "assessment_submitted_by_person_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."assessment" ADD CONSTRAINT "assessment_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."assessment" ADD CONSTRAINT "assessment_reviewer_organization_id_organization_id_fk" FOREIGN KEY ("reviewer_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."assessment" ADD CONSTRAINT "assessment_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."data_grade" ADD CONSTRAINT "data_grade_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."data_grade" ADD CONSTRAINT "data_grade_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."data_grade" ADD CONSTRAINT "data_grade_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."data_grade" ADD CONSTRAINT "data_grade_lowered_by_person_id_fk" FOREIGN KEY ("lowered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."finding" ADD CONSTRAINT "finding_assessment_id_assessment_id_fk" FOREIGN KEY ("assessment_id") REFERENCES "risk"."assessment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."finding" ADD CONSTRAINT "finding_found_by_person_id_fk" FOREIGN KEY ("found_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."finding" ADD CONSTRAINT "finding_handled_by_person_id_fk" FOREIGN KEY ("handled_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."finding" ADD CONSTRAINT "finding_closed_by_person_id_fk" FOREIGN KEY ("closed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."release" ADD CONSTRAINT "release_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."release" ADD CONSTRAINT "release_assessment_id_assessment_id_fk" FOREIGN KEY ("assessment_id") REFERENCES "risk"."assessment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "risk"."release" ADD CONSTRAINT "release_released_by_person_id_fk" FOREIGN KEY ("released_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "assessment_one_in_force" ON "risk"."assessment" USING btree ("data_version_id") WHERE "risk"."assessment"."state" not in ('stale', 'expired');--> statement-breakpoint
CREATE INDEX "assessment_version" ON "risk"."assessment" USING btree ("data_version_id","id");--> statement-breakpoint
CREATE INDEX "assessment_organization" ON "risk"."assessment" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "assessment_queue" ON "risk"."assessment" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "assessment_due" ON "risk"."assessment" USING btree ("due_at") WHERE "risk"."assessment"."escalated_at" is null and "risk"."assessment"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "assessment_valid" ON "risk"."assessment" USING btree ("valid_until") WHERE "risk"."assessment"."state" in ('passed', 'conditional');--> statement-breakpoint
CREATE INDEX "data_grade_lowering" ON "risk"."data_grade" USING btree ("data_version_id") WHERE "risk"."data_grade"."lower_to" is not null;--> statement-breakpoint
CREATE INDEX "finding_assessment" ON "risk"."finding" USING btree ("assessment_id","id");--> statement-breakpoint
CREATE INDEX "release_valid" ON "risk"."release" USING btree ("valid_until") WHERE "risk"."release"."state" = 'released';