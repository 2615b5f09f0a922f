import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'

/** A planned collection (拟采集事项): a form with which an institution means to ask people for data (Art 24 ¶3). */
export const formMachine = defineMachine({
  name: 'plannedCollection',
  initial: 'draft',
  states: {
    draft: text('编制中', 'Draft'),
    submitted: text('已提交', 'Submitted'),
    reviewing: text('审核中', 'Under review'),
    returned: text('退回修改', 'Returned'),
    registered: text('已登记', 'Registered'),
    ended: text('已结束', 'Ended'),
    discarded: text('已放弃', 'Given up'),
  },
  moves: {
    submit: { from: ['draft', 'returned'], to: 'submitted' },
    review: { from: ['submitted'], to: 'reviewing' },
    return: { from: ['submitted', 'reviewing'], to: 'returned' },
    register: { from: ['reviewing'], to: 'registered' },
    end: { from: ['registered'], to: 'ended' },
    discard: { from: ['draft', 'returned'], to: 'discarded' },
  },
})
export type FormState = keyof typeof formMachine.states

/** States in which the institution may still change a form. */
export const openFormStates = ['draft', 'returned'] as const

/** Whom a form asks. */
export const audiences = {
  citizens: text('公民', 'Citizens'),
  enterprises: text('企业和其他组织', 'Enterprises and other organisations'),
  institutions: text('公共机构', 'Public institutions'),
}

/** What an institution says of a field that the catalog has already. */
export const answers = {
  dropped: text('不再采集，改用共享数据', 'Not asked; the shared data is used'),
  different: text('不是同一数据', 'Not the same datum'),
  exempt: text('法律、法规另有规定', 'A law or regulation says otherwise'),
}
export type Answer = keyof typeof answers

/** A report that somebody collects again what can be shared (Art 24 ¶3, 35). */
export const reportMachine = defineMachine({
  name: 'breachReport',
  initial: 'received',
  states: {
    received: text('已收到', 'Received'),
    checking: text('核查中', 'Being checked'),
    substantiated: text('属实', 'Substantiated'),
    unsubstantiated: text('不属实', 'Not substantiated'),
    withdrawn: text('已撤回', 'Withdrawn'),
  },
  moves: {
    check: { from: ['received'], to: 'checking' },
    substantiate: { from: ['checking'], to: 'substantiated' },
    dismiss: { from: ['checking'], to: 'unsubstantiated' },
    withdraw: { from: ['received'], to: 'withdrawn' },
  },
})
export type ReportState = keyof typeof reportMachine.states

/** Fields of the form exist in the catalog already and nothing was said of them. */
export const duplicateCollection = defineProblem(
  'duplicate-collection',
  422,
  text('有字段可以通过共享取得', 'Fields can be had by sharing'),
  text(
    '对每个字段选择不再采集、说明不是同一数据，或写明法律、法规依据。',
    'For each field: drop it, say why it is not the same, or name the law that demands it.',
  ),
)
