import { sql } from 'drizzle-orm'
import { check, date, index, integer, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { fen, instant } from '../../../kernel/schema.ts'
import { person } from '../../identity/schema.ts'
import { balanceTransaction } from '../online/schema.ts'
import { bankStatement, outlay, payout, settlement } from '../schema.ts'
import {
  allDifferenceKinds,
  type Cause,
  type CorrectionAccount,
  causes,
  correctionAccounts,
  type DifferenceKind,
  type DifferenceState,
  differenceStates,
  type Side,
  sides,
} from './model.ts'

const literals = (values: readonly string[]) =>
  sql.join(
    values.map(value => sql`${value}`),
    sql`, `,
  )

/** One comparison of the books with the bank's statements and the provider's movements. */
export const reconciliation = settlement.table(
  'reconciliation',
  {
    id: uuid().primaryKey(),
    dayOn: date({ mode: 'string' }).notNull(),
    cause: text().$type<Cause>().notNull(),
    foundCount: integer().notNull(),
    settledCount: integer().notNull(),
    openCount: integer().notNull(),
    madeBy: uuid().references(() => person.id),
    createdAt: instant().notNull(),
  },
  t => [
    check('reconciliation_cause_known', sql`${t.cause} in (${literals(causes)})`.inlineParams()),
    uniqueIndex('reconciliation_once_daily').on(t.dayOn).where(sql`cause = 'daily'`),
  ],
)

/** A task: what does not agree, who sees to it, and what accounted for it. */
export const difference = settlement.table(
  'difference',
  {
    id: uuid().primaryKey(),
    kind: text().$type<DifferenceKind>().notNull(),
    /** what it is about, as `outlay/<id>`; with the kind, once */
    subject: text().notNull(),
    side: text().$type<Side>().notNull(),
    dayOn: date({ mode: 'string' }).notNull(),
    /** what the outside shows less what the books show */
    amountFen: fen().notNull(),
    /** the bank's serial number, or the provider's name of the movement */
    reference: text().notNull(),
    counterparty: text().notNull(),
    statementId: uuid().references(() => bankStatement.id),
    outlayId: uuid().references(() => outlay.id),
    payoutId: uuid().references(() => payout.id),
    movementId: uuid().references(() => balanceTransaction.id),
    state: text().$type<DifferenceState>().notNull(),
    ownerId: uuid().references(() => person.id),
    reason: text(),
    account: text().$type<CorrectionAccount>(),
    proposedBy: uuid().references(() => person.id),
    decidedBy: uuid().references(() => person.id),
    /** of the ledger: the booking that corrects it */
    transactionId: uuid(),
    correctedFen: fen().notNull().default(sql`0`),
    foundAt: instant().notNull(),
    closedAt: instant(),
    changedAt: instant().notNull(),
  },
  t => [
    unique('difference_once').on(t.kind, t.subject),
    check('difference_state_known', sql`${t.state} in (${literals(differenceStates)})`.inlineParams()),
    check('difference_kind_known', sql`${t.kind} in (${literals(allDifferenceKinds)})`.inlineParams()),
    check('difference_side_known', sql`${t.side} in (${literals(Object.keys(sides))})`.inlineParams()),
    check('difference_amount', sql`${t.amountFen} <> 0`),
    check(
      'difference_explained',
      sql`${t.state} <> 'explained' or (${t.reason} is not null and ${t.decidedBy} is not null)`,
    ),
    check(
      'difference_proposed',
      sql`${t.state} not in ('proposed', 'corrected') or (${t.proposedBy} is not null and ${t.reason} is not null
        and ${t.account} in (${literals(Object.keys(correctionAccounts))}))`.inlineParams(),
    ),
    check(
      'difference_corrected_by_two',
      sql`${t.state} <> 'corrected' or (${t.transactionId} is not null and ${t.decidedBy} is not null
        and ${t.decidedBy} <> ${t.proposedBy} and ${t.correctedFen} = ${t.amountFen})`,
    ),
    check(
      'difference_uncorrected',
      sql`${t.state} = 'corrected' or (${t.correctedFen} = 0 and ${t.transactionId} is null)`,
    ),
    check('difference_closed', sql`(${t.state} in ('open', 'proposed')) = (${t.closedAt} is null)`),
    index('difference_state').on(t.state, t.id),
    index('difference_outlay').on(t.outlayId),
  ],
)

export type Reconciliation = typeof reconciliation.$inferSelect
export type Difference = typeof difference.$inferSelect
