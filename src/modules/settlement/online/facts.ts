import type { Cx } from '../../../kernel/command.ts'
import { applyPayee, failPayee } from './accounts.ts'
import { applyChargeback, failAnswer } from './chargebacks.ts'
import { deferIntent, lockIntent, moveIntent } from './intents.ts'
import { applyPayment, failPayment } from './payments.ts'
import type { Answer, Fact } from './port.ts'
import { applyRefund, failRefund } from './refunds.ts'
import type { Intent } from './schema.ts'
import { applyTransfer, failReversal, failTransfer, finishReversal } from './transfers.ts'

/** Merges what the provider says of an object into ours: forward only, so that the order in which it is heard is nothing (I14). */
export async function applyFact(cx: Cx, _gateway: string, fact: Fact): Promise<void> {
  if (fact.kind === 'payment') await applyPayment(cx, fact)
  if (fact.kind === 'refund') await applyRefund(cx, fact)
  if (fact.kind === 'transfer') await applyTransfer(cx, fact)
  if (fact.kind === 'payee') await applyPayee(cx, fact)
  if (fact.kind === 'chargeback') await applyChargeback(cx, fact)
}

/** What follows when the provider refuses what it was told. */
async function applyRefusal(cx: Cx, row: Intent, problem: string): Promise<void> {
  if (row.kind === 'open-payment') await failPayment(cx, row.subjectId, problem)
  if (row.kind === 'refund') await failRefund(cx, row.subjectId, problem)
  if (row.kind === 'transfer') await failTransfer(cx, row, problem)
  if (row.kind === 'reverse-transfer') await failReversal(cx, row, problem)
  if (row.kind === 'open-payee') await failPayee(cx, row.subjectId, problem)
  if (row.kind === 'submit-evidence') await failAnswer(cx, row.subjectId)
}

/** What came of an attempt, with everything that follows, in one commit. Nothing when another sender was first. */
export async function concludeIntent(cx: Cx, id: string, answer: Answer): Promise<void> {
  const row = await lockIntent(cx, id)
  if (row.state !== 'sent' && row.state !== 'unknown') {
    cx.audit('intent.hear-again', ['intent', id], { state: row.state, outcome: answer.outcome })
    return
  }
  if (answer.outcome === 'unknown') return deferIntent(cx, row, answer.problem)
  if (answer.outcome === 'refused') {
    await moveIntent(cx, row, 'fail', { problem: answer.problem })
    return applyRefusal(cx, row, answer.problem)
  }
  await moveIntent(cx, row, 'succeed', { externalId: answer.ref, problem: null })
  if (row.kind === 'reverse-transfer') await finishReversal(cx, row)
  if (answer.fact) await applyFact(cx, row.gateway, answer.fact)
}
