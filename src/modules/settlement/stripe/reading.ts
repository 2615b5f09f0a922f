import type Stripe from 'stripe'
import type {
  ChargebackFact,
  Fact,
  FactKind,
  Movement,
  PayeeFact,
  PaymentFact,
  RefundFact,
  TransferFact,
} from '../online/port.ts'

/** The id of ours that we left with an object. */
const own = (metadata: Stripe.Metadata | null | undefined, name: string): string | null => metadata?.[name] ?? null

const at = (seconds: number): Date => new Date(seconds * 1000)
const idOf = (value: string | { readonly id: string } | null | undefined): string | null =>
  typeof value === 'string' ? value : (value?.id ?? null)
const whole = <T extends object>(value: string | T | null | undefined): T | null =>
  typeof value === 'object' ? value : null

/** A Checkout session with `payment_intent.latest_charge` expanded. */
export function readSession(session: Stripe.Checkout.Session): PaymentFact {
  const intent = whole(session.payment_intent)
  const charge = whole(intent?.latest_charge)
  const method = charge?.payment_method_details?.type ?? null
  const isPaid = session.payment_status === 'paid' && charge !== null
  const hasFailed = session.status === 'complete' && !isPaid && intent?.status === 'requires_payment_method'
  const state = isPaid ? 'paid' : session.status === 'expired' ? 'expired' : hasFailed ? 'failed' : 'open'
  return {
    kind: 'payment',
    pageRef: session.id,
    paymentId: own(session.metadata, 'payment'),
    state,
    url: session.url,
    chargeRef: isPaid ? charge.id : null,
    method: isPaid ? method : null,
    amountFen: BigInt(isPaid ? charge.amount : (session.amount_total ?? 0)),
    currency: session.currency ?? '',
    paidAt: isPaid ? at(charge.created) : null,
  }
}

export const readRefund = (refund: Stripe.Refund): RefundFact => ({
  kind: 'refund',
  ref: refund.id,
  refundId: own(refund.metadata, 'refund'),
  amountFen: BigInt(refund.amount),
  state:
    refund.status === 'succeeded'
      ? 'succeeded'
      : refund.status === 'failed' || refund.status === 'canceled'
        ? 'failed'
        : 'pending',
  reason: refund.failure_reason ?? null,
})

export const readTransfer = (transfer: Stripe.Transfer): TransferFact => ({
  kind: 'transfer',
  ref: transfer.id,
  transferId: own(transfer.metadata, 'transfer'),
  amountFen: BigInt(transfer.amount),
  reversedFen: BigInt(transfer.amount_reversed),
})

export const readAccount = (account: Stripe.Account): PayeeFact => ({
  kind: 'payee',
  ref: account.id,
  accountId: own(account.metadata, 'account'),
  isReady: account.details_submitted === true && account.capabilities?.transfers === 'active',
})

const answered = ['under_review', 'warning_under_review', 'appeal_under_review']

export function readDispute(dispute: Stripe.Dispute): ChargebackFact {
  const { status } = dispute
  const isOver = status === 'won' || status === 'warning_closed' || status === 'prevented'
  const net = dispute.balance_transactions.reduce((sum, each) => sum + each.amount, 0)
  return {
    kind: 'chargeback',
    ref: dispute.id,
    chargeRef: idOf(dispute.charge) ?? '',
    amountFen: BigInt(dispute.amount),
    cause: dispute.reason,
    state: isOver ? 'won' : status === 'lost' ? 'lost' : answered.includes(status) ? 'answered' : 'open',
    isWithdrawn: net < 0,
    evidenceDueAt: dispute.evidence_details.due_by === null ? null : at(dispute.evidence_details.due_by),
  }
}

/** Which object of ours a notification is about; null for what we do not follow. */
export function factKindOf(object: string): FactKind | null {
  const kinds: Readonly<Record<string, FactKind>> = {
    'checkout.session': 'payment',
    refund: 'refund',
    transfer: 'transfer',
    account: 'payee',
    dispute: 'chargeback',
  }
  return kinds[object] ?? null
}

/** Retrieves an object anew and reads it. */
export async function retrieve(stripe: Stripe, kind: FactKind, id: string): Promise<Fact> {
  switch (kind) {
    case 'payment':
      return readSession(await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] }))
    case 'refund':
      return readRefund(await stripe.refunds.retrieve(id))
    case 'transfer':
      return readTransfer(await stripe.transfers.retrieve(id))
    case 'payee':
      return readAccount(await stripe.accounts.retrieve(id))
    case 'chargeback':
      return readDispute(await stripe.disputes.retrieve(id))
  }
}

const movementKinds: Readonly<Record<string, string>> = {
  charge: 'charge',
  payment: 'charge',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund-failure',
  payment_failure_refund: 'refund-failure',
  transfer: 'transfer',
  transfer_refund: 'reversal',
  payout: 'payout',
  payout_cancel: 'payout',
  payout_failure: 'payout',
  stripe_fee: 'fee',
  tax_fee: 'fee',
}

/** What the source says was charged or given back in renminbi; null where it says nothing. */
function renminbiOf(row: Stripe.BalanceTransaction): bigint | null {
  if (row.currency === 'cny') return BigInt(row.amount)
  const source = whole(row.source) as { currency?: string; amount?: number } | null
  if (source?.currency !== 'cny' || typeof source.amount !== 'number') return null
  return BigInt(Math.sign(row.amount) * source.amount)
}

export function readMovement(row: Stripe.BalanceTransaction): Movement {
  const grossFen = renminbiOf(row)
  const [amount, fee] = [BigInt(row.amount), BigInt(row.fee)]
  // a fee in another currency is worth what its part of the payment is worth, rounded half up
  const share = (whole_: bigint) => (fee * whole_ * 2n + amount) / (amount * 2n)
  const isCny = row.currency === 'cny'
  const feeFen = isCny ? fee : grossFen === null || amount === 0n ? null : share(grossFen)
  const kind = movementKinds[row.type] ?? (row.reporting_category.startsWith('dispute') ? 'dispute' : 'other')
  // a bill of the provider moves nothing of anybody's: all of it is a fee
  const isBill = kind === 'fee' && grossFen !== null
  return {
    externalId: row.id,
    kind,
    providerKind: row.type,
    sourceRef: idOf(row.source as { id: string } | string | null),
    currency: row.currency,
    amountMinor: amount,
    feeMinor: fee,
    netMinor: BigInt(row.net),
    grossFen: isBill ? 0n : grossFen,
    feeFen: isBill ? (feeFen ?? 0n) - grossFen : feeFen,
    occurredAt: at(row.created),
    availableAt: at(row.available_on),
  }
}
