CREATE SCHEMA "kernel";
--> statement-breakpoint
CREATE SCHEMA "identity";
--> statement-breakpoint
CREATE SCHEMA "ledger";
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
CREATE TABLE "kernel"."milestone" (
	"name" text PRIMARY KEY NOT NULL,
	"reached_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."api_token" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_token_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "identity"."membership" (
	"organization_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"duties" text[] NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "membership_pkey" PRIMARY KEY("organization_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "identity"."organization" (
	"id" uuid PRIMARY KEY NOT NULL,
	"uscc" text NOT NULL,
	"name_zh" text NOT NULL,
	"name_en" text,
	"division" text NOT NULL,
	"address" text NOT NULL,
	"contact_name" text NOT NULL,
	"contact_phone" text NOT NULL,
	"requested_roles" text[] NOT NULL,
	"roles" text[] NOT NULL,
	"state" text NOT NULL,
	"registered_by" uuid NOT NULL,
	"accepted_by" uuid,
	"verified_by" uuid,
	"reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "organization_uscc_unique" UNIQUE("uscc"),
	CONSTRAINT "organization_verified_by_two" CHECK ("identity"."organization"."state" <> 'verified' or 'operator' = any("identity"."organization"."requested_roles")
        or ("identity"."organization"."accepted_by" is not null and "identity"."organization"."verified_by" is not null and "identity"."organization"."accepted_by" <> "identity"."organization"."verified_by")),
	CONSTRAINT "organization_uscc_form" CHECK ("identity"."organization"."uscc" ~ '^[0-9A-HJ-NPQRTUWXY]{18}$')
);
--> statement-breakpoint
CREATE TABLE "identity"."organization_key" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"sealed_key" "bytea" NOT NULL,
	"fingerprint" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."person" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"failed_sign_ins" integer DEFAULT 0 NOT NULL,
	"blocked_until" timestamp (3) with time zone,
	"is_disabled" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "person_email_has_at" CHECK ("identity"."person"."email" like '%_@_%')
);
--> statement-breakpoint
CREATE TABLE "identity"."refresh_token" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "identity"."session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"device" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"proved_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text
);
--> statement-breakpoint
CREATE TABLE "ledger"."account" (
	"name" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"kind" text NOT NULL,
	"is_guarded" boolean NOT NULL,
	"currency" text DEFAULT 'CNY' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "account_name_form" CHECK ("ledger"."account"."name" ~ '^[a-z_]+(:[0-9a-f-]{36})?$' and split_part("ledger"."account"."name", ':', 1) = "ledger"."account"."purpose"),
	CONSTRAINT "account_purpose_known" CHECK (("ledger"."account"."purpose", "ledger"."account"."kind", position(':' in "ledger"."account"."name") > 0, "ledger"."account"."is_guarded") in (('psp_clearing', 'asset', false, false), ('escrow', 'liability', true, true), ('payable', 'liability', true, true), ('payout_in_flight', 'liability', false, false), ('refund_in_flight', 'liability', false, false), ('suspense', 'liability', false, false), ('fee_revenue', 'revenue', false, false), ('psp_fee', 'expense', false, false), ('vendor_receivable', 'asset', true, true))),
	CONSTRAINT "account_currency" CHECK ("ledger"."account"."currency" = 'CNY')
);
--> statement-breakpoint
CREATE TABLE "ledger"."balance" (
	"account" text PRIMARY KEY NOT NULL,
	"available_fen" bigint NOT NULL,
	"version" integer NOT NULL,
	CONSTRAINT "balance_not_overdrawn" CHECK ("ledger"."balance"."available_fen" >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger"."entry" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger"."entry_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction_id" uuid NOT NULL,
	"line" smallint NOT NULL,
	"account" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"version" integer,
	CONSTRAINT "entry_line_unique" UNIQUE("transaction_id","line"),
	CONSTRAINT "entry_version_unique" UNIQUE("account","version"),
	CONSTRAINT "entry_line_from_one" CHECK ("ledger"."entry"."line" >= 1),
	CONSTRAINT "entry_amount_range" CHECK ("ledger"."entry"."amount_fen" <> 0 and abs("ledger"."entry"."amount_fen") <= 9007199254740991)
);
--> statement-breakpoint
CREATE TABLE "ledger"."snapshot" (
	"account" text NOT NULL,
	"upto_seq" bigint NOT NULL,
	"sum_fen" bigint NOT NULL,
	"taken_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "snapshot_pkey" PRIMARY KEY("account","upto_seq")
);
--> statement-breakpoint
CREATE TABLE "ledger"."transaction" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"reference" text NOT NULL,
	"content_hash" text NOT NULL,
	"entry_count" smallint NOT NULL,
	"effective_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"note" text,
	"reverses" uuid,
	CONSTRAINT "transaction_reference_unique" UNIQUE("reference"),
	CONSTRAINT "transaction_reversed_once" UNIQUE("reverses"),
	CONSTRAINT "transaction_has_two_entries" CHECK ("ledger"."transaction"."entry_count" >= 2)
);
--> statement-breakpoint
ALTER TABLE "identity"."api_token" ADD CONSTRAINT "api_token_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."api_token" ADD CONSTRAINT "api_token_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."membership" ADD CONSTRAINT "membership_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."membership" ADD CONSTRAINT "membership_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_registered_by_person_id_fk" FOREIGN KEY ("registered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_accepted_by_person_id_fk" FOREIGN KEY ("accepted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."organization" ADD CONSTRAINT "organization_verified_by_person_id_fk" FOREIGN KEY ("verified_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."organization_key" ADD CONSTRAINT "organization_key_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."refresh_token" ADD CONSTRAINT "refresh_token_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "identity"."session"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."session" ADD CONSTRAINT "session_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."entry" ADD CONSTRAINT "entry_transaction_id_transaction_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "ledger"."transaction"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entry_subject" ON "kernel"."audit_entry" USING btree ("subject_kind","subject_id","seq");--> statement-breakpoint
CREATE INDEX "audit_entry_actor" ON "kernel"."audit_entry" USING btree ("actor","seq");--> statement-breakpoint
CREATE INDEX "idempotency_age" ON "kernel"."idempotency" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "api_token_organization" ON "identity"."api_token" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "membership_person" ON "identity"."membership" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "organization_state" ON "identity"."organization" USING btree ("state","created_at","id");--> statement-breakpoint
CREATE INDEX "organization_division" ON "identity"."organization" USING btree ("division");--> statement-breakpoint
CREATE UNIQUE INDEX "person_email_unique" ON "identity"."person" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "session_person" ON "identity"."session" USING btree ("person_id","created_at");--> statement-breakpoint
CREATE INDEX "transaction_effective" ON "ledger"."transaction" USING btree ("effective_at","id");