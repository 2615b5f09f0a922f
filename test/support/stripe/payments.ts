import type Stripe from 'stripe'
import { ApiError, invalid, type Method, type World } from './world.ts'

const methods: readonly Method[] = ['card', 'alipay', 'wechat_pay']
const day = 86_400
/** Days within which a method takes money back. */
const refundDays: Readonly<Record<Method, number | undefined>> = { card: undefined, alipay: 90, wechat_pay: 180 }

const asMetadata = (given: unknown): Stripe.Metadata =>
  Object.fromEntries(Object.entries((given || {}) as Record<string, unknown>).map(([k, v]) => [k, String(v)]))

export { asMetadata }

function intentOf(world: World, params: Stripe.Checkout.SessionCreateParams, amount: number): Stripe.PaymentIntent {
  const { payment_intent_data: data = {} } = params
  return world.intents.add({
    id: world.id('pi'),
    object: 'payment_intent',
    allowed_payment_method_types: (params.allowed_payment_method_types ??
      null) as Stripe.PaymentIntent['allowed_payment_method_types'],
    amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: null,
    confirmation_method: 'automatic',
    created: world.now,
    currency: 'cny',
    customer: null,
    customer_account: null,
    description: data.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: asMetadata(data.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: [...(params.allowed_payment_method_types ?? methods)],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_group: data.transfer_group ?? null,
  } satisfies Stripe.PaymentIntent)
}

function amountOf(params: Stripe.Checkout.SessionCreateParams): number {
  let amount = 0
  for (const [i, item] of (params.line_items ?? []).entries()) {
    const at = `line_items[${i}]`
    const { price_data: price, quantity = 1 } = item
    if (!price) throw invalid('Only price_data is served here', 'parameter_missing', `${at}[price_data]`)
    if (price.currency !== 'cny') throw invalid(`Only cny is served here, not ${price.currency}`, undefined, at)
    if (!price.product_data?.name)
      throw invalid('Missing a name', 'parameter_missing', `${at}[price_data][product_data]`)
    if (!Number.isSafeInteger(price.unit_amount)) throw invalid('Invalid integer', 'parameter_invalid_integer', at)
    amount += price.unit_amount! * quantity
  }
  return amount
}

/** A page to pay on. @throws ApiError 400 */
export function createSession(world: World, params: Stripe.Checkout.SessionCreateParams): Stripe.Checkout.Session {
  if (params.mode !== 'payment') throw invalid('Only payments are served here', undefined, 'mode')
  const amount = amountOf(params)
  if (amount <= 0)
    throw invalid('This value must be greater than or equal to 1.', 'parameter_invalid_integer', 'amount')
  const expires = params.expires_at ?? world.now + day
  if (expires < world.now + 1800 || expires > world.now + day)
    throw invalid('expires_at must be between 30 minutes and 24 hours from now', undefined, 'expires_at')
  if (!params.success_url) throw invalid('Missing required param: success_url.', 'parameter_missing', 'success_url')
  const unknown = params.allowed_payment_method_types?.find(each => !methods.includes(each as Method))
  if (unknown)
    throw invalid(`The payment method type ${unknown} is not active`, undefined, 'allowed_payment_method_types')
  const intent = intentOf(world, params, amount)
  const id = world.id('cs_test')
  const session = world.sessions.add({
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: amount,
    amount_total: amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: world.now,
    currency: 'cny',
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: null,
    customer_account: null,
    customer_creation: null,
    customer_details: null,
    customer_email: params.customer_email ?? null,
    discounts: null,
    expires_at: expires,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: null,
    managed_payments: null,
    metadata: asMetadata(params.metadata),
    mode: 'payment',
    origin_context: null,
    payment_intent: intent.id,
    payment_link: null,
    payment_method_collection: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: [...(params.allowed_payment_method_types ?? methods)],
    payment_status: 'unpaid',
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: params.success_url,
    total_details: null,
    ui_mode: 'hosted_page',
    url: `https://checkout.stripe.com/c/pay/${id}`,
    wallet_options: null,
  } satisfies Stripe.Checkout.Session)
  return session
}

/** Pages past their time close by themselves. */
export function expireSessions(world: World): void {
  for (const session of world.sessions.newestFirst)
    if (session.status === 'open' && session.expires_at <= world.now) close(world, session)
}

function close(world: World, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  session.status = 'expired'
  session.url = null
  const intent = world.intents.get(session.payment_intent as string)
  intent.status = 'canceled'
  intent.canceled_at = world.now
  world.emit('checkout.session.expired', session)
  return session
}

/** @throws ApiError 400 unless the page is open */
export function expireSession(world: World, id: string): Stripe.Checkout.Session {
  const session = world.sessions.get(id)
  if (session.status !== 'open') throw invalid(`Only open sessions can be expired; this one is ${session.status}`)
  return close(world, session)
}

function chargeOf(world: World, intent: Stripe.PaymentIntent, method: Method): Stripe.Charge {
  const id = world.id('ch')
  const paid = world.move(method === 'card' ? 'charge' : 'payment', id, intent.amount, {
    fee: world.feeOf(intent.amount, method),
    category: 'charge',
    waits: true,
  })
  return world.charges.add({
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: paid.id,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured: true,
    created: world.now,
    currency: 'cny',
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: null,
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: null,
    paid: true,
    payment_intent: intent.id,
    payment_method: world.id('pm'),
    payment_method_details: { type: method } as Stripe.Charge.PaymentMethodDetails,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  } satisfies Stripe.Charge)
}

/** What a buyer does on the page. @throws Error when the page is closed */
export function payOn(world: World, id: string, method: Method): Stripe.Charge {
  expireSessions(world)
  const session = world.sessions.get(id)
  if (session.status !== 'open') throw new Error(`the page ${id} is ${session.status}`)
  const intent = world.intents.get(session.payment_intent as string)
  const charge = chargeOf(world, intent, method)
  Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, latest_charge: charge.id })
  Object.assign(session, { status: 'complete', payment_status: 'paid', url: null })
  world.emit('charge.succeeded', charge)
  world.emit('payment_intent.succeeded', intent)
  world.emit('checkout.session.completed', session)
  return charge
}

const methodOf = (charge: Stripe.Charge): Method => charge.payment_method_details?.type as Method

function chargeFor(world: World, params: Stripe.RefundCreateParams): Stripe.Charge {
  if (params.charge) return world.charges.get(params.charge)
  if (!params.payment_intent) throw invalid('One of payment_intent or charge is needed', 'parameter_missing', 'charge')
  const { latest_charge: charge } = world.intents.get(params.payment_intent)
  if (typeof charge !== 'string') throw invalid('This PaymentIntent has no successful charge to refund.')
  return world.charges.get(charge)
}

/** Cards take money back at once; wallets answer later (`settleRefund`). @throws ApiError 400 */
export function createRefund(world: World, params: Stripe.RefundCreateParams): Stripe.Refund {
  const charge = chargeFor(world, params)
  const method = methodOf(charge)
  const open = charge.amount - charge.amount_refunded
  const amount = params.amount ?? open
  const isHeld = world.disputes.newestFirst.some(each => each.charge === charge.id && each.status !== 'won')
  if (isHeld) throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed')
  if (open === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded')
  if (!Number.isSafeInteger(amount) || amount <= 0)
    throw invalid('Invalid positive integer', 'parameter_invalid_integer', 'amount')
  if (amount > open)
    throw invalid(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${open})`,
      undefined,
      'amount',
    )
  const days = refundDays[method]
  if (days !== undefined && world.now > charge.created + days * day)
    throw invalid(`${method} payments can be refunded within ${days} days only`, 'charge_not_refundable')
  const id = world.id(method === 'card' ? 're' : 'pyr')
  const moved = world.move(method === 'card' ? 'refund' : 'payment_refund', id, -amount, { category: 'refund' })
  charge.amount_refunded += amount
  charge.refunded = charge.amount_refunded === charge.amount
  const refund = world.refunds.add({
    id,
    object: 'refund',
    amount,
    balance_transaction: moved.id,
    charge: charge.id,
    created: world.now,
    currency: 'cny',
    customer: null,
    customer_account: null,
    metadata: asMetadata(params.metadata),
    payment_intent: charge.payment_intent,
    payment_method: null,
    reason: (params.reason as Stripe.Refund.Reason | undefined) ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: method === 'card' ? 'succeeded' : 'pending',
    transfer_reversal: null,
  } satisfies Stripe.Refund)
  world.emit('refund.created', refund)
  world.emit('charge.refunded', charge)
  return refund
}

/** What a wallet, or days later a card's bank, says of a refund: a failure brings the money back. */
export function settleRefund(world: World, id: string, outcome: 'succeeded' | 'failed'): Stripe.Refund {
  const refund = world.refunds.get(id)
  if (refund.status === outcome) return refund
  if (refund.status === 'failed') throw new ApiError(400, 'invalid_request_error', `${id} has failed already`)
  refund.status = outcome
  if (outcome === 'failed') {
    const charge = world.charges.get(refund.charge as string)
    charge.amount_refunded -= refund.amount
    charge.refunded = false
    refund.failure_reason = 'expired_or_canceled_card'
    const type = methodOf(charge) === 'card' ? 'refund_failure' : 'payment_failure_refund'
    refund.failure_balance_transaction = world.move(type, id, refund.amount, { category: 'refund_failure' }).id
    world.emit('refund.failed', refund)
  }
  world.emit('refund.updated', refund)
  return refund
}
