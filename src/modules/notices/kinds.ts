import { text } from '../../kernel/text.ts'
import { bookKinds } from './bookkinds.ts'
import { collections } from './collectingkinds.ts'
import { freezes } from './freezekinds.ts'
import { spec } from './kindspec.ts'
import { onlineMoney } from './onlinekinds.ts'
import { plans } from './plankinds.ts'
import { resources } from './resourcekinds.ts'
import { assessments } from './riskkinds.ts'
import { sources } from './sourcekinds.ts'
import { watches } from './watchkinds.ts'

/** Those who negotiate and sign for a party. */
const parties = 'contract.agree contract.sign'
/** Those of a buyer who see to its orders and pay them. */
const purchasing = 'order.accept settlement.list'
const selling = 'order.redeliver'
const earning = 'earnings.read'
const listing = 'listing.submit'

const organizations = {
  'organization.submitted': spec('action', 'organization.accept', ({ other }) =>
    text(`机构“${other.zh}”提交了入驻申请，待受理`, `${other.en} asks to be verified; take it up`),
  ),
  'organization.accepted': spec('action', 'organization.verify', ({ other }) =>
    text(`机构“${other.zh}”已受理，待核验`, `${other.en} was taken up and is to be verified`),
  ),
  'organization.verified': spec('news', 'organization.read', () =>
    text('贵机构已通过核验，可以开始交易', 'Your organisation is verified and may trade'),
  ),
  'organization.returned': spec('action', 'organization.resubmit', () =>
    text('贵机构的入驻申请被退回，请补正后重新提交', 'Your registration was returned; mend it and submit it again'),
  ),
  'organization.suspended': spec('news', 'organization.read', () =>
    text('贵机构已被暂停交易', 'Your organisation was suspended'),
  ),
  'organization.reinstated': spec('news', 'organization.read', () =>
    text('贵机构已恢复交易', 'Your organisation may trade again'),
  ),
  'bank-account.submitted': spec('action', 'bank-account.confirm', ({ other, number }) =>
    text(
      `“${other.zh}”登记了尾号 ${number} 的收款账户，待确认`,
      `${other.en} registered a bank account ending in ${number}; confirm it`,
    ),
  ),
  'bank-account.confirmed': spec('news', 'bank-account.register', ({ number }) =>
    text(`尾号 ${number} 的收款账户已确认`, `Your bank account ending in ${number} is confirmed`),
  ),
  'bank-account.refused': spec('action', 'bank-account.register', ({ number }) =>
    text(
      `尾号 ${number} 的收款账户未通过确认，请重新登记`,
      `Your bank account ending in ${number} was refused; register it again`,
    ),
  ),
}

const listings = {
  'listing.submitted': spec('action', 'listing.accept', ({ other, product }) =>
    text(`“${other.zh}”提交了《${product.zh}》的挂牌申请，待受理`, `${other.en} submitted “${product.en}” for listing`),
  ),
  'listing.reviewing': spec('action', 'listing.pass', ({ product }) =>
    text(`《${product.zh}》的挂牌申请待审核`, `“${product.en}” waits for its listing review`),
  ),
  'listing.returned': spec('action', 'listing.resubmit', ({ product }) =>
    text(
      `《${product.zh}》的挂牌申请被退回，请一次性补正`,
      `“${product.en}” was returned; supplement what is listed and submit it again`,
    ),
  ),
  'listing.refused': spec('news', listing, ({ product }) =>
    text(`《${product.zh}》不予挂牌`, `The listing of “${product.en}” was refused`),
  ),
  'listing.passed': spec('action', 'listing.publish', ({ product }) =>
    text(`《${product.zh}》审核通过，可以挂牌`, `“${product.en}” passed its review and may be published`),
  ),
  'listing.published': spec('news', listing, ({ product }) =>
    text(`《${product.zh}》已挂牌`, `“${product.en}” is listed`),
  ),
  'listing.suspended': spec('news', listing, ({ product }) =>
    text(`《${product.zh}》已停牌`, `“${product.en}” was suspended`),
  ),
  'listing.resumed': spec('news', listing, ({ product }) =>
    text(`《${product.zh}》已复牌`, `“${product.en}” is listed again`),
  ),
  'listing.delisted': spec('news', listing, ({ product }) =>
    text(`《${product.zh}》已摘牌`, `“${product.en}” was delisted`),
  ),
  'listing.expiring': spec('deadline', 'listing.renew', ({ product }) =>
    text(
      `《${product.zh}》的挂牌将在 7 天内到期，到期后可申请续期`,
      `The listing of “${product.en}” ends within 7 days; once it has, you may renew it`,
    ),
  ),
  'listing.expired': spec('action', 'listing.renew', ({ product }) =>
    text(`《${product.zh}》的挂牌已到期，可以申请续期`, `The listing of “${product.en}” has ended; you may renew it`),
  ),
  'question.asked': spec('action', listing, ({ product }) =>
    text(`有买方就《${product.zh}》提问，请答复`, `A buyer has a question about “${product.en}”; answer it`),
  ),
  'question.answered': spec('news', 'contract.create', ({ product }) =>
    text(`您就《${product.zh}》提出的问题已有答复`, `Your question about “${product.en}” was answered`),
  ),
}

const contracts = {
  'contract.offered': spec('action', 'contract.agree', ({ other, product, number }) =>
    text(
      `“${other.zh}”希望购买《${product.zh}》，请答复合同 ${number}`,
      `${other.en} wants to buy “${product.en}”; answer contract ${number}`,
    ),
  ),
  'contract.countered': spec('action', 'contract.agree', ({ other, number }) =>
    text(
      `“${other.zh}”对合同 ${number} 提出了新条款，请答复`,
      `${other.en} proposes other terms for contract ${number}`,
    ),
  ),
  'contract.to-approve': spec('action', 'contract.approve', ({ number }) =>
    text(
      `合同 ${number} 已定稿，签署前需要您审批`,
      `Contract ${number} is agreed and needs your approval before signing`,
    ),
  ),
  'contract.to-sign': spec('action', 'contract.sign', ({ number }) =>
    text(`合同 ${number} 已定稿，待签署`, `Contract ${number} is agreed and waits for your signature`),
  ),
  'contract.approved': spec('action', 'contract.sign', ({ number }) =>
    text(`合同 ${number} 已获内部审批，可以签署`, `A colleague approved contract ${number}; it may be signed`),
  ),
  'contract.signed': spec('action', 'contract.sign', ({ other, number }) =>
    text(
      `“${other.zh}”已签署合同 ${number}，待本方签署`,
      `${other.en} has signed contract ${number}; your signature is awaited`,
    ),
  ),
  'contract.effective': spec('news', parties, ({ number, product }) =>
    text(`合同 ${number}（《${product.zh}》）已生效`, `Contract ${number} (“${product.en}”) is in force`),
  ),
  'contract.lapsed': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 未能订立`, `Contract ${number} was not concluded`),
  ),
  'contract.suspended': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 已中止履行`, `Contract ${number} is suspended`),
  ),
  'contract.resumed': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 已恢复履行`, `Contract ${number} goes on`),
  ),
  'contract.terminated': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 已解除`, `Contract ${number} was terminated`),
  ),
  'contract.annulled': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 被认定无效`, `Contract ${number} was found void`),
  ),
  'contract.expired': spec('news', parties, ({ number, product }) =>
    text(
      `合同 ${number}（《${product.zh}》）的使用期限已届满`,
      `The term of contract ${number} (“${product.en}”) has ended`,
    ),
  ),
}

const registrations = {
  'registration.submitted': spec('action', 'registration.accept', ({ number }) =>
    text(`合同 ${number} 的交易登记待受理`, `The registration of contract ${number} is to be taken up`),
  ),
  'registration.accepted': spec('action', 'registration.pass', ({ number }) =>
    text(`合同 ${number} 的交易登记待形式审核`, `The registration of contract ${number} waits for its formal review`),
  ),
  'registration.returned': spec('action', 'registration.resubmit', ({ number }) =>
    text(
      `合同 ${number} 的交易登记被退回，请补正`,
      `The registration of contract ${number} was returned; supplement it`,
    ),
  ),
  'registration.refused': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 的交易登记不予受理`, `The registration of contract ${number} was not accepted`),
  ),
  'registration.rejected': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 的交易不予登记`, `The trade of contract ${number} was not registered`),
  ),
  'registration.published': spec('news', parties, ({ number }) =>
    text(`合同 ${number} 的交易登记进入公示`, `The registration of contract ${number} is published for objections`),
  ),
  'registration.objected': spec('action', 'registration.decide-objection', ({ number }) =>
    text(
      `有人对合同 ${number} 的交易登记提出异议，待处理`,
      `Somebody objects to the registration of contract ${number}`,
    ),
  ),
  'registration.registered': spec('news', parties, ({ number }) =>
    text(`交易已登记，登记编号 ${number}`, `The trade is registered under ${number}`),
  ),
  'registration.certified': spec('news', parties, ({ number }) =>
    text(`登记 ${number} 的凭证已出具，可以下载`, `The certificate of registration ${number} is ready`),
  ),
  'registration.ended': spec('news', parties, ({ number }) =>
    text(`登记 ${number} 不再有效`, `Registration ${number} is no longer in force`),
  ),
  'filing.incomplete': spec('action', 'filing.submit', ({ number }) =>
    text(`合同 ${number} 的备案材料不全，请补全后报送`, `The filing of contract ${number} is incomplete; complete it`),
  ),
  'filing.received': spec('action', 'filing.pass', ({ number }) =>
    text(`收到备案 ${number}，待核查`, `Filing ${number} came in and is to be checked`),
  ),
  'filing.corrected': spec('action', 'filing.pass', ({ number }) =>
    text(`备案 ${number} 已补正，待核查`, `Filing ${number} was corrected and is to be checked again`),
  ),
  'filing.passed': spec('news', 'filing.correct', ({ number }) =>
    text(`备案 ${number} 核查通过`, `Filing ${number} was checked and passed`),
  ),
  'filing.correction-ordered': spec('action', 'filing.correct', ({ number }) =>
    text(`主管部门责令补正备案 ${number}`, `The authority orders a correction of filing ${number}`),
  ),
  'filing.correction-due': spec('deadline', 'filing.correct', ({ number }) =>
    text(`备案 ${number} 的补正即将到期`, `The correction of filing ${number} falls due`),
  ),
  'filing.referred': spec('news', 'filing.correct filing.pass', ({ number }) =>
    text(
      `备案 ${number} 逾期未补正，已移交监督`,
      `Filing ${number} was not corrected in time and is referred to oversight`,
    ),
  ),
}

const orders = {
  'order.to-pay': spec('action', purchasing, ({ number, product }) =>
    text(`请支付订单 ${number}（《${product.zh}》）`, `Pay order ${number} (“${product.en}”)`),
  ),
  'order.payment-due': spec('deadline', purchasing, ({ number }) =>
    text(`订单 ${number} 的付款期限将至，逾期将取消`, `Order ${number} must be paid soon; otherwise it is cancelled`),
  ),
  'order.paid': spec('news', `${selling} ${earning}`, ({ number, other }) =>
    text(`“${other.zh}”已支付订单 ${number}`, `${other.en} has paid order ${number}`),
  ),
  'order.payment-received': spec('news', purchasing, ({ number }) =>
    text(`订单 ${number} 的款项已到账`, `The payment for order ${number} has come in`),
  ),
  'order.ready': spec('action', 'order.accept', ({ number, product }) =>
    text(`《${product.zh}》可以下载（订单 ${number}）`, `“${product.en}” can be downloaded (order ${number})`),
  ),
  'order.redelivering': spec('action', 'order.accept', ({ number, product }) =>
    text(
      `《${product.zh}》已重新交付，可以下载（订单 ${number}）`,
      `“${product.en}” is delivered again (order ${number})`,
    ),
  ),
  'order.to-accept': spec('action', 'order.accept', ({ number }) =>
    text(`订单 ${number} 已交付，请验收`, `Order ${number} was delivered; accept or reject it`),
  ),
  'order.acceptance-due': spec('deadline', 'order.accept', ({ number }) =>
    text(`订单 ${number} 的验收期即将届满`, `The time to accept or reject order ${number} is running out`),
  ),
  'order.acceptance-overdue': spec('deadline', 'order.accept', ({ number }) =>
    text(`订单 ${number} 的验收期已过，请尽快验收`, `Order ${number} should have been accepted or rejected by now`),
  ),
  'order.delivered': spec('news', selling, ({ number }) =>
    text(`订单 ${number} 已交付，待买方验收`, `Order ${number} was delivered and waits for the buyer's acceptance`),
  ),
  'order.delivery-overdue': spec('deadline', `${selling} order.accept`, ({ number }) =>
    text(`订单 ${number} 交付逾期`, `The delivery of order ${number} is overdue`),
  ),
  'order.accepted': spec('news', `${selling} ${earning}`, ({ number }) =>
    text(`订单 ${number} 验收通过`, `Order ${number} was accepted`),
  ),
  'order.deemed-accepted': spec('news', purchasing, ({ number }) =>
    text(
      `订单 ${number} 逾期未提出异议，按合同视为验收通过`,
      `Order ${number} counts as accepted, as the contract says`,
    ),
  ),
  'order.rejected': spec('action', `${selling} order.refund`, ({ number }) =>
    text(
      `买方验收订单 ${number} 不合格，请重新交付或退款`,
      `The buyer rejected order ${number}; deliver again or refund`,
    ),
  ),
  'order.disputed': spec('action', 'order.dispute', ({ number, other }) =>
    text(`“${other.zh}”就订单 ${number} 提出争议`, `${other.en} opened a dispute about order ${number}`),
  ),
  'order.dispute-stated': spec('news', 'dispute.state', ({ number }) =>
    text(`订单 ${number} 的争议有新的陈述`, `There is a new statement in the dispute about order ${number}`),
  ),
  'order.outcome-proposed': spec('action', 'dispute.accept dispute.decline', ({ number, other }) =>
    text(
      `“${other.zh}”就订单 ${number} 的争议提出了结方案，请答复`,
      `${other.en} proposes how the dispute about order ${number} ends; answer`,
    ),
  ),
  'order.outcome-declined': spec('news', 'dispute.propose', ({ number, other }) =>
    text(
      `“${other.zh}”未接受贵方关于订单 ${number} 争议的方案`,
      `${other.en} declined your proposal in the dispute about order ${number}`,
    ),
  ),
  'order.to-mediate': spec('action', 'order.mediate', ({ number }) =>
    text(`订单 ${number} 发生争议，待调解`, `Order ${number} is in dispute and is to be mediated`),
  ),
  'order.mediation-overdue': spec('deadline', 'order.mediate', ({ number }) =>
    text(`订单 ${number} 的争议调解已逾期`, `The mediation of order ${number} is overdue`),
  ),
  'order.refunding': spec('news', `${purchasing} ${earning}`, ({ number }) =>
    text(`订单 ${number} 正在退款`, `Money of order ${number} is being given back`),
  ),
  'order.refunded': spec('news', `${purchasing} ${earning}`, ({ number }) =>
    text(`订单 ${number} 已退款`, `Order ${number} was refunded`),
  ),
  'order.cancelled': spec('news', `${purchasing} ${selling}`, ({ number }) =>
    text(`订单 ${number} 已取消`, `Order ${number} was cancelled`),
  ),
  'order.rated': spec('news', selling, ({ number, other }) =>
    text(`“${other.zh}”评价了订单 ${number}`, `${other.en} rated order ${number}`),
  ),
  'order.rating-replied': spec('news', 'order.accept', ({ number, other }) =>
    text(`“${other.zh}”回复了您对订单 ${number} 的评价`, `${other.en} replied to your rating of order ${number}`),
  ),
  'order.settled': spec('news', 'order.accept', ({ number }) =>
    text(`订单 ${number} 已结算办结`, `Order ${number} is settled and closed`),
  ),
}

const money = {
  'payout.sent': spec('news', `${earning} bank-account.register`, ({ number }) =>
    text(`订单 ${number} 的货款已付至贵机构账户`, `The money of order ${number} was paid to your account`),
  ),
  'payout.refund-sent': spec('news', purchasing, ({ number }) =>
    text(`订单 ${number} 的退款已由银行付出`, `The bank has paid the refund of order ${number}`),
  ),
  'payout.waiting': spec('action', 'bank-account.register', ({ number }) =>
    text(
      `订单 ${number} 的货款待付，请登记收款账户`,
      `Money of order ${number} waits for you; register a bank account`,
    ),
  ),
  'payout.bounced': spec('action', 'bank-account.register', ({ number }) =>
    text(
      `订单 ${number} 的货款被银行退回，请核对收款账户`,
      `The bank returned the money of order ${number}; check your account`,
    ),
  ),
  'payout.to-retry': spec('action', 'payout.retry', ({ number }) =>
    text(
      number === '' ? '一笔付款被银行退回，待处理' : `订单 ${number} 的付款被银行退回，待处理`,
      number === ''
        ? 'The bank returned a payout; see to it'
        : `The bank returned a payout of order ${number}; see to it`,
    ),
  ),
  'statement.unmatched': spec('action', 'statement-line.match', () =>
    text('对账单中有来款未能匹配订单，待处理', 'Money on a bank statement matches no order; see to it'),
  ),
}

/** Everything that people are told of. */
const announcements = {
  'announcement.published': spec('news', 'organization.read', ({ product }) =>
    text(`新公告：${product.zh}`, `New announcement: ${product.en}`),
  ),
}

export const kinds = {
  ...announcements,
  ...assessments,
  ...organizations,
  ...listings,
  ...contracts,
  ...registrations,
  ...orders,
  ...money,
  ...onlineMoney,
  ...bookKinds,
  ...plans,
  ...resources,
  ...sources,
  ...watches,
  ...collections,
  ...freezes,
} as const

export type Kind = keyof typeof kinds

/** Told again only once the earlier one about the same thing was read: many of them come at once. */
export const onceUntilRead: ReadonlySet<Kind> = new Set(['statement.unmatched', 'order.ready', 'search.matched'])
