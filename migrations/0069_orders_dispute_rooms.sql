CREATE TABLE "orders"."dispute_proposal" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"side" text NOT NULL,
	"outcome" text NOT NULL,
	"refund_fen" bigint NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"person_id" uuid NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"answer_reason" text,
	"answered_by" uuid,
	"answered_at" timestamp (3) with time zone,
	CONSTRAINT "dispute_proposal_side_known" CHECK ("orders"."dispute_proposal"."side" in ('buyer', 'vendor')),
	CONSTRAINT "dispute_proposal_outcome_known" CHECK ("orders"."dispute_proposal"."outcome" in ('accept', 'partial', 'refund') and ("orders"."dispute_proposal"."outcome" <> 'accept' or "orders"."dispute_proposal"."refund_fen" = 0) and ("orders"."dispute_proposal"."outcome" <> 'partial' or "orders"."dispute_proposal"."refund_fen" > 0)),
	CONSTRAINT "dispute_proposal_state_known" CHECK ("orders"."dispute_proposal"."state" in ('open', 'accepted', 'declined', 'withdrawn', 'overtaken')
        and ("orders"."dispute_proposal"."state" = 'open') = ("orders"."dispute_proposal"."answered_at" is null)),
	CONSTRAINT "dispute_proposal_answered_by_other" CHECK ("orders"."dispute_proposal"."state" <> 'accepted' or "orders"."dispute_proposal"."answered_by" <> "orders"."dispute_proposal"."person_id"),
	CONSTRAINT "dispute_proposal_declined_for_reason" CHECK ("orders"."dispute_proposal"."state" <> 'declined' or "orders"."dispute_proposal"."answer_reason" is not null)
);
--> statement-breakpoint
CREATE TABLE "orders"."dispute_statement" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"side" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"body" text NOT NULL,
	"stated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dispute_statement_side_known" CHECK ("orders"."dispute_statement"."side" in ('buyer', 'vendor', 'operator'))
);
--> statement-breakpoint
ALTER TABLE "orders"."dispute_proposal" ADD CONSTRAINT "dispute_proposal_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."dispute_proposal" ADD CONSTRAINT "dispute_proposal_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."dispute_proposal" ADD CONSTRAINT "dispute_proposal_answered_by_person_id_fk" FOREIGN KEY ("answered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."dispute_statement" ADD CONSTRAINT "dispute_statement_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."dispute_statement" ADD CONSTRAINT "dispute_statement_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "dispute_proposal_one_open" ON "orders"."dispute_proposal" USING btree ("order_id","side") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "dispute_statement_order" ON "orders"."dispute_statement" USING btree ("order_id","id");--> statement-breakpoint
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_deemed_as_agreed" CHECK ("orders"."order"."is_silence_acceptance" or not "orders"."order"."is_deemed_accepted");