import type { Client } from '../../kernel/db/client.ts'
import { MailRefused } from '../../kernel/mail.ts'
import type { Machinery, Task, Vital } from '../../kernel/task.ts'
import { pauseAfter } from './model.ts'

interface Turn {
  readonly id: string
  readonly recipient: string
  readonly subject: string
  readonly body: string
  readonly attempts: number
}

/**
 * Takes the letter whose turn it is for two minutes: a worker that is killed while it sends leaves it to another. So a
 * letter may go out twice, under the same Message-ID, but never not at all.
 */
async function take(client: Client): Promise<Turn | undefined> {
  const [row] = await client<Turn[]>`
    update notices.mail set attempts = attempts + 1, next_attempt_at = now() + interval '2 minutes'
    where id = (
      select id from notices.mail where state = 'queued' and next_attempt_at <= now()
      order by next_attempt_at limit 1 for update skip locked)
    returning id, recipient, subject, body, attempts`
  return row
}

const exchangeTime = (client: Client) =>
  client`(select now() + offset_ms * interval '1 millisecond' from kernel.clock where id = 1)`

async function noteFailure(client: Client, { id, attempts }: Turn, refusal: MailRefused): Promise<void> {
  const pause = pauseAfter(attempts, refusal.isFinal)
  if (pause === undefined)
    await client`update notices.mail set state = 'failed', next_attempt_at = null, last_error = ${refusal.message}
      where id = ${id} and state = 'queued'`
  else
    await client`update notices.mail
      set next_attempt_at = now() + ${pause} * interval '1 second', last_error = ${refusal.message}
      where id = ${id} and state = 'queued'`
}

/** Sends the letter whose turn it is; true when there was one. */
async function sendOne({ client, kit, log }: Machinery): Promise<boolean> {
  const turn = await take(client)
  if (!turn) return false
  const { id, recipient: to, subject, body: text } = turn
  try {
    await kit.mailer!.send({ id, to, subject, text })
    await client`update notices.mail
      set state = 'sent', sent_at = ${exchangeTime(client)}, next_attempt_at = null, last_error = null
      where id = ${id} and state = 'queued'`
  } catch (error) {
    if (!(error instanceof MailRefused)) throw error
    // no address in the log: the operator sees it on the page of letters
    log.warn({ mail: id, attempts: turn.attempts, isFinal: error.isFinal }, 'a letter was not taken')
    await noteFailure(client, turn, error)
  }
  return true
}

/** Letters that were queued for a server which is set no more are kept. */
async function keepAll({ client }: Machinery): Promise<void> {
  await client`update notices.mail set state = 'kept', next_attempt_at = null where state = 'queued'`
}

const kept = new WeakSet<Machinery>()

export const tasks: Task[] = [
  {
    name: 'notices.send-mail',
    period: 2_000,
    async run(machinery) {
      if (machinery.kit.mailer) return sendOne(machinery)
      if (!kept.has(machinery)) await keepAll(machinery)
      kept.add(machinery)
      return false
    },
  },
]

export const vitals: Vital[] = [
  {
    name: 'jinshu_mail_failed',
    help: 'letters that no attempt brought to their server',
    async measure({ client }) {
      const [row] = await client<{ n: number }[]>`
        select count(*)::int as n from notices.mail where state = 'failed'`
      return { value: row!.n }
    },
  },
]
