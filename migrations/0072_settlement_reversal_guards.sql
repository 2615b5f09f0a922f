CREATE OR REPLACE VIEW settlement.i10_external_movements AS
  WITH sums AS (
    SELECT account, sum(amount_fen) AS sum_fen FROM ledger.entry
    WHERE account IN ('payout_in_flight', 'refund_in_flight', 'suspense', 'psp_clearing', 'gateway_clearing',
      'gateway_transit', 'transfer_in_flight') GROUP BY account),
  expected (account, sum_fen) AS (
    VALUES
      ('payout_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.payout
        WHERE kind = 'vendor' AND state = 'ordered')),
      ('refund_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.payout
          WHERE kind <> 'vendor' AND state <> 'confirmed')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.online_refund WHERE state IN ('requested', 'pending'))),
      ('transfer_in_flight', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.transfer WHERE state = 'requested')
        + (SELECT coalesce(sum((request ->> 'amountFen')::bigint), 0) FROM settlement.intent
          WHERE kind = 'reverse-transfer' AND state IN ('pending', 'sent', 'unknown', 'parked'))),
      ('suspense', (SELECT -coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE state = 'unmatched')),
      ('psp_clearing', (SELECT coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE state <> 'received')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.payout WHERE state = 'confirmed')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.outlay WHERE kind = 'fee')
        + (SELECT coalesce(sum(corrected_fen), 0) FROM settlement.difference WHERE side = 'bank')),
      ('gateway_clearing', (SELECT coalesce(sum(amount_fen), 0) FROM settlement.online_payment WHERE state = 'paid')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.online_refund WHERE state = 'succeeded')
        - (SELECT coalesce(sum(amount_fen - reversed_fen), 0) FROM settlement.transfer WHERE state = 'done')
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.chargeback WHERE is_withdrawn)
        - (SELECT coalesce(sum(fee_fen), 0) FROM settlement.balance_transaction)
        + (SELECT coalesce(sum(b.gross_fen), 0) FROM settlement.balance_transaction b
          WHERE b.kind = 'payout' AND settlement.is_booked('balance-transaction/' || b.id || '/payout'))
        + (SELECT coalesce(sum(corrected_fen), 0) FROM settlement.difference WHERE side = 'gateway')),
      ('gateway_transit', (SELECT -coalesce(sum(b.gross_fen), 0) FROM settlement.balance_transaction b
          WHERE b.kind = 'payout' AND settlement.is_booked('balance-transaction/' || b.id || '/payout'))
        - (SELECT coalesce(sum(amount_fen), 0) FROM settlement.statement_line WHERE movement_id IS NOT NULL)))
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
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'transfer/' || r.id || '/finish')
  UNION ALL
  SELECT 'bank charge ' || o.id, -o.amount_fen, 0
  FROM settlement.outlay o
  WHERE o.kind = 'fee' AND NOT settlement.is_booked('outlay/' || o.id || '/fee')
  UNION ALL
  SELECT 'reversal ' || i.id, (i.request ->> 'amountFen')::bigint, 0
  FROM settlement.intent i
  WHERE i.kind = 'reverse-transfer' AND i.state = 'succeeded'
    AND NOT EXISTS (SELECT 1 FROM ledger.transaction t WHERE t.reference = 'intent/' || i.id || '/finish');
--> statement-breakpoint
CREATE UNIQUE INDEX intent_one_reversal ON settlement.intent (subject_id)
  WHERE kind = 'reverse-transfer' AND state IN ('pending', 'sent', 'unknown', 'parked');
