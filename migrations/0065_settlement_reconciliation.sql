CREATE TABLE "settlement"."difference" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"side" text NOT NULL,
	"day_on" date NOT NULL,
	"amount_fen" bigint NOT NULL,
	"reference" text NOT NULL,
	"counterparty" text NOT NULL,
	"statement_id" uuid,
	"outlay_id" uuid,
	"payout_id" uuid,
	"movement_id" uuid,
	"state" text NOT NULL,
	"owner_id" uuid,
	"reason" text,
	"account" text,
	"proposed_by" uuid,
	"decided_by" uuid,
	"transaction_id" uuid,
	"corrected_fen" bigint DEFAULT 0 NOT NULL,
	"found_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "difference_once" UNIQUE("kind","subject"),
	CONSTRAINT "difference_state_known" CHECK ("settlement"."difference"."state" in ('open', 'proposed', 'explained', 'corrected', 'settled')),
	CONSTRAINT "difference_kind_known" CHECK ("settlement"."difference"."kind" in ('outlay-unbooked', 'payout-amount', 'payout-missing', 'balance-gap', 'movement-unbooked', 'movement-amount', 'movement-missing')),
	CONSTRAINT "difference_side_known" CHECK ("settlement"."difference"."side" in ('bank', 'gateway')),
	CONSTRAINT "difference_amount" CHECK ("settlement"."difference"."amount_fen" <> 0),
	CONSTRAINT "difference_explained" CHECK ("settlement"."difference"."state" <> 'explained' or ("settlement"."difference"."reason" is not null and "settlement"."difference"."decided_by" is not null)),
	CONSTRAINT "difference_proposed" CHECK ("settlement"."difference"."state" not in ('proposed', 'corrected') or ("settlement"."difference"."proposed_by" is not null and "settlement"."difference"."reason" is not null
        and "settlement"."difference"."account" in ('psp_fee', 'own_funds'))),
	CONSTRAINT "difference_corrected_by_two" CHECK ("settlement"."difference"."state" <> 'corrected' or ("settlement"."difference"."transaction_id" is not null and "settlement"."difference"."decided_by" is not null
        and "settlement"."difference"."decided_by" <> "settlement"."difference"."proposed_by" and "settlement"."difference"."corrected_fen" = "settlement"."difference"."amount_fen")),
	CONSTRAINT "difference_uncorrected" CHECK ("settlement"."difference"."state" = 'corrected' or ("settlement"."difference"."corrected_fen" = 0 and "settlement"."difference"."transaction_id" is null)),
	CONSTRAINT "difference_closed" CHECK (("settlement"."difference"."state" in ('open', 'proposed')) = ("settlement"."difference"."closed_at" is null))
);
--> statement-breakpoint
CREATE TABLE "settlement"."reconciliation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"day_on" date NOT NULL,
	"cause" text NOT NULL,
	"found_count" integer NOT NULL,
	"settled_count" integer NOT NULL,
	"open_count" integer NOT NULL,
	"made_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reconciliation_cause_known" CHECK ("settlement"."reconciliation"."cause" in ('daily', 'import', 'person'))
);
--> statement-breakpoint
ALTER TABLE "ledger"."account" DROP CONSTRAINT "account_purpose_known";--> statement-breakpoint
ALTER TABLE "settlement"."outlay" DROP CONSTRAINT "outlay_kind_known";--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "from_on" date;--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "to_on" date;--> statement-breakpoint
ALTER TABLE "settlement"."statement_line" ADD COLUMN "movement_id" uuid;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_statement_id_bank_statement_id_fk" FOREIGN KEY ("statement_id") REFERENCES "settlement"."bank_statement"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_outlay_id_outlay_id_fk" FOREIGN KEY ("outlay_id") REFERENCES "settlement"."outlay"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_payout_id_payout_id_fk" FOREIGN KEY ("payout_id") REFERENCES "settlement"."payout"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_movement_id_balance_transaction_id_fk" FOREIGN KEY ("movement_id") REFERENCES "settlement"."balance_transaction"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_owner_id_person_id_fk" FOREIGN KEY ("owner_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."difference" ADD CONSTRAINT "difference_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."reconciliation" ADD CONSTRAINT "reconciliation_made_by_person_id_fk" FOREIGN KEY ("made_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "difference_state" ON "settlement"."difference" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "difference_outlay" ON "settlement"."difference" USING btree ("outlay_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_once_daily" ON "settlement"."reconciliation" USING btree ("day_on") WHERE cause = 'daily';--> statement-breakpoint
ALTER TABLE "settlement"."statement_line" ADD CONSTRAINT "statement_line_movement_unique" UNIQUE("movement_id");--> statement-breakpoint
ALTER TABLE "ledger"."account" ADD CONSTRAINT "account_purpose_known" CHECK (("ledger"."account"."purpose", "ledger"."account"."kind", position(':' in "ledger"."account"."name") > 0, "ledger"."account"."is_guarded") in (('psp_clearing', 'asset', false, false), ('escrow', 'liability', true, true), ('payable', 'liability', true, true), ('payout_in_flight', 'liability', false, false), ('refund_in_flight', 'liability', false, false), ('gateway_clearing', 'asset', false, false), ('gateway_withheld', 'asset', false, false), ('gateway_transit', 'asset', false, false), ('own_funds', 'asset', false, false), ('transfer_in_flight', 'liability', false, false), ('dispute_hold', 'liability', true, true), ('suspense', 'liability', false, false), ('fee_revenue', 'revenue', false, false), ('psp_fee', 'expense', false, false), ('vendor_receivable', 'asset', true, true)));--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD CONSTRAINT "bank_statement_days" CHECK (("settlement"."bank_statement"."from_on" is null) = ("settlement"."bank_statement"."to_on" is null) and "settlement"."bank_statement"."from_on" <= "settlement"."bank_statement"."to_on");--> statement-breakpoint
ALTER TABLE "settlement"."outlay" ADD CONSTRAINT "outlay_kind_known" CHECK ("settlement"."outlay"."kind" in ('paid', 'returned', 'fee'));