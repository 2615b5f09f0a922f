CREATE TRIGGER listing_review_append_only BEFORE UPDATE OR DELETE ON catalog.listing_review
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER listing_review_no_truncate BEFORE TRUNCATE ON catalog.listing_review
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
