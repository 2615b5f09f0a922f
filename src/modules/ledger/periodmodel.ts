import { startOfDay } from '../../kernel/calendar.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { defineProblem } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'

/** A month of the books: closed by two people, opened again only by two people with a reason. */
export const periodMachine = defineMachine({
  name: 'ledger-period',
  initial: 'closing',
  states: {
    closing: text('待复核结账', 'To be closed by another person'),
    closed: text('已结账', 'Closed'),
    reopening: text('待复核反结账', 'To be reopened by another person'),
    open: text('未结账', 'Open'),
  },
  moves: {
    close: { from: ['closing'], to: 'closed' },
    withdraw: { from: ['closing'], to: 'open' },
    propose: { from: ['open'], to: 'closing' },
    proposeReopening: { from: ['closed'], to: 'reopening' },
    keep: { from: ['reopening'], to: 'closed' },
    reopen: { from: ['reopening'], to: 'open' },
  },
})

export type PeriodState = keyof typeof periodMachine.states
export type PeriodMove = keyof typeof periodMachine.moves

/** The month some months later. */
export function laterMonth(month: string, count: number): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}

/** The first instant after a month, in Asia/Shanghai. */
export const endOfMonth = (month: string): Date => startOfDay(`${laterMonth(month, 1)}-01`)

export const periodNotReady = defineProblem(
  'period-not-ready',
  409,
  text('尚不能结账', 'The month cannot be closed yet'),
  text(
    '逐项处理结账检查中未满足的事项后再办理；月份须按顺序逐月结账。',
    'Settle what the checks name and try again; months are closed one after the other.',
  ),
)
