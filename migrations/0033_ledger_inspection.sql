CREATE TABLE "ledger"."inspection" (
	"id" smallint PRIMARY KEY NOT NULL,
	"inspected_at" timestamp (3) with time zone NOT NULL,
	"invariant_count" integer NOT NULL,
	"violated" text[] NOT NULL,
	CONSTRAINT "inspection_single" CHECK ("ledger"."inspection"."id" = 1),
	CONSTRAINT "inspection_counted" CHECK ("ledger"."inspection"."invariant_count" >= 0)
);
