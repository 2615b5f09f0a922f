-- What was said in a dispute stays as it was said; a proposal changes only by being answered, once.
CREATE FUNCTION orders.guard_dispute_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR TG_TABLE_NAME = 'dispute_statement' THEN
    RAISE EXCEPTION 'the record of a dispute is not changed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state <> 'open' OR (NEW.order_id, NEW.round, NEW.side, NEW.outcome, NEW.refund_fen, NEW.reason, NEW.person_id)
    IS DISTINCT FROM (OLD.order_id, OLD.round, OLD.side, OLD.outcome, OLD.refund_fen, OLD.reason, OLD.person_id) THEN
    RAISE EXCEPTION 'a proposal is answered once and not changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER dispute_statement_kept BEFORE UPDATE OR DELETE ON orders.dispute_statement
  FOR EACH ROW EXECUTE FUNCTION orders.guard_dispute_record();
--> statement-breakpoint
CREATE TRIGGER dispute_proposal_kept BEFORE UPDATE OR DELETE ON orders.dispute_proposal
  FOR EACH ROW EXECUTE FUNCTION orders.guard_dispute_record();
