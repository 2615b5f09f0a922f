import { and, eq } from 'drizzle-orm'
import type { Cx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { nextState } from '../../kernel/machine.ts'
import { notFound } from '../../kernel/problem.ts'
import { rulesAt } from '../../kernel/rulepack.ts'
import { postTransaction } from '../ledger/index.ts'
import { type PayoutKind, payoutMachine, tailOf } from './model.ts'
import { usableAccountOf } from './payee.ts'
import { type BankAccount, type Payout, payout, type StatementLine } from './schema.ts'
import { openNumber, sealNumber } from './sealing.ts'

/** Where a payout goes. */
export interface PayeeInput {
  readonly holderName: string
  readonly bankName?: string
  readonly accountNumber: string
}

/** A payout, locked until the transaction ends. @throws not-found */
export async function lockPayout(cx: Cx, id: string): Promise<Payout> {
  const [row] = await cx.tx.select().from(payout).where(eq(payout.id, id)).for('update')
  if (!row) throw notFound()
  return row
}

/** Makes one move of a locked payout and records it. @throws state-conflict */
export async function movePayout(
  cx: Cx,
  row: Payout,
  move: keyof typeof payoutMachine.moves,
  change: Partial<Payout> = {},
  facts: Record<string, unknown> = {},
): Promise<Payout> {
  const state = nextState(payoutMachine, row.state, move)
  const [moved] = await cx.tx
    .update(payout)
    .set({ ...change, state, changedAt: cx.now })
    .where(eq(payout.id, row.id))
    .returning()
  cx.audit(`payout.${move}`, ['payout', row.id], {
    kind: row.kind,
    amountFen: row.amountFen,
    orderId: row.orderId,
    from: row.state,
    to: state,
    numberTail: moved!.numberTail,
    ...facts,
  })
  return moved!
}

/** What events say of a payout. */
export const factsOf = ({ id, kind, organizationId, orderId, amountFen }: Payout) => ({
  payoutId: id,
  kind,
  organizationId,
  orderId,
  amountFen: Number(amountFen),
})

/** The columns of a payee given by hand or by the bank. */
export const payeeColumns = (cx: Cx, payoutId: string, payee: PayeeInput) => ({
  bankAccountId: null,
  holderName: payee.holderName,
  bankName: payee.bankName ?? null,
  bankCode: null,
  sealedNumber: sealNumber(cx, `payout/${payoutId}`, payee.accountNumber),
  numberTail: tailOf(payee.accountNumber),
})

/** The columns of a payee who is an organisation with a confirmed account. */
export const accountColumns = (cx: Cx, payoutId: string, account: BankAccount) => ({
  bankAccountId: account.id,
  holderName: account.holderName,
  bankName: account.bankName,
  bankCode: account.bankCode,
  sealedNumber: sealNumber(
    cx,
    `payout/${payoutId}`,
    openNumber(cx, `bank-account/${account.id}`, account.sealedNumber),
  ),
  numberTail: account.numberTail,
})

interface Draft {
  readonly kind: PayoutKind
  readonly amountFen: bigint
  readonly organizationId?: string
  readonly orderId?: string
  readonly lineId?: string
  /** why it goes by bank */
  readonly reason?: string
}

/** Writes a payout; with columns of a payee it is ready, without it waits visibly. */
async function insertPayout(cx: Cx, id: string, draft: Draft, payee: object | undefined): Promise<Payout> {
  const rulePack = rulesAt(cx.now).ref
  const [row] = await cx.tx
    .insert(payout)
    .values({
      id,
      ...draft,
      ...payee,
      state: payee ? 'ready' : 'waiting',
      rulePack,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  cx.audit('payout.create', ['payout', id], { ...draft, state: row!.state, numberTail: row!.numberTail, rulePack })
  if (!payee) cx.emit('settlement.payout-waiting', factsOf(row!))
  return row!
}

/** The vendor's share of an order, to the account that the vendor has; the money stays in payable until it is ordered. */
export async function createVendorPayout(cx: Cx, vendorId: string, orderId: string, amountFen: bigint) {
  const id = newId()
  const account = await usableAccountOf(cx, vendorId)
  const draft = { kind: 'vendor' as const, amountFen, organizationId: vendorId, orderId }
  return insertPayout(cx, id, draft, account && accountColumns(cx, id, account))
}

/**
 * Money back to the account it came from, taken at once out of `from` (escrow or suspense) so that nothing else can use
 * it. Where the bank named no account the payout waits until the operator has found one.
 */
export async function createGiveback(
  cx: Cx,
  kind: 'refund' | 'return',
  line: StatementLine,
  amountFen: bigint,
  from: string,
): Promise<Payout> {
  const id = newId()
  const accountNumber = line.sealedPayer && openNumber(cx, `statement-line/${line.id}`, line.sealedPayer)
  const payee =
    accountNumber && line.payerName ? payeeColumns(cx, id, { holderName: line.payerName, accountNumber }) : undefined
  const draft = { kind, amountFen, lineId: line.id, ...(line.orderId && { orderId: line.orderId }) }
  const row = await insertPayout(cx, id, draft, payee)
  await hold(cx, row, from)
  return row
}

const hold = (cx: Cx, { id, kind, amountFen }: Payout, from: string) =>
  postTransaction(cx, {
    kind: `payout.hold-${kind}`,
    reference: `payout/${id}/hold`,
    effectiveAt: cx.now,
    entries: [
      { account: from, amountFen },
      { account: 'refund_in_flight', amountFen: -amountFen },
    ],
  })

/**
 * Money that cannot go back the way it came: it waits until the operator has found out an account of the payer. `from`
 * is where it is taken out of; null when it is in flight already.
 */
export async function createBankGiveback(
  cx: Cx,
  kind: 'refund' | 'return',
  orderId: string,
  amountFen: bigint,
  from: string | null,
  reason: string,
): Promise<Payout> {
  const row = await insertPayout(cx, newId(), { kind, amountFen, orderId, reason }, undefined)
  if (from !== null) await hold(cx, row, from)
  return row
}

/** Payouts that are ready for an account that was replaced wait for the new one. */
export async function holdPayouts(cx: Cx, organizationId: string): Promise<void> {
  const rows = await cx.tx
    .select()
    .from(payout)
    .where(and(eq(payout.organizationId, organizationId), eq(payout.state, 'ready')))
    .orderBy(payout.id)
    .for('update')
  for (const row of rows) await movePayout(cx, row, 'hold', { reason: '收款账户已更换 (account replaced)' })
}
