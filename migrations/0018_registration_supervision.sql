CREATE TABLE "registration"."bulk_check" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"note" text,
	"results" jsonb NOT NULL,
	"checked_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registration"."filing_export" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"format" text NOT NULL,
	"query" jsonb NOT NULL,
	"rows" integer NOT NULL,
	"sha256" text NOT NULL,
	"exported_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "filing_export_format" CHECK ("registration"."filing_export"."format" in ('csv', 'xlsx'))
);
--> statement-breakpoint
CREATE TABLE "registration"."filing_note" (
	"id" uuid PRIMARY KEY NOT NULL,
	"filing_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"body" text NOT NULL,
	"noted_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "amount_fen" bigint GENERATED ALWAYS AS ((facts->>'amountFen')::bigint) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "product_number" text GENERATED ALWAYS AS (facts->>'productNumber') STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "product_version" integer GENERATED ALWAYS AS ((facts->>'productVersion')::integer) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "deviations" integer GENERATED ALWAYS AS ((facts->>'deviations')::integer) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "grade" text GENERATED ALWAYS AS (facts->>'grade') STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "contains_personal_info" boolean GENERATED ALWAYS AS ((facts->>'containsPersonalInfo')::boolean) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "is_public_data" boolean GENERATED ALWAYS AS ((facts->>'isPublicData')::boolean) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD COLUMN "words" text GENERATED ALWAYS AS (lower(coalesce(number, '') || ' ' || (facts->>'contractNumber') || ' ' || (facts->>'productNumber') || ' '
          || (facts->>'productName') || ' ' || (facts->'vendor'->>'name') || ' ' || (facts->'vendor'->>'uscc') || ' '
          || (facts->'buyer'->>'name') || ' ' || (facts->'buyer'->>'uscc'))) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "registration"."bulk_check" ADD CONSTRAINT "bulk_check_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."bulk_check" ADD CONSTRAINT "bulk_check_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing_export" ADD CONSTRAINT "filing_export_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing_export" ADD CONSTRAINT "filing_export_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing_note" ADD CONSTRAINT "filing_note_filing_id_filing_id_fk" FOREIGN KEY ("filing_id") REFERENCES "registration"."filing"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing_note" ADD CONSTRAINT "filing_note_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing_note" ADD CONSTRAINT "filing_note_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "filing_note_filing" ON "registration"."filing_note" USING btree ("filing_id","id");--> statement-breakpoint
CREATE INDEX "filing_product" ON "registration"."filing" USING btree ("product_number","id");--> statement-breakpoint
CREATE INDEX "filing_received" ON "registration"."filing" USING btree ("division","filed_at","id");