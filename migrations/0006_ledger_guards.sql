-- Sums of an account read the index alone.
CREATE INDEX entry_account_amount ON ledger.entry (account, seq) INCLUDE (amount_fen);
--> statement-breakpoint
CREATE FUNCTION ledger.open_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger.balance (account, available_fen, version) VALUES (NEW.name, 0, 0);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER account_opens_balance AFTER INSERT ON ledger.account
  FOR EACH ROW WHEN (NEW.is_guarded) EXECUTE FUNCTION ledger.open_account();
--> statement-breakpoint
-- The entry moves the balance of its account, if that is guarded: the row lock puts postings to one account in a row,
-- and the check on the balance refuses what would overdraw it. Shared accounts lock nothing.
CREATE FUNCTION ledger.apply_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target ledger.account%ROWTYPE;
BEGIN
  SELECT * INTO target FROM ledger.account WHERE name = NEW.account;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no account %', NEW.account USING ERRCODE = 'foreign_key_violation';
  END IF;
  NEW.version := NULL;
  IF target.is_guarded THEN
    UPDATE ledger.balance
      SET available_fen = available_fen
            + CASE WHEN target.kind IN ('asset', 'expense') THEN NEW.amount_fen ELSE -NEW.amount_fen END,
          version = version + 1
      WHERE account = NEW.account RETURNING version INTO NEW.version;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER entry_moves_balance BEFORE INSERT ON ledger.entry
  FOR EACH ROW EXECUTE FUNCTION ledger.apply_entry();
--> statement-breakpoint
-- A balance row changes only through an entry: a statement of anyone's own arrives here at depth 1.
CREATE FUNCTION ledger.refuse_direct_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' OR TG_OP = 'DELETE' OR pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'ledger.balance changes through entries only: % is refused', TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER balance_through_entries BEFORE INSERT OR UPDATE OR DELETE ON ledger.balance
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_direct_balance();
--> statement-breakpoint
CREATE TRIGGER balance_no_truncate BEFORE TRUNCATE ON ledger.balance
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_direct_balance();
--> statement-breakpoint
-- At commit: as many entries as the transaction says, two or more, summing to zero; a reversal is the exact opposite of
-- what it undoes. An entry added later to an old transaction fails here too.
CREATE FUNCTION ledger.check_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target uuid;
  written ledger.transaction%ROWTYPE;
  entries bigint;
  total numeric;
BEGIN
  IF TG_TABLE_NAME = 'entry' THEN target := NEW.transaction_id; ELSE target := NEW.id; END IF;
  SELECT * INTO written FROM ledger.transaction WHERE id = target;
  SELECT count(*), coalesce(sum(amount_fen), 0) INTO entries, total
    FROM ledger.entry WHERE transaction_id = target;
  IF entries <> written.entry_count OR entries < 2 THEN
    RAISE EXCEPTION 'transaction % has % entries, not %', written.reference, entries, written.entry_count
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_is_whole';
  END IF;
  IF total <> 0 THEN
    RAISE EXCEPTION 'transaction % sums to %, not to zero', written.reference, total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_sums_to_zero';
  END IF;
  IF TG_TABLE_NAME = 'transaction' AND written.reverses IS NOT NULL AND (
    NOT EXISTS (SELECT 1 FROM ledger.transaction o WHERE o.id = written.reverses AND o.reverses IS NULL)
    OR EXISTS (
      SELECT 1 FROM ledger.entry e WHERE e.transaction_id IN (target, written.reverses)
      GROUP BY e.account, abs(e.amount_fen) HAVING sum(e.amount_fen) <> 0)
  ) THEN
    RAISE EXCEPTION 'transaction % is not the opposite of the one it reverses', written.reference
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_reversal_is_opposite';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER transaction_is_whole AFTER INSERT ON ledger.transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_transaction();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER entry_is_of_whole AFTER INSERT ON ledger.entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_transaction();
--> statement-breakpoint
CREATE TRIGGER transaction_append_only BEFORE UPDATE OR DELETE ON ledger.transaction
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER transaction_no_truncate BEFORE TRUNCATE ON ledger.transaction
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON ledger.entry
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON ledger.entry
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER account_append_only BEFORE UPDATE OR DELETE ON ledger.account
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER account_no_truncate BEFORE TRUNCATE ON ledger.account
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER snapshot_append_only BEFORE UPDATE OR DELETE ON ledger.snapshot
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER snapshot_no_truncate BEFORE TRUNCATE ON ledger.snapshot
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
-- The invariants of money as views: each row is a violation. The comment says what holds while a view is empty.
CREATE VIEW ledger.i1_whole_transactions AS
  SELECT t.id, t.reference, count(e.seq) AS entries, coalesce(sum(e.amount_fen), 0) AS sum_fen
  FROM ledger.transaction t LEFT JOIN ledger.entry e ON e.transaction_id = t.id
  GROUP BY t.id
  HAVING count(e.seq) < 2 OR count(e.seq) <> t.entry_count OR coalesce(sum(e.amount_fen), 0) <> 0
    OR bool_or(e.amount_fen = 0);
--> statement-breakpoint
COMMENT ON VIEW ledger.i1_whole_transactions IS '每笔交易借贷相等，至少两条分录，无零金额 · every transaction sums to zero, has two entries or more, none of zero';
--> statement-breakpoint
CREATE VIEW ledger.i2_balanced_books AS
  SELECT coalesce(a.currency, 'unknown account') AS currency, sum(e.amount_fen) AS sum_fen
  FROM ledger.entry e LEFT JOIN ledger.account a ON a.name = e.account
  GROUP BY a.currency HAVING sum(e.amount_fen) <> 0 OR a.currency IS NULL;
--> statement-breakpoint
COMMENT ON VIEW ledger.i2_balanced_books IS '全部账户按币种合计为零 · all accounts together sum to zero per currency';
--> statement-breakpoint
CREATE VIEW ledger.i3_balances_are_sums AS
  SELECT a.name AS account, 'balance' AS what
  FROM ledger.account a
  LEFT JOIN ledger.balance b ON b.account = a.name
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(e.amount_fen), 0) AS sum_fen, count(*) AS n, coalesce(max(e.version), 0) AS top,
      count(DISTINCT e.version) AS versions
    FROM ledger.entry e WHERE e.account = a.name) s ON true
  WHERE a.is_guarded AND (b.account IS NULL
    OR b.available_fen <> CASE WHEN a.kind IN ('asset', 'expense') THEN s.sum_fen ELSE -s.sum_fen END
    OR b.version <> s.n OR b.version <> s.top OR b.version <> s.versions)
  UNION ALL
  SELECT s.account, 'snapshot' FROM ledger.snapshot s
  WHERE s.sum_fen <> (
    SELECT coalesce(sum(e.amount_fen), 0) FROM ledger.entry e WHERE e.account = s.account AND e.seq <= s.upto_seq);
--> statement-breakpoint
COMMENT ON VIEW ledger.i3_balances_are_sums IS '余额与快照等于分录之和，版本号连续 · balances and snapshots are the sums of entries, versions have no gap';
--> statement-breakpoint
CREATE VIEW ledger.i4_append_only AS
  SELECT g.tab || '.' || g.trig AS what
  FROM (VALUES ('entry', 'entry_append_only'), ('entry', 'entry_no_truncate'), ('entry', 'entry_moves_balance'),
      ('entry', 'entry_is_of_whole'), ('transaction', 'transaction_append_only'),
      ('transaction', 'transaction_no_truncate'), ('transaction', 'transaction_is_whole'),
      ('account', 'account_append_only'), ('account', 'account_no_truncate'), ('account', 'account_opens_balance'),
      ('balance', 'balance_through_entries'), ('balance', 'balance_no_truncate'),
      ('snapshot', 'snapshot_append_only'), ('snapshot', 'snapshot_no_truncate')) AS g (tab, trig)
  WHERE NOT EXISTS (
    SELECT 1 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'ledger' AND c.relname = g.tab AND t.tgname = g.trig AND t.tgenabled IN ('O', 'A'))
  UNION ALL
  SELECT 'reversal ' || r.reference
  FROM ledger.transaction r LEFT JOIN ledger.transaction o ON o.id = r.reverses
  WHERE r.reverses IS NOT NULL AND (o.id IS NULL OR o.reverses IS NOT NULL OR EXISTS (
    SELECT 1 FROM ledger.entry e WHERE e.transaction_id IN (r.id, o.id)
    GROUP BY e.account, abs(e.amount_fen) HAVING sum(e.amount_fen) <> 0))
  UNION ALL
  SELECT 'reversed twice ' || t.reverses::text FROM ledger.transaction t
  WHERE t.reverses IS NOT NULL GROUP BY t.reverses HAVING count(*) > 1;
--> statement-breakpoint
COMMENT ON VIEW ledger.i4_append_only IS '分录只增不改，更正只冲正一次 · entries are append-only; a correction is one exact reversal';
--> statement-breakpoint
CREATE VIEW ledger.i5_one_effect AS
  SELECT 'idempotency ' || i.scope || ' ' || i.key AS what FROM kernel.idempotency i WHERE i.status IS NULL
  UNION ALL
  SELECT 'reference ' || t.reference FROM ledger.transaction t GROUP BY t.reference HAVING count(*) > 1;
--> statement-breakpoint
COMMENT ON VIEW ledger.i5_one_effect IS '同一凭证号或幂等键只有一次效果 · one reference or idempotency key has one effect';
--> statement-breakpoint
CREATE VIEW ledger.i6_not_overdrawn AS
  SELECT a.name AS account, s.sum_fen
  FROM ledger.account a
  JOIN LATERAL (SELECT coalesce(sum(e.amount_fen), 0) AS sum_fen FROM ledger.entry e WHERE e.account = a.name) s ON true
  LEFT JOIN ledger.balance b ON b.account = a.name
  WHERE a.is_guarded
    AND (b.available_fen < 0 OR CASE WHEN a.kind IN ('asset', 'expense') THEN s.sum_fen ELSE -s.sum_fen END < 0);
--> statement-breakpoint
COMMENT ON VIEW ledger.i6_not_overdrawn IS '托管与应付的可用余额不为负 · what is available in escrow and payable is never below zero';
--> statement-breakpoint
CREATE VIEW ledger.trial_balance AS
  SELECT a.name AS account, a.purpose, a.kind, a.currency, a.created_at,
    coalesce(s.sum_fen, 0) AS sum_fen, coalesce(s.n, 0) AS entries
  FROM ledger.account a
  LEFT JOIN (SELECT e.account, sum(e.amount_fen) AS sum_fen, count(*) AS n FROM ledger.entry e GROUP BY e.account) s
    ON s.account = a.name;
