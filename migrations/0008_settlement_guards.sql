-- Invariants of money whose facts stand here, beside those of the ledger: each row is a violation.
CREATE VIEW settlement.i7_trade_money AS
  SELECT t.order_id, 'captured = held + released + fee + refunded' AS what
  FROM settlement.trade t LEFT JOIN ledger.balance b ON b.account = 'escrow:' || t.order_id
  WHERE t.captured_fen <> coalesce(b.available_fen, 0) + t.released_fen + t.fee_fen + t.refunded_fen
  UNION ALL
  SELECT split_part(b.account, ':', 2)::uuid, 'escrow without a trade'
  FROM ledger.balance b
  WHERE b.account LIKE 'escrow:%'
    AND NOT EXISTS (SELECT 1 FROM settlement.trade t WHERE 'escrow:' || t.order_id = b.account)
  UNION ALL
  SELECT t.order_id, 'captured = lines matched'
  FROM settlement.trade t
  WHERE t.captured_fen <> (
    SELECT coalesce(sum(l.captured_fen), 0) FROM settlement.statement_line l WHERE l.order_id = t.order_id)
  UNION ALL
  SELECT o.id, 'held in state ' || o.state
  FROM orders."order" o LEFT JOIN settlement.trade t ON t.order_id = o.id
  WHERE (o.state IN ('escrowed', 'delivering', 'delivered', 'accepted', 'rejected', 'redelivering', 'disputed')
      AND coalesce(t.captured_fen - t.released_fen - t.fee_fen - t.refunded_fen, 0) <> o.amount_fen)
    OR (o.state IN ('settling', 'settled', 'closed', 'refunded')
      AND coalesce(t.captured_fen - t.released_fen - t.fee_fen - t.refunded_fen, 0) <> 0)
  UNION ALL
  SELECT NULL, 'fees of all trades = fee revenue'
  WHERE (SELECT coalesce(sum(fee_fen), 0) FROM settlement.trade)
    <> (SELECT coalesce(-sum(amount_fen), 0) FROM ledger.entry WHERE account = 'fee_revenue');
--> statement-breakpoint
COMMENT ON VIEW settlement.i7_trade_money IS '每笔交易：收到 = 托管 + 放款 + 服务费 + 退款，任何状态下成立 · per trade captured = held + released + fee + refunded, in every state';
--> statement-breakpoint
CREATE VIEW settlement.i8_nothing_over AS
  SELECT t.order_id AS id, 'released or refunded more than captured' AS what
  FROM settlement.trade t WHERE t.released_fen + t.fee_fen + t.refunded_fen > t.captured_fen
  UNION ALL
  SELECT s.order_id, 'split is not what was released'
  FROM settlement.split s LEFT JOIN settlement.trade t ON t.order_id = s.order_id
  WHERE s.amount_fen <> s.vendor_fen + s.fee_fen
    OR s.vendor_fen <> coalesce(t.released_fen, 0) OR s.fee_fen <> coalesce(t.fee_fen, 0)
  UNION ALL
  SELECT p.organization_id, 'paid out more than released'
  FROM settlement.payout p WHERE p.kind = 'vendor' AND p.state IN ('ordered', 'confirmed')
  GROUP BY p.organization_id
  HAVING sum(p.amount_fen) > (SELECT coalesce(sum(s.vendor_fen), 0) FROM settlement.split s WHERE s.vendor_id = p.organization_id)
  UNION ALL
  SELECT p.order_id, 'refunded more than captured'
  FROM settlement.payout p WHERE p.kind = 'refund' GROUP BY p.order_id
  HAVING sum(p.amount_fen) > (SELECT coalesce(sum(t.refunded_fen), 0) FROM settlement.trade t WHERE t.order_id = p.order_id);
--> statement-breakpoint
COMMENT ON VIEW settlement.i8_nothing_over IS '放款不超过托管，退款不超过实收，付款不超过应付 · release within held, refund within captured, payout within what the vendor is owed';
--> statement-breakpoint
-- Sums in flight and in suspense against the tasks that will end them, and the bank against its lines and payouts.
CREATE VIEW settlement.i10_external_movements AS
  WITH sums AS (
    SELECT account, sum(amount_fen) AS sum_fen FROM ledger.entry
    WHERE account IN ('payout_in_flight', 'refund_in_flight', 'suspense', 'psp_clearing') GROUP BY account),
  expected (account, sum_fen) AS (
    VALUES
      ('payout_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.payout
        WHERE kind = 'vendor' AND state = 'ordered')),
      ('refund_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.payout
        WHERE kind <> 'vendor' AND state <> 'confirmed')),
      ('suspense', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE state = 'unmatched')),
      ('psp_clearing', (SELECT coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE state <> 'received')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.payout WHERE state = 'confirmed')))
  SELECT e.account AS what, e.sum_fen AS expected_fen, coalesce(s.sum_fen, 0) AS booked_fen
  FROM expected e LEFT JOIN sums s ON s.account = e.account
  WHERE e.sum_fen <> coalesce(s.sum_fen, 0)
  UNION ALL
  SELECT 'statement line ' || l.id, l.amount_fen, 0
  FROM settlement.statement_line l
  WHERE l.state <> 'received'
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'statement-line/' || l.id || '/receipt')
  UNION ALL
  SELECT 'payout ' || p.id, -p.amount_fen, 0
  FROM settlement.payout p
  WHERE p.state = 'confirmed'
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'payout/' || p.id || '/confirm');
--> statement-breakpoint
COMMENT ON VIEW settlement.i10_external_movements IS '银行的每笔收付恰有一笔记账，在途与待查款项各有待办 · each movement at the bank is booked once; money in flight or in suspense has its task';
--> statement-breakpoint
CREATE TRIGGER bank_statement_no_delete BEFORE DELETE ON settlement.bank_statement
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER statement_line_no_delete BEFORE DELETE ON settlement.statement_line
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER payout_no_delete BEFORE DELETE ON settlement.payout
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
