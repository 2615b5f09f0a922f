/** What a payment provider is told to do; every amount is in fen, every reference is the provider's own name. */
export interface Requests {
  'open-payment': {
    paymentId: string
    orderId: string
    orderNumber: string
    amountFen: string
    /** seconds since 1970 */
    expiresAt: number
    successUrl: string
    cancelUrl: string
  }
  'close-payment': { pageRef: string }
  refund: { refundId: string; orderId: string; chargeRef: string; amountFen: string }
  transfer: { transferId: string; orderId: string; accountRef: string; chargeRef: string; amountFen: string }
  'reverse-transfer': { transferRef: string; amountFen: string }
  'open-payee': { accountId: string; organizationId: string; name: string }
  'submit-evidence': {
    chargebackRef: string
    productDescription: string
    serviceDate: string
    accessLog: string
    explanation: string
  }
}

/** An instruction with the id that is its idempotency key. */
export type Instruction = { [K in keyof Requests]: { id: string; kind: K; request: Requests[K] } }[keyof Requests]

/** A payment as the provider has it now. */
export interface PaymentFact {
  readonly kind: 'payment'
  readonly pageRef: string
  readonly paymentId: string | null
  readonly state: 'open' | 'paid' | 'expired' | 'failed'
  readonly url: string | null
  readonly chargeRef: string | null
  readonly method: string | null
  readonly amountFen: bigint
  readonly currency: string
  readonly paidAt: Date | null
}

export interface RefundFact {
  readonly kind: 'refund'
  readonly ref: string
  readonly refundId: string | null
  readonly amountFen: bigint
  readonly state: 'pending' | 'succeeded' | 'failed'
  readonly reason: string | null
}

export interface TransferFact {
  readonly kind: 'transfer'
  readonly ref: string
  readonly transferId: string | null
  readonly amountFen: bigint
  readonly reversedFen: bigint
}

export interface PayeeFact {
  readonly kind: 'payee'
  readonly ref: string
  readonly accountId: string | null
  readonly isReady: boolean
}

export interface ChargebackFact {
  readonly kind: 'chargeback'
  readonly ref: string
  readonly chargeRef: string
  readonly amountFen: bigint
  readonly cause: string
  readonly state: 'open' | 'answered' | 'won' | 'lost'
  /** the provider has taken the money for now */
  readonly isWithdrawn: boolean
  readonly evidenceDueAt: Date | null
}

export type Fact = PaymentFact | RefundFact | TransferFact | PayeeFact | ChargebackFact
export type FactKind = Fact['kind']

/** What came of an instruction. `unknown`: nobody can say, so nothing may be concluded (I12). */
export type Answer =
  | { readonly outcome: 'done'; readonly ref: string; readonly fact: Fact | null }
  | { readonly outcome: 'refused'; readonly problem: string }
  | { readonly outcome: 'unknown'; readonly problem: string; readonly isSaved: boolean }

/** A notification whose signature holds: which object changed, never what became of it. */
export interface Notice {
  readonly eventId: string
  readonly kind: string
  readonly objectKind: FactKind | null
  readonly objectId: string | null
  readonly occurredAt: Date
}

/** A movement on the exchange's account with the provider. */
export interface Movement {
  readonly externalId: string
  readonly kind: string
  readonly providerKind: string
  readonly sourceRef: string | null
  readonly currency: string
  readonly amountMinor: bigint
  readonly feeMinor: bigint
  readonly netMinor: bigint
  readonly grossFen: bigint | null
  readonly feeFen: bigint | null
  readonly occurredAt: Date
  readonly availableAt: Date
}

/** The port to a payment provider. It talks and reads; it books nothing, and is never called inside a transaction. */
export interface OnlineGateway {
  readonly code: string
  /** Does it once, however often it is said: the id of the instruction is the key. */
  perform(instruction: Instruction): Promise<Answer>
  /** Looks for what an earlier attempt may have made, by the id that it left there; undefined: nothing is there. */
  find(instruction: Instruction): Promise<Answer | undefined>
  /** @throws webhook-signature-invalid (400) for a forged, changed, stale or future notification */
  verify(body: Buffer, signature: string | undefined, now: Date): Notice
  /** The object as it is now; undefined when the provider does not know it. */
  look(kind: FactKind, id: string): Promise<Fact | undefined>
  /** What happened since an instant, as its notifications said or would have said, with the bytes to keep. */
  events(since: Date): AsyncIterable<{ readonly notice: Notice; readonly body: Buffer }>
  /** Movements since an instant, the oldest last. */
  movements(since: Date): AsyncIterable<Movement>
  /** Where an organisation tells the provider about itself; works once and for minutes. */
  payeeLink(accountRef: string, returnUrl: string, againUrl: string): Promise<string>
}
