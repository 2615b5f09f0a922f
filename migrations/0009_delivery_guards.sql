-- A receipt is evidence: once written it stays as it is.
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON delivery.receipt
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER receipt_no_truncate BEFORE TRUNCATE ON delivery.receipt
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
