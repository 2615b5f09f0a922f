import { defineMachine } from '../../../kernel/machine.ts'
import { text } from '../../../kernel/text.ts'

/** An invoice (发票) from its request to its number; the tax system issues it, the exchange keeps what it says. */
export const invoiceMachine = defineMachine({
  name: 'invoice',
  initial: 'requested',
  states: {
    requested: text('待开具', 'To be issued'),
    issued: text('已开具', 'Issued'),
    declined: text('已退回', 'Declined'),
    withdrawn: text('已撤回', 'Withdrawn'),
    partly_corrected: text('部分红冲', 'Corrected in part'),
    corrected: text('已全额红冲', 'Corrected in full'),
  },
  moves: {
    issue: { from: ['requested'], to: 'issued' },
    decline: { from: ['requested'], to: 'declined' },
    withdraw: { from: ['requested'], to: 'withdrawn' },
    correctPart: { from: ['issued', 'partly_corrected'], to: 'partly_corrected' },
    correct: { from: ['issued', 'partly_corrected'], to: 'corrected' },
  },
})

export type InvoiceState = keyof typeof invoiceMachine.states
export type InvoiceMove = keyof typeof invoiceMachine.moves
export const invoiceStates = Object.keys(invoiceMachine.states) as InvoiceState[]

/** `ordinary`: 增值税普通发票 · `special`: 增值税专用发票, from which the buyer deducts tax. */
export const invoiceKinds = {
  ordinary: text('增值税普通发票', 'Ordinary VAT invoice'),
  special: text('增值税专用发票', 'Special VAT invoice'),
}
export type InvoiceKind = keyof typeof invoiceKinds

/** `sale`: the vendor's, for an order · `fee`: the exchange's, for the fee of a settled order. */
export type InvoiceSubject = 'sale' | 'fee'

const million = 1_000_000n

/**
 * What of an amount with tax is net and what is tax, at a rate in parts per million, in fen: the net amount is rounded
 * half up, the tax is the rest, so that both are the whole.
 */
export function taxOf(amountFen: bigint, taxPpm: number): { netFen: bigint; taxFen: bigint } {
  const whole = million + BigInt(taxPpm)
  const netFen = (amountFen * million * 2n + whole) / (whole * 2n)
  return { netFen, taxFen: amountFen - netFen }
}
