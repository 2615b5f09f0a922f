INSERT INTO kernel.clock (id, offset_ms) VALUES (1, 0);
--> statement-breakpoint
-- One function refuses every change of an append-only table, whoever asks, the owner included.
CREATE FUNCTION kernel.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON kernel.audit_entry
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON kernel.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
