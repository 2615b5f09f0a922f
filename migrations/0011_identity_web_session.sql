ALTER TABLE "identity"."session" ADD COLUMN "cookie_hash" "bytea";--> statement-breakpoint
ALTER TABLE "identity"."session" ADD COLUMN "seen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "identity"."session" ADD CONSTRAINT "session_cookie_hash_unique" UNIQUE("cookie_hash");