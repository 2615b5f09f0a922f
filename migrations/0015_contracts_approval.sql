CREATE TABLE "contracts"."signing_approval" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"approver_id" uuid NOT NULL,
	"text_hash" text NOT NULL,
	"note" text,
	"approved_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "signing_approval_once" UNIQUE("contract_id","organization_id","approver_id")
);
--> statement-breakpoint
CREATE TABLE "contracts"."signing_policy" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"is_approval_needed" boolean NOT NULL,
	"threshold_fen" bigint,
	"set_by" uuid NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "signing_policy_threshold_positive" CHECK ("contracts"."signing_policy"."threshold_fen" > 0)
);
--> statement-breakpoint
ALTER TABLE "contracts"."signing_approval" ADD CONSTRAINT "signing_approval_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."signing_approval" ADD CONSTRAINT "signing_approval_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."signing_approval" ADD CONSTRAINT "signing_approval_approver_id_person_id_fk" FOREIGN KEY ("approver_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."signing_policy" ADD CONSTRAINT "signing_policy_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."signing_policy" ADD CONSTRAINT "signing_policy_set_by_person_id_fk" FOREIGN KEY ("set_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;