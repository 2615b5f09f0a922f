import type Stripe from 'stripe'
import { asMetadata } from './payments.ts'
import { invalid, type World } from './world.ts'

/** A vendor's account, which may receive transfers once `onboard` was done. */
export function createAccount(world: World, params: Stripe.AccountCreateParams): Stripe.Account {
  const account = world.accounts.add({
    id: world.id('acct'),
    object: 'account',
    business_type: (params.business_type ?? null) as Stripe.Account.BusinessType | null,
    capabilities: params.capabilities?.transfers?.requested ? { transfers: 'inactive' } : {},
    charges_enabled: false,
    country: params.country ?? 'HK',
    created: world.now,
    default_currency: 'cny',
    details_submitted: false,
    email: params.email ?? null,
    metadata: asMetadata(params.metadata),
    payouts_enabled: false,
    type: (params.type ?? 'none') as Stripe.Account.Type,
  } satisfies Stripe.Account)
  world.emit('account.updated', account, account.id)
  return account
}

/** @throws ApiError 404 */
export function linkTo(world: World, params: Stripe.AccountLinkCreateParams): Stripe.AccountLink {
  const { id } = world.accounts.get(params.account)
  if (params.type === 'account_onboarding' && !(params.refresh_url && params.return_url))
    throw invalid('refresh_url and return_url are needed', 'parameter_missing', 'return_url')
  return {
    object: 'account_link',
    created: world.now,
    expires_at: world.now + 300,
    url: `https://connect.stripe.com/setup/e/${id}/${world.id('link')}`,
  }
}

/** What the vendor does on the provider's pages, or the provider takes back. */
export function onboard(world: World, id: string, isReady = true): Stripe.Account {
  const account = world.accounts.get(id)
  account.details_submitted = true
  account.payouts_enabled = isReady
  account.capabilities = { transfers: isReady ? 'active' : 'inactive' }
  world.emit('account.updated', account, id)
  return account
}

function requireFunds(world: World, params: Stripe.TransferCreateParams, amount: number): void {
  if (params.source_transaction === undefined) {
    const { available } = world.balance
    if (amount > available)
      throw invalid(`You have insufficient available funds (${available})`, 'balance_insufficient')
    return
  }
  const charge = world.charges.get(params.source_transaction)
  const taken = world.transfers.newestFirst
    .filter(each => each.source_transaction === charge.id)
    .reduce((sum, each) => sum + each.amount - each.amount_reversed, 0)
  const left = charge.amount - taken
  if (amount > left)
    throw invalid(`Transfers of this charge cannot be more than what is left of it (${left})`, 'balance_insufficient')
}

/** @throws ApiError 400, 404 */
export function createTransfer(world: World, params: Stripe.TransferCreateParams): Stripe.Transfer {
  const account = world.accounts.get(params.destination)
  if (account.capabilities?.transfers !== 'active')
    throw invalid('The destination account needs the transfers capability', 'insufficient_capabilities_for_transfer')
  if (params.currency !== 'cny') throw invalid(`Only cny is served here, not ${params.currency}`, undefined, 'currency')
  const { amount } = params
  if (amount === undefined || !Number.isSafeInteger(amount) || amount <= 0)
    throw invalid('Invalid positive integer', 'parameter_invalid_integer', 'amount')
  requireFunds(world, params, amount)
  const id = world.id('tr')
  const transfer = world.transfers.add({
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: world.move('transfer', id, -amount).id,
    created: world.now,
    currency: 'cny',
    description: params.description ?? null,
    destination: account.id,
    livemode: false,
    metadata: asMetadata(params.metadata),
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: params.source_transaction ?? null,
    transfer_group: params.transfer_group ?? null,
  } satisfies Stripe.Transfer)
  world.emit('transfer.created', transfer)
  return transfer
}

/** @throws ApiError 400, 404 */
export function reverseTransfer(
  world: World,
  id: string,
  params: Stripe.TransferCreateReversalParams,
): Stripe.TransferReversal {
  const transfer = world.transfers.get(id)
  const left = transfer.amount - transfer.amount_reversed
  const amount = params.amount ?? left
  if (!Number.isSafeInteger(amount) || amount <= 0 || amount > left)
    throw invalid(`The transfer has ${left} left to reverse`, 'parameter_invalid_integer', 'amount')
  const reversalId = world.id('trr')
  const reversal = world.reversals.add({
    id: reversalId,
    object: 'transfer_reversal',
    amount,
    balance_transaction: world.move('transfer_refund', reversalId, amount, { category: 'transfer_reversal' }).id,
    created: world.now,
    currency: 'cny',
    destination_payment_refund: null,
    metadata: asMetadata(params.metadata),
    source_refund: null,
    transfer: id,
  } satisfies Stripe.TransferReversal)
  transfer.amount_reversed += amount
  transfer.reversed = transfer.amount_reversed === transfer.amount
  transfer.reversals.data.unshift(structuredClone(reversal))
  world.emit('transfer.reversed', transfer)
  return reversal
}

/** Money from the balance to the exchange's own bank account. @throws ApiError 400 */
export function createPayout(world: World, params: Stripe.PayoutCreateParams): Stripe.Payout {
  const { available } = world.balance
  if (!Number.isSafeInteger(params.amount) || params.amount <= 0)
    throw invalid('Invalid positive integer', 'parameter_invalid_integer', 'amount')
  if (params.amount > available)
    throw invalid(`You have insufficient available funds (${available})`, 'balance_insufficient')
  const id = world.id('po')
  const payout = world.payouts.add({
    id,
    object: 'payout',
    amount: params.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: world.now + 86_400,
    automatic: false,
    balance_transaction: world.move('payout', id, -params.amount).id,
    created: world.now,
    currency: params.currency,
    description: params.description ?? null,
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: asMetadata(params.metadata),
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  } satisfies Stripe.Payout)
  world.emit('payout.created', payout)
  return payout
}

/** What the bank says of a payout: a failure brings the money back. */
export function settlePayout(world: World, id: string, outcome: 'paid' | 'failed'): Stripe.Payout {
  const payout = world.payouts.get(id)
  if (payout.status !== 'pending') return payout
  payout.status = outcome
  if (outcome === 'failed') {
    payout.failure_code = 'account_closed'
    payout.failure_balance_transaction = world.move('payout_failure', id, payout.amount).id
  }
  world.emit(outcome === 'paid' ? 'payout.paid' : 'payout.failed', payout)
  return payout
}
