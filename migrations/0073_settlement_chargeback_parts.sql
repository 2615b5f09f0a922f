CREATE OR REPLACE VIEW settlement.i14_any_order AS
  SELECT p.id, 'paid, and neither held nor given back in full' AS what
  FROM settlement.online_payment p
  WHERE p.state = 'paid'
    AND p.amount_fen <> p.captured_fen - p.refunded_fen
      + (SELECT coalesce(sum(r.amount_fen), 0) FROM settlement.online_refund r WHERE r.payment_id = p.id)
      + (SELECT coalesce(sum(c.held_fen), 0) FROM settlement.chargeback c
        WHERE c.payment_id = p.id AND c.state = 'lost')
  UNION ALL
  SELECT p.id, 'unpaid with money' FROM settlement.online_payment p
  WHERE p.state <> 'paid' AND (p.captured_fen > 0
    OR EXISTS (SELECT 1 FROM settlement.online_refund r WHERE r.payment_id = p.id));
