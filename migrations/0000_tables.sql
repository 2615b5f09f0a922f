CREATE SCHEMA "kernel";
--> statement-breakpoint
CREATE SEQUENCE "kernel"."audit_seq" INCREMENT BY 64 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 64 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "kernel"."number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "kernel"."audit_entry" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"organization_id" uuid,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"record" text NOT NULL,
	"salt" "bytea" NOT NULL,
	"leaf" text NOT NULL,
	CONSTRAINT "audit_entry_seq_unique" UNIQUE("seq")
);
--> statement-breakpoint
CREATE TABLE "kernel"."audit_queue" (
	"seq" bigint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kernel"."clock" (
	"id" integer PRIMARY KEY NOT NULL,
	"offset_ms" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "clock_has_one_row" CHECK ("kernel"."clock"."id" = 1),
	CONSTRAINT "clock_only_forward" CHECK ("kernel"."clock"."offset_ms" >= 0)
);
--> statement-breakpoint
CREATE TABLE "kernel"."exchange_key" (
	"name" text PRIMARY KEY NOT NULL,
	"public_part" text NOT NULL,
	"sealed_part" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kernel"."idempotency" (
	"scope" text NOT NULL,
	"key" text NOT NULL,
	"operation" text NOT NULL,
	"input_hash" text NOT NULL,
	"status" integer,
	"reply" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_pkey" PRIMARY KEY("scope","key")
);
--> statement-breakpoint
CREATE INDEX "audit_entry_subject" ON "kernel"."audit_entry" USING btree ("subject_kind","subject_id","seq");--> statement-breakpoint
CREATE INDEX "audit_entry_actor" ON "kernel"."audit_entry" USING btree ("actor","seq");--> statement-breakpoint
CREATE INDEX "idempotency_age" ON "kernel"."idempotency" USING btree ("created_at");