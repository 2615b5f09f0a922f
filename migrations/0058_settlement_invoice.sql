CREATE TABLE "settlement"."invoice" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"corrects" uuid,
	"is_red" boolean NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"issuer_id" uuid NOT NULL,
	"recipient_id" uuid NOT NULL,
	"seller" jsonb NOT NULL,
	"buyer" jsonb NOT NULL,
	"sealed_seller_account" "bytea",
	"sealed_buyer_account" "bytea",
	"item" text NOT NULL,
	"remark" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"tax_code" text,
	"tax_ppm" integer,
	"net_fen" bigint,
	"tax_fen" bigint,
	"invoice_number" text,
	"issued_on" date,
	"corrected_fen" bigint DEFAULT 0 NOT NULL,
	"reason" text,
	"requested_by" uuid,
	"issued_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "invoice_number_unique" UNIQUE("invoice_number"),
	CONSTRAINT "invoice_subject_known" CHECK ("settlement"."invoice"."subject" in ('sale', 'fee') and "settlement"."invoice"."kind" in ('ordinary', 'special')),
	CONSTRAINT "invoice_state_known" CHECK ("settlement"."invoice"."state" in ('requested', 'issued', 'declined', 'withdrawn', 'partly_corrected', 'corrected')),
	CONSTRAINT "invoice_red_corrects" CHECK ("settlement"."invoice"."is_red" = ("settlement"."invoice"."corrects" is not null)),
	CONSTRAINT "invoice_amounts" CHECK ("settlement"."invoice"."amount_fen" > 0 and "settlement"."invoice"."corrected_fen" between 0 and "settlement"."invoice"."amount_fen"),
	CONSTRAINT "invoice_issued_is_whole" CHECK ("settlement"."invoice"."state" not in ('issued', 'partly_corrected', 'corrected') or ("settlement"."invoice"."invoice_number" is not null
        and "settlement"."invoice"."issued_on" is not null and "settlement"."invoice"."tax_code" is not null and "settlement"."invoice"."tax_ppm" is not null
        and "settlement"."invoice"."issued_by" is not null and "settlement"."invoice"."net_fen" + "settlement"."invoice"."tax_fen" = "settlement"."invoice"."amount_fen")),
	CONSTRAINT "invoice_tax_range" CHECK ("settlement"."invoice"."tax_ppm" is null or "settlement"."invoice"."tax_ppm" between 0 and 1000000),
	CONSTRAINT "invoice_number_form" CHECK ("settlement"."invoice"."invoice_number" is null or "settlement"."invoice"."invoice_number" ~ '^[0-9]{8,20}$'),
	CONSTRAINT "invoice_two_parties" CHECK ("settlement"."invoice"."issuer_id" <> "settlement"."invoice"."recipient_id")
);
--> statement-breakpoint
ALTER TABLE "settlement"."invoice" ADD CONSTRAINT "invoice_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."invoice" ADD CONSTRAINT "invoice_corrects_invoice_id_fk" FOREIGN KEY ("corrects") REFERENCES "settlement"."invoice"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."invoice" ADD CONSTRAINT "invoice_issuer_id_organization_id_fk" FOREIGN KEY ("issuer_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."invoice" ADD CONSTRAINT "invoice_recipient_id_organization_id_fk" FOREIGN KEY ("recipient_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."invoice" ADD CONSTRAINT "invoice_requested_by_person_id_fk" FOREIGN KEY ("requested_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."invoice" ADD CONSTRAINT "invoice_issued_by_person_id_fk" FOREIGN KEY ("issued_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invoice_one_of_order" ON "settlement"."invoice" USING btree ("order_id","subject") WHERE not is_red and state in ('requested', 'issued', 'partly_corrected');--> statement-breakpoint
CREATE INDEX "invoice_order" ON "settlement"."invoice" USING btree ("order_id","id");--> statement-breakpoint
CREATE INDEX "invoice_issuer" ON "settlement"."invoice" USING btree ("issuer_id","state","id");--> statement-breakpoint
CREATE INDEX "invoice_recipient" ON "settlement"."invoice" USING btree ("recipient_id","id");--> statement-breakpoint
CREATE INDEX "invoice_corrects" ON "settlement"."invoice" USING btree ("corrects");