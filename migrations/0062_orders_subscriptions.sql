CREATE TABLE "orders"."subscription" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"state" text NOT NULL,
	"period" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"notice_days" integer NOT NULL,
	"grace_days" integer NOT NULL,
	"term_months" integer NOT NULL,
	"anchor_on" date,
	"anchor_no" integer DEFAULT 1 NOT NULL,
	"period_no" integer DEFAULT 1 NOT NULL,
	"period_starts_on" date,
	"period_ends_on" date,
	"last_on" date,
	"noticed_no" integer DEFAULT 1 NOT NULL,
	"noticed_at" timestamp (3) with time zone,
	"cancelled_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "subscription_contract_unique" UNIQUE("contract_id"),
	CONSTRAINT "subscription_state_known" CHECK ("orders"."subscription"."state" in ('pending', 'active', 'grace', 'cancelling', 'ended')),
	CONSTRAINT "subscription_period_known" CHECK ("orders"."subscription"."period" in ('month', 'quarter', 'year')),
	CONSTRAINT "subscription_costs" CHECK ("orders"."subscription"."amount_fen" > 0),
	CONSTRAINT "subscription_two_parties" CHECK ("orders"."subscription"."vendor_id" <> "orders"."subscription"."buyer_id"),
	CONSTRAINT "subscription_running_has_period" CHECK ("orders"."subscription"."state" in ('pending', 'ended') or ("orders"."subscription"."anchor_on" is not null and "orders"."subscription"."period_starts_on" <= "orders"."subscription"."period_ends_on"
        and "orders"."subscription"."period_ends_on" <= "orders"."subscription"."last_on")),
	CONSTRAINT "subscription_renewal_was_told" CHECK ("orders"."subscription"."noticed_no" >= "orders"."subscription"."period_no"),
	CONSTRAINT "subscription_ended_at" CHECK (("orders"."subscription"."state" = 'ended') = ("orders"."subscription"."ended_at" is not null))
);
--> statement-breakpoint
DROP INDEX "orders"."order_contract_unique";--> statement-breakpoint
ALTER TABLE "delivery"."entitlement" ADD COLUMN "quota_bytes" bigint;--> statement-breakpoint
ALTER TABLE "delivery"."entitlement" ADD COLUMN "used_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD COLUMN "subscription_id" uuid;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD COLUMN "period_no" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD COLUMN "period_starts_on" date;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD COLUMN "period_ends_on" date;--> statement-breakpoint
ALTER TABLE "orders"."subscription" ADD CONSTRAINT "subscription_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."subscription" ADD CONSTRAINT "subscription_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."subscription" ADD CONSTRAINT "subscription_buyer_id_organization_id_fk" FOREIGN KEY ("buyer_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "subscription_one_running" ON "orders"."subscription" USING btree ("buyer_id","product_id") WHERE "orders"."subscription"."state" in ('active', 'grace', 'cancelling');--> statement-breakpoint
CREATE INDEX "subscription_vendor" ON "orders"."subscription" USING btree ("vendor_id","id");--> statement-breakpoint
CREATE INDEX "subscription_buyer" ON "orders"."subscription" USING btree ("buyer_id","id");--> statement-breakpoint
CREATE INDEX "subscription_period_ends" ON "orders"."subscription" USING btree ("period_ends_on") WHERE state = 'active';--> statement-breakpoint
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_subscription_id_subscription_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "orders"."subscription"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "contract_trial_once" ON "contracts"."contract" USING btree ("buyer_id","product_id") WHERE "contracts"."contract"."plan_kind" = 'trial' and "contracts"."contract"."state" <> 'lapsed';--> statement-breakpoint
CREATE UNIQUE INDEX "order_period_unique" ON "orders"."order" USING btree ("contract_id","period_no");--> statement-breakpoint
CREATE INDEX "order_subscription" ON "orders"."order" USING btree ("subscription_id","period_no") WHERE subscription_id is not null;--> statement-breakpoint
CREATE INDEX "order_period_over" ON "orders"."order" USING btree ("period_ends_on") WHERE state = 'delivering' and period_ends_on is not null;--> statement-breakpoint
ALTER TABLE "delivery"."entitlement" ADD CONSTRAINT "entitlement_within_quota" CHECK ("delivery"."entitlement"."used_bytes" >= 0 and ("delivery"."entitlement"."quota_bytes" is null or "delivery"."entitlement"."used_bytes" <= "delivery"."entitlement"."quota_bytes"));--> statement-breakpoint
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_period_of_subscription" CHECK ("orders"."order"."subscription_id" is not null or "orders"."order"."period_no" = 1);--> statement-breakpoint
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_period_in_order" CHECK ("orders"."order"."period_starts_on" <= "orders"."order"."period_ends_on");