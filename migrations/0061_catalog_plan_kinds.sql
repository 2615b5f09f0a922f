ALTER TABLE "catalog"."price_plan" DROP CONSTRAINT "price_plan_kind_known";--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" DROP CONSTRAINT "price_plan_free_costs_nothing";--> statement-breakpoint
ALTER TABLE "catalog"."listed_product" ADD COLUMN "price_period" text;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD COLUMN "period" text;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD COLUMN "notice_days" integer;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD COLUMN "trial_days" integer;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD COLUMN "trial_downloads" integer;--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_subscription_has_period" CHECK (("catalog"."price_plan"."kind" = 'subscription') = ("catalog"."price_plan"."period" is not null) and "catalog"."price_plan"."period" in ('month', 'quarter', 'year'));--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_notice_of_subscription" CHECK ("catalog"."price_plan"."notice_days" is null or ("catalog"."price_plan"."kind" = 'subscription' and "catalog"."price_plan"."notice_days" between 1 and 60));--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_trial_has_limits" CHECK (("catalog"."price_plan"."kind" = 'trial') = ("catalog"."price_plan"."trial_days" is not null) and ("catalog"."price_plan"."kind" = 'trial') = ("catalog"."price_plan"."trial_downloads" is not null)
        and "catalog"."price_plan"."trial_days" between 1 and 365 and "catalog"."price_plan"."trial_downloads" between 1 and 1000);--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_kind_known" CHECK ("catalog"."price_plan"."kind" in ('free', 'one-off', 'subscription', 'trial'));--> statement-breakpoint
ALTER TABLE "catalog"."price_plan" ADD CONSTRAINT "price_plan_free_costs_nothing" CHECK (("catalog"."price_plan"."kind" in ('free', 'trial')) = ("catalog"."price_plan"."amount_fen" = 0) and "catalog"."price_plan"."amount_fen" >= 0);