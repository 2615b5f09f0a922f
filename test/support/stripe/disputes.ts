import type Stripe from 'stripe'
import { asMetadata } from './payments.ts'
import { invalid, type World } from './world.ts'

const fee = 8500

const noEvidence = (): Stripe.Dispute.Evidence => ({
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
})

/** The payer's bank takes the money back, with a fee. Wallets have no disputes. @throws Error for those */
export function openDispute(world: World, chargeId: string, reason = 'product_not_received'): Stripe.Dispute {
  const charge = world.charges.get(chargeId)
  if (charge.payment_method_details?.type !== 'card') throw new Error(`${chargeId} was not paid by card`)
  if (charge.disputed) throw new Error(`${chargeId} is disputed already`)
  const id = world.id('du')
  const amount = charge.amount - charge.amount_refunded
  const withdrawn = world.move('adjustment', id, -amount, { fee, category: 'dispute' })
  charge.disputed = true
  const dispute = world.disputes.add({
    id,
    object: 'dispute',
    amount,
    balance_transactions: [withdrawn],
    charge: chargeId,
    created: world.now,
    currency: 'cny',
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: world.now + 7 * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  } satisfies Stripe.Dispute)
  world.emit('charge.dispute.created', dispute)
  world.emit('charge.dispute.funds_withdrawn', dispute)
  return dispute
}

/** Evidence, and with `submit` the end of it. @throws ApiError 400, 404 */
export function updateDispute(world: World, id: string, params: Stripe.DisputeUpdateParams): Stripe.Dispute {
  const dispute = world.disputes.get(id)
  if (dispute.status !== 'needs_response') throw invalid(`This dispute is ${dispute.status}`, 'dispute_not_updatable')
  Object.assign(dispute.evidence, params.evidence ?? {})
  Object.assign(dispute.metadata, asMetadata(params.metadata))
  dispute.evidence_details.has_evidence = Object.values(dispute.evidence).some(each => typeof each === 'string')
  if (params.submit) {
    dispute.evidence_details.submission_count += 1
    dispute.evidence_details.submission_method = 'manual'
    dispute.status = 'under_review'
  }
  world.emit('charge.dispute.updated', dispute)
  return dispute
}

/** What the payer's bank decides: won brings amount and fee back. */
export function decideDispute(world: World, id: string, outcome: 'won' | 'lost'): Stripe.Dispute {
  const dispute = world.disputes.get(id)
  if (dispute.status === 'won' || dispute.status === 'lost') return dispute
  dispute.status = outcome
  if (outcome === 'won') {
    const back = world.move('adjustment', id, dispute.amount, { fee: -fee, category: 'dispute_reversal' })
    dispute.balance_transactions.push(back)
    world.emit('charge.dispute.funds_reinstated', dispute)
  }
  world.emit('charge.dispute.closed', dispute)
  return dispute
}
