import { Type } from 'typebox'
import { PageQuery } from '../../kernel/page.ts'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, fenToWire, Id, Instant, iso, nullable, pageOf } from '../../kernel/wire.ts'
import type { AccountLine, TrialLine } from './balances.ts'
import { type AccountPurpose, purposes } from './model.ts'
import type { Invariant, LedgerTransaction } from './queries.ts'
import type { AccountStatement } from './statement.ts'

const Signed = Type.Integer({
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'fen (分): debit +, credit −',
})
const Fen = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'fen (分)' })
export const AccountParams = closed({
  account: Type.String({ pattern: `^(${Object.keys(purposes).join('|')})(:[0-9a-f-]{36})?$`, maxLength: 80 }),
})

const By = Type.Optional(
  Type.Union([Type.Literal('effective'), Type.Literal('created')], {
    description: 'by which date entries count: `effective` (booking date, the default) or `created` (when written)',
  }),
)
const At = Type.Optional(
  Type.String({ format: 'date-time', description: 'the moment up to and with which entries count; now unless told' }),
)
export const AsOfQuery = closed({ at: At, by: By })
export const AccountsQuery = closed({
  purpose: Type.Union(Object.keys(purposes).map(each => Type.Literal(each as AccountPurpose))),
  at: At,
  by: By,
  isOpen: Type.Optional(Type.Boolean({ description: 'only accounts in which there is something' })),
  ...PageQuery,
})
export const AccountStatementQuery = closed({
  from: Type.String({ format: 'date', description: 'first day (Asia/Shanghai)', examples: ['2026-03-01'] }),
  until: Type.String({ format: 'date', description: 'last day, included', examples: ['2026-03-31'] }),
  by: By,
  ...PageQuery,
})

export const TrialBalanceShape = Type.Object({
  lines: Type.Array(
    Type.Object({
      purpose: Type.String(),
      name: Bilingual,
      kind: Type.String(),
      accounts: Type.Integer(),
      entries: Type.Integer(),
      debitFen: Fen,
      creditFen: Fen,
    }),
  ),
  debitFen: Fen,
  creditFen: Fen,
})
const AccountShape = Type.Object({
  account: Type.String(),
  name: Bilingual,
  entries: Type.Integer(),
  balanceFen: Signed,
})
export const AccountPage = pageOf(AccountShape)
export const InvariantsShape = Type.Object({
  isSound: Type.Boolean(),
  invariants: Type.Array(
    Type.Object({ id: Type.String(), view: Type.String(), meaning: Type.String(), violations: Type.Integer() }),
  ),
})
export const TransactionShape = Type.Object({
  id: Id,
  kind: Type.String(),
  reference: Type.String(),
  effectiveAt: Instant,
  factAt: nullable(Instant),
  createdAt: Instant,
  note: nullable(Type.String()),
  reverses: nullable(Id),
  reversedBy: nullable(Id),
  entries: Type.Array(Type.Object({ account: Type.String(), amountFen: Signed })),
})
export const EntryPage = pageOf(
  Type.Object({
    seq: Type.Integer(),
    transactionId: Id,
    kind: Type.String(),
    reference: Type.String(),
    amountFen: Signed,
    effectiveAt: Instant,
    createdAt: Instant,
  }),
)

const Balance = Type.Integer({
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "fen (分), in the account's own direction: what an asset holds, what a liability owes",
})
export const AccountStatementShape = Type.Object({
  account: Type.String(),
  name: Bilingual,
  kind: Type.String(),
  from: Instant,
  until: Instant,
  by: Type.String(),
  openingFen: Balance,
  debitFen: Fen,
  creditFen: Fen,
  entries: Type.Integer(),
  closingFen: Balance,
  items: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      transactionId: Id,
      kind: Type.String(),
      reference: Type.String(),
      note: nullable(Type.String()),
      reverses: nullable(Id),
      effectiveAt: Instant,
      createdAt: Instant,
      amountFen: Signed,
      counter: Type.Array(Type.Object({ account: Type.String(), amountFen: Signed })),
      balanceFen: Balance,
    }),
  ),
  next: nullable(Type.String()),
})

const signed = (amount: bigint): number => (amount < 0n ? -fenToWire(-amount) : fenToWire(amount))

export const toTransaction = (row: LedgerTransaction) => ({
  ...row,
  effectiveAt: row.effectiveAt.toISOString(),
  factAt: iso(row.factAt),
  createdAt: row.createdAt.toISOString(),
  entries: row.entries.map(e => ({ account: e.account, amountFen: signed(e.amountFen) })),
})

export const toEntry = <R extends { amountFen: bigint; effectiveAt: Date; createdAt: Date }>(row: R) => ({
  ...row,
  amountFen: signed(row.amountFen),
  effectiveAt: row.effectiveAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
})

const nameOf = (purpose: AccountPurpose) => text(purposes[purpose].name.zh, purposes[purpose].name.en)

export function toTrialBalance(lines: readonly TrialLine[]) {
  const sum = (pick: (line: TrialLine) => bigint) => fenToWire(lines.reduce((total, line) => total + pick(line), 0n))
  return {
    lines: lines.map(line => ({
      ...line,
      name: nameOf(line.purpose),
      debitFen: fenToWire(line.debitFen),
      creditFen: fenToWire(line.creditFen),
    })),
    debitFen: sum(line => line.debitFen),
    creditFen: sum(line => line.creditFen),
  }
}

export const toAccount = ({ account, purpose, entries, balanceFen }: AccountLine) => ({
  account,
  name: nameOf(purpose),
  entries,
  balanceFen: signed(balanceFen),
})

export const toAccountStatement = (of: AccountStatement) => ({
  ...of,
  name: nameOf(of.account.split(':')[0] as AccountPurpose),
  from: of.from.toISOString(),
  until: of.until.toISOString(),
  openingFen: signed(of.openingFen),
  debitFen: fenToWire(of.debitFen),
  creditFen: fenToWire(of.creditFen),
  closingFen: signed(of.closingFen),
  items: of.items.map(entry => ({
    ...toEntry(entry),
    counter: entry.counter.map(each => ({ account: each.account, amountFen: signed(each.amountFen) })),
    balanceFen: signed(entry.balanceFen),
  })),
})

export const toInvariants = (invariants: Invariant[]) => ({
  isSound: invariants.every(i => i.violations === 0),
  invariants,
})
