ALTER TABLE "ledger"."snapshot" ADD COLUMN "entry_count" bigint;--> statement-breakpoint
ALTER TABLE "ledger"."snapshot" ADD COLUMN "latest_created_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "ledger"."snapshot" ADD COLUMN "latest_effective_at" timestamp (3) with time zone;