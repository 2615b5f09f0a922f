ALTER TABLE "catalog"."listing" DROP CONSTRAINT "listing_state_known";--> statement-breakpoint
ALTER TABLE "catalog"."listing" DROP CONSTRAINT "listing_submitted_by_person";--> statement-breakpoint
ALTER TABLE "catalog"."listing" DROP CONSTRAINT "listing_core_never_traded";--> statement-breakpoint
ALTER TABLE "data"."data_version" DROP CONSTRAINT "data_version_state_known";--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_state_known" CHECK ("catalog"."listing"."state" in ('draft', 'submitted', 'supplementing', 'reviewing', 'approved', 'listed', 'suspended',
        'delisted', 'expired', 'rejected', 'discarded'));--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_submitted_by_person" CHECK ("catalog"."listing"."state" in ('draft', 'discarded') or ("catalog"."listing"."submitted_by" is not null and "catalog"."listing"."submitted_at" is not null));--> statement-breakpoint
ALTER TABLE "catalog"."listing" ADD CONSTRAINT "listing_core_never_traded" CHECK ("catalog"."listing"."state" in ('draft', 'supplementing', 'rejected', 'discarded') or ("catalog"."listing"."grade" is not null and "catalog"."listing"."grade" <> 'core'));--> statement-breakpoint
ALTER TABLE "data"."data_version" ADD CONSTRAINT "data_version_state_known" CHECK ("data"."data_version"."state" in ('profiling', 'ready', 'confirmed', 'failed', 'discarded'));