CREATE TABLE "settlement"."balance_transaction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"gateway" text NOT NULL,
	"external_id" text NOT NULL,
	"kind" text NOT NULL,
	"provider_kind" text NOT NULL,
	"source_ref" text,
	"currency" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"fee_minor" bigint NOT NULL,
	"net_minor" bigint NOT NULL,
	"gross_fen" bigint,
	"fee_fen" bigint,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"available_at" timestamp (3) with time zone NOT NULL,
	"fetched_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "balance_transaction_unique" UNIQUE("gateway","external_id"),
	CONSTRAINT "balance_transaction_net" CHECK ("settlement"."balance_transaction"."net_minor" = "settlement"."balance_transaction"."amount_minor" - "settlement"."balance_transaction"."fee_minor")
);
--> statement-breakpoint
CREATE TABLE "settlement"."chargeback" (
	"id" uuid PRIMARY KEY NOT NULL,
	"gateway" text NOT NULL,
	"external_id" text NOT NULL,
	"payment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"amount_fen" bigint NOT NULL,
	"held_fen" bigint DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"cause" text NOT NULL,
	"is_withdrawn" boolean DEFAULT false NOT NULL,
	"evidence_due_at" timestamp (3) with time zone,
	"evidence" jsonb,
	"answered_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "chargeback_external_unique" UNIQUE("external_id"),
	CONSTRAINT "chargeback_state_known" CHECK ("settlement"."chargeback"."state" in ('open', 'answered', 'won', 'lost')),
	CONSTRAINT "chargeback_amounts" CHECK ("settlement"."chargeback"."amount_fen" > 0 and "settlement"."chargeback"."held_fen" between 0 and "settlement"."chargeback"."amount_fen")
);
--> statement-breakpoint
CREATE TABLE "settlement"."connected_account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"gateway" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"state" text NOT NULL,
	"external_id" text,
	"registered_by" uuid NOT NULL,
	"decided_by" uuid,
	"reason" text,
	"usable_from" timestamp (3) with time zone,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "connected_account_external_unique" UNIQUE("external_id"),
	CONSTRAINT "connected_account_state_known" CHECK ("settlement"."connected_account"."state" in ('submitted', 'opening', 'onboarding', 'ready', 'refused', 'closed')),
	CONSTRAINT "connected_account_two_people" CHECK ("settlement"."connected_account"."decided_by" is null or "settlement"."connected_account"."decided_by" <> "settlement"."connected_account"."registered_by"),
	CONSTRAINT "connected_account_known" CHECK ("settlement"."connected_account"."state" not in ('onboarding', 'ready') or ("settlement"."connected_account"."external_id" is not null and "settlement"."connected_account"."usable_from" is not null))
);
--> statement-breakpoint
CREATE TABLE "settlement"."inbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"gateway" text NOT NULL,
	"event_id" text NOT NULL,
	"kind" text NOT NULL,
	"object_kind" text,
	"object_id" text,
	"body" "bytea" NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"processed_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"problem" text,
	"is_parked" boolean DEFAULT false NOT NULL,
	CONSTRAINT "inbox_event_unique" UNIQUE("gateway","event_id")
);
--> statement-breakpoint
CREATE TABLE "settlement"."intent" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "settlement"."intent_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"gateway" text NOT NULL,
	"kind" text NOT NULL,
	"aggregate" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"request" jsonb NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"first_sent_at" timestamp (3) with time zone,
	"next_at" timestamp (3) with time zone NOT NULL,
	"external_id" text,
	"problem" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "intent_seq_unique" UNIQUE("seq"),
	CONSTRAINT "intent_state_known" CHECK ("settlement"."intent"."state" in ('pending', 'sent', 'unknown', 'succeeded', 'failed', 'parked')),
	CONSTRAINT "intent_kind_known" CHECK ("settlement"."intent"."kind" in ('open-payment', 'close-payment', 'refund', 'transfer', 'reverse-transfer', 'open-payee', 'submit-evidence')),
	CONSTRAINT "intent_sent_counted" CHECK (("settlement"."intent"."attempts" = 0) = ("settlement"."intent"."first_sent_at" is null))
);
--> statement-breakpoint
CREATE TABLE "settlement"."online_payment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"gateway" text NOT NULL,
	"order_id" uuid NOT NULL,
	"amount_fen" bigint NOT NULL,
	"state" text NOT NULL,
	"url" text,
	"page_ref" text,
	"charge_ref" text,
	"method" text,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"captured_fen" bigint DEFAULT 0 NOT NULL,
	"refunded_fen" bigint DEFAULT 0 NOT NULL,
	"refundable_until" timestamp (3) with time zone,
	"opened_by" uuid NOT NULL,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "online_payment_page_unique" UNIQUE("page_ref"),
	CONSTRAINT "online_payment_charge_unique" UNIQUE("charge_ref"),
	CONSTRAINT "online_payment_state_known" CHECK ("settlement"."online_payment"."state" in ('requested', 'open', 'paid', 'expired', 'failed')),
	CONSTRAINT "online_payment_amounts" CHECK ("settlement"."online_payment"."amount_fen" > 0 and "settlement"."online_payment"."captured_fen" between 0 and "settlement"."online_payment"."amount_fen"
      and "settlement"."online_payment"."refunded_fen" between 0 and "settlement"."online_payment"."captured_fen"),
	CONSTRAINT "online_payment_paid" CHECK (("settlement"."online_payment"."state" = 'paid') = ("settlement"."online_payment"."paid_at" is not null and "settlement"."online_payment"."charge_ref" is not null))
);
--> statement-breakpoint
CREATE TABLE "settlement"."online_refund" (
	"id" uuid PRIMARY KEY NOT NULL,
	"payment_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"state" text NOT NULL,
	"external_id" text,
	"payout_id" uuid,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "online_refund_external_unique" UNIQUE("external_id"),
	CONSTRAINT "online_refund_state_known" CHECK ("settlement"."online_refund"."state" in ('requested', 'pending', 'succeeded', 'failed')),
	CONSTRAINT "online_refund_kind_known" CHECK ("settlement"."online_refund"."kind" in ('refund', 'return')),
	CONSTRAINT "online_refund_amount_positive" CHECK ("settlement"."online_refund"."amount_fen" > 0),
	CONSTRAINT "online_refund_replaced" CHECK (("settlement"."online_refund"."state" = 'failed') = ("settlement"."online_refund"."payout_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "settlement"."transfer" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"amount_fen" bigint NOT NULL,
	"reversed_fen" bigint DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"external_id" text,
	"payout_id" uuid,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "transfer_order_unique" UNIQUE("order_id"),
	CONSTRAINT "transfer_external_unique" UNIQUE("external_id"),
	CONSTRAINT "transfer_state_known" CHECK ("settlement"."transfer"."state" in ('requested', 'done', 'failed')),
	CONSTRAINT "transfer_amounts" CHECK ("settlement"."transfer"."amount_fen" > 0 and "settlement"."transfer"."reversed_fen" between 0 and "settlement"."transfer"."amount_fen"),
	CONSTRAINT "transfer_replaced" CHECK (("settlement"."transfer"."state" = 'failed') = ("settlement"."transfer"."payout_id" is not null))
);
--> statement-breakpoint
ALTER TABLE "ledger"."account" DROP CONSTRAINT "account_purpose_known";--> statement-breakpoint
ALTER TABLE "settlement"."trade" DROP CONSTRAINT "trade_not_over";--> statement-breakpoint
ALTER TABLE "settlement"."trade" DROP CONSTRAINT "trade_not_negative";--> statement-breakpoint
ALTER TABLE "settlement"."trade" ADD COLUMN "disputed_fen" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "settlement"."chargeback" ADD CONSTRAINT "chargeback_payment_id_online_payment_id_fk" FOREIGN KEY ("payment_id") REFERENCES "settlement"."online_payment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."chargeback" ADD CONSTRAINT "chargeback_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."chargeback" ADD CONSTRAINT "chargeback_answered_by_person_id_fk" FOREIGN KEY ("answered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."connected_account" ADD CONSTRAINT "connected_account_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."connected_account" ADD CONSTRAINT "connected_account_registered_by_person_id_fk" FOREIGN KEY ("registered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."connected_account" ADD CONSTRAINT "connected_account_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."online_payment" ADD CONSTRAINT "online_payment_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."online_payment" ADD CONSTRAINT "online_payment_opened_by_person_id_fk" FOREIGN KEY ("opened_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."online_refund" ADD CONSTRAINT "online_refund_payment_id_online_payment_id_fk" FOREIGN KEY ("payment_id") REFERENCES "settlement"."online_payment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."online_refund" ADD CONSTRAINT "online_refund_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."online_refund" ADD CONSTRAINT "online_refund_payout_id_payout_id_fk" FOREIGN KEY ("payout_id") REFERENCES "settlement"."payout"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."transfer" ADD CONSTRAINT "transfer_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."transfer" ADD CONSTRAINT "transfer_payment_id_online_payment_id_fk" FOREIGN KEY ("payment_id") REFERENCES "settlement"."online_payment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."transfer" ADD CONSTRAINT "transfer_account_id_connected_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "settlement"."connected_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."transfer" ADD CONSTRAINT "transfer_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."transfer" ADD CONSTRAINT "transfer_payout_id_payout_id_fk" FOREIGN KEY ("payout_id") REFERENCES "settlement"."payout"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "balance_transaction_occurred" ON "settlement"."balance_transaction" USING btree ("gateway","occurred_at");--> statement-breakpoint
CREATE INDEX "balance_transaction_source" ON "settlement"."balance_transaction" USING btree ("source_ref");--> statement-breakpoint
CREATE INDEX "chargeback_order" ON "settlement"."chargeback" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "chargeback_state" ON "settlement"."chargeback" USING btree ("state","id");--> statement-breakpoint
CREATE UNIQUE INDEX "connected_account_one" ON "settlement"."connected_account" USING btree ("organization_id") WHERE state not in ('refused', 'closed');--> statement-breakpoint
CREATE INDEX "inbox_waiting" ON "settlement"."inbox" USING btree ("next_at") WHERE processed_at is null and not is_parked;--> statement-breakpoint
CREATE INDEX "inbox_received" ON "settlement"."inbox" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "intent_waiting" ON "settlement"."intent" USING btree ("next_at") WHERE state in ('pending', 'sent', 'unknown');--> statement-breakpoint
CREATE INDEX "intent_aggregate" ON "settlement"."intent" USING btree ("aggregate","seq");--> statement-breakpoint
CREATE INDEX "intent_subject" ON "settlement"."intent" USING btree ("subject_id");--> statement-breakpoint
CREATE UNIQUE INDEX "online_payment_one_open" ON "settlement"."online_payment" USING btree ("order_id") WHERE state in ('requested', 'open');--> statement-breakpoint
CREATE INDEX "online_payment_order" ON "settlement"."online_payment" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "online_refund_payment" ON "settlement"."online_refund" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "online_refund_order" ON "settlement"."online_refund" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "transfer_vendor" ON "settlement"."transfer" USING btree ("vendor_id","id");--> statement-breakpoint
ALTER TABLE "ledger"."account" ADD CONSTRAINT "account_purpose_known" CHECK (("ledger"."account"."purpose", "ledger"."account"."kind", position(':' in "ledger"."account"."name") > 0, "ledger"."account"."is_guarded") in (('psp_clearing', 'asset', false, false), ('escrow', 'liability', true, true), ('payable', 'liability', true, true), ('payout_in_flight', 'liability', false, false), ('refund_in_flight', 'liability', false, false), ('gateway_clearing', 'asset', false, false), ('transfer_in_flight', 'liability', false, false), ('dispute_hold', 'liability', true, true), ('suspense', 'liability', false, false), ('fee_revenue', 'revenue', false, false), ('psp_fee', 'expense', false, false), ('vendor_receivable', 'asset', true, true)));--> statement-breakpoint
ALTER TABLE "settlement"."trade" ADD CONSTRAINT "trade_not_over" CHECK ("settlement"."trade"."captured_fen" >= "settlement"."trade"."released_fen" + "settlement"."trade"."fee_fen" + "settlement"."trade"."refunded_fen" + "settlement"."trade"."disputed_fen");--> statement-breakpoint
ALTER TABLE "settlement"."trade" ADD CONSTRAINT "trade_not_negative" CHECK (least("settlement"."trade"."captured_fen", "settlement"."trade"."released_fen", "settlement"."trade"."fee_fen", "settlement"."trade"."refunded_fen", "settlement"."trade"."disputed_fen") >= 0);