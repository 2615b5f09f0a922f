CREATE TABLE "identity"."mailed_link" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"email" text NOT NULL,
	"former_email" text,
	"hash" "bytea",
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "mailed_link_hash_unique" UNIQUE("hash"),
	CONSTRAINT "mailed_link_purpose_known" CHECK ("identity"."mailed_link"."purpose" in ('password', 'email'))
);
--> statement-breakpoint
CREATE TABLE "identity"."two_step_reset" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"requested_by" uuid NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"is_granted" boolean,
	"decided_by" uuid,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "two_step_reset_by_two" CHECK ("identity"."two_step_reset"."is_granted" is not true or "identity"."two_step_reset"."requested_by" <> "identity"."two_step_reset"."decided_by"),
	CONSTRAINT "two_step_reset_not_own" CHECK ("identity"."two_step_reset"."person_id" <> "identity"."two_step_reset"."requested_by" and "identity"."two_step_reset"."person_id" is distinct from "identity"."two_step_reset"."decided_by"),
	CONSTRAINT "two_step_reset_decided_whole" CHECK (("identity"."two_step_reset"."is_granted" is null) = ("identity"."two_step_reset"."decided_by" is null) and ("identity"."two_step_reset"."is_granted" is null) = ("identity"."two_step_reset"."decided_at" is null))
);
--> statement-breakpoint
ALTER TABLE "notices"."mail" ALTER COLUMN "notice_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "notices"."mail" ADD COLUMN "is_secret" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "identity"."mailed_link" ADD CONSTRAINT "mailed_link_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."two_step_reset" ADD CONSTRAINT "two_step_reset_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."two_step_reset" ADD CONSTRAINT "two_step_reset_requested_by_person_id_fk" FOREIGN KEY ("requested_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."two_step_reset" ADD CONSTRAINT "two_step_reset_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mailed_link_person" ON "identity"."mailed_link" USING btree ("person_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "two_step_reset_one_open" ON "identity"."two_step_reset" USING btree ("person_id") WHERE decided_at is null;