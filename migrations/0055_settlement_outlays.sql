CREATE TABLE "settlement"."outlay" (
	"id" uuid PRIMARY KEY NOT NULL,
	"statement_id" uuid NOT NULL,
	"line_no" integer NOT NULL,
	"kind" text NOT NULL,
	"bank_serial" text NOT NULL,
	"booked_on" date NOT NULL,
	"amount_fen" bigint NOT NULL,
	"payee_name" text NOT NULL,
	"payee_tail" text,
	"remark" text NOT NULL,
	"payment_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "outlay_serial_unique" UNIQUE("booked_on","bank_serial","kind"),
	CONSTRAINT "outlay_kind_known" CHECK ("settlement"."outlay"."kind" in ('paid', 'returned')),
	CONSTRAINT "outlay_amount_positive" CHECK ("settlement"."outlay"."amount_fen" > 0)
);
--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "format" text DEFAULT 'csv' NOT NULL;--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "opening_fen" bigint;--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "closing_fen" bigint;--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "outlay_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD COLUMN "outlay_fen" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "settlement"."outlay" ADD CONSTRAINT "outlay_statement_id_bank_statement_id_fk" FOREIGN KEY ("statement_id") REFERENCES "settlement"."bank_statement"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outlay_statement" ON "settlement"."outlay" USING btree ("statement_id","line_no");--> statement-breakpoint
CREATE INDEX "outlay_amount" ON "settlement"."outlay" USING btree ("amount_fen","booked_on");--> statement-breakpoint
CREATE INDEX "outlay_payment" ON "settlement"."outlay" USING btree ("payment_id");--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD CONSTRAINT "bank_statement_format_known" CHECK ("settlement"."bank_statement"."format" in ('csv', 'camt.053'));--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD CONSTRAINT "bank_statement_balances" CHECK (("settlement"."bank_statement"."opening_fen" is null) = ("settlement"."bank_statement"."closing_fen" is null));