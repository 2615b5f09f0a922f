-- An invoice is never taken away, and what was issued is not rewritten: a red letter corrects it.
CREATE FUNCTION settlement.guard_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state NOT IN ('requested') AND (NEW.invoice_number, NEW.issued_on, NEW.amount_fen, NEW.net_fen, NEW.tax_fen,
      NEW.tax_code, NEW.tax_ppm, NEW.kind, NEW.seller, NEW.buyer) IS DISTINCT FROM (OLD.invoice_number, OLD.issued_on,
      OLD.amount_fen, OLD.net_fen, OLD.tax_fen, OLD.tax_code, OLD.tax_ppm, OLD.kind, OLD.seller, OLD.buyer) THEN
    RAISE EXCEPTION 'what an invoice says is not changed, a red letter corrects it' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.corrected_fen < OLD.corrected_fen OR (NEW.order_id, NEW.subject, NEW.is_red, NEW.corrects, NEW.issuer_id,
      NEW.recipient_id) IS DISTINCT FROM (OLD.order_id, OLD.subject, OLD.is_red, OLD.corrects, OLD.issuer_id,
      OLD.recipient_id) THEN
    RAISE EXCEPTION 'an invoice stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER invoice_guarded BEFORE UPDATE ON settlement.invoice
  FOR EACH ROW EXECUTE FUNCTION settlement.guard_invoice();
--> statement-breakpoint
CREATE TRIGGER invoice_no_delete BEFORE DELETE ON settlement.invoice
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
