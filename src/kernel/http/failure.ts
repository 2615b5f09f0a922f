import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemOfDatabase } from '../db/errors.ts'
import {
  forbidden,
  internalError,
  invalidInput,
  Problem,
  payloadTooLarge,
  problemDocument,
  tooManyRequests,
  unauthenticated,
  unsupportedMedia,
} from '../problem.ts'
import { chooseLanguage, text } from '../text.ts'
import { validationProblem } from './validation.ts'

function problemOfStatus(error: FastifyError): Problem | undefined {
  const detail = text(`请求无法处理：${error.message}`, error.message)
  switch (error.statusCode) {
    case 400:
      return invalidInput(detail)
    case 401:
      return unauthenticated()
    case 403:
      return forbidden(detail)
    case 413:
      return payloadTooLarge()
    case 415:
      return unsupportedMedia(detail)
    case 429:
      return tooManyRequests(undefined, { retryAfter: 10 })
    default:
      return error.statusCode !== undefined && error.statusCode < 500 ? invalidInput(detail) : undefined
  }
}

/** What an error means to the one who asked; mistakes in the program become a 500 without detail. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const fastifyError = error as FastifyError
  if (fastifyError.validation)
    return validationProblem(fastifyError.validation, fastifyError.validationContext ?? 'body')
  if (fastifyError.code === 'ENOSPC' || fastifyError.code === 'EROFS')
    return problemOfDatabase({ code: '53100' }) ?? internalError()
  return problemOfDatabase(error) ?? problemOfStatus(fastifyError) ?? internalError(undefined, { cause: error })
}

/** Answers any error as a problem document in the reader's language, and logs what is ours to mend. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  const { status } = problem.type
  if (status >= 500) request.log.error({ err: error }, problem.message)
  else request.log.info({ problem: problem.type.slug, detail: problem.detail.en }, 'refused')
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter))
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  const language = chooseLanguage(request.headers['accept-language'])
  return reply
    .code(status)
    .header('content-language', language)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(problemDocument(problem, language, request.id))
}
