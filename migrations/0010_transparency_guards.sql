CREATE TRIGGER leaf_append_only BEFORE UPDATE OR DELETE ON transparency.leaf
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER leaf_no_truncate BEFORE TRUNCATE ON transparency.leaf
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE ON transparency.checkpoint
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER checkpoint_no_truncate BEFORE TRUNCATE ON transparency.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
-- A log that signs a smaller tree after a larger one has forked; the database refuses it whoever asks.
CREATE FUNCTION transparency.checkpoint_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM transparency.checkpoint WHERE size >= NEW.size) THEN
    RAISE EXCEPTION 'a checkpoint of % follows a larger one', NEW.size USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.size <> (SELECT max(leaf_index) + 1 FROM transparency.leaf) THEN
    RAISE EXCEPTION 'a checkpoint of % does not cover the leaves', NEW.size USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER checkpoint_grows BEFORE INSERT ON transparency.checkpoint
  FOR EACH ROW EXECUTE FUNCTION transparency.checkpoint_grows();
