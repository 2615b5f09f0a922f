import type Stripe from 'stripe'

/** The parameters of every call that the stand-in answers; `schemas/generate.ts` makes their schemas from these types. */
export interface Params {
  'post /v1/checkout/sessions': Stripe.Checkout.SessionCreateParams
  'get /v1/checkout/sessions': Stripe.Checkout.SessionListParams
  'get /v1/checkout/sessions/:id': Stripe.Checkout.SessionRetrieveParams
  'post /v1/checkout/sessions/:id/expire': Stripe.Checkout.SessionExpireParams
  'get /v1/payment_intents/:id': Stripe.PaymentIntentRetrieveParams
  'get /v1/charges/:id': Stripe.ChargeRetrieveParams
  'post /v1/refunds': Stripe.RefundCreateParams
  'get /v1/refunds': Stripe.RefundListParams
  'get /v1/refunds/:id': Stripe.RefundRetrieveParams
  'post /v1/accounts': Stripe.AccountCreateParams
  'get /v1/accounts': Stripe.AccountListParams
  'get /v1/accounts/:id': Stripe.AccountRetrieveParams
  'post /v1/account_links': Stripe.AccountLinkCreateParams
  'post /v1/transfers': Stripe.TransferCreateParams
  'get /v1/transfers': Stripe.TransferListParams
  'get /v1/transfers/:id': Stripe.TransferRetrieveParams
  'post /v1/transfers/:id/reversals': Stripe.TransferCreateReversalParams
  'get /v1/transfers/:id/reversals': Stripe.TransferListReversalsParams
  'get /v1/disputes': Stripe.DisputeListParams
  'get /v1/disputes/:id': Stripe.DisputeRetrieveParams
  'post /v1/disputes/:id': Stripe.DisputeUpdateParams
  'post /v1/payouts': Stripe.PayoutCreateParams
  'get /v1/payouts': Stripe.PayoutListParams
  'get /v1/payouts/:id': Stripe.PayoutRetrieveParams
  'get /v1/balance': Stripe.BalanceRetrieveParams
  'get /v1/balance_transactions': Stripe.BalanceTransactionListParams
  'get /v1/balance_transactions/:id': Stripe.BalanceTransactionRetrieveParams
  'get /v1/events': Stripe.EventListParams
  'get /v1/events/:id': Stripe.EventRetrieveParams
}

export type Call = keyof Params
