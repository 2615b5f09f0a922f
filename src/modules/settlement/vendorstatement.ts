import type { Rx } from '../../kernel/command.ts'
import { sumFen } from '../../kernel/money.ts'
import { type AccountStatement, type Span, type StatementEntry, wholeStatement } from '../ledger/index.ts'

/**
 * What an entry of a vendor's account is: a settled sale, a payout (or one that came back), what was netted against what
 * the vendor had to give back, or anything else.
 */
export type VendorMovement = 'sale' | 'payout' | 'netted' | 'other'

/** One entry of a vendor's statement, in fen; all of it from the ledger's entries. */
export interface VendorLine {
  readonly entry: StatementEntry
  readonly what: VendorMovement
  readonly orderId: string | null
  /** of a sale: what was settled, and the fee that was kept of it; else 0 */
  readonly settledFen: bigint
  readonly feeFen: bigint
  /** what it changed in the exchange's debt to the vendor */
  readonly changeFen: bigint
}

const orderIn = (account: string) => /^escrow:(.+)$/.exec(account)?.[1] ?? null

function lineOf(entry: StatementEntry): VendorLine {
  const changeFen = -entry.amountFen
  const escrow = entry.counter.filter(({ account }) => account.startsWith('escrow:'))
  const [first] = escrow
  if (first) {
    const fees = entry.counter.filter(({ account }) => account === 'fee_revenue')
    const settledFen = sumFen(escrow.map(({ amountFen }) => amountFen))
    const feeFen = -sumFen(fees.map(({ amountFen }) => amountFen))
    return { entry, what: 'sale', orderId: orderIn(first.account), settledFen, feeFen, changeFen }
  }
  const isPayout = entry.counter.some(({ account }) => /^(payout|transfer)_in_flight/.test(account))
  const isNetted = entry.counter.some(({ account }) => account.startsWith('vendor_receivable:'))
  const what = isPayout ? 'payout' : isNetted ? 'netted' : 'other'
  return { entry, what, orderId: null, settledFen: 0n, feeFen: 0n, changeFen }
}

/** The statement of a vendor for a span: opening debt, sales, fees, payouts, everything else, closing debt. */
export interface VendorStatement {
  readonly vendorId: string
  readonly of: AccountStatement
  readonly lines: readonly VendorLine[]
  readonly totals: {
    readonly settledFen: bigint
    readonly feeFen: bigint
    readonly paidFen: bigint
    /** taken out of what was earned for what the vendor had to give back */
    readonly nettedFen: bigint
    readonly otherFen: bigint
  }
}

/**
 * The statement of a vendor's account with the exchange, from the ledger's entries alone (I24), by effective date:
 * opening + settled − fees − payouts − netted + other = closing, always. The caller has decided that the actor may see it.
 */
export async function vendorStatement(rx: Rx, vendorId: string, span: Span): Promise<VendorStatement> {
  const of = await wholeStatement(rx, `payable:${vendorId}`, { ...span, by: 'effective' })
  const lines = of.items.map(lineOf)
  const sum = (pick: (line: VendorLine) => bigint) => sumFen(lines.map(pick))
  const only = (what: VendorMovement) => (line: VendorLine) => (line.what === what ? line.changeFen : 0n)
  return {
    vendorId,
    of,
    lines,
    totals: {
      settledFen: sum(line => line.settledFen),
      feeFen: sum(line => line.feeFen),
      paidFen: -sum(only('payout')),
      nettedFen: -sum(only('netted')),
      // a sale whose parts do not add up by themselves shows here, so that the sum always holds
      otherFen: sum(line =>
        line.what === 'sale' ? line.changeFen - line.settledFen + line.feeFen : only('other')(line),
      ),
    },
  }
}
