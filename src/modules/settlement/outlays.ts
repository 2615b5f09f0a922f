import { and, asc, eq, gte, inArray, ne, notExists, or } from 'drizzle-orm'
import { dayOf, startOfDay } from '../../kernel/calendar.ts'
import type { Cx, Rx } from '../../kernel/command.ts'
import { newId } from '../../kernel/ids.ts'
import { sumFen } from '../../kernel/money.ts'
import { postTransaction } from '../ledger/index.ts'
import type { Outlay, Receipt, Statement } from './gateway.ts'
import { tailOf } from './model.ts'
import { type OutlayRow, outlay, type Payout, payout } from './schema.ts'

const asReceipt = ({ kind: _kind, payeeName, payeeAccount, paymentId: _id, ...facts }: Outlay): Receipt => ({
  ...facts,
  payerName: payeeName,
  payerAccount: payeeAccount,
})

/**
 * Tells payments that came back undone from other money that came in: it is one only while its payout waits for the
 * bank. What comes back of a payout that was confirmed is money received, and waits in suspense for a person.
 */
export async function withReturns(cx: Cx, statement: Statement): Promise<Statement> {
  const returned = statement.outlays.filter(each => each.kind === 'returned')
  if (returned.length === 0) return statement
  const ids = returned.flatMap(each => each.paymentId ?? [])
  const open = await cx.tx
    .select({ id: payout.id })
    .from(payout)
    .where(and(inArray(payout.id, ids), eq(payout.state, 'ordered')))
  const isOpen = new Set(open.map(row => row.id))
  const isUndone = (each: Outlay) => each.kind !== 'returned' || isOpen.has(each.paymentId ?? '')
  return {
    ...statement,
    outlays: statement.outlays.filter(isUndone),
    receipts: [...statement.receipts, ...statement.outlays.filter(each => !isUndone(each)).map(asReceipt)],
  }
}

/** What the bank took for itself is an expense of the exchange, booked on its day. */
const bookCharge = (cx: Cx, row: OutlayRow) =>
  postTransaction(cx, {
    kind: 'outlay.fee',
    reference: `outlay/${row.id}/fee`,
    effectiveAt: startOfDay(row.bookedOn),
    entries: [
      { account: 'psp_fee', amountFen: row.amountFen },
      { account: 'psp_clearing', amountFen: -row.amountFen },
    ],
    note: row.bankSerial,
  })

/** Keeps what left the account; what came in an earlier file is kept once. Answers how many are new, and their sum. */
export async function insertOutlays(
  cx: Cx,
  statementId: string,
  outlays: readonly Outlay[],
): Promise<{ outlayCount: number; outlayFen: bigint }> {
  const rows = outlays.map(({ line, payeeAccount, ...facts }) => ({
    id: newId(),
    statementId,
    lineNo: line,
    ...facts,
    payeeTail: payeeAccount && tailOf(payeeAccount),
    createdAt: cx.now,
  }))
  const made: OutlayRow[] = []
  for (let at = 0; at < rows.length; at += 500)
    made.push(
      ...(await cx.tx
        .insert(outlay)
        .values(rows.slice(at, at + 500))
        .onConflictDoNothing()
        .returning()),
    )
  for (const row of made) if (row.kind === 'fee') await bookCharge(cx, row)
  return { outlayCount: made.length, outlayFen: sumFen(made.map(row => row.amountFen)) }
}

/** What of a statement left the account, in its order, with the payout that the bank names. */
export async function listOutlays(rx: Rx, statementId: string): Promise<(OutlayRow & { payoutId: string | null })[]> {
  const rows = await rx.tx
    .select({ row: outlay, payoutId: payout.id })
    .from(outlay)
    .leftJoin(payout, eq(payout.id, outlay.paymentId))
    .where(eq(outlay.statementId, statementId))
    .orderBy(asc(outlay.lineNo), asc(outlay.id))
  return rows.map(({ row, payoutId }) => ({ ...row, payoutId }))
}

const isTo = (row: Payout, each: OutlayRow): boolean =>
  each.amountFen === row.amountFen &&
  (each.paymentId === row.id ||
    (each.paymentId === null &&
      each.payeeTail === row.numberTail &&
      row.orderedAt !== null &&
      each.bookedOn >= dayOf(row.orderedAt)))

/**
 * What the bank's statements say of payouts that it was told to make, by payout: of the same amount, by our id where the
 * bank repeats it, else by the account, and then only where one payment fits one payout. Serial numbers of confirmed payouts are
 * used up. A return outweighs the payment before it.
 */
export async function outlaysFor(rx: Rx, payouts: readonly Payout[]): Promise<ReadonlyMap<string, OutlayRow>> {
  const ordered = payouts.filter(row => row.state === 'ordered' && row.orderedAt !== null)
  const found = new Map<string, OutlayRow>()
  if (ordered.length === 0) return found
  const since = ordered.map(row => dayOf(row.orderedAt!)).sort()[0]!
  const used = rx.tx
    .select({ id: payout.id })
    .from(payout)
    .where(and(eq(payout.paidOn, outlay.bookedOn), eq(payout.bankSerial, outlay.bankSerial)))
  const rows = await rx.tx
    .select()
    .from(outlay)
    .where(
      and(
        gte(outlay.bookedOn, since),
        ne(outlay.kind, 'fee'),
        or(
          inArray(
            outlay.paymentId,
            ordered.map(row => row.id),
          ),
          inArray(outlay.amountFen, [...new Set(ordered.map(row => row.amountFen))]),
        ),
        notExists(used),
      ),
    )
    .orderBy(asc(outlay.bookedOn), asc(outlay.id))
  for (const row of ordered) {
    const alike = rows.filter(each => isTo(row, each))
    const own = alike.filter(each => each.paymentId === row.id)
    const isAlone = alike.length === 1 && ordered.filter(other => isTo(other, alike[0]!)).length === 1
    const one = own.find(each => each.kind === 'returned') ?? own.at(-1) ?? (isAlone ? alike[0] : undefined)
    if (one) found.set(row.id, one)
  }
  return found
}
