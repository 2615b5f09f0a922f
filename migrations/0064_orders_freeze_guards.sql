-- What the authority has frozen does not move (I22), whoever writes: each guard locks the order first, as the freeze
-- does, so that of a freeze and a payment at the same time one sees the other.
CREATE FUNCTION orders.refuse_frozen(wanted uuid, what text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  trade uuid;
BEGIN
  SELECT contract_id INTO trade FROM orders."order" WHERE id = wanted FOR KEY SHARE;
  IF EXISTS (SELECT 1 FROM orders.freeze WHERE contract_id = trade AND state IN ('active', 'lifting')) THEN
    RAISE EXCEPTION 'the trade of order % is frozen, so there is no %', wanted, what
      USING ERRCODE = 'check_violation', CONSTRAINT = 'trade_not_frozen';
  END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION settlement.guard_frozen_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM orders.refuse_frozen(NEW.order_id, 'release');
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER split_not_frozen BEFORE INSERT ON settlement.split
  FOR EACH ROW EXECUTE FUNCTION settlement.guard_frozen_release();
--> statement-breakpoint
CREATE TRIGGER trade_not_frozen BEFORE UPDATE ON settlement.trade
  FOR EACH ROW WHEN (NEW.released_fen > OLD.released_fen OR NEW.fee_fen > OLD.fee_fen)
  EXECUTE FUNCTION settlement.guard_frozen_release();
--> statement-breakpoint
CREATE TRIGGER transfer_not_frozen BEFORE INSERT ON settlement.transfer
  FOR EACH ROW EXECUTE FUNCTION settlement.guard_frozen_release();
--> statement-breakpoint
CREATE FUNCTION settlement.guard_frozen_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM orders.refuse_frozen(NEW.order_id, 'payout');
  RETURN NEW;
END $$;
--> statement-breakpoint
-- Money that paid nothing (`return`) belongs to no trade and goes back.
CREATE TRIGGER payout_not_frozen BEFORE UPDATE ON settlement.payout
  FOR EACH ROW WHEN (NEW.state = 'ordered' AND OLD.state <> 'ordered' AND NEW.kind <> 'return' AND NEW.order_id IS NOT NULL)
  EXECUTE FUNCTION settlement.guard_frozen_payout();
--> statement-breakpoint
CREATE FUNCTION settlement.guard_frozen_intent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM orders.refuse_frozen((NEW.request ->> 'orderId')::uuid, NEW.kind);
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER intent_not_frozen BEFORE UPDATE ON settlement.intent
  FOR EACH ROW WHEN (NEW.state = 'sent' AND NEW.attempts > OLD.attempts AND NEW.kind IN ('transfer', 'refund'))
  EXECUTE FUNCTION settlement.guard_frozen_intent();
--> statement-breakpoint
-- A freeze is history: it is never taken away, and what was served stays as it was served.
CREATE FUNCTION orders.guard_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a freeze is not deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.contract_id, NEW.organization_id, NEW.reason, NEW.basis, NEW.is_delivery_stopped, NEW.proposed_by, NEW.proposed_at)
    IS DISTINCT FROM (OLD.contract_id, OLD.organization_id, OLD.reason, OLD.basis, OLD.is_delivery_stopped, OLD.proposed_by,
      OLD.proposed_at)
    OR (OLD.state <> 'proposed' AND (NEW.decided_by, NEW.decided_at) IS DISTINCT FROM (OLD.decided_by, OLD.decided_at)) THEN
    RAISE EXCEPTION 'what was proposed and confirmed is not changed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (('proposed', 'active'), ('proposed', 'declined'), ('active', 'lifting'),
    ('lifting', 'active'), ('lifting', 'lifted')) THEN
    RAISE EXCEPTION 'a freeze does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER freeze_kept BEFORE UPDATE OR DELETE ON orders.freeze
  FOR EACH ROW EXECUTE FUNCTION orders.guard_freeze();
