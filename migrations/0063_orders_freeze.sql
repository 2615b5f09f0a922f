CREATE TABLE "orders"."freeze" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"state" text NOT NULL,
	"reason" text NOT NULL,
	"basis" text NOT NULL,
	"is_delivery_stopped" boolean NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp (3) with time zone,
	"decline_reason" text,
	"lift_reason" text,
	"lifting_by" uuid,
	"lifting_at" timestamp (3) with time zone,
	"lifted_by" uuid,
	"lifted_at" timestamp (3) with time zone,
	"rule_pack" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "freeze_state_known" CHECK ("orders"."freeze"."state" in ('proposed', 'declined', 'active', 'lifting', 'lifted')),
	CONSTRAINT "freeze_confirmed_by_two" CHECK ("orders"."freeze"."state" in ('proposed', 'declined') or ("orders"."freeze"."decided_by" is not null and "orders"."freeze"."decided_by" <> "orders"."freeze"."proposed_by"
        and "orders"."freeze"."decided_at" is not null)),
	CONSTRAINT "freeze_lifted_by_two" CHECK ("orders"."freeze"."state" <> 'lifted' or ("orders"."freeze"."lifting_by" is not null and "orders"."freeze"."lifted_by" is not null
        and "orders"."freeze"."lifted_by" <> "orders"."freeze"."lifting_by" and "orders"."freeze"."lifted_at" is not null)),
	CONSTRAINT "freeze_lifted_for_reason" CHECK ("orders"."freeze"."state" not in ('lifting', 'lifted') or ("orders"."freeze"."lift_reason" is not null and "orders"."freeze"."lifting_by" is not null)),
	CONSTRAINT "freeze_declined_for_reason" CHECK ("orders"."freeze"."state" <> 'declined' or "orders"."freeze"."decline_reason" is not null)
);
--> statement-breakpoint
ALTER TABLE "orders"."freeze" ADD CONSTRAINT "freeze_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."freeze" ADD CONSTRAINT "freeze_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."freeze" ADD CONSTRAINT "freeze_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."freeze" ADD CONSTRAINT "freeze_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."freeze" ADD CONSTRAINT "freeze_lifting_by_person_id_fk" FOREIGN KEY ("lifting_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."freeze" ADD CONSTRAINT "freeze_lifted_by_person_id_fk" FOREIGN KEY ("lifted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "freeze_one_open" ON "orders"."freeze" USING btree ("contract_id") WHERE state in ('proposed', 'active', 'lifting');--> statement-breakpoint
CREATE INDEX "freeze_organization" ON "orders"."freeze" USING btree ("organization_id","id");