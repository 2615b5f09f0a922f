-- What takes effect in a closed month is refused. Closing locks the table against postings until its commit, and this
-- function looks anew at each row, so that no posting can slip in between the counting and the closing.
CREATE FUNCTION ledger.refuse_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  top timestamptz;
BEGIN
  SELECT max(ends_at) INTO top FROM ledger.period WHERE state IN ('closed', 'reopening');
  IF NEW.effective_at < top THEN
    RAISE EXCEPTION 'the books are closed until %, transaction % cannot take effect at %', top, NEW.reference, NEW.effective_at
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transaction_period_open';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER transaction_period_open BEFORE INSERT ON ledger.transaction
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_closed_period();
--> statement-breakpoint
-- A month is never taken away; what was closed changes only by being opened again, the latest one first.
CREATE FUNCTION ledger.guard_period() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.month <> OLD.month OR NEW.ends_at <> OLD.ends_at THEN
    RAISE EXCEPTION 'a period keeps its month' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('closed', 'reopening') AND NEW.state IN ('closed', 'reopening')
    AND (NEW.report, NEW.report_sha256, NEW.closed_by, NEW.closed_at) IS DISTINCT FROM
      (OLD.report, OLD.report_sha256, OLD.closed_by, OLD.closed_at) THEN
    RAISE EXCEPTION 'what was closed is not changed' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'closed' AND NEW.state NOT IN ('closed', 'reopening') OR OLD.state = 'reopening'
    AND NEW.state = 'open' AND (NEW.reopened_by IS NULL OR EXISTS (
      SELECT 1 FROM ledger.period p WHERE p.month > OLD.month AND p.state IN ('closed', 'reopening'))) THEN
    RAISE EXCEPTION 'a closed period is opened by two people, the latest first' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER period_guarded BEFORE UPDATE ON ledger.period
  FOR EACH ROW EXECUTE FUNCTION ledger.guard_period();
--> statement-breakpoint
CREATE TRIGGER period_no_delete BEFORE DELETE ON ledger.period
  FOR EACH ROW EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
CREATE TRIGGER period_no_truncate BEFORE TRUNCATE ON ledger.period
  FOR EACH STATEMENT EXECUTE FUNCTION kernel.refuse_change();
--> statement-breakpoint
-- The replay of the entries gives, for the last closed month, what was kept when it was closed.
CREATE VIEW ledger.i24_closed_books AS
  WITH last AS (
    SELECT month, ends_at, report::jsonb AS report FROM ledger.period
    WHERE state IN ('closed', 'reopening') ORDER BY month DESC LIMIT 1),
  said AS (
    SELECT a ->> 'account' AS account, (a ->> 'sumFen')::numeric AS sum_fen
    FROM last, jsonb_array_elements(last.report -> 'accounts') a),
  booked AS (
    SELECT e.account, sum(e.amount_fen) AS sum_fen
    FROM last JOIN ledger.transaction t ON t.effective_at < last.ends_at JOIN ledger.entry e ON e.transaction_id = t.id
    GROUP BY e.account HAVING sum(e.amount_fen) <> 0)
  SELECT account, said.sum_fen AS closed_fen, booked.sum_fen AS booked_fen
  FROM said FULL JOIN booked USING (account) WHERE said.sum_fen IS DISTINCT FROM booked.sum_fen
  UNION ALL
  SELECT 'trigger ' || g.name, NULL, NULL FROM (VALUES ('transaction_period_open'), ('period_guarded')) AS g (name)
  WHERE NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgname = g.name AND t.tgenabled IN ('O', 'A'));
--> statement-breakpoint
COMMENT ON VIEW ledger.i24_closed_books IS '已结账月份由分录重算，与结账时一致 · replaying the entries gives what was kept when the last month was closed';
--> statement-breakpoint
CREATE VIEW settlement.closing_unexplained_lines AS
  SELECT 'statement line ' || l.id AS what, (l.booked_on::timestamp AT TIME ZONE 'Asia/Shanghai') AS at
  FROM settlement.statement_line l WHERE l.state IN ('received', 'unmatched');
--> statement-breakpoint
COMMENT ON VIEW settlement.closing_unexplained_lines IS '当月及以前没有待认领的来款 · no payment of the month or before is unexplained';
