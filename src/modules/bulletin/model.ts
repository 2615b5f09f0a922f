import { defineMachine } from '../../kernel/machine.ts'
import { text } from '../../kernel/text.ts'

/** An announcement of the operator (公告): written by one person, published by another. */
export const announcementMachine = defineMachine({
  name: 'announcement',
  initial: 'draft',
  states: {
    draft: text('草稿', 'Draft'),
    published: text('已发布', 'Published'),
    withdrawn: text('已撤回', 'Withdrawn'),
    discarded: text('已作废', 'Discarded'),
  },
  moves: {
    publish: { from: ['draft'], to: 'published' },
    discard: { from: ['draft'], to: 'discarded' },
    withdraw: { from: ['published'], to: 'withdrawn' },
  },
})

export type AnnouncementState = keyof typeof announcementMachine.states

/** What announcements are about. */
export const kinds = {
  notice: text('通知', 'Notice'),
  rule: text('规则变更', 'Change of rules'),
  market: text('市场信息', 'Market news'),
  outage: text('系统维护', 'Maintenance'),
}

export type AnnouncementKind = keyof typeof kinds
