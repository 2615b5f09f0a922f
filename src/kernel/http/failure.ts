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
import { text } from '../text.ts'
import { languageOf } from './language.ts'
import { validationProblem } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request was refused with; its log line names it. */
    failure: { readonly problem: Problem; readonly error: unknown } | undefined
  }
}

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

/** Whether a person's browser asks, for an address that is no part of the API. */
const isBrowsing = (request: FastifyRequest) =>
  !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html')

/** Answers any error as a problem document in the reader's language, or as a page to a browser. */
export function replyWithProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  problemPage?: (request: FastifyRequest, reply: FastifyReply, problem: Problem) => FastifyReply,
): FastifyReply {
  const problem = problemOf(error)
  const { status } = problem.type
  request.failure = { problem, error }
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter))
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  const language = languageOf(request)
  reply.code(status).header('content-language', language).header('cache-control', 'no-store').serializer(String)
  if (problemPage && isBrowsing(request)) return problemPage(request, reply, problem)
  return reply
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemDocument(problem, language, request.id)))
}
