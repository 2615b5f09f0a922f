import { defineMachine } from '../../kernel/machine.ts'
import { text } from '../../kernel/text.ts'

/**
 * How a notice calls: `action` somebody must act, `deadline` and soon, `news` to be known. E-mail goes out for the first
 * two unless a person says otherwise, for the third when they ask for it.
 */
export const urgencies = ['action', 'deadline', 'news'] as const
export type Urgency = (typeof urgencies)[number]

/** A copy of a notice by e-mail. */
export const mailMachine = defineMachine({
  name: 'mail',
  initial: 'queued',
  states: {
    queued: text('待发送', 'To be sent'),
    sent: text('已发送', 'Sent'),
    failed: text('发送失败', 'Failed'),
    kept: text('留存未发', 'Kept'),
  },
  moves: {
    send: { from: ['queued'], to: 'sent' },
    fail: { from: ['queued'], to: 'failed' },
    keep: { from: ['queued'], to: 'kept' },
    retry: { from: ['failed', 'kept'], to: 'queued' },
  },
})

export type MailState = keyof typeof mailMachine.states

/** Seconds until the next attempt after the first, the second …; after the last of them a message has failed. */
export const pauses: readonly number[] = [30, 120, 600, 3_600, 21_600]

/** Seconds until the next attempt when `attempts` were made; undefined when there is none any more. */
export const pauseAfter = (attempts: number, isFinal: boolean): number | undefined =>
  isFinal ? undefined : pauses[attempts - 1]

/** Which notices a person gets by e-mail. */
export interface Preference {
  readonly isActionMailed: boolean
  readonly isDeadlineMailed: boolean
  readonly isNewsMailed: boolean
}

export const usualPreference: Preference = { isActionMailed: true, isDeadlineMailed: true, isNewsMailed: false }

export const isMailed = (preference: Preference, urgency: Urgency): boolean =>
  ({ action: preference.isActionMailed, deadline: preference.isDeadlineMailed, news: preference.isNewsMailed })[urgency]
