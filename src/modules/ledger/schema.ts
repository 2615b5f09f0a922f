import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgSchema,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { fen, instant } from '../../kernel/schema.ts'
import { person } from '../identity/schema.ts'
import { purposes } from './model.ts'
import type { PeriodState } from './periodmodel.ts'

export const ledger = pgSchema('ledger')

const known = sql.join(
  Object.entries(purposes).map(
    ([prefix, { kind, isPerSubject, isGuarded }]) => sql`(${prefix}, ${kind}, ${isPerSubject}, ${isGuarded})`,
  ),
  sql`, `,
)

/** An account, made on first use and never changed. Version 1 books renminbi only (I17). */
export const account = ledger.table(
  'account',
  {
    name: text().primaryKey(),
    purpose: text().notNull(),
    kind: text().notNull(),
    isGuarded: boolean().notNull(),
    currency: text().notNull().default('CNY'),
    createdAt: instant().notNull(),
  },
  t => [
    check(
      'account_name_form',
      sql`${t.name} ~ '^[a-z_]+(:[0-9a-f-]{36})?$' and split_part(${t.name}, ':', 1) = ${t.purpose}`,
    ),
    check(
      'account_purpose_known',
      sql`(${t.purpose}, ${t.kind}, position(':' in ${t.name}) > 0, ${t.isGuarded}) in (${known})`.inlineParams(),
    ),
    check('account_currency', sql`${t.currency} = 'CNY'`),
  ],
)

/** What happened to money, once: the reference is the effect's key. */
export const transaction = ledger.table(
  'transaction',
  {
    id: uuid().primaryKey(),
    kind: text().notNull(),
    reference: text().notNull().unique('transaction_reference_unique'),
    /** SHA-256 of kind and entries: a second use of the reference must say the same */
    contentHash: text().notNull(),
    entryCount: smallint().notNull(),
    /** when it counts; `created_at` is when it was written */
    effectiveAt: instant().notNull(),
    createdAt: instant().notNull(),
    /** when it happened, where that lies in a closed period: it then takes effect at the start of the open one */
    factAt: instant(),
    note: text(),
    /** the transaction that this one undoes */
    reverses: uuid().unique('transaction_reversed_once'),
  },
  t => [
    check('transaction_has_two_entries', sql`${t.entryCount} >= 2`),
    index('transaction_effective').on(t.effectiveAt, t.id),
  ],
)

/**
 * One side of a transaction. There is no foreign key to the account, because its check would lock a shared row at
 * every posting; a trigger looks it up instead, and accounts are never deleted.
 */
export const entry = ledger.table(
  'entry',
  {
    seq: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    transactionId: uuid()
      .notNull()
      .references(() => transaction.id),
    line: smallint().notNull(),
    account: text().notNull(),
    /** debit +, credit − */
    amountFen: fen().notNull(),
    /** of a guarded account: its version after this entry, without gaps (I3); set by trigger */
    version: integer(),
  },
  t => [
    unique('entry_line_unique').on(t.transactionId, t.line),
    unique('entry_version_unique').on(t.account, t.version),
    check('entry_line_from_one', sql`${t.line} >= 1`),
    check('entry_amount_range', sql`${t.amountFen} <> 0 and abs(${t.amountFen}) <= 9007199254740991`),
  ],
)

/** The locked balance of a guarded account; changed by the trigger on entries only. */
export const balance = ledger.table(
  'balance',
  {
    account: text().primaryKey(),
    /** in the account's own direction; never below zero (I6) */
    availableFen: fen().notNull(),
    version: integer().notNull(),
  },
  t => [check('balance_not_overdrawn', sql`${t.availableFen} >= 0`)],
)

/** Sums of the shared accounts up to an entry, so that a balance only adds what came after. */
export const snapshot = ledger.table(
  'snapshot',
  {
    account: text().notNull(),
    uptoSeq: bigint({ mode: 'number' }).notNull(),
    sumFen: fen().notNull(),
    takenAt: instant().notNull(),
    /**
     * How many entries the sum is of, and the latest instants among them by either date: whoever asks for a balance as
     * of an instant may only begin from a snapshot all of whose entries lie before it (I3). Absent from the first ones.
     */
    entryCount: bigint({ mode: 'number' }),
    latestCreatedAt: instant(),
    latestEffectiveAt: instant(),
  },
  t => [primaryKey({ name: 'snapshot_pkey', columns: [t.account, t.uptoSeq] })],
)

/** A month of the books. While it is closed, nothing can take effect in it or before it (trigger on transactions). */
export const period = ledger.table(
  'period',
  {
    id: uuid().primaryKey(),
    /** `2026-03`, in Asia/Shanghai */
    month: text().notNull().unique('period_month_unique'),
    /** its end, not included */
    endsAt: instant().notNull(),
    state: text().$type<PeriodState>().notNull(),
    proposedBy: uuid()
      .notNull()
      .references(() => person.id),
    proposedAt: instant().notNull(),
    closedBy: uuid().references(() => person.id),
    closedAt: instant(),
    /** canonical JSON of the trial balance with every open account, its SHA-256, and that of its sealed PDF */
    report: text(),
    reportSha256: text(),
    pdfSha256: text(),
    reopeningBy: uuid().references(() => person.id),
    reopenedBy: uuid().references(() => person.id),
    /** why it is to be opened again */
    reason: text(),
    changedAt: instant().notNull(),
  },
  t => [
    check('period_month_form', sql`${t.month} ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'`),
    check(
      'period_ends_with_month',
      sql`${t.endsAt} = ((to_date(${t.month}, 'YYYY-MM') + interval '1 month') at time zone 'Asia/Shanghai')`,
    ),
    check('period_state_known', sql`${t.state} in ('closing', 'closed', 'reopening', 'open')`),
    check(
      'period_closed_by_two',
      sql`${t.state} not in ('closed', 'reopening') or (${t.closedBy} is not null and ${t.closedBy} <> ${t.proposedBy}
        and ${t.closedAt} is not null and ${t.report} is not null and ${t.reportSha256} is not null)`,
    ),
    check(
      'period_reopened_by_two',
      sql`${t.reopenedBy} is null or (${t.reopeningBy} is not null and ${t.reopenedBy} <> ${t.reopeningBy})`,
    ),
    check('period_reopened_for_reason', sql`${t.state} <> 'reopening' or ${t.reason} is not null`),
  ],
)

/** The last inspection of all invariants by the machinery: one row, written anew each time. */
export const inspection = ledger.table(
  'inspection',
  {
    id: smallint().primaryKey(),
    inspectedAt: instant().notNull(),
    /** how many invariants were counted */
    invariantCount: integer().notNull(),
    /** numbers of those that had violations, as `I3` */
    violated: text().array().notNull(),
  },
  t => [check('inspection_single', sql`${t.id} = 1`), check('inspection_counted', sql`${t.invariantCount} >= 0`)],
)

export type Period = typeof period.$inferSelect
