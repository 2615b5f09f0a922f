import type { Rx } from '../../kernel/command.ts'
import { type Route, read } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { type AsOf, type Dating, listAccounts, trialBalance } from './balances.ts'
import { inspectInvariants, listEntries, transactionOf } from './queries.ts'
import { accountStatement, spanOf } from './statement.ts'
import {
  AccountPage,
  AccountParams,
  AccountStatementQuery,
  AccountStatementShape,
  AccountsQuery,
  AsOfQuery,
  EntryPage,
  InvariantsShape,
  TransactionShape,
  TrialBalanceShape,
  toAccount,
  toAccountStatement,
  toEntry,
  toInvariants,
  toTransaction,
  toTrialBalance,
} from './wire.ts'

const tag = 'ledger'

const asOf = (rx: Rx, { at, by = 'effective' }: { at?: string; by?: Dating }): AsOf => ({
  at: at ? new Date(at) : rx.now,
  by,
})

/** The books are read here and written by no route: each posting belongs to the state change of a later module. */
export const routes: Route[] = [
  read({
    at: 'GET /ledger/trial-balance',
    operation: 'readTrialBalance',
    permission: 'ledger.read',
    tag,
    summary: text('试算平衡表（可指定时点）', 'Trial balance, now or as of any moment'),
    query: AsOfQuery,
    reply: TrialBalanceShape,
    run: async (rx, { query }) =>
      toTrialBalance(await trialBalance(rx, query.at || query.by ? asOf(rx, query) : undefined)),
  }),
  read({
    at: 'GET /ledger/accounts',
    operation: 'listAccounts',
    permission: 'ledger.read',
    tag,
    summary: text('某类账户在某一时点的余额', 'Balances of the accounts of one purpose as of a moment'),
    query: AccountsQuery,
    reply: AccountPage,
    run: async (rx, { query }) => {
      const page = await listAccounts(rx, { ...query, ...asOf(rx, query) })
      return { ...page, items: page.items.map(toAccount) }
    },
  }),
  read({
    at: 'GET /ledger/accounts/:account/statement',
    operation: 'readAccountStatement',
    permission: 'ledger.read',
    tag,
    summary: text('账户对账单：期初、分录、期末', 'Statement of an account: opening balance, entries, closing balance'),
    params: AccountParams,
    query: AccountStatementQuery,
    reply: AccountStatementShape,
    run: async (rx, { params, query: { from, until, by = 'effective', ...page } }) =>
      toAccountStatement(await accountStatement(rx, params.account, { ...spanOf(from, until), by, ...page })),
  }),
  read({
    at: 'GET /ledger/invariants',
    operation: 'listInvariants',
    permission: 'ledger.read',
    tag,
    summary: text('账务不变式及违反条数', 'Invariants of the books with their violations'),
    reply: InvariantsShape,
    run: async rx => toInvariants(await inspectInvariants(rx)),
  }),
  read({
    at: 'GET /ledger/accounts/:account/entries',
    operation: 'listEntries',
    permission: 'ledger.read',
    tag,
    summary: text('账户分录（新的在前）', 'Entries of an account, newest first'),
    params: AccountParams,
    query: closed(PageQuery),
    reply: EntryPage,
    run: async (rx, { params, query }) => {
      const page = await listEntries(rx, params.account, query)
      return { ...page, items: page.items.map(toEntry) }
    },
  }),
  read({
    at: 'GET /ledger/transactions/:id',
    operation: 'readTransaction',
    permission: 'ledger.read',
    tag,
    summary: text('一笔记账交易', 'One transaction of the ledger'),
    params: IdParams,
    reply: TransactionShape,
    run: async (rx, { params }) => toTransaction(await transactionOf(rx, params.id)),
  }),
]
