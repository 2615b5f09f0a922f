import { addDays, type Day, dayOf, startOfDay } from '../../kernel/calendar.ts'
import { defineMachine } from '../../kernel/machine.ts'
import { type Text, text } from '../../kernel/text.ts'

/** Fetching the data of an entry from its institution's own address. */
export const pullMachine = defineMachine({
  name: 'resourcePull',
  initial: 'active',
  states: {
    active: text('按时获取', 'On schedule'),
    paused: text('已暂停', 'Paused'),
    halted: text('多次失败，已停止', 'Stopped after failures'),
    ended: text('已取消', 'Ended'),
  },
  moves: {
    pause: { from: ['active'], to: 'paused' },
    halt: { from: ['active'], to: 'halted' },
    resume: { from: ['paused', 'halted'], to: 'active' },
    end: { from: ['active', 'paused', 'halted'], to: 'ended' },
  },
})

export type PullState = keyof typeof pullMachine.states

/** How one try ended. */
export const tryWords = {
  running: text('获取中', 'Fetching'),
  unchanged: text('内容未变', 'Unchanged'),
  changed: text('已获取新版本', 'New version'),
  failed: text('失败', 'Failed'),
  'cut-off': text('中断', 'Cut off'),
} as const

export type TryState = keyof typeof tryWords

/** What becomes of a new version once the gate has spoken. */
export const attachingWords = {
  waiting: text('放行后自动挂接', 'Attached once released'),
  attached: text('已挂接', 'Attached'),
  refused: text('未能自动挂接', 'Could not be attached'),
  overtaken: text('已有更新的版本', 'A newer version came first'),
} as const

export type Attaching = keyof typeof attachingWords

export const pullFormats = ['csv', 'tsv', 'json', 'ndjson', 'parquet'] as const

export const rhythms = {
  daily: text('每天', 'Every day'),
  weekly: text('每周', 'Every week'),
  monthly: text('每月', 'Every month'),
} as const

export type Rhythm = keyof typeof rhythms

export const auths = {
  none: text('无需凭据', 'None'),
  bearer: text('令牌（Bearer）', 'Token (Bearer)'),
  basic: text('用户名和密码（Basic）', 'User and password (Basic)'),
} as const

export type Auth = keyof typeof auths

/** When data is fetched: the hour is one of Asia/Shanghai. */
export interface Schedule {
  readonly rhythm: Rhythm
  /** weekday 1–7 or day of the month 1–28; null every day */
  readonly day: number | null
  readonly hour: number
}

const byCycle: Readonly<Record<string, Rhythm>> = {
  realtime: 'daily',
  daily: 'daily',
  weekly: 'weekly',
  monthly: 'monthly',
  quarterly: 'monthly',
  yearly: 'monthly',
}

/** The schedule that suits an update cycle: as often as the data is to change, at night, never less than monthly. */
export function scheduleOf(cycle: string | null): Schedule {
  const rhythm = byCycle[cycle ?? ''] ?? 'monthly'
  return { rhythm, day: rhythm === 'daily' ? null : 1, hour: 2 }
}

const weekday = (day: Day): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7
const hourMs = 3_600_000

/** The first instant of the schedule after `now`. */
export function nextOf({ rhythm, day, hour }: Schedule, now: Date): Date {
  for (let at = dayOf(now); ; at = addDays(at, 1)) {
    const fits = rhythm === 'daily' || (rhythm === 'weekly' ? weekday(at) === day : Number(at.slice(8)) === day)
    const instant = new Date(startOfDay(at).getTime() + hour * hourMs)
    if (fits && instant > now) return instant
  }
}

const minuteMs = 60_000
/** How long after each failure in a row the next try comes; after one more it is stopped and the institution told. */
const pauses = [5, 30, 120, 720]
export const mostFailures = pauses.length + 1

/** The pause after a number of failures in a row; null when it is to be stopped. */
export const pauseAfter = (failures: number): number | null => {
  const minutes = pauses[failures - 1]
  return minutes === undefined ? null : minutes * minuteMs
}

export interface PullFailure {
  readonly message: Text
  readonly remedy: Text
}

/** Fetching did not succeed: why, and what the institution can do. */
export class PullError extends Error {
  readonly failure: PullFailure
  /** what the server answered, if it did */
  readonly status: number | null

  constructor(message: Text, remedy: Text, status: number | null = null) {
    super(message.en)
    this.failure = { message, remedy }
    this.status = status
  }
}
