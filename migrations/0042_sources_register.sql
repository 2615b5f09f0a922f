CREATE SCHEMA "sources";
--> statement-breakpoint
CREATE TABLE "sources"."carrier" (
	"entry_id" uuid NOT NULL,
	"item_name" text NOT NULL,
	"element_code" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"division" text NOT NULL,
	"found_by" text NOT NULL,
	"is_confirmed" boolean,
	"confirmed_by" uuid,
	"confirmed_at" timestamp (3) with time zone,
	CONSTRAINT "carrier_pkey" PRIMARY KEY("entry_id","item_name"),
	CONSTRAINT "carrier_found_by_known" CHECK ("sources"."carrier"."found_by" in ('name', 'synonym', 'column', 'standard', 'person')),
	CONSTRAINT "carrier_confirmed_by_person" CHECK (("sources"."carrier"."is_confirmed" is null) = ("sources"."carrier"."confirmed_by" is null) and ("sources"."carrier"."is_confirmed" is null) = ("sources"."carrier"."confirmed_at" is null))
);
--> statement-breakpoint
CREATE TABLE "sources"."dispute" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"item_name" text NOT NULL,
	"reason" text NOT NULL,
	"evidence" text NOT NULL,
	"raised_by" uuid NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"answer" text,
	"answered_by" uuid,
	"answered_at" timestamp (3) with time zone,
	"outcome" text,
	CONSTRAINT "dispute_once" UNIQUE("source_id","organization_id"),
	CONSTRAINT "dispute_answered_whole" CHECK (("sources"."dispute"."answer" is null) = ("sources"."dispute"."answered_by" is null) and ("sources"."dispute"."answer" is null) = ("sources"."dispute"."answered_at" is null)),
	CONSTRAINT "dispute_outcome_known" CHECK ("sources"."dispute"."outcome" is null or "sources"."dispute"."outcome" in ('upheld', 'rejected'))
);
--> statement-breakpoint
CREATE TABLE "sources"."element" (
	"code" text PRIMARY KEY NOT NULL,
	"name_zh" text NOT NULL,
	"name_en" text NOT NULL,
	"definition" text NOT NULL,
	"definition_en" text NOT NULL,
	"standard" text,
	"is_telling" boolean NOT NULL,
	"synonyms" text[] NOT NULL,
	"columns" text[] NOT NULL,
	"registered_by" uuid NOT NULL,
	"registered_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "element_name_unique" UNIQUE("name_zh"),
	CONSTRAINT "element_code_form" CHECK ("sources"."element"."code" ~ '^[a-z][a-z0-9-]{1,39}$')
);
--> statement-breakpoint
CREATE TABLE "sources"."indexed" (
	"entry_id" uuid PRIMARY KEY NOT NULL,
	"entry_version_id" uuid NOT NULL,
	"elements_digest" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sources"."source" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"element_code" text NOT NULL,
	"division" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"entry_version_id" uuid NOT NULL,
	"item_name" text NOT NULL,
	"duty_basis" text NOT NULL,
	"state" text NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"objections_until" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"is_due_provisional" boolean DEFAULT false NOT NULL,
	"escalated_at" timestamp (3) with time zone,
	"decided_by" uuid,
	"decider_organization_id" uuid,
	"decided_at" timestamp (3) with time zone,
	"reason" text,
	"ended_at" timestamp (3) with time zone,
	"replaced_by" uuid,
	"end_told_at" timestamp (3) with time zone,
	"rule_pack" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "source_number_unique" UNIQUE("number"),
	CONSTRAINT "source_state_known" CHECK ("sources"."source"."state" in ('proposed', 'disputed', 'ready', 'in_force', 'refused', 'replaced', 'withdrawn', 'vacant', 'lapsed')),
	CONSTRAINT "source_division_form" CHECK ("sources"."source"."division" ~ '^[0-9]{6}$'),
	CONSTRAINT "source_decided_independently" CHECK ("sources"."source"."state" not in ('in_force', 'refused', 'replaced', 'vacant')
        or ("sources"."source"."decided_by" is not null and "sources"."source"."decided_by" <> "sources"."source"."proposed_by" and "sources"."source"."decided_at" is not null
          and "sources"."source"."decider_organization_id" is not null and "sources"."source"."decider_organization_id" <> "sources"."source"."organization_id")),
	CONSTRAINT "source_clock_runs" CHECK ("sources"."source"."state" not in ('proposed', 'disputed', 'ready') or "sources"."source"."due_at" is not null),
	CONSTRAINT "source_end_dated" CHECK (("sources"."source"."state" in ('refused', 'replaced', 'withdrawn', 'vacant', 'lapsed')) = ("sources"."source"."ended_at" is not null)),
	CONSTRAINT "source_reason_said" CHECK ("sources"."source"."state" not in ('in_force', 'refused', 'withdrawn') or "sources"."source"."reason" is not null),
	CONSTRAINT "source_replaced_by" CHECK (("sources"."source"."state" = 'replaced') = ("sources"."source"."replaced_by" is not null))
);
--> statement-breakpoint
ALTER TABLE "sources"."carrier" ADD CONSTRAINT "carrier_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."carrier" ADD CONSTRAINT "carrier_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."carrier" ADD CONSTRAINT "carrier_confirmed_by_person_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."dispute" ADD CONSTRAINT "dispute_source_id_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "sources"."source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."dispute" ADD CONSTRAINT "dispute_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."dispute" ADD CONSTRAINT "dispute_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."dispute" ADD CONSTRAINT "dispute_raised_by_person_id_fk" FOREIGN KEY ("raised_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."dispute" ADD CONSTRAINT "dispute_answered_by_person_id_fk" FOREIGN KEY ("answered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."element" ADD CONSTRAINT "element_registered_by_person_id_fk" FOREIGN KEY ("registered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."indexed" ADD CONSTRAINT "indexed_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."indexed" ADD CONSTRAINT "indexed_entry_version_id_entry_version_id_fk" FOREIGN KEY ("entry_version_id") REFERENCES "resources"."entry_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_entry_id_entry_id_fk" FOREIGN KEY ("entry_id") REFERENCES "resources"."entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_entry_version_id_entry_version_id_fk" FOREIGN KEY ("entry_version_id") REFERENCES "resources"."entry_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_decider_organization_id_organization_id_fk" FOREIGN KEY ("decider_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources"."source" ADD CONSTRAINT "source_replaced_by_source_id_fk" FOREIGN KEY ("replaced_by") REFERENCES "sources"."source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "carrier_element" ON "sources"."carrier" USING btree ("element_code","division");--> statement-breakpoint
CREATE INDEX "carrier_organization" ON "sources"."carrier" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "dispute_organization" ON "sources"."dispute" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "source_one_in_force" ON "sources"."source" USING btree ("element_code","division") WHERE "sources"."source"."state" = 'in_force';--> statement-breakpoint
CREATE UNIQUE INDEX "source_one_open" ON "sources"."source" USING btree ("element_code","division") WHERE "sources"."source"."state" in ('proposed', 'disputed', 'ready');--> statement-breakpoint
CREATE INDEX "source_element" ON "sources"."source" USING btree ("element_code","id");--> statement-breakpoint
CREATE INDEX "source_organization" ON "sources"."source" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "source_entry" ON "sources"."source" USING btree ("entry_id");--> statement-breakpoint
CREATE INDEX "source_due" ON "sources"."source" USING btree ("due_at") WHERE "sources"."source"."due_at" is not null;