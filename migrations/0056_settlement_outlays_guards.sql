-- What a statement said stays as it said it.
CREATE TRIGGER outlay_append_only BEFORE UPDATE OR DELETE ON settlement.outlay
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER outlay_no_truncate BEFORE TRUNCATE ON settlement.outlay
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
