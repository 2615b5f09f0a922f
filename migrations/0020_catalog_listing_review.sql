CREATE TABLE "catalog"."listing_review" (
	"id" uuid PRIMARY KEY NOT NULL,
	"listing_id" uuid NOT NULL,
	"decision" text NOT NULL,
	"points" jsonb NOT NULL,
	"opinion" text NOT NULL,
	"reviewed_by" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"rule_pack" text NOT NULL,
	"decided_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "listing_review_decision_known" CHECK ("catalog"."listing_review"."decision" in ('pass', 'return', 'refuse'))
);
--> statement-breakpoint
ALTER TABLE "catalog"."listing_review" ADD CONSTRAINT "listing_review_listing_id_listing_id_fk" FOREIGN KEY ("listing_id") REFERENCES "catalog"."listing"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing_review" ADD CONSTRAINT "listing_review_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing_review" ADD CONSTRAINT "listing_review_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "listing_review_listing" ON "catalog"."listing_review" USING btree ("listing_id","id");