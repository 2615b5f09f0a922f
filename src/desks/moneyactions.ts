import { type Text, text } from '../kernel/text.ts'

/** What was done with money, in words: settlement's and the ledger's audited actions. */
export const moneyActions: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  settlement: {
    split: text('拆分价款', 'Money split'),
    refund: text('发起退款', 'Refund instructed'),
    'return-parts': text('退回部分来款', 'Partial payments returned'),
  },
  'bank-account': {
    register: text('登记收款账户', 'Bank account registered'),
    confirm: text('确认收款账户', 'Bank account confirmed'),
    refuse: text('不予确认收款账户', 'Bank account refused'),
    withdraw: text('撤回收款账户', 'Bank account withdrawn'),
    replace: text('更换收款账户', 'Bank account replaced'),
  },
  'bank-statement': {
    import: text('导入对账单', 'Bank statement imported'),
    'import-again': text('重复导入对账单', 'Bank statement imported again'),
  },
  'statement-line': {
    receive: text('收到来款', 'Payment received'),
    match: text('来款匹配订单', 'Payment matched to an order'),
    complete: text('补足价款', 'Partial payment completed'),
    return: text('退回来款', 'Payment to be returned'),
    'finish-return': text('来款已退回', 'Payment returned'),
  },
  payout: {
    create: text('生成付款', 'Payout made ready'),
    release: text('释放付款', 'Payout released'),
    hold: text('暂缓付款', 'Payout held'),
    order: text('付款指令发出', 'Payout ordered'),
    confirm: text('银行付款成功', 'Payout confirmed by the bank'),
    bounce: text('银行退票', 'Payout bounced'),
    retry: text('重新付款', 'Payout tried again'),
  },
  intent: {
    create: text('登记通道指令', 'Instruction to the payment provider'),
    send: text('发出通道指令', 'Instruction sent'),
    lose: text('通道结果不明', 'Outcome unknown'),
    succeed: text('通道已受理', 'Accepted by the provider'),
    fail: text('通道未受理', 'Refused by the provider'),
    park: text('通道指令停发', 'Instruction parked'),
    resume: text('恢复通道指令', 'Instruction resumed'),
    'hear-again': text('重复的通道结果', 'Outcome heard again'),
  },
  inbox: {
    receive: text('收到通道通知', 'Notification received'),
    'receive-again': text('重复的通道通知', 'Notification received again'),
    refuse: text('拒收无效通知', 'Invalid notification refused'),
    process: text('处理通道通知', 'Notification processed'),
    defer: text('通知稍后处理', 'Notification deferred'),
    park: text('通知停止处理', 'Notification parked'),
    resume: text('重新处理通知', 'Notification resumed'),
  },
  'online-payment': {
    request: text('发起网上支付', 'Online payment begun'),
    show: text('再次打开支付页面', 'Page to pay on opened again'),
    open: text('支付页面就绪', 'Page to pay on is open'),
    pay: text('网上支付成功', 'Paid online'),
    expire: text('支付页面失效', 'Page to pay on closed'),
    fail: text('网上支付未成功', 'Online payment failed'),
  },
  'online-refund': {
    create: text('发起原路退款', 'Refund through the provider'),
    accept: text('通道受理退款', 'Refund under way'),
    succeed: text('原路退款成功', 'Refunded'),
    fail: text('原路退款失败，改由银行退款', 'Refund failed; by bank instead'),
  },
  'payout-batch': { create: text('生成付款批次', 'Payout batch made') },
  ledger: {
    post: text('记账', 'Posted to the ledger'),
    reverse: text('冲正', 'Ledger entry reversed'),
    snapshot: text('账簿快照', 'Snapshot of the books'),
  },
}
