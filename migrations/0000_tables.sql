CREATE SCHEMA "kernel";
--> statement-breakpoint
CREATE SCHEMA "catalog";
--> statement-breakpoint
CREATE SCHEMA "contracts";
--> statement-breakpoint
CREATE SCHEMA "data";
--> statement-breakpoint
CREATE SCHEMA "delivery";
--> statement-breakpoint
CREATE SCHEMA "identity";
--> statement-breakpoint
CREATE SCHEMA "ledger";
--> statement-breakpoint
CREATE SCHEMA "orders";
--> statement-breakpoint
CREATE SCHEMA "registration";
--> statement-breakpoint
CREATE SCHEMA "settlement";
--> statement-breakpoint
CREATE SCHEMA "transparency";
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
	CONSTRAINT "audit_entry_seq_unique" UNIQUE("seq"),
	CONSTRAINT "audit_entry_leaf_small" CHECK (octet_length("kernel"."audit_entry"."leaf") <= 4096)
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
CREATE TABLE "catalog"."catalog_revision" (
	"id" integer PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL,
	CONSTRAINT "catalog_revision_has_one_row" CHECK ("catalog"."catalog_revision"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "catalog"."data_product" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"vendor_id" uuid NOT NULL,
	"division" text NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "data_product_number_unique" UNIQUE("number"),
	CONSTRAINT "data_product_division_form" CHECK ("catalog"."data_product"."division" ~ '^[0-9]{6}$')
);
--> statement-breakpoint
CREATE TABLE "catalog"."facet_count" (
	"facet" text NOT NULL,
	"value" text NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "facet_count_pkey" PRIMARY KEY("facet","value")
);
--> statement-breakpoint
CREATE TABLE "catalog"."listed_product" (
	"product_id" uuid PRIMARY KEY NOT NULL,
	"listing_id" uuid NOT NULL,
	"version_no" integer NOT NULL,
	"number" text NOT NULL,
	"name_zh" text NOT NULL,
	"name_en" text,
	"abstract" text NOT NULL,
	"vendor_id" uuid NOT NULL,
	"vendor_zh" text NOT NULL,
	"vendor_en" text,
	"type" text NOT NULL,
	"industry" text NOT NULL,
	"theme" text NOT NULL,
	"division" text NOT NULL,
	"format" text NOT NULL,
	"grade" text NOT NULL,
	"update_frequency" text NOT NULL,
	"price_kind" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"rows" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"listed_at" timestamp (3) with time zone NOT NULL,
	"title_key" text collate "C" NOT NULL,
	"words" text NOT NULL,
	"document" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."listing" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"product_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"division" text NOT NULL,
	"state" text NOT NULL,
	"grade" text,
	"submitted_by" uuid,
	"submitted_at" timestamp (3) with time zone,
	"accepted_by" uuid,
	"accepted_at" timestamp (3) with time zone,
	"reviewed_by" uuid,
	"reviewer_organization_id" uuid,
	"reviewed_at" timestamp (3) with time zone,
	"review_opinion" text,
	"is_important_data_confirmed" boolean NOT NULL,
	"due_at" timestamp (3) with time zone,
	"is_due_provisional" boolean NOT NULL,
	"remaining_working_days" integer,
	"rule_pack" text NOT NULL,
	"supplement" jsonb NOT NULL,
	"reason" text,
	"suspended_side" text,
	"ends_on" date,
	"listed_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "listing_number_unique" UNIQUE("number"),
	CONSTRAINT "listing_version_unique" UNIQUE("version_id"),
	CONSTRAINT "listing_state_known" CHECK ("catalog"."listing"."state" in ('draft', 'submitted', 'supplementing', 'reviewing', 'approved', 'listed', 'suspended',
        'delisted', 'expired', 'rejected')),
	CONSTRAINT "listing_submitted_by_person" CHECK ("catalog"."listing"."state" = 'draft' or ("catalog"."listing"."submitted_by" is not null and "catalog"."listing"."submitted_at" is not null)),
	CONSTRAINT "listing_reviewed_independently" CHECK ("catalog"."listing"."state" not in ('approved', 'listed', 'suspended', 'delisted', 'expired')
        or ("catalog"."listing"."reviewed_by" is not null and "catalog"."listing"."reviewed_by" <> "catalog"."listing"."submitted_by"
          and "catalog"."listing"."reviewer_organization_id" is not null and "catalog"."listing"."reviewer_organization_id" <> "catalog"."listing"."vendor_id")),
	CONSTRAINT "listing_core_never_traded" CHECK ("catalog"."listing"."state" in ('draft', 'supplementing', 'rejected') or ("catalog"."listing"."grade" is not null and "catalog"."listing"."grade" <> 'core')),
	CONSTRAINT "listing_important_confirmed" CHECK ("catalog"."listing"."state" not in ('approved', 'listed', 'suspended') or "catalog"."listing"."grade" <> 'important' or "catalog"."listing"."is_important_data_confirmed"),
	CONSTRAINT "listing_clock_runs_or_stops" CHECK ("catalog"."listing"."state" not in ('submitted', 'reviewing') or "catalog"."listing"."due_at" is not null),
	CONSTRAINT "listing_suspended_by_side" CHECK (("catalog"."listing"."state" = 'suspended') = ("catalog"."listing"."suspended_side" is not null))
);
--> statement-breakpoint
CREATE TABLE "catalog"."price_plan" (
	"id" uuid PRIMARY KEY NOT NULL,
	"product_id" uuid NOT NULL,
	"code" text NOT NULL,
	"version" integer NOT NULL,
	"kind" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"name_zh" text NOT NULL,
	"name_en" text,
	"is_current" boolean NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "price_plan_version_unique" UNIQUE("product_id","code","version"),
	CONSTRAINT "price_plan_kind_known" CHECK ("catalog"."price_plan"."kind" in ('free', 'one-off')),
	CONSTRAINT "price_plan_free_costs_nothing" CHECK (("catalog"."price_plan"."kind" = 'free') = ("catalog"."price_plan"."amount_fen" = 0) and "catalog"."price_plan"."amount_fen" >= 0)
);
--> statement-breakpoint
CREATE TABLE "catalog"."product_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"product_id" uuid NOT NULL,
	"version_no" integer NOT NULL,
	"name_zh" text NOT NULL,
	"name_en" text,
	"type" text,
	"abstract" text,
	"industry" text,
	"theme" text,
	"keywords" text[] NOT NULL,
	"data_version_id" uuid,
	"rights_kind" text,
	"is_exclusive" boolean NOT NULL,
	"may_resell" boolean NOT NULL,
	"term_months" integer,
	"area" text,
	"source_category" text,
	"source_statement" text,
	"source_evidence" text,
	"grade" text,
	"important_data_approval" text,
	"contains_personal_info" boolean,
	"personal_info_basis" text,
	"personal_info_notice" text,
	"separate_consent_evidence" text,
	"is_public_data" boolean NOT NULL,
	"is_cross_border" boolean NOT NULL,
	"update_frequency" text,
	"delivery_mode" text NOT NULL,
	"purposes_allowed" text[] NOT NULL,
	"purposes_prohibited" text[] NOT NULL,
	"acceptance_standard" text,
	"is_silence_acceptance" boolean,
	"quality_note" text,
	"compliance_opinion" jsonb,
	"registration_certificate_no" text,
	"facts" jsonb,
	"content_hash" text,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "product_version_no_unique" UNIQUE("product_id","version_no"),
	CONSTRAINT "product_version_no_from_one" CHECK ("catalog"."product_version"."version_no" >= 1),
	CONSTRAINT "product_version_term_positive" CHECK ("catalog"."product_version"."term_months" is null or "catalog"."product_version"."term_months" > 0),
	CONSTRAINT "product_version_hash_with_facts" CHECK (("catalog"."product_version"."facts" is null) = ("catalog"."product_version"."content_hash" is null))
);
--> statement-breakpoint
CREATE TABLE "catalog"."token_count" (
	"token" text collate "C" PRIMARY KEY NOT NULL,
	"count" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contracts"."contract" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"state" text NOT NULL,
	"is_disputed" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"division" text NOT NULL,
	"vendor_division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"product_number" text NOT NULL,
	"product_name" text NOT NULL,
	"product_version" integer NOT NULL,
	"listing_id" uuid NOT NULL,
	"data_version_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"plan_version" integer NOT NULL,
	"plan_kind" text NOT NULL,
	"source_category" text NOT NULL,
	"is_public_data" boolean NOT NULL,
	"amount_fen" bigint NOT NULL,
	"template_code" text NOT NULL,
	"template_version" text NOT NULL,
	"template_hash" text NOT NULL,
	"model_terms" jsonb NOT NULL,
	"terms" jsonb NOT NULL,
	"terms_text" text NOT NULL,
	"deviations" jsonb NOT NULL,
	"body" text,
	"text_hash" text,
	"pdf_sha256" text,
	"rule_pack" text NOT NULL,
	"lapses_at" timestamp (3) with time zone,
	"agreed_at" timestamp (3) with time zone,
	"effective_at" timestamp (3) with time zone,
	"ends_on" date,
	"sealed_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"reason" text,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contract_number_unique" UNIQUE("number"),
	CONSTRAINT "contract_state" CHECK ("contracts"."contract"."state" in ('drafted', 'negotiating', 'countered', 'agreed', 'partly_signed', 'signed', 'effective',
        'performing', 'suspended', 'completed', 'terminated', 'expired', 'lapsed', 'void')),
	CONSTRAINT "contract_two_parties" CHECK ("contracts"."contract"."vendor_id" <> "contracts"."contract"."buyer_id"),
	CONSTRAINT "contract_text_has_hash" CHECK (("contracts"."contract"."body" is null) = ("contracts"."contract"."text_hash" is null)),
	CONSTRAINT "contract_sealed_after_signing" CHECK ("contracts"."contract"."pdf_sha256" is null or "contracts"."contract"."effective_at" is not null),
	CONSTRAINT "contract_amount_not_negative" CHECK ("contracts"."contract"."amount_fen" >= 0)
);
--> statement-breakpoint
CREATE TABLE "contracts"."contract_signature" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"side" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"signer_id" uuid NOT NULL,
	"statement" text NOT NULL,
	"signature" text NOT NULL,
	"public_key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"signed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "contract_signature_once" UNIQUE("contract_id","side"),
	CONSTRAINT "contract_signature_two_people" UNIQUE("contract_id","signer_id"),
	CONSTRAINT "contract_signature_side" CHECK ("contracts"."contract_signature"."side" in ('vendor', 'buyer'))
);
--> statement-breakpoint
CREATE TABLE "contracts"."proposal" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"side" text NOT NULL,
	"proposed_by" uuid NOT NULL,
	"terms_text" text NOT NULL,
	"deviations" jsonb NOT NULL,
	"note" text,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "proposal_round_unique" UNIQUE("contract_id","round"),
	CONSTRAINT "proposal_side" CHECK ("contracts"."proposal"."side" in ('vendor', 'buyer'))
);
--> statement-breakpoint
CREATE TABLE "data"."data_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"uploaded_by" uuid NOT NULL,
	"file_name" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"state" text NOT NULL,
	"profiling_at" timestamp (3) with time zone NOT NULL,
	"failure" jsonb,
	"format" text,
	"encoding" text,
	"rows" bigint,
	"columns" jsonb,
	"delimiter" text,
	"time_range" jsonb,
	"divisions" text[],
	"sample" jsonb,
	"warnings" jsonb,
	"notes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "data_version_file_unique" UNIQUE("organization_id","sha256","file_name"),
	CONSTRAINT "data_version_sha256_form" CHECK ("data"."data_version"."sha256" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "data_version_not_empty" CHECK ("data"."data_version"."bytes" > 0),
	CONSTRAINT "data_version_state_known" CHECK ("data"."data_version"."state" in ('profiling', 'ready', 'confirmed', 'failed')),
	CONSTRAINT "data_version_ready_has_facts" CHECK ("data"."data_version"."state" not in ('ready', 'confirmed')
        or ("data"."data_version"."format" is not null and "data"."data_version"."rows" is not null and "data"."data_version"."columns" is not null)),
	CONSTRAINT "data_version_confirmed_by_person" CHECK (("data"."data_version"."state" = 'confirmed') = ("data"."data_version"."confirmed_by" is not null and "data"."data_version"."confirmed_at" is not null)),
	CONSTRAINT "data_version_failed_says_why" CHECK (("data"."data_version"."state" = 'failed') = ("data"."data_version"."failure" is not null))
);
--> statement-breakpoint
CREATE TABLE "delivery"."download" (
	"id" uuid PRIMARY KEY NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"method" text NOT NULL,
	"sha256" text NOT NULL,
	"round" integer NOT NULL,
	"not_after" timestamp (3) with time zone NOT NULL,
	"sent_bytes" bigint DEFAULT 0 NOT NULL,
	"last_sent_at" timestamp (3) with time zone,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "download_method" CHECK ("delivery"."download"."method" in ('GET', 'HEAD')),
	CONSTRAINT "download_sent_not_negative" CHECK ("delivery"."download"."sent_bytes" >= 0)
);
--> statement-breakpoint
CREATE TABLE "delivery"."entitlement" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"contract_id" uuid NOT NULL,
	"grantee_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"data_version_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"file_name" text NOT NULL,
	"format" text NOT NULL,
	"encoding" text,
	"round" integer DEFAULT 1 NOT NULL,
	"covered" "int8multirange" DEFAULT '{}' NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "entitlement_order_unique" UNIQUE("order_id"),
	CONSTRAINT "entitlement_state_known" CHECK ("delivery"."entitlement"."state" in ('active', 'suspended', 'revoked', 'expired')),
	CONSTRAINT "entitlement_has_digest" CHECK ("delivery"."entitlement"."sha256" ~ '^[0-9a-f]{64}$' and "delivery"."entitlement"."bytes" > 0)
);
--> statement-breakpoint
CREATE TABLE "delivery"."receipt" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"order_id" uuid NOT NULL,
	"order_number" text NOT NULL,
	"contract_id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"download_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"grantee_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"file_name" text NOT NULL,
	"delivered_at" timestamp (3) with time zone NOT NULL,
	"acceptance_due_at" timestamp (3) with time zone NOT NULL,
	"rule_pack" text NOT NULL,
	CONSTRAINT "receipt_number_unique" UNIQUE("number"),
	CONSTRAINT "receipt_one_per_delivery" UNIQUE("order_id","round")
);
--> statement-breakpoint
CREATE TABLE "delivery"."receipt_document" (
	"receipt_id" uuid PRIMARY KEY NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "delivery"."signing_key" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sealed_secret" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone
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
CREATE TABLE "orders"."order" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"reference_code" text NOT NULL,
	"contract_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"data_version_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"amount_fen" bigint NOT NULL,
	"refund_fen" bigint DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"is_silence_acceptance" boolean NOT NULL,
	"delivery_days" integer NOT NULL,
	"acceptance_days" integer NOT NULL,
	"payment_due_at" timestamp (3) with time zone,
	"paid_at" timestamp (3) with time zone,
	"settlement_ref" text,
	"delivery_due_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"deliveries" integer DEFAULT 0 NOT NULL,
	"receipt_id" uuid,
	"acceptance_due_at" timestamp (3) with time zone,
	"accepted_at" timestamp (3) with time zone,
	"is_deemed_accepted" boolean DEFAULT false NOT NULL,
	"settle_after" timestamp (3) with time zone,
	"mediation_due_at" timestamp (3) with time zone,
	"closed_at" timestamp (3) with time zone,
	"is_provisional" boolean NOT NULL,
	"acceptance_reminded_at" timestamp (3) with time zone,
	"overdue_noted_at" timestamp (3) with time zone,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_number_unique" UNIQUE("number"),
	CONSTRAINT "order_reference_code_unique" UNIQUE("reference_code"),
	CONSTRAINT "order_state_known" CHECK ("orders"."order"."state" in ('created', 'confirmed', 'awaiting_payment', 'escrowed', 'delivering', 'delivered', 'accepted',
        'rejected', 'redelivering', 'refunding', 'refunded', 'cancelled', 'settling', 'settled', 'closed', 'disputed',
        'partly_refunded')),
	CONSTRAINT "order_amount_not_negative" CHECK ("orders"."order"."amount_fen" >= 0),
	CONSTRAINT "order_refund_within_amount" CHECK ("orders"."order"."refund_fen" between 0 and "orders"."order"."amount_fen"),
	CONSTRAINT "order_two_parties" CHECK ("orders"."order"."vendor_id" <> "orders"."order"."buyer_id")
);
--> statement-breakpoint
CREATE TABLE "registration"."filing" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"state" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"facts" jsonb NOT NULL,
	"facts_hash" text NOT NULL,
	"due_at" timestamp (3) with time zone,
	"is_provisional" boolean DEFAULT false NOT NULL,
	"paused_days" integer,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"number" text,
	"materials" jsonb NOT NULL,
	"filed_at" timestamp (3) with time zone,
	"checked_by" uuid,
	"checked_at" timestamp (3) with time zone,
	"receipt_sha256" text,
	CONSTRAINT "filing_number_unique" UNIQUE("number"),
	CONSTRAINT "filing_has_number" CHECK ("registration"."filing"."state" in ('draft', 'submitted') or "registration"."filing"."number" is not null)
);
--> statement-breakpoint
CREATE TABLE "registration"."filing_version" (
	"filing_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"facts" jsonb NOT NULL,
	"facts_hash" text NOT NULL,
	"explanation" text,
	"reported_on" date NOT NULL,
	CONSTRAINT "filing_version_pkey" PRIMARY KEY("filing_id","version")
);
--> statement-breakpoint
CREATE TABLE "registration"."objection" (
	"id" uuid PRIMARY KEY NOT NULL,
	"registration_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"grounds" text NOT NULL,
	"is_upheld" boolean,
	"answer" text,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "registration"."registration" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"division" text NOT NULL,
	"buyer_division" text NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"state" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"facts" jsonb NOT NULL,
	"facts_hash" text NOT NULL,
	"due_at" timestamp (3) with time zone,
	"is_provisional" boolean DEFAULT false NOT NULL,
	"paused_days" integer,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"number" text,
	"accepted_by" uuid,
	"reviewed_by" uuid,
	"publicity_ends_at" timestamp (3) with time zone,
	"registered_at" timestamp (3) with time zone,
	"valid_until" timestamp (3) with time zone,
	"certificate_sha256" text,
	CONSTRAINT "registration_number_unique" UNIQUE("number"),
	CONSTRAINT "registration_has_number" CHECK ("registration"."registration"."state" <> 'registered' or "registration"."registration"."number" is not null),
	CONSTRAINT "registration_two_people" CHECK ("registration"."registration"."reviewed_by" is null or "registration"."registration"."reviewed_by" <> "registration"."registration"."accepted_by")
);
--> statement-breakpoint
CREATE TABLE "settlement"."bank_account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"holder_name" text NOT NULL,
	"bank_name" text NOT NULL,
	"bank_code" text,
	"sealed_number" "bytea" NOT NULL,
	"number_tail" text NOT NULL,
	"state" text NOT NULL,
	"registered_by" uuid NOT NULL,
	"decided_by" uuid,
	"reason" text,
	"usable_from" timestamp (3) with time zone,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "bank_account_state_known" CHECK ("settlement"."bank_account"."state" in ('submitted', 'confirmed', 'refused', 'withdrawn', 'replaced')),
	CONSTRAINT "bank_account_two_people" CHECK ("settlement"."bank_account"."decided_by" is null or "settlement"."bank_account"."decided_by" <> "settlement"."bank_account"."registered_by")
);
--> statement-breakpoint
CREATE TABLE "settlement"."bank_statement" (
	"id" uuid PRIMARY KEY NOT NULL,
	"file_name" text NOT NULL,
	"sha256" text NOT NULL,
	"encoding" text NOT NULL,
	"sealed_file" "bytea" NOT NULL,
	"line_count" integer NOT NULL,
	"imported_count" integer NOT NULL,
	"duplicate_count" integer NOT NULL,
	"rejected_count" integer NOT NULL,
	"imported_fen" bigint NOT NULL,
	"rejected" jsonb NOT NULL,
	"duplicates" jsonb NOT NULL,
	"imported_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "bank_statement_sha256_unique" UNIQUE("sha256"),
	CONSTRAINT "bank_statement_counts" CHECK ("settlement"."bank_statement"."line_count" = "settlement"."bank_statement"."imported_count" + "settlement"."bank_statement"."duplicate_count" + "settlement"."bank_statement"."rejected_count")
);
--> statement-breakpoint
CREATE TABLE "settlement"."payout" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"organization_id" uuid,
	"order_id" uuid,
	"line_id" uuid,
	"amount_fen" bigint NOT NULL,
	"bank_account_id" uuid,
	"holder_name" text,
	"bank_name" text,
	"bank_code" text,
	"sealed_number" "bytea",
	"number_tail" text,
	"payee_set_by" uuid,
	"state" text NOT NULL,
	"batch_id" uuid,
	"attempt" integer DEFAULT 0 NOT NULL,
	"made_by" uuid,
	"ordered_at" timestamp (3) with time zone,
	"confirmed_by" uuid,
	"confirmed_at" timestamp (3) with time zone,
	"bank_serial" text,
	"paid_on" date,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payout_serial_unique" UNIQUE("paid_on","bank_serial"),
	CONSTRAINT "payout_state_known" CHECK ("settlement"."payout"."state" in ('waiting', 'ready', 'ordered', 'confirmed', 'bounced')),
	CONSTRAINT "payout_kind_known" CHECK ("settlement"."payout"."kind" in ('vendor', 'refund', 'return')),
	CONSTRAINT "payout_amount_positive" CHECK ("settlement"."payout"."amount_fen" > 0),
	CONSTRAINT "payout_has_payee" CHECK ("settlement"."payout"."state" = 'waiting' or ("settlement"."payout"."sealed_number" is not null and "settlement"."payout"."holder_name" is not null)),
	CONSTRAINT "payout_confirmed_by_two" CHECK ("settlement"."payout"."state" <> 'confirmed' or ("settlement"."payout"."made_by" is not null and "settlement"."payout"."confirmed_by" is not null
        and "settlement"."payout"."made_by" <> "settlement"."payout"."confirmed_by" and "settlement"."payout"."payee_set_by" is distinct from "settlement"."payout"."confirmed_by")),
	CONSTRAINT "payout_vendor_known" CHECK ("settlement"."payout"."kind" <> 'vendor' or "settlement"."payout"."organization_id" is not null)
);
--> statement-breakpoint
CREATE TABLE "settlement"."payout_batch" (
	"id" uuid PRIMARY KEY NOT NULL,
	"payout_count" integer NOT NULL,
	"total_fen" bigint NOT NULL,
	"sha256" text NOT NULL,
	"sealed_file" "bytea" NOT NULL,
	"made_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "settlement"."split" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"amount_fen" bigint NOT NULL,
	"vendor_fen" bigint NOT NULL,
	"fee_fen" bigint NOT NULL,
	"fee_ppm" integer NOT NULL,
	"rule_pack" text NOT NULL,
	"payout_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "split_order_unique" UNIQUE("order_id"),
	CONSTRAINT "split_is_whole" CHECK ("settlement"."split"."amount_fen" = "settlement"."split"."vendor_fen" + "settlement"."split"."fee_fen")
);
--> statement-breakpoint
CREATE TABLE "settlement"."statement_line" (
	"id" uuid PRIMARY KEY NOT NULL,
	"statement_id" uuid NOT NULL,
	"line_no" integer NOT NULL,
	"bank_serial" text NOT NULL,
	"booked_on" date NOT NULL,
	"amount_fen" bigint NOT NULL,
	"payer_name" text NOT NULL,
	"sealed_payer" "bytea",
	"payer_tail" text,
	"remark" text NOT NULL,
	"content_hash" text NOT NULL,
	"state" text NOT NULL,
	"order_id" uuid,
	"captured_fen" bigint DEFAULT 0 NOT NULL,
	"refunded_fen" bigint DEFAULT 0 NOT NULL,
	"hint" text,
	"matched_by" uuid,
	"reason" text,
	"rule_pack" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "statement_line_serial_unique" UNIQUE("booked_on","bank_serial"),
	CONSTRAINT "statement_line_state_known" CHECK ("settlement"."statement_line"."state" in ('received', 'unmatched', 'matched', 'partial', 'surplus', 'duplicate', 'returning', 'returned')),
	CONSTRAINT "statement_line_amounts" CHECK ("settlement"."statement_line"."amount_fen" > 0 and "settlement"."statement_line"."captured_fen" between 0 and "settlement"."statement_line"."amount_fen"
      and "settlement"."statement_line"."refunded_fen" between 0 and "settlement"."statement_line"."captured_fen")
);
--> statement-breakpoint
CREATE TABLE "settlement"."trade" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"captured_fen" bigint NOT NULL,
	"released_fen" bigint NOT NULL,
	"fee_fen" bigint NOT NULL,
	"refunded_fen" bigint NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "trade_not_over" CHECK ("settlement"."trade"."captured_fen" >= "settlement"."trade"."released_fen" + "settlement"."trade"."fee_fen" + "settlement"."trade"."refunded_fen"),
	CONSTRAINT "trade_not_negative" CHECK (least("settlement"."trade"."captured_fen", "settlement"."trade"."released_fen", "settlement"."trade"."fee_fen", "settlement"."trade"."refunded_fen") >= 0)
);
--> statement-breakpoint
CREATE TABLE "transparency"."checkpoint" (
	"size" bigint PRIMARY KEY NOT NULL,
	"root" "bytea" NOT NULL,
	"note" text NOT NULL,
	"signed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "checkpoint_size_positive" CHECK ("transparency"."checkpoint"."size" > 0),
	CONSTRAINT "checkpoint_root_length" CHECK (octet_length("transparency"."checkpoint"."root") = 32)
);
--> statement-breakpoint
CREATE TABLE "transparency"."leaf" (
	"leaf_index" bigint PRIMARY KEY NOT NULL,
	"audit_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "leaf_audit_unique" UNIQUE("audit_id"),
	CONSTRAINT "leaf_index_whole" CHECK ("transparency"."leaf"."leaf_index" >= 0),
	CONSTRAINT "leaf_hash_length" CHECK (octet_length("transparency"."leaf"."hash") = 32)
);
--> statement-breakpoint
ALTER TABLE "catalog"."data_product" ADD CONSTRAINT "data_product_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."data_product" ADD CONSTRAINT "data_product_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listed_product" ADD CONSTRAINT "listed_product_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listed_product" ADD CONSTRAINT "listed_product_listing_id_listing_id_fk" FOREIGN KEY ("listing_id") REFERENCES "catalog"."listing"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_submitted_by_person_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_accepted_by_person_id_fk" FOREIGN KEY ("accepted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_reviewer_organization_id_organization_id_fk" FOREIGN KEY ("reviewer_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_version_fk" FOREIGN KEY ("version_id") REFERENCES "catalog"."product_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_version" ADD CONSTRAINT "product_version_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_version" ADD CONSTRAINT "product_version_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_version" ADD CONSTRAINT "product_version_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_buyer_id_organization_id_fk" FOREIGN KEY ("buyer_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_listing_id_listing_id_fk" FOREIGN KEY ("listing_id") REFERENCES "catalog"."listing"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_plan_id_price_plan_id_fk" FOREIGN KEY ("plan_id") REFERENCES "catalog"."price_plan"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract" ADD CONSTRAINT "contract_created_by_person_id_fk" FOREIGN KEY ("created_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract_signature" ADD CONSTRAINT "contract_signature_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract_signature" ADD CONSTRAINT "contract_signature_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."contract_signature" ADD CONSTRAINT "contract_signature_signer_id_person_id_fk" FOREIGN KEY ("signer_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."proposal" ADD CONSTRAINT "proposal_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts"."proposal" ADD CONSTRAINT "proposal_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_uploaded_by_person_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_confirmed_by_person_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."download" ADD CONSTRAINT "download_entitlement_id_entitlement_id_fk" FOREIGN KEY ("entitlement_id") REFERENCES "delivery"."entitlement"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."download" ADD CONSTRAINT "download_key_id_signing_key_id_fk" FOREIGN KEY ("key_id") REFERENCES "delivery"."signing_key"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."entitlement" ADD CONSTRAINT "entitlement_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."entitlement" ADD CONSTRAINT "entitlement_grantee_id_organization_id_fk" FOREIGN KEY ("grantee_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."entitlement" ADD CONSTRAINT "entitlement_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."receipt" ADD CONSTRAINT "receipt_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."receipt" ADD CONSTRAINT "receipt_entitlement_id_entitlement_id_fk" FOREIGN KEY ("entitlement_id") REFERENCES "delivery"."entitlement"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."receipt" ADD CONSTRAINT "receipt_download_id_download_id_fk" FOREIGN KEY ("download_id") REFERENCES "delivery"."download"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery"."receipt_document" ADD CONSTRAINT "receipt_document_receipt_id_receipt_id_fk" FOREIGN KEY ("receipt_id") REFERENCES "delivery"."receipt"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
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
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD CONSTRAINT "order_buyer_id_organization_id_fk" FOREIGN KEY ("buyer_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD CONSTRAINT "filing_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing" ADD CONSTRAINT "filing_checked_by_person_id_fk" FOREIGN KEY ("checked_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."filing_version" ADD CONSTRAINT "filing_version_filing_id_filing_id_fk" FOREIGN KEY ("filing_id") REFERENCES "registration"."filing"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."objection" ADD CONSTRAINT "objection_registration_id_registration_id_fk" FOREIGN KEY ("registration_id") REFERENCES "registration"."registration"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."objection" ADD CONSTRAINT "objection_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."registration" ADD CONSTRAINT "registration_contract_id_contract_id_fk" FOREIGN KEY ("contract_id") REFERENCES "contracts"."contract"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."registration" ADD CONSTRAINT "registration_accepted_by_person_id_fk" FOREIGN KEY ("accepted_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration"."registration" ADD CONSTRAINT "registration_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."bank_account" ADD CONSTRAINT "bank_account_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."bank_account" ADD CONSTRAINT "bank_account_registered_by_person_id_fk" FOREIGN KEY ("registered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."bank_account" ADD CONSTRAINT "bank_account_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."bank_statement" ADD CONSTRAINT "bank_statement_imported_by_person_id_fk" FOREIGN KEY ("imported_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_line_id_statement_line_id_fk" FOREIGN KEY ("line_id") REFERENCES "settlement"."statement_line"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_bank_account_id_bank_account_id_fk" FOREIGN KEY ("bank_account_id") REFERENCES "settlement"."bank_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_payee_set_by_person_id_fk" FOREIGN KEY ("payee_set_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_batch_id_payout_batch_id_fk" FOREIGN KEY ("batch_id") REFERENCES "settlement"."payout_batch"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_made_by_person_id_fk" FOREIGN KEY ("made_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout" ADD CONSTRAINT "payout_confirmed_by_person_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."payout_batch" ADD CONSTRAINT "payout_batch_made_by_person_id_fk" FOREIGN KEY ("made_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."split" ADD CONSTRAINT "split_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."split" ADD CONSTRAINT "split_vendor_id_organization_id_fk" FOREIGN KEY ("vendor_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."split" ADD CONSTRAINT "split_payout_id_payout_id_fk" FOREIGN KEY ("payout_id") REFERENCES "settlement"."payout"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."statement_line" ADD CONSTRAINT "statement_line_statement_id_bank_statement_id_fk" FOREIGN KEY ("statement_id") REFERENCES "settlement"."bank_statement"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."statement_line" ADD CONSTRAINT "statement_line_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."statement_line" ADD CONSTRAINT "statement_line_matched_by_person_id_fk" FOREIGN KEY ("matched_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "settlement"."trade" ADD CONSTRAINT "trade_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transparency"."leaf" ADD CONSTRAINT "leaf_audit_id_audit_entry_id_fk" FOREIGN KEY ("audit_id") REFERENCES "kernel"."audit_entry"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entry_subject" ON "kernel"."audit_entry" USING btree ("subject_kind","subject_id","seq");--> statement-breakpoint
CREATE INDEX "audit_entry_actor" ON "kernel"."audit_entry" USING btree ("actor","seq");--> statement-breakpoint
CREATE INDEX "idempotency_age" ON "kernel"."idempotency" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "data_product_vendor" ON "catalog"."data_product" USING btree ("vendor_id","id");--> statement-breakpoint
CREATE INDEX "listed_product_newest" ON "catalog"."listed_product" USING btree ("listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_price" ON "catalog"."listed_product" USING btree ("amount_fen","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_title" ON "catalog"."listed_product" USING btree ("title_key","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_vendor" ON "catalog"."listed_product" USING btree ("vendor_id","listed_at");--> statement-breakpoint
CREATE INDEX "listed_product_type" ON "catalog"."listed_product" USING btree ("type","listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_industry" ON "catalog"."listed_product" USING btree ("industry","listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_theme" ON "catalog"."listed_product" USING btree ("theme","listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_division" ON "catalog"."listed_product" USING btree ("division","listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_format" ON "catalog"."listed_product" USING btree ("format","listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_price_kind" ON "catalog"."listed_product" USING btree ("price_kind","listed_at","product_id");--> statement-breakpoint
CREATE INDEX "listed_product_document" ON "catalog"."listed_product" USING gin ("document");--> statement-breakpoint
CREATE UNIQUE INDEX "listing_one_pending" ON "catalog"."listing" USING btree ("product_id") WHERE "catalog"."listing"."state" in ('draft', 'submitted', 'supplementing', 'reviewing', 'approved');--> statement-breakpoint
CREATE UNIQUE INDEX "listing_one_published" ON "catalog"."listing" USING btree ("product_id") WHERE "catalog"."listing"."state" in ('listed', 'suspended');--> statement-breakpoint
CREATE INDEX "listing_product" ON "catalog"."listing" USING btree ("product_id","id");--> statement-breakpoint
CREATE INDEX "listing_vendor" ON "catalog"."listing" USING btree ("vendor_id","id");--> statement-breakpoint
CREATE INDEX "listing_queue" ON "catalog"."listing" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "listing_division" ON "catalog"."listing" USING btree ("division","id");--> statement-breakpoint
CREATE INDEX "listing_ends" ON "catalog"."listing" USING btree ("ends_on") WHERE "catalog"."listing"."state" in ('listed', 'suspended') and "catalog"."listing"."ends_on" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "price_plan_one_current" ON "catalog"."price_plan" USING btree ("product_id","code") WHERE "catalog"."price_plan"."is_current";--> statement-breakpoint
CREATE INDEX "product_version_data" ON "catalog"."product_version" USING btree ("data_version_id");--> statement-breakpoint
CREATE INDEX "contract_vendor" ON "contracts"."contract" USING btree ("vendor_id","id");--> statement-breakpoint
CREATE INDEX "contract_buyer" ON "contracts"."contract" USING btree ("buyer_id","id");--> statement-breakpoint
CREATE INDEX "contract_division" ON "contracts"."contract" USING btree ("division","id");--> statement-breakpoint
CREATE INDEX "contract_product" ON "contracts"."contract" USING btree ("product_id");--> statement-breakpoint
CREATE INDEX "contract_lapses" ON "contracts"."contract" USING btree ("lapses_at") WHERE "contracts"."contract"."state" in ('negotiating', 'countered', 'agreed', 'partly_signed');--> statement-breakpoint
CREATE INDEX "contract_ends" ON "contracts"."contract" USING btree ("ends_on") WHERE "contracts"."contract"."state" in ('performing', 'suspended');--> statement-breakpoint
CREATE INDEX "data_version_organization" ON "data"."data_version" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "data_version_sha256" ON "data"."data_version" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "data_version_profiling" ON "data"."data_version" USING btree ("profiling_at") WHERE "data"."data_version"."state" = 'profiling';--> statement-breakpoint
CREATE INDEX "download_entitlement" ON "delivery"."download" USING btree ("entitlement_id","id");--> statement-breakpoint
CREATE INDEX "entitlement_grantee" ON "delivery"."entitlement" USING btree ("grantee_id","id");--> statement-breakpoint
CREATE INDEX "entitlement_contract" ON "delivery"."entitlement" USING btree ("contract_id");--> statement-breakpoint
CREATE INDEX "entitlement_ends" ON "delivery"."entitlement" USING btree ("ends_at") WHERE state in ('active', 'suspended');--> statement-breakpoint
CREATE UNIQUE INDEX "signing_key_one_in_use" ON "delivery"."signing_key" USING btree ((retired_at is null)) WHERE "delivery"."signing_key"."retired_at" is null;--> statement-breakpoint
CREATE INDEX "api_token_organization" ON "identity"."api_token" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "membership_person" ON "identity"."membership" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "organization_state" ON "identity"."organization" USING btree ("state","created_at","id");--> statement-breakpoint
CREATE INDEX "organization_division" ON "identity"."organization" USING btree ("division");--> statement-breakpoint
CREATE UNIQUE INDEX "person_email_unique" ON "identity"."person" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "session_person" ON "identity"."session" USING btree ("person_id","created_at");--> statement-breakpoint
CREATE INDEX "transaction_effective" ON "ledger"."transaction" USING btree ("effective_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "order_contract_unique" ON "orders"."order" USING btree ("contract_id");--> statement-breakpoint
CREATE INDEX "order_vendor" ON "orders"."order" USING btree ("vendor_id","id");--> statement-breakpoint
CREATE INDEX "order_buyer" ON "orders"."order" USING btree ("buyer_id","id");--> statement-breakpoint
CREATE INDEX "order_division" ON "orders"."order" USING btree ("division","id");--> statement-breakpoint
CREATE INDEX "order_buyer_division" ON "orders"."order" USING btree ("buyer_division","id");--> statement-breakpoint
CREATE INDEX "order_state" ON "orders"."order" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "order_payment_due" ON "orders"."order" USING btree ("payment_due_at") WHERE state = 'awaiting_payment';--> statement-breakpoint
CREATE INDEX "order_acceptance_due" ON "orders"."order" USING btree ("acceptance_due_at") WHERE state = 'delivered';--> statement-breakpoint
CREATE INDEX "order_delivery_due" ON "orders"."order" USING btree ("delivery_due_at") WHERE overdue_noted_at is null and paid_at is not null;--> statement-breakpoint
CREATE INDEX "order_settle_after" ON "orders"."order" USING btree ("settle_after") WHERE state in ('accepted', 'partly_refunded');--> statement-breakpoint
CREATE INDEX "filing_contract" ON "registration"."filing" USING btree ("contract_id");--> statement-breakpoint
CREATE INDEX "filing_division" ON "registration"."filing" USING btree ("division","created_at","id");--> statement-breakpoint
CREATE INDEX "filing_state" ON "registration"."filing" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "filing_vendor" ON "registration"."filing" USING btree ("vendor_id","created_at","id");--> statement-breakpoint
CREATE INDEX "filing_buyer" ON "registration"."filing" USING btree ("buyer_id","created_at","id");--> statement-breakpoint
CREATE INDEX "objection_registration" ON "registration"."objection" USING btree ("registration_id");--> statement-breakpoint
CREATE INDEX "registration_contract" ON "registration"."registration" USING btree ("contract_id");--> statement-breakpoint
CREATE INDEX "registration_state" ON "registration"."registration" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "registration_division" ON "registration"."registration" USING btree ("division","created_at","id");--> statement-breakpoint
CREATE INDEX "registration_vendor" ON "registration"."registration" USING btree ("vendor_id","created_at","id");--> statement-breakpoint
CREATE INDEX "registration_buyer" ON "registration"."registration" USING btree ("buyer_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "bank_account_one_confirmed" ON "settlement"."bank_account" USING btree ("organization_id") WHERE state = 'confirmed';--> statement-breakpoint
CREATE UNIQUE INDEX "bank_account_one_submitted" ON "settlement"."bank_account" USING btree ("organization_id") WHERE state = 'submitted';--> statement-breakpoint
CREATE INDEX "bank_account_organization" ON "settlement"."bank_account" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "bank_account_state" ON "settlement"."bank_account" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "payout_state" ON "settlement"."payout" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "payout_organization" ON "settlement"."payout" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "payout_order" ON "settlement"."payout" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "payout_line" ON "settlement"."payout" USING btree ("line_id");--> statement-breakpoint
CREATE INDEX "payout_batch_of" ON "settlement"."payout" USING btree ("batch_id");--> statement-breakpoint
CREATE INDEX "split_vendor" ON "settlement"."split" USING btree ("vendor_id","id");--> statement-breakpoint
CREATE INDEX "statement_line_state" ON "settlement"."statement_line" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "statement_line_statement" ON "settlement"."statement_line" USING btree ("statement_id","line_no");--> statement-breakpoint
CREATE INDEX "statement_line_order" ON "settlement"."statement_line" USING btree ("order_id");