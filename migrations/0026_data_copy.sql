CREATE TABLE "data"."data_copy" (
	"data_version_id" uuid NOT NULL,
	"part" integer NOT NULL,
	"first_column" integer NOT NULL,
	"columns" integer NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"made_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "data_copy_pkey" PRIMARY KEY("data_version_id","part"),
	CONSTRAINT "data_copy_sha256_form" CHECK ("data"."data_copy"."sha256" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "data_copy_has_columns" CHECK ("data"."data_copy"."part" >= 0 and "data"."data_copy"."first_column" >= 0 and "data"."data_copy"."columns" > 0)
);
--> statement-breakpoint
ALTER TABLE "data"."data_copy" ADD CONSTRAINT "data_copy_data_version_id_data_version_id_fk" FOREIGN KEY ("data_version_id") REFERENCES "data"."data_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "data_copy_sha256" ON "data"."data_copy" USING btree ("sha256");