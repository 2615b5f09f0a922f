DROP INDEX "risk"."assessment_one_in_force";--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD COLUMN "is_suspended_by_gate" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "risk"."release" ADD COLUMN "reminded_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "assessment_one_in_work" ON "risk"."assessment" USING btree ("data_version_id") WHERE "risk"."assessment"."state" not in ('passed', 'conditional', 'stale', 'expired');--> statement-breakpoint
CREATE UNIQUE INDEX "assessment_one_in_force" ON "risk"."assessment" USING btree ("data_version_id") WHERE "risk"."assessment"."state" in ('passed', 'conditional');--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_gate_suspends" CHECK (not "catalog"."listing"."is_suspended_by_gate" or "catalog"."listing"."state" = 'suspended');