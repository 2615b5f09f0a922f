import { type Text, text } from '../kernel/text.ts'

/** What is audited of subscriptions and trials is called. */
export const planActions: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  subscription: {
    open: text('建立订阅', 'Subscription opened'),
    begin: text('订阅开始', 'Subscription begun'),
    announce: text('提示即将续订', 'Renewal announced'),
    renew: text('续订（生成新一期订单）', 'Subscription renewed'),
    pay: text('续订款付清', 'Renewal paid'),
    cancel: text('取消续订', 'Renewal cancelled'),
    keep: text('撤回取消，继续续订', 'Cancellation taken back'),
    end: text('订阅终止', 'Subscription ended'),
  },
}
