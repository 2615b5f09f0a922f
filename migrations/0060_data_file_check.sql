CREATE TABLE "data"."file_check" (
	"sha256" text PRIMARY KEY NOT NULL,
	"verdict" text NOT NULL,
	"checked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "file_check_verdict_known" CHECK ("data"."file_check"."verdict" in ('sound', 'damaged', 'missing'))
);
--> statement-breakpoint
CREATE INDEX "file_check_due" ON "data"."file_check" USING btree ("checked_at");--> statement-breakpoint
CREATE INDEX "file_check_trouble" ON "data"."file_check" USING btree ("verdict") WHERE "data"."file_check"."verdict" <> 'sound';