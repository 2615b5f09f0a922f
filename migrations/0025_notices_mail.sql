CREATE SCHEMA "notices";
--> statement-breakpoint
CREATE TABLE "notices"."mail" (
	"id" uuid PRIMARY KEY NOT NULL,
	"notice_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"recipient" text NOT NULL,
	"language" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"next_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "mail_state_known" CHECK ("notices"."mail"."state" in ('queued', 'sent', 'failed', 'kept')),
	CONSTRAINT "mail_queued_has_turn" CHECK ("notices"."mail"."state" <> 'queued' or "notices"."mail"."next_attempt_at" is not null),
	CONSTRAINT "mail_sent_has_time" CHECK (("notices"."mail"."state" = 'sent') = ("notices"."mail"."sent_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "notices"."notice" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"params" jsonb NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"href" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"read_at" timestamp (3) with time zone,
	CONSTRAINT "notice_href_is_local" CHECK ("notices"."notice"."href" like '/%' and "notices"."notice"."href" not like '//%')
);
--> statement-breakpoint
CREATE TABLE "notices"."preference" (
	"person_id" uuid PRIMARY KEY NOT NULL,
	"is_action_mailed" boolean NOT NULL,
	"is_deadline_mailed" boolean NOT NULL,
	"is_news_mailed" boolean NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices"."reminder" (
	"kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"reminded_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reminder_pkey" PRIMARY KEY("kind","subject_id","due_at")
);
--> statement-breakpoint
ALTER TABLE "identity"."person" ADD COLUMN "language" text DEFAULT 'zh-CN' NOT NULL;--> statement-breakpoint
ALTER TABLE "notices"."mail" ADD CONSTRAINT "mail_notice_id_notice_id_fk" FOREIGN KEY ("notice_id") REFERENCES "notices"."notice"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices"."mail" ADD CONSTRAINT "mail_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices"."notice" ADD CONSTRAINT "notice_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices"."notice" ADD CONSTRAINT "notice_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices"."preference" ADD CONSTRAINT "preference_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mail_state" ON "notices"."mail" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "mail_turn" ON "notices"."mail" USING btree ("next_attempt_at") WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX "notice_person" ON "notices"."notice" USING btree ("person_id","id");--> statement-breakpoint
CREATE INDEX "notice_unread" ON "notices"."notice" USING btree ("person_id","id") WHERE read_at is null;--> statement-breakpoint
ALTER TABLE "identity"."person" ADD CONSTRAINT "person_language_known" CHECK ("identity"."person"."language" in ('zh-CN', 'en'));