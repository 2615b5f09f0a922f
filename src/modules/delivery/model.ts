import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'

/** The buyer's right to fetch the data of one order (使用授权), from the start of delivery to the end of the term. */
export const entitlementMachine = defineMachine({
  name: 'entitlement',
  initial: 'active',
  states: {
    active: text('有效', 'Active'),
    suspended: text('已暂停', 'Suspended'),
    revoked: text('已撤销', 'Revoked'),
    expired: text('已到期', 'Expired'),
  },
  moves: {
    suspend: { from: ['active'], to: 'suspended' },
    resume: { from: ['suspended'], to: 'active' },
    revoke: { from: ['active', 'suspended'], to: 'revoked' },
    expire: { from: ['active', 'suspended'], to: 'expired' },
  },
})

export type EntitlementState = keyof typeof entitlementMachine.states
export type EntitlementMove = keyof typeof entitlementMachine.moves
export const entitlementStates = Object.keys(entitlementMachine.states) as EntitlementState[]

/** The states of an order in which its data may be fetched: not while it is frozen, refused or given back. */
export const fetchableStates: readonly string[] = [
  'delivering',
  'delivered',
  'redelivering',
  'accepted',
  'partly_refunded',
  'settling',
  'settled',
  'closed',
]

/** A link lives this long at most (trust: no lasting secret in an address). */
export const linkSeconds = 15 * 60

/** The last second of a link made now: 15 minutes on, or the end of the entitlement where that comes first. */
export function linkEnd(now: Date, endsAt: Date): Date {
  const end = Math.min(now.getTime() + linkSeconds * 1000, endsAt.getTime())
  return new Date(Math.floor(end / 1000) * 1000)
}

export const downloadRefused = defineProblem(
  'download-refused',
  403,
  text('下载链接无效', 'The download link is not valid'),
  text('链接须原样使用；请由需方重新获取下载链接。', 'Use the link exactly as given; the buyer can ask for a new one.'),
)
export const downloadExpired = defineProblem(
  'download-expired',
  403,
  text('下载链接已过期', 'The download link has expired'),
  text('请由需方重新获取链接，并从中断处续传。', 'The buyer can ask for a new link and resume where it stopped.'),
)
export const quotaUsed = defineProblem(
  'quota-used',
  403,
  text('试用下载次数已用完', 'The downloads of the trial are used up'),
  text('按付费方案购买该产品后可以继续下载。', 'Buy the product under another plan to go on.'),
)

/** Complete downloads that a trial has left; null where nothing limits them. */
export const downloadsLeft = (of: {
  readonly quotaBytes: number | null
  readonly usedBytes: number
  readonly bytes: number
}): number | null => (of.quotaBytes === null ? null : Math.floor((of.quotaBytes - of.usedBytes) / of.bytes))

/** @throws quota-used when a trial may not take so many bytes more */
export function requireQuota(
  { quotaBytes, usedBytes }: { readonly quotaBytes: number | null; readonly usedBytes: number },
  bytes: number,
): void {
  if (quotaBytes !== null && usedBytes + bytes > quotaBytes) throw quotaUsed()
}
export const accessEnded = defineProblem(
  'access-ended',
  403,
  text('使用授权当前无效', 'The entitlement is not in force'),
  text('查看订单：授权可能已暂停、撤销或到期。', 'Look at the order: access may be suspended, revoked or expired.'),
)
export const rangeNotSatisfiable = defineProblem(
  'range-not-satisfiable',
  416,
  text('请求的范围超出文件', 'The range lies outside the file'),
  text('按 Content-Range 给出的长度重新请求。', 'Ask again within the size that Content-Range gives.'),
)
export const preconditionFailed = defineProblem(
  'precondition-failed',
  412,
  text('文件不是所期望的版本', 'The file is not the version you expect'),
  text('重新获取当前版本的链接。', 'Ask for a link to the present version.'),
)
export const documentPending = defineProblem(
  'document-pending',
  404,
  text('文书正在生成', 'The document is being made'),
  text('通常数秒内完成，请稍后再试。', 'It takes a few seconds; try again shortly.'),
)

/** The number of a receipt: that of its order and which delivery it is. */
export const receiptNumber = (orderNumber: string, round: number): string => `${orderNumber}-R${round}`
