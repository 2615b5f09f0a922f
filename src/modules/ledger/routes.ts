import { type Route, read } from '../../kernel/http/route.ts'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { closed, IdParams } from '../../kernel/wire.ts'
import { inspectInvariants, listEntries, transactionOf, trialBalance } from './queries.ts'
import {
  AccountParams,
  EntryPage,
  InvariantsShape,
  TransactionShape,
  TrialBalanceShape,
  toEntry,
  toInvariants,
  toTransaction,
  toTrialBalance,
} from './wire.ts'

const tag = 'ledger'

/** The books are read here and written by no route: each posting belongs to the state change of a later module. */
export const routes: Route[] = [
  read({
    at: 'GET /ledger/trial-balance',
    operation: 'readTrialBalance',
    permission: 'ledger.read',
    tag,
    summary: text('试算平衡表', 'Trial balance'),
    reply: TrialBalanceShape,
    run: async rx => toTrialBalance(await trialBalance(rx)),
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
