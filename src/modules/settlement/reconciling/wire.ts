import { Type } from 'typebox'
import { PageQuery } from '../../../kernel/page.ts'
import { Bilingual, closed, fenToWire, Id, Instant, iso, nullable, pageOf } from '../../../kernel/wire.ts'
import {
  allDifferenceKinds,
  type CorrectionAccount,
  correctionAccounts,
  differenceKinds,
  differenceMachine,
  differenceStates,
  isBookable,
  type Side,
  sides,
} from './model.ts'
import type { Difference, Reconciliation } from './schema.ts'

const oneOf = <T extends string>(values: readonly T[]) => Type.Unsafe<T>(Type.String({ enum: [...values] }))
const Day = Type.String({ format: 'date', examples: ['2026-03-05'] })

export const DifferenceQuery = closed({
  state: Type.Optional(oneOf(differenceStates)),
  side: Type.Optional(oneOf(Object.keys(sides) as Side[])),
  ...PageQuery,
})
export const DifferenceShape = Type.Object({
  id: Id,
  kind: oneOf(allDifferenceKinds),
  kindName: Bilingual,
  side: oneOf(Object.keys(sides) as Side[]),
  subject: Type.String(),
  dayOn: Day,
  amountFen: Type.Integer({
    description: 'what the outside shows less what the books show, in fen',
    examples: [-1500],
  }),
  reference: Type.String(),
  counterparty: Type.String(),
  statementId: nullable(Id),
  payoutId: nullable(Id),
  movementId: nullable(Id),
  state: oneOf(differenceStates),
  stateName: Bilingual,
  isBookable: Type.Boolean(),
  ownerId: nullable(Id),
  reason: nullable(Type.String()),
  account: nullable(Type.String()),
  transactionId: nullable(Id),
  correctedFen: Type.Integer(),
  foundAt: Instant,
  closedAt: nullable(Instant),
})
export const DifferencePage = pageOf(DifferenceShape)
export const CorrectionBody = closed({
  account: oneOf(Object.keys(correctionAccounts) as CorrectionAccount[]),
  reason: Type.String({ minLength: 2, maxLength: 1000, examples: ['银行账户管理费'] }),
})
export const ComparisonShape = Type.Object({
  id: Id,
  dayOn: Day,
  cause: Type.String(),
  foundCount: Type.Integer(),
  settledCount: Type.Integer(),
  openCount: Type.Integer(),
  createdAt: Instant,
})
export const ComparisonPage = pageOf(ComparisonShape)

export const toDifference = (row: Difference) => ({
  id: row.id,
  kind: row.kind,
  kindName: differenceKinds[row.kind],
  side: row.side,
  subject: row.subject,
  dayOn: row.dayOn,
  amountFen: fenToWire(row.amountFen),
  reference: row.reference,
  counterparty: row.counterparty,
  statementId: row.statementId,
  payoutId: row.payoutId,
  movementId: row.movementId,
  state: row.state,
  stateName: differenceMachine.states[row.state],
  isBookable: isBookable(row.kind),
  ownerId: row.ownerId,
  reason: row.reason,
  account: row.account,
  transactionId: row.transactionId,
  correctedFen: fenToWire(row.correctedFen),
  foundAt: row.foundAt.toISOString(),
  closedAt: iso(row.closedAt),
})

export const toComparison = ({ createdAt, madeBy: _by, ...row }: Reconciliation) => ({
  ...row,
  createdAt: createdAt.toISOString(),
})
