CREATE TABLE "orders"."rating" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"rated_by" uuid NOT NULL,
	"score" integer NOT NULL,
	"comment" text,
	"reply" text,
	"replied_by" uuid,
	"replied_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rating_order_unique" UNIQUE("order_id"),
	CONSTRAINT "rating_score_one_to_five" CHECK ("orders"."rating"."score" between 1 and 5),
	CONSTRAINT "rating_reply_by_person" CHECK (("orders"."rating"."reply" is null) = ("orders"."rating"."replied_by" is null))
);
--> statement-breakpoint
CREATE TABLE "catalog"."product_question" (
	"id" uuid PRIMARY KEY NOT NULL,
	"product_id" uuid NOT NULL,
	"vendor_id" uuid NOT NULL,
	"asker_organization_id" uuid NOT NULL,
	"asked_by" uuid NOT NULL,
	"question" text NOT NULL,
	"state" text NOT NULL,
	"answer" text,
	"answered_by" uuid,
	"answered_at" timestamp (3) with time zone,
	"hidden_reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "product_question_state_known" CHECK ("catalog"."product_question"."state" in ('open', 'answered', 'hidden')),
	CONSTRAINT "product_question_answered" CHECK ("catalog"."product_question"."state" <> 'answered' or "catalog"."product_question"."answer" is not null),
	CONSTRAINT "product_question_answer_by_person" CHECK (("catalog"."product_question"."answer" is null) = ("catalog"."product_question"."answered_by" is null)),
	CONSTRAINT "product_question_hidden_says_why" CHECK (("catalog"."product_question"."state" = 'hidden') = ("catalog"."product_question"."hidden_reason" is not null))
);
--> statement-breakpoint
CREATE TABLE "catalog"."saved_search" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"name" text NOT NULL,
	"query" jsonb NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "saved_search_name_unique" UNIQUE("person_id","name")
);
--> statement-breakpoint
CREATE TABLE "catalog"."watched_product" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"seen_version_no" integer NOT NULL,
	"seen_amount_fen" bigint NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "watched_product_once" UNIQUE("person_id","product_id")
);
--> statement-breakpoint
ALTER TABLE "orders"."order" ADD COLUMN "rejections" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders"."order" ADD COLUMN "disputes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "orders"."rating" ADD CONSTRAINT "rating_order_id_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "orders"."order"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."rating" ADD CONSTRAINT "rating_rated_by_person_id_fk" FOREIGN KEY ("rated_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders"."rating" ADD CONSTRAINT "rating_replied_by_person_id_fk" FOREIGN KEY ("replied_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_question" ADD CONSTRAINT "product_question_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_question" ADD CONSTRAINT "product_question_asker_organization_id_organization_id_fk" FOREIGN KEY ("asker_organization_id") REFERENCES "identity"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_question" ADD CONSTRAINT "product_question_asked_by_person_id_fk" FOREIGN KEY ("asked_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."product_question" ADD CONSTRAINT "product_question_answered_by_person_id_fk" FOREIGN KEY ("answered_by") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."saved_search" ADD CONSTRAINT "saved_search_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."watched_product" ADD CONSTRAINT "watched_product_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "identity"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."watched_product" ADD CONSTRAINT "watched_product_product_id_data_product_id_fk" FOREIGN KEY ("product_id") REFERENCES "catalog"."data_product"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rating_product" ON "orders"."rating" USING btree ("product_id","id");--> statement-breakpoint
CREATE INDEX "rating_product_score" ON "orders"."rating" USING btree ("product_id","score");--> statement-breakpoint
CREATE INDEX "rating_vendor_score" ON "orders"."rating" USING btree ("vendor_id","score");--> statement-breakpoint
CREATE INDEX "product_question_product" ON "catalog"."product_question" USING btree ("product_id","id");--> statement-breakpoint
CREATE INDEX "product_question_vendor" ON "catalog"."product_question" USING btree ("vendor_id","state","id");--> statement-breakpoint
CREATE INDEX "product_question_asker" ON "catalog"."product_question" USING btree ("asker_organization_id","id");--> statement-breakpoint
CREATE INDEX "watched_product_person" ON "catalog"."watched_product" USING btree ("person_id","id");--> statement-breakpoint
CREATE INDEX "watched_product_product" ON "catalog"."watched_product" USING btree ("product_id");--> statement-breakpoint
CREATE INDEX "order_vendor_closed" ON "orders"."order" USING btree ("vendor_id") WHERE state = 'closed';--> statement-breakpoint
CREATE INDEX "order_vendor_rejected" ON "orders"."order" USING btree ("vendor_id") WHERE rejections > 0;--> statement-breakpoint
CREATE INDEX "order_vendor_disputed" ON "orders"."order" USING btree ("vendor_id") WHERE disputes > 0;--> statement-breakpoint
CREATE INDEX "order_vendor_delivered" ON "orders"."order" USING btree ("vendor_id","delivered_at") WHERE delivered_at is not null;