-- Money that comes and goes through a payment provider joins the invariants of money (each row is a violation).
CREATE OR REPLACE VIEW settlement.i7_trade_money AS
  SELECT t.order_id, 'captured = held + released + fee + refunded + disputed' AS what
  FROM settlement.trade t LEFT JOIN ledger.balance b ON b.account = 'escrow:' || t.order_id
  WHERE t.captured_fen <> coalesce(b.available_fen, 0) + t.released_fen + t.fee_fen + t.refunded_fen + t.disputed_fen
  UNION ALL
  SELECT split_part(b.account, ':', 2)::uuid, 'escrow without a trade'
  FROM ledger.balance b
  WHERE b.account LIKE 'escrow:%'
    AND NOT EXISTS (SELECT 1 FROM settlement.trade t WHERE 'escrow:' || t.order_id = b.account)
  UNION ALL
  SELECT t.order_id, 'captured = lines matched + online payments'
  FROM settlement.trade t
  WHERE t.captured_fen <> (
      SELECT coalesce(sum(l.captured_fen), 0) FROM settlement.statement_line l WHERE l.order_id = t.order_id)
    + (SELECT coalesce(sum(p.captured_fen), 0) FROM settlement.online_payment p WHERE p.order_id = t.order_id)
  UNION ALL
  SELECT t.order_id, 'disputed = hold of chargebacks'
  FROM settlement.trade t LEFT JOIN ledger.balance b ON b.account = 'dispute_hold:' || t.order_id
  WHERE t.disputed_fen <> coalesce(b.available_fen, 0)
    OR t.disputed_fen <> (SELECT coalesce(sum(c.held_fen), 0) FROM settlement.chargeback c
      WHERE c.order_id = t.order_id AND c.state IN ('open', 'answered'))
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
COMMENT ON VIEW settlement.i7_trade_money IS '每笔交易：收到 = 托管 + 放款 + 服务费 + 退款 + 拒付冻结，任何状态下成立 · per trade captured = held + released + fee + refunded + disputed, in every state';
--> statement-breakpoint
CREATE OR REPLACE VIEW settlement.i8_nothing_over AS
  SELECT t.order_id AS id, 'released or refunded more than captured' AS what
  FROM settlement.trade t WHERE t.released_fen + t.fee_fen + t.refunded_fen + t.disputed_fen > t.captured_fen
  UNION ALL
  SELECT s.order_id, 'split is not what was released'
  FROM settlement.split s LEFT JOIN settlement.trade t ON t.order_id = s.order_id
  WHERE s.amount_fen <> s.vendor_fen + s.fee_fen
    OR s.vendor_fen <> coalesce(t.released_fen, 0) OR s.fee_fen <> coalesce(t.fee_fen, 0)
  UNION ALL
  SELECT o.vendor_id, 'paid out more than released'
  FROM (
    SELECT organization_id AS vendor_id, amount_fen FROM settlement.payout
      WHERE kind = 'vendor' AND state IN ('ordered', 'confirmed')
    UNION ALL
    SELECT vendor_id, amount_fen FROM settlement.transfer WHERE state <> 'failed') o
  GROUP BY o.vendor_id
  HAVING sum(o.amount_fen) > (SELECT coalesce(sum(s.vendor_fen), 0) FROM settlement.split s WHERE s.vendor_id = o.vendor_id)
  UNION ALL
  SELECT r.order_id, 'refunded more than captured'
  FROM (
    SELECT order_id, amount_fen FROM settlement.payout WHERE kind = 'refund'
    UNION ALL
    SELECT order_id, amount_fen FROM settlement.online_refund WHERE kind = 'refund' AND state <> 'failed') r
  GROUP BY r.order_id
  HAVING sum(r.amount_fen) > (SELECT coalesce(sum(t.refunded_fen), 0) FROM settlement.trade t WHERE t.order_id = r.order_id)
  UNION ALL
  SELECT p.id, 'an online payment went back more than once'
  FROM settlement.online_payment p
  WHERE p.amount_fen < (SELECT coalesce(sum(r.amount_fen), 0) FROM settlement.online_refund r WHERE r.payment_id = p.id);
--> statement-breakpoint
CREATE OR REPLACE VIEW settlement.i10_external_movements AS
  WITH sums AS (
    SELECT account, sum(amount_fen) AS sum_fen FROM ledger.entry
    WHERE account IN ('payout_in_flight', 'refund_in_flight', 'suspense', 'psp_clearing', 'gateway_clearing',
      'transfer_in_flight') GROUP BY account),
  expected (account, sum_fen) AS (
    VALUES
      ('payout_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.payout
        WHERE kind = 'vendor' AND state = 'ordered')),
      ('refund_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.payout
          WHERE kind <> 'vendor' AND state <> 'confirmed')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.online_refund WHERE state IN ('requested', 'pending'))),
      ('transfer_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.transfer WHERE state = 'requested')),
      ('suspense', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE state = 'unmatched')),
      ('psp_clearing', (SELECT coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE state <> 'received')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.payout WHERE state = 'confirmed')),
      ('gateway_clearing', (SELECT coalesce(sum(amount_fen), 0) FROM settlement.online_payment WHERE state = 'paid')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.online_refund WHERE state = 'succeeded')
        - (SELECT coalesce(sum(amount_fen - reversed_fen), 0) FROM settlement.transfer WHERE state = 'done')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.chargeback WHERE is_withdrawn)
        - (SELECT coalesce(sum(fee_fen), 0) FROM settlement.balance_transaction)))
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
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'payout/' || p.id || '/confirm')
  UNION ALL
  SELECT 'online payment ' || p.id, p.amount_fen, 0
  FROM settlement.online_payment p
  WHERE p.state = 'paid'
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'online-payment/' || p.id || '/receipt')
  UNION ALL
  SELECT 'online refund ' || r.id, -r.amount_fen, 0
  FROM settlement.online_refund r
  WHERE r.state = 'succeeded'
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'online-refund/' || r.id || '/succeed')
  UNION ALL
  SELECT 'transfer ' || r.id, -r.amount_fen, 0
  FROM settlement.transfer r
  WHERE r.state = 'done'
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'transfer/' || r.id || '/finish');
--> statement-breakpoint
COMMENT ON VIEW settlement.i10_external_movements IS '银行和支付通道的每笔收付恰有一笔记账，在途与待查款项各有待办 · each movement at the bank and the payment provider is booked once; money in flight or in suspense has its task';
--> statement-breakpoint
CREATE VIEW settlement.i11_intents_first AS
  SELECT i.id, 'money of the intent was not set aside in its commit' AS what
  FROM settlement.intent i
  WHERE i.kind IN ('refund', 'transfer', 'reverse-transfer')
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t
      WHERE t.reference = 'intent/' || i.id AND t.created_at = i.created_at)
  UNION ALL
  SELECT r.id, 'a refund without an intent' FROM settlement.online_refund r
  WHERE r.state IN ('requested', 'pending', 'succeeded')
    AND NOT EXISTS (SELECT 1 FROM settlement.intent i WHERE i.subject_id = r.id AND i.kind = 'refund')
  UNION ALL
  SELECT r.id, 'a transfer without an intent' FROM settlement.transfer r
  WHERE NOT EXISTS (SELECT 1 FROM settlement.intent i WHERE i.subject_id = r.id AND i.kind = 'transfer');
--> statement-breakpoint
COMMENT ON VIEW settlement.i11_intents_first IS '先落库、后调用：每条指令与其资金在同一提交中登记 · an intent is committed with its money before the provider is called';
--> statement-breakpoint
CREATE VIEW settlement.i12_no_guess AS
  SELECT i.id, 'refused without an answer' AS what
  FROM settlement.intent i WHERE i.state = 'failed' AND i.problem IS NULL
  UNION ALL
  SELECT i.id, 'accepted without the name of what was made'
  FROM settlement.intent i WHERE i.state = 'succeeded' AND i.external_id IS NULL
  UNION ALL
  SELECT r.id, 'a refund was given up while its outcome was unknown'
  FROM settlement.online_refund r JOIN settlement.intent i ON i.subject_id = r.id AND i.kind = 'refund'
  WHERE r.state = 'failed' AND i.state IN ('pending', 'sent', 'unknown', 'parked')
  UNION ALL
  SELECT r.id, 'a transfer was given up while its outcome was unknown'
  FROM settlement.transfer r JOIN settlement.intent i ON i.subject_id = r.id AND i.kind = 'transfer'
  WHERE r.state = 'failed' AND i.state IN ('pending', 'sent', 'unknown', 'parked');
--> statement-breakpoint
COMMENT ON VIEW settlement.i12_no_guess IS '超时或 5xx 为结果不明，不得臆断失败 · a timeout or 5xx is an unknown outcome, never a guessed failure';
--> statement-breakpoint
CREATE VIEW settlement.i13_inbox_whole AS
  SELECT b.id, 'received a day ago, neither done nor parked' AS what
  FROM settlement.inbox b CROSS JOIN kernel.clock c
  WHERE b.processed_at IS NULL AND NOT b.is_parked AND c.id = 1
    AND b.next_at < transaction_timestamp() + c.offset_ms * interval '1 millisecond' - interval '24 hours'
  UNION ALL
  SELECT b.id, 'done and parked at once' FROM settlement.inbox b WHERE b.processed_at IS NOT NULL AND b.is_parked;
--> statement-breakpoint
COMMENT ON VIEW settlement.i13_inbox_whole IS '通知收件箱：每条只处理一次，效果与标记同一提交 · the inbox: each notification once, its effect and its mark in one commit';
--> statement-breakpoint
CREATE VIEW settlement.i14_any_order AS
  SELECT p.id, 'paid, and neither held nor given back in full' AS what
  FROM settlement.online_payment p
  WHERE p.state = 'paid'
    AND p.amount_fen <> p.captured_fen - p.refunded_fen
      + (SELECT coalesce(sum(r.amount_fen), 0) FROM settlement.online_refund r WHERE r.payment_id = p.id)
      + (SELECT coalesce(sum(c.amount_fen), 0) FROM settlement.chargeback c
        WHERE c.payment_id = p.id AND c.state = 'lost' AND c.held_fen > 0)
  UNION ALL
  SELECT p.id, 'unpaid with money' FROM settlement.online_payment p
  WHERE p.state <> 'paid' AND (p.captured_fen > 0
    OR EXISTS (SELECT 1 FROM settlement.online_refund r WHERE r.payment_id = p.id));
--> statement-breakpoint
COMMENT ON VIEW settlement.i14_any_order IS '通知次序无关：任意次序到达，结果与依次到达相同 · the order of notifications does not matter';
--> statement-breakpoint
CREATE FUNCTION settlement.keep_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.received_at > transaction_timestamp() - interval '30 days' THEN
      RAISE EXCEPTION 'a notification is kept for 30 days' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF (NEW.gateway, NEW.event_id, NEW.body, NEW.received_at) IS DISTINCT FROM (OLD.gateway, OLD.event_id, OLD.body, OLD.received_at)
    OR (OLD.processed_at IS NOT NULL AND NEW.processed_at IS DISTINCT FROM OLD.processed_at) THEN
    RAISE EXCEPTION 'what was received stays as it was' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER inbox_kept BEFORE UPDATE OR DELETE ON settlement.inbox
  FOR EACH ROW EXECUTE FUNCTION settlement.keep_inbox();
--> statement-breakpoint
CREATE TRIGGER intent_no_delete BEFORE DELETE ON settlement.intent
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER online_payment_no_delete BEFORE DELETE ON settlement.online_payment
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER online_refund_no_delete BEFORE DELETE ON settlement.online_refund
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON settlement.transfer
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER balance_transaction_append_only BEFORE UPDATE OR DELETE ON settlement.balance_transaction
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
