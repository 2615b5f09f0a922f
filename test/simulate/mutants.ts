/** A planted bug: one piece of the product replaced by another that looks as good. The simulator must find each. */
export interface Mutant {
  readonly name: string
  /** below `src/modules/settlement` */
  readonly file: string
  readonly from: string
  readonly to: string
}

export const mutants: readonly Mutant[] = [
  {
    name: 'a new key for each attempt',
    file: 'stripe/adapter.ts',
    from: 'const options: Stripe.RequestOptions = { idempotencyKey: id }',
    to: 'const options: Stripe.RequestOptions = { idempotencyKey: id + performance.now() }',
  },
  {
    name: 'an unknown outcome is taken for a refusal',
    file: 'online/facts.ts',
    from: "if (answer.outcome === 'unknown') return deferIntent(cx, row, answer.problem)",
    to: "if (answer.outcome === 'unknown') answer = { outcome: 'refused', problem: answer.problem }",
  },
  {
    name: 'the key is believed in for ever',
    file: 'online/sending.ts',
    from: "(!isKeyFresh(row.firstSentAt, now) || /^5\\d\\d /.test(row.problem ?? ''))",
    to: 'false',
  },
  {
    name: 'a notification is acknowledged before it is committed',
    file: 'online/routes.ts',
    from: "await engine.write(system, { operation: 'receiveNotice' }",
    to: "void engine.write(system, { operation: 'receiveNotice' }",
  },
  {
    name: 'a split loses what does not divide',
    file: 'model.ts',
    from: 'return { vendorFen, feeFen }',
    to: 'return { vendorFen: (amountFen * (million - fee)) / million, feeFen: (amountFen * fee) / million }',
  },
  {
    name: 'too much is kept as if it were owed',
    file: 'model.ts',
    from: "return { move: 'matchSurplus', captureFen: openFen, surplusFen: amountFen - openFen }",
    to: "return { move: 'match', captureFen: amountFen, surplusFen: 0n }",
  },
  {
    name: 'a payout that came back is not booked back',
    file: 'paying.ts',
    from: "if (row.kind === 'vendor') {\n    const ordered",
    to: "if (row.kind !== 'vendor' && row.kind !== 'refund' && row.kind !== 'return') {\n    const ordered",
  },
  {
    name: 'a payout leaves from the wrong account',
    file: 'paying.ts',
    from: "row.kind === 'vendor' ? 'payout_in_flight' : 'refund_in_flight'",
    to: "row.kind === 'none' ? 'refund_in_flight' : 'payout_in_flight'",
  },
  {
    name: 'money on its way is not set aside',
    file: 'online/intents.ts',
    from: 'if (entries)',
    to: 'if (entries && false)',
  },
  {
    name: 'parts of a cancelled order stay',
    file: 'matching.ts',
    from: "for (const line of lines) await giveBack(cx, line, order.reason ?? '订单已取消 (order cancelled)')",
    to: 'void giveBack',
  },
  {
    name: 'a second payment is kept in escrow',
    file: 'model.ts',
    from: "return { move: 'matchDuplicate', captureFen: 0n, surplusFen: amountFen }",
    to: "return { move: 'matchDuplicate', captureFen: amountFen, surplusFen: 0n }",
  },
  {
    name: 'what was paid is taken for paid again',
    file: 'online/payments.ts',
    from: "if (state === 'paid') return\n",
    to: "if (state === 'paid' && fact.state !== 'paid') return\n",
  },
]
