CREATE TRIGGER filing_note_append_only BEFORE UPDATE OR DELETE ON registration.filing_note
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER bulk_check_append_only BEFORE UPDATE OR DELETE ON registration.bulk_check
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER filing_export_append_only BEFORE UPDATE OR DELETE ON registration.filing_export
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
