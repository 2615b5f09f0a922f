import { Type } from 'typebox'
import { text } from '../../kernel/text.ts'
import { Bilingual, closed, fenToWire, Id, Instant, nullable, pageOf } from '../../kernel/wire.ts'
import { type AccountPurpose, purposes } from './model.ts'
import type { Invariant, LedgerTransaction, TrialLine } from './queries.ts'

const Signed = Type.Integer({
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'fen (分): debit +, credit −',
})
const Fen = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'fen (分)' })
export const AccountParams = closed({
  account: Type.String({ pattern: `^(${Object.keys(purposes).join('|')})(:[0-9a-f-]{36})?$`, maxLength: 80 }),
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

const signed = (amount: bigint): number => (amount < 0n ? -fenToWire(-amount) : fenToWire(amount))

export const toTransaction = (row: LedgerTransaction) => ({
  ...row,
  effectiveAt: row.effectiveAt.toISOString(),
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

export const toInvariants = (invariants: Invariant[]) => ({
  isSound: invariants.every(i => i.violations === 0),
  invariants,
})
