import { createHash } from 'node:crypto'
import { desc, eq, lt } from 'drizzle-orm'
import { dayOf } from '../../kernel/calendar.ts'
import { canonicalJson } from '../../kernel/canonical.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { databaseError } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { decodeCursor } from '../../kernel/page.ts'
import { notFound, stateConflict } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'
import { type Waiting, type WaitingRow, waitingOf } from '../../kernel/workload.ts'
import { samePerson } from '../identity/index.ts'
import { openAccountsAt, trialBalance } from './balances.ts'
import { naturalBalance, purposeOf } from './model.ts'
import { endOfMonth, laterMonth, type PeriodMove, periodMachine, periodNotReady } from './periodmodel.ts'
import { inspectInvariants } from './queries.ts'
import { type Period, period } from './schema.ts'

/** Something that must hold before a month is closed. */
export interface ClosingCheck {
  readonly name: Text
  readonly isMet: boolean
  /** how many stand in the way */
  readonly count: number
}

/** The month to be closed next: after the last closed one, else the first in which anything was booked. */
export async function nextMonth(rx: Rx): Promise<string> {
  const [row] = await rx.sql<{ last: string | null; first: string | null }[]>`
    select (select max(month) from ledger.period where state in ('closed', 'reopening')) as last,
      (select to_char(min(effective_at) at time zone 'Asia/Shanghai', 'YYYY-MM') from ledger.transaction) as first`
  return row?.last ? laterMonth(row.last, 1) : (row?.first ?? dayOf(rx.now).slice(0, 7))
}

const halves = (meaning: string): Text => {
  const [zh = meaning, en = meaning] = meaning.split(' · ')
  return text(zh, en)
}

/** Idempotency keys that this very transaction has claimed and not answered yet: I5 sees them as open. */
async function ownClaims({ sql }: Rx): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from kernel.idempotency
    where status is null and xmin::text = pg_current_xact_id_if_assigned()::xid::text`
  return row!.n
}

/**
 * What must hold before a month is closed: it has ended, no invariant is violated, and nothing stands in the way that
 * any module names: rows dated before the month's end in its views `closing_…` (columns `what`, `at`).
 */
export async function closingChecks(rx: Rx, month: string): Promise<ClosingCheck[]> {
  const end = endOfMonth(month)
  const hasEnded = end <= rx.now
  const claims = await ownClaims(rx)
  const broken = (await inspectInvariants(rx)).filter(each => each.violations > (each.id === 'I5' ? claims : 0))
  const checks: ClosingCheck[] = [
    { name: text('该月已经结束', 'The month has ended'), isMet: hasEnded, count: hasEnded ? 0 : 1 },
    {
      name: text('账务不变式全部成立', 'All invariants of the books hold'),
      isMet: broken.length === 0,
      count: broken.length,
    },
  ]
  const views = await rx.sql<{ schema: string; name: string; meaning: string | null }[]>`
    select n.nspname as schema, c.relname as name, obj_description(c.oid, 'pg_class') as meaning
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'v' and c.relname like 'closing\\_%' order by 1, 2`
  for (const { schema, name, meaning } of views) {
    const [row] = await rx.sql<{ n: number }[]>`
      select count(*)::int as n from ${rx.sql(schema)}.${rx.sql(name)} where at < ${end.toISOString()}::timestamptz`
    checks.push({ name: halves(meaning ?? name), isMet: row!.n === 0, count: row!.n })
  }
  return checks
}

/** @throws period-not-ready naming what stands in the way, or the month whose turn it is */
async function requireReady(cx: Cx, month: string): Promise<void> {
  const turn = await nextMonth(cx)
  if (month !== turn) throw periodNotReady(text(`应先结 ${turn} 的账。`, `It is the turn of ${turn}.`))
  const open = (await closingChecks(cx, month)).filter(each => !each.isMet)
  if (open.length > 0)
    throw periodNotReady(
      text(
        `未满足：${open.map(({ name, count }) => `${name.zh}（${count}）`).join('；')}。`,
        `Not met: ${open.map(({ name, count }) => `${name.en} (${count})`).join('; ')}.`,
      ),
    )
}

async function lockPeriod(cx: Cx, month: string): Promise<Period> {
  const [row] = await cx.tx.select().from(period).where(eq(period.month, month)).for('update')
  if (!row) throw notFound()
  return row
}

/** Months that wait for a second person, or that are closed, are told to the operator's people. */
const tellOf = (cx: Cx, { id, month }: Period, action: string): void =>
  cx.emit('ledger.period-moved', { periodId: id, month, action })

async function movePeriod(
  cx: Cx,
  row: Period,
  move: PeriodMove,
  change: Partial<Period>,
  action: string,
  facts: Record<string, unknown> = {},
): Promise<Period> {
  const state = nextState(periodMachine, row.state, move)
  const [changed] = await cx.tx
    .update(period)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(period.id, row.id))
    .returning()
  cx.audit(`period.${action}`, ['ledger-period', row.id], { month: row.month, from: row.state, to: state, ...facts })
  tellOf(cx, row, action)
  return changed!
}

/** One person says that a month can be closed. @throws period-not-ready, state-conflict */
export async function proposePeriod(cx: Cx, month: string): Promise<Period> {
  await requireReady(cx, month)
  const proposal = { proposedBy: cx.actor.personId!, proposedAt: cx.now }
  const [made] = await cx.tx
    .insert(period)
    .values({ id: newId(), month, endsAt: endOfMonth(month), state: 'closing', ...proposal, changedAt: cx.now })
    .onConflictDoNothing()
    .returning()
  if (!made) {
    const none = { closedBy: null, closedAt: null, report: null, reportSha256: null, pdfSha256: null }
    return movePeriod(cx, await lockPeriod(cx, month), 'propose', { ...proposal, ...none }, 'propose')
  }
  cx.audit('period.propose', ['ledger-period', made.id], { month, from: null, to: made.state })
  tellOf(cx, made, 'propose')
  return made
}

/** The proposal is taken back. @throws not-found, state-conflict */
export const withdrawPeriod = async (cx: Cx, month: string): Promise<Period> =>
  movePeriod(cx, await lockPeriod(cx, month), 'withdraw', {}, 'withdraw')

/**
 * Waits for postings in progress and keeps new ones out until the commit, so that nothing can take effect in the month
 * between the counting and its closing. @throws state-conflict when they take too long
 */
async function holdPostings(cx: Cx): Promise<void> {
  await cx.sql`select set_config('lock_timeout', '3s', true)`
  try {
    await cx.sql`lock table ledger.transaction in share row exclusive mode`
  } catch (error) {
    if (databaseError(error)?.code !== '55P03') throw error
    throw stateConflict(text('正在记账，请稍后再试。', 'Postings are in progress; try again in a moment.'))
  }
}

/** The trial balance at the end of a month and every account with something in it, as it is kept and hashed. */
async function reportOf(cx: Cx, month: string): Promise<string> {
  const asOf = { at: new Date(endOfMonth(month).getTime() - 1), by: 'effective' as const }
  const lines = await trialBalance(cx, asOf)
  const accounts = await openAccountsAt(cx, asOf)
  return canonicalJson({
    v: 1,
    type: 'ledger-closing',
    month,
    endsAt: endOfMonth(month).toISOString(),
    closedAt: cx.now.toISOString(),
    currency: 'CNY',
    lines: lines.map(({ purpose, accounts, entries, debitFen, creditFen }) => ({
      purpose,
      accounts,
      entries,
      debitFen: debitFen.toString(),
      creditFen: creditFen.toString(),
    })),
    accounts: accounts.map(({ account, balanceFen }) => ({
      account,
      sumFen: naturalBalance(purposeOf(account).kind, balanceFen).toString(),
    })),
  })
}

/**
 * A second person closes the month: from then on nothing can take effect in it. The trial balance is kept; its digest
 * enters the log with this decision. @throws same-person, period-not-ready, state-conflict
 */
export async function closePeriod(cx: Cx, month: string): Promise<Period> {
  const row = await lockPeriod(cx, month)
  nextState(periodMachine, row.state, 'close')
  if (row.proposedBy === cx.actor.personId) throw samePerson()
  await requireReady(cx, month)
  await holdPostings(cx)
  const report = await reportOf(cx, month)
  const reportSha256 = createHash('sha256').update(report).digest('hex')
  const change = { closedBy: cx.actor.personId, closedAt: cx.now, report, reportSha256, pdfSha256: null }
  const afresh = { reopeningBy: null, reopenedBy: null, reason: null }
  return movePeriod(cx, row, 'close', { ...change, ...afresh }, 'close', { reportSha256 })
}

/** One person asks, with a reason, to open the last closed month again. @throws not-found, state-conflict */
export async function proposeReopening(cx: Cx, month: string, reason: string): Promise<Period> {
  const row = await lockPeriod(cx, month)
  if (row.state === 'closed' && laterMonth(month, 1) !== (await nextMonth(cx)))
    throw stateConflict(text('只能对最后结账的月份反结账。', 'Only the month that was closed last can be reopened.'))
  const change = { reopeningBy: cx.actor.personId, reopenedBy: null, reason }
  return movePeriod(cx, row, 'proposeReopening', change, 'propose-reopening', { reason })
}

/** The month stays closed. @throws not-found, state-conflict */
export const keepPeriod = async (cx: Cx, month: string): Promise<Period> =>
  movePeriod(cx, await lockPeriod(cx, month), 'keep', { reopeningBy: null, reason: null }, 'keep')

/** A second person opens the month again. @throws same-person, not-found, state-conflict */
export async function reopenPeriod(cx: Cx, month: string): Promise<Period> {
  const row = await lockPeriod(cx, month)
  nextState(periodMachine, row.state, 'reopen')
  if (row.reopeningBy === cx.actor.personId) throw samePerson()
  const { reason, reportSha256 } = row
  return movePeriod(cx, row, 'reopen', { reopenedBy: cx.actor.personId }, 'reopen', { reason, reportSha256 })
}

/** The months that were ever proposed, the latest first: `limit + 1` for the page. */
export async function listPeriods(rx: Rx, query: { limit?: number; after?: string }): Promise<Period[]> {
  const after = decodeCursor(query.after, 1)
  return rx.tx
    .select()
    .from(period)
    .where(after && lt(period.month, String(after[0])))
    .orderBy(desc(period.month))
    .limit((query.limit ?? 20) + 1)
}

/** One month. @throws not-found when it was never proposed */
export async function periodOf(rx: Rx, month: string): Promise<Period> {
  const [row] = await rx.tx.select().from(period).where(eq(period.month, month))
  if (!row) throw notFound()
  return row
}

/** Months that wait for the second person. */
export async function periodsWaiting({ sql }: Rx): Promise<Waiting[]> {
  const rows = await sql<WaitingRow[]>`
    select state, count(*)::int4 as n, min(changed_at) as oldest, 0 as overdue
    from ledger.period where state in ('closing', 'reopening') group by state`
  return waitingOf(rows, { closing: 'period.close', reopening: 'period.reopen' })
}
