CREATE TABLE "ledger"."period" (
	"id" uuid PRIMARY KEY NOT NULL,
	"month" text NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"closed_by" uuid,
	"closed_at" timestamp (3) with time zone,
	"report" text,
	"report_sha256" text,
	"pdf_sha256" text,
	"reopening_by" uuid,
	"reopened_by" uuid,
	"reason" text,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "period_month_unique" UNIQUE("month"),
	CONSTRAINT "period_month_form" CHECK ("ledger"."period"."month" ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
	CONSTRAINT "period_ends_with_month" CHECK ("ledger"."period"."ends_at" = ((to_date("ledger"."period"."month", 'YYYY-MM') + interval '1 month') at time zone 'Asia/Shanghai')),
	CONSTRAINT "period_state_known" CHECK ("ledger"."period"."state" in ('closing', 'closed', 'reopening', 'open')),
	CONSTRAINT "period_closed_by_two" CHECK ("ledger"."period"."state" not in ('closed', 'reopening') or ("ledger"."period"."closed_by" is not null and "ledger"."period"."closed_by" <> "ledger"."period"."proposed_by"
        and "ledger"."period"."closed_at" is not null and "ledger"."period"."report" is not null and "ledger"."period"."report_sha256" is not null)),
	CONSTRAINT "period_reopened_by_two" CHECK ("ledger"."period"."reopened_by" is null or ("ledger"."period"."reopening_by" is not null and "ledger"."period"."reopened_by" <> "ledger"."period"."reopening_by")),
	CONSTRAINT "period_reopened_for_reason" CHECK ("ledger"."period"."state" <> 'reopening' or "ledger"."period"."reason" is not null)
);
--> statement-breakpoint
ALTER TABLE "ledger"."transaction" ADD COLUMN "fact_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "ledger"."period" ADD CONSTRAINT "period_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."period" ADD CONSTRAINT "period_closed_by_person_id_fk" FOREIGN KEY ("closed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."period" ADD CONSTRAINT "period_reopening_by_person_id_fk" FOREIGN KEY ("reopening_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."period" ADD CONSTRAINT "period_reopened_by_person_id_fk" FOREIGN KEY ("reopened_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;