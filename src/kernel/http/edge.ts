import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { LogController } from 'fastify'
import { invalidInput, notFound, type Problem, payloadTooLarge, problemDocument } from '../problem.ts'
import { chooseLanguage, text } from '../text.ts'

/** What an answer carries that no route made: no hook has run for it, so it brings the protection itself. */
const bareHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  'content-type': 'application/problem+json; charset=utf-8',
}

/** Answers an address that cannot even be looked up: bad percent-encoding, or an absurdly long part. */
export function refuseAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const problem =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? notFound(text('没有这个地址。', 'There is no such address.'))
      : invalidInput(text('地址的编码有误。', 'The address is not encoded correctly.'))
  request.failure = { problem, error }
  const language = chooseLanguage(request.headers['accept-language'])
  reply
    .code(problem.type.status)
    .headers({ ...bareHeaders, 'content-language': language, 'x-request-id': request.id })
    .serializer(String)
    .send(JSON.stringify(problemDocument(problem, language, request.id)))
}

function problemOfSocket(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return payloadTooLarge(text('请求头过长。', 'The headers of the request are too long.'))
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return invalidInput(text('请求没有及时发完。', 'The request was not sent in time.'))
  return invalidInput(text('不是有效的 HTTP 请求。', 'This is not a valid HTTP request.'))
}

/** Answers bytes that are no HTTP request, then hangs up: nothing after them on the connection can be trusted. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const problem = problemOfSocket(error.code)
  const { status } = problem.type
  const body = JSON.stringify(problemDocument(problem, 'en', randomUUID()))
  const headers = { ...bareHeaders, 'content-length': String(Buffer.byteLength(body)), connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  if (socket.writable)
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}

/** One line per request, when its last byte is out: what was asked, what came of it, and whose mistake it was. */
export class OneLine extends LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { failure } = request
    const line = {
      req: request.raw,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(failure && { problem: failure.problem.type.slug }),
    }
    const cause = error ?? (reply.statusCode >= 500 ? failure?.error : undefined)
    if (cause) request.log.error({ ...line, err: cause }, 'request failed')
    else request.log.info(line, 'request')
  }
}
