import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { system } from '../../kernel/actor.ts'
import { dayOf } from '../../kernel/calendar.ts'
import { NotDue } from '../../kernel/events.ts'
import type { RawContext } from '../../kernel/http/route.ts'
import { sentFile } from '../../kernel/http/sent.ts'
import { payloadTooLarge } from '../../kernel/problem.ts'
import { text } from '../../kernel/text.ts'
import { bankTransfer } from './gateways/banktransfer.ts'
import { receiveLine } from './matching.ts'
import { readBankStatement } from './queries.ts'
import { importStatement } from './service.ts'

/** Lines that are booked before the answer; the timer books what a longer file has beyond. */
const bookedAtOnce = 300

/** A statement of 2,000 lines has some 300 kB; this leaves room for what banks add. */
export const maxStatementBytes = 4 * 1024 * 1024

async function collect(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    size += (chunk as Buffer).length
    if (size <= maxStatementBytes) chunks.push(chunk as Buffer)
  }
  if (size <= maxStatementBytes) return Buffer.concat(chunks)
  throw payloadTooLarge(
    text(`对账单超过 ${maxStatementBytes} 字节。`, `The statement is larger than ${maxStatementBytes} bytes.`),
  )
}

const tidyName = (name: string): string =>
  name
    .replace(/^.*[\\/]/, '')
    .replace(/\p{C}/gu, '')
    .trim()
    .slice(0, 200) || 'statement.csv'

/**
 * Imports a statement and books its lines, each in a transaction of its own: a long file holds no order for long. What
 * this process does not get to (a crash, a long file) the timer takes up. Idempotent by the digest of the file.
 */
export async function importBankStatement(request: FastifyRequest, { engine, actor }: RawContext) {
  const sent = await sentFile(request, maxStatementBytes)
  const [bytes, fileName] = [await collect(sent.source), tidyName(sent.fileName)]
  const today = await engine.read(actor, async rx => dayOf(rx.now))
  const statement = bankTransfer.readStatement(bytes, today)
  const outcome = await engine.write(actor, { operation: 'importBankStatement' }, cx =>
    importStatement(cx, fileName, bytes, statement),
  )
  if (outcome.isReplay) throw new Error('a statement has no idempotency key: its digest is one')
  const { id, isRepeat, fresh } = outcome.value
  for (const lineId of fresh.slice(0, bookedAtOnce))
    try {
      await engine.write(system, { operation: 'receiveLine' }, cx => receiveLine(cx, lineId))
    } catch (error) {
      if (!(error instanceof NotDue)) request.log.error({ err: error, lineId }, 'a statement line was not booked yet')
    }
  return engine.read(actor, rx => readBankStatement(rx, id, isRepeat))
}
