import Stripe from 'stripe'
import { signatureInvalid } from '../online/model.ts'
import type { Answer, Fact, Instruction, Notice, OnlineGateway } from '../online/port.ts'
import {
  factKindOf,
  readAccount,
  readDispute,
  readMovement,
  readRefund,
  readSession,
  readTransfer,
  retrieve,
} from './reading.ts'

/** What is needed to reach Stripe; host and port only where it is reached through something else. */
export interface StripeSettings {
  readonly secretKey: string
  readonly webhookSecret: string
  readonly host: string | undefined
  readonly port: number | undefined
  readonly protocol: 'http' | 'https'
}

const expand = ['payment_intent.latest_charge']
const done = (ref: string, fact: Fact | null): Answer => ({ outcome: 'done', ref, fact })

type Request<K extends Instruction['kind']> = Extract<Instruction, { kind: K }>['request']

const sessionParams = (id: string, r: Request<'open-payment'>): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  allowed_payment_method_types: ['card', 'alipay', 'wechat_pay'],
  payment_method_options: { wechat_pay: { client: 'web' } },
  client_reference_id: r.paymentId,
  line_items: [
    {
      quantity: 1,
      price_data: { currency: 'cny', unit_amount: Number(r.amountFen), product_data: { name: r.orderNumber } },
    },
  ],
  metadata: { intent: id, payment: r.paymentId, order: r.orderId },
  payment_intent_data: {
    transfer_group: r.orderId,
    description: r.orderNumber,
    metadata: { intent: id, payment: r.paymentId, order: r.orderId },
  },
  expires_at: r.expiresAt,
  success_url: r.successUrl,
  cancel_url: r.cancelUrl,
  expand,
})

const accountParams = (id: string, r: Request<'open-payee'>): Stripe.AccountCreateParams => ({
  type: 'express',
  business_type: 'company',
  capabilities: { transfers: { requested: true } },
  business_profile: { name: r.name },
  metadata: { intent: id, account: r.accountId, organization: r.organizationId },
})

const evidenceOf = (r: Request<'submit-evidence'>): Stripe.DisputeUpdateParams.Evidence => ({
  product_description: r.productDescription,
  service_date: r.serviceDate,
  access_activity_log: r.accessLog,
  uncategorized_text: r.explanation,
})

async function ask(stripe: Stripe, { id, kind, request }: Instruction): Promise<Answer> {
  const options: Stripe.RequestOptions = { idempotencyKey: id }
  switch (kind) {
    case 'open-payment': {
      const session = await stripe.checkout.sessions.create(sessionParams(id, request), options)
      return done(session.id, readSession(session))
    }
    case 'close-payment': {
      const session = await stripe.checkout.sessions.expire(request.pageRef, { expand }, options)
      return done(session.id, readSession(session))
    }
    case 'refund': {
      const { chargeRef: charge, amountFen, refundId, orderId } = request
      const metadata = { intent: id, refund: refundId, order: orderId }
      const refund = await stripe.refunds.create({ charge, amount: Number(amountFen), metadata }, options)
      return done(refund.id, readRefund(refund))
    }
    case 'transfer': {
      const transfer = await stripe.transfers.create(
        {
          currency: 'cny',
          amount: Number(request.amountFen),
          destination: request.accountRef,
          source_transaction: request.chargeRef,
          transfer_group: request.orderId,
          metadata: { intent: id, transfer: request.transferId, order: request.orderId },
        },
        options,
      )
      return done(transfer.id, readTransfer(transfer))
    }
    case 'reverse-transfer': {
      const params = { amount: Number(request.amountFen), metadata: { intent: id } }
      const reversal = await stripe.transfers.createReversal(request.transferRef, params, options)
      return done(reversal.id, null)
    }
    case 'open-payee': {
      const account = await stripe.accounts.create(accountParams(id, request), options)
      return done(account.id, readAccount(account))
    }
    case 'submit-evidence': {
      const params = { evidence: evidenceOf(request), submit: true, metadata: { intent: id } }
      const dispute = await stripe.disputes.update(request.chargebackRef, params, options)
      return done(dispute.id, readDispute(dispute))
    }
  }
}

const sought = 10_000

async function first<T extends { metadata?: Stripe.Metadata | null }>(list: AsyncIterable<T>, id: string) {
  let seen = 0
  for await (const each of list) {
    if (each.metadata?.intent === id) return each
    if (++seen >= sought) throw new Error(`${sought} objects were looked at for intent ${id}`)
  }
  return undefined
}

async function seek(stripe: Stripe, { id, kind, request }: Instruction): Promise<Answer | undefined> {
  const limit = 100
  switch (kind) {
    case 'open-payment': {
      const data = ['data.payment_intent.latest_charge']
      const session = await first(stripe.checkout.sessions.list({ limit, expand: data }), id)
      return session && done(session.id, readSession(session))
    }
    case 'close-payment': {
      const session = await stripe.checkout.sessions.retrieve(request.pageRef, { expand })
      return session.status === 'open' ? undefined : done(session.id, readSession(session))
    }
    case 'refund': {
      const refund = await first(stripe.refunds.list({ charge: request.chargeRef, limit }), id)
      return refund && done(refund.id, readRefund(refund))
    }
    case 'transfer': {
      const transfer = await first(stripe.transfers.list({ transfer_group: request.orderId, limit }), id)
      return transfer && done(transfer.id, readTransfer(transfer))
    }
    case 'reverse-transfer': {
      const reversal = await first(stripe.transfers.listReversals(request.transferRef, { limit }), id)
      return reversal && done(reversal.id, null)
    }
    case 'open-payee': {
      const account = await first(stripe.accounts.list({ limit }), id)
      return account && done(account.id, readAccount(account))
    }
    case 'submit-evidence': {
      const dispute = await stripe.disputes.retrieve(request.chargebackRef)
      return dispute.metadata.intent === id ? done(dispute.id, readDispute(dispute)) : undefined
    }
  }
}

/**
 * What a failed call proves. Only a request that was judged and turned down is refused; all else stays unknown (I12). A
 * lack of funds is a refusal too: it is saved under the key for a day, so that asking again would not help. A refund of a
 * charge that the payer's bank disputes stays unknown until it is decided: were it refused, the money would go by bank, and
 * a second time with a dispute that is lost.
 */
function judge(error: unknown): Answer {
  if (!(error instanceof Stripe.errors.StripeError)) {
    return { outcome: 'unknown', problem: error instanceof Error ? error.message : String(error), isSaved: false }
  }
  const { statusCode = 0, code, message } = error
  const problem = `${statusCode} ${code ?? error.type}: ${message}`.slice(0, 500)
  const isJudged =
    (error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError) &&
    statusCode >= 400 &&
    statusCode < 500 &&
    ![401, 403, 409, 429].includes(statusCode) &&
    code !== 'charge_disputed'
  return isJudged ? { outcome: 'refused', problem } : { outcome: 'unknown', problem, isSaved: statusCode >= 500 }
}

const tolerance = 300

/** The time that was signed, in seconds; undefined where the header has none. */
const signedAt = (header: string): number | undefined => {
  const found = /(?:^|,)\s*t=(\d{1,12})(?:,|$)/.exec(header)
  return found ? Number(found[1]) : undefined
}

function noticeOf(event: Stripe.Event): Notice {
  const object = event.data.object as { object?: string; id?: string }
  const objectKind = factKindOf(object.object ?? '')
  return {
    eventId: event.id,
    kind: event.type,
    objectKind,
    objectId: objectKind && (object.id ?? null),
    occurredAt: new Date(event.created * 1000),
  }
}

function verify(stripe: Stripe, secret: string, body: Buffer, header: string | undefined, now: Date): Notice {
  const time = signedAt(header ?? '')
  // the SDK refuses what is old; a time in the future would let a stolen notification be kept for later
  if (header === undefined || time === undefined || time > now.getTime() / 1000 + tolerance) throw signatureInvalid()
  let event: Stripe.Event
  try {
    event = stripe.webhooks.constructEvent(body, header, secret, tolerance, undefined, now.getTime())
  } catch {
    throw signatureInvalid()
  }
  return noticeOf(event)
}

/** Stripe behind the port; its API version is the one that the SDK is made for. */
export function createStripe(settings: StripeSettings): OnlineGateway {
  const { secretKey, webhookSecret, host, port, protocol } = settings
  const stripe = new Stripe(secretKey, {
    ...(host !== undefined && { host, protocol, ...(port !== undefined && { port }) }),
    telemetry: false,
    // one attempt a call: when to try again is decided and recorded by the outbox
    maxNetworkRetries: 0,
    timeout: 20_000,
  })
  return {
    code: 'stripe',
    perform: instruction => ask(stripe, instruction).catch(judge),
    find: instruction => seek(stripe, instruction),
    verify: (body, signature, now) => verify(stripe, webhookSecret, body, signature, now),
    async look(kind, id) {
      try {
        return await retrieve(stripe, kind, id)
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return undefined
        throw error
      }
    },
    async *events(since) {
      const created = { gte: Math.floor(since.getTime() / 1000) }
      for await (const event of stripe.events.list({ created, limit: 100 }))
        yield { notice: noticeOf(event), body: Buffer.from(JSON.stringify(event)) }
    },
    async *movements(since) {
      const created = { gte: Math.floor(since.getTime() / 1000) }
      for await (const row of stripe.balanceTransactions.list({ created, limit: 100, expand: ['data.source'] }))
        yield readMovement(row)
    },
    async payeeLink(account, returnUrl, againUrl) {
      const link = await stripe.accountLinks.create({
        account,
        type: 'account_onboarding',
        return_url: returnUrl,
        refresh_url: againUrl,
      })
      return link.url
    },
  }
}
