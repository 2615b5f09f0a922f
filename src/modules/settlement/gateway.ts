import type { Day } from '../../kernel/calendar.ts'
import type { Text } from '../../kernel/text.ts'
import type { LineError } from './schema.ts'

/** Where a payment goes, in the clear: the exchange's own account, or a payee's in a bank file. */
export interface Payee {
  readonly holderName: string
  readonly bankName: string
  readonly bankCode: string | null
  readonly accountNumber: string
}

/** What a buyer is told to do. */
export interface Instruction {
  readonly steps: readonly Text[]
}

/** One payment that came in, as the bank reports it. */
export interface Receipt {
  /** of the file, the header being line 1 */
  readonly line: number
  readonly bookedOn: Day
  readonly amountFen: bigint
  readonly payerName: string
  readonly payerAccount: string | null
  readonly remark: string
  readonly bankSerial: string
}

export const outlayKinds = ['paid', 'returned', 'fee'] as const

/** Money that left the account, a payment that was ordered and came back undone (退汇), or what the bank took for itself. */
export interface Outlay {
  readonly line: number
  readonly kind: (typeof outlayKinds)[number]
  readonly bookedOn: Day
  readonly amountFen: bigint
  readonly payeeName: string
  readonly payeeAccount: string | null
  readonly remark: string
  readonly bankSerial: string
  /** our own id of the payment, where the bank repeats it */
  readonly paymentId: string | null
}

export const statementFormats = ['csv', 'camt.053'] as const

/** A statement as it was read: what can be booked, and what is wrong with which line. */
export interface Statement {
  readonly format: (typeof statementFormats)[number]
  readonly encoding: string
  /** the account that it is of, where it says so */
  readonly account: string | null
  readonly receipts: readonly Receipt[]
  readonly outlays: readonly Outlay[]
  /** what the bank says was on the account before and after */
  readonly balances: { readonly openingFen: bigint; readonly closingFen: bigint } | null
  readonly errors: readonly LineError[]
}

/** One payment to order from the bank. */
export interface PaymentOrder extends Payee {
  readonly id: string
  readonly amountFen: bigint
  readonly purpose: string
}

/**
 * The port to whatever moves the money. It computes and talks; it books nothing. `bank-transfer` needs no outside
 * service: instructions and files go to people and their bank.
 */
export interface Gateway {
  readonly code: string
  /** How to pay an amount with a reference, to which account. */
  instruct(payee: Payee, amountFen: bigint, referenceCode: string): Instruction
  /** Reads what came in. @throws statement-unreadable when the file as a whole cannot be read. */
  readStatement(bytes: Buffer, today: Day): Statement
  /** The file that the bank takes. */
  writePayments(payments: readonly PaymentOrder[]): Buffer
}
