import type { Cx } from '../../kernel/command.ts'
import { constraintMeans } from '../../kernel/db/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { nextNumber } from '../../kernel/numbering.ts'
import { conflict, ruleViolated } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { beginTerm, type ContractFacts, contractOf, holdContract } from '../contracts/index.ts'
import { dataVersionOf } from '../data/index.ts'
import { requireReleased } from '../risk/index.ts'
import { lockFor, lockOrder, moveOrder, packOf } from './change.ts'
import { deadline, settlementDay } from './model.ts'
import { newReferenceCode } from './reference.ts'
import { type Order, order } from './schema.ts'
import { closeFreeOrder } from './settlement.ts'
import { beginPeriod, openSubscription } from './subscribing.ts'

constraintMeans('order_period_unique', () => conflict(text('该合同已有订单。', 'This contract has its order already.')))

/** What of an order is not the same for every order of its contract. */
type PeriodOf = Partial<Pick<Order, 'amountFen' | 'subscriptionId' | 'periodNo' | 'periodStartsOn' | 'periodEndsOn'>>

/** An order of the contract, confirmed by it already; the caller says what it waits for. */
export async function insertOrder(cx: Cx, contract: ContractFacts, period: PeriodOf = {}): Promise<Order> {
  const rulePack = packOf(cx).ref
  const { terms } = contract
  const [row] = await cx.tx
    .insert(order)
    .values({
      id: newId(),
      number: await nextNumber(cx, contract.division, 'DD'),
      referenceCode: newReferenceCode(),
      contractId: contract.id,
      productId: contract.productId,
      dataVersionId: contract.dataVersionId,
      vendorId: contract.vendorId,
      buyerId: contract.buyerId,
      division: contract.division,
      buyerDivision: contract.buyerDivision,
      amountFen: contract.amountFen,
      state: 'created',
      isSilenceAcceptance: terms.acceptance.isSilenceAcceptance,
      deliveryDays: terms.delivery.dueWorkingDays,
      acceptanceDays: terms.acceptance.periodWorkingDays,
      ...period,
      isProvisional: false,
      rulePack,
      createdAt: cx.now,
      changedAt: cx.now,
    })
    .returning()
  const { number, contractId, amountFen, periodNo } = row!
  cx.audit('order.create', ['order', row!.id], {
    ...{ number, contractId, amountFen, to: 'created', rulePack },
    ...(row!.subscriptionId && { periodNo }),
  })
  cx.emit('orders.order-created', { orderId: row!.id })
  return row!
}

/**
 * The order of a contract that took effect: confirmed at once, because the contract fixed all there is to confirm;
 * then it waits for payment, or for delivery where there is nothing to pay. @throws conflict when the contract has one.
 */
export async function createOrder(cx: Cx, contractId: string): Promise<Order> {
  const contract = await contractOf(cx, contractId)
  const subscriptionId = contract.plan.kind === 'subscription' ? await openSubscription(cx, contract) : null
  const created = await insertOrder(cx, contract, { subscriptionId })
  const isFree = contract.amountFen === 0n
  const days = isFree ? created.deliveryDays : contract.terms.payment.dueWorkingDays
  const { dueAt, isProvisional } = deadline(cx.now, days, packOf(cx))
  const confirmed = await moveOrder(cx, created, 'confirm', { isProvisional, ...(isFree && { deliveryDueAt: dueAt }) })
  if (isFree) {
    cx.emit('orders.order-ready', { orderId: confirmed.id })
    return confirmed
  }
  const facts = { paymentDueAt: dueAt, isProvisional }
  return moveOrder(cx, confirmed, 'requestPayment', facts, { facts })
}

/** The order of a contract that took effect. One that has ended in the meantime gets none, which the log notes. */
export async function openOrder(cx: Cx, contractId: string): Promise<void> {
  const { endedAt, state } = await holdContract(cx, contractId)
  if (endedAt === null) await createOrder(cx, contractId)
  else cx.audit('order.skip', ['contract', contractId], { contractState: state })
}

/**
 * The whole amount has come in and is in escrow; the last day for delivery runs from here. Money is in fen.
 * @throws rule-violated unless it is exactly the amount; state-conflict when the order does not wait for payment.
 */
export async function payOrder(
  cx: Cx,
  id: string,
  { paidFen, settlementRef }: { readonly paidFen: bigint; readonly settlementRef: string },
): Promise<Order> {
  const row = await lockOrder(cx, id)
  if (row.state === 'awaiting_payment' && paidFen !== row.amountFen)
    throw ruleViolated(
      text(
        `应付 ${row.amountFen} 分，实付 ${paidFen} 分。`,
        `The order takes ${row.amountFen} fen; ${paidFen} fen were given.`,
      ),
    )
  const { dueAt, isProvisional } = deadline(cx.now, row.deliveryDays, packOf(cx))
  // the later periods of a subscription open without anything that could be late
  const change = { settlementRef, deliveryDueAt: row.periodNo > 1 ? null : dueAt, isProvisional }
  const paid = await moveOrder(cx, row, 'pay', { ...change, paidAt: cx.now }, { facts: { ...change, paidFen } })
  cx.emit('orders.order-paid', { orderId: id })
  return paid.subscriptionId === null ? paid : beginPeriod(cx, paid)
}

/** The data can be fetched from now on. @throws state-conflict unless paid; a free order needs no payment. */
export async function startDelivery(cx: Cx, id: string): Promise<Order> {
  const row = await lockOrder(cx, id)
  if (row.state === 'confirmed' && row.amountFen > 0n)
    throw ruleViolated(text('有偿订单须先付款。', 'A priced order is paid first.'))
  return moveOrder(cx, row, 'startDelivery')
}

/**
 * The buyer has received everything; the acceptance period (working days, 数据提供合同 Art. 7) and the term of the
 * grant run from here.
 * `receiptId` names the receipt of this delivery; there is none where access alone was given for a whole period.
 * @throws state-conflict
 */
export async function deliverOrder(
  cx: Cx,
  id: string,
  { receiptId }: { readonly receiptId: string | null },
): Promise<Order> {
  const row = await lockOrder(cx, id)
  const { dueAt: acceptanceDueAt, isProvisional } = deadline(cx.now, row.acceptanceDays, packOf(cx))
  const change = { receiptId, acceptanceDueAt, isProvisional }
  const delivered = await moveOrder(
    cx,
    row,
    'deliver',
    {
      ...change,
      deliveredAt: cx.now,
      deliveries: row.deliveries + 1,
      deliveryDueAt: null,
      acceptanceRemindedAt: null,
      overdueNotedAt: null,
    },
    { facts: change },
  )
  await beginTerm(cx, row.contractId, cx.now)
  cx.emit('orders.order-delivered', { orderId: id, receiptId })
  return delivered
}

/**
 * The buyer accepts the delivery, or is deemed to by the timer where the contract says that silence is acceptance.
 * The order may be settled from the day that the rule pack's delay names (T+1); a free one has nothing to settle.
 * @throws state-conflict, forbidden, not-found
 */
export async function acceptOrder(cx: Cx, id: string): Promise<Order> {
  const { row } = await lockFor(cx, id, 'accept')
  const isDeemed = cx.actor.kind === 'system'
  if (isDeemed && !row.isSilenceAcceptance)
    throw ruleViolated(text('合同未约定逾期视为验收。', 'The contract does not take silence for acceptance.'))
  const change = { acceptedAt: cx.now, isDeemedAccepted: isDeemed, settleAfter: settlementDay(cx.now, packOf(cx), row) }
  const accepted = await moveOrder(cx, row, 'accept', change, { facts: { isDeemed, receiptId: row.receiptId } })
  cx.emit('orders.order-accepted', { orderId: id, isDeemed })
  return accepted.amountFen === 0n ? closeFreeOrder(cx, accepted) : accepted
}

/** The buyer finds that the delivery is not what was agreed; the vendor delivers again or gives the money back. */
export async function rejectOrder(cx: Cx, id: string, { reason }: { readonly reason: string }): Promise<Order> {
  const { row } = await lockFor(cx, id, 'reject')
  const pack = packOf(cx)
  const { dueAt: deliveryDueAt, isProvisional } = deadline(cx.now, pack.clocks.redelivery.workingDays, pack)
  const change = { reason, deliveryDueAt, isProvisional }
  const rejected = await moveOrder(
    cx,
    row,
    'reject',
    { ...change, rejections: row.rejections + 1, acceptanceDueAt: null, overdueNotedAt: null },
    { facts: { ...change, receiptId: row.receiptId } },
  )
  cx.emit('orders.order-rejected', { orderId: id })
  return rejected
}

/** A corrected version is the vendor's own, confirmed, and has the columns that the contract describes. */
async function requireCorrection(cx: Cx, row: Order, dataVersionId: string): Promise<void> {
  const refuse = (zh: string, en: string, remedy: ReturnType<typeof text>) =>
    ruleViolated(undefined, { errors: [{ pointer: '/dataVersionId', message: text(zh, en), remedy }] })
  const version = await dataVersionOf(cx, dataVersionId)
  if (version.organizationId !== row.vendorId || !version.isConfirmed)
    throw refuse(
      '不是本机构已确认的数据版本',
      'is not a confirmed data version of your organisation',
      text('上传更正后的文件并确认其结构', 'upload the corrected file and confirm its profile'),
    )
  const shape = (columns: readonly { readonly name: string; readonly type: string }[]) =>
    JSON.stringify(columns.map(c => [c.name, c.type]))
  const { terms } = await contractOf(cx, row.contractId)
  if (version.format !== terms.product.format || shape(version.columns) !== shape(terms.product.columns))
    throw refuse(
      '格式或字段与合同约定不一致',
      'differs from the contract in format or columns',
      text('按合同附件的数据字典准备文件', 'prepare the file as the data dictionary in the contract says'),
    )
}

/**
 * The vendor delivers again: the same data, or a corrected version of them with the columns of the contract.
 * @throws state-conflict, forbidden, rule-violated, not-released where the corrected version was not reviewed
 */
export async function redeliverOrder(
  cx: Cx,
  id: string,
  { dataVersionId, note }: { readonly dataVersionId?: string; readonly note?: string },
): Promise<Order> {
  const { row } = await lockFor(cx, id, 'redeliver')
  const version = dataVersionId ?? row.dataVersionId
  if (row.state === 'rejected' && version !== row.dataVersionId) {
    await requireCorrection(cx, row, version)
    // what is corrected passes the gate as what was sold did: else its delivery would wait without a word
    await requireReleased(cx, version, 'deliver')
  }
  const facts = { dataVersionId: version, before: row.dataVersionId, note: note ?? null }
  const again = await moveOrder(cx, row, 'redeliver', { dataVersionId: version }, { facts })
  cx.emit('orders.order-redelivering', { orderId: id })
  return again
}
