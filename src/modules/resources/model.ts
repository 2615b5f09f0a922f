import { addDays, type Day, dayOf } from '../../kernel/calendar.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { type Text, text } from '../../kernel/text.ts'

/** One version of a catalog entry (目录编制、审核、发布): a change is a new version, the old one stays in force until then. */
export const entryMachine = defineMachine({
  name: 'resourceVersion',
  initial: 'draft',
  states: {
    draft: text('编制中', 'Draft'),
    submitted: text('已提交', 'Submitted'),
    reviewing: text('审核中', 'Under review'),
    returned: text('退回修改', 'Returned'),
    published: text('已发布', 'Published'),
    superseded: text('已被新版本取代', 'Superseded'),
    withdrawn: text('已撤回', 'Withdrawn'),
    discarded: text('已放弃', 'Given up'),
  },
  moves: {
    submit: { from: ['draft', 'returned'], to: 'submitted' },
    review: { from: ['submitted'], to: 'reviewing' },
    return: { from: ['submitted', 'reviewing'], to: 'returned' },
    publish: { from: ['reviewing'], to: 'published' },
    supersede: { from: ['published'], to: 'superseded' },
    withdraw: { from: ['published'], to: 'withdrawn' },
    discard: { from: ['draft', 'returned'], to: 'discarded' },
  },
})

export type EntryState = keyof typeof entryMachine.states

/** States in which the institution may still change a version. */
export const openStates = ['draft', 'returned'] as const

/** Sharing with other public bodies (政务信息资源共享属性). */
export const sharingTypes = {
  unconditional: text('无条件共享', 'Shared without conditions'),
  conditional: text('有条件共享', 'Shared on conditions'),
  notShared: text('不予共享', 'Not shared'),
}

/** Opening to everyone (开放属性). */
export const openingTypes = {
  open: text('无条件开放', 'Open without conditions'),
  conditional: text('有条件开放', 'Open on conditions'),
  notOpen: text('不予开放', 'Not open'),
}

/** Where the system that holds the data runs (Art 15, 24). */
export const placements = {
  provinceCloud: text('省级政务云', 'Provincial government cloud'),
  cityCloud: text('市级政务云', 'City government cloud'),
  migrating: text('正在向政务云迁移', 'Moving to the government cloud'),
  ownRoom: text('自建机房，尚未上云', 'Own machine room, not on the cloud yet'),
}

/** How sensitive the values of an item are. */
export const sensitivities = {
  none: text('一般', 'Ordinary'),
  personal: text('个人信息', 'Personal information'),
  sensitivePersonal: text('敏感个人信息', 'Sensitive personal information'),
  businessSecret: text('商业秘密', 'Business secret'),
}

/** Types of items, as the reading of a file names them too. */
export const itemTypes = {
  text: text('字符型', 'Text'),
  integer: text('整数型', 'Integer'),
  decimal: text('数值型', 'Decimal'),
  date: text('日期型', 'Date'),
  timestamp: text('日期时间型', 'Date and time'),
  boolean: text('布尔型', 'Yes or no'),
  binary: text('二进制', 'Binary'),
}

/** Forms in which the data is kept. */
export const formats = {
  table: text('数据库或表格', 'Database or table'),
  document: text('电子文档', 'Document'),
  image: text('图形图像', 'Image'),
  stream: text('流媒体', 'Audio or video'),
  service: text('接口服务', 'Service'),
  geo: text('空间数据', 'Spatial data'),
}

/** The first digit of a code: 类 of the catalog. */
export const classes: Readonly<Record<string, Text>> = {
  1: text('基础信息资源', 'Basic resources'),
  2: text('主题信息资源', 'Thematic resources'),
  3: text('部门信息资源', 'Resources of departments'),
}

/** One item (信息项) of an entry. */
export interface Item {
  readonly nameZh: string
  readonly nameEn?: string | null
  /** the name of its column in the data */
  readonly codeName?: string | null
  readonly type: string
  readonly length?: number | null
  readonly standard?: string | null
  readonly sensitivity: string
  readonly meaning?: string | null
}

const cycleDays: Readonly<Record<string, number>> = { daily: 1, weekly: 7 }
const cycleMonths: Readonly<Record<string, number>> = { monthly: 1, quarterly: 3, yearly: 12 }

/** The day `months` later, or the last one of that month where it has no such day. */
function monthsLater(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0))
  return `${last.toISOString().slice(0, 8)}${String(Math.min(date, last.getUTCDate())).padStart(2, '0')}`
}

/** The last day on which the next update is in time; null where the cycle promises none. */
export function nextDue(cycle: string, updatedOn: Day): Day | null {
  if (cycleDays[cycle]) return addDays(updatedOn, cycleDays[cycle])
  return cycleMonths[cycle] ? monthsLater(updatedOn, cycleMonths[cycle]) : null
}

/** Whether an update is overdue: the day it was due on has passed (Art 24 ¶1; shown to everyone). */
export const isLate = (dueOn: Day | null, now: Date): boolean => dueOn !== null && dueOn < dayOf(now)

/** `306010/000123`: class, item, subject and sub-item, then the serial number in it (GB/T 21063.4). */
export const codeOf = (classCode: string, serial: number): string => `${classCode}/${String(serial).padStart(6, '0')}`

export const entryIncomplete = defineProblem(
  'entry-incomplete',
  422,
  text('目录内容不完整', 'The entry is not complete'),
  text('按每一项的说明补充后重新提交。', 'Complete each field as its message says and submit again.'),
)
