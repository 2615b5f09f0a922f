-- What the contract fixed stays: number, parties, amount and reference of an order never change, and none is deleted.
CREATE FUNCTION orders.keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.number, NEW.reference_code, NEW.contract_id, NEW.vendor_id, NEW.buyer_id, NEW.amount_fen)
    IS DISTINCT FROM
    (OLD.id, OLD.number, OLD.reference_code, OLD.contract_id, OLD.vendor_id, OLD.buyer_id, OLD.amount_fen)
  THEN
    RAISE EXCEPTION 'the terms of order % are fixed', OLD.number USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER order_terms_fixed BEFORE UPDATE ON orders."order" FOR EACH ROW EXECUTE FUNCTION orders.keep_terms();
--> statement-breakpoint
CREATE TRIGGER order_not_deleted BEFORE DELETE ON orders."order"
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER order_not_truncated BEFORE TRUNCATE ON orders."order"
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
