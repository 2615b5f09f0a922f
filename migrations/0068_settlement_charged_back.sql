CREATE FUNCTION settlement.hold_charged_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM settlement.chargeback c WHERE c.order_id = NEW.id AND c.state IN ('open', 'answered')) THEN
    RAISE EXCEPTION 'a chargeback of the order is not decided'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'order_charged_back';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER order_charged_back BEFORE UPDATE OF state ON orders."order" FOR EACH ROW
  WHEN (NEW.state <> OLD.state AND (OLD.state = 'disputed' OR NEW.state = 'settling'))
  EXECUTE FUNCTION settlement.hold_charged_back();
